package measures

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// eachLeaveOneOut fits each feature with the λ of the grid that has the smallest
// leave-one-out error of it: with f = λ/(s²+λ), O = X − UG and the leverages h of
// leaveOneOut
//
//	Σᵢ (oᵢ + Σₖuᵢₖfₖgₖ)²/(1−hᵢ)²,  1−hᵢ = 1 − 1/n − Σₖuᵢₖ² + Σₖuᵢₖ²fₖ.
func eachLeaveOneOut(solver *ridgeSolver, train predictors) error {
	x, y := train.rows()
	u, g, s, err := decomposedPredictors(train, x, y)
	if err != nil {
		return err
	}
	chosen, err := eachPenalty(x, u, g, s)
	if err != nil {
		return err
	}
	q, p := solver.w.Dims()
	w := mat.NewDense(q, p, nil)
	for _, lambda := range slices.Compact(slices.Sorted(slices.Values(chosen))) {
		if err := solver.fit(train, lambda); err != nil {
			return err
		}
		for j, own := range chosen {
			if own == lambda {
				for i := range q {
					w.Set(i, j, solver.w.At(i, j))
				}
			}
		}
	}
	solver.w.Copy(w)
	solver.rows, solver.lambda = nil, 0
	return nil
}

// eachPenalty returns the λ of each column of X.
func eachPenalty(x, u, g *mat.Dense, s []float64) ([]float64, error) {
	n, p := x.Dims()
	left := mat.DenseCopyOf(x)
	gemm(-1, u, g, 1, left)
	var own mat.Dense
	own.MulElem(u, u)
	mean := sum(squares(s)) / float64(len(s))
	best, chosen, lost := constant(p, math.Inf(1)), constant(p, math.NaN()), make([]float64, p)
	f := make([]float64, len(s))
	scaled, rest := mat.DenseCopyOf(g), mat.DenseCopyOf(left)
	for power := autoHigh; power >= autoLow; power-- {
		lambda := mean * math.Pow(10, float64(power))
		for k, v := range s {
			f[k] = lambda / (v*v + lambda)
		}
		scaled.Copy(g)
		scaleRows(scaled, f)
		rest.Copy(left)
		gemm(1, u, scaled, 1, rest)
		clear(lost)
		for i := range n {
			h := own.RawRowView(i)
			root := 1 / (max(0, 1-1/float64(n)-sum(h)) + dot(h, f))
			for j, e := range rest.RawRowView(i) {
				lost[j] += e * root * e * root
			}
		}
		for j, v := range lost {
			if v < best[j] {
				best[j], chosen[j] = v, lambda
			}
		}
	}
	if slices.ContainsFunc(chosen, math.IsNaN) {
		return nil, undefined("no penalty of the grid has a finite leave-one-out error")
	}
	return chosen, nil
}

// eachPenaltyMemory bounds its work space.
func eachPenaltyMemory(d Dims, p, q int64) int64 {
	return linalg.SVDMemory(d.N, q) + 3*d.N*p + 4*d.N*q + 4*p*q + 2*q*q
}
