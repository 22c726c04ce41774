package frontier

import (
	"context"
	"errors"
	"math"

	"gonum.org/v1/gonum/floats"

	"simtool/internal/measures"
)

// pair holds two scores as functions of the same values v.
type pair interface {
	size() int
	// first returns the score A and writes its gradient; second does so for B.
	first(v, g []float64) (float64, error)
	second(v, g []float64) (float64, error)
	// spread writes g·Yᵀ. Its norm is the rate of change of a score with the
	// gradient g when every direction of the features changes in proportion to its
	// size in Y: by E·(YᵀY)^½ with ‖E‖ = 1.
	spread(v, g []float64) []float64
}

// walker minimises sign·B over the level set {v : A(v) = level} by sequential
// quadratic programming that stays feasible: at v, with the gradients α of A and
// β of sign·B,
//
//	λ = −⟨α,β⟩/‖α‖²,  r = β + λα
//
// are the least-squares multiplier and the gradient of the Lagrangian, which is
// the gradient along the level set. The step −H·r, with H the limited-memory
// quasi-Newton approximation of the inverse Hessian of the Lagrangian along the
// set (Nocedal 1980, doi:10.1090/S0025-5718-1980-0572855-7), is followed by Newton
// steps along α back to the level. Steps satisfy the weak Wolfe conditions by
// bisection, which is sound where the scores have kinks (Lewis and Overton 2013,
// doi:10.1007/s10107-012-0514-2).
type walker struct {
	pair  pair
	sign  float64
	level float64
	floor float64 // descend stops at sign·B up to this

	confine func(g []float64) // projects v and steps on a subspace; nil for the whole space

	v, alpha, beta []float64 // the present point, and the gradients there
	a, b           float64   // A, and sign·B
	r              []float64 // gradient of the Lagrangian

	steps, changes     [][]float64 // of v and of r, oldest first
	dir, tv, ta, tb, s []float64   // work space
	evaluations        int
}

const (
	levelTolerance    = 1e-8 // |A − level| of a point on the level set
	improvementWindow = 10   // iterations in which B must improve
	memory            = 25   // pairs of the quasi-Newton approximation

	evaluationsEach = 6 // evaluations of each score that an iteration may take on average
)

// errOffLevel says that the level cannot be reached from the present point.
var errOffLevel = errors.New("no step leads to the level")

func newWalker(p pair, sign float64) *walker {
	w := &walker{pair: p, sign: sign, floor: math.Inf(-1)}
	for _, x := range []*[]float64{&w.v, &w.alpha, &w.beta, &w.r, &w.dir, &w.tv, &w.ta, &w.tb, &w.s} {
		*x = make([]float64, p.size())
	}
	return w
}

// moveToLevel sets the walker to a point of the level set near v. It returns errOffLevel if
// it does not find one.
func (w *walker) moveToLevel(v []float64, level float64) error {
	w.level = level
	w.steps, w.changes = nil, nil
	copy(w.v, v)
	var err error
	if w.a, err = w.restore(w.v, w.alpha, 25); err != nil {
		return err
	}
	return w.evaluate()
}

// evaluate computes B and the gradient along the level set at the present point.
func (w *walker) evaluate() error {
	var err error
	if w.b, err = w.second(w.v, w.beta); err != nil {
		return err
	}
	project(w.r, w.beta, w.alpha)
	return nil
}

// project writes the part of g orthogonal to alpha.
func project(r, g, alpha []float64) {
	copy(r, g)
	if aa := floats.Dot(alpha, alpha); aa > 0 {
		floats.AddScaled(r, -floats.Dot(alpha, g)/aa, alpha)
	}
}

// restore moves v to the level set by damped Newton steps along the gradient of
// A, which it leaves in alpha. It returns A.
func (w *walker) restore(v, alpha []float64, most int) (float64, error) {
	a, err := w.first(v, alpha)
	for k := 0; ; k++ {
		if err != nil {
			return a, err
		}
		gap := w.level - a
		if math.Abs(gap) <= levelTolerance {
			return a, nil
		}
		slope := floats.Norm(alpha, 2)
		length := math.Abs(gap) / slope
		if k == most || !(slope > 0) {
			return a, errOffLevel
		}
		// The linearisation does not hold for steps longer than the data.
		damp := math.Min(1, 0.5*floats.Norm(v, 2)/length)
		floats.AddScaled(v, damp*gap/(slope*slope), alpha)
		for range 8 {
			var trial float64
			if trial, err = w.first(v, w.s); err != nil {
				break
			}
			if math.Abs(w.level-trial) < math.Abs(gap) {
				a = trial
				break
			}
			damp /= 2
			floats.AddScaled(v, -damp*gap/(slope*slope), alpha)
			a = math.NaN()
		}
		if err == nil && math.IsNaN(a) {
			return a, errOffLevel
		}
		copy(alpha, w.s)
	}
}

// first is pair.first in the subspace.
func (w *walker) first(v, g []float64) (float64, error) {
	if w.confine != nil {
		w.confine(v)
	}
	a, err := w.pair.first(v, g)
	w.evaluations++
	if w.confine != nil && err == nil {
		w.confine(g)
	}
	return a, err
}

// second is sign·B in the subspace.
func (w *walker) second(v, g []float64) (float64, error) {
	b, err := w.pair.second(v, g)
	w.evaluations++
	floats.Scale(w.sign, g)
	if w.confine != nil && err == nil {
		w.confine(g)
	}
	return w.sign * b, err
}

// residual returns the certificate of the present point: the distance of A from its
// level, or the rate of change of B along the level set, whichever is larger. It is
// 0 where the conditions of Karush, Kuhn and Tucker hold.
func (w *walker) residual() float64 { return w.residualOf(w.alpha, w.beta) }

// residualOf returns the residual for given gradients of A and sign·B. It uses the
// multiplier that minimises the residual.
func (w *walker) residualOf(alpha, beta []float64) float64 {
	a, b := w.pair.spread(w.v, alpha), w.pair.spread(w.v, beta)
	if aa := floats.Dot(a, a); aa > 0 {
		floats.AddScaled(b, -floats.Dot(a, b)/aa, a)
	}
	return math.Max(math.Abs(w.a-w.level), floats.Norm(b, 2)/math.Max(1, math.Abs(w.b)))
}

// certificate returns the residual in the whole space, not only in the subspace.
func (w *walker) certificate() (float64, error) {
	if w.confine == nil {
		return w.residual(), nil
	}
	if _, err := w.pair.first(w.v, w.ta); err != nil {
		return 0, err
	}
	if _, err := w.pair.second(w.v, w.tb); err != nil {
		return 0, err
	}
	floats.Scale(w.sign, w.tb)
	return w.residualOf(w.ta, w.tb), nil
}

// descend takes steps until the residual is at most tolerance or no step improves,
// and at most a number of them.
func (w *walker) descend(ctx context.Context, tolerance float64, most int) error {
	before, begun := math.Inf(1), w.evaluations
	for k := range most {
		if k%improvementWindow == 0 {
			if !(before-w.b > 1e-8*math.Max(1, math.Abs(w.b))) {
				return nil
			}
			before = w.b
		}
		if w.b <= w.floor || w.residual() <= tolerance {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if w.evaluations > begun+evaluationsEach*most {
			return nil
		}
		moved, err := w.step()
		if err == nil && !moved && len(w.steps) > 0 {
			w.steps, w.changes = nil, nil
			moved, err = w.step()
		}
		if err != nil || !moved {
			return err
		}
	}
	return nil
}

// step makes one iteration and reports whether it improved.
func (w *walker) step() (moved bool, err error) {
	w.computeDirection()
	slope := floats.Dot(w.dir, w.r)
	size := floats.Norm(w.dir, 2)
	if !(slope < 0) || !(size > 0) {
		return false, nil
	}
	length := 1.0
	if len(w.steps) == 0 {
		length = 0.1 * floats.Norm(w.v, 2) / size
	}
	length = math.Min(length, 0.5*floats.Norm(w.v, 2)/size)
	low, high := 0.0, math.Inf(1)
	const trials = 14
	for k := range trials {
		floats.AddScaledTo(w.tv, w.v, length, w.dir)
		a, b, err := w.try()
		var undefined *measures.UndefinedError
		switch {
		case errors.As(err, &undefined) || errors.Is(err, errOffLevel):
			high = length
		case err != nil:
			return false, err
		case b > w.b+1e-4*length*slope:
			high = length
		default:
			// The step is long enough if the slope is small, or at the last trial.
			along := w.s
			project(along, w.dir, w.ta)
			if flat := floats.Dot(w.tb, along) >= 0.9*slope; flat || k > trials/2 || length*size > floats.Norm(w.v, 2) {
				w.accept(a, b)
				return true, nil
			}
			low = length
		}
		if math.IsInf(high, 1) {
			length *= 2
		} else {
			length = (low + high) / 2
		}
		if length*size < 1e-15*floats.Norm(w.v, 2) {
			break
		}
	}
	return false, nil
}

// try moves the trial point to the level and computes B and the gradients there.
func (w *walker) try() (a, b float64, err error) {
	if a, err = w.restore(w.tv, w.ta, 6); err != nil {
		return 0, 0, err
	}
	if b, err = w.second(w.tv, w.tb); err == nil && math.IsNaN(b) {
		err = errOffLevel
	}
	return a, b, err
}

// accept moves to the trial point and stores the change of r. It projects vectors
// along the old level set on the new one.
func (w *walker) accept(a, b float64) {
	step, change := make([]float64, len(w.v)), make([]float64, len(w.v))
	floats.SubTo(w.s, w.tv, w.v)
	project(step, w.s, w.ta)
	project(w.s, w.r, w.ta)
	w.a, w.b = a, b
	w.v, w.tv = w.tv, w.v
	w.alpha, w.ta = w.ta, w.alpha
	w.beta, w.tb = w.tb, w.beta
	project(w.r, w.beta, w.alpha)
	floats.SubTo(change, w.r, w.s)
	if curvature := floats.Dot(step, change); !(curvature > 1e-10*floats.Norm(step, 2)*floats.Norm(change, 2)) {
		return
	}
	if len(w.steps) == memory {
		w.steps, w.changes = w.steps[1:], w.changes[1:]
	}
	w.steps, w.changes = append(w.steps, step), append(w.changes, change)
}

// computeDirection writes −H·r, along the level set, into dir.
func (w *walker) computeDirection() {
	d := w.s
	copy(d, w.r)
	floats.Scale(-1, d)
	var weight [memory]float64
	for i := len(w.steps) - 1; i >= 0; i-- {
		weight[i] = floats.Dot(w.steps[i], d) / floats.Dot(w.steps[i], w.changes[i])
		floats.AddScaled(d, -weight[i], w.changes[i])
	}
	if last := len(w.steps) - 1; last >= 0 {
		floats.Scale(floats.Dot(w.steps[last], w.changes[last])/floats.Dot(w.changes[last], w.changes[last]), d)
	}
	for i := range w.steps {
		back := floats.Dot(w.changes[i], d) / floats.Dot(w.steps[i], w.changes[i])
		floats.AddScaled(d, weight[i]-back, w.steps[i])
	}
	project(w.dir, d, w.alpha)
}
