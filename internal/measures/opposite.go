package measures

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// The cosine of two samples that point the same way, or opposite ways, tells their angle
// θ from 0, or from π, only to 1e-8: features of very unequal size make samples point so.
// For rows u of norm √½ the distance d = ‖u−u'‖² = 1 − cos θ has all digits near 0, and
// ‖u+u'‖² = 1 + cos θ near π. Where order matters, an order key of the angle takes the
// place of d: the distance itself up to 2 − opposite, and beyond
//
//	2 + steep·(√opposite − ‖u+u'‖).

const (
	// opposite is the 1 + cos θ below which the distance is not used.
	opposite = 1e-6
	// steep makes the errors of keys beyond no smaller than those of the distances
	// before them, as an Allowance wants.
	steep = 16
)

// orderKeyOf returns the key for two rows of norm √½ at a squared distance.
func orderKeyOf(d float64, u, v []float64) float64 {
	if d <= 2-opposite {
		return d
	}
	sum := 0.0
	for k, a := range u {
		s := a + v[k]
		sum += s * s
	}
	return 2 + steep*(math.Sqrt(opposite)-math.Sqrt(sum))
}

// cosineOfKey returns the cosine that belongs to a key.
func cosineOfKey(key float64) float64 {
	if key <= 2-opposite {
		return 1 - key
	}
	rest := math.Sqrt(opposite) - (key-2)/steep
	return rest*rest - 1
}

// orderKeys returns the keys for the distances of all pairs of rows i < j, which it
// overwrites if own is set and copies if it must.
func orderKeys(distances []float64, z *mat.Dense, own bool) []float64 {
	if !slices.ContainsFunc(distances, func(d float64) bool { return d > 2-opposite }) {
		return distances
	}
	if !own {
		distances = slices.Clone(distances)
	}
	n, at := z.RawMatrix().Rows, 0
	for i := range n {
		u := z.RawRowView(i)
		for j := i + 1; j < n; j++ {
			if d := distances[at]; d > 2-opposite {
				distances[at] = orderKeyOf(d, u, z.RawRowView(j))
			}
			at++
		}
	}
	return distances
}

// keyAllowance is the allowance of keys, for distances with the given allowance and
// doubt (see squaredAllowance).
func keyAllowance(distances linalg.Allowance, doubt float64, p int) linalg.Allowance {
	beyond := steep * (doubt + operations(p)*epsilon)
	return func(key float64) float64 {
		if key > 2 {
			return beyond
		}
		return distances(max(0, key))
	}
}
