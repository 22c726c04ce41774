package jointrange

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"simtool/internal/verb/verbtest"
)

// TestNulls: the null of a range is that of X with itself, by the closed form
// (trA)²/((n−1)‖A‖²) of CKA and q/(n−1) of linear regression, and of the conditional
// ranges as well. Where X may change there is none.
func TestNulls(t *testing.T) {
	t.Chdir(t.TempDir())
	const n, p = 12, 3
	text, centred := "a,b,c\n", [n][p]float64{}
	for i := range n {
		var cells []string
		for j := range p {
			centred[i][j] = math.Sin(float64((i+2)*(3*i+5*j+1))) * float64(j+1)
			cells = append(cells, strconv.FormatFloat(centred[i][j], 'g', -1, 64))
		}
		text += strings.Join(cells, ",") + "\n"
	}
	verbtest.Write(t, "x.csv", text)
	var a [p][p]float64
	for j := range p {
		mean := 0.0
		for i := range n {
			mean += centred[i][j] / n
		}
		for i := range n {
			centred[i][j] -= mean
		}
	}
	trace, squares := 0.0, 0.0
	for j := range p {
		for k := range p {
			for i := range n {
				a[j][k] += centred[i][j] * centred[i][k]
			}
			squares += a[j][k] * a[j][k]
		}
		trace += a[j][j]
	}
	want := map[string]float64{"cka": trace * trace / ((n - 1) * squares), "linreg": p / float64(n-1)}
	near := func(what, cell string, want float64) {
		t.Helper()
		if got, err := strconv.ParseFloat(cell, 64); err != nil || math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: %s, want %v", what, cell, want)
		}
	}
	run := func(more string) []map[string]string {
		return verbtest.Rows(t, verbtest.Succeed(t, New(), strings.Fields("-m cka,linreg --restarts 1 "+more)...).Stdout)
	}
	for _, row := range run("x.csv --at 0.6,0.7") {
		near("null_a", row["null_a"], want["cka"])
		near("null_b", row["null_b"], want["linreg"])
	}
	for _, row := range run("x.csv --given 0.8") {
		near("null of "+row["measure"], row["null"], want[row["measure"]])
	}
	for _, row := range run("--shape 12,3 --at 0.6 --free both") {
		if row["null_a"]+row["null_b"] != "" {
			t.Errorf("X may change, and its null is %v", fmt.Sprint(row["null_a"], row["null_b"]))
		}
	}
}
