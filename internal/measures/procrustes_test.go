package measures

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// TestProcrustesNearZero compares with values computed from the same files in
// 40-digit arithmetic (mpmath, singular values of XᵀY): in double precision
// ‖X‖²+‖Y‖²−2‖XᵀY‖* has lost all but three digits of this distance.
func TestProcrustesNearZero(t *testing.T) {
	p := oraclePair(t, "near")
	for name, want := range map[string]float64{
		"procrustes:as=squared":   9.437979444267297743e-10,
		"procrustes:as=euclidean": 3.072129463885287856e-5,
		"procrustes:as=angular":   5.917793902826294025e-7,
	} {
		m, err := Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := m.Score(p)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(s.Value-want) > 1e-9*want {
			t.Errorf("%s = %.15g, want %.15g", name, s.Value, want)
		}
	}
}

// TestProcrustesOfAKnownRotation: Y = aXQ + b, so the best alignment leaves
// nothing in the angular forms and (a−1)²‖Xc‖² in the squared one.
func TestProcrustesOfAKnownRotation(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	x := gaussian(rng, 40, 6)
	q, _ := linalg.QR(gaussian(rng, 6, 6))
	var y mat.Dense
	y.Mul(x, q)
	y.Apply(func(_, _ int, v float64) float64 { return 3*v + 5 }, &y)
	p := pairOf(t, datasetOf(x), datasetOf(&y))
	centred, _ := linalg.Center(x)
	norm := linalg.Norm(centred)
	for name, want := range map[string]float64{
		"procrustes":               0,
		"procrustes:as=normalised": 0,
		"procrustes:as=squared":    4 * norm * norm,
		"procrustes:as=euclidean":  2 * norm,
		"nbs":                      1,
	} {
		m, _ := Parse(name)
		s, err := m.Score(p)
		if err != nil || math.Abs(s.Value-want) > 1e-12*max(1, want) {
			t.Errorf("%s = %v (%v), want %v", name, s.Value, err, want)
		}
	}
}

// TestProcrustesPadsTheNarrowerSystem: appending a column of zeros changes no
// form of the distance.
func TestProcrustesPadsTheNarrowerSystem(t *testing.T) {
	x, y := contractPair()
	n, q := y.Dims()
	wide := mat.NewDense(n, q+2, nil)
	wide.Slice(0, n, 0, q).(*mat.Dense).Copy(y)
	for _, name := range []string{"procrustes", "procrustes:as=squared", "procrustes:cv=4", "nbs", "cka", "linreg:cv=3"} {
		m, _ := Parse(name)
		if a, b := scoreOf(t, m, x, y), scoreOf(t, m, x, wide); math.Abs(a-b) > 1e-12*math.Abs(a) {
			t.Errorf("%s = %v, with columns of zeros %v", name, a, b)
		}
	}
}
