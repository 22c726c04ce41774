package linalg

import (
	"math"
	"math/bits"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// distinctRows numbers the distinct rows of x in the order in which they appear:
// group[i] is the number of row i and representatives the first row of each.
func distinctRows(x *mat.Dense) (group, representatives []int) {
	n, _ := x.Dims()
	group = make([]int, n)
	candidates := make(map[uint64][]int, n) // groups by hash
search:
	for i := range n {
		row := x.RawRowView(i)
		h := hashRow(row)
		for _, g := range candidates[h] {
			if slices.Equal(row, x.RawRowView(representatives[g])) {
				group[i] = g
				continue search
			}
		}
		g := len(representatives)
		group[i] = g
		representatives = append(representatives, i)
		candidates[h] = append(candidates[h], g)
	}
	return group, representatives
}

// hashRow returns the same hash for rows that are equal as numbers.
func hashRow(row []float64) uint64 {
	const odd = 0x9e3779b97f4a7c15 // 2⁶⁴ over the golden ratio
	var h uint64
	for _, v := range row {
		hi, lo := bits.Mul64(h^math.Float64bits(v+0), odd) // −0 + 0 is +0
		h = hi ^ lo + 1
	}
	return h
}

// shiftOnGrid writes x minus its first row into dst and reports true when the data
// lie on a grid: multiples of a power of two, with every row at less than 2²⁵ of
// them from the first. On a grid the differences, and sums of products of two rows,
// are exact. Otherwise it reports false and dst is undefined.
func shiftOnGrid(dst, x *mat.Dense) bool {
	const (
		radius = 1 << 25
		// Squares of smaller units would underflow.
		smallest = -500
	)
	n, _ := x.Dims()
	first := x.RawRowView(0)
	unit := math.MaxInt // binary exponent
	for i := range n {
		row, out := x.RawRowView(i), dst.RawRowView(i)
		ss, moved := 0.0, false
		for j, v := range row {
			unit = min(unit, unitExponent(v))
			out[j] = v - first[j]
			ss += out[j] * out[j]
			moved = moved || out[j] != 0
		}
		if moved && (unit < smallest || !(math.Ldexp(ss, -2*unit) < radius*radius)) {
			return false
		}
	}
	return true
}

// unitExponent returns the e of the largest power of two 2ᵉ that divides v.
func unitExponent(v float64) int {
	if v == 0 {
		return math.MaxInt
	}
	b := math.Float64bits(v)
	mantissa, exponent := b&(1<<52-1), int(b>>52&0x7ff)
	if exponent == 0 {
		exponent = 1
	} else {
		mantissa |= 1 << 52
	}
	return exponent - 1075 + bits.TrailingZeros64(mantissa)
}
