package linalg

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

const (
	// directWork is the number of coordinate differences, p·n(n−1)/2, up to which
	// distances are summed one by one.
	directWork = 1 << 20
	// cancellation is the fraction of ‖x‖²+‖y‖² below which inner products lose
	// too many digits of ‖x−y‖².
	cancellation = 1e-6
	// distanceTile is the number of rows whose inner products with all later
	// rows are formed at a time.
	distanceTile = 128
)

// SqDistances returns the squared Euclidean distances between the rows of the
// n×p matrix x: the upper triangle i<j row by row, n(n−1)/2 values (the order of
// SciPy's pdist).
//
// Small problems are summed directly. Others use ‖x‖²+‖y‖²−2⟨x,y⟩ on centred
// columns. That would keep less than ten digits of a d² below 1e-6·(‖x‖²+‖y‖²), so
// such pairs are summed directly. Ranks depend on ties, which are kept in two
// cases:
//
//   - The distance of equal rows is exactly 0, and equal rows have exactly equal
//     distances to every other row, because only one of them is computed.
//   - Data on a grid (integers, 0/1 codes, quarters: multiples of one power of
//     two, each row less than 2²⁵ of them away from the first) have exact
//     distances, because no operation rounds. Such data are not centred; their
//     first row is subtracted instead.
func SqDistances(x *mat.Dense) []float64 {
	n, _ := x.Dims()
	d := make([]float64, n*(n-1)/2)
	SqDistancesTo(d, x)
	return d
}

// SqDistancesTo is SqDistances into the n(n−1)/2 values of d. It needs memory for a
// copy of x, for a band of rows, and, where rows repeat, for the distances of the
// distinct rows.
func SqDistancesTo(d []float64, x *mat.Dense) {
	n, p := x.Dims()
	if len(d) != n*(n-1)/2 {
		panic(mat.ErrShape)
	}
	if len(d)*p <= directWork {
		for i := range n {
			a := x.RawRowView(i)
			row := d[condensed(n, i, i+1):]
			for j := i + 1; j < n; j++ {
				row[j-i-1] = SqDistance(a, x.RawRowView(j))
			}
		}
		return
	}
	group, representatives := distinctRows(x)
	m := len(representatives)
	if m == n {
		gramDistances(d, x)
		return
	}
	distinct := mat.NewDense(m, p, nil)
	for r, i := range representatives {
		copy(distinct.RawRowView(r), x.RawRowView(i))
	}
	table := make([]float64, m*(m-1)/2)
	gramDistances(table, distinct)
	parallel(n, distanceTile, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			row := d[condensed(n, i, i+1):]
			for j := i + 1; j < n; j++ {
				a, b := min(group[i], group[j]), max(group[i], group[j])
				row[j-i-1] = 0
				if a < b {
					row[j-i-1] = table[condensed(m, a, b)]
				}
			}
		}
	})
}

// gramDistances is SqDistancesTo by inner products. The rows of x are distinct.
func gramDistances(d []float64, x *mat.Dense) {
	n, _ := x.Dims()
	all := NewDistances(x)
	memory := make([]float64, min(distanceTile, n)*n)
	for i0 := 0; i0 < n; i0 += distanceTile {
		rows, cols := min(distanceTile, n-i0), n-i0
		band := mat.NewDense(rows, cols, memory[:rows*cols])
		all.BlockTo(band, i0, i0)
		parallel(rows, distanceTile/8, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				copy(d[condensed(n, i0+i, i0+i+1):][:cols-i-1], band.RawRowView(i)[i+1:])
			}
		})
	}
}

// Distances gives the squared Euclidean distances between the rows of a matrix
// a block at a time, for callers that need not keep them all. It borrows the
// matrix and keeps a copy of it. It is safe for concurrent use.
//
// The distances are those that SqDistances computes by inner products: exactly 0
// for equal rows, and exact for data on a grid. A pair of rows has the same bits
// in every block, in both orders, and so has a pair of rows that equal them.
type Distances struct {
	x       *mat.Dense
	shifted blas64.General // centred, or moved by the first row
	norm    []float64
	exact   bool // nothing is rounded
}

// NewDistances prepares the distances between the rows of x, O(n·p).
func NewDistances(x *mat.Dense) *Distances {
	n, p := x.Dims()
	shifted := mat.NewDense(n, p, nil)
	d := &Distances{x: x, shifted: shifted.RawMatrix(), norm: make([]float64, n)}
	if d.exact = shiftOnGrid(shifted, x); !d.exact {
		CenterTo(shifted, make([]float64, p), x)
	}
	for i := range d.norm {
		d.norm[i] = blas64.Dot(rowVector(d.shifted, i), rowVector(d.shifted, i))
	}
	return d
}

// distanceDepth is the number of coordinates that one product sums over. With so
// few, the order of the sums does not depend on the shape of the block.
const distanceDepth = 4096

// BlockTo writes the distances of rows i0, i0+1, … to rows j0, j0+1, … into dst.
// The shape of dst says how many rows of each.
func (d *Distances) BlockTo(dst *mat.Dense, i0, j0 int) {
	g := dst.RawMatrix()
	if n := len(d.norm); i0 < 0 || j0 < 0 || i0+g.Rows > n || j0+g.Cols > n {
		panic(mat.ErrShape)
	}
	if n := len(d.norm); g.Cols == 1 && n > 1 {
		// A product with a vector adds up in another order than one with a matrix.
		from := min(j0, n-2)
		pair := mat.NewDense(g.Rows, 2, nil)
		d.BlockTo(pair, i0, from)
		dst.Copy(pair.Slice(0, g.Rows, j0-from, j0-from+1))
		return
	}
	beta := 0.0
	for k := 0; k < d.shifted.Cols; k += distanceDepth {
		depth := min(distanceDepth, d.shifted.Cols-k)
		blas64.Gemm(blas.NoTrans, blas.Trans, 1, block(d.shifted, i0, k, g.Rows, depth), block(d.shifted, j0, k, g.Cols, depth), beta, g)
		beta = 1
	}
	parallel(g.Rows, distanceTile/8, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			row, norm := dst.RawRowView(i), d.norm[i0+i]
			others := d.norm[j0:][:len(row)]
			for j, v := range row {
				scale := norm + others[j]
				v = scale - 2*v
				if v < cancellation*scale && !d.exact {
					v = SqDistance(d.x.RawRowView(i0+i), d.x.RawRowView(j0+j))
				}
				row[j] = v
			}
		}
	})
}

// condensed is the position of the pair i<j in the condensed upper triangle of an
// n×n matrix.
func condensed(n, i, j int) int { return i*(2*n-i-1)/2 + j - i - 1 }

// SqDistance returns Σ(a_k−b_k)², summed in the order of k. b is at least as long as a.
func SqDistance(a, b []float64) float64 {
	b = b[:len(a)]
	var sum float64
	for k, v := range a {
		d := v - b[k]
		sum += d * d
	}
	return sum
}
