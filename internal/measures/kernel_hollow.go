package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// The debiased and the lange estimate of HSIC leave the diagonals of kernel matrices
// out. For linear kernels cka.weights has them in terms of second moments less what the
// diagonals contribute. Where that is nearly all, as with one sample far from the others
// or many more features than samples, the difference has lost its digits, and the sums
// over pairs of different samples are formed themselves, from the matrices below.

// reliable is the share of second moments that must be left of them without the
// diagonals, for a loss of at most three digits.
const reliable = 1e-3

// cancels reports whether an estimate h(X,X) is too small a share of the terms whose
// difference it is: ‖A‖² and those with the diagonal dx of the kernel matrix.
func cancels(h, square, t1, t2 float64, dx []float64) bool {
	total := sum(dx)
	return !(h > reliable*(square+math.Abs(t1)*dot(dx, dx)+math.Abs(t2)*total*total))
}

// needsKernels reports whether kernel matrices of n samples may have to be formed: where
// moments may cancel, or for a small angle. The rows of a centred K add up to 0, so that
// the squares beside the diagonal of row i are at least k_ii²/(n−1) in all, and for the
// lange estimate h(X,X) is at least the share 1/(2n−1) of its terms.
func (m cka) needsKernels(n int64) bool {
	angular := m.as == asAngular || m.as == asAngularScore
	return m.estimator == debiased || m.estimator == lange && (angular || 1/float64(2*n-1) <= reliable)
}

// hollowKernel returns the linear kernel matrix of samples as an estimator wants it,
// debiased or lange, and the norm of what it was before. Both estimators are the same
// for all translations of the data. The debiased one needs no centred data, and a centre
// that one huge sample does not move keeps the digits of the others: the median of each
// feature.
func hollowKernel(x *mat.Dense, estimator string) (kernel *mat.Dense, whole float64) {
	k := linalg.OuterGram(hollowOrigin(x, estimator))
	if estimator == lange {
		whole = linalg.Norm(k)
		clearDiagonal(k)
		return k, whole
	}
	clearDiagonal(k)
	whole = linalg.Norm(k)
	uCentre(k)
	return k, whole
}

// hollowOrigin returns the samples about the centre from which the kernel of an estimator
// is formed.
func hollowOrigin(x *mat.Dense, estimator string) *mat.Dense {
	if estimator == lange {
		xc, _ := linalg.Center(x)
		return xc
	}
	z := mat.DenseCopyOf(x)
	n, p := z.Dims()
	column, medians := make([]float64, n), make([]float64, p)
	for j := range p {
		mat.Col(column, j, z)
		selectRank(column, n/2)
		medians[j] = column[n/2]
	}
	subtractMeans(z, medians)
	return z
}

// hollowBands returns the kernel matrix of hollowKernel by bands, before it is centred.
func hollowBands(x *mat.Dense, estimator string) banded {
	z := hollowOrigin(x, estimator)
	n, p := z.Dims()
	return banded{n, func(dst *mat.Dense, lo int) {
		rows, _ := dst.Dims()
		dst.Mul(z.Slice(lo, lo+rows, 0, p), z.Slice(lo, n, 0, p).T())
	}}
}

// hsicTolerance is the share of a kernel matrix that rounding may leave of it when it is
// centred: an estimate of HSIC below that is 0.
func (s *System) hsicTolerance() float64 { return max(roundoff, 8*computedEps(s.precision)) }

// noHSIC is the error of a system whose own HSIC is not positive.
func noHSIC(estimator string) error {
	return undefined("the %s estimate of a system's own HSIC is not positive, so it cannot be normalised", estimator)
}

// hollowObjective is the gradient of the cosine of two hollow kernel matrices
// K̃ of linear kernels: with h(X,Y) = ⟨K̃x,K̃y⟩
//
//	∂h/∂Y = 2·K̃x·Y,
//
// less its column means, for U-centring is an orthogonal projection.
type hollowObjective struct {
	estimator string
	x         *System
	kx        *mat.Dense // formed when it is first needed
	self      float64    // ‖K̃x‖²
}

// reference forms what depends on X.
func (o *hollowObjective) reference() error {
	if o.kx != nil {
		return nil
	}
	k, whole := hollowKernel(o.x.raw, o.estimator)
	norm := linalg.Norm(k)
	if !(norm > o.x.hsicTolerance()*whole) {
		return noHSIC(o.estimator)
	}
	o.kx, o.self = k, norm*norm
	return nil
}

// gradient returns the score of y and writes its derivative.
func (o *hollowObjective) gradient(g, y, yc *mat.Dense, as string) (float64, error) {
	if err := o.reference(); err != nil {
		return 0, err
	}
	ky, whole := hollowKernel(y, o.estimator)
	norm := linalg.Norm(ky)
	if !(norm > roundoff*whole) {
		return 0, noHSIC(o.estimator)
	}
	yy := norm * norm
	unit := cosineScale(o.self, yy)
	cosine := clip(linalg.Dot(o.kx, ky) * unit)
	value, slope, err := chainNear(as, cosine, func() (float64, error) { return matrixAngle(o.kx, ky), nil })
	if err != nil {
		return 0, err
	}
	scaleMatrix(ky, -slope*cosine/yy)
	addMatrix(ky, slope*unit, o.kx)
	gemm(2, ky, yc, 0, g)
	means := make([]float64, g.RawMatrix().Cols)
	linalg.CenterTo(g, means, g)
	return value, nil
}
