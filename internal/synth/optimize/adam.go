package optimize

import (
	"context"
	"errors"
	"math"

	"simtool/internal/linalg"
)

// Adam is stochastic gradient descent with adaptive moments, one step size for
// each value of Y,
//
//	m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²,
//	Y ← Y − Rate·m/(1−β₁ᵗ) / (√v/√(1−β₂ᵗ) + ε),
//
// as PyTorch computes it (Kingma and Ba 2015, arXiv:1412.6980, with ε added
// after the correction of v).
type Adam struct {
	Rate         float64 // step size, default 0.1
	Beta1, Beta2 float64 // decay of the moments, default 0.9 and 0.999
	Epsilon      float64 // default 1e-8
}

// DefaultAdam returns the settings of the published runs.
func DefaultAdam() Adam { return Adam{Rate: 0.1, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8} }

// String names the method.
func (Adam) String() string { return "adam" }

func (Adam) rotationInvariant() bool { return false }

func (Adam) single() bool { return true }

func (Adam) vectors() int { return 2 }

func (a Adam) validate() error {
	return errors.Join(positive("rate", a.Rate), fraction("beta1", a.Beta1), fraction("beta2", a.Beta2), positive("epsilon", a.Epsilon))
}

func (a Adam) start(p *problem, memory [][]float64) (stepper, error) {
	n := len(p.values())
	s := &adam{Adam: a, clock: []float64{0}, m: make([]float64, n), v: make([]float64, n)}
	return s, restore(memory, s.memory())
}

type adam struct {
	Adam
	clock []float64 // number of steps taken
	m, v  []float64
}

func (s *adam) memory() [][]float64 { return [][]float64{s.clock, s.m, s.v} }

func (s *adam) step(_ context.Context, p *problem) error {
	if p.gradNorm == 0 {
		return errStalled
	}
	s.advance(p.values(), p.gradient())
	return p.evaluate()
}

// advance moves y along the gradient g.
func (s *adam) advance(y, g []float64) {
	s.clock[0]++
	t := s.clock[0]
	rate := s.Rate / (1 - math.Pow(s.Beta1, t))
	root := 1 / math.Sqrt(1-math.Pow(s.Beta2, t))
	constants := linalg.AdamStep{
		Beta1: s.Beta1, Keep1: 1 - s.Beta1, Beta2: s.Beta2, Keep2: 1 - s.Beta2, Rate: rate, Root: root, Epsilon: s.Epsilon,
	}
	inPieces(len(y), func(lo, hi int) {
		linalg.Adam(constants, y[lo:hi], g[lo:hi], s.m[lo:hi], s.v[lo:hi])
	})
}

// Descent returns a function that takes steps of Adam on a vector of n values, for
// losses other than those of a Goal. Each call moves y along the gradient g.
func (a Adam) Descent(n int) func(y, g []float64) {
	s := &adam{Adam: a, clock: []float64{0}, m: make([]float64, n), v: make([]float64, n)}
	return s.advance
}

// restore copies the memory of a checkpoint, if there is one, into the memory of a
// new stepper.
func restore(from, to [][]float64) error {
	if from == nil {
		return nil
	}
	if len(from) != len(to) {
		return errMemory
	}
	for i := range to {
		if len(from[i]) != len(to[i]) {
			return errMemory
		}
		copy(to[i], from[i])
	}
	return nil
}
