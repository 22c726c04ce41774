package mlem

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

func randomProblem(rng *rand.Rand, terms []Term, rows int) *problem {
	p := len(terms)
	x := mat.NewDense(rows, p, nil)
	for i := range rows {
		for j := range p {
			x.Set(i, j, rng.NormFloat64())
		}
	}
	b := make([]float64, p)
	for j := range b {
		b[j] = rng.NormFloat64()
	}
	return &problem{terms: terms, g: linalg.Gram(x), b: b, yy: 3, count: 1, meanX: make([]float64, p)}
}

// TestSemidefinite checks the conditions of optimality by another road than the
// solver's: the gradient's matrix is positive semidefinite and orthogonal to W.
func TestSemidefinite(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, f := range []int{1, 2, 5, 9} {
		names := make([]string, f)
		g, _ := newDesign(names, Interactions{All: true})
		q := randomProblem(rng, g.terms, 60+f*f)
		s, err := q.solve(PSD, 0)
		if err != nil {
			t.Fatal(err)
		}
		if s.kkt > 1e-9 {
			t.Errorf("%d features: kkt residual %g", f, s.kkt)
		}
		w, grad := mat.NewDense(f, f, nil), mat.NewDense(f, f, nil)
		for k, term := range g.terms {
			v := dot(q.g.RawRowView(k), s.w) - q.b[k]
			if term.A != term.B {
				v /= 2
			}
			w.Set(term.A, term.B, s.w[k])
			w.Set(term.B, term.A, s.w[k])
			grad.Set(term.A, term.B, v)
			grad.Set(term.B, term.A, v)
		}
		least := func(m *mat.Dense) float64 {
			v, err := linalg.EigSymValues(m)
			if err != nil {
				t.Fatal(err)
			}
			return v[len(v)-1]
		}
		scale := linalg.Norm(mat.NewDense(1, len(q.b), q.b))
		if l := least(w); l < 0 {
			t.Errorf("%d features: W has the eigenvalue %g", f, l)
		}
		if l := least(grad); l < -1e-8*scale {
			t.Errorf("%d features: the gradient has the eigenvalue %g", f, l)
		}
		if d := linalg.Dot(w, grad); math.Abs(d) > 1e-8*scale {
			t.Errorf("%d features: gap %g", f, d)
		}
	}
}
