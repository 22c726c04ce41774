package linalg

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// columns of values with ties, of both signs and over the whole range.
func rankColumns(n int) map[string][]float64 {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	columns := map[string][]float64{}
	for range n {
		columns["normal"] = append(columns["normal"], rng.NormFloat64())
		columns["few integers"] = append(columns["few integers"], float64(rng.IntN(7)-3))
		columns["whole range"] = append(columns["whole range"], math.Ldexp(rng.NormFloat64(), rng.IntN(2000)-1000))
		columns["low bits"] = append(columns["low bits"], 1+eps*float64(rng.IntN(1000)))
		columns["constant"] = append(columns["constant"], 0.1)
		columns["signed zeros"] = append(columns["signed zeros"], math.Copysign(0, float64(rng.IntN(2))-0.5))
		columns["infinities"] = append(columns["infinities"], []float64{math.Inf(1), 0, math.Inf(-1), 5e-324, -5e-324, math.MaxFloat64}[rng.IntN(6)])
	}
	return columns
}

func TestArgsortIsTheStableOrder(t *testing.T) {
	for _, n := range []int{0, 1, 2, 10, comparisonSort - 1, comparisonSort, 5000} {
		for name, values := range rankColumns(n) {
			want := make([]int32, n)
			for i := range want {
				want[i] = int32(i)
			}
			slices.SortStableFunc(want, func(i, j int32) int { return cmpFloat(values[i], values[j]) })
			if got := Argsort(values); !slices.Equal(got, want) {
				t.Errorf("%s, n=%d: order differs from a stable comparison sort", name, n)
			}
		}
	}
}

// The rank of a value is the number of smaller ones and half the number of equal
// ones, itself among them, and a half.
func TestRanksByCounting(t *testing.T) {
	var s Sorter
	for _, n := range []int{1, 2, 50, 1500, 700} {
		for name, values := range rankColumns(n) {
			got := slices.Clone(values)
			s.RanksWithin(got, got, 0)
			fresh := make([]float64, n)
			new(Sorter).RanksWithin(fresh, values, 0)
			if !slices.Equal(got, fresh) {
				t.Errorf("%s, n=%d: a used sorter, in place, gives other ranks", name, n)
			}
			for i, v := range values {
				smaller, equal := 0, 0
				for _, w := range values {
					if w < v {
						smaller++
					} else if w == v {
						equal++
					}
				}
				if want := float64(smaller) + float64(equal+1)/2; got[i] != want {
					t.Fatalf("%s, n=%d: rank of %v is %v, want %v", name, n, v, got[i], want)
				}
			}
		}
	}
}

func TestRankOfNaNPanics(t *testing.T) {
	for _, n := range []int{3, 2 * comparisonSort} {
		values := make([]float64, n)
		values[n-1] = math.NaN()
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("ranks of %d values with a NaN did not panic", n)
				}
			}()
			Ranks(values)
		}()
	}
}

func BenchmarkRanks(b *testing.B) {
	for _, n := range []int{1e3, 1e4, 1e5, 1e6} {
		values := gaussian(1, 1, n).RawRowView(0)
		ranks := make([]float64, n)
		b.Run(fmt.Sprintf("n=%d/simtool", n), func(b *testing.B) {
			var s Sorter
			for b.Loop() {
				s.Ranks(ranks, values)
			}
		})
		b.Run(fmt.Sprintf("n=%d/slices", n), func(b *testing.B) {
			order := make([]int32, n)
			for b.Loop() {
				for i := range order {
					order[i] = int32(i)
				}
				slices.SortFunc(order, func(i, j int32) int { return cmpFloat(values[i], values[j]) })
			}
		})
	}
}
