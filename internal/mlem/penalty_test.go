package mlem

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestShrinkSolvesItsNormalEquations: without a constraint the minimum has the closed
// form (G + μsD)w = b + μsc·1, D the number of entries of each term, in the units of the
// data.
func TestShrinkSolvesItsNormalEquations(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 1))
	g, err := newDesign([]string{"a", "b", "c"}, Interactions{All: true})
	if err != nil {
		t.Fatal(err)
	}
	q := randomProblem(rng, g.terms, 12)
	const mu = 0.7
	c, s := q.equalWeight()
	var product, square, variance float64
	for t := range 3 {
		product += q.b[t]
		variance += q.g.At(t, t) / 3
		for u := range 3 {
			square += q.g.At(t, u)
		}
	}
	if math.Abs(c-max(0.02*math.Sqrt(q.yy/square), product/square)) > 1e-14 || math.Abs(s-variance) > 1e-14 {
		t.Errorf("equal weight %v, variance %v; want %v and %v", c, s, product/square, variance)
	}
	got, err := q.solvePenalised(Unconstrained, penalty{shrink: mu})
	if err != nil {
		t.Fatal(err)
	}
	left, right := mat.DenseCopyOf(q.g), mat.NewVecDense(len(q.b), append([]float64(nil), q.b...))
	for t, term := range g.terms {
		if term.A == term.B {
			left.Set(t, t, left.At(t, t)+mu*s)
			right.SetVec(t, right.AtVec(t)+mu*s*c)
		} else {
			left.Set(t, t, left.At(t, t)+2*mu*s)
		}
	}
	var want mat.VecDense
	if err := want.SolveVec(left, right); err != nil {
		t.Fatal(err)
	}
	for i, v := range got.w {
		if math.Abs(v-want.AtVec(i)) > 1e-10 {
			t.Errorf("w[%d] is %v, want %v", i, v, want.AtVec(i))
		}
	}
	// However constrained, a large penalty gives equal weights and no products.
	for _, constraint := range []Constraint{Unconstrained, PSD} {
		limit, err := q.solvePenalised(constraint, penalty{shrink: 1e9})
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range limit.w {
			want := c
			if g.terms[i].A != g.terms[i].B {
				want = 0
			}
			if math.Abs(v-want) > 1e-6*max(c, 1) {
				t.Errorf("%s: w[%d] is %v, want %v", constraint, i, v, want)
			}
		}
	}
}

// TestShrinkRecovers holds the penalty that is chosen to the better one of no penalty and
// of equal weights, where the noise is small and where it is large.
func TestShrinkRecovers(t *testing.T) {
	const seeds = 6
	for _, noise := range []float64{1, 10} {
		cosines := map[string]float64{}
		for seed := range seeds {
			s := DefaultSimulation()
			s.Stimuli, s.Noise, s.Seed = 96, noise, uint64(seed+1)
			x, err := Simulate(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			f, _, err := NewFeatures(x.Table, FeatureOptions{})
			if err != nil {
				t.Fatal(err)
			}
			y, err := NewNeural(x.Y, NeuralOptions{})
			if err != nil {
				t.Fatal(err)
			}
			for name, list := range map[string][]float64{"none": nil, "chosen": AutoShrink, "equal": {1e9}} {
				r := fitOne(t, f, y, func(o *Options) { o.Bootstrap, o.Null, o.Permutations, o.Shrink, o.RowEffects = 0, 0, 0, list, true })
				if c, ok := Recover(r.Model.Matrix(), x.W); ok {
					cosines[name] += c.Cosine / seeds
				}
			}
		}
		if best := max(cosines["none"], cosines["equal"]); cosines["chosen"] < best-0.03 {
			t.Errorf("noise %g: cosine %v, want that of the best, %v", noise, cosines["chosen"], best)
		}
		if gap := math.Abs(cosines["none"] - cosines["equal"]); gap < 0.05 {
			t.Errorf("noise %g: without a penalty %v, with equal weights %v: nothing to choose", noise, cosines["none"], cosines["equal"])
		}
	}
}
