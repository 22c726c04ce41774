package measures

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// fitted holds for each feature of X the sums Σx², Σx̂² and Σx·x̂ over samples, where x̂
// is the prediction. R² and the correlation depend on these sums alone.
type fitted struct {
	total, predicted, product []float64
	noise                     []float64 // norms that rounding can give features; nil if not known
	least                     float64   // the share of Σx² below which Σx̂² is a rounding error
}

// constant reports whether feature j of X does not vary by more than rounding.
func (f fitted) constant(j int) bool {
	if f.noise == nil {
		return f.total[j] == 0
	}
	return f.total[j] <= f.noise[j]*f.noise[j]
}

func newFitted(p int) fitted {
	return fitted{total: make([]float64, p), predicted: make([]float64, p), product: make([]float64, p)}
}

// copyFitted copies the sums.
func copyFitted(dst, src fitted) {
	copy(dst.total, src.total)
	copy(dst.predicted, src.predicted)
	copy(dst.product, src.product)
}

// predict evaluates coefficients W on a set of samples by its moments.
func predict(m *foldMoments, w *mat.Dense) fitted {
	q, p := w.Dims()
	f := newFitted(p)
	f.predict(m, w, mat.NewDense(q, p, nil))
	return f
}

// predict is the function of that name without allocating; bw becomes YᵀY·W.
func (f *fitted) predict(m *foldMoments, w, bw *mat.Dense) {
	gemm(1, m.yy, w, 0, bw)
	copy(f.total, m.xx)
	clear(f.predicted)
	clear(f.product)
	for i := range w.RawMatrix().Rows {
		bwi := bw.RawRowView(i)
		for j, v := range w.RawRowView(i) {
			f.predicted[j] += v * bwi[j]
		}
	}
	raw := w.RawMatrix()
	eachTile(m.xy, func(j, i int, row []float64) {
		for k, v := range row {
			f.product[j] += v * raw.Data[(i+k)*raw.Stride+j]
		}
	})
}

// leastPrediction is the share of its norm that a prediction of 0, which is the mean of
// training, may have by rounding.
const leastPrediction = 1e-12

// one returns R² = (2Σxx̂ − Σx̂²)/Σx², or the correlation Σxx̂/√(Σx²Σx̂²), and its
// derivatives with respect to the three sums, total being positive.
func (m regression) one(total, predicted, product, least float64) (v float64, d [3]float64) {
	if m.as == asPearson || m.as == asCorrelationSquared {
		if !(predicted > least*total) {
			return 0, d // the prediction is the mean
		}
		scale := cosineScale(total, predicted)
		v = clip(product * scale)
		if m.as == asCorrelationSquared {
			return v * v, d
		}
		return v, [3]float64{-v / (2 * total), -v / (2 * predicted), scale}
	}
	v = min(1, (2*product-predicted)/total) // 1 − Σ(x−x̂)²/Σx², so above 1 is rounding
	return v, [3]float64{-v / total, -1 / total, 2 / total}
}

// value reduces the sums to R² or to a correlation, over all features or as
// their mean or median; features without variance are skipped and counted.
func (m regression) value(f fitted) (v float64, skipped int, err error) {
	if !m.columns {
		total := sum(f.total)
		if total == 0 {
			return 0, 0, errors.New("the samples left out all lie at the mean of the others")
		}
		v, _ = m.one(total, sum(f.predicted), sum(f.product), f.least)
		return v, 0, nil
	}
	values := make([]float64, 0, len(f.total))
	for j, total := range f.total {
		if f.constant(j) {
			skipped++
			continue
		}
		one, _ := m.one(total, f.predicted[j], f.product[j], f.least)
		values = append(values, one)
	}
	if len(values) == 0 {
		return 0, 0, errors.New("no feature varies")
	}
	if m.pool == poolMedian {
		return median(values), skipped, nil
	}
	for _, one := range values {
		v += one
	}
	return v / float64(len(values)), skipped, nil
}

// median returns the median of values, which it sorts.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

// derivatives returns the value of a set of samples in the form of the measure, and
// replaces the sums by its derivatives with respect to them, so that
//
//	∂v/∂x = 2·total·x + product·x̂,  ∂v/∂x̂ = product·x + 2·predicted·x̂.
//
// loss returns the part of the variance that is not explained, 1 − R², which R² does not
// tell when it is nearly 1.
func (m regression) derivatives(f fitted, loss func() float64) (float64, error) {
	v, skipped, err := m.value(f)
	if err != nil {
		return 0, undefined("%s", err)
	}
	slope := 1.0
	if m.as == asAngular {
		if v, slope, err = chainNear(asAngular, v, func() (float64, error) { return arccosine(loss()), nil }); err != nil {
			return 0, err
		}
	}
	if !m.columns {
		_, d := m.one(sum(f.total), sum(f.predicted), sum(f.product), f.least)
		for j := range f.total {
			f.total[j], f.predicted[j], f.product[j] = slope*d[0], slope*d[1], slope*d[2]
		}
		return v, nil
	}
	slope /= float64(len(f.total) - skipped)
	for j, total := range f.total {
		var d [3]float64
		if !f.constant(j) {
			_, d = m.one(total, f.predicted[j], f.product[j], f.least)
		}
		f.total[j], f.predicted[j], f.product[j] = slope*d[0], slope*d[1], slope*d[2]
	}
	return v, nil
}

// arccosine returns arccos(1 − loss), exact for a small loss.
func arccosine(loss float64) float64 {
	if loss > 1-exactAngle {
		return math.Acos(clip(1 - loss))
	}
	return chord(math.Sqrt(2 * max(0, loss)))
}
