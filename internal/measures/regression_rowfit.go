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
// predictor as long as these are independent: they are divided by what rounding can give
// them, so that a predictor in small units is none the less one. Where predictors are dependent, of all coefficients that fit
// equally those of least norm are taken, in the units of the data. Columns that are not
// features are taken as they are.
func newRowFit(x, y *mat.Dense, noise grain, lambda float64) (*rowFit, error) {
	n, q := y.Dims()
	if lambda > 0 || n <= q || noise.columns == nil {
		return plainRowFit(x, y, noise, lambda)
	}
	scaled := mat.DenseCopyOf(y)
	factors := noise.equilibrate(scaled)
	u, s, v, err := linalg.SVD(scaled)
	if err != nil {
		return nil, err
	}
	r := dimensions(s, n, q)
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

// coordinates returns what rows of the predicting system, about the means of training,
// are to be multiplied by H, n×r: their predictions are coordinates·H.
func (f *rowFit) coordinates(y *mat.Dense) *mat.Dense {
	if f.constant() {
		return nil
	}
	var at mat.Dense
	at.Mul(y, f.c)
	scaleColumns(&at, f.weights())
	return &at
}

// trained returns the coordinates of the training rows, U·diag(σ²/(σ²+λ)).
func (f *rowFit) trained() *mat.Dense {
	if f.constant() {
		return nil
	}
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
func (f *rowFit) score(x, at *mat.Dense) fitted {
	n, p := x.Dims()
	sums := newFitted(p)
	columnSquaresTo(sums.total, x)
	if f.constant() {
		return sums
	}
	prediction := mat.NewDense(n, p, nil)
	gemm(1, at, f.h, 0, prediction)
	for i := range n {
		own := x.RawRowView(i)
		for j, v := range prediction.RawRowView(i) {
			sums.predicted[j] += v * v
			sums.product[j] += v * own[j]
		}
	}
	return sums
}

// towards returns G = ∂v/∂x̂ on rows with the given coordinates, from the derivatives of
// a score v with respect to the sums of these rows.
func (f *rowFit) towards(d fitted, x, at *mat.Dense) *mat.Dense {
	g := mat.DenseCopyOf(x)
	scaleColumns(g, d.product)
	if f.constant() {
		return g
	}
	n, p := x.Dims()
	prediction := mat.NewDense(n, p, nil)
	gemm(1, at, f.h, 0, prediction)
	scaleColumns(prediction, d.predicted)
	addMatrix(g, 2, prediction)
	return g
}

// derivatives returns ∂v/∂Y_t on test rows, about the means of training, and ∂v/∂Y_r on
// training rows, from G = ∂v/∂x̂ on the test rows and the training rows X. With P = Y_t·C,
// N = PᵀG, ω = σ/(σ²+λ) and the residuals E of training,
//
//	∂v/∂Y_t = G·Hᵀ·diag(ω)·Cᵀ,
//	∂v/∂Y_r = (E·Nᵀ·diag(1/(σ²+λ)) − U·diag(ω)·N·Hᵀ·diag(ω))·Cᵀ + O·Gᵀ·Y_t(I − VVᵀ),
//
// V a basis of the rows within the rank. O is what S·Γ outside of V multiplies: E/λ, and
// U·diag(1/σ)·CᵀC·diag(1/σ)·H where λ = 0 (Golub and Pereyra 1973, doi 10.1137/0710036).
// If orthogonal is set, N and what lies outside vanish, and ∂v/∂Y_r is 0.
func (f *rowFit) derivatives(g, x, testY *mat.Dense, orthogonal bool) (test, train *mat.Dense) {
	n, p := x.Dims()
	rows, q := testY.Dims()
	test, train = mat.NewDense(rows, q, nil), mat.NewDense(n, q, nil)
	if f.constant() {
		return test, train
	}
	r := len(f.sigma)
	omega, inverse := f.weights(), make([]float64, r)
	for i, s := range f.sigma {
		inverse[i] = 1 / (s*s + f.lambda)
	}
	left := mat.NewDense(rows, r, nil)
	gemmNT(1, g, f.h, 0, left)
	scaleColumns(left, omega)
	gemmNT(1, left, f.c, 0, test)
	if orthogonal {
		return test, train
	}
	var at mat.Dense
	at.Mul(testY, f.c)
	nu := linalg.CrossGram(&at, g) // r×p
	e := f.residuals(x, f.trained())
	inner := mat.NewDense(n, r, nil)
	gemmNT(1, e, nu, 0, inner)
	scaleColumns(inner, inverse)
	own := mat.NewDense(r, r, nil)
	scaleRows(nu, omega)
	gemmNT(1, nu, f.h, 0, own)
	scaleColumns(own, omega)
	gemm(-1, f.u, own, 1, inner)
	gemmNT(1, inner, f.c, 0, train)
	if f.inside == nil {
		return test, train
	}
	var within mat.Dense
	within.Mul(testY, f.inside)
	outside := mat.DenseCopyOf(testY)
	gemmNT(-1, &within, f.inside, 1, outside)
	toOutside := linalg.CrossGram(g, outside) // p×q
	if f.lambda > 0 {
		gemm(1/f.lambda, e, toOutside, 1, train)
		return test, train
	}
	scales := linalg.Gram(f.c)
	for i, s := range f.sigma {
		scale(scales.RawRowView(i), 1/s)
	}
	for i := range r {
		row := scales.RawRowView(i)
		for j, s := range f.sigma {
			row[j] /= s
		}
	}
	weighted := mat.NewDense(r, p, nil)
	gemm(1, scales, f.h, 0, weighted)
	among := mat.NewDense(r, q, nil)
	gemm(1, weighted, toOutside, 0, among)
	gemm(1, f.u, among, 1, train)
	return test, train
}

// rowFitMemory is that of a rowFit of n samples, for p features from q, and of the
// predictions of as many samples.
func rowFitMemory(n, p, q int64) int64 {
	fit := n*q + linalg.SVDMemory(n, q) + 2*q*q + linalg.QRMemory(q, q) + p*q
	return fit + n*q + 2*n*p
}

// rowDerivativesMemory is that of its derivatives.
func rowDerivativesMemory(n, p, q int64) int64 { return 2*n*p + 7*n*q + 4*p*q + 3*q*q }
