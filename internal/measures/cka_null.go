package measures

import (
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// NullMean implements NullMean: trK·trL/((n−1)‖K‖‖L‖) of the centred kernel matrices over
// pairings of samples, 0 for the unbiased estimator, and for the lange estimator, whose
// matrices K₀ lack the diagonals, trK·trL/(n(n−1)‖K₀‖‖L₀‖). Over pairings of whole units
// it is a sum over their blocks (see bilinear.nullMean and unitNull). Other forms than the
// cosine are those of its mean.
func (m cka) NullMean(p *Pair, units *Units) (float64, bool, error) {
	mean := 0.0
	switch {
	case units == nil && m.estimator == debiased:
	case m.kernel.kind != kernelLinear, units != nil && m.estimator != biased:
		return m.kernelNull(p, units)
	case units != nil:
		squares, ok := p.unitNull(units, (*System).compact)
		if !ok {
			return 0, false, nil
		}
		mean = squares * cosineScale(p.X.gramSquares(), p.Y.gramSquares())
	case m.estimator != biased && p.segments != nil:
		return 0, false, nil
	default:
		xx, yy := p.X.gramSquares(), p.Y.gramSquares()
		if m.estimator != biased { // moments have no rows
			dx, dy := p.X.rowNorms(), p.Y.rowNorms()
			xx, yy = xx+m.correction(dx, dx), yy+m.correction(dy, dy)
		}
		unit, err := cosineOf(1, xx, yy, m.estimator)
		if err != nil {
			return 0, false, err
		}
		mean = p.X.trace() * p.Y.trace() / float64(p.Samples()-1) * unit
		if m.estimator == lange {
			mean /= float64(p.Samples())
		}
	}
	if form := formOf(m.as); form != nil {
		mean = form(mean)
	}
	return mean, true, nil
}

// unitNull returns the mean of ‖XᵀY‖² over pairings of C whole units of T samples each:
// with X_c the T×p samples of unit c about the common mean, X̃ = ΣX_c and Tx = ΣX_cX_cᵀ,
//
//	⟨Tx,Ty⟩/C + (‖X̃ᵀỸ‖² − Σ‖X_cᵀỸ‖² − Σ‖X̃ᵀY_c‖² + ⟨Tx,Ty⟩)/(C(C−1)).
func (p *Pair) unitNull(u *Units, of func(s *System) *mat.Dense) (float64, bool) {
	if p.segments != nil {
		return p.unitNullOf(u, nil, nil)
	}
	return unitNull(u, of(p.X), of(p.Y))
}

// unitNull is the method of that name for two matrices.
func unitNull(u *Units, x, y *mat.Dense) (float64, bool) {
	count, each, ok := u.wholeUnits()
	if !ok || count < 2 {
		return 0, false
	}
	sumX, sumY := unitTotal(x, u, each), unitTotal(y, u, each)
	own := linalg.Dot(unitKernels(x, u, each), unitKernels(y, u, each))
	total := linalg.CrossGram(sumX, sumY)
	left, right := 0.0, 0.0
	for _, rows := range u.Rows {
		a, b := linalg.CrossGram(rowsOf(x, rows), sumY), linalg.CrossGram(sumX, rowsOf(y, rows))
		left += linalg.Dot(a, a)
		right += linalg.Dot(b, b)
	}
	return unitMean(float64(count), own, linalg.Dot(total, total), left, right), true
}

// unitTotal returns the sum of the samples of all units, place by place.
func unitTotal(z *mat.Dense, u *Units, each int) *mat.Dense {
	_, p := z.Dims()
	out := mat.NewDense(each, p, nil)
	for _, rows := range u.Rows {
		for t, i := range rows {
			to := out.RawRowView(t)
			for j, v := range z.RawRowView(i) {
				to[j] += v
			}
		}
	}
	return out
}

// unitKernels returns the sum of the kernel matrices within units.
func unitKernels(z *mat.Dense, u *Units, each int) *mat.Dense {
	out := mat.NewDense(each, each, nil)
	for _, rows := range u.Rows {
		k := linalg.OuterGram(rowsOf(z, rows))
		out.Add(out, k)
	}
	return out
}
