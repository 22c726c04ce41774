package measures

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// The cosine of two samples that point the same way, or opposite ways, tells their angle
// θ from 0, or from π, only to 1e-8, and changes of θ do not change it there: features
// of very unequal size make samples point so. For rows u of norm √½ the distance
// d = ‖u−u'‖² = 1 − cos θ has all digits near 0, and b = ‖u+u'‖, b² = 1 + cos θ = 2 − d,
// near π. Where order matters, an order key of the angle takes the place of d: the
// distance itself up to 1, and beyond
//
//	1 + steep·(1 − b).

const (
	// opposite is the 1 + cos θ below which b is computed from the rows.
	opposite = 1e-3
	// steep makes the errors of keys beyond 1 no smaller than those of the distances
	// before, as an Allowance wants.
	steep = 4
)

// orderKeyOf returns the key for two rows of norm √½ at a squared distance.
func orderKeyOf(d float64, u, v []float64) float64 {
	if d <= 1 {
		return d
	}
	square := 2 - d
	if square < opposite {
		square = 0
		for k, a := range u {
			s := a + v[k]
			square += s * s
		}
	}
	return 1 + steep*(1-math.Sqrt(square))
}

// cosineOfKey returns the cosine that belongs to a key.
func cosineOfKey(key float64) float64 {
	if key <= 1 {
		return 1 - key
	}
	b := 1 - (key-1)/steep
	return b*b - 1
}

// orderKeys returns the keys for the distances of all pairs of rows i < j, which it
// overwrites if own is set and copies if it must.
func orderKeys(distances []float64, z *mat.Dense, own bool) []float64 {
	if !slices.ContainsFunc(distances, func(d float64) bool { return d > 1 }) {
		return distances
	}
	if !own {
		distances = slices.Clone(distances)
	}
	n := z.RawMatrix().Rows
	linalg.Parallel(n, rowGrain, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			u, own := z.RawRowView(i), distances[n*i-i*(i+1)/2:][:n-1-i]
			for k, d := range own {
				own[k] = orderKeyOf(d, u, z.RawRowView(i+1+k))
			}
		}
	})
	return distances
}

// keyAllowance is the allowance of keys, for distances with the given allowance and
// doubt (see squaredAllowance): beyond 1 it is that of b, of which the distance has an
// error of ε/b.
func keyAllowance(distances linalg.Allowance, doubt float64, p int) linalg.Allowance {
	computed := 5 * operations(p) * epsilon / math.Sqrt(opposite)
	beyond := steep * (doubt + computed)
	return func(key float64) float64 {
		if key > 1 {
			return beyond
		}
		return distances(max(0, key))
	}
}
