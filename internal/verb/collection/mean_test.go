package collection

import (
	"fmt"
	"math"
	"os"
	"strings"
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

// Systems that lack stimuli, by name or for want of a value, have a mean over all of them;
// it is that of whole systems where these agree.
func TestMeanOfSystemsThatLackStimuli(t *testing.T) {
	t.Chdir(t.TempDir())
	write := func(path string, turn float64, without map[int]bool, empty int) {
		text := "stimulus,a,b\n"
		for i := range 12 {
			x, y := math.Sin(float64(i)*1.3), math.Cos(float64(i*i))
			c, s := math.Cos(turn), math.Sin(turn)
			switch {
			case without[i]:
			case i == empty:
				text += fmt.Sprintf("s%d,,%g\n", i, s*x+c*y)
			default:
				text += fmt.Sprintf("s%d,%.17g,%.17g\n", i, c*x-s*y+turn, s*x+c*y)
			}
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a.csv", 0, map[int]bool{3: true}, -1)
	write("b.csv", 1, map[int]bool{0: true, 7: true}, -1)
	write("c.csv", 2, nil, 5)
	r := verbtest.Succeed(t, New(), "a.csv", "b.csv", "c.csv", "-m", "procrustes:as=euclidean", "--ids", "stimulus", "--pair-by", "common", "--missing", "drop", "--blocks", "0", "--mean", "mean.npz", "--format", "tsv")
	rows := rowsOf(t, r.Stdout)
	if m := of(rows, "mean")[0]; m.Value > 1e-12 || !strings.Contains(m.Note, "12 samples, which some systems lack") {
		t.Errorf("copies that lack samples have the mean %+v", m)
	}
	stimuli := of(rows, "stimulus")
	if len(stimuli) != 12 || stimuli[11].System != "s3" || stimuli[0].System != "s0" {
		t.Errorf("stimuli %+v", stimuli)
	}
	mean, err := dataio.Read("mean.npz:mean", dataio.Options{})
	if err != nil {
		t.Fatal(err)
	}
	apart := func(i, j int) float64 {
		return math.Hypot(mean.Values[2*i]-mean.Values[2*j], mean.Values[2*i+1]-mean.Values[2*j+1])
	}
	want := math.Hypot(math.Sin(0)-math.Sin(3*1.3), math.Cos(0)-math.Cos(9))
	if got := apart(0, 11); math.Abs(got-want) > 1e-9 {
		t.Errorf("s0 and s3 are %g apart in the mean, want %g", got, want)
	}
	r = verbtest.Succeed(t, New(), "a.csv", "b.csv", "c.csv", "-m", "rsa", "--ids", "stimulus", "--pair-by", "common", "--missing", "drop", "--blocks", "0", "--mean", "rdm.npz", "--format", "tsv")
	if m := of(rowsOf(t, r.Stdout), "mean")[0]; !strings.Contains(m.Note, "12 samples, those that a.csv lacks behind") {
		t.Errorf("the mean of dissimilarities is noted as %q", m.Note)
	}
	if rdm, err := dataio.Read("rdm.npz:mean", dataio.Options{}); err != nil || rdm.Samples() != 12 || !(rdm.Values[11] > 0) {
		t.Errorf("the mean of dissimilarities: %v", err)
	}
}
