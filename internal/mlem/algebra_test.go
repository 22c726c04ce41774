package mlem

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestAlgebraIsThePairs compares the moments of the pairs within and between clusters with
// those of the pairs one by one: of a signed metric with all products, a free block within
// a category and a circular feature, and of an absolute one without products.
func TestAlgebraIsThePairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 1))
	const n, q = 57, 4
	table := categories(rng, n)
	angle := numericTable(rng, n, 1)
	angle.Columns[0].Name = "angle"
	table.Columns = append(table.Columns, angle.Columns...)
	f, _, err := NewFeatures(table, FeatureOptions{Circular: map[string]float64{"angle": 2}})
	if err != nil {
		t.Fatal(err)
	}
	plain, _, err := NewFeatures(categories(rng, n), FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := newSignedDesign(f, Interactions{All: true}, []string{"shape"})
	if err != nil {
		t.Fatal(err)
	}
	absolute, err := newDesign(plain.Names(), Interactions{})
	if err != nil {
		t.Fatal(err)
	}
	start := []int{0, 1, 15, 30, n}
	for name, c := range map[string]struct {
		features *Features
		design   *design
	}{"signed": {f.under(Signed), signed}, "absolute": {plain, absolute}} {
		var neural []*Neural
		for _, d := range []Distance{Euclidean, Correlation} {
			y, err := NewNeural(randomMatrix(rng, n, q), NeuralOptions{Distance: d})
			if err != nil {
				t.Fatal(err)
			}
			neural = append(neural, y)
		}
		s := &sample{features: c.features, neural: neural, id: make([]int, n)}
		a := newAccumulator(s, c.design, start, 1)
		g := newAlgebra(s, c.design, start)
		if g == nil || !g.takes(neural[0]) {
			t.Fatalf("%s: there is no algebra", name)
		}
		var patterns []*patternMoments
		for _, d := range neural {
			m, err := g.patterns(t.Context(), d, start, 1)
			if err != nil {
				t.Fatal(err)
			}
			patterns = append(patterns, m)
		}
		p := len(c.design.terms)
		worker := newCellWorker(a)
		for i := range len(start) - 1 {
			for j := i; j < len(start)-1; j++ {
				want := make([]float64, width(p, len(neural)))
				worker.sum(want, i, j)
				got := make([]float64, len(want))
				g.sum(got[:commonSums(p)], i, j, a.shift)
				for k := range neural {
					g.distances(got[width(p, k):width(p, k+1)], patterns[k], patterns[k].beside(i, len(g.place)), i, j, a.shift, a.shift.y[k])
				}
				for at, v := range want {
					if math.Abs(got[at]-v) > 1e-11*max(1, want[0]) {
						t.Fatalf("%s, clusters %d and %d, sum %d of %d: %v, want %v", name, i, j, at, p, got[at], v)
					}
				}
			}
		}
	}
	// Pairs are needed for products of absolute differences, other distances, and missing
	// values.
	products, err := newDesign(plain.Names(), Interactions{All: true})
	if err != nil {
		t.Fatal(err)
	}
	if newAlgebra(&sample{features: plain, id: make([]int, n)}, products, start) != nil {
		t.Error("absolute products have an algebra")
	}
	y, err := NewNeural(randomMatrix(rng, n, q), NeuralOptions{Distance: Manhattan})
	if err != nil {
		t.Fatal(err)
	}
	if newAlgebra(&sample{features: plain, id: make([]int, n)}, absolute, start).takes(y) {
		t.Error("city-block distances have an algebra")
	}
	plain.columns[2].values[3] = math.NaN()
	if newAlgebra(&sample{features: plain, id: make([]int, n)}, absolute, start) != nil {
		t.Error("missing values have an algebra")
	}
}
