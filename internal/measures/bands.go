package measures

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// tiledAbove is the number of samples above which matrices of size n² are avoided where
// possible: quantities between pairs of samples are then computed a band of rows at a
// time, each time they are needed. Below it, a few such matrices save time.
var tiledAbove = 4096

// tiled reports whether a system has too many samples to keep a matrix of their
// pairs.
func (s *System) tiled() bool { return s.Samples() > tiledAbove }

// bandRows is the number of rows of a band, and rowGrain the number that one goroutine
// takes at a time.
const (
	bandRows = 128
	rowGrain = 16
)

// banded is a symmetric n×n matrix of quantities between pairs, computed a band of rows
// at a time. Its diagonal is not used.
type banded struct {
	n int
	// fill writes rows lo, lo+1, … of the columns from lo on into dst, whose shape
	// gives their number. Values on and below the diagonal are ignored.
	fill func(dst *mat.Dense, lo int)
}

// each calls f with one band after the other, in memory that the next call
// reuses: rows lo, lo+1, … of the columns from lo on, 0 on and below the
// diagonal.
func (b banded) each(f func(lo int, band *mat.Dense)) {
	memory := make([]float64, min(bandRows, b.n)*b.n)
	for lo := 0; lo < b.n; lo += bandRows {
		f(lo, b.at(memory, lo))
	}
}

// at computes the band that begins at row lo.
func (b banded) at(memory []float64, lo int) *mat.Dense {
	rows, cols := min(bandRows, b.n-lo), b.n-lo
	band := mat.NewDense(rows, cols, memory[:rows*cols])
	b.fill(band, lo)
	for i := range rows {
		clear(band.RawRowView(i)[:i+1])
	}
	return band
}

// mapped returns f of every entry.
func (b banded) mapped(f func(float64) float64) banded {
	return banded{b.n, func(dst *mat.Dense, lo int) {
		b.fill(dst, lo)
		linalg.Parallel(dst.RawMatrix().Rows, rowGrain, func(from, to int) {
			for i := from; i < to; i++ {
				row := dst.RawRowView(i)[i+1:]
				for j, v := range row {
					row[j] = f(v)
				}
			}
		})
	}}
}

// distanceBands returns the squared Euclidean distances between the rows of x.
func distanceBands(x *mat.Dense) banded {
	d := linalg.NewDistances(x)
	return banded{x.RawMatrix().Rows, func(dst *mat.Dense, lo int) { d.BlockTo(dst, lo, lo) }}
}

// triangles lends memory for one number for each pair of samples, for temporary use, so
// that the next system reuses it.
var triangles = sync.Pool{New: func() any { return new([]float64) }}

// triangle writes the entries above the diagonal, row by row, into the memory of dst if
// that suffices.
func (b banded) triangle(dst []float64) []float64 {
	size := b.n * (b.n - 1) / 2
	if cap(dst) < size {
		dst = make([]float64, 0, size)
	}
	dst = dst[:size]
	b.each(func(lo int, band *mat.Dense) {
		own := dst[b.n*lo-lo*(lo+1)/2:] // from the entry of rows lo and lo+1
		rows, cols := band.Dims()
		linalg.Parallel(rows, rowGrain, func(from, to int) {
			for i := from; i < to; i++ {
				copy(own[cols*i-i*(i+1)/2:], band.RawRowView(i)[i+1:])
			}
		})
	})
	return dst
}

// extent holds statistics of the entries above the diagonal from one pass.
type extent struct {
	sums            []float64 // of each row of the whole matrix
	total, squares  float64   // Σ and Σ² over i < j
	lowest, highest float64
}

// extent computes the statistics of extent.
func (b banded) extent() extent {
	e := extent{sums: make([]float64, b.n), lowest: math.Inf(1), highest: math.Inf(-1)}
	ones := make([]float64, b.n)
	for i := range ones {
		ones[i] = 1
	}
	own, squares := make([]float64, bandRows), make([]float64, bandRows)
	lowest, highest := make([]float64, bandRows), make([]float64, bandRows)
	b.each(func(lo int, band *mat.Dense) {
		rows, cols := band.Dims()
		linalg.Parallel(rows, rowGrain, func(from, to int) {
			for i := from; i < to; i++ {
				total, square, lo, hi := 0.0, 0.0, math.Inf(1), math.Inf(-1)
				for _, v := range band.RawRowView(i)[i+1:] {
					total += v
					square += v * v
					lo, hi = min(lo, v), max(hi, v)
				}
				own[i], squares[i], lowest[i], highest[i] = total, square, lo, hi
			}
		})
		blas64.Gemv(blas.Trans, 1, band.RawMatrix(), vector(ones[:rows]), 1, vector(e.sums[lo:lo+cols]))
		for i := range rows {
			e.sums[lo+i] += own[i]
			e.total += own[i]
			e.squares += squares[i]
			e.lowest, e.highest = min(e.lowest, lowest[i]), max(e.highest, highest[i])
		}
	})
	return e
}

// mean returns the mean of the entries above the diagonal.
func (e extent) mean() float64 { return e.total / choose2(len(e.sums)) }

// centredBands is a banded matrix with constants of its rows and columns subtracted:
//
//	c_ij = v_ij − m_i − m_j + g for i ≠ j,  c_ii = v − 2m_i + g.
//
// The constants are subtracted from every entry. Subtracting them from sums of products
// instead could cancel all but the last digits.
type centredBands struct {
	banded
	means    []float64 // m
	grand    float64   // g
	diagonal []float64 // c_ii; nil without a diagonal
}

// uncentred returns the entries minus a constant, without a diagonal.
func (b banded) uncentred(constant float64) centredBands {
	return centredBands{banded: b, means: make([]float64, b.n), grand: -constant}
}

// doublyCentred returns the matrix with v on its diagonal, with the means of rows and
// columns removed.
func (b banded) doublyCentred(e extent, v float64) centredBands {
	c := centredBands{banded: b, means: make([]float64, b.n), diagonal: make([]float64, b.n)}
	for i, s := range e.sums {
		c.means[i] = (s + v) / float64(b.n)
	}
	c.grand = sum(c.means) / float64(b.n)
	for i, m := range c.means {
		c.diagonal[i] = v - 2*m + c.grand
	}
	return c
}

// uCentred is uCentre for bands.
func (b banded) uCentred(e extent) centredBands {
	c := centredBands{banded: b, means: make([]float64, b.n)}
	n := float64(b.n)
	for i, s := range e.sums {
		c.means[i] = s / (n - 2)
	}
	c.grand = sum(e.sums) / ((n - 1) * (n - 2))
	return c
}

// products returns the inner products of two matrices and of each with itself.
func products(x, y centredBands) (xy, xx, yy float64) {
	var total [3]float64
	eachCentred(x, y, func(a, b float64) [3]float64 { return [3]float64{a * b, a * a, b * b} }, &total)
	return total[0], total[1], total[2]
}

// gap returns ‖αX − βY‖.
func gap(x, y centredBands, alpha, beta float64) float64 {
	var total [3]float64
	eachCentred(x, y, func(a, b float64) [3]float64 {
		d := alpha*a - beta*b
		return [3]float64{d * d}
	}, &total)
	return math.Sqrt(total[0])
}

// eachCentred adds f of all entries of two matrices to total. It processes the entries
// above the diagonal by bands and counts each twice.
func eachCentred(x, y centredBands, f func(a, b float64) [3]float64, total *[3]float64) {
	memory := make([]float64, min(bandRows, y.n)*y.n)
	partial := make([][3]float64, bandRows)
	x.each(func(lo int, band *mat.Dense) {
		other := y.at(memory, lo)
		rows, _ := band.Dims()
		linalg.Parallel(rows, rowGrain, func(from, to int) {
			for i := from; i < to; i++ {
				bx, by := x.grand-x.means[lo+i], y.grand-y.means[lo+i]
				mx, my := x.means[lo+i+1:], y.means[lo+i+1:]
				ys := other.RawRowView(i)[i+1:]
				var s [3]float64
				for j, v := range band.RawRowView(i)[i+1:] {
					t := f(v+(bx-mx[j]), ys[j]+(by-my[j]))
					s[0] += t[0]
					s[1] += t[1]
					s[2] += t[2]
				}
				partial[i] = s
			}
		})
		for _, s := range partial[:rows] {
			for k, v := range s {
				total[k] += 2 * v
			}
		}
	})
	for i, a := range x.diagonal {
		for k, v := range f(a, y.diagonal[i]) {
			total[k] += v
		}
	}
}

// needBands returns the need of passes over the bands of several systems at once, and
// of the copies of their samples.
func (d Dims) needBands(systems int64) Need {
	return work(systems * (linalg.DistancesMemory(d.N, max(d.P, d.Q)) + d.bandMemory() + 8*d.N))
}

// bandMemory returns the size of a band.
func (d Dims) bandMemory() int64 { return min(bandRows, d.N) * d.N }
