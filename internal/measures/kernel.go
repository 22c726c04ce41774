package measures

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// medianSuffix marks a width that is a multiple of the median distance.
const medianSuffix = "median"

var sigmaParam = Param{
	Name:    "sigma",
	Default: "1" + medianSuffix,
	Help:    "width σ of the rbf and laplace kernels: a number in the units of the data, or a multiple of the median distance between samples of each system, as in 0.5median",
	Check: func(s string) error {
		if v, err := strconv.ParseFloat(strings.TrimSuffix(s, medianSuffix), 64); err != nil || !(v > 0) || math.IsInf(v, 1) {
			return errors.New("a positive number, or one followed by the word median")
		}
		return nil
	},
}

// kernel is a function of the distance between samples. It is a key of shared
// quantities.
type kernel struct {
	kind  string // linear, rbf or laplace
	sigma string
	wide  bool // values are those of the kernel less 1
}

type kernelKey struct {
	kernel
	estimator string
}

type (
	distanceKey struct{}
	medianKey   struct{}
)

// distances returns the squared Euclidean distances between samples i < j, and keeps
// them. It is not for tiled systems.
func (s *System) distances() []float64 {
	return always(&s.memo, distanceKey{}, func() []float64 { return linalg.SqDistances(s.raw) })
}

// width returns σ for a system.
func (k kernel) width(s *System) (float64, error) {
	factor, relative, err := k.factor()
	if err != nil || !relative {
		return factor, err
	}
	median := s.medianDistance()
	if median == 0 {
		return 0, undefined("%s: the median distance between samples is 0, so sigma=%s gives no width", s.label(), k.sigma)
	}
	return factor * median, nil
}

// medianDistance returns the median of the Euclidean distances between samples.
func (s *System) medianDistance() float64 {
	return always(&s.memo, medianKey{}, func() float64 {
		d := triangles.Get().(*[]float64)
		defer triangles.Put(d)
		if s.tiled() {
			*d = distanceBands(s.raw).triangle(*d)
		} else {
			*d = append((*d)[:0], s.distances()...)
		}
		lower, upper := middleTwo(*d)
		return (math.Sqrt(lower) + math.Sqrt(upper)) / 2
	})
}

// matrix returns the kernel matrix of a system, centred for an estimator of HSIC: doubly
// centred (biased), U-centred (debiased), or doubly centred with a zero diagonal
// (lange). HSIC is then the inner product of two such matrices.
func (k kernel) matrix(s *System, estimator string) (*mat.Dense, error) {
	return shared(&s.memo, kernelKey{k, estimator}, func() (*mat.Dense, error) {
		if k.kind == kernelLinear {
			m, whole := hollowKernel(s.raw, estimator)
			if !(linalg.Norm(m) > s.hsicTolerance()*whole) {
				return nil, noHSIC(estimator)
			}
			return m, nil
		}
		sigma, err := k.width(s)
		if err != nil {
			return nil, err
		}
		n := s.Samples()
		m := mat.NewDense(n, n, nil)
		at := 0
		widest := 0.0
		d := s.distances()
		k.wide = k.isWide(s, sigma)
		diagonal := k.self(estimator)
		for i := range n {
			m.Set(i, i, diagonal)
			for j := i + 1; j < n; j++ {
				v := k.value(d[at], sigma)
				at++
				m.Set(i, j, v)
				m.Set(j, i, v)
				widest = max(widest, v)
			}
		}
		if !k.wide && widest < epsilon {
			return nil, k.tooNarrow(s)
		}
		whole := linalg.Norm(m)
		centreKernel(m, estimator)
		if estimator != biased && !(linalg.Norm(m) > s.hsicTolerance()*whole) {
			return nil, noHSIC(estimator)
		}
		return m, nil
	})
}

// bands returns the matrix that matrix does, by bands, and the square of its norm before
// it was centred.
func (k kernel) bands(s *System, estimator string) (c centredBands, whole float64, err error) {
	if k.kind == kernelLinear {
		b := hollowBands(s.raw, estimator)
		e := b.extent()
		if estimator == lange {
			squares := s.gramSquares()
			return b.uncentred(0), squares, nil
		}
		return b.uCentred(e), 2 * e.squares, nil
	}
	sigma, err := k.width(s)
	if err != nil {
		return centredBands{}, 0, err
	}
	k.wide = k.isWide(s, sigma)
	b := distanceBands(s.raw).mapped(func(d float64) float64 { return k.value(d, sigma) })
	e := b.extent()
	if !k.wide && e.highest < epsilon {
		return centredBands{}, 0, k.tooNarrow(s)
	}
	self := k.self(estimator)
	whole = 2*e.squares + self*float64(s.Samples())
	if estimator == debiased {
		return b.uCentred(e), whole, nil
	}
	c = b.doublyCentred(e, self)
	if estimator == lange {
		c.diagonal = nil
	}
	return c, whole, nil
}

// tooNarrow returns the error for a width at which the kernel of different samples is 0.
func (k kernel) tooNarrow(s *System) error {
	return undefined("%s: sigma=%s is so small against the distances that no two samples are alike to the kernel", s.label(), k.sigma)
}

// factor returns σ, or, for a relative width, its multiple of the median distance.
func (k kernel) factor() (value float64, relative bool, err error) {
	text, relative := strings.CutSuffix(k.sigma, medianSuffix)
	value, err = strconv.ParseFloat(text, 64)
	return value, relative, err
}

// centreKernel centres a kernel matrix for an estimator of HSIC.
func centreKernel(m *mat.Dense, estimator string) {
	switch estimator {
	case debiased:
		uCentre(m)
	case lange:
		doubleCentre(m)
		clearDiagonal(m)
	default:
		doubleCentre(m)
	}
}

// value returns the kernel at a squared distance, or the kernel less 1 if it is wide.
func (k kernel) value(squared, sigma float64) float64 {
	exponent := k.exponent(squared, sigma)
	if k.wide {
		return math.Expm1(-exponent)
	}
	return math.Exp(-exponent)
}

func (k kernel) exponent(squared, sigma float64) float64 {
	if k.kind == "laplace" {
		return math.Sqrt(squared) / (sigma * math.Sqrt2)
	}
	return squared / (2 * sigma * sigma)
}

// self returns the value of a sample with itself that an estimator wants on the
// diagonal. U-centring wants 0.
func (k kernel) self(estimator string) float64 {
	if estimator == debiased || k.wide {
		return 0
	}
	return 1
}

// isWide reports whether all values of a kernel are near 1, where the digits of their
// differences would go to that 1. Centring removes it, whatever the estimator, so that
// the kernel less 1 will do, which has all of its digits. Distances are at most twice the
// distance from the mean.
func (k kernel) isWide(s *System, sigma float64) bool {
	return k.exponent(4*slices.Max(s.rowNorms()), sigma) < 0.5
}

// scoreKernel scores by matrices of pairs of samples: kernels that are not linear, and
// estimators of linear ones for which second moments do not do.
func (m cka) scoreKernel(p *Pair) (Score, error) {
	if p.X.tiled() {
		return m.scoreBands(p)
	}
	if t, ok := toldOf[products3](p, kernelKey{m.kernel, m.estimator}); ok && p.X != p.Y {
		if cosine, err := cosineOf(t.xy, t.xx, t.yy, m.estimator); err == nil && cosine < exactAngle {
			return report(m.as, cosine, func() (float64, error) { return math.Acos(clip(cosine)), nil })
		}
	}
	kx, err := m.kernel.matrix(p.X, m.estimator)
	if err != nil {
		return Score{}, err
	}
	ky, err := m.kernel.matrix(p.Y, m.estimator)
	if err != nil {
		return Score{}, err
	}
	cosine, err := cosineOf(linalg.Dot(kx, ky), linalg.Dot(kx, kx), linalg.Dot(ky, ky), m.estimator)
	if err != nil {
		return Score{}, err
	}
	return report(m.as, cosine, func() (float64, error) {
		if cosine < exactAngle {
			return math.Acos(clip(cosine)), nil
		}
		return matrixAngle(kx, ky), nil
	})
}

// Pairs implements OfPairs. Without their diagonal, as lange has them, doubly centred
// matrices are centred no more.
func (m cka) Pairs(p *Pair) (*PairMatrices, error) {
	if m.estimator == lange || p.X.tiled() {
		return nil, nil
	}
	_, relative, _ := m.kernel.factor()
	out := &PairMatrices{Product: DoublyCentred, Alone: m.kernel.kind == kernelLinear || !relative, Form: pairForm(m.as)}
	if m.linear() {
		out.X, out.Y = linalg.OuterGram(p.X.centred()), linalg.OuterGram(p.Y.centred())
		return out, nil
	}
	if m.estimator == debiased {
		out.Product = UCentred
	}
	var err error
	if out.X, err = m.kernel.matrix(p.X, m.estimator); err != nil {
		return nil, err
	}
	out.Y, err = m.kernel.matrix(p.Y, m.estimator)
	return out, err
}

// scoreBands is scoreKernel by bands.
func (m cka) scoreBands(p *Pair) (Score, error) {
	kx, wholeX, err := m.kernel.bands(p.X, m.estimator)
	if err != nil {
		return Score{}, err
	}
	ky, wholeY, err := m.kernel.bands(p.Y, m.estimator)
	if err != nil {
		return Score{}, err
	}
	xy, xx, yy := products(kx, ky)
	tx, ty := p.X.hsicTolerance(), p.Y.hsicTolerance()
	if m.estimator != biased && (!(xx > tx*tx*wholeX) || !(yy > ty*ty*wholeY)) {
		return Score{}, noHSIC(m.estimator)
	}
	cosine, err := cosineOf(xy, xx, yy, m.estimator)
	if err != nil {
		return Score{}, err
	}
	return report(m.as, cosine, func() (float64, error) {
		if cosine < exactAngle {
			return math.Acos(clip(cosine)), nil
		}
		return chord(gap(kx, ky, 1/math.Sqrt(xx), 1/math.Sqrt(yy))), nil
	})
}

// matrixAngle returns the angle between two matrices, from the difference of their
// multiples of norm 1.
func matrixAngle(a, b *mat.Dense) float64 {
	alpha, beta := 1/linalg.Norm(a), 1/linalg.Norm(b)
	sum := 0.0
	for i := range a.RawMatrix().Rows {
		rb := b.RawRowView(i)
		for j, v := range a.RawRowView(i) {
			d := alpha*v - beta*rb[j]
			sum += d * d
		}
	}
	return chord(math.Sqrt(sum))
}

// doubleCentre removes the means of the rows and columns of a symmetric
// matrix: H·M·H with H = I − 11ᵀ/n.
func doubleCentre(m *mat.Dense) {
	n := m.RawMatrix().Rows
	means := rowSums(m)
	scale(means, 1/float64(n))
	grand := sum(means) / float64(n)
	for i := range n {
		row := m.RawRowView(i)
		for j := range row {
			row[j] += grand - means[i] - means[j]
		}
	}
}

// uCentre applies Székely and Rizzo's U-centring to a symmetric matrix with zero
// diagonal: entries off the diagonal become m_ij − r_i/(n−2) − r_j/(n−2) +
// r/((n−1)(n−2)), with the row sums r_i and their sum r. The inner product of two
// U-centred kernel matrices is n(n−3) times Song's estimate.
func uCentre(m *mat.Dense) {
	n := m.RawMatrix().Rows
	sums := rowSums(m)
	grand := sum(sums) / float64((n-1)*(n-2))
	scale(sums, 1/float64(n-2))
	for i := range n {
		row := m.RawRowView(i)
		for j := range row {
			row[j] += grand - sums[i] - sums[j]
		}
	}
	clearDiagonal(m)
}

func clearDiagonal(m *mat.Dense) {
	for i := range m.RawMatrix().Rows {
		m.Set(i, i, 0)
	}
}

func rowSums(m *mat.Dense) []float64 {
	sums := make([]float64, m.RawMatrix().Rows)
	for i := range sums {
		sums[i] = sum(m.RawRowView(i))
	}
	return sums
}

// needDistances returns the need of the squared distances between the samples of both
// systems.
func (d Dims) needDistances() Need {
	return together(kept(distanceKey{}, d.systems()*d.pairs()), work(linalg.SqDistancesMemory(d.N, max(d.P, d.Q))-d.pairs()))
}

// needWidth is that of σ, which looks for the median among the distances if it is
// relative, in memory that is lent. Of many samples these are found for it alone.
func (d Dims) needWidth(sigma string) Need {
	if _, relative, _ := (kernel{sigma: sigma}).factor(); !relative {
		return Need{}
	}
	return together(kept(medianKey{}, d.pairs()), d.needBands(1))
}

// needKernel returns the need of the centred kernel matrices of both systems.
func (m cka) needKernel(d Dims) Need {
	linear := m.kernel.kind == "linear"
	switch {
	case d.tiled() && linear:
		return d.needBands(2)
	case d.tiled():
		return together(d.needWidth(m.kernel.sigma), d.needBands(2))
	}
	matrices := kept(kernelKey{m.kernel, m.estimator}, 2*d.N*d.N)
	if linear {
		return together(matrices, work(d.N*max(d.P, d.Q)))
	}
	return together(matrices, d.needDistances(), d.needWidth(m.kernel.sigma))
}
