package collection

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/measures"
)

// Scores without a block of samples are those of the samples that stay, whether they come
// from the moments of blocks or from these samples.
func TestScoresWithoutASegment(t *testing.T) {
	const n = 203
	rng := rand.New(rand.NewPCG(16, 9))
	common := make([]float64, n)
	for i := range common {
		common[i] = rng.NormFloat64()
	}
	held := map[string]*data.Dataset{}
	r := &run{ctx: context.Background(), env: &batch.Env{Jobs: 2}}
	for k, width := range []int{5, 8, 5} {
		d := &data.Dataset{Shape: []int{n, width}, Source: data.Source{Path: fmt.Sprint("s", k)}}
		for i := range n {
			for range width {
				d.Values = append(d.Values, common[i]+float64(1+k)*rng.NormFloat64())
			}
		}
		held[d.Source.Path] = d
		r.args = append(r.args, d.Source.Path)
	}
	r.names = r.args
	bounds := data.FoldBounds(n, 7)
	for _, name := range []string{"cka", "procrustes", "linreg", "nbs", "cca:stat=mean-squared"} {
		all, err := measures.ParseList(name, 1)
		if err != nil {
			t.Fatal(err)
		}
		m := all[0]
		if !r.momentsPay(m, held["s0"], held) {
			t.Errorf("%s: moments do not pay", name)
		}
		without, err := r.withoutSegment(m, held, bounds)
		if err != nil {
			t.Fatal(err)
		}
		for b, end := range bounds {
			var kept []int
			for i := range n {
				if i >= end || b > 0 && i < bounds[b-1] {
					kept = append(kept, i)
				}
			}
			got, err := without(b)
			if err != nil {
				t.Fatal(err)
			}
			for i, x := range r.args {
				for j, y := range r.args {
					if i == j {
						continue // an angle of 0 is less exact by moments
					}
					one, err := measures.NewSystem(held[x].Select(kept))
					if err != nil {
						t.Fatal(err)
					}
					other, err := measures.NewSystem(held[y].Select(kept))
					if err != nil {
						t.Fatal(err)
					}
					pair, err := measures.NewPair(one, other)
					if err != nil {
						t.Fatal(err)
					}
					want, err := m.Score(pair)
					if err != nil {
						t.Fatal(err)
					}
					if v := got.values.At(i, j); math.Abs(v-want.Value) > 1e-12 {
						t.Errorf("%s without block %d: %s with %s is %v, want %v", name, b, x, y, v, want.Value)
					}
				}
			}
		}
	}
	m, err := measures.ParseList("rsa", 1)
	if err != nil {
		t.Fatal(err)
	}
	if r.momentsPay(m[0], held["s0"], held) {
		t.Error("rsa is scored from moments")
	}
}
