package optimize

import (
	"context"
	"errors"
	"fmt"

	"gonum.org/v1/gonum/floats"
)

// Momentum is gradient descent with a heavy ball,
//
//	v ← Decay·v + g,  Y ← Y − Rate·v
//
// (Polyak 1964, doi:10.1016/0041-5553(64)90137-5, as PyTorch's SGD computes it).
// Gradients of the measures have the unit 1/Y, and most shrink with the number of
// values of Y, so that no rate suits all data. Rate 0 selects the rate whose first
// step is a tenth as long as Y₀ (Frobenius norms, centred columns).
type Momentum struct {
	Rate  float64 // default 0, which is relative to Y₀
	Decay float64 // default 0.9; 0 is plain gradient descent
}

// firstStep is the default length of the first step relative to ‖Y₀‖.
const firstStep = 0.1

// DefaultMomentum returns the default settings.
func DefaultMomentum() Momentum { return Momentum{Decay: 0.9} }

// String names the method.
func (Momentum) String() string { return "sgd" }

func (Momentum) rotationInvariant() bool { return true }

func (Momentum) single() bool { return false }

func (Momentum) vectors() int { return 1 }

func (m Momentum) validate() error {
	if m.Rate < 0 {
		return fmt.Errorf("rate: %g, want a positive number, or 0 for one relative to the start", m.Rate)
	}
	return errors.Join(fraction("momentum", m.Decay))
}

func (m Momentum) start(p *problem, memory [][]float64) (stepper, error) {
	s := &momentum{Momentum: m, rate: []float64{m.Rate}, velocity: make([]float64, len(p.values()))}
	if m.Rate == 0 && memory == nil {
		if p.gradNorm == 0 {
			return s, nil
		}
		s.rate[0] = firstStep * p.size() / floats.Norm(p.gradient(), 2)
	}
	return s, restore(memory, s.memory())
}

type momentum struct {
	Momentum
	rate     []float64
	velocity []float64
}

func (s *momentum) memory() [][]float64 { return [][]float64{s.rate, s.velocity} }

func (s *momentum) step(_ context.Context, p *problem) error {
	if p.gradNorm == 0 {
		return errStalled
	}
	floats.Scale(s.Decay, s.velocity)
	floats.Add(s.velocity, p.gradient())
	floats.AddScaled(p.values(), -s.rate[0], s.velocity)
	return p.evaluate()
}
