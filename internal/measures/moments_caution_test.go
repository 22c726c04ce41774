package measures

import (
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestMomentsSayWhatTheyCannotTell: small angles, and small directions, are warned about
// where only moments are known, and nothing else is.
func TestMomentsSayWhatTheyCannotTell(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 20))
	x, y := gaussian(rng, 40, 4), gaussian(rng, 40, 3)
	near := mat.DenseCopyOf(x)
	near.Apply(func(_, _ int, v float64) float64 { return v * (1 + 1e-9*rng.NormFloat64()) }, near)
	conditioned := mat.DenseCopyOf(y)
	scaleColumns(conditioned, []float64{1, 1e-4, 1e-8})
	conditioned.Mul(mat.DenseCopyOf(conditioned), rotation3())
	for _, c := range []struct {
		measure string
		y       *mat.Dense
		warning string
	}{
		{"procrustes", near, "so nearly equal"},
		{"procrustes:as=euclidean", near, "so nearly equal"},
		{"cka:as=angular", near, "so nearly equal"},
		{"cca:as=angular", near, "so nearly equal"},
		{"linreg:as=angular", near, "so nearly equal"},
		{"gulp:squared=false", near, "so nearly equal"},
		{"cca", conditioned, "so small"},
		{"linreg", conditioned, "so small"},
		{"gulp", conditioned, "so small"},
		{"pls:cv=0:components=3", conditioned, "so small"},
		{"shape:alpha=0", conditioned, "so small"},
		{"cka", conditioned, ""},
		{"procrustes", y, ""},
		{"procrustes:as=euclidean", y, ""},
		{"cca", y, ""},
		{"linreg", y, ""},
		{"pls:cv=0:components=3", y, ""},
		{"shape:alpha=0", y, ""},
	} {
		m, err := parseNamed(c.measure, 1)
		if err != nil {
			t.Fatal(err)
		}
		p, err := NewMomentPair("x", "y", segmentsOf(t, x, c.y, 1, []int{40}))
		if err != nil {
			t.Fatal(err)
		}
		s, err := m.Score(p)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(s.Warnings, "; ")
		if (c.warning == "") != (got == "") || !strings.Contains(got, c.warning) {
			t.Errorf("%s: warnings %q, want %q", c.measure, got, c.warning)
		}
		direct, err := m.Score(pairOf(t, datasetOf(x), datasetOf(c.y)))
		if err != nil || len(direct.Warnings) > 0 {
			t.Errorf("%s on the samples: %q, %v", c.measure, direct.Warnings, err)
		}
	}
}
