package frontier

import (
	"math"
	"strings"

	"simtool/internal/measures"
)

// scale is a measure as a function of a cosine or share in [0,1].
type scale struct {
	kind string // cka, nbs or r2
	as   string
}

// scaleOf returns the scale of linear CKA, of NBS and the angular forms of
// Procrustes, and of R² of X from Y on the samples that were fitted, in any of their
// forms; ok is false for other measures.
func scaleOf(card measures.Card) (s scale, ok bool) {
	family, rest, _ := strings.Cut(card.Name, ":")
	key, as, _ := strings.Cut(rest, "=")
	if rest != "" && key != "as" || strings.Contains(as, ":") {
		return scale{}, false
	}
	switch family {
	case "cka", "nbs":
		return scale{family, as}, true
	case "procrustes":
		if as == "" {
			as = "angular"
		}
		return scale{"nbs", as}, as == "angular" || as == "angular-score" || as == "normalised"
	case "linreg":
		return scale{"r2", as}, as == ""
	}
	return scale{}, false
}

// cosine returns the cosine that has a score.
func (s scale) cosine(score float64) float64 {
	switch s.as {
	case "squared":
		return math.Sqrt(max(0, score))
	case "angular":
		return math.Cos(score)
	case "angular-score":
		return math.Cos((1 - score) * math.Pi / 2)
	case "normalised":
		return 1 - score*score/2
	default:
		return score
	}
}

// score returns the score that has a cosine, in [0,1].
func (s scale) score(cosine float64) float64 {
	cosine = max(0, min(1, cosine))
	switch s.as {
	case "squared":
		return cosine * cosine
	case "angular":
		return math.Acos(cosine)
	case "angular-score":
		return 1 - 2*math.Acos(cosine)/math.Pi
	case "normalised":
		return math.Sqrt(2 - 2*cosine)
	default:
		return cosine
	}
}

// bounds returns what B cannot pass at a level of A: the range of B, and, with
// r the ranks of X and of a Y of full rank,
//
//	CKA/√(r_X·r_Y) ≤ NBS² ≤ min(r_X, r_Y)·CKA,
//	NBS² ≤ R² of X from Y,
//
// the latter because ⟨XQ, Y⟩ = ⟨P_Y·XQ, Y⟩ ≤ ‖P_Y·X‖·‖Y‖ for every rotation Q, P_Y
// being the projection on Y. NBS and the angle of Procrustes determine each other.
func (t *bound) bounds(a, b measures.Card, level float64) [2]float64 {
	limits := [2]float64{b.Min, b.Max}
	from, ok1 := scaleOf(a)
	to, ok2 := scaleOf(b)
	if !ok1 || !ok2 {
		return limits
	}
	n, p := t.X.Dims()
	rx, ry := float64(t.rank), float64(min(t.Width, n-1))
	if t.Both {
		rx = float64(min(p, n-1))
	}
	c := from.cosine(level)
	low, high := 0.0, 1.0
	switch from.kind + " " + to.kind {
	case "cka nbs":
		low, high = math.Sqrt(c/math.Sqrt(rx*ry)), math.Sqrt(min(rx, ry)*c)
	case "nbs cka":
		low, high = c*c/min(rx, ry), c*c*math.Sqrt(rx*ry)
	case "r2 nbs":
		high = math.Sqrt(max(0, c))
	case "nbs r2":
		low = c * c
	case "nbs nbs", "cka cka", "r2 r2":
		low, high = c, c
	}
	ends := [2]float64{to.score(low), to.score(high)}
	if ends[0] > ends[1] {
		ends[0], ends[1] = ends[1], ends[0]
	}
	return [2]float64{max(limits[0], ends[0]), min(limits[1], ends[1])}
}
