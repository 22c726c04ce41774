package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// The normalisations of cross-validated distances by the noise of the repeats.
const (
	noiseShrinkage = "shrinkage"
	noiseDiagonal  = "diagonal"
	noiseNone      = "none"
	noisePoisson   = "poisson"
)

// crossnobisBands returns the cross-validated Mahalanobis distances of the
// conditions i < j of R×C×N data, repeat × condition × neuron. With δ_r the
// difference of the two conditions in repeat r and Σ the covariance of the
// noise,
//
//	d_ij = 1/(R(R−1)) · Σ_{r≠r'} δ_rᵀΣ⁻¹δ_r'
//	     = (‖Σ_r δ_r‖² − Σ_r ‖δ_r‖²)/(R(R−1)) for whitened δ.
//
// Noise that is independent between repeats does not change the expectation of d_ij. The
// distance of truly equal conditions is therefore 0 on average, and about half of its
// estimates are negative.
//
// Walther, A. et al. (2016). Reliability of dissimilarity measures for
// multi-voxel pattern analysis. NeuroImage 137, 188-200.
func crossnobisBands(s *System, noise string) (banded, error) {
	if s.times < 2 {
		return banded{}, undefined("%s has no repeats: rdm=crossnobis wants a repeat × condition × neuron array of at least 2 repeats", s.label())
	}
	if noise == noisePoisson {
		return poissonRepeats(s)
	}
	repeats, conditions := s.times, s.Samples()/s.times
	z, err := noiseNormalised(s, noise, s.repeatsOf(conditions))
	if err != nil {
		return banded{}, err
	}
	_, width := z.Dims()
	total := mat.NewDense(conditions, width, nil)
	var within []*linalg.Distances
	for r := range repeats {
		one := z.Slice(r*conditions, (r+1)*conditions, 0, width).(*mat.Dense)
		total.Add(total, one)
		within = append(within, linalg.NewDistances(one))
	}
	whole := linalg.NewDistances(total)
	count := float64(repeats) * float64(repeats-1)
	return banded{conditions, func(dst *mat.Dense, lo int) {
		whole.BlockTo(dst, lo, lo)
		var own mat.Dense
		own.CloneFrom(dst)
		for _, d := range within {
			d.BlockTo(&own, lo, lo)
			dst.Sub(dst, &own)
		}
		scaleMatrix(dst, 1/count)
	}}, nil
}

// repeatsOf returns the samples of each condition of repeats.
func (s *System) repeatsOf(conditions int) [][]int {
	out := make([][]int, conditions)
	for i := range s.n {
		out[i%conditions] = append(out[i%conditions], i)
	}
	return out
}

// noiseNormalised returns the samples of a system in coordinates in which the noise has
// unit covariance. The noise is the difference between the samples of a condition.
func noiseNormalised(s *System, noise string, conditions [][]int) (*mat.Dense, error) {
	switch noise {
	case noiseNone:
		return s.compact(), nil
	case noiseDiagonal:
		return unitNoise(s, conditions)
	default:
		return whiteNoise(s, conditions)
	}
}

// residuals returns the differences of the rows of z from the mean of their condition, and
// their degrees of freedom. The rows of each condition are given.
func residuals(z *mat.Dense, conditions [][]int) (e *mat.Dense, freedom int) {
	n, width := z.Dims()
	e = mat.DenseCopyOf(z)
	mean := make([]float64, width)
	for _, rows := range conditions {
		clear(mean)
		for _, i := range rows {
			for k, v := range z.RawRowView(i) {
				mean[k] += v / float64(len(rows))
			}
		}
		for _, i := range rows {
			row := e.RawRowView(i)
			for k, m := range mean {
				row[k] -= m
			}
		}
	}
	return e, n - len(conditions)
}

// unitNoise divides every neuron by the standard deviation of its residuals. A neuron
// that is always silent has no residuals and contributes nothing.
func unitNoise(s *System, conditions [][]int) (*mat.Dense, error) {
	z := mat.DenseCopyOf(s.centred())
	e, freedom := residuals(z, conditions)
	n, width := z.Dims()
	for k := range width {
		variance, signal := 0.0, 0.0
		for i := range n {
			variance += e.At(i, k) * e.At(i, k) / float64(freedom)
			signal = max(signal, math.Abs(z.At(i, k)))
		}
		factor := 0.0
		if signal > 0 {
			deviation := math.Sqrt(variance)
			if !(deviation > signal*roundoff) {
				return nil, undefined("%s: neuron %d is the same in all repeats, so it has no noise to be normalised by: use noise=none", s.label(), k)
			}
			factor = 1 / deviation
		}
		for i := range n {
			z.Set(i, k, factor*z.At(i, k))
		}
	}
	return z, nil
}

// whiteNoise multiplies the samples by Σ^(−½), with the covariance S of the
// residuals shrunk towards the multiple of the identity that has its trace:
//
//	Σ = (1−ρ)S + ρμI, μ = tr S/p.
//
// Ledoit and Wolf's intensity ρ = min(δ², β²)/δ² with δ² = ‖S−μI‖² and β² the
// sum of ‖e_k e_kᵀ − S‖² over the n residuals divided by n² minimises the
// expected error. The residuals lie in the span of the centred samples, so coordinates
// in an orthonormal basis of it may replace the neurons; p is still their number.
//
// Ledoit, O. and Wolf, M. (2004). A well-conditioned estimator for
// large-dimensional covariance matrices. Journal of Multivariate Analysis 88,
// 365-411.
func whiteNoise(s *System, conditions [][]int) (*mat.Dense, error) {
	z := s.compact()
	e, freedom := residuals(z, conditions)
	n, width := e.Dims()
	p := float64(s.Width())
	cov := linalg.Gram(e)
	scaleMatrix(cov, 1/float64(n))
	mu := linalg.Trace(cov) / p
	if !(mu*p > s.trace()/float64(n)*roundoff*roundoff) {
		return nil, undefined("%s: the repeats are all the same, so there is no noise to normalise by: use noise=none", s.label())
	}
	squares := linalg.Dot(cov, cov)
	distance := squares - p*mu*mu
	spread := 0.0
	for i := range n {
		row := e.RawRowView(i)
		norm := dot(row, row)
		spread += norm * norm
	}
	spread = (spread/float64(n) - squares) / float64(n)
	rho := 1.0
	if spread < distance {
		rho = max(0, spread/distance)
	}
	values, vectors, err := linalg.EigSym(cov)
	if err != nil {
		return nil, err
	}
	unbiased := float64(n) / float64(freedom)
	for k, v := range values {
		values[k] = unbiased * ((1-rho)*max(v, 0) + rho*mu)
	}
	if !(values[width-1] > values[0]*float64(width)*0x1p-52) {
		return nil, undefined("%s: the covariance of the noise is singular: use noise=diagonal", s.label())
	}
	var white mat.Dense
	white.Mul(z, vectors)
	for i := range n {
		row := white.RawRowView(i)
		for k, v := range values {
			row[k] /= math.Sqrt(v)
		}
	}
	return &white, nil
}

// needRepeats returns the need of the normalised samples of systems of repeats, of their
// sum over repeats, and of the distances in each repeat and in the sum.
func (d dissimilarity) needRepeats(of Dims) Need {
	p, q := of.compact()
	if d.noise == noisePoisson {
		items, systems := of.items(d), int64(1)
		if items > int64(tiledAbove) {
			systems = 2 // at once
		}
		return work(systems * (2*(of.N+items)*max(of.P, of.Q) + 2*min(bandRows, items)*items))
	}
	if d.noise == noiseDiagonal {
		p, q = of.P, of.Q
	}
	widest, items := max(p, q), of.items(d)
	covariance := int64(0)
	if d.noise == noiseShrinkage {
		covariance = widest*widest + linalg.EigSymMemory(widest)
	}
	return together(of.needCompact(), work(2*of.N*(p+q)+2*of.N*widest+items*widest+4*min(bandRows, items)*items+covariance))
}

// items returns the number of rows of the RDM.
func (of Dims) items(d dissimilarity) int64 {
	if d.kind == rdmCrossnobis && of.Times > 1 {
		return of.N / of.Times
	}
	return of.N
}
