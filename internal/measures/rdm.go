package measures

import (
	"errors"
	"math"
	"strings"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// The kinds of dissimilarity of two samples x and x'.
const (
	rdmSqEuclidean = "sqeuclidean"
	rdmEuclidean   = "euclidean"
	rdmCorrelation = "correlation"
	rdmCosine      = "cosine"
	rdmGaussian    = "gaussian"
	rdmManhattan   = "manhattan"
	rdmPoisson     = "poisson"
	rdmMahalanobis = "mahalanobis"
	rdmCrossnobis  = "crossnobis"
	rdmPrecomputed = "precomputed"
)

// dissimilarity is the kind of an RDM with its parameters. It is a key of shared
// quantities: fields that the kind does not use are empty.
type dissimilarity struct {
	kind  string
	sigma string // of gaussian
	noise string // of crossnobis
}

var rdmParam = choice("rdm",
	"dissimilarity of two samples: sqeuclidean ‖x−x'‖²; euclidean; correlation 1−r of their patterns; cosine 1−cos; "+
		"gaussian 1−exp(−‖x−x'‖²/(2σ²)); manhattan Σ|x−x'|; poisson Σ(r−r')log(r/r') of rates r = (x+0.1)/1.1, the Kullback-Leibler divergence of counts in both directions; mahalanobis (x−x')ᵀS⁻¹(x−x'), S the covariance over samples; "+
		"crossnobis, the cross-validated one of repeat × condition × neuron data; or precomputed, when the data are RDMs themselves",
	rdmSqEuclidean, rdmEuclidean, rdmCorrelation, rdmCosine, rdmGaussian, rdmManhattan, rdmPoisson, rdmMahalanobis, rdmCrossnobis, rdmPrecomputed)

var rdmSigmaParam = Param{
	Name: sigmaParam.Name, Default: sigmaParam.Default, Check: sigmaParam.Check,
	Help: "width σ of rdm=gaussian: a number in the units of the data, or a multiple of the median distance between samples of each system, as in 0.5median",
}

var noiseParam = choice("noise",
	"normalisation of rdm=crossnobis by the residuals of the repeats: their covariance shrunk towards a multiple of the identity (Ledoit-Wolf), the variance of each neuron (diagonal), none, or that of counts, whose variance is their mean: the cross-validated rdm=poisson (poisson)",
	noiseShrinkage, noiseDiagonal, noiseNone, noisePoisson)

// dissimilarityOf reads the parameters of an RDM.
func dissimilarityOf(a Args) (dissimilarity, error) {
	d := dissimilarity{kind: a.Text("rdm")}
	if sigma := a.Text("sigma"); d.kind == rdmGaussian {
		d.sigma = sigma
	} else if sigma != rdmSigmaParam.Default {
		return d, errors.New("sigma belongs to rdm=gaussian")
	}
	if noise := a.Text("noise"); d.kind == rdmCrossnobis {
		d.noise = noise
	} else if noise != noiseParam.Default {
		return d, errors.New("noise belongs to rdm=crossnobis")
	}
	return d, nil
}

// RDMKinds returns the kinds of dissimilarity that RDM computes.
func RDMKinds() []string {
	var kinds []string
	for _, kind := range rdmParam.Choices {
		if kind != rdmPrecomputed {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// need returns the need of the dissimilarities between the samples of both systems, or
// between conditions for rdm=crossnobis.
func (d dissimilarity) need(of Dims) Need {
	values := kept(condensedKey{d}, of.systems()*of.pairs())
	switch d.kind {
	case rdmEuclidean:
		return together(values, of.needDistances())
	case rdmGaussian:
		return together(values, of.needDistances(), of.needWidth(d.sigma))
	case rdmManhattan, rdmPoisson, rdmPrecomputed:
		return together(values, d.needBanded(of))
	case rdmCrossnobis: // in addition to needRepeats
		return values
	}
	// Distances of embedded samples, which are kept once unless they are cut off at 2.
	embedded := together(d.needEmbedded(of), of.needDistances().of(embeddedKey{d}))
	if d.cosine() {
		return together(values, embedded)
	}
	return embedded
}

// needBanded returns the need of passes over the bands of dissimilarities of both
// systems.
func (d dissimilarity) needBanded(of Dims) Need {
	switch d.kind {
	case rdmGaussian:
		return together(of.needBands(2), of.needWidth(d.sigma))
	case rdmManhattan, rdmPrecomputed: // of the untransformed data
		return work(2 * of.bandMemory())
	case rdmPoisson:
		return work(2*of.bandMemory() + 2*of.values())
	case rdmCrossnobis: // in addition to needRepeats
		return Need{}
	default:
		return together(of.needBands(2), d.needEmbedded(of))
	}
}

// RDM returns the representational dissimilarity matrix of a system: symmetric
// with a zero diagonal, n×n for n samples, C×C for the C conditions of
// rdm=crossnobis. The spec is one of RDMKinds, with parameters as in a
// measure's name: "correlation", "gaussian:sigma=2", "crossnobis:noise=none".
// Nothing is divided by the number of features. The caller owns the matrix.
//
// It returns a *NameError for an invalid spec, and an *UndefinedError when the data have
// no such dissimilarities (a sample without variance has no correlation distance, data
// without repeats no crossnobis).
func RDM(s *System, spec string) (*mat.Dense, error) {
	d, err := parseRDM(spec)
	if err != nil {
		return nil, err
	}
	values, err := d.condensed(s)
	if err != nil {
		return nil, err
	}
	return square(values, d.items(s)), nil
}

// parseRDM returns the dissimilarity of a spec, or a *NameError.
func parseRDM(spec string) (dissimilarity, error) {
	args, nameErr := rsaFamily.parse("rdm=" + spec)
	if nameErr == nil && strings.Contains(spec, "compare=") {
		nameErr = &NameError{Reason: "compare belongs to the comparison of two RDMs"}
	}
	if nameErr != nil {
		nameErr.Name = spec
		return dissimilarity{}, nameErr
	}
	d, err := dissimilarityOf(args)
	if err != nil {
		return d, &NameError{Name: spec, Reason: err.Error()}
	}
	return d, nil
}

type (
	condensedKey struct{ dissimilarity }
	embeddedKey  struct{ dissimilarity }
)

// items returns the number of rows of the RDM.
func (d dissimilarity) items(s *System) int {
	if d.kind == rdmCrossnobis {
		return s.Samples() / s.times
	}
	return s.Samples()
}

// condensed returns the dissimilarities of samples i < j, row by row. The slice is
// shared, so callers must not write to it.
func (d dissimilarity) condensed(s *System) ([]float64, error) {
	return shared(&s.memo, condensedKey{d}, func() ([]float64, error) {
		values, err := d.compute(s)
		if err != nil {
			return nil, err
		}
		if !finite(largestMagnitude(values)) {
			return nil, overflowing(s)
		}
		return values, nil
	})
}

// overflowing returns the error for dissimilarities that are not finite.
func overflowing(s *System) error {
	return undefined("%s: the dissimilarities overflow: rescale the data", s.label())
}

func (d dissimilarity) compute(s *System) ([]float64, error) {
	switch d.kind {
	case rdmEuclidean:
		return mapped(s.distances(), math.Sqrt), nil
	case rdmGaussian:
		f, err := d.saturating(s)
		if err != nil {
			return nil, err
		}
		return mapped(s.distances(), f), nil
	case rdmManhattan:
		return manhattanBands(s.raw).triangle(nil), nil
	case rdmPoisson:
		b, err := poissonBands(s)
		if err != nil {
			return nil, err
		}
		return b.triangle(nil), nil
	case rdmCrossnobis:
		b, err := crossnobisBands(s, d.noise)
		if err != nil {
			return nil, err
		}
		return b.triangle(nil), nil
	case rdmPrecomputed:
		if err := symmetricRDM(s); err != nil {
			return nil, err
		}
		return precomputedBands(s.raw).triangle(nil), nil
	default:
		z, err := d.embedded(s)
		if err != nil {
			return nil, err
		}
		if d.cosine() {
			return mapped(z.distances(), atMostTwo), nil
		}
		return z.distances(), nil
	}
}

// saturating returns the Gaussian dissimilarity as a function of the squared
// distance.
func (d dissimilarity) saturating(s *System) (func(float64) float64, error) {
	sigma, err := kernel{kind: "rbf", sigma: d.sigma}.width(s)
	return func(sq float64) float64 { return -math.Expm1(-sq / (2 * sigma * sigma)) }, err
}

// bands is condensed by bands, without keeping the dissimilarities.
func (d dissimilarity) bands(s *System) (banded, error) {
	switch d.kind {
	case rdmEuclidean:
		return distanceBands(s.raw).mapped(math.Sqrt), nil
	case rdmGaussian:
		f, err := d.saturating(s)
		if err != nil {
			return banded{}, err
		}
		return distanceBands(s.raw).mapped(f), nil
	case rdmManhattan:
		return manhattanBands(s.raw), nil
	case rdmPoisson:
		return poissonBands(s)
	case rdmCrossnobis:
		return crossnobisBands(s, d.noise)
	case rdmPrecomputed:
		if err := symmetricRDM(s); err != nil {
			return banded{}, err
		}
		return precomputedBands(s.raw), nil
	default:
		z, err := d.embedded(s)
		if err != nil {
			return banded{}, err
		}
		if d.cosine() {
			return distanceBands(z.raw).mapped(atMostTwo), nil
		}
		return distanceBands(z.raw), nil
	}
}

// cosine reports whether a dissimilarity is 1 less a cosine, which rounding must not
// raise above 2.
func (d dissimilarity) cosine() bool { return d.kind == rdmCorrelation || d.kind == rdmCosine }

func atMostTwo(v float64) float64 { return min(2, v) }

// manhattanBands returns Σ|x_ik − x_jk| of the rows.
func manhattanBands(x *mat.Dense) banded {
	return directBands(x.RawMatrix().Rows, func(i, j int) float64 { return absDistance(x.RawRowView(i), x.RawRowView(j)) })
}

// directBands returns a function of all pairs of n items, computed one by one.
func directBands(n int, f func(i, j int) float64) banded {
	return banded{n, func(dst *mat.Dense, lo int) {
		linalg.Parallel(dst.RawMatrix().Rows, rowGrain, func(from, to int) {
			for i := from; i < to; i++ {
				row := dst.RawRowView(i)
				for j := i + 1; j < len(row); j++ {
					row[j] = f(lo+i, lo+j)
				}
			}
		})
	}}
}

// absDistance returns Σ|a_k−b_k|, in four independent sums so that additions can overlap.
func absDistance(a, b []float64) float64 {
	var s0, s1, s2, s3 float64
	for len(a) >= 4 && len(b) >= 4 {
		s0 += math.Abs(a[0] - b[0])
		s1 += math.Abs(a[1] - b[1])
		s2 += math.Abs(a[2] - b[2])
		s3 += math.Abs(a[3] - b[3])
		a, b = a[4:], b[4:]
	}
	for k, v := range a {
		s0 += math.Abs(v - b[k])
	}
	return s0 + s1 + (s2 + s3)
}

// precomputedBands returns a matrix that is itself an RDM. It averages entries that
// differ from their mirror image by rounding.
func precomputedBands(x *mat.Dense) banded {
	return banded{x.RawMatrix().Rows, func(dst *mat.Dense, lo int) {
		for i := range dst.RawMatrix().Rows {
			own := x.RawRowView(lo + i)[lo:]
			row := dst.RawRowView(i)
			for j := i + 1; j < len(row); j++ {
				row[j] = own[j]/2 + x.At(lo+j, lo+i)/2
			}
		}
	}}
}

// symmetricRDM returns an UndefinedError for a system that is not an RDM.
func symmetricRDM(s *System) error {
	n, p := s.raw.Dims()
	if n != p {
		return undefined("%s is %d × %d, but rdm=precomputed wants a square matrix of dissimilarities", s.label(), n, p)
	}
	largest := 0.0
	for i := range n {
		largest = max(largest, linalg.LargestMagnitude(s.raw.RawRowView(i)))
	}
	// The tolerance admits matrices that were computed in float32.
	slack := 1e-5 * largest
	for i := range n {
		row := s.raw.RawRowView(i)
		if math.Abs(row[i]) > slack {
			return undefined("%s has %g on its diagonal (row %d), but rdm=precomputed wants 0", s.label(), row[i], i)
		}
		for j := i + 1; j < n; j++ {
			mirrored := s.raw.At(j, i)
			if math.Abs(row[j]-mirrored) > slack {
				return undefined("%s has %g at [%d,%d] but %g at [%d,%d], but rdm=precomputed wants a symmetric matrix", s.label(), row[j], i, j, mirrored, j, i)
			}
		}
	}
	return nil
}

// square returns the symmetric n×n matrix with a zero diagonal and the given upper
// triangle.
func square(values []float64, n int) *mat.Dense {
	m := mat.NewDense(n, n, nil)
	at := 0
	for i := range n {
		row := m.RawRowView(i)
		for j := i + 1; j < n; j++ {
			row[j] = values[at]
			m.Set(j, i, values[at])
			at++
		}
	}
	return m
}

// mapped returns f of every value.
func mapped(values []float64, f func(float64) float64) []float64 {
	out := make([]float64, len(values))
	linalg.Parallel(len(values), scanned, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			out[i] = f(values[i])
		}
	})
	return out
}

func finite(v float64) bool { return v-v == 0 }
