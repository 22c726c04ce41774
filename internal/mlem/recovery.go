package mlem

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// Recovery says how close an estimated metric is to a true one.
type Recovery struct {
	Cosine      float64 // tr(WᵀW*)/(‖W‖‖W*‖)
	Spearman    float64 // rank correlation of the entries
	WeightedTau float64 // of the entries; agreement on the largest counts most
	Frobenius   float64 // ‖W/‖W‖ − W*/‖W*‖‖
}

// Recover compares an estimated metric with the truth, both features × features
// and symmetric. Ranks are of the diagonals where neither has products, and
// otherwise of the upper triangles. ok is false when one of the metrics is zero. A
// rank correlation is NaN when all entries of a metric are equal.
func Recover(estimate, truth *mat.Dense) (r Recovery, ok bool) {
	a, b := linalg.Norm(estimate), linalg.Norm(truth)
	if a == 0 || b == 0 {
		return Recovery{}, false
	}
	r.Cosine = linalg.Dot(estimate, truth) / a / b
	var difference mat.Dense
	difference.Sub(scaled(1/a, estimate), scaled(1/b, truth))
	r.Frobenius = linalg.Norm(&difference)
	x, y := entries(estimate, truth)
	if r.Spearman, ok = stats.Spearman(x, y); !ok {
		r.Spearman = math.NaN()
	}
	if r.WeightedTau, ok = stats.WeightedTau(x, y); !ok {
		r.WeightedTau = math.NaN()
	}
	return r, true
}

// entries returns the diagonals, or the upper triangles if one has an entry off the
// diagonal.
func entries(a, b *mat.Dense) (x, y []float64) {
	f, _ := a.Dims()
	var off float64
	for i := range f {
		x, y = append(x, a.At(i, i)), append(y, b.At(i, i))
		for j := range i {
			off = max(off, math.Abs(a.At(i, j)), math.Abs(b.At(i, j)))
		}
	}
	if off == 0 {
		return x, y
	}
	for i := range f {
		for j := i + 1; j < f; j++ {
			x, y = append(x, a.At(i, j)), append(y, b.At(i, j))
		}
	}
	return x, y
}
