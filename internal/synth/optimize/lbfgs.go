package optimize

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"
)

// LBFGS is the limited-memory quasi-Newton method of Broyden, Fletcher, Goldfarb
// and Shanno, with steps that satisfy the strong Wolfe conditions. gonum's own
// implementation cannot be saved and resumed, so this one only uses gonum's line
// search (Moré and Thuente 1994, doi:10.1145/192115.192132).
//
// J. Nocedal (1980), Updating quasi-Newton matrices with limited storage,
// doi:10.1090/S0025-5718-1980-0572855-7.
type LBFGS struct {
	Memory int // number of stored pairs of steps and gradient changes, default 10
}

// DefaultLBFGS returns the default settings.
func DefaultLBFGS() LBFGS { return LBFGS{Memory: 10} }

// String names the method.
func (LBFGS) String() string { return "lbfgs" }

func (LBFGS) rotationInvariant() bool { return true }

func (LBFGS) single() bool { return false }

func (l LBFGS) vectors() int { return 3 + 2*l.Memory }

func (l LBFGS) validate() error {
	if l.Memory < 1 {
		return fmt.Errorf("memory: %d pairs, want at least 1", l.Memory)
	}
	return nil
}

func (l LBFGS) start(p *problem, memory [][]float64) (stepper, error) {
	n := len(p.values())
	s := &lbfgs{
		LBFGS: l, direction: make([]float64, n), from: make([]float64, n), fromG: make([]float64, n),
		alpha: make([]float64, l.Memory),
		// An early end of the line search saves evaluations. Each costs as much
		// as a new direction.
		search: optimize.MoreThuente{DecreaseFactor: 1e-4, CurvatureFactor: 0.9},
	}
	if len(memory)%2 != 0 || len(memory) > 2*l.Memory {
		return nil, errMemory
	}
	for i := 0; i < len(memory); i += 2 {
		if len(memory[i]) != n || len(memory[i+1]) != n {
			return nil, errMemory
		}
		s.push(memory[i], memory[i+1])
	}
	return s, nil
}

// pair is a step s = Y₁−Y₀ and the change z = g₁−g₀ of the gradient along it.
type pair struct {
	s, z []float64
	rho  float64 // 1/⟨s,z⟩
}

type lbfgs struct {
	LBFGS
	pairs       []pair // oldest first
	direction   []float64
	from, fromG []float64 // iterate and gradient before the step
	alpha       []float64
	search      optimize.MoreThuente
}

func (l *lbfgs) memory() [][]float64 {
	var m [][]float64
	for _, p := range l.pairs {
		m = append(m, p.s, p.z)
	}
	return m
}

// push adds a pair, in place of the oldest one if the memory is full. It leaves out a
// pair without positive curvature, which would spoil the approximation.
func (l *lbfgs) push(s, z []float64) {
	curvature := floats.Dot(s, z)
	if !(curvature > 1e-12*floats.Norm(s, 2)*floats.Norm(z, 2)) {
		return
	}
	var p pair
	if len(l.pairs) == l.Memory {
		p = l.pairs[0]
		copy(l.pairs, l.pairs[1:])
		l.pairs = l.pairs[:len(l.pairs)-1]
	} else {
		p = pair{s: make([]float64, len(s)), z: make([]float64, len(z))}
	}
	copy(p.s, s)
	copy(p.z, z)
	p.rho = 1 / curvature
	l.pairs = append(l.pairs, p)
}

// descend writes −H·g into direction by the two-loop recursion, where H approximates
// the inverse Hessian. It returns the length of the first trial step.
func (l *lbfgs) descend(p *problem) float64 {
	d := l.direction
	copy(d, p.gradient())
	floats.Scale(-1, d)
	if len(l.pairs) == 0 {
		return firstStep * p.size() / floats.Norm(d, 2)
	}
	for i := len(l.pairs) - 1; i >= 0; i-- {
		q := l.pairs[i]
		l.alpha[i] = q.rho * floats.Dot(q.s, d)
		floats.AddScaled(d, -l.alpha[i], q.z)
	}
	last := l.pairs[len(l.pairs)-1]
	floats.Scale(1/(last.rho*floats.Dot(last.z, last.z)), d)
	for i, q := range l.pairs {
		beta := q.rho * floats.Dot(q.z, d)
		floats.AddScaled(d, l.alpha[i]-beta, q.s)
	}
	return 1
}

func (l *lbfgs) step(ctx context.Context, p *problem) error {
	if p.gradNorm == 0 {
		return errStalled
	}
	err := l.lineSearch(ctx, p, l.descend(p))
	if !errors.Is(err, errStalled) || len(l.pairs) == 0 {
		return err
	}
	// The gradient itself is the last direction to try. After an interruption the
	// search must begin again with the pairs.
	pairs := l.pairs
	l.pairs = nil
	if err = l.lineSearch(ctx, p, l.descend(p)); err != nil {
		l.pairs = pairs
	}
	return err
}

// lineSearch moves the problem along the direction. On failure it restores the
// problem.
func (l *lbfgs) lineSearch(ctx context.Context, p *problem, length float64) error {
	copy(l.from, p.values())
	copy(l.fromG, p.gradient())
	score, loss, gradNorm := p.score, p.loss, p.gradNorm
	slope := floats.Dot(l.fromG, l.direction)
	err := errStalled
	if slope < 0 && length > 0 && !math.IsInf(length, 0) {
		l.search.Init(loss, slope, length)
		err = l.trySteps(ctx, p, length)
	}
	if err != nil {
		copy(p.values(), l.from)
		copy(p.gradient(), l.fromG)
		p.score, p.loss, p.gradNorm = score, loss, gradNorm
		return err
	}
	// direction and fromG are no longer needed; their memory becomes the pair.
	copy(l.direction, p.values())
	floats.Sub(l.direction, l.from)
	floats.Scale(-1, l.fromG)
	floats.Add(l.fromG, p.gradient())
	l.push(l.direction, l.fromG)
	return nil
}

// maxTrials bounds the evaluations of a line search. A search that needs more does
// not progress because of rounding.
const maxTrials = 25

// trySteps evaluates steps until one satisfies the strong Wolfe conditions, or ends
// the optimisation.
func (l *lbfgs) trySteps(ctx context.Context, p *problem, length float64) error {
	for range maxTrials {
		if err := ctx.Err(); err != nil {
			return err
		}
		floats.AddScaledTo(p.values(), l.from, length, l.direction)
		if err := p.evaluate(); err != nil {
			return err
		}
		if p.stop != nil && p.stop(p.score) {
			return nil
		}
		op, next, err := l.search.Iterate(p.loss, floats.Dot(p.gradient(), l.direction))
		if err != nil {
			return errStalled
		}
		if op == optimize.MajorIteration {
			return nil
		}
		length = next
	}
	return errStalled
}
