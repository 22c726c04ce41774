package inference

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"simtool/internal/data/datatest"
	"simtool/internal/io"
	"simtool/internal/measures"
)

// oracleSets are the systems of the oracle values.
var oracleSets = []string{"gauss_n30_p6_q4", "t5_n45_p8_q8", "wide_n24_p40_q30"}

// oraclePair reads a pair of systems.
func oraclePair(t *testing.T, x, y string) *measures.Pair {
	t.Helper()
	systems := [2]*measures.System{}
	for i, name := range []string{x, y} {
		d, err := dataio.Read(filepath.Join(datatest.Shared(t, "inference"), name), dataio.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if systems[i], err = measures.NewSystem(d); err != nil {
			t.Fatal(err)
		}
	}
	p, err := measures.NewPair(systems[0], systems[1])
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// assess scores a pair and returns what stands beside the score.
func assess(t *testing.T, p *measures.Pair, name string, kind Kind) (float64, Assessment) {
	t.Helper()
	list, err := measures.ParseList(name, 1)
	if err != nil {
		t.Fatal(err)
	}
	s, err := list[0].Score(p)
	if err != nil {
		t.Fatal(err)
	}
	a, err := Assess(context.Background(), p, list[0], s.Value, NewDesign(p, kind, nil), Options{Mode: Full, Level: 0.95, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return s.Value, a
}

// near fails unless got is within 1e-9 of want.
func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-9*max(1, math.Abs(want))) {
		t.Errorf("%s is %.12g, want %.12g", what, got, want)
	}
}

type oracleFile struct {
	Sets map[string]struct {
		Jackknife map[string]struct {
			Value, SE float64
			Lo        float64 `json:"fisher_lo"`
			Hi        float64 `json:"fisher_hi"`
		}
		Grouped map[string]struct{ Value, Corrected, SE, Lo, Hi float64 } `json:"grouped15"`
		Null    map[string]struct{ Mean float64 }
	}
	Conditions struct {
		Null float64 `json:"null_mean"`
	} `json:"conditions_T6_C5"`
}

func oracles(t *testing.T) oracleFile {
	t.Helper()
	var out oracleFile
	text, err := os.ReadFile(filepath.Join(datatest.Shared(t, "inference"), "oracles.json"))
	if err != nil {
		t.Fatal(err)
	}
	// Bare NaN is no JSON.
	if err := json.Unmarshal(bytes.ReplaceAll(text, []byte("NaN"), []byte("null")), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRowIntervals compares intervals with those of refits without each sample.
func TestRowIntervals(t *testing.T) {
	file := oracles(t)
	for _, set := range oracleSets {
		p := oraclePair(t, set+"_x.npy", set+"_y.npy")
		want := file.Sets[set].Jackknife["cka:estimator=debiased"]
		value, a := assess(t, p, "cka:estimator=debiased", Rows)
		near(t, set+": value", value, want.Value)
		near(t, set+": lo", a.Lo, want.Lo)
		near(t, set+": hi", a.Hi, want.Hi)
	}
}

// TestNullMeans compares expected values with those of closed forms that an
// independent program checked by all permutations.
func TestNullMeans(t *testing.T) {
	file := oracles(t)
	for _, set := range oracleSets {
		p := oraclePair(t, set+"_x.npy", set+"_y.npy")
		for _, name := range []string{"cka", "cka:estimator=debiased"} {
			_, a := assess(t, p, name, Rows)
			near(t, set+" "+name, a.Null, file.Sets[set].Null[name].Mean)
		}
	}
	_, a := assess(t, oraclePair(t, "cond5_x.npy", "cond5_y.npy"), "cka", Auto)
	near(t, "conditions", a.Null, file.Conditions.Null)
}

// TestBlockIntervals has values of an independent program: HSIC between 15 blocks.
func TestBlockIntervals(t *testing.T) {
	_, a := assess(t, oraclePair(t, "gauss_n30_p6_q4_x.npy", "gauss_n30_p6_q4_y.npy"), "cka", Blocks)
	if math.Abs(a.Corrected-0.433036) > 5e-7 {
		t.Errorf("corrected is %v, want .433036", a.Corrected)
	}
	_, a = assess(t, oraclePair(t, "../data/words60/bert.npy", "../data/words60/word2vec.npy"), "cka", Blocks)
	if math.Abs(a.Corrected-0.495315) > 5e-7 {
		t.Errorf("words: corrected is %v, want .495315", a.Corrected)
	}
}
