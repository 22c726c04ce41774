package inference

import (
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/measures"
)

// sampleSlopes returns ∂s/∂w_i for the weight w_i of each sample, and where it comes
// from; nil, and that it comes from deletions, where no derivative is known.
func (s *Subject) sampleSlopes() ([]float64, Method, error) {
	d, differentiable := measures.AsDifferentiable(s.Measure)
	if f, ok := measures.AsFromMoments(s.Measure); ok && differentiable && f.MomentFolds() == 0 {
		slopes, err := s.momentSlopes(d)
		return slopes, ByGradient, err
	}
	pairs, err := s.pairMatrices()
	if err != nil || pairs == nil {
		return nil, ByDeletion, err
	}
	return pairSlopes(pairs), ByPairs, nil
}

// momentSlopes returns the slopes of a score that is a function of the centred second
// moments A, B and C. With weights,
//
//	C = Σ w_i(x_i − x̄)(y_i − ȳ)ᵀ,  x̄ = Σw_i·x_i/Σw_i,
//
// and its derivative with respect to w_i is that of scaling the centred sample by √w_i:
// the derivative through the means vanishes, because Σw_i(x_i − x̄) = 0. Hence
//
//	∂s/∂w_i = ½·Σ_j (Xc_ij·∂s/∂X_ij + Yc_ij·∂s/∂Y_ij),
//
// and for a score that also depends on the number of samples Σw_i, ∂s/∂n more.
func (s *Subject) momentSlopes(d measures.Differentiable) ([]float64, error) {
	slopes := make([]float64, s.Pair.Samples())
	for _, side := range []Side{X, Y} {
		g, err := s.gradient(d, side)
		if err != nil {
			return nil, err
		}
		z := linalg.NewCentered(s.of(side).Matrix()).Dense()
		for i := range slopes {
			slopes[i] += rowProduct(z.RawRowView(i), g.RawRowView(i)) / 2
		}
	}
	if c, ok := measures.As[measures.CountDependent](s.Measure); ok {
		slope, err := c.CountSlope(s.Pair)
		if err != nil {
			return nil, err
		}
		for i := range slopes {
			slopes[i] += slope
		}
	}
	return slopes, nil
}

// featureSlopes returns ∂s/∂v_j for the weight v_j of each feature in the inner products
// of samples, which is that of scaling the feature by √v_j:
//
//	∂s/∂v_j = ½·Σ_i X_ij·∂s/∂X_ij.
//
// A measure that rotations of the features do not change depends on nothing but these
// rowProduct products, so that v_j = 0 is the score without the feature. To one that no
// invertible map changes, weights are all the same, and the slope would say that no
// feature matters.
func (s *Subject) featureSlopes(side Side) ([]float64, Method, error) {
	d, ok := measures.AsDifferentiable(s.Measure)
	card := s.Measure.Card()
	invariance := card.X
	if side == Y {
		invariance = card.Y
	}
	if !ok || !invariance.Has(measures.Orthogonal) || invariance.Has(measures.Linear) {
		return nil, ByDeletion, nil
	}
	g, err := s.gradient(d, side)
	if err != nil {
		return nil, ByGradient, err
	}
	z := s.of(side).Matrix()
	if invariance.Has(measures.Translation) {
		// The gradient has no mean, so that the mean of a feature does not count: without
		// it none of the digits cancel.
		z = linalg.NewCentered(z).Dense()
	}
	slopes := make([]float64, s.of(side).Width())
	for i := range s.Pair.Samples() {
		row := g.RawRowView(i)
		for j, v := range z.RawRowView(i) {
			slopes[j] += v * row[j] / 2
		}
	}
	return slopes, ByGradient, nil
}

// gradient returns the derivative of the score with respect to one of the systems.
func (s *Subject) gradient(d measures.Differentiable, side Side) (*mat.Dense, error) {
	fixed, varies := s.Pair.X, s.Y
	if side == X {
		fixed, varies, d = s.Pair.Y, s.X, d.Flip()
	}
	objective, err := d.Bind(fixed, varies.Width())
	if err != nil {
		return nil, err
	}
	g := mat.NewDense(varies.Samples(), varies.Width(), nil)
	_, err = objective.Gradient(g, varies.Matrix())
	return g, err
}

func (s *Subject) of(side Side) *data.Dataset {
	if side == X {
		return s.X
	}
	return s.Y
}

// rowProduct returns Σ a·b.
func rowProduct(a, b []float64) float64 {
	total := 0.0
	for i, v := range a {
		total += v * b[i]
	}
	return total
}
