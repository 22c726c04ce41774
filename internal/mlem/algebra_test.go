package mlem

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"simtool/internal/stats"
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
		a.algebra = nil // for the pairs
		p, clusters := len(c.design.terms), len(start)-1
		worker := newCellWorker(a)
		cells := map[[2]int][]float64{}
		var rows samplings
		for i := range clusters {
			for j := i; j < clusters; j++ {
				cells[[2]int{i, j}] = make([]float64, width(p, len(neural)))
				worker.sum(cells[[2]int{i, j}], i, j)
				both := make([]float64, clusters)
				both[i], both[j] = 1, 1
				rows.rows = append(rows.rows, both)
			}
		}
		for r := range 20 {
			m := make([]float64, clusters)
			stats.Multiplicities(m, stats.Stream(1, fmt.Sprint("algebra", r)))
			rows.rows = append(rows.rows, m)
		}
		got := make([][]float64, len(rows.rows))
		for r := range got {
			got[r] = make([]float64, width(p, len(neural)))
		}
		if err := g.sumRegressors(t.Context(), 2, rows, a.shift, func(r int) []float64 { return got[r][:commonSums(p)] }); err != nil {
			t.Fatal(err)
		}
		for k := range neural {
			own := func(r int) []float64 { return got[r][width(p, k):width(p, k+1)] }
			if err := g.sumDistances(t.Context(), 2, rows, patterns[k], a.shift, a.shift.y[k], own); err != nil {
				t.Fatal(err)
			}
		}
		for r, m := range rows.rows {
			want := make([]float64, width(p, len(neural)))
			for i := range clusters {
				for j := i; j < clusters; j++ {
					addScaled(want, cells[[2]int{i, j}], m[i]*m[j])
				}
			}
			for at, v := range want {
				if math.Abs(got[r][at]-v) > 1e-11*max(1, want[0]) {
					t.Fatalf("%s, multiplicities %v, sum %d of %d: %v, want %v", name, m, at, p, got[r][at], v)
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
