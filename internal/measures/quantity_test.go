package measures

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// quantitiesOf computes every quantity of a pair from its definition.
func quantitiesOf(t *testing.T, x, y *mat.Dense) map[Quantity]float64 {
	t.Helper()
	xc, _ := linalg.Center(x)
	yc, _ := linalg.Center(y)
	c := linalg.CrossGram(xc, yc)
	_, nuclear, _, err := linalg.SVD(c)
	if err != nil {
		t.Fatal(err)
	}
	u, s, _, err := linalg.SVD(yc)
	if err != nil {
		t.Fatal(err)
	}
	n, q := y.Dims()
	explained := linalg.CrossGram(u.Slice(0, n, 0, linalg.Rank(s, n, q)).(*mat.Dense), xc)
	return map[Quantity]float64{
		KernelCosine:      linalg.Dot(c, c) / (linalg.Norm(linalg.Gram(xc)) * linalg.Norm(linalg.Gram(yc))),
		BuresCosine:       floats.Sum(nuclear) / (linalg.Norm(xc) * linalg.Norm(yc)),
		ExplainedVariance: linalg.Dot(explained, explained) / linalg.Dot(xc, xc),
	}
}

// TestScales: every variant that is a function of a quantity has the score that the
// function gives for the quantity, and the function its inverse.
func TestScales(t *testing.T) {
	narrowX, narrowY := contractPair()
	rng := rand.New(rand.NewPCG(2, 8))
	wide := gaussian(rng, 20, 30)
	for shape, pair := range map[string][2]*mat.Dense{"narrow": {narrowX, narrowY}, "wide": {wide, gaussian(rng, 20, 7)}} {
		x, y := pair[0], pair[1]
		values := quantitiesOf(t, x, y)
		held := map[Quantity]bool{}
		for _, f := range families {
			for _, name := range variants(f) {
				m, err := Parse(name)
				if err != nil {
					t.Fatal(err)
				}
				s, ok := ScaleOf(m)
				if !ok {
					continue
				}
				held[s.Quantity] = true
				value, score := values[s.Quantity], scoreOf(t, m, x, y)
				if got := s.Score(value); math.Abs(got-score) > 1e-12 {
					t.Errorf("%s, %s: the quantity %v gives the score %v, but it is %v", shape, name, value, got, score)
				}
				if got := s.Value(score); math.Abs(got-value) > 1e-12 {
					t.Errorf("%s, %s: the score %v gives the quantity %v, but it is %v", shape, name, score, got, value)
				}
			}
		}
		if len(held) != len(values) {
			t.Errorf("%s: measures report the quantities %v only", shape, held)
		}
	}
}
