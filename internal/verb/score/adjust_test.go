package score_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"simtool/internal/io"
	"simtool/internal/verb/score"
	"simtool/internal/verb/verbtest"
)

// TestTimesAreCorrected: with --per and --permutations p values of all times are corrected
// for their number; without, there is no such column.
func TestTimesAreCorrected(t *testing.T) {
	t.Chdir(t.TempDir())
	const times, conditions, neurons = 5, 12, 3
	for seed, path := range []string{"x.npy", "y.npy"} {
		var values []float64
		for time := range times {
			for c := range conditions {
				for k := range neurons {
					own := math.Sin(float64((seed*31 + 7) * (time + 2) * (c*c + 3) * (k + 1)))
					if time == 3 { // a common signal
						own = 0.3*own + math.Cos(float64(c*c*(k+1)))
					}
					values = append(values, own)
				}
			}
		}
		if _, err := dataio.WriteFile(path, dataio.WriteOptions{}, func(f *dataio.AtomicFile) error {
			return dataio.EncodeNPY(f, dataio.Float64, values, times, conditions, neurons)
		}); err != nil {
			t.Fatal(err)
		}
	}
	line := strings.Fields("x.npy y.npy -m cka,nbs --per time --permutations 199 --format csv")
	r := verbtest.Succeed(t, score.New(), line...)
	rows := verbtest.Rows(t, r.Stdout)
	if len(rows) != 2*times {
		t.Fatalf("%d rows", len(rows))
	}
	number := func(cell string) float64 {
		v, err := strconv.ParseFloat(cell, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	some, clusters := false, 0
	for _, row := range rows {
		p, adjusted := number(row["pvalue"]), number(row["p_adj"])
		some = some || adjusted > p
		if adjusted < p-0.05 { // on the scale of another null it may be a little less
			t.Errorf("time %s: pvalue %v, adjusted %v", row["time"], p, adjusted)
		}
		if signal := row["time"] == "3"; signal != (adjusted <= 0.05) {
			t.Errorf("time %s: adjusted %v", row["time"], adjusted)
		}
		// Neighbours of the signal may be beyond one in twenty pairings by chance.
		if row["p_cluster"] != "" {
			clusters++
			if p := number(row["p_cluster"]); row["time"] == "3" && p > 0.05 {
				t.Errorf("time 3 is in a cluster of p %v", p)
			}
		} else if row["time"] == "3" {
			t.Error("the signal is in no cluster")
		}
	}
	if clusters == len(rows) {
		t.Error("all times are in clusters")
	}
	if !some {
		t.Error("nothing is corrected")
	}
	if text := verbtest.Succeed(t, score.New(), line[:len(line)-4]...).Stdout; strings.Contains(text, "p_adj") || strings.Contains(text, "p_cluster") {
		t.Error("p_adj without permutations")
	}
}
