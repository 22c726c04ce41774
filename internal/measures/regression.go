package measures

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// regression scores how well the features of one system predict those of the
// other: what linreg and ridge have in common.
type regression struct {
	card      Card
	penalty   func(train predictors) (float64, error) // λ for a training set
	as        string
	columns   bool // average over features instead of pooling their squares
	direction string
	plan      foldPlan
}

const (
	xFromY    = "x-from-y"
	yFromX    = "y-from-x"
	symmetric = "symmetric"
)

// regressionParams are the parameters that linreg and ridge share.
var regressionParams = []Param{
	choice("as", "R² (r2), arccos R² in radians (angular), or the uncentred correlation of predictions and data (pearson)", "r2", asAngular, "pearson"),
	choice("pool", "over all entries at once, so that features count by their variance (all), or per feature and averaged (columns)", "all", "columns"),
	cvParam,
	foldsParam,
	seedParam,
	choice("direction", "Y predicts X, X predicts Y, or the mean of both", xFromY, yFromX, symmetric),
}

// newRegression reads the shared parameters and adjusts the card to them.
// predictor is what a fit is invariant to in the predicting system.
func newRegression(a Args, predictor Invariance) (regression, error) {
	m := regression{
		card: a.Card(), as: a.Text("as"), columns: a.Text("pool") == "columns",
		direction: a.Text("direction"), plan: planOf(a),
	}
	if m.plan.k == 1 {
		return m, errors.New("cv=1: want 0 or at least 2 folds")
	}
	if m.plan.k == 0 && (m.plan.shuffled || m.plan.seed != 1) {
		return m, errors.New("folds and seed go with cv=k")
	}
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
	m.card.Min, m.card.Max, m.card.HigherIsCloser = 0, 1, true
	switch {
	case m.as == asAngular:
		m.card.Max, m.card.HigherIsCloser = math.Pi/2, false
	case m.as == "pearson" && m.plan.k > 0:
		m.card.Min = -1
	case m.plan.k > 0:
		m.card.Min = math.Inf(-1)
	}
	return m, nil
}

// Card implements Measure.
func (m regression) Card() Card { return m.card }

// Score implements Measure.
func (m regression) Score(p *Pair) (Score, error) {
	if err := p.check(m.card.MinSamples); err != nil {
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
	f := p.foldsOf(m.plan, m.columns)
	total := 0.0
	var warnings []string
	for i := range f.count() {
		train, test := f.split(i)
		w, err := m.fit(predictors{moments: train, rows: func() (*mat.Dense, *mat.Dense) { return f.trainRows(i, train) }})
		if err != nil {
			return Score{}, err
		}
		v, skipped, err := m.value(predict(test, w))
		if err != nil {
			return Score{}, undefined("fold %d of %d: %s", i+1, f.count(), err)
		}
		if skipped > 0 && warnings == nil {
			warnings = []string{constantColumns(skipped, len(test.xx))}
		}
		total += v
	}
	return Score{Value: total / float64(f.count()), Warnings: warnings}, nil
}

// inSample scores the samples that were fitted.
func (m regression) inSample(p *Pair) (Score, error) {
	x, y := p.X.compact(), p.Y.compact()
	all := foldMoments{n: float64(p.Samples()), yy: p.Y.gram(), xy: p.cross()}
	if m.columns {
		x = p.X.centred()
		if x != p.X.compact() {
			all.xy = linalg.CrossGram(x, y)
		}
	}
	all.xx = columnSquares(x)
	w, err := m.fit(predictors{moments: all, rows: func() (*mat.Dense, *mat.Dense) { return x, y }})
	if err != nil {
		return Score{}, err
	}
	fit := predict(all, w)
	v, skipped, err := m.value(fit)
	if err != nil {
		return Score{}, err
	}
	var warnings []string
	if skipped > 0 {
		warnings = append(warnings, constantColumns(skipped, len(fit.total)))
	}
	if _, q := y.Dims(); q >= p.Samples()-1 {
		warnings = append(warnings, "as many predicting features as samples: the fit has nothing left to explain, use cv=5")
	}
	if m.as == asAngular {
		loss := 1 - v
		if loss < 1-exactAngle {
			loss = m.residual(x, y, w)
		}
		v = arccosine(loss)
	}
	return Score{Value: v, Warnings: warnings}, nil
}

// residual returns the unexplained part of the variance from the residuals
// themselves, which keeps its digits when it is small.
func (m regression) residual(x, y, w *mat.Dense) float64 {
	var e mat.Dense
	e.Mul(y, w)
	e.Sub(x, &e)
	if !m.columns {
		return sumSquares(&e) / sumSquares(x)
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

// predictors is a training set: its moments, and its centred rows for when the
// moments do not suffice.
type predictors struct {
	moments foldMoments
	rows    func() (x, y *mat.Dense)
}

// fit returns W, q×p, the coefficients (B+λI)⁻¹YᵀX; for λ = 0 the least-squares
// solution of minimum norm over the numerical rank of Y.
func (m regression) fit(train predictors) (*mat.Dense, error) {
	lambda, err := m.penalty(train)
	if err != nil {
		return nil, err
	}
	b := mat.DenseCopyOf(train.moments.yy)
	for i := range b.RawMatrix().Rows {
		b.Set(i, i, b.At(i, i)+lambda)
	}
	if f, ok := factorise(b); ok {
		return f.solve(mat.DenseCopyOf(train.moments.xy.T()))
	}
	x, y := train.rows()
	if lambda == 0 {
		w, _, err := linalg.LeastSquares(y, x)
		return w, err
	}
	u, s, v, err := linalg.SVD(y)
	if err != nil {
		return nil, err
	}
	ux := linalg.CrossGram(u, x)
	for i, si := range s {
		scale(ux.RawRowView(i), si/(si*si+lambda))
	}
	var w mat.Dense
	w.Mul(v, ux)
	return &w, nil
}

// fitted holds for each feature of X the sums Σx², Σx̂² and Σx·x̂ over samples.
type fitted struct {
	total, predicted, product []float64
}

// predict evaluates coefficients on a set of samples through its moments.
func predict(m foldMoments, w *mat.Dense) fitted {
	q, p := w.Dims()
	var bw mat.Dense
	bw.Mul(m.yy, w)
	out := fitted{total: m.xx, predicted: make([]float64, p), product: make([]float64, p)}
	for i := range q {
		wi, bwi := w.RawRowView(i), bw.RawRowView(i)
		for j, v := range wi {
			out.predicted[j] += v * bwi[j]
			out.product[j] += v * m.xy.At(j, i)
		}
	}
	return out
}

// value reduces the sums to R² or to a correlation, over all features or as
// their mean; features without variance are skipped and counted.
func (m regression) value(f fitted) (v float64, skipped int, err error) {
	one := func(total, predicted, product float64) float64 {
		if m.as == "pearson" {
			if !(predicted > 0) {
				return 0 // a prediction of nothing but the mean
			}
			return clip(product / math.Sqrt(total) / math.Sqrt(predicted))
		}
		return 1 - (total-2*product+predicted)/total
	}
	if !m.columns {
		total := sum(f.total)
		if total == 0 {
			return 0, 0, errors.New("the samples left out all lie at the mean of the others")
		}
		return one(total, sum(f.predicted), sum(f.product)), 0, nil
	}
	used := 0
	for j, total := range f.total {
		if total == 0 {
			skipped++
			continue
		}
		v += one(total, f.predicted[j], f.product[j])
		used++
	}
	if used == 0 {
		return 0, 0, errors.New("no feature varies")
	}
	return v / float64(used), skipped, nil
}

func constantColumns(skipped, of int) string {
	return fmt.Sprintf("%d of %d features do not vary and were left out of the mean", skipped, of)
}
