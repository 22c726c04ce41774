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

// TestSemidefinite checks the conditions of optimality independently of the solver:
// the matrix of the gradient is positive semidefinite and orthogonal to W.
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

// TestSemidefiniteEdge: a metric with eigenvalues of 0 is found as exactly as any, although
// rounding may put the minimum without the constraint outside of the cone.
func TestSemidefiniteEdge(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 2))
	for trial := range 60 {
		f := 2 + trial%4
		g, _ := newDesign(make([]string, f), Interactions{All: true})
		q := randomProblem(rng, g.terms, 60+f*f)
		root := randomMatrix(rng, f, 1+trial%(f-1)) // of less than full rank
		var w mat.Dense
		w.Mul(root, root.T())
		want := make([]float64, len(g.terms))
		for k, term := range g.terms {
			want[k] = w.At(term.A, term.B)
		}
		for k := range q.b {
			q.b[k] = dot(q.g.RawRowView(k), want) * (1 + 1e-14*rng.NormFloat64())
		}
		q.yy = q.variance(want)
		s, err := q.solve(PSD, 0)
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range want {
			if math.Abs(s.w[k]-v) > 1e-11*mat.Norm(&w, 2) {
				t.Errorf("%d features, rank %d: weight %d is %.15g, want %.15g", f, 1+trial%(f-1), k, s.w[k], v)
			}
		}
		values, err := linalg.EigSymValues(g.matrix(s.w))
		if err != nil {
			t.Fatal(err)
		}
		if l := values[len(values)-1]; l < -1e-15*values[0] {
			t.Errorf("%d features: W has the eigenvalue %g", f, l)
		}
	}
}

// TestNonnegative compares with the best of all 2ᴾ subsets of regressors whose
// unconstrained solution is nonnegative.
func TestNonnegative(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for range 30 {
		const p = 6
		g, _ := newDesign(make([]string, p), Interactions{})
		q := randomProblem(rng, g.terms, p+2)
		s, err := q.solve(Diagonal, 0)
		if err != nil {
			t.Fatal(err)
		}
		loss := func(w []float64) float64 { return q.variance(w)/2 - q.covariance(w) }
		best := 0.0
		for subset := 1; subset < 1<<p; subset++ {
			at := g.restrict(func(f int) bool { return subset>>f&1 == 1 })
			free, err := q.restrict(at).solve(Unconstrained, 0)
			if err != nil {
				t.Fatal(err)
			}
			w := make([]float64, p)
			feasible := true
			for i, k := range at {
				w[k] = free.w[i]
				feasible = feasible && w[k] >= 0
			}
			if feasible {
				best = min(best, loss(w))
			}
		}
		if got := loss(s.w); math.Abs(got-best) > 1e-9*math.Abs(best) {
			t.Errorf("loss %.12g, the best subset's is %.12g", got, best)
		}
		if s.kkt > 1e-12 {
			t.Errorf("kkt residual %g", s.kkt)
		}
	}
}

func TestDependentRegressors(t *testing.T) {
	// The second regressor is twice the first, the third independent.
	g, _ := newDesign(make([]string, 3), Interactions{})
	q := &problem{terms: g.terms, g: mat.NewDense(3, 3, []float64{1, 2, 0, 2, 4, 0, 0, 0, 1}), b: []float64{1, 2, .5}, yy: 2}
	for _, c := range []Constraint{Diagonal, Unconstrained} {
		s, err := q.solve(c, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.w[0] + 2*s.w[1]; math.Abs(got-1) > 1e-9 || math.Abs(s.w[2]-.5) > 1e-9 || s.kkt > 1e-9 {
			t.Errorf("%s: weights %v, kkt %g", c, s.w, s.kkt)
		}
	}
}

// One feature is given twice. W may then grow along their difference without a
// change of the objective.
func TestSemidefiniteUnbounded(t *testing.T) {
	g, _ := newDesign(make([]string, 2), Interactions{All: true})
	// Regressors d², d², 2d·d of one distance.
	q := &problem{terms: g.terms, g: mat.NewDense(3, 3, []float64{1, 1, 2, 1, 1, 2, 2, 2, 4}), b: []float64{1, 1, 2}, yy: 1}
	s, err := q.solve(PSD, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.w[0] + s.w[1] + 2*s.w[2]; math.Abs(got-1) > 1e-6 || s.kkt > 1e-8 {
		t.Errorf("weights %v predict %g times the distance, kkt %g", s.w, got, s.kkt)
	}
}

func TestSparseMetric(t *testing.T) {
	// Without the product (0,2), W_02 is 0 and W still positive semidefinite.
	rng := rand.New(rand.NewPCG(9, 9))
	g, err := newDesign([]string{"a", "b", "c"}, Interactions{Pairs: [][2]string{{"a", "b"}, {"c", "b"}}})
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		s, err := randomProblem(rng, g.terms, 8).solve(PSD, 0)
		if err != nil {
			t.Fatal(err)
		}
		values, err := linalg.EigSymValues(g.matrix(s.w))
		if err != nil {
			t.Fatal(err)
		}
		if values[2] < 0 || s.kkt > 1e-9 {
			t.Errorf("eigenvalues %v, kkt %g", values, s.kkt)
		}
	}
}

func TestConstraintsAreChecked(t *testing.T) {
	plain, _ := newDesign([]string{"a", "b"}, Interactions{})
	products, _ := newDesign([]string{"a", "b"}, Interactions{All: true})
	if c, err := Constraint("").check(plain); c != Diagonal || err != nil {
		t.Errorf("default %q, %v", c, err)
	}
	if c, err := Constraint("").check(products); c != PSD || err != nil {
		t.Errorf("default with interactions %q, %v", c, err)
	}
	if _, err := Diagonal.check(products); err == nil {
		t.Error("the diagonal constraint with interactions is no error")
	}
	if _, err := Constraint("lasso").check(plain); err == nil {
		t.Error("an unknown constraint is no error")
	}
}
