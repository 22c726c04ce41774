package mlem

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// nonnegative minimises ½wᵀGw − bᵀw over w ≥ 0 by the active-set method of
// Lawson and Hanson (1974, Solving Least Squares Problems, ch. 23) on the normal
// equations (Bro and de Jong 1997, doi:10.1002/(SICI)1099-128X(199709/10)11:5).
// It ends after finitely many exchanges at the exact minimum. A regressor that is a
// combination of those already in the passive set stays out of it: among
// indistinguishable features the one that entered first keeps the weight.
func (s *standard) nonnegative() ([]float64, float64, error) {
	p := len(s.b)
	const tolerance = 1e-12
	w, grad := make([]float64, p), make([]float64, p)
	passive, barred := make([]bool, p), make([]bool, p)
	s.gradient(grad, w)
	for range 10*p + 10 {
		entering := -1
		for i, g := range grad {
			if !passive[i] && !barred[i] && -g > tolerance && (entering < 0 || g < grad[entering]) {
				entering = i
			}
		}
		if entering < 0 {
			return w, s.violation(w, grad), nil
		}
		passive[entering] = true
		for {
			z, ok := s.passive(passive)
			if !ok || z[entering] <= 0 && w[entering] == 0 {
				// It depends on the passive set, or the progress is rounding.
				passive[entering], barred[entering] = false, true
				break
			}
			// Take the longest step towards z on which no weight becomes negative.
			step, blocking := 1.0, false
			for i := range z {
				if passive[i] && z[i] <= 0 {
					step, blocking = min(step, w[i]/(w[i]-z[i])), true
				}
			}
			for i := range w {
				w[i] += step * (z[i] - w[i])
			}
			if !blocking {
				clear(barred)
				break
			}
			for i := range w {
				if passive[i] && w[i] <= 1e-15 {
					passive[i], w[i] = false, 0
				}
			}
		}
		s.gradient(grad, w)
	}
	return nil, 0, noConvergence{}
}

// violation returns the largest violation of the optimality conditions of
// nonnegative least squares.
func (s *standard) violation(w, grad []float64) float64 {
	var v float64
	for i, g := range grad {
		if w[i] > 0 {
			v = max(v, math.Abs(g))
		} else {
			v = max(v, -g)
		}
	}
	return v
}

// passive solves for the passive variables with the others at 0. ok is false
// when the passive regressors are linearly dependent.
func (s *standard) passive(set []bool) (z []float64, ok bool) {
	var at []int
	for i, in := range set {
		if in {
			at = append(at, i)
		}
	}
	k := len(at)
	sub := mat.NewSymDense(k, nil)
	rhs := mat.NewVecDense(k, nil)
	for i, a := range at {
		rhs.SetVec(i, s.b[a])
		for j := i; j < k; j++ {
			sub.SetSym(i, j, s.g.At(a, at[j]))
		}
	}
	var c mat.Cholesky
	if !c.Factorize(sub) || c.Cond() > 1e13 {
		return nil, false
	}
	var x mat.VecDense
	if err := c.SolveVecTo(&x, rhs); err != nil {
		return nil, false
	}
	z = make([]float64, len(set))
	for i, a := range at {
		z[a] = x.AtVec(i)
	}
	return z, true
}
