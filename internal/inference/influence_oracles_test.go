package inference

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"simtool/internal/data/datatest"
	"simtool/internal/io"
	"simtool/internal/measures"
)

// TestJackknifeOracles holds the scores without each sample, or each condition, to the
// mean and the standard error that an independent program has from refitting.
func TestJackknifeOracles(t *testing.T) {
	folder := datatest.Shared(t, "inference")
	text, err := os.ReadFile(filepath.Join(folder, "oracles.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Sets map[string]struct {
			Jackknife map[string]struct {
				Value float64
				Mean  float64 `json:"loo_mean"`
				SE    float64
			}
		}
		Conditions struct {
			SE float64 `json:"delete_condition_jackknife_se"`
		} `json:"conditions_T6_C5"`
	}
	if err := json.Unmarshal(bytes.ReplaceAll(text, []byte("NaN"), []byte("null")), &file); err != nil {
		t.Fatal(err)
	}
	of := func(name, set string) *Subject {
		t.Helper()
		x, err := dataio.Read(filepath.Join(folder, set+"_x.npy"), dataio.Options{})
		if err != nil {
			t.Fatal(err)
		}
		y, err := dataio.Read(filepath.Join(folder, set+"_y.npy"), dataio.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return subject(t, name, x, y)
	}
	tested := 0
	for set, of12 := range file.Sets {
		for name, want := range of12.Jackknife {
			if _, err := measures.Parse(name); err != nil {
				continue // adjusted R² is no measure
			}
			tested++
			s := of(name, set)
			f := influencesOf(t, s)
			mean, se := jackknifed(f)
			if !agrees(f.Value, want.Value, 1e-9) || !agrees(mean, want.Mean, 1e-9) || !agrees(se, want.SE, 1e-9) {
				t.Errorf("%s of %s: value %.12g, mean %.12g, standard error %.12g, want %.12g, %.12g and %.12g", name, set, f.Value, mean, se, want.Value, want.Mean, want.SE)
			}
		}
	}
	if tested < 25 {
		t.Errorf("only %d oracles", tested)
	}
	s := of("cka", "cond5")
	conditions := make([][]int, s.X.Shape[1])
	for i := range s.X.Samples() {
		conditions[i%len(conditions)] = append(conditions[i%len(conditions)], i)
	}
	f, err := s.Samples(t.Context(), conditions)
	if err != nil {
		t.Fatal(err)
	}
	if _, se := jackknifed(f); !agrees(se, file.Conditions.SE, 1e-9) {
		t.Errorf("standard error over conditions %.12g, want %.12g", se, file.Conditions.SE)
	}
}

// jackknifed returns the mean of the scores without a unit, and the standard error of the
// jackknife.
func jackknifed(f *Influences) (mean, se float64) {
	n := float64(len(f.Units))
	for _, u := range f.Units {
		mean += u.Without / n
	}
	for _, u := range f.Units {
		se += (u.Without - mean) * (u.Without - mean)
	}
	return mean, math.Sqrt(se * (n - 1) / n)
}
