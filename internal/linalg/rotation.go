package linalg

import "math"

// rotation returns the plane rotation that maps (f, g) to (r, 0): c·f + s·g = r and
// c·g − s·f = 0, c² + s² = 1. r is not negative where no square overflows or underflows.
func rotation(f, g float64) (c, s, r float64) {
	const small, large = 0x1p-900, 0x1p900
	ss := f*f + g*g
	if ss > small && ss < large {
		r = math.Sqrt(ss)
		return f / r, g / r, r
	}
	return scaledRotation(f, g)
}

// scaledRotation is rotation for numbers of any size.
func scaledRotation(f, g float64) (c, s, r float64) {
	scale := max(math.Abs(f), math.Abs(g))
	if g == 0 || scale == 0 {
		return 1, 0, f
	}
	f, g = f/scale, g/scale
	r = math.Sqrt(f*f + g*g)
	return f / r, g / r, r * scale
}

// rowSpace is vectors as rows, n values each and stride apart. Without rows it takes no
// part in rotations.
type rowSpace struct {
	data      []float64
	n, stride int
}

// rotate applies a chain of rotations, the pairs (c, s) of cs in order, to the rows from
// first on: to rows j and j+1 from the top downwards, or to rows j+1 and j upwards, so that
// the row that comes first in that order gets c times itself and s times the other.
func (z rowSpace) rotate(first int, upwards bool, cs []float64) {
	if z.n == 0 {
		return
	}
	if upwards {
		kernels.RotateUp(z.n, z.data[first*z.stride:], z.stride, cs)
		return
	}
	kernels.Rotate(z.n, z.data[first*z.stride:], z.stride, cs)
}

// row views row i.
func (z rowSpace) row(i int) []float64 { return z.data[i*z.stride : i*z.stride+z.n] }

// swap exchanges two rows.
func (z rowSpace) swap(i, j int) {
	if z.n == 0 {
		return
	}
	a, b := z.row(i), z.row(j)
	for l, v := range a {
		a[l], b[l] = b[l], v
	}
}

// sortAscending sorts values, and the rows of vectors with them.
func sortAscending(values []float64, z ...rowSpace) {
	for i := range values {
		least := i
		for j := i + 1; j < len(values); j++ {
			if values[j] < values[least] {
				least = j
			}
		}
		if least == i {
			continue
		}
		values[i], values[least] = values[least], values[i]
		for _, vectors := range z {
			vectors.swap(i, least)
		}
	}
}

// reverse turns values round.
func reverse(values []float64) {
	for i, j := 0, len(values)-1; i < j; i, j = i+1, j-1 {
		values[i], values[j] = values[j], values[i]
	}
}
