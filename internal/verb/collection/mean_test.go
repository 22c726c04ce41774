package collection

import (
	"fmt"
	"math"
	"os"
	"testing"

	"simtool/internal/io"
	"simtool/internal/verb/verbtest"
)

// What is written is what the rows say: the residuals are those of the arrays.
func TestMeanIsThatOfItsArrays(t *testing.T) {
	t.Chdir(t.TempDir())
	names := writeSystems(t, 4)
	r := verbtest.Succeed(t, New(), append(names, "-m", "procrustes", "--mean", "mean.npz", "--format", "tsv")...)
	rows := rowsOf(t, r.Stdout)
	mean, err := dataio.Read("mean.npz:mean", dataio.Options{})
	if err != nil {
		t.Fatal(err)
	}
	sum, squares := 0.0, 0.0
	for k := range names {
		aligned, err := dataio.Read(fmt.Sprintf("mean.npz:aligned_%d", k), dataio.Options{})
		if err != nil {
			t.Fatal(err)
		}
		own := 0.0
		for i, v := range aligned.Values {
			own += (v - mean.Values[i]) * (v - mean.Values[i])
			squares += v * v
		}
		sum += own
		if got := of(rows, "residual")[k]; math.Abs(got.Beside-own) > 1e-12 {
			t.Errorf("residual of %s is %g, want %g", names[k], got.Beside, own)
		}
	}
	row := of(rows, "mean")[0]
	if math.Abs(row.Value-sum) > 1e-12 || math.Abs(row.Beside-(1-sum/squares)) > 1e-12 || math.Abs(squares-4) > 1e-9 {
		t.Errorf("mean %+v, want %g of %g", row, sum, squares)
	}
	if got := len(of(rows, "stimulus")); got != 36 {
		t.Errorf("%d stimuli, want 36", got)
	}
	rsa := rowsOf(t, verbtest.Succeed(t, New(), append(names, "-m", "rsa:rdm=correlation", "--mean", "rdm.npz", "--format", "tsv")...).Stdout)
	if len(of(rsa, "mean")) != 1 {
		t.Error("no mean of dissimilarities")
	}
	rdm, err := dataio.Read("rdm.npz:mean", dataio.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if rdm.Samples() != 36 || rdm.Width() != 36 || rdm.Values[0] != 0 || rdm.Values[1] != rdm.Values[36] {
		t.Errorf("a matrix of %v", rdm.Shape)
	}
	if _, err := os.Stat("mean.npz.manifest.json"); err != nil {
		t.Error(err)
	}
}
