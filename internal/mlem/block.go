package mlem

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// block writes the regressed distances of stimuli [r0,r1) from stimuli [c0,c1)
// into dst, row-major. Squared lengths come from one product of the centred
// patterns, ‖a‖²+‖b‖²−2a·b. Pairs so close that this would lose digits, and pairs
// with a stimulus whose pattern occurs twice, are summed directly. Equal patterns
// thus have exactly equal distances, and ties are kept. Concurrent calls are safe.
func (d *Neural) block(dst []float64, r0, r1, c0, c1 int) {
	cols := c1 - c0
	if d.matrix != nil {
		for i := r0; i < r1; i++ {
			for j := c0; j < c1; j++ {
				dst[(i-r0)*cols+j-c0] = d.raise(d.matrix.At(d.index[i], d.index[j]))
			}
		}
		return
	}
	if d.Distance == Manhattan {
		for i := r0; i < r1; i++ {
			a := d.points.RawRowView(i)
			for j := c0; j < c1; j++ {
				var sum float64
				for k, v := range d.points.RawRowView(j) {
					sum += math.Abs(a[k] - v)
				}
				dst[(i-r0)*cols+j-c0] = d.raise(sum)
			}
		}
		return
	}
	d.squared(dst, d.points, d.norms[0], r0, r1, c0, c1)
	if d.minus != nil {
		own := make([]float64, len(dst))
		d.squared(own, d.minus, d.norms[1], r0, r1, c0, c1)
		for i, v := range own {
			dst[i] -= v
		}
	}
	if d.scale != 1 || d.power != 1 || d.warp != nil {
		for i, v := range dst {
			dst[i] = d.raise(d.scale * v)
		}
	}
}

// squared writes squared Euclidean distances of rows of x.
func (d *Neural) squared(dst []float64, x *mat.Dense, norms []float64, r0, r1, c0, c1 int) {
	// cancellation is the fraction of ‖a‖²+‖b‖² below which the product loses too
	// many digits of the difference.
	const cancellation = 1e-6
	const directWidth = 4
	_, q := x.Dims()
	cols := c1 - c0
	direct := q <= directWidth
	if !direct {
		g := mat.NewDense(r1-r0, cols, dst)
		g.Mul(x.Slice(r0, r1, 0, q), x.Slice(c0, c1, 0, q).T())
	}
	for i := r0; i < r1; i++ {
		row := dst[(i-r0)*cols : (i-r0+1)*cols]
		for j := range row {
			at := c0 + j
			total := norms[i] + norms[at]
			v := total - 2*row[j]
			if direct || v < cancellation*total || d.twin[i] || d.twin[at] {
				v = 0
				if i != at {
					v = linalg.SqDistance(x.RawRowView(i), x.RawRowView(at))
				}
			}
			row[j] = v
		}
	}
}

// condensed returns all regressed distances, i<j row by row.
func (d *Neural) condensed() []float64 {
	const band = 128
	out := make([]float64, 0, d.n*(d.n-1)/2)
	buf := make([]float64, band*d.n)
	for i0 := 0; i0 < d.n; i0 += band {
		i1 := min(i0+band, d.n)
		cols := d.n - i0
		b := buf[:(i1-i0)*cols]
		d.block(b, i0, i1, i0, d.n)
		for i := i0; i < i1; i++ {
			out = append(out, b[(i-i0)*cols+i-i0+1:(i-i0+1)*cols]...)
		}
	}
	return out
}
