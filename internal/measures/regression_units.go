package measures

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// inSampleEstimator is the estimator of a regression that is scored on its own samples.
// reported turns R² into the form of the measure.
func (m regression) inSampleEstimator(reported func(r2 float64) float64) (Estimator, bool) {
	e := Estimator{Axis: LogLossAxis, Doubled: true, Group: fewerUnits, Flops: m.deletionFlops, Moments: m.unitNumbers}
	switch {
	case !m.ofOneR2():
		return m.unknownEstimator()
	case m.as == asR2:
		return e, true
	case m.direction == symmetric:
		return Estimator{Reason: "the mean of two angles or correlations is no function of one R²: use as=r2, or one direction"}, false
	case m.as == asAngular:
		e.Report = func(r2 float64) float64 { return math.Acos(clip(r2)) }
		return e, true
	case reported != nil && !m.columns:
		e.Report = reported
		return e, true
	default:
		return Estimator{Reason: "none is known to hold for this correlation on the samples of the fit: use as=r2"}, false
	}
}

// ofOneR2 reports whether the value is a function of R², or of a mean of R² over features:
// its moments about the means of training suffice, and all folds are disjoint.
func (m regression) ofOneR2() bool {
	return !m.centred && m.as != asCorrelationSquared && m.pool != poolMedian && m.plan.test == 0
}

// unknownEstimator says that nothing is known of the errors of a value.
func (m regression) unknownEstimator() (Estimator, bool) {
	return Estimator{Reason: "none is known to hold for a median, a correlation in each fold, or test sets that overlap: use as=r2 or as=pearson with pool=columns and folds"}, false
}

// fewerUnits joins units to at most 15, or to 9 where a fit of many features is dear: 46
// fits in place of 121, with intervals that are a twentieth wider.
func fewerUnits(p *Pair, u *Units) *Units {
	const many, few = 256, 9
	if min(p.X.compactWidth(), p.Y.compactWidth()) > many {
		return u.Merged(few)
	}
	return u.Merged(mostBlocks)
}

// unitNumbers counts the numbers in the moments of a unit, of the larger direction.
func (m regression) unitNumbers(d Dims) int64 {
	w := wanted{yy: true, columns: m.columns}
	return max(w.numbers(d), w.numbers(d.swap()))
}

// deletionFlops counts the multiplications of refits without each two units.
func (m regression) deletionFlops(d Dims, units int) float64 {
	return m.bothWays(d, func(n, p, q float64) float64 {
		return n*q*(p+q/2) + subsets(units)*(m.fitFlops(n, p, q)+6*q*(p+q))
	})
}

// fitFlops counts the multiplications of one fit of p features from q: a factor, and one
// triangular solution for least squares, two for ridge regression.
func (m regression) fitFlops(n, p, q float64) float64 {
	switch {
	case m.fitCost != nil:
		return m.fitCost(n, p, q)
	case m.leastSquares && m.plan.k == 0:
		return q*q*q/6 + p*q*q/2
	default:
		return q*q*q/6 + p*q*q
	}
}

// fitsFlops counts those of the fits of all folds and of their predictions.
func (m regression) fitsFlops(n, p, q float64) float64 {
	if m.plan.k == 0 {
		return m.fitFlops(n, p, q)
	}
	k := float64(m.plan.k)
	return k * (m.fitFlops(n*(1-1/k), p, q) + p*q*q)
}

// bothWays adds up the flops of the directions of the measure, for n samples of p
// features that are predicted from q.
func (m regression) bothWays(d Dims, one func(n, p, q float64) float64) float64 {
	way := func(d Dims) float64 {
		p, q := d.compact()
		if m.columns {
			p = d.P
		}
		return one(float64(d.N), float64(p), float64(q))
	}
	switch m.direction {
	case yFromX:
		return way(d.swap())
	case symmetric:
		return way(d) + way(d.swap())
	default:
		return way(d)
	}
}

// ScoreFlops implements Costed: moments, and a fit for each fold.
func (m regression) ScoreFlops(d Dims) float64 {
	return m.bothWays(d, func(n, p, q float64) float64 { return n*q*(p+q/2) + m.fitsFlops(n, p, q) })
}

// directed returns the mean of deletions over the directions of the measure.
func (m regression) directed(p *Pair, one func(p *Pair) (*Deletions, error)) (*Deletions, error) {
	switch m.direction {
	case yFromX:
		return one(p.Swap())
	case symmetric:
		there, err := one(p)
		if err != nil {
			return nil, err
		}
		back, err := one(p.Swap())
		if err != nil {
			return nil, err
		}
		return there.mean(back), nil
	default:
		return one(p)
	}
}

// mean returns the mean of two estimates.
func (d *Deletions) mean(other *Deletions) *Deletions {
	out := newDeletions(len(d.One), d.Two != nil)
	out.All = (d.All + other.All) / 2
	for g := range d.One {
		out.One[g] = (d.One[g] + other.One[g]) / 2
		for h := range len(d.Two) {
			out.Two[g][h] = (d.Two[g][h] + other.Two[g][h]) / 2
		}
	}
	return out
}

// fitDeletions returns estimates of R² without each unit and each two, in the direction
// of the measure. estimate makes one of R² on n samples, fitted over a rank.
func (m regression) fitDeletions(p *Pair, u *Units, penalty func(p *Pair) (float64, error), estimate func(r2 float64, n, rank int) float64) (*Deletions, error) {
	return m.directed(p, func(p *Pair) (*Deletions, error) {
		lambda, err := penalty(p)
		if err != nil {
			return nil, err
		}
		rank, err := p.Y.predictingRank(lambda)
		if err != nil {
			return nil, err
		}
		if stay := u.staying(); float64(stay) < 1.5*rank+1 {
			return nil, undefined("without two of %d units there are %d samples, fewer than 1.5 times the %.3g dimensions that predict", u.Count(), stay, rank)
		}
		return m.oneWayDeletions(p, u, lambda, estimate)
	})
}

// staying returns the fewest samples that stay without two units.
func (u *Units) staying() int {
	first, second := 0, 0
	for _, rows := range u.Rows {
		switch size := len(rows); {
		case size > first:
			first, second = size, first
		case size > second:
			second = size
		}
	}
	return u.n - first - second
}

// oneWayDeletions refits X from Y. A penalty against a sum of squared errors shrinks with
// the number of samples, so that all fits estimate the same coefficients.
func (m regression) oneWayDeletions(p *Pair, u *Units, lambda float64, estimate func(r2 float64, n, rank int) float64) (*Deletions, error) {
	units, err := p.unitMoments(u, wanted{yy: true, columns: m.columns})
	if err != nil {
		return nil, err
	}
	solvers := sync.Pool{New: func() any { return newRidgeSolver(units[0].xy.Dims()) }}
	out := newDeletions(len(units), true)
	err = eachSubset(units, true, func(s subset) error {
		fit := m
		fit.as = asR2
		fit.penalty = func(predictors) (float64, error) { return lambda * float64(s.n) / float64(p.Samples()), nil }
		moments := s.fold()
		train := predictors{moments: &moments, noisy: p.Y.noisy(), grain: p.grain}
		if p.segments == nil {
			train.rows = func() (x, y *mat.Dense) { return p.rowsWithout(u, s.without, m.columns) }
		}
		solver := solvers.Get().(*ridgeSolver)
		defer solvers.Put(solver)
		sums, err := fit.sums(solver, train)
		if err != nil {
			return err
		}
		if m.columns {
			sums.noise = p.X.rounding()
		}
		r2, _, err := fit.value(sums)
		if err != nil {
			return undefined("without some of %d units %s", u.Count(), err)
		}
		out.set(s.without, estimate(r2, s.n, solver.rank))
		return nil
	})
	return out, err
}

// sums fits all samples of a training set. With a penalty it saves the product of B and
// the coefficients that fitWhole takes.
func (m regression) sums(s *ridgeSolver, train predictors) (fitted, error) {
	if m.solve != nil || m.leastSquares {
		return m.fitWhole(s, train)
	}
	lambda, err := m.penalty(train)
	if err != nil {
		return fitted{}, err
	}
	if err := s.decompose(train, lambda); err != nil {
		return fitted{}, err
	}
	if !s.normal {
		return m.fitWhole(s, train)
	}
	return s.shrunk(train.moments), nil
}

// shrunk is explained with a penalty: with T = R⁻ᵀD·YᵀX and W = DR⁻¹T,
//
//	Σxx̂ = ‖t_j‖²,  Σx̂² = ‖t_j‖² − λ‖w_j‖².
func (s *ridgeSolver) shrunk(m *foldMoments) fitted {
	f := s.explained(m)
	if s.lambda > 0 {
		s.factor.unwhiten(s.w)
		own := make([]float64, len(f.predicted))
		columnSquaresTo(own, s.w)
		addScaled(f.predicted, -s.lambda, own)
	}
	return f
}

// fold returns the moments as those of a training set.
func (m *unitMoments) fold() foldMoments {
	return foldMoments{n: float64(m.n), mx: m.meanX, my: m.meanY, xx: m.squareX, yy: m.yy, xy: m.xy}
}

// rowsWithout copies the samples of all units but some, about their means.
func (p *Pair) rowsWithout(u *Units, without []int, columns bool) (x, y *mat.Dense) {
	rows := u.samplesWithout(without)
	x, _ = linalg.Center(rowsOf(p.X.featuresFor(columns), rows))
	y, _ = linalg.Center(rowsOf(p.Y.compact(), rows))
	return x, y
}

// samplesWithout returns the samples of all units but some, increasing.
func (u *Units) samplesWithout(without []int) []int {
	out := make([]bool, u.n)
	for _, g := range without {
		for _, i := range u.Rows[g] {
			out[i] = true
		}
	}
	var rows []int
	for i, left := range out {
		if !left {
			rows = append(rows, i)
		}
	}
	return rows
}

type predictingRankKey struct{ lambda float64 }

// predictingRank returns the effective number of dimensions of a predicting system,
// tr(2H−H²) = Σ(1 − (λ/(b+λ))²) = q − λ²‖(B+λI)⁻¹‖² over the eigenvalues b of B; its rank
// where λ = 0.
func (s *System) predictingRank(lambda float64) (float64, error) {
	return shared(&s.memo, predictingRankKey{lambda}, func() (float64, error) {
		if f := s.gramFactor(); f != nil && lambda == 0 {
			return float64(len(f.scale)), nil
		}
		if f := newFactor(s.gram().RawMatrix().Rows); lambda > 0 && f.decompose(s.gram(), lambda) {
			inverse := identity(len(f.scale))
			f.solve(inverse)
			return float64(len(f.scale)) - lambda*lambda*linalg.Dot(inverse, inverse), nil
		}
		if lambda > 0 {
			values, err := linalg.EigSymValues(s.gram())
			rank := 0.0
			for _, b := range values {
				left := lambda / (max(0, b) + lambda)
				rank += 1 - left*left
			}
			return rank, err
		}
		q, err := s.span()
		if err != nil {
			return 0, err
		}
		_, r := q.Dims()
		return float64(r), nil
	})
}

// adjusted returns the R² of the population that R² on n samples fitted over a rank r
// estimates with Gaussian data, 1 − (1−R²)(n−1)/(n−1−r).
func adjusted(r2 float64, n, rank int) float64 {
	return 1 - (1-r2)*float64(n-1)/float64(n-1-rank)
}

// Estimator implements Estimable: adjusted R², jackknifed twice, and the held-out value
// with its folds.
func (m linreg) Estimator() (Estimator, bool) {
	if m.plan.k > 0 {
		return m.heldOutEstimator()
	}
	return m.inSampleEstimator(func(r2 float64) float64 { return math.Sqrt(max(0, r2)) })
}

// Deletions implements Estimable.
func (m linreg) Deletions(p *Pair, u *Units) (*Deletions, error) {
	if m.plan.k > 0 {
		return m.heldOutDeletions(p, u)
	}
	return m.fitDeletions(p, u, func(*Pair) (float64, error) { return 0, nil }, adjusted)
}

// Estimator implements Estimable: R², jackknifed twice, with a penalty
// that shrinks with the samples that stay: it estimates that of the population at λ/n.
func (m ridge) Estimator() (Estimator, bool) {
	if m.plan.k > 0 {
		return m.heldOutEstimator()
	}
	if math.IsNaN(m.lambda) {
		return Estimator{Reason: "the penalty that the data choose changes with their number: give lambda a value, or hold samples out with cv"}, false
	}
	return m.inSampleEstimator(nil)
}

// Deletions implements Estimable.
func (m ridge) Deletions(p *Pair, u *Units) (*Deletions, error) {
	if m.plan.k > 0 {
		return m.heldOutDeletions(p, u)
	}
	penalty := func(*Pair) (float64, error) { return m.lambda, nil }
	return m.fitDeletions(p, u, penalty, func(r2 float64, _, _ int) float64 { return r2 })
}

// Estimator implements Estimable: the held-out value with its folds.
func (m pls) Estimator() (Estimator, bool) {
	if m.plan.k > 0 {
		return m.heldOutEstimator()
	}
	return Estimator{Reason: "none is known to hold for partial least squares on the samples of the fit: hold samples out with cv"}, false
}

// Deletions implements Estimable.
func (m pls) Deletions(p *Pair, u *Units) (*Deletions, error) { return m.heldOutDeletions(p, u) }
