package mlem

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// Constraint is the set of metrics to which a fit is restricted.
type Constraint string

// The constraints. The default is Diagonal without interactions, PSD with.
const (
	Diagonal      Constraint = "diagonal"      // w ≥ 0; no interactions
	PSD           Constraint = "spd"           // W symmetric positive semidefinite, zero where there is no term
	Unconstrained Constraint = "unconstrained" // any w
)

// check resolves the default and refuses a constraint that does not fit the design.
func (c Constraint) check(g *design) (Constraint, error) {
	switch c {
	case "":
		if g.interacts() {
			return PSD, nil
		}
		return Diagonal, nil
	case Diagonal:
		if g.interacts() {
			return "", &data.InputError{
				Found: "the diagonal constraint with interactions", Wanted: "want spd or unconstrained",
				Hint: "w ≥ 0 on products would forbid the negative interactions that real distances have",
			}
		}
	case PSD, Unconstrained:
	default:
		return "", &data.InputError{Found: fmt.Sprintf("unknown constraint %q", c), Wanted: "want diagonal, spd or unconstrained"}
	}
	return c, nil
}

// solution is the minimiser of a problem.
type solution struct {
	w   []float64
	kkt float64 // largest violation of the optimality conditions, in standard units
}

// noConvergence is the error of a solver that gave up.
type noConvergence struct{}

func (noConvergence) Error() string { return "the solver did not converge" }

// OfItem says that the distances of other representations may have a solution.
func (noConvergence) OfItem() {}

// solve minimises ½wᵀGw − bᵀw + ½λ·Σ_t G_tt·w_t² under the constraint. The
// penalty λ is relative: it shrinks all standardised coefficients alike.
//
// It solves the problem in standard units, in which every squared feature
// distance and the neural distance have variance 1. The scaling is one number
// for each coordinate, d_f → d_f/c_f, so that W stays positive semidefinite. kkt is
// the largest violation, in these units, of the conditions that hold at the
// minimum and nowhere else:
//
//   - Diagonal: ∇ ≥ 0, w ≥ 0 and w_t·∇_t = 0;
//   - PSD: ∇ = S on the terms of the design, S ⪰ 0, W ⪰ 0 and ⟨S,W⟩ = 0;
//   - Unconstrained: ∇ = 0.
func (q *problem) solve(c Constraint, lambda float64) (solution, error) {
	return q.solvePenalised(c, penalty{ridge: lambda})
}

// solvePenalised is solve with any penalty.
func (q *problem) solvePenalised(c Constraint, pen penalty) (solution, error) {
	p := len(q.b)
	w := make([]float64, p)
	if q.yy <= 0 || p == 0 {
		return solution{w: w}, nil
	}
	coordinates := 0
	for _, t := range q.terms {
		coordinates = max(coordinates, t.B+t.Tied+1)
	}
	scale := make([]float64, coordinates) // 1/c_f
	for t, term := range q.terms {
		if term.A == term.B && q.g.At(t, t) > 0 {
			for k := range term.Tied + 1 {
				scale[term.A+k] = math.Pow(q.g.At(t, t), -0.25)
			}
		}
	}
	sdY := math.Sqrt(q.yy)
	unit := make([]float64, p)
	for t, term := range q.terms {
		unit[t] = scale[term.A] * scale[term.B]
	}
	s := standard{terms: q.terms, g: mat.NewDense(p, p, nil), b: make([]float64, p)}
	for i := range p {
		s.b[i] = q.b[i] * unit[i] / sdY
		for j := range p {
			s.g.Set(i, j, q.g.At(i, j)*unit[i]*unit[j])
		}
		s.g.Set(i, i, s.g.At(i, i)*(1+pen.ridge))
	}
	if pen.shrink > 0 {
		equal, variance := q.equalWeight()
		for t, term := range q.terms {
			add := pen.shrink * variance * unit[t]
			if term.A == term.B {
				s.b[t] += add * equal / sdY
			} else {
				add *= 2 // both entries
			}
			s.g.Set(t, t, s.g.At(t, t)+add*unit[t])
		}
	}
	var err error
	var kkt float64
	switch c {
	case Diagonal:
		w, kkt, err = s.nonnegative()
	case PSD:
		w, kkt, err = s.semidefinite(gapOf(pen))
	default:
		w, kkt, err = s.free()
	}
	if err != nil {
		return solution{}, err
	}
	for t := range w {
		w[t] *= unit[t] * sdY
	}
	return solution{w, kkt}, nil
}

// gapOf is the violation of the optimality conditions of a semidefinite metric at which the
// solver stops.
func gapOf(pen penalty) float64 {
	if pen.rough {
		return 1e-7
	}
	return 1e-11
}

// standard is a problem in standard units.
type standard struct {
	terms []Term
	g     *mat.Dense
	b     []float64
}

// gradient writes Gw − b into dst.
func (s *standard) gradient(dst, w []float64) {
	for i := range dst {
		dst[i] = dot(s.g.RawRowView(i), w) - s.b[i]
	}
}

// free solves the normal equations. Where they are singular it returns the solution
// of minimum norm.
func (s *standard) free() ([]float64, float64, error) {
	p := len(s.b)
	sol, err := linalg.SolveSPD(s.g, mat.NewDense(p, 1, append([]float64(nil), s.b...)))
	if err != nil {
		return nil, 0, err
	}
	w := sol.RawMatrix().Data
	g := make([]float64, p)
	s.gradient(g, w)
	var kkt float64
	for _, v := range g {
		kkt = max(kkt, math.Abs(v))
	}
	return w, kkt, nil
}
