package measures

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// rowFit is a fit of X from Y by an orthogonal decomposition of the training rows
// themselves, for predictors whose normal equations lose too many digits. With Y = UΣKᵀ
// over the numerical rank r, U orthonormal, the coefficients are
//
//	W = C·diag(σ/(σ²+λ))·H,  H = UᵀX,
//
// where C maps a sample to its coordinates, Y·C = UΣ. Predictions are the product of
// coordinates and H: the coefficients of nearly dependent predictors are large and cancel
// each other, and their products with second moments would cost digits twice.
type rowFit struct {
	u      *mat.Dense // n×r
	h      *mat.Dense // r×p
	c      *mat.Dense // q×r
	sigma  []float64
	inside *mat.Dense // orthonormal basis of the rows within the rank, q×r; nil if r = q
	lambda float64
}

// newRowFit fits training rows. Least squares is invariant to the scale of each
// predictor as long as these are independent: they are divided by their norms, or by
// what rounding can give them where that is known, so that a predictor in small units is
// none the less one. Where predictors are dependent, of all coefficients that fit
// equally those of least norm are taken, in the units of the data.
func newRowFit(x, y *mat.Dense, noise grain, lambda float64) (*rowFit, error) {
	n, q := y.Dims()
	if lambda > 0 || n <= q {
		return plainRowFit(x, y, noise, lambda)
	}
	scaled := mat.DenseCopyOf(y)
	factors := noise.equilibrate(scaled)
	u, s, v, err := linalg.SVD(scaled)
	if err != nil {
		return nil, err
	}
	r := noise.rank(s, n, q)
	if r == 0 {
		return &rowFit{}, nil
	}
	f := &rowFit{u: u.Slice(0, n, 0, r).(*mat.Dense), c: mat.DenseCopyOf(v.Slice(0, q, 0, r)), sigma: s[:r]}
	f.h = linalg.CrossGram(f.u, x)
	if r == q {
		scaleRows(f.c, factors)
		return f, nil
	}
	// Y = U·Mᵀ with M = D⁻¹VΣ, q×r of full rank: the coefficients of least norm lie
	// in the span of M = QR, and are Q·R⁻ᵀH.
	for j, d := range factors {
		if d > 0 {
			d = 1 / d
		}
		scale(f.c.RawRowView(j), d)
	}
	scaleColumns(f.c, f.sigma)
	var triangle *mat.Dense
	f.inside, triangle = linalg.QR(f.c)
	f.c.Copy(f.inside)
	raw := triangle.RawMatrix()
	blas64.Trsm(blas.Right, blas.Trans, 1, blas64.Triangular{Uplo: blas.Upper, Diag: blas.NonUnit, N: r, Stride: raw.Stride, Data: raw.Data}, f.c.RawMatrix())
	f.sigma = make([]float64, r)
	for i := range f.sigma {
		f.sigma[i] = 1
	}
	return f, nil
}

// plainRowFit is newRowFit in the units of the data, from Y = UΣVᵀ.
func plainRowFit(x, y *mat.Dense, noise grain, lambda float64) (*rowFit, error) {
	u, s, v, err := linalg.SVD(y)
	if err != nil {
		return nil, err
	}
	n, q := y.Dims()
	r := len(s)
	if lambda == 0 {
		r = noise.plainRank(s, n, q)
	}
	if r == 0 {
		return &rowFit{}, nil
	}
	f := &rowFit{u: u.Slice(0, n, 0, r).(*mat.Dense), c: v.Slice(0, q, 0, r).(*mat.Dense), sigma: s[:r], lambda: lambda}
	f.h = linalg.CrossGram(f.u, x)
	if r < q {
		f.inside = f.c
	}
	return f, nil
}

// constant reports whether nothing varies that could predict.
func (f *rowFit) constant() bool { return f.u == nil }

// weights returns σ/(σ²+λ), by which coordinates are multiplied.
func (f *rowFit) weights() []float64 {
	w := make([]float64, len(f.sigma))
	for i, s := range f.sigma {
		w[i] = s / (s*s + f.lambda)
	}
	return w
}

// coefficientsTo writes W, q×p.
func (f *rowFit) coefficientsTo(w *mat.Dense) {
	if f.constant() {
		w.Zero()
		return
	}
	weighted := mat.DenseCopyOf(f.h)
	scaleRows(weighted, f.weights())
	gemm(1, f.c, weighted, 0, w)
}

// apply replaces M by S·M, where W = S·YᵀX.
func (f *rowFit) apply(m *mat.Dense) {
	if f.constant() {
		m.Zero()
		return
	}
	inner := linalg.CrossGram(f.c, m)
	for i, s := range f.sigma {
		scale(inner.RawRowView(i), 1/(s*s+f.lambda))
	}
	gemm(1, f.c, inner, 0, m)
}

// coordinates returns what rows of the predicting system, about the means of training,
// are to be multiplied by H, n×r: their predictions are coordinates·H.
func (f *rowFit) coordinates(y *mat.Dense) *mat.Dense {
	var at mat.Dense
	at.Mul(y, f.c)
	scaleColumns(&at, f.weights())
	return &at
}

// trained returns the coordinates of the training rows, U·diag(σ²/(σ²+λ)).
func (f *rowFit) trained() *mat.Dense {
	at := mat.DenseCopyOf(f.u)
	if f.lambda > 0 {
		w := f.weights()
		for i, s := range f.sigma {
			w[i] *= s
		}
		scaleColumns(at, w)
	}
	return at
}

// residuals returns X less its prediction from coordinates.
func (f *rowFit) residuals(x, at *mat.Dense) *mat.Dense {
	e := mat.DenseCopyOf(x)
	if !f.constant() {
		gemm(-1, at, f.h, 1, e)
	}
	return e
}

// score adds up rows and their predictions.
func (f *rowFit) score(sums fitted, x, at *mat.Dense) {
	columnSquaresTo(sums.total, x)
	clear(sums.predicted)
	clear(sums.product)
	if f.constant() {
		return
	}
	n, p := x.Dims()
	prediction := mat.NewDense(n, p, nil)
	gemm(1, at, f.h, 0, prediction)
	for i := range n {
		own := x.RawRowView(i)
		for j, v := range prediction.RawRowView(i) {
			sums.predicted[j] += v * v
			sums.product[j] += v * own[j]
		}
	}
}
