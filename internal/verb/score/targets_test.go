package score

import (
	"math"
	"testing"

	"simtool/internal/verb/verbtest"
)

// With pool=none a row for each feature follows that of their mean, with the ceiling of that
// feature where X has repeats; other measures, and tables without it, stay as they are.
func TestRowsOfTargets(t *testing.T) {
	noisyRepeats(t, 2, 0.7, 60, 4)
	rows := verbtest.Rows(t, verbtest.Succeed(t, New(), "r0.npy", "model.npy", "-m", "ridge:cv=5:as=correlation:pool=none,cka", "--repeat", "r1.npy").Stdout)
	if len(rows) != 1+4+1 {
		t.Fatalf("%d rows, want the mean, 4 features and cka", len(rows))
	}
	mean, shares := 0.0, 0.0
	for j, row := range rows[1:5] {
		if row["target"] != string(rune('0'+j)) || row["measure"] != rows[0]["measure"] {
			t.Errorf("row %d: %s of %q", j, row["measure"], row["target"])
		}
		mean += cell(t, row, "value") / 4
		if ratio := cell(t, row, "value") / cell(t, row, "ceiling"); math.Abs(ratio-cell(t, row, "normalised")) > 1e-12 {
			t.Errorf("feature %d: normalised %s is not %g", j, row["normalised"], ratio)
		}
		shares += cell(t, row, "normalised") / 4
	}
	if got := cell(t, rows[0], "value"); rows[0]["target"] != "" || math.Abs(got-mean) > 1e-12 {
		t.Errorf("the first row has %g for %q, the mean is %g", got, rows[0]["target"], mean)
	}
	if got := cell(t, rows[0], "normalised"); math.Abs(got-shares) > 1e-12 || math.Abs(got-1) > 0.15 {
		t.Errorf("a perfect model has %g of its ceilings, the mean of the features is %g", got, shares)
	}
	if rows[5]["measure"] != "cka" || rows[5]["target"] != "" {
		t.Errorf("after the features: %v", rows[5])
	}
	without := verbtest.Rows(t, verbtest.Succeed(t, New(), "r0.npy", "model.npy", "-m", "ridge:cv=5:pool=mean").Stdout)
	if _, has := without[0]["target"]; has {
		t.Error("there is a column of targets without pool=none")
	}
}
