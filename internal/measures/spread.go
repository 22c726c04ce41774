package measures

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"
)

// spread is a number that tells how the samples of one system lie.
type spread interface {
	// of returns the number for a system.
	of(s *System) (value float64, warning string, err error)
	// newSlope returns a function that returns the number for an n×q matrix and writes its
	// derivative into g.
	newSlope(n, q int) func(g, y *mat.Dense) (float64, error)
	// need returns the need of the number, and gradientNeed that of newSlope.
	need(d Dims) Need
	gradientNeed(d Dims) int64
}

// spreadDifference is the difference of the numbers of two systems.
type spreadDifference struct {
	card   Card
	spread spread
}

// spreadCard returns the fields that all differences of spreads share.
func spreadCard(c Card) Card {
	c.Max, c.Symmetric, c.Differentiable = math.Inf(1), true, true
	c.MinSamples = 2
	c.X |= Permutation | Orthogonal
	c.Y = c.X
	c.Pitfalls = append(c.Pitfalls, "not a comparison of samples: any two systems of the same spread are at distance 0, whichever sample goes with which")
	return c
}

// Card implements Measure.
func (m spreadDifference) Card() Card { return m.card }

// Score implements Measure.
func (m spreadDifference) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	x, warnX, err := m.spread.of(p.X)
	if err != nil {
		return Score{}, err
	}
	y, warnY, err := m.spread.of(p.Y)
	if err != nil {
		return Score{}, err
	}
	s := Score{Value: math.Abs(x - y)}
	for _, line := range []string{warnX, warnY} {
		if line != "" {
			s.Warnings = append(s.Warnings, line)
		}
	}
	return s, nil
}

// Memory implements Memory.
func (m spreadDifference) Memory(d Dims) Need { return m.spread.need(d) }

// unpaired says why a difference of spreads has no null.
const unpaired = "the value is the same whichever sample is paired with which"

// Permuted implements Permutable: pairings say nothing.
func (m spreadDifference) Permuted(context.Context, *Pair, Orders) ([]float64, bool, error) {
	return nil, false, undefined(unpaired)
}

// absoluteGap says why there is no estimate of a difference of spreads.
const absoluteGap = "the size of a difference of two noisy numbers is above 0 by chance, which leaving samples out does not remove"

// Estimator implements Estimable: there is no estimate.
func (m spreadDifference) Estimator() (Estimator, bool) {
	return Estimator{Reason: absoluteGap}, false
}

// Deletions implements Estimable.
func (m spreadDifference) Deletions(*Pair, *Units) (*Deletions, error) {
	return nil, undefined(absoluteGap)
}

// NeuronError implements NeuronError.
func (m spreadDifference) NeuronError(Dims) string { return absoluteGap }

// Flip implements Differentiable.
func (m spreadDifference) Flip() Differentiable { return m }

// Bind implements Differentiable.
func (m spreadDifference) Bind(x *System, q int) (Objective, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, err
	}
	if _, _, err := m.spread.of(x); err != nil {
		return nil, err
	}
	// In the same arithmetic as that of Y, so that the difference of equal systems is 0.
	n, p := x.raw.Dims()
	target, err := m.spread.newSlope(n, p)(mat.NewDense(n, p, nil), x.raw)
	if err != nil {
		return nil, err
	}
	return spreadObjective{target, m.spread.newSlope(n, q)}, nil
}

type spreadObjective struct {
	target float64
	slope  func(g, y *mat.Dense) (float64, error)
}

// Gradient implements Objective. Where the difference is 0, so is a subgradient.
func (o spreadObjective) Gradient(g, y *mat.Dense) (float64, error) {
	value, err := o.slope(g, y)
	if err != nil {
		return 0, err
	}
	gap := value - o.target
	switch {
	case gap == 0:
		g.Zero()
	case gap < 0:
		scaleMatrix(g, -1)
	}
	return math.Abs(gap), nil
}

// GradientMemory implements GradientMemory.
func (m spreadDifference) GradientMemory(d Dims) Need {
	own := d
	own.Q = d.P
	binding := d.N*d.P + m.spread.gradientNeed(own)
	return together(m.spread.need(d.reference()), work(max(binding, m.spread.gradientNeed(d))))
}
