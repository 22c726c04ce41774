package measures

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// regression scores how well the features of one system predict those of the other. It
// is the common part of linreg, ridge and pls.
type regression struct {
	card    Card
	penalty func(train predictors) (float64, error)      // λ for a training set
	solve   func(s *ridgeSolver, train predictors) error // if set, fits in place of ridge regression
	as      string
	// centred says that predictions and data of a test set are centred by their own means.
	centred bool
	columns bool   // score features by themselves instead of pooling their squares
	pool    string // how scores of features are put together
	// leastSquares says that there is never a penalty.
	leastSquares bool
	// fitCost counts the multiplications of a fit of p features from q of n samples,
	// nil for those of normal equations.
	fitCost   func(n, p, q float64) float64
	direction string
	plan      foldPlan
}

// The forms that a regression reports.
const (
	asR2                 = "r2"
	asPearson            = "pearson"             // of predictions and data about the means of training
	asCorrelation        = "correlation"         // about those of the test set
	asCorrelationSquared = "correlation-squared" // the square of that
)

// How scores of features are put together.
const (
	poolAll     = "all"
	poolColumns = "columns"
	poolMedian  = "median"
	poolNone    = "none"
)

// poolParam declares the parameter for it.
var poolParam = Param{
	Name: "pool", Default: poolAll, Choices: []string{poolAll, poolColumns, poolMedian, poolNone}, Synonyms: map[string]string{"mean": poolColumns},
	Help: "over all entries at once, so that features count by their variance (all), or per feature and averaged (columns, or mean), or the median over features of each fold (median), or per feature in rows of their own, after the row of their mean (none)",
}

const (
	xFromY    = "x-from-y"
	yFromX    = "y-from-x"
	symmetric = "symmetric"
)

// regressionParams are the common parameters of regressions.
var regressionParams = []Param{
	choice("as", "R² (r2), arccos R² in radians (angular), the correlation of predictions and data about the means of training, uncentred otherwise (pearson), or Pearson's correlation of them in each fold (correlation), or its square (correlation-squared)", asR2, asAngular, asPearson, asCorrelation, asCorrelationSquared),
	poolParam,
	cvParam,
	foldsParam,
	testParam,
	seedParam,
	choice("direction", "Y predicts X, X predicts Y, or the mean of both", xFromY, yFromX, symmetric),
}

// newRegression reads the common parameters and adjusts the card to them. predictor holds
// the invariances of a fit to changes of the predicting system.
func newRegression(a Args, predictor Invariance) (regression, error) {
	m := regression{
		card: a.Card(), as: a.Text("as"), columns: a.Text("pool") != poolAll, pool: a.Text("pool"),
		direction: a.Text("direction"), plan: planOf(a),
	}
	if m.plan.k == 1 {
		return m, errors.New("cv=1: want 0 or at least 2 folds")
	}
	if m.plan.k == 0 && (m.plan.shuffled || a.Int("seed") != 1) {
		return m, errors.New("folds and seed go with cv=k")
	}
	if m.pool == poolNone && (m.direction == symmetric || m.as == asAngular) {
		return m, errors.New("pool=none goes with one direction, whose predicted features are the rows, and not with as=angular")
	}
	if a.Text("test") != testParam.Default && m.plan.test == 0 {
		return m, errors.New("test goes with folds=splits, and is above 0")
	}
	if m.as == asCorrelation || m.as == asCorrelationSquared {
		// The residuals of a fit have the mean 0.
		m.centred = m.plan.k > 0
		if m.as == asCorrelation {
			m.as = asPearson
		}
	}
	// A median has steps, and so has the choice of it; the mean of a test set is moved by
	// its samples.
	m.card.Differentiable = m.card.Differentiable && !m.centred && m.as != asCorrelationSquared && m.pool != poolMedian && m.plan.test == 0
	if m.as == asAngular && m.plan.k > 0 {
		return m, errors.New("as=angular goes with cv=0 only: a held-out R² is not a cosine")
	}
	target := Euclidean
	if m.columns {
		target &^= Orthogonal
	}
	switch m.direction {
	case xFromY:
		m.card.X, m.card.Y = target, predictor
	case yFromX:
		m.card.X, m.card.Y = predictor, target
	case symmetric:
		m.card.X, m.card.Y = target&predictor, target&predictor
		m.card.Symmetric = true
	}
	m.card.MinSamples = max(2, m.plan.k)
	if m.plan.test > 0 {
		m.card.MinSamples = max(3, 2+int(math.Ceil(m.plan.test/(1-m.plan.test)*2)))
	}
	m.card.FromMoments = !m.plan.shuffled
	if !m.plan.shuffled {
		m.card.Folds = m.plan.k
	}
	m.card.Min, m.card.Max, m.card.HigherIsCloser = 0, 1, true
	switch {
	case m.as == asAngular:
		m.card.Max, m.card.HigherIsCloser = math.Pi/2, false
	case m.as == asPearson && m.plan.k > 0:
		m.card.Min = -1
	case m.as == asCorrelationSquared:
	case m.plan.k > 0:
		m.card.Min = math.Inf(-1)
	}
	return m, nil
}

// Card implements Measure.
func (m regression) Card() Card { return m.card }

// NeuronError implements NeuronError.
func (m regression) NeuronError(Dims) string { return "" }

// Score implements Measure.
func (m regression) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	switch m.direction {
	case yFromX:
		return m.oneWay(p.Swap())
	case symmetric:
		there, err := m.oneWay(p)
		if err != nil {
			return Score{}, err
		}
		back, err := m.oneWay(p.Swap())
		if err != nil {
			return Score{}, err
		}
		return Score{Value: (there.Value + back.Value) / 2, Warnings: append(there.Warnings, back.Warnings...)}, nil
	default:
		return m.oneWay(p)
	}
}

// oneWay scores the prediction of X from Y.
func (m regression) oneWay(p *Pair) (Score, error) {
	if m.plan.k == 0 {
		return m.inSample(p)
	}
	if err := p.checkFolds(m.plan); err != nil {
		return Score{}, err
	}
	if draws := m.plan.draws(p); draws != nil {
		total, warnings := 0.0, []string(nil)
		for i, rows := range draws {
			v, w, err := m.heldOutFolds(p.foldsOf(rows, m.columns), p.X, 1)
			if err != nil {
				return Score{}, undefined("split %d: %s", i+1, err)
			}
			if warnings == nil {
				warnings = w
			}
			total += v
		}
		return Score{Value: total / float64(len(draws)), Warnings: warnings}, nil
	}
	v, warnings, err := m.heldOut(p.folds(m.plan, m.columns), p.X)
	return Score{Value: v, Warnings: warnings}, err
}

// heldOut returns the mean over folds of the value on samples that were held out.
func (m regression) heldOut(f *folds, x *System) (value float64, warnings []string, err error) {
	return m.heldOutFolds(f, x, f.count())
}

// heldOutFolds is heldOut for the first of some folds.
func (m regression) heldOutFolds(f *folds, x *System, first int) (value float64, warnings []string, err error) {
	total, tied := 0.0, false
	err = m.eachFold(f, x, first, func(i int, s *ridgeSolver, fit fitted) error {
		tied = tied || s.tied
		v, skipped, err := m.value(fit)
		if err != nil {
			return undefined("fold %d of %d: %s", i+1, first, err)
		}
		if skipped > 0 && warnings == nil {
			warnings = []string{constantColumns(skipped, len(fit.total))}
		}
		total += v
		return nil
	})
	if err != nil {
		return 0, nil, err
	}
	if tied {
		warnings = append(warnings, tiedComponents)
	}
	return total / float64(first), warnings, nil
}

// eachFold fits the training samples of the first of some folds, and calls visit with what
// the fit says of those that are held out.
func (m regression) eachFold(f *folds, x *System, first int, visit func(i int, s *ridgeSolver, fit fitted) error) error {
	train, test := f.newSplit()
	solver := newRidgeSolver(train.dims())
	for i := range first {
		f.split(i, &train, &test)
		if err := m.fit(solver, f.predictors(i, &train)); err != nil {
			return err
		}
		var fit fitted
		switch {
		case solver.rows != nil && m.centred:
			part := &f.rowed().parts[i]
			fit = solver.rows.score(part.x, solver.rows.coordinates(part.y))
		case solver.rows != nil:
			rows, y := f.rowed().testRows(i, &train)
			fit = solver.rows.score(rows, solver.rows.coordinates(y))
		case m.centred:
			fit = predict(&f.parts[i].foldMoments, solver.w)
		default:
			fit = predict(&test, solver.w)
		}
		fit.least = solver.least
		if m.columns {
			fit.noise = x.rounding()
		}
		if err := visit(i, solver, fit); err != nil {
			return err
		}
	}
	return nil
}

// interpolation is the warning of a fit with as many coefficients as samples.
const interpolation = "as many predicting features as samples: the fit leaves nothing unexplained whatever the data; hold samples out with cv"

// inSample scores the samples of the fit.
func (m regression) inSample(p *Pair) (Score, error) {
	all, points := p.whole(m.columns)
	train := predictors{moments: &all, rows: points, noisy: p.Y.noisy(), grain: p.grain}
	solver := newRidgeSolver(all.dims())
	fit, err := m.fitWhole(solver, train)
	if err != nil {
		return Score{}, err
	}
	fit.least = solver.least
	if m.columns {
		fit.noise = p.X.rounding()
	}
	v, skipped, err := m.value(fit)
	if err != nil {
		return Score{}, err
	}
	var warnings []string
	if skipped > 0 {
		warnings = append(warnings, constantColumns(skipped, len(fit.total)))
	}
	if _, q := all.dims(); q >= p.Samples()-1 && m.solve == nil && solver.lambda == 0 {
		warnings = append(warnings, interpolation)
	}
	if solver.tied {
		warnings = append(warnings, tiedComponents)
	}
	if m.as == asAngular {
		loss := 1 - v
		if loss < 1-exactAngle && points != nil {
			loss = m.residual(points, solver)
		}
		v = arccosine(loss)
	}
	return Score{Value: v, Warnings: warnings}, nil
}

// fitWhole fits all samples and predicts them.
func (m regression) fitWhole(s *ridgeSolver, train predictors) (fitted, error) {
	if m.solve != nil {
		if err := m.fit(s, train); err != nil {
			return fitted{}, err
		}
		if s.rows != nil {
			x, _ := train.rows()
			return s.rows.score(x, s.rows.trained()), nil
		}
		return predict(train.moments, s.w), nil
	}
	lambda, err := m.penalty(train)
	if err != nil {
		return fitted{}, err
	}
	if err := s.decompose(train, lambda); err != nil {
		return fitted{}, err
	}
	switch {
	case s.rows != nil:
		x, _ := train.rows()
		return s.rows.score(x, s.rows.trained()), nil
	case s.normal && lambda == 0 && m.as != asAngular: // an angle takes residuals
		return s.explained(train.moments), nil
	default:
		err := s.coefficients(train.moments)
		return predict(train.moments, s.w), err
	}
}

// fit computes the coefficients for a training set with the penalty of the measure.
func (m regression) fit(s *ridgeSolver, train predictors) error {
	if m.solve != nil {
		s.lambda = 0
		s.setLeast(train)
		return m.solve(s, train)
	}
	lambda, err := m.penalty(train)
	if err != nil {
		return err
	}
	return s.fit(train, lambda)
}

// residual returns the unexplained part of the variance from the residuals themselves, so
// that it keeps its digits when it is small.
func (m regression) residual(points rows, s *ridgeSolver) float64 {
	x, y := points()
	var e mat.Dense
	switch {
	case s.rows != nil:
		e.CloneFrom(s.rows.residuals(x, s.rows.trained()))
	default:
		e.Mul(y, s.w)
		e.Sub(x, &e)
	}
	if !m.columns {
		return linalg.Dot(&e, &e) / linalg.Dot(x, x)
	}
	loss, used := 0.0, 0
	total := columnSquares(x)
	for j, v := range columnSquares(&e) {
		if total[j] > 0 {
			loss += v / total[j]
			used++
		}
	}
	return loss / float64(used)
}

func constantColumns(skipped, of int) string {
	return fmt.Sprintf("%d of %d features do not vary and were left out of the mean", skipped, of)
}

// componentScore returns the closed form of the R² of a penalised fit on its own samples,
// in the direction of the measure.
func (m regression) componentScore(p AlignedPair, penalty float64) (float64, bool) {
	if m.plan.k > 0 || m.columns || m.as == asCorrelationSquared {
		return 0, false
	}
	switch m.direction {
	case yFromX:
		return m.alignedFit(p, penalty, true), true
	case symmetric:
		return (m.alignedFit(p, penalty, false) + m.alignedFit(p, penalty, true)) / 2, true
	default:
		return m.alignedFit(p, penalty, false), true
	}
}

// alignedFit predicts X from Y, or Y from X if back is set, component by component:
// the variances are λ and λa² and the covariance λa·cos φ, so that the coefficient
// is w = cross/(source + penalty), and the residual target − 2w·cross + w²·source.
func (m regression) alignedFit(p AlignedPair, penalty float64, back bool) float64 {
	var total, loss, product, predicted float64
	for i, lambda := range p.Lambda {
		a, cosine, sine := p.Amplitude[i], p.Cosine[i], p.Sine[i]
		target, source, cross := lambda, lambda*a*a, lambda*a*cosine
		if back {
			target, source = source, target
		}
		w := 0.0
		if source > 0 {
			w = cross / (source + penalty)
		}
		total += target
		product += w * cross
		predicted += w * w * source
		if penalty == 0 && source > 0 {
			loss += target * sine * sine
		} else {
			loss += target - 2*w*cross + w*w*source
		}
	}
	loss /= total
	switch m.as {
	case asAngular:
		return 2 * math.Asin(min(1, math.Sqrt(loss/2)))
	case asPearson:
		return product / math.Sqrt(total*predicted)
	default:
		return 1 - loss
	}
}

// MomentFolds implements FromMoments. Folds in random order are no segments, and the card
// says so.
func (m regression) MomentFolds() int { return m.plan.k }

// need returns the need of a score in the direction of the measure. fit returns the work
// space for the coefficients, for p×q moments.
func (m regression) need(d Dims, fit func(d Dims, p, q int64) int64) Need {
	type swapped struct{}
	there, back := m.oneWayNeed(d, fit), m.oneWayNeed(d.swap(), fit).of(swapped{})
	switch m.direction {
	case yFromX:
		return back
	case symmetric:
		return together(there, back)
	default:
		return there
	}
}

// oneWayNeed returns the need of predicting X from Y: moments and coefficients, with the
// own features of X where these are scored one by one, and the samples where moments do
// not suffice.
func (m regression) oneWayNeed(d Dims, fit func(d Dims, p, q int64) int64) Need {
	p, q := d.compact()
	if m.columns {
		p = d.P
	}
	coefficients := 2*p*q + q*q + p + fit(d, p, q)
	if m.plan.k == 0 {
		return together(d.needMoments(), d.needCentred(), d.needCompact(), work(coefficients+p*q+d.N*p))
	}
	return together(m.plan.need(d, p, q), d.needCentred(), d.needCompact(), work(coefficients+m.plan.splitMemory(p, q)+2*d.N*(p+q)))
}

// leastSquaresMemory returns the work space of ridgeSolver.fit for samples whose moments
// do not determine the coefficients.
func leastSquaresMemory(d Dims, p, q int64) int64 { return rowFitMemory(d.N, p, q) }
