package measures

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// heldOutAlignment is a whitening and a rotation, or canonical variates, that are found on
// the training samples of contiguous folds and applied to the others: shape, cca and svcca
// with cv. Of the principal components UΣVᵀ of the training samples of each system some
// are kept and weighted, which gives the map M = V·diag(f/σ) of features to coordinates,
// and, with the polar factor P of (X₀Mx)ᵀ(Y₀My) on the training samples, the alignment of
// X₁MxP with Y₁My on those that are held out. Both are about the means of training.
//
// Directions that the training samples do not have are left out, for nothing says how to
// whiten them.
type heldOutAlignment struct {
	card   Card
	cv     int
	as     string
	reduce func(s *System) (principal, error)        // the components that are kept
	norms  func(sigma []float64, wide int) []float64 // f(σ)
	// canonical says that components are whitened; their score is the mean over canonical
	// variates of their correlations, each by itself, or of the squares of these.
	canonical, squared bool
	variates           bool // such a score
}

// newHeldOutAlignment completes the measure.
func newHeldOutAlignment(a Args, m heldOutAlignment) (Measure, error) {
	m.cv, m.as = a.Int("cv"), a.Text("as")
	m.variates = m.canonical && m.as == asScore
	if m.cv == 1 {
		return nil, errors.New("cv=1: want 0 or at least 2 folds")
	}
	m.card.Differentiable, m.card.FromMoments = false, false
	if m.as == asSquaredEuclidean {
		m.as = asProcrustesSquared
	}
	if m.canonical && (m.as == asEuclidean || m.as == asProcrustesSquared) {
		return nil, errors.New("as=" + a.Text("as") + " goes with cv=0 only: held-out canonical variates have no units")
	}
	m.card = rotationCard(m.card, m.as, m.cv)
	m.card.Identity = math.NaN() // which directions are whitened depends on the training samples
	if m.variates && m.squared {
		m.card.Min = 0
	}
	return m, nil
}

// Card implements Measure.
func (m heldOutAlignment) Card() Card { return m.card }

// heldOutFolds is the number of folds; no moments serve them.
func (m heldOutAlignment) heldOutFolds() int { return m.cv }

// Score implements Measure.
func (m heldOutAlignment) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	plan := foldPlan{k: m.cv}
	if err := p.checkFolds(plan); err != nil {
		return Score{}, err
	}
	if p.given != nil {
		v, err := m.fold(p, *p.given)
		if err != nil {
			return Score{}, undefined("the given split: %s", err)
		}
		return Score{Value: v}, nil
	}
	total := 0.0
	for i, test := range plan.samples(p) {
		v, err := m.fold(p, givenSplit{others(test, p.Samples()), test})
		if err != nil {
			return Score{}, undefined("fold %d of %d: %s", i+1, m.cv, err)
		}
		total += v
	}
	return Score{Value: total / float64(m.cv)}, nil
}

// others returns the numbers below n that are not among some.
func others(some []int, n int) []int {
	out := make([]int, 0, n-len(some))
	is := make([]bool, n)
	for _, i := range some {
		is[i] = true
	}
	for i, among := range is {
		if !among {
			out = append(out, i)
		}
	}
	return out
}

// fold scores the test samples of one split.
func (m heldOutAlignment) fold(p *Pair, split givenSplit) (float64, error) {
	wide := max(p.X.Width(), p.Y.Width())
	x, err := m.side(p.X, split, wide)
	if err != nil {
		return 0, err
	}
	y, err := m.side(p.Y, split, wide)
	if err != nil {
		return 0, err
	}
	cross := linalg.CrossGram(x.train, y.train)
	if m.variates {
		return m.correlation(x, y, cross)
	}
	polar, _, err := linalg.Polar(cross)
	if err != nil {
		return 0, err
	}
	a := alignment{
		rows: existingRows(x.test, y.test), polar: constantPolar(polar),
		nuclear: linalg.Dot(polar, linalg.CrossGram(x.test, y.test)),
		xx:      linalg.Dot(x.test, x.test), yy: linalg.Dot(y.test, y.test),
	}
	if a.xx == 0 || a.yy == 0 {
		return 0, errors.New("the samples left out all lie at the mean of the others")
	}
	return procrustes{as: m.as}.report(a)
}

// correlation returns the mean over the canonical variates of the training samples of
// their correlation on the others, or of its square.
func (m heldOutAlignment) correlation(x, y aligned, cross *mat.Dense) (float64, error) {
	u, s, v, err := linalg.SVD(cross)
	if err != nil {
		return 0, err
	}
	if len(s) > 1 && s[1] > 1-equalCorrelations {
		return 0, errors.New("several canonical correlations of the training samples are 1, so that their variates are not determined: use svcca with few components")
	}
	var a, b mat.Dense
	a.Mul(x.test, u)
	b.Mul(y.test, v)
	aa, bb, mean := columnSquares(&a), columnSquares(&b), 0.0
	for j := range s {
		if aa[j] == 0 || bb[j] == 0 {
			return 0, errors.New("a canonical variate does not vary on the samples left out")
		}
		r := 0.0
		for i := range a.RawMatrix().Rows {
			r += a.At(i, j) * b.At(i, j)
		}
		if r = clip(r * cosineScale(aa[j], bb[j])); m.squared {
			r *= r
		}
		mean += r / float64(len(s))
	}
	return mean, nil
}

// aligned are the coordinates of training and of held-out samples.
type aligned struct{ train, test *mat.Dense }

// side finds the map of one system on the training samples.
func (m heldOutAlignment) side(s *System, split givenSplit, wide int) (aligned, error) {
	train, test := rowsOf(s.raw, split.train), rowsOf(s.raw, split.test)
	own := &System{name: s.name, n: len(split.train), p: s.p, raw: train, times: 1, precision: s.precision}
	if err := own.varies(); err != nil {
		return aligned{}, errors.New("a system does not vary on the training samples")
	}
	c, err := m.reduce(own)
	if err != nil {
		return aligned{}, err
	}
	f := m.norms(c.sigma, wide)
	// V·diag(f/σ) = X₀ᵀU·diag(f/σ²).
	share := make([]float64, len(f))
	for i, sigma := range c.sigma {
		share[i] = f[i] / (sigma * sigma)
	}
	centre := own.centredPanels()
	weights := linalg.CrossGram(own.centred(), c.scaled(share))
	about := linalg.NewCentered(test).MeansAbout(centre)
	moved := linalg.NewCentered(test).Dense()
	for i := range moved.RawMatrix().Rows {
		addScaled(moved.RawRowView(i), 1, about)
	}
	out := aligned{train: c.scaled(f), test: new(mat.Dense)}
	out.test.Mul(moved, weights)
	return out, nil
}

// Memory implements Memory: the samples, their principal components and coordinates.
func (m heldOutAlignment) Memory(d Dims) Need {
	p, q := d.compact()
	sides := d.N * (d.P + d.Q)
	return work(3*sides + d.P*p + d.Q*q + 4*d.N*(p+q) + 4*(p*p+q*q) + linalg.SVDMemory(d.N, d.larger()) + linalg.SVDMemory(p, q) + linalg.PolarMemory(p, q))
}

// whitenedNorms returns the norms of whitened components.
func whitenedNorms(sigma []float64, _ int) []float64 { return constant(len(sigma), 1) }
