package measures

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// This file holds arithmetic that measures share. Functions with a destination do not
// allocate.

// dot returns Σ aᵢbᵢ.
func dot(a, b []float64) float64 {
	s := 0.0
	for i, v := range a {
		s += v * b[i]
	}
	return s
}

// sum returns Σ aᵢ.
func sum(a []float64) float64 {
	s := 0.0
	for _, v := range a {
		s += v
	}
	return s
}

// addScaled adds α·s to dst.
func addScaled(dst []float64, alpha float64, s []float64) {
	for i, v := range s {
		dst[i] += alpha * v
	}
}

// scale multiplies dst by α.
func scale(dst []float64, alpha float64) {
	for i := range dst {
		dst[i] *= alpha
	}
}

// scaleMatrix multiplies a matrix by α in place, where mat.Dense.Scale makes a copy.
func scaleMatrix(m *mat.Dense, alpha float64) {
	for i := range m.RawMatrix().Rows {
		scale(m.RawRowView(i), alpha)
	}
}

// columnSquares returns the squared norm of each column of x.
func columnSquares(x *mat.Dense) []float64 {
	_, p := x.Dims()
	out := make([]float64, p)
	columnSquaresTo(out, x)
	return out
}

// columnSquaresTo writes the squared norm of each column of x.
func columnSquaresTo(out []float64, x *mat.Dense) {
	clear(out)
	for i := range x.RawMatrix().Rows {
		for j, v := range x.RawRowView(i) {
			out[j] += v * v
		}
	}
}

// addRow adds α·vᵀM to dst.
func addRow(dst []float64, alpha float64, v []float64, m *mat.Dense) {
	for i, x := range v {
		addScaled(dst, alpha*x, m.RawRowView(i))
	}
}

// subtractMeans removes a mean from every row.
func subtractMeans(x *mat.Dense, means []float64) {
	for i := range x.RawMatrix().Rows {
		addScaled(x.RawRowView(i), -1, means)
	}
}

// addMatrix adds α·A to B.
func addMatrix(b *mat.Dense, alpha float64, a *mat.Dense) {
	for i := range b.RawMatrix().Rows {
		addScaled(b.RawRowView(i), alpha, a.RawRowView(i))
	}
}

// scaleRows multiplies each row of x by a number.
func scaleRows(x *mat.Dense, by []float64) {
	for i, c := range by {
		scale(x.RawRowView(i), c)
	}
}

// scaleColumns multiplies each column of x by a number.
func scaleColumns(x *mat.Dense, by []float64) {
	for i := range x.RawMatrix().Rows {
		row := x.RawRowView(i)
		for j, c := range by {
			row[j] *= c
		}
	}
}

// squares returns aᵢ².
func squares(a []float64) []float64 {
	out := make([]float64, len(a))
	for i, v := range a {
		out[i] = v * v
	}
	return out
}

// transpose writes Aᵀ into dst without allocating.
func transpose(dst, a *mat.Dense) {
	to := dst.RawMatrix()
	eachTile(a, func(i, j int, row []float64) {
		for k, v := range row {
			to.Data[(j+k)*to.Stride+i] = v
		}
	})
}

// eachTile calls f with pieces of the rows of a, tile by tile, so that their columns
// stay in cache: row is a[i, j:].
func eachTile(a *mat.Dense, f func(i, j int, row []float64)) {
	const tile = 32
	r, c := a.Dims()
	for i0 := 0; i0 < r; i0 += tile {
		for j := 0; j < c; j += tile {
			for i := i0; i < min(i0+tile, r); i++ {
				f(i, j, a.RawRowView(i)[j:min(j+tile, c)])
			}
		}
	}
}

// identity returns the unit matrix.
func identity(n int) *mat.Dense {
	m := mat.NewDense(n, n, nil)
	setIdentity(m)
	return m
}

// setIdentity makes a square matrix the unit matrix.
func setIdentity(m *mat.Dense) {
	m.Zero()
	for i := range m.RawMatrix().Rows {
		m.Set(i, i, 1)
	}
}

// gemm computes C = α·A·B + β·C without allocating.
func gemm(alpha float64, a, b *mat.Dense, beta float64, c *mat.Dense) {
	blas64.Gemm(blas.NoTrans, blas.NoTrans, alpha, a.RawMatrix(), b.RawMatrix(), beta, c.RawMatrix())
}

// gemmNT computes C = α·A·Bᵀ + β·C without allocating.
func gemmNT(alpha float64, a, b *mat.Dense, beta float64, c *mat.Dense) {
	blas64.Gemm(blas.NoTrans, blas.Trans, alpha, a.RawMatrix(), b.RawMatrix(), beta, c.RawMatrix())
}

// sumSquares returns ‖X‖².
func sumSquares(x *mat.Dense) float64 { return linalg.Dot(x, x) }

// diagonal returns the diagonal of M.
func diagonal(m *mat.Dense) []float64 {
	d := make([]float64, m.RawMatrix().Rows)
	for i := range d {
		d[i] = m.At(i, i)
	}
	return d
}
