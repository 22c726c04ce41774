package mlem

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestNonnegativeByHand has problems with whole numbers, whose solution is that of
// the equations of the weights that are not 0, with a gradient ≥ 0 for the others.
func TestNonnegativeByHand(t *testing.T) {
	s := math.Sqrt(0.5)
	for name, c := range map[string]struct {
		g, b, want []float64
	}{
		// The second regressor explains 1e-10 of the variance that the first explains.
		"a faint regressor": {[]float64{1, 0, 0, 1}, []float64{1, 1e-5}, []float64{1, 1e-5}},
		// Two weights would become negative on the way. A step that is as long as the
		// second of them allows goes round in circles.
		"two that block": {[]float64{17, 12, -18, 12, 9, -10, -18, -10, 33}, []float64{-12, -6, 25}, []float64{0, 52. / 197, 165. / 197}},
		// The whole step to the solution of the passive set does as well.
		"one that blocks": {[]float64{5, 8, -6, 8, 14, -14, -6, -14, 26}, []float64{-2, -8, 20}, []float64{68. / 94, 0, 88. / 94}},
		// Of four regressors of rank 3 one is kept out as dependent on the others, and
		// is needed when one of these has left.
		"let in later": {
			[]float64{17, 9, -3, 11, 9, 6, -3, 4, -3, -3, 6, 1, 11, 4, 1, 10},
			[]float64{12, 8, -1, 6},
			[]float64{0, 5. / 3, 2. / 3, 0},
		},
		// The third is (x₁+x₂)/√2 and all that there is to explain: the strongest keeps
		// the weight.
		"indistinguishable": {[]float64{1, 0, s, 0, 1, s, s, s, 1}, []float64{s, s, 1}, []float64{0, 0, 1}},
	} {
		p := len(c.b)
		w, kkt, err := (&standard{g: mat.NewDense(p, p, c.g), b: c.b}).nonnegative()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, v := range w {
			if math.Abs(v-c.want[i]) > 1e-12 || v < 0 {
				t.Errorf("%s: weights %v, want %v", name, w, c.want)
				break
			}
		}
		if kkt > 1e-12 {
			t.Errorf("%s: residual %g", name, kkt)
		}
	}
}

// TestViolation: a gradient other than 0 counts where there is weight, and a
// negative one where there is none.
func TestViolation(t *testing.T) {
	for _, c := range []struct{ w, gradient, want float64 }{
		{1, 0.5, 0.5}, {1, -0.5, 0.5}, {0, -0.5, 0.5}, {0, 0.5, 0},
	} {
		if got := (&standard{}).violation([]float64{2, c.w}, []float64{0.01, c.gradient}); got != max(c.want, 0.01) {
			t.Errorf("weight %g and gradient %g: violation %g, want %g", c.w, c.gradient, got, max(c.want, 0.01))
		}
	}
}

// TestEqualPenalties: Pearson's correlation of one regressor is the same for any
// penalty, so the largest is chosen, in whatever order they are given.
func TestEqualPenalties(t *testing.T) {
	f := &fitting{Options: Options{Constraint: Unconstrained}}
	q := &problem{terms: []Term{{A: 0, B: 0}}, g: mat.NewDense(1, 1, []float64{2}), b: []float64{1}, yy: 1, meanX: []float64{0}}
	for _, ridge := range [][]float64{{0, 0.1, 10}, {10, 0.1, 0}, {0.1, 10, 0}} {
		f.Ridge = ridge
		if got, err := f.choose([]*problem{q, q}, []*problem{q, q}); got.ridge != 10 || err != nil {
			t.Errorf("%v: penalty %v (%v), want 10", ridge, got, err)
		}
	}
}

// TestRidgeShrinksByItsShare: of regressors that are not correlated each has the
// coefficient b/(g·(1+λ)).
func TestRidgeShrinksByItsShare(t *testing.T) {
	q := &problem{terms: []Term{{A: 0, B: 0}, {A: 1, B: 1}}, g: mat.NewDense(2, 2, []float64{4, 0, 0, 0.25}), b: []float64{2, 1}, yy: 9, meanX: make([]float64, 2)}
	for _, c := range []Constraint{Diagonal, Unconstrained} {
		s, err := q.solve(c, 0.6)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []float64{2 / (4 * 1.6), 1 / (0.25 * 1.6)} {
			if math.Abs(s.w[i]-want) > 1e-12 {
				t.Errorf("%s: weight %d is %g, want %g", c, i, s.w[i], want)
			}
		}
	}
}

// TestNormOfTheMatrix: a product is twice in the symmetric matrix.
func TestNormOfTheMatrix(t *testing.T) {
	w := []float64{2, 1, 2}
	if norm := normalise(w, []Term{{A: 0, B: 0}, {A: 1, B: 1}, {A: 0, B: 1}}); math.Abs(norm-math.Sqrt(4+1+2*4)) > 1e-15 {
		t.Errorf("norm %g, want √13", norm)
	}
	if got := w[0]*w[0] + w[1]*w[1] + 2*w[2]*w[2]; math.Abs(got-1) > 1e-15 {
		t.Errorf("the squares add up to %g, want 1", got)
	}
}
