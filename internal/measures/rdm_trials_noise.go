package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// trialNoise is what the standard errors of cross-validated dissimilarities know of the
// covariance Σ of the noise of one trial.
//
// Diedrichsen, J. et al. (2021). Comparing representational geometries using whitened
// unbiased-distance-matrix similarity. Neurons, Behavior, Data Analysis, and Theory 5(3):
// the variance of such a dissimilarity has a part that grows with the signal, 4·δᵀΣδ over
// the number of repeats for a difference δ of covariance Σ, and one of noise alone.
type trialNoise struct {
	square    float64    // tr Σ²
	residuals *mat.Dense // E with Σ = EᵀE/freedom
	freedom   float64
}

// noiseOf returns the noise of trials. With the residuals E and their ν degrees of freedom
//
//	tr Σ² = ν²/((ν−1)(ν+2))·(tr S² − (tr S)²/ν), S = EᵀE/ν,
//
// is unbiased for Gaussian noise. With one degree of freedom it is not known.
func (t Trials) noiseOf(z *mat.Dense) trialNoise {
	e, freedom := residuals(z, t.groups())
	nu := float64(freedom)
	if freedom < 2 {
		return trialNoise{math.NaN(), e, nu}
	}
	products := linalg.OuterGram(e)
	trace, squares := linalg.Trace(products)/nu, linalg.Dot(products, products)/(nu*nu)
	return trialNoise{max(0, nu*nu/((nu-1)*(nu+2))*(squares-trace*trace/nu)), e, nu}
}

// deviation returns the standard error of an estimate. δᵀΣδ is that of the mean difference
// less what noise adds to it, and at least 0, so that errors of dissimilarities near 0 are
// up to a third too large.
func (n trialNoise) deviation(e estimate) float64 {
	if math.IsNaN(e.value) || n.residuals == nil {
		return math.NaN()
	}
	var along mat.VecDense
	along.MulVec(n.residuals, mat.NewVecDense(len(e.mean), e.mean))
	signal := max(0, mat.Dot(&along, &along)/n.freedom-e.noise*n.square)
	return math.Sqrt(4*e.linear*signal + 2*e.square*n.square)
}
