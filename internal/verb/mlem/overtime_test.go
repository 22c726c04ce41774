package verbmlem

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"simtool/internal/io"
	"simtool/internal/verb/merge"
	"simtool/internal/verb/verbtest"
)

// recordedOverTime makes features of 20 stimuli, and a recording at 7 times that encodes the first
// of them at times 3 to 5.
func recordedOverTime(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	const times, stimuli, units = 7, 20, 6
	rng := rand.New(rand.NewPCG(4, 4))
	features := make([][2]float64, stimuli)
	text := "signal,other\n"
	for i := range features {
		features[i] = [2]float64{rng.NormFloat64(), rng.NormFloat64()}
		text += strconv.FormatFloat(features[i][0], 'g', -1, 64) + "," + strconv.FormatFloat(features[i][1], 'g', -1, 64) + "\n"
	}
	verbtest.Write(t, "features.csv", text)
	var values []float64
	for at := range times {
		for i := range stimuli {
			for u := range units {
				v := rng.NormFloat64()
				if at >= 3 && at <= 5 {
					v = 0.2*v + float64(u+1)*features[i][0]
				}
				values = append(values, v)
			}
		}
	}
	if _, err := dataio.WriteFile("x.npy", dataio.WriteOptions{}, func(f *dataio.AtomicFile) error {
		return dataio.EncodeNPY(f, dataio.Float64, values, times, stimuli, units)
	}); err != nil {
		t.Fatal(err)
	}
}

// TestTimesAreCorrected: of windows the held-out score and the importances have p values
// that are corrected for all of them, the same ones whether the run is one or parts.
func TestTimesAreCorrected(t *testing.T) {
	recordedOverTime(t)
	const command = "x.npy --features features.csv --per time --bootstrap 2 --permutations 2 --null 99 -o "
	verbtest.Succeed(t, NewLayers(), line(command+"whole")...)
	for i := range 2 {
		verbtest.Succeed(t, NewLayers(), line(command+"part"+strconv.Itoa(i)+" --shard "+strconv.Itoa(i)+"/2")...)
	}
	verbtest.Succeed(t, merge.New(Kind()), line("part0 part1 -o merged")...)
	for _, name := range []string{weightsFile, importanceFile, scoresFile, modelFile} {
		if verbtest.Text(t, "whole/"+name) != verbtest.Text(t, "merged/"+name) {
			t.Errorf("%s of the parts is not that of the whole", name)
		}
	}
	if _, err := os.Stat("merged/" + nullsFile); err == nil {
		t.Error("the permutations of the parts stay in the whole")
	}
	clear := map[string]bool{"3": true, "4": true, "5": true}
	for _, table := range []string{scoresFile, importanceFile} {
		for _, row := range verbtest.Rows(t, verbtest.Text(t, "whole/"+table)) {
			if row["p_adj"] == "" {
				if row["split"] == heldOut || row["feature"] == "signal" && clear[row["time"]] {
					t.Errorf("%s: no p_adj in %v", table, row)
				}
				continue
			}
			p, adjusted := pOf(t, row["pvalue"]), pOf(t, row["p_adj"])
			if adjusted < p-0.05 {
				t.Errorf("%s: pvalue %v, adjusted %v", table, p, adjusted)
			}
			if row["feature"] == "other" {
				continue
			}
			if (adjusted <= 0.05) != clear[row["time"]] {
				t.Errorf("%s, time %s: adjusted %v", table, row["time"], adjusted)
			}
			if clear[row["time"]] && pOf(t, row["p_cluster"]) != 0.01 {
				t.Errorf("%s, time %s: the cluster has p %s", table, row["time"], row["p_cluster"])
			}
		}
	}
	if text := verbtest.Text(t, "part0/"+scoresFile); strings.Contains(text, "0.01,0.01,0.01") {
		t.Error("a part is corrected for its own times alone")
	}
}

func pOf(t *testing.T, cell string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(cell, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestCorrect: windows of one recording are compared with each other in the order of
// their times, and a window without a fit is the end of a cluster.
func TestCorrect(t *testing.T) {
	peak := func(at int) []float64 {
		out := make([]float64, 20)
		for i := range out {
			out[i] = -1
		}
		out[at] = 19
		return out
	}
	const z = 2.5 * 4.47213595499958 // of peaks, whose deviation is √20
	window := func(from int, null []float64) tested {
		return tested{"a", from, from + 2, "a@" + strconv.Itoa(from), heldOut, z, null}
	}
	other := tested{"b", 0, 2, "b@0", heldOut, -z, peak(5)}
	tests := []tested{window(6, peak(1)), window(0, peak(0)), other, window(2, peak(0))}
	got := correct(tests)
	for name, want := range map[string][2]float64{
		// Of 20 permutations 0 and 1 exceed each z; the cluster of the first two windows
		// has 5 where draw 0 has 8.9, and that of the third 2.5, below draws 0 and 1.
		"a@0": {3. / 21, 2. / 21}, "a@2": {3. / 21, 2. / 21}, "a@6": {3. / 21, 3. / 21}, "b@0": {1, math.NaN()},
	} {
		p := got[[2]string{name, heldOut}]
		if math.Abs(p.largest-want[0]) > 1e-15 || !(math.Abs(p.cluster-want[1]) <= 1e-15) && !math.IsNaN(want[1]) || math.IsNaN(want[1]) != math.IsNaN(p.cluster) {
			t.Errorf("%s: %v, want %v", name, p, want)
		}
	}
	joined := slices.Clone(tests)
	joined[0] = window(4, peak(1))
	if p := correct(joined)[[2]string{"a@4", heldOut}]; math.Abs(p.cluster-2./21) > 1e-15 {
		t.Errorf("without a gap the cluster has p %v", p.cluster)
	}
}
