package measures

import (
	"context"
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// inForm is a measure in a form that its family does not compute: a function of what the
// family does compute, which is an angle, a cosine, or a distance.
//
// It has every optional interface that the wrapped measure has and that says the same of
// a function of it; see As.
type inForm struct {
	base Measure
	from string // the form of base
	form form
	card Card
}

// gapped is a measure with the score s that computes 1 − s where s is so near 1 that it
// has lost the digits.
type gapped interface {
	gap(p *Pair) (float64, error)
}

// nearObjective is an objective that knows 1 − s of the Y of its last gradient likewise.
type nearObjective interface {
	gap() (float64, error)
}

// withForms lets a family be reported in all forms that its parameter "as" has. native
// are those that it computes itself; the others are made of from, one of these, and
// squared-euclidean of euclidean where the family has a distance of its own. Forms are
// functions of one angle: a family with folds, whose scores are means of several, has
// all of its own.
func withForms(f Family, from string, native ...string) Family {
	build := f.New
	f.New = func(a Args) (Measure, error) {
		as := a.Text("as")
		if slices.Contains(native, as) || a.declares("cv") && a.Int("cv") > 0 {
			return build(a)
		}
		m := inForm{from: from}
		m.form, _ = formNamed(as)
		if as == asSquaredEuclidean && slices.Contains(native, asEuclidean) {
			m.from, m.form = asEuclidean, squareOf
		}
		var err error
		if m.base, err = build(a.with("as", m.from)); err != nil {
			return nil, err
		}
		if angle, ok := m.base.(interface{ noAngle() string }); ok && angle.noAngle() != "" {
			return nil, errors.New(angle.noAngle())
		}
		if near, ok := m.base.(interface{ angled() Measure }); ok {
			m.base = near.angled()
		}
		m.card = m.base.Card()
		lo := m.card.Min
		if m.from == asAngular {
			lo = math.Cos(m.card.Max)
		}
		if m.from != asEuclidean {
			identity := m.card.Identity
			m.form.set(&m.card, lo)
			if math.IsNaN(identity) {
				m.card.Identity = identity
			}
		}
		m.card.Name = a.Card().Name
		return m, nil
	}
	return f
}

// inflatedIn notes that unrelated data have values near identity in some forms, where
// features outnumber samples: others go on beyond the value of unrelated data.
func inflatedIn(f Family, names ...string) Family {
	build := f.New
	f.New = func(a Args) (Measure, error) {
		built, err := build(a)
		if m, ok := built.(inForm); ok && slices.Contains(names, m.form.name) {
			m.card.Inflated = true
			return m, err
		}
		return built, err
	}
	return f
}

// squareOf is the form squared-euclidean as a function of the distance.
var squareOf = form{
	name: asSquaredEuclidean, units: true,
	of: func(d, _, _ float64) (float64, float64, float64) { return d * d, 2 * d, 0 },
}

// Card implements Measure.
func (m inForm) Card() Card { return m.card }

// Score implements Measure.
func (m inForm) Score(p *Pair) (Score, error) {
	s, err := m.base.Score(p)
	if err != nil {
		return Score{}, err
	}
	theta := s.Value
	if m.from == asScore {
		if theta, err = m.angle(p, s.Value); err != nil {
			return Score{}, err
		}
	}
	s.Value, err = m.value(theta, p)
	return s, err
}

// angle returns that of a cosine, from what is missing to 1 where the pair knows it.
func (m inForm) angle(p *Pair, cosine float64) (float64, error) {
	if 1-cosine < roundoff && p.identical() {
		return 0, nil
	}
	near, ok := m.base.(gapped)
	if cosine < exactAngle || p.segments != nil || !ok {
		return math.Acos(clip(cosine)), nil
	}
	gap, err := near.gap(p)
	return angleOfGap(gap), err
}

// value returns the form of an angle, or of a distance, between the systems of a pair.
func (m inForm) value(theta float64, p *Pair) (float64, error) {
	if m.form.name == asNegativeLog && theta >= math.Pi/2 {
		return 0, errNoLogarithm
	}
	a, b := 1.0, 1.0
	if m.form.units {
		a, b = math.Sqrt(p.X.trace()), math.Sqrt(p.Y.trace())
	}
	value, _, _ := m.form.of(theta, a, b)
	return value, nil
}

// ComponentScore implements Theory.
func (m inForm) ComponentScore(p AlignedPair) (float64, bool) {
	theta, ok := m.base.(Theory).ComponentScore(p)
	if !ok {
		return 0, false
	}
	if m.from == asScore {
		theta = math.Acos(clip(theta))
	}
	a, b := p.rotated().norms()
	value, _, _ := m.form.of(theta, a, b)
	return value, true
}

// MomentFolds implements FromMoments.
func (m inForm) MomentFolds() int { return m.base.(FromMoments).MomentFolds() }

// Memory implements Memory.
func (m inForm) Memory(d Dims) Need {
	need := m.base.(Memory).Memory(d)
	if near, ok := m.base.(interface{ gapMemory(d Dims) Need }); ok {
		need = together(need, near.gapMemory(d))
	}
	return need
}

// NeuronError implements NeuronError.
func (m inForm) NeuronError(d Dims) string { return m.base.(NeuronError).NeuronError(d) }

// ScoreFlops implements Costed.
func (m inForm) ScoreFlops(d Dims) float64 { return m.base.(Costed).ScoreFlops(d) }

// Scale implements Monotone.
func (m inForm) Scale() (Scale, bool) {
	s, ok := m.base.(Monotone).Scale()
	return Scale{s.Quantity, m.form.name}, ok && !m.form.units
}

// Estimator implements Estimable: with another report of the same cosine.
func (m inForm) Estimator() (Estimator, bool) {
	e, ok := m.base.(Estimable).Estimator()
	if !ok {
		return e, false
	}
	if m.form.units {
		return Estimator{Reason: "the distance grows with the number of samples, so that it has no value for all stimuli: use as=angular or as=normalised"}, false
	}
	angle := e.Report
	switch report := e.Report; {
	case m.from == asScore && report != nil:
		angle = func(s float64) float64 { return math.Acos(clip(report(s))) }
	case report == nil:
		angle = func(s float64) float64 { return math.Acos(clip(s)) }
	}
	e.Report = func(s float64) float64 {
		value, _, _ := m.form.of(angle(s), 1, 1)
		return value
	}
	return e, true
}

// Deletions implements Estimable.
func (m inForm) Deletions(p *Pair, u *Units) (*Deletions, error) {
	return m.base.(Estimable).Deletions(p, u)
}

// NullMean implements NullMean by the form of the mean, as those of families do.
func (m inForm) NullMean(p *Pair, units *Units) (float64, bool, error) {
	theta, ok, err := m.base.(NullMean).NullMean(p, units)
	if err != nil || !ok {
		return 0, false, err
	}
	if m.from == asScore {
		theta = math.Acos(clip(theta))
	}
	value, err := m.value(theta, p)
	return value, err == nil, nil
}

// Permuted implements Permutable: the norms are those of all pairings.
func (m inForm) Permuted(ctx context.Context, p *Pair, o Orders) ([]float64, bool, error) {
	if m.from == asScore {
		return nil, false, nil // which has no digits near 1
	}
	scores, ok, err := m.base.(Permutable).Permuted(ctx, p, o)
	if err != nil || !ok {
		return nil, ok, err
	}
	for i, theta := range scores {
		if scores[i], err = m.value(theta, p); err != nil {
			return nil, false, err
		}
	}
	return scores, true, nil
}

// Ceiling implements Ceiled.
func (m inForm) Ceiling(p *Pair, r *Repeats, u *Units, value float64) (Ceiling, error) {
	if m.form.back == nil {
		return Ceiling{}, ErrNoCeiling
	}
	c, err := m.base.(Ceiled).Ceiling(p, r, u, m.form.back(value))
	if err != nil {
		return c, err
	}
	if share := c.Share; share != nil {
		c.Share = func(v float64) float64 { return share(m.form.back(v)) }
	}
	c.Value, _, _ = m.form.of(c.Value, 1, 1)
	if !math.IsNaN(c.Estimate) {
		c.Estimate, _, _ = m.form.of(c.Estimate, 1, 1)
	}
	return c, nil
}

// Flip implements Differentiable.
func (m inForm) Flip() Differentiable {
	m.base = m.base.(Differentiable).Flip()
	m.card.X, m.card.Y = m.card.Y, m.card.X
	return m
}

// GradientMemory implements GradientMemory.
func (m inForm) GradientMemory(d Dims) Need {
	need := m.base.(GradientMemory).GradientMemory(d)
	if m.form.units {
		need = need.plus(d.N * d.Q)
	}
	if _, pairs := m.base.(interface{ pairwiseGap() }); m.from == asScore && !pairs { // the gap near identity
		p, q := d.compact()
		need = need.plus(d.N*(p+q) + 4*max(p, q)*max(p, q) + linalg.PolarMemory(p, q))
	}
	return need
}

// Bind implements Differentiable.
func (m inForm) Bind(x *System, q int) (Objective, error) {
	inner, err := m.base.(Differentiable).Bind(x, q)
	if err != nil {
		return nil, err
	}
	o := &formObjective{inForm: m, inner: inner, a: 1}
	if m.form.units {
		o.a, o.centring = math.Sqrt(x.trace()), newCentring(x.Samples(), q)
	}
	return o, nil
}

// formObjective applies the chain rule:
//
//	∂f(θ,b)/∂Y = ∂f/∂θ·∂θ/∂Y + ∂f/∂b·Yc/b.
type formObjective struct {
	inForm
	inner Objective
	centring
	a float64
}

// Gradient implements Objective.
func (o *formObjective) Gradient(g, y *mat.Dense) (float64, error) {
	theta, err := o.inner.Gradient(g, y)
	if err != nil {
		return 0, err
	}
	slope := 1.0
	if o.from == asScore {
		theta, slope, err = chainNear(asAngular, theta, func() (float64, error) {
			near, ok := o.inner.(nearObjective)
			if !ok {
				return math.Acos(clip(theta)), nil
			}
			gap, err := near.gap()
			return angleOfGap(gap), err
		})
		if err != nil {
			return 0, err
		}
	}
	b := 1.0
	if o.form.units {
		b = linalg.Norm(o.centre(y))
	}
	if o.form.name == asNegativeLog && theta >= math.Pi/2 {
		return 0, errNoLogarithm
	}
	value, toTheta, toNorm := o.form.of(theta, o.a, b)
	scaleMatrix(g, slope*toTheta)
	if toNorm != 0 {
		addMatrix(g, toNorm/b, o.yc)
	}
	return value, nil
}
