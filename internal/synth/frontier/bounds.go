package frontier

import (
	"math"

	"simtool/internal/measures"
)

// bounds returns bounds of B at a level of A: the range of B, and, with r the ranks
// of X and of a Y of full rank,
//
//	CKA/√(r_X·r_Y) ≤ NBS² ≤ min(r_X, r_Y)·CKA,
//	NBS² ≤ R² of X from Y,
//
// the latter because ⟨XQ, Y⟩ = ⟨P_Y·XQ, Y⟩ ≤ ‖P_Y·X‖·‖Y‖ for every rotation Q, where
// P_Y is the projection on Y. NBS and the angle of Procrustes determine each other.
func (t *bound) bounds(a, b measures.Measure, level float64) [2]float64 {
	limits := [2]float64{b.Card().Min, b.Card().Max}
	from, ok1 := measures.ScaleOf(a)
	to, ok2 := measures.ScaleOf(b)
	if !ok1 || !ok2 {
		return limits
	}
	n, p := t.X.Dims()
	rx, ry := float64(t.rank), float64(min(t.Width, n-1))
	if t.Both {
		rx = float64(min(p, n-1))
	}
	c := from.Value(level)
	low, high := 0.0, 1.0
	type implication struct{ from, to measures.Quantity }
	switch (implication{from.Quantity, to.Quantity}) {
	case implication{measures.KernelCosine, measures.BuresCosine}:
		low, high = math.Sqrt(c/math.Sqrt(rx*ry)), math.Sqrt(min(rx, ry)*c)
	case implication{measures.BuresCosine, measures.KernelCosine}:
		low, high = c*c/min(rx, ry), c*c*math.Sqrt(rx*ry)
	case implication{measures.ExplainedVariance, measures.BuresCosine}:
		high = math.Sqrt(max(0, c))
	case implication{measures.BuresCosine, measures.ExplainedVariance}:
		low = c * c
	case implication{from.Quantity, from.Quantity}:
		low, high = c, c
	}
	ends := [2]float64{to.Score(low), to.Score(high)}
	if ends[0] > ends[1] {
		ends[0], ends[1] = ends[1], ends[0]
	}
	return [2]float64{max(limits[0], ends[0]), min(limits[1], ends[1])}
}
