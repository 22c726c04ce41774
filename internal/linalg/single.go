package linalg

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// NewSingle returns an m×n matrix of float32, all zero.
func NewSingle(m, n int) blas32.General {
	return blas32.General{Rows: m, Cols: n, Stride: n, Data: make([]float32, m*n)}
}

// SingleSquares returns Σ a_ij², added up in float64, of a matrix of contiguous rows.
func SingleSquares(a blas32.General) float64 { return singleDot(a, a) }

// singleDot returns ⟨a,b⟩, added up in float64, of matrices of contiguous rows.
func singleDot(a, b blas32.General) float64 {
	n := a.Rows * a.Cols
	return blas32.DDot(blas32.Vector{N: n, Inc: 1, Data: a.Data}, blas32.Vector{N: n, Inc: 1, Data: b.Data})
}

// SinglePolar computes polar factors of m×n matrices of float32 in work space of its own.
type SinglePolar struct {
	tall bool // m ≥ n; otherwise the transpose is decomposed

	p, q         blas32.General // the factor, and X, as tall matrices
	gram         blas32.General
	x, y         blas64.General
	gram64, chol blas64.General
	out          blas32.General
}

// NewSinglePolar returns the work space for m×n matrices.
func NewSinglePolar(m, n int) *SinglePolar {
	w := &SinglePolar{tall: m >= n}
	rows, cols := max(m, n), min(m, n)
	w.p, w.q, w.gram = NewSingle(rows, cols), NewSingle(rows, cols), NewSingle(cols, cols)
	double := func(m, n int) blas64.General {
		return blas64.General{Rows: m, Cols: n, Stride: n, Data: make([]float64, m*n)}
	}
	w.x, w.y, w.gram64, w.chol = double(rows, cols), double(rows, cols), double(cols, cols), double(cols, cols)
	if w.out = w.p; !w.tall {
		w.out = NewSingle(m, n)
	}
	return w
}

// SinglePolarMemory bounds the 8-byte values of SinglePolar for m×n matrices.
func SinglePolarMemory(m, n int64) int64 {
	k := min(m, n)
	return 4*m*n + 3*k*k + 4*k
}

// singleFloor is the ratio of a singular value to the largest below which products of
// float32 do not tell it from 0.
const singleFloor = 0x1p-20

// Polar returns the partial isometry P of the m×n matrix a and the nuclear norm tr(PᵀA),
// as Polar does, to the precision of float32: errors of P are about 1e-5 and that of the
// norm is of second order in them. Singular values below 1e-6 of the largest are not told
// from 0; P shrinks their directions. The result is valid until the next call. The error
// is ErrNotFinite.
//
// The method is the dynamically weighted Halley iteration of Nakatsukasa, Bai and Gygi
// (2010, doi:10.1137/090774999),
//
//	X ← b/c·X + (a − b/c)·X(I + c·XᵀX)⁻¹,
//
// whose weights take singular values in [l,1] to the shortest [l',1] there is: three steps
// from l = 1e-6. c reaches 1e8, so these steps are of float64. The last one, which is
// near the identity, is X(3I − XᵀX)/2 in float32.
func (w *SinglePolar) Polar(a blas32.General) (p blas32.General, nuclear float64, err error) {
	largest := 0.0
	for i := range a.Rows {
		for _, v := range a.Data[i*a.Stride : i*a.Stride+a.Cols] {
			largest = max(largest, math.Abs(float64(v)))
			if v-v != 0 {
				return blas32.General{}, 0, ErrNotFinite
			}
		}
	}
	if largest == 0 {
		clear(w.out.Data)
		return w.out, 0, nil
	}
	w.read(a, 1/safeScale(largest))
	blas64.Syrk(blas.Trans, 1, w.x, 0, upperOf(w.gram64))
	n := w.x.Cols
	lower, bound, ok := singularBounds(w.gram64, w.chol.Data, false)
	l := singleFloor
	if ok {
		l = max(l, min(0.5*lower/bound, 1))
	} else {
		bound = math.Sqrt(traceOf(w.gram64))
	}
	blas64.Scal(1/bound, vector(w.x.Data))
	blas64.Scal(1/(bound*bound), vector(w.gram64.Data))
	const near = 2e-3 // the last step leaves 3/2 of its square
	for first := true; 1-l > near; first = false {
		if !first {
			blas64.Syrk(blas.Trans, 1, w.x, 0, upperOf(w.gram64))
		}
		if l, ok = w.halley(l); !ok {
			return blas32.General{}, 0, ErrNoConvergence
		}
	}
	for i, v := range w.x.Data {
		w.q.Data[i] = float32(v)
	}
	blas32.Syrk(blas.Trans, -0.5, w.q, 0, blas32.Symmetric{N: n, Stride: n, Data: w.gram.Data, Uplo: blas.Upper})
	for i := range n {
		w.gram.Data[i*n+i] += 1.5
		for j := range i {
			w.gram.Data[i*n+j] = w.gram.Data[j*n+i]
		}
	}
	blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, w.q, w.gram, 0, w.p)
	if !w.tall {
		for i := range w.p.Rows {
			for j, v := range w.p.Data[i*n : (i+1)*n] {
				w.out.Data[j*w.out.Stride+i] = v
			}
		}
	}
	return w.out, singleDot(w.out, a), nil
}

// read writes a, times a factor, to x as a tall matrix.
func (w *SinglePolar) read(a blas32.General, factor float64) {
	for i := range a.Rows {
		row := a.Data[i*a.Stride : i*a.Stride+a.Cols]
		if w.tall {
			to := w.x.Data[i*w.x.Stride:]
			for j, v := range row {
				to[j] = factor * float64(v)
			}
			continue
		}
		for j, v := range row {
			w.x.Data[j*w.x.Stride+i] = factor * float64(v)
		}
	}
}

// halley takes a step from the Gram matrix of x, for singular values in [l,1], and returns
// the least one after it.
func (w *SinglePolar) halley(l float64) (float64, bool) {
	d := math.Cbrt(4 * (1 - l*l) / (l * l * l * l))
	root := math.Sqrt(1 + d)
	a := root + 0.5*math.Sqrt(8-4*d+8*(2-l*l)/(l*l*root))
	b := (a - 1) * (a - 1) / 4
	c := a + b - 1
	n := w.x.Cols
	for i := range n {
		from, to := w.gram64.Data[i*n+i:(i+1)*n], w.chol.Data[i*n+i:(i+1)*n]
		for j, v := range from {
			to[j] = c * v
		}
		to[0]++
	}
	factor, ok := lapack64.Potrf(upperOf(w.chol))
	if !ok {
		return 0, false
	}
	copy(w.y.Data, w.x.Data)
	blas64.Trsm(blas.Right, blas.NoTrans, a-b/c, factor, w.y)
	blas64.Trsm(blas.Right, blas.Trans, 1, factor, w.y)
	for i, v := range w.y.Data {
		w.x.Data[i] = b/c*w.x.Data[i] + v
	}
	return min(1, l*(a+b*l*l)/(1+c*l*l)), true
}

// traceOf returns the trace of a square matrix.
func traceOf(a blas64.General) float64 {
	t := 0.0
	for i := range a.Rows {
		t += a.Data[i*a.Stride+i]
	}
	return t
}
