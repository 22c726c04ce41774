package linalg

import (
	"slices"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Centered is an n×p matrix X with the means of its columns removed, Xc. It forms
// Xc a panel of rows at a time, so that products of tall matrices neither wait for
// memory nor allocate any. It borrows X and is safe for concurrent use.
//
// The means are the sum of an estimate and a rest, see Center. Both are removed.
type Centered struct {
	x              *mat.Dense
	estimate, rest []float64
}

// NewCentered computes the column means of x.
func NewCentered(x *mat.Dense) *Centered {
	_, p := x.Dims()
	c := &Centered{x: x, estimate: make([]float64, p), rest: make([]float64, p)}
	columnMeans(c.estimate, c.rest, x.RawMatrix())
	return c
}

// Dims returns n and p.
func (c *Centered) Dims() (n, p int) { return c.x.Dims() }

// Means returns the column means.
func (c *Centered) Means() []float64 {
	means := make([]float64, len(c.estimate))
	for j, v := range c.estimate {
		means[j] = v + c.rest[j]
	}
	return means
}

// MeansAbout returns the means minus those of another matrix with as many columns.
// The differences are as exact as if neither matrix had an offset.
func (c *Centered) MeansAbout(other *Centered) []float64 {
	means := make([]float64, len(c.estimate))
	for j := range means {
		means[j] = (c.estimate[j] - other.estimate[j]) + (c.rest[j] - other.rest[j])
	}
	return means
}

// Finite reports whether all means are finite. They are not when X holds NaN or an
// infinity, or when sums overflow.
func (c *Centered) Finite() bool {
	return isFinite(maxAbs(rowMatrix(c.rest))) && isFinite(maxAbs(rowMatrix(c.estimate)))
}

// Dense returns Xc.
func (c *Centered) Dense() *mat.Dense {
	n, p := c.Dims()
	out := mat.NewDense(n, p, nil)
	c.RowsTo(out, 0)
	return out
}

// RowsTo writes the rows of Xc from row lo on into dst. The number of rows of dst
// says how many; it has p columns.
func (c *Centered) RowsTo(dst *mat.Dense, lo int) {
	n, p := c.Dims()
	rows, cols := dst.Dims()
	if cols != p || lo < 0 || lo+rows > n {
		panic(mat.ErrShape)
	}
	subtract(dst.RawMatrix(), block(c.x.RawMatrix(), lo, 0, rows, p), c.estimate, c.rest)
}

// Equal reports whether Xc and Yc are the same to the bit.
func (c *Centered) Equal(y *Centered) bool {
	n, p := c.Dims()
	if m, q := y.Dims(); m != n || q != p {
		return false
	}
	const rows = 16 // most systems differ in the first
	ws := spare.Get().(*panels)
	defer spare.Put(ws)
	for lo := 0; lo < n; lo += rows {
		hi := min(lo+rows, n)
		if !slices.Equal(ws.centred(0, c, lo, hi).Data, ws.centred(1, y, lo, hi).Data) {
			return false
		}
	}
	return true
}

// Gram returns XcᵀXc, p×p.
func (c *Centered) Gram() *mat.Dense {
	n, p := c.Dims()
	g := mat.NewDense(p, p, nil)
	sumPanels(g.RawMatrix(), n, func(beta float64, sum blas64.General, lo, hi int, ws *panels) {
		blas64.Syrk(blas.Trans, 1, ws.centred(0, c, lo, hi), beta, upperOf(sum))
	})
	mirror(g.RawMatrix())
	return g
}

// CrossGram returns XcᵀYc, p×q. The other matrix is n×q.
func (c *Centered) CrossGram(y *Centered) *mat.Dense {
	n, p := c.Dims()
	m, q := y.Dims()
	if n != m {
		panic(mat.ErrShape)
	}
	g := mat.NewDense(p, q, nil)
	sumPanels(g.RawMatrix(), n, func(beta float64, sum blas64.General, lo, hi int, ws *panels) {
		blas64.Gemm(blas.Trans, blas.NoTrans, 1, ws.centred(0, c, lo, hi), ws.centred(1, y, lo, hi), beta, sum)
	})
	return g
}

// ColumnSquares returns the squared norms of the columns of Xc.
func (c *Centered) ColumnSquares() []float64 {
	n, p := c.Dims()
	squares := mat.NewDense(1, p, nil)
	sumPanels(squares.RawMatrix(), n, func(_ float64, sum blas64.General, lo, hi int, ws *panels) {
		addSquares(sum.Data, ws.centred(0, c, lo, hi))
	})
	return squares.RawRowView(0)
}

// RowSquares returns the squared norms of the rows of Xc.
func (c *Centered) RowSquares() []float64 {
	n, p := c.Dims()
	squares := make([]float64, n)
	rows := panelRows(p, 0)
	parallel(n, rows, func(lo, hi int) {
		ws := spare.Get().(*panels)
		defer spare.Put(ws)
		xc := ws.centred(0, c, lo, hi)
		for i := lo; i < hi; i++ {
			squares[i] = blas64.Dot(rowVector(xc, i-lo), rowVector(xc, i-lo))
		}
	})
	return squares
}

// addSquares adds the squares of the entries of each column of x to sums, four
// rows at a time.
func addSquares(sums []float64, x blas64.General) {
	i := 0
	for ; i+4 <= x.Rows; i += 4 {
		a, b := rowVector(x, i).Data, rowVector(x, i+1).Data
		c, d := rowVector(x, i+2).Data, rowVector(x, i+3).Data
		for j := range sums {
			sums[j] += (a[j]*a[j] + b[j]*b[j]) + (c[j]*c[j] + d[j]*d[j])
		}
	}
	for ; i < x.Rows; i++ {
		for j, v := range rowVector(x, i).Data {
			sums[j] += v * v
		}
	}
}

const (
	// panelValues is the size of a panel: it stays in the second cache from
	// being centred to being multiplied.
	panelValues = 1 << 16
	// panelUnit divides the number of rows of a panel. It is the depth of one pass
	// of a product.
	panelUnit = 256
	// panelGroups bounds the number of sums that are formed concurrently. Each is
	// over groupPanels panels or more, and has at most groupedEntries entries; the
	// kernels share out larger products among goroutines.
	panelGroups    = 8
	groupPanels    = 4
	groupedEntries = 384 * 384
)

// panelRows returns the rows of a panel of matrices with p and q columns.
func panelRows(p, q int) int {
	return max(1, panelValues/max(p, q)/panelUnit) * panelUnit
}

// panelSizes returns how many of n rows a panel has in a product of p×q entries, and
// how many are added up in one partial sum.
func panelSizes(n, p, q int) (rows, size int) {
	rows = panelRows(p, q)
	count := (n + rows - 1) / rows
	groups := max(1, min(count/groupPanels, panelGroups))
	if p*q > groupedEntries {
		groups = 1
	}
	return rows, (count + groups - 1) / groups * rows
}

// sumPanels calls add for each panel [lo,hi) of n rows, to accumulate their total
// in sum, which is zero at first. The shape alone decides which panels have a
// partial sum of their own, so the result does not depend on the number of
// goroutines. beta is 0 for the first panel of a sum: to read memory that nobody has
// written makes two page faults of one, and the second stops all processors.
func sumPanels(sum blas64.General, n int, add func(beta float64, sum blas64.General, lo, hi int, ws *panels)) {
	rows, size := panelSizes(n, sum.Rows, sum.Cols)
	groups := (n + size - 1) / size
	entries := sum.Rows * sum.Cols
	partial := make([]float64, (groups-1)*entries)
	parallel(n, size, func(first, last int) {
		ws := spare.Get().(*panels)
		defer spare.Put(ws)
		into := sum
		if g := first / size; g > 0 {
			into.Data, into.Stride = partial[(g-1)*entries:g*entries], sum.Cols
		}
		beta := 0.0
		for lo := first; lo < last; lo += rows {
			add(beta, into, lo, min(lo+rows, last), ws)
			beta = 1
		}
	})
	for ; len(partial) > 0; partial = partial[entries:] {
		for i := range sum.Rows {
			blas64.Axpy(1, vector(partial[i*sum.Cols:][:sum.Cols]), rowVector(sum, i))
		}
	}
}

// panels holds the memory of one panel for each factor of a product.
type panels struct{ data [2][]float64 }

var spare = sync.Pool{New: func() any { return new(panels) }}

// centred returns rows [lo,hi) of a centred matrix, in the memory of panel i.
func (ws *panels) centred(i int, c *Centered, lo, hi int) blas64.General {
	_, p := c.Dims()
	out := blas64.General{Rows: hi - lo, Cols: p, Stride: p, Data: ws.room(i, (hi-lo)*p)}
	subtract(out, block(c.x.RawMatrix(), lo, 0, hi-lo, p), c.estimate, c.rest)
	return out
}

// room returns memory of so many numbers, that of panel i, with what was left in it.
func (ws *panels) room(i, numbers int) []float64 {
	if cap(ws.data[i]) < numbers {
		ws.data[i] = make([]float64, numbers)
	}
	return ws.data[i][:numbers]
}

// rowMatrix views a slice as a matrix of one row.
func rowMatrix(v []float64) blas64.General {
	return blas64.General{Rows: 1, Cols: len(v), Stride: len(v), Data: v}
}
