package optimize

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// problem is the loss as a function of the iterate, with its value and gradient. The
// loss is −s for a score s that is maximised, s for one that is minimised, and
// (s−target)² for one that is to reach a target.
type problem struct {
	goal        *boundGoal
	rough       *boundGoal               // the goal by products of float32, or nil
	decides     func(score float64) bool // whether a score by rough is not enough
	exact       bool                     // the next evaluation is by goal, and after it whether it was
	maximise    bool
	target      float64 // NaN: none
	y, g        *mat.Dense
	score, loss float64
	slope       float64 // ∂loss/∂score
	gradNorm    float64 // ‖∂score/∂Y‖
	evaluations int
	stop        func(score float64) bool // whether the score ends the optimisation
}

// values returns the iterate as a vector.
func (p *problem) values() []float64 { return p.y.RawMatrix().Data }

// gradient returns the derivative of the loss with respect to values.
func (p *problem) gradient() []float64 { return p.g.RawMatrix().Data }

// size returns the norm of the iterate without its column means.
func (p *problem) size() float64 {
	yc, _ := linalg.Center(p.y)
	return linalg.Norm(yc)
}

// flat is the change of a score, in relation to its range, below which a gradient is
// rounding error: the change that a step as long as the iterate would make by the
// gradient. At data that score the best there is, nothing else is left of it.
const flat = 0x1p-46

// evaluate computes score, loss and gradient of the iterate.
func (p *problem) evaluate() error {
	score, err := p.gradientTo()
	if err != nil {
		return err
	}
	p.evaluations++
	p.gradNorm = norm(p.g)
	if math.IsNaN(score) || math.IsNaN(p.gradNorm) || math.IsInf(p.gradNorm, 0) {
		return fmt.Errorf("score %g with a gradient of size %g: the steps are too long", score, p.gradNorm)
	}
	if p.gradNorm*norm(p.y) <= flat*p.goal.magnitude() {
		// Methods that scale their steps would follow rounding errors at full speed.
		p.gradNorm = 0
		p.g.Zero()
	}
	p.score = score
	p.loss, p.slope = p.lossOf(score)
	if p.slope != 1 {
		floats.Scale(p.slope, p.gradient())
	}
	return nil
}

// gradientTo computes the score and its gradient, by products of float32 where they do.
func (p *problem) gradientTo() (score float64, err error) {
	if p.rough != nil && !p.exact {
		score, err = p.rough.Gradient(p.g, p.y)
		if err != nil || !p.decides(score) {
			copy(p.goal.scores, p.rough.scores)
			return score, err
		}
	}
	p.exact = true
	return p.goal.Gradient(p.g, p.y)
}

// norm is linalg.Norm in one call, for a matrix of contiguous rows.
func norm(a *mat.Dense) float64 {
	v := a.RawMatrix().Data
	square := blas64.Dot(blas64.Vector{N: len(v), Inc: 1, Data: v}, blas64.Vector{N: len(v), Inc: 1, Data: v})
	if square > 1e-270 && square < 1e300 {
		return math.Sqrt(square)
	}
	return linalg.Norm(a)
}

// lossOf returns the loss of a score and its derivative.
func (p *problem) lossOf(score float64) (loss, slope float64) {
	switch {
	case !math.IsNaN(p.target):
		return (score - p.target) * (score - p.target), 2 * (score - p.target)
	case p.maximise:
		return -score, -1
	default:
		return score, 1
	}
}

// inPieces calls body on pieces of [0,n), in parallel when n is large. body must
// treat every index independently.
func inPieces(n int, body func(lo, hi int)) { linalg.Parallel(n, 1<<16, body) }
