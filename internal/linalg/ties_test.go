package linalg

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Values that rounding has split are one tie, in ranks and rankings, at any offset.
func TestTiesOfRounding(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 1))
	for name, c := range map[string]struct{ offset, noise float64 }{
		"as they are": {0, 0x1p-50}, "far from 0": {1000, 0x1p-50}, "negative": {-3, 0x1p-50}, "float32": {0, 0x1p-22},
	} {
		for _, n := range []int{60, 3000} {
			level, values := make([]float64, n), make([]float64, n)
			for i := range values {
				level[i] = float64(rng.IntN(9)) / 3
				values[i] = c.offset + level[i]*(1+c.noise*(rng.Float64()-0.5))
			}
			want, got := make([]float64, n), make([]float64, n)
			new(Sorter).RanksWithin(want, level, 0)
			part := RoundingOfRanks
			if c.noise > part {
				part = 8 * c.noise
			}
			new(Sorter).RanksWithin(got, values, part)
			if !slices.Equal(got, want) {
				t.Errorf("%s, n=%d: ranks differ from those of the levels", name, n)
			}
			ranking := NewRanking(values, func(float64) float64 { return part * (3 + math.Abs(c.offset)) }, false)
			for i, r := range want {
				if float64(ranking.Twice[i]) != 2*r {
					t.Fatalf("%s, n=%d: rank %g of a value of rank %g", name, n, float64(ranking.Twice[i])/2, r)
				}
			}
		}
	}
}

// A long chain of near values is cut in its widest gaps: clusters within it stay whole,
// and reversing the values reverses their ranks.
func TestChainsOfTies(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 2))
	one := func(float64) float64 { return 1 }
	for range 200 {
		var values []float64
		var cluster []int
		at := 0.0
		for k := range 30 {
			at += 0.6 + 0.3*rng.Float64() // closer than the allowance
			for range 1 + rng.IntN(3) {
				values = append(values, at+1e-3*rng.Float64())
				cluster = append(cluster, k)
			}
		}
		n := len(values)
		r, back := NewRanking(values, one, true), make([]float64, n)
		for i, v := range values {
			back[i] = -v
		}
		mirrored := NewRanking(back, one, false)
		widest := map[uint32][2]float64{}
		for i, v := range values {
			if r.Twice[i]+mirrored.Twice[i] != uint32(2*n+2) {
				t.Fatalf("reversed, value %d has twice the rank %d of %d", i, mirrored.Twice[i], r.Twice[i])
			}
			if i > 0 && cluster[i] == cluster[i-1] && r.Twice[i] != r.Twice[i-1] {
				t.Fatal("a cluster is split")
			}
			w, ok := widest[r.Twice[i]]
			if !ok {
				w = [2]float64{v, v}
			}
			widest[r.Twice[i]] = [2]float64{min(w[0], v), max(w[1], v)}
		}
		for _, w := range widest {
			if w[1]-w[0] > widestTie {
				t.Fatalf("a tie is %g wide", w[1]-w[0])
			}
		}
		sorted := slices.Sorted(slices.Values(values))
		for i := range sorted {
			lo, hi := TieAround(sorted, i, one)
			if twice := r.Twice[r.Order[i]]; uint32(lo+hi+1) != twice {
				t.Fatalf("the tie around %d is [%d,%d), but twice its rank is %d", i, lo, hi, twice)
			}
		}
	}
}
