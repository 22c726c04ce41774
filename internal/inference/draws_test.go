package inference

import (
	"context"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/measures"
)

// TestTable has sides that multiply to the count where it has factors near its root.
func TestTable(t *testing.T) {
	for count, want := range map[int][2]int{1000: {25, 40}, 100: {10, 10}, 21: {3, 7}, 500: {20, 25}, 101: {10, 11}, 2: {1, 2}, 1: {1, 1}} {
		if rows, cols := table(count); rows != want[0] || cols != want[1] {
			t.Errorf("%d: %d × %d, want %v", count, rows, cols, want)
		}
	}
}

// TestProductsAreATest finds chance effects in independent systems as often as it
// should, with orders that are products and so depend on each other: 4,000 times at 5 %
// and at 20 %, within three standard errors.
func TestProductsAreATest(t *testing.T) {
	const runs, draws, n = 4000, 99, 9
	rng := rand.New(rand.NewPCG(5, 6))
	list, err := measures.ParseList("cka", 1)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[float64]int{.05: 0, .2: 0}
	for run := range runs {
		systems := [2]*measures.System{}
		for i := range systems {
			x := mat.NewDense(n, 2, nil)
			for j := range x.RawMatrix().Data {
				x.RawMatrix().Data[j] = rng.NormFloat64()
			}
			d, err := data.New(x.RawMatrix().Data, n, 2)
			if err != nil {
				t.Fatal(err)
			}
			if systems[i], err = measures.NewSystem(d); err != nil {
				t.Fatal(err)
			}
		}
		p, err := measures.NewPair(systems[0], systems[1])
		if err != nil {
			t.Fatal(err)
		}
		s, err := list[0].Score(p)
		if err != nil {
			t.Fatal(err)
		}
		null, err := nullScores(context.Background(), p, list[0], s.Value, rowPairings(n, uint64(run), draws))
		if err != nil {
			t.Fatal(err)
		}
		for level := range counts {
			if null.PValue(true) <= level+1e-12 {
				counts[level]++
			}
		}
	}
	t.Log(counts)
	for level, count := range counts {
		if share, off := float64(count)/runs, 0.0103; level == .05 && !(share > .05-off && share < .05+off) || level == .2 && !(share > .2-2*off && share < .2+2*off) {
			t.Errorf("p ≤ %v in %.4f of independent systems", level, share)
		}
	}
}
