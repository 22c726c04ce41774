package inference

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/measures"
)

// pairMatrices returns what a measure compares of pairs of samples, nil for one that
// does not.
func (s *Subject) pairMatrices() (*measures.PairMatrices, error) {
	m, ok := measures.As[measures.OfPairs](s.Measure)
	if !ok {
		return nil, nil
	}
	return m.Pairs(s.Pair)
}

// pairSlopes returns ∂s/∂w_i for scores of pairs, where pair (i,j) has the weight
// w_i·w_j: the sum over the pairs of sample i of what each adds.
//
// A normalised product s = ⟨X,Y⟩/√(⟨X,X⟩⟨Y,Y⟩) of entries that are centred by weighted
// means has no derivative through these means. With c_i = Σ_j x_ij·y_ij, and a_i and b_i
// the same of X and of Y with itself, so that ⟨X,Y⟩ = Σc_i,
//
//	∂s/∂w_i = 2·[c_i/√(⟨X,X⟩⟨Y,Y⟩) − s/2·(a_i/⟨X,X⟩ + b_i/⟨Y,Y⟩)].
//
// U-centred entries, whose product is Song's estimate, are taken as they are: a weighted
// form of that estimate, with weights of triples and quadruples of samples, would depend
// on the origin of the data.
//
// Widths that are multiples of a median distance count as fixed.
func pairSlopes(m *measures.PairMatrices) []float64 {
	if ofRanks(m) {
		return rankSlopes(m)
	}
	xy, xx, yy := pairSums(m)
	total := normalisedSums{total(xy), total(xx), total(yy)}
	value := total.product()
	factor := 2.0
	if m.Form != nil {
		_, slope := m.Form(value)
		factor *= slope
	}
	slopes := make([]float64, len(xy))
	for i := range slopes {
		slopes[i] = factor * (xy[i]/math.Sqrt(total.xx)/math.Sqrt(total.yy) - value/2*(xx[i]/total.xx+yy[i]/total.yy))
	}
	return slopes
}

// normalisedSums are the inner products of two systems with each other and themselves.
type normalisedSums struct{ xy, xx, yy float64 }

func (s normalisedSums) product() float64 { return s.xy / math.Sqrt(s.xx) / math.Sqrt(s.yy) }

// pairSums returns the contribution of each sample to the inner products of the pairs.
func pairSums(m *measures.PairMatrices) (xy, xx, yy []float64) {
	n, _ := m.X.Dims()
	mx, my := 0.0, 0.0
	if m.Product == measures.CentredPairs {
		mx, my = pairMean(m.X), pairMean(m.Y)
	}
	xy, xx, yy = make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		x, y := m.X.RawRowView(i), m.Y.RawRowView(i)
		for j := range n {
			if i == j && m.Product != measures.DoublyCentred {
				continue
			}
			a, b := x[j]-mx, y[j]-my
			// Half for each of both samples of an ordered pair, as of neighbours.
			xy[i] += a * b / 2
			xx[i] += a * a / 2
			yy[i] += b * b / 2
			xy[j] += a * b / 2
			xx[j] += a * a / 2
			yy[j] += b * b / 2
		}
	}
	return xy, xx, yy
}

// pairMean returns the mean over different samples.
func pairMean(m *mat.Dense) float64 {
	n, _ := m.Dims()
	sum := 0.0
	for i := range n {
		row := m.RawRowView(i)
		for j := i + 1; j < n; j++ {
			sum += row[j]
		}
	}
	return sum / (float64(n) * float64(n-1) / 2)
}

func total(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum
}
