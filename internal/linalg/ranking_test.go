package linalg

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Sorting in parts of any size gives the ranks, the order and the ties of sorting at
// once, and the ranks of Ranks.
func TestRankingInParts(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	const n = 3000
	draws := map[string]func(i int) float64{
		"normal":     func(int) float64 { return rng.NormFloat64() },
		"few levels": func(int) float64 { return float64(rng.IntN(7)) - 3 },
		"one level":  func(int) float64 { return 2.5 },
		"any size":   func(int) float64 { return math.Ldexp(rng.NormFloat64(), rng.IntN(1200)-600) },
		"half ties":  func(i int) float64 { return float64(i%2) * rng.Float64() },
		"near":       func(int) float64 { return 1 + 0x1p-52*float64(rng.IntN(1000)) },
		"infinities": func(i int) float64 { return []float64{math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1)}[i%4] },
	}
	for name, draw := range draws {
		values := make([]float64, n)
		for i := range values {
			values[i] = draw(i)
		}
		want := make([]uint32, n)
		exact := make([]float64, n)
		new(Sorter).RanksWithin(exact, values, 0)
		for i, r := range exact {
			want[i] = uint32(2 * r)
		}
		ties := 0.0
		for i := range n {
			for j := range i {
				if values[i] == values[j] {
					ties++
				}
			}
		}
		for _, size := range []int{n, n - 1, 1000, 64, 1} {
			got := rankParts(values, nil, true, size)
			if !slices.Equal(got.Twice, want) || got.Ties != ties || !slices.Equal(got.Order, Argsort(values)) {
				t.Errorf("%s: parts of %d: wrong ranking, or %g ties instead of %g", name, size, got.Ties, ties)
			}
		}
	}
}

// Values that tie by an allowance of the caller cross the borders of parts.
func TestRankingByAllowance(t *testing.T) {
	values := make([]float64, 500)
	for i := range values {
		k := (i * 7) % 500
		values[i] = 10*math.Floor(float64(k)/10) + 0.25*float64(k%10)
	}
	quarter := func(float64) float64 { return 0.75 } // a group is 2.25 wide
	for _, size := range []int{500, 33, 4} {
		r := rankParts(values, quarter, false, size)
		for i, v := range values {
			if want := uint32(20*math.Floor(v/10) + 11); r.Twice[i] != want {
				t.Fatalf("parts of %d: %v has twice the rank %d, want %d", size, v, r.Twice[i], want)
			}
		}
		if r.Ties != 50*45 || r.Order != nil {
			t.Errorf("%g ties, want %d; order %v", r.Ties, 50*45, r.Order)
		}
	}
	if r := NewRanking(nil, nil, true); len(r.Twice) != 0 || r.Ties != 0 {
		t.Errorf("ranking of nothing: %+v", r)
	}
}

// So many ranks are gathered by regions on their way to their places. They are those of a
// sort by the library, for values apart, in ties, and in a tie that is larger than what is
// gathered at a time.
func TestRankingOfMany(t *testing.T) {
	const n = placedFrom + 12345
	rng := rand.New(rand.NewPCG(8, 2))
	for name, draw := range map[string]func() float64{
		"apart":       rng.NormFloat64,
		"ties":        func() float64 { return float64(rng.IntN(n / 3)) },
		"half in one": func() float64 { return max(0, rng.NormFloat64()) },
	} {
		values := make([]float64, n)
		for i := range values {
			values[i] = draw()
		}
		sorted := slices.Sorted(slices.Values(values))
		got := NewRanking(values, nil, true)
		ties := 0.0
		for i, v := range values {
			lo, _ := slices.BinarySearch(sorted, v)
			hi := lo + 1
			for hi < n && sorted[hi] == v && hi < lo+4 {
				hi++
			}
			if hi == lo+4 {
				hi, _ = slices.BinarySearchFunc(sorted, v, func(a, b float64) int { return cmp.Or(cmp.Compare(a, b), -1) })
			}
			if want := uint32(lo + hi + 1); got.Twice[i] != want {
				t.Fatalf("%s: twice the rank %d of value %d, want %d", name, got.Twice[i], i, want)
			}
			ties += float64(hi-lo-1) / 2
		}
		if got.Ties != ties {
			t.Errorf("%s: %g ties, want %g", name, got.Ties, ties)
		}
		for i := 1; i < n; i++ {
			if a, b := got.Order[i-1], got.Order[i]; values[a] > values[b] || values[a] == values[b] && a > b {
				t.Fatalf("%s: %d comes before %d", name, a, b)
			}
		}
	}
}
