package mlem

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestListedPairs: the list has the pairs of a thinned sample that are used, and the sums over
// them are those over all pairs with a look at each, of every kind of distance.
func TestListedPairs(t *testing.T) {
	const n, q = 91, 5
	_, features, _ := simulate(t, func(s *Simulation) { s.Stimuli = n })
	design, err := newDesign(features.Names(), Interactions{All: true})
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(6, 6))
	s := &sample{features: features, id: seq(n), group: seq(n), level: make([]int, n)}
	for i := range s.level {
		s.level[i] = i % 7 / 6 // some pairs are of two levels
	}
	for _, d := range []Distance{Euclidean, Manhattan, Correlation} {
		y, err := NewNeural(randomMatrix(rng, n, q), NeuralOptions{Distance: d})
		if err != nil {
			t.Fatal(err)
		}
		s.neural = append(s.neural, y)
	}
	repeats, err := NewCrossnobis([]*mat.Dense{randomMatrix(rng, n, q), randomMatrix(rng, n, q)}, NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	given := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range i {
			v := rng.Float64()
			given.Set(i, j, v)
			given.Set(j, i, v)
		}
	}
	matrix, err := NewGiven(given, NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s.neural = append(s.neural, repeats, matrix)
	if s.listPairs() != nil {
		t.Fatal("all pairs are listed")
	}
	s.thin(200, rng)
	l := s.listPairs()
	if l == nil {
		t.Fatal("few pairs are not listed")
	}
	for i := range n {
		listed := map[int32]bool{}
		for _, j := range l.within(i, 0, n) {
			listed[j] = true
		}
		for j := range n {
			if want := j > i && s.uses(i, j); want != listed[int32(j)] {
				t.Fatalf("the pair of %d and %d is listed: %v, used: %v", i, j, !want, want)
			}
		}
	}
	start := []int{0, 20, 50, n}
	rows := samplings{[][]float64{{1, 1, 1}, {0, 2, 1}}}
	sums := func(change func(a *accumulator)) []*moments {
		a := newAccumulator(s, design, start, 2)
		change(a)
		m, err := a.run(t.Context(), rows, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	got, want := sums(func(*accumulator) {}), sums(func(a *accumulator) { a.listed = nil })
	for r := range want {
		for i, v := range want[r].xx {
			if math.Abs(got[r].xx[i]-v) > 1e-12*want[r].count {
				t.Errorf("sampling %d: xx %d is %g, want %g", r, i, got[r].xx[i], v)
			}
		}
		for i, v := range want[r].cross {
			if math.Abs(got[r].cross[i]-v) > 1e-10*(math.Abs(v)+want[r].count) {
				t.Errorf("sampling %d: sum %d with distances is %g, want %g", r, i, got[r].cross[i], v)
			}
		}
	}
}
