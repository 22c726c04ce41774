package optimize

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"simtool/internal/verb/score"
	"simtool/internal/verb/verbtest"
)

// TestPlace: null and calibrated of optimised data are those that score gives their file,
// and of a sum they are sums.
func TestPlace(t *testing.T) {
	t.Chdir(t.TempDir())
	text := "a,b,c\n"
	for i := range 14 {
		for j := range 3 {
			text += strconv.FormatFloat(math.Sin(float64((i+2)*(3*i+5*j+1))), 'g', -1, 64) + []string{",", ",", "\n"}[j]
		}
	}
	verbtest.Write(t, "x.csv", text)
	number := func(cell string) float64 {
		t.Helper()
		v, err := strconv.ParseFloat(cell, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for goal, weights := range map[string]map[string]float64{
		"cka":                      {"cka": 1},
		"0.25*cka+linreg*0.75":     {"cka": 0.25, "linreg": 0.75},
		"procrustes:as=normalised": {"procrustes:as=normalised": 1},
	} {
		verbtest.Succeed(t, New(), strings.Fields("x.csv -m "+goal+" --max-iter 5 --restarts 2 -o out --force")...)
		null, best := 0.0, 0.0
		names := []string{}
		for name := range weights {
			names = append(names, name)
		}
		for _, row := range verbtest.Rows(t, verbtest.Succeed(t, score.New(), strings.Fields("x.csv out/y.npy --seed 1 -m "+strings.Join(names, ","))...).Stdout) {
			w := weights[row["measure"]]
			null += w * number(row["null"])
			if row["measure"] != "procrustes:as=normalised" {
				best += w
			}
		}
		found := false
		for _, row := range verbtest.Rows(t, verbtest.Text(t, "out/outcomes.csv")) {
			if row["in_y"] != "yes" {
				continue
			}
			found = true
			if got := number(row["null"]); math.Abs(got-null) > 1e-9 {
				t.Errorf("%s: null %v, want %v", goal, got, null)
			}
			if got, want := number(row["calibrated"]), (number(row["score"])-null)/(best-null); math.Abs(got-want) > 1e-9 {
				t.Errorf("%s: calibrated %v, want %v", goal, got, want)
			}
		}
		if !found {
			t.Errorf("%s: no outcome is in y.npy", goal)
		}
	}
}
