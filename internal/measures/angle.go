package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// The forms in which a measure that is the cosine of an angle θ is reported.
const (
	asScore        = "score"         // cos θ
	asSquared      = "squared"       // cos² θ
	asAngular      = "angular"       // θ in radians
	asAngularScore = "angular-score" // 1 − 2θ/π
)

var asHelp = "what to report: the cosine itself (score), its square, the angle θ in radians (angular), or 1 − 2θ/π (angular-score)"

// exactAngle is the cosine above which an angle is computed from a residual. The error
// of arccos is about 2⁻⁵²/θ, which is too large near θ = 0.
const exactAngle = 0.99

// report returns a cosine in the given form. It calls angle for the angular forms only.
func report(form string, cosine float64, angle func() (float64, error)) (Score, error) {
	cosine = clip(cosine)
	switch form {
	case asSquared:
		return Score{Value: cosine * cosine}, nil
	case asAngular, asAngularScore:
		theta, err := angle()
		if err != nil {
			return Score{}, err
		}
		if form == asAngularScore {
			theta = 1 - 2*theta/math.Pi
		}
		return Score{Value: theta}, nil
	default:
		return Score{Value: cosine}, nil
	}
}

// formCard sets the fields of the card that depend on the form of a cosine in [lo, 1].
func formCard(card *Card, form string, lo float64) {
	card.Min, card.Max, card.Identity, card.HigherIsCloser = lo, 1, 1, true
	switch form {
	case asSquared:
		card.Min = 0
	case asAngular:
		card.Min, card.Max, card.Identity, card.HigherIsCloser = 0, math.Acos(lo), 0, false
	case asAngularScore:
		card.Min = 1 - 2*math.Acos(lo)/math.Pi
	}
}

// clip returns the cosine, moved into [−1, 1] if rounding put it outside.
func clip(cosine float64) float64 { return max(-1, min(1, cosine)) }

// chord returns the angle between two unit vectors whose difference has the
// norm r: θ = 2·asin(r/2), exact near 0 where arccos of their cosine is not.
func chord(r float64) float64 { return 2 * math.Asin(min(1, r/2)) }

// alignment holds two configurations of the same n points and the partial isometry P
// that maps the first nearest to the second: the polar factor of XᵀY over its
// numerical rank.
type alignment struct {
	rows    rows                       // n×p and n×q, centred
	polar   func() (*mat.Dense, error) // P, p×q; most measures need only the norm
	nuclear float64                    // ‖XᵀY‖*
	xx, yy  float64                    // ‖X‖², ‖Y‖²
	same    bool                       // x and y are equal to the bit
}

// align finds the alignment of x with y; cross is xᵀy, which it keeps.
func align(points rows, cross *mat.Dense, xx, yy float64, same bool) (alignment, error) {
	nuclear, err := linalg.NuclearNorm(cross)
	polar := func() (*mat.Dense, error) {
		p, _, err := linalg.Polar(cross)
		return p, err
	}
	return alignment{points, polar, nuclear, xx, yy, same}, err
}

// constantPolar returns the given polar factor.
func constantPolar(p *mat.Dense) func() (*mat.Dense, error) {
	return func() (*mat.Dense, error) { return p, nil }
}

// cosine returns ‖XᵀY‖*/(‖X‖‖Y‖).
func (a alignment) cosine() float64 {
	return clip(a.nuclear / (math.Sqrt(a.xx) * math.Sqrt(a.yy)))
}

// angle returns arccos of the cosine, exactly 0 for equal configurations.
func (a alignment) angle() (float64, error) {
	if c := a.cosine(); c < exactAngle || (a.rows == nil && !a.same) {
		return math.Acos(c), nil
	}
	gap, err := a.residual(1/math.Sqrt(a.xx), 1/math.Sqrt(a.yy))
	return chord(math.Sqrt(gap)), err
}

// squared returns the smallest ‖XQ − Y‖² over orthogonal Q, where the narrower of the
// two is padded with zeros: ‖X‖² + ‖Y‖² − 2‖XᵀY‖*.
func (a alignment) squared() (float64, error) {
	total := a.xx + a.yy
	if d := total - 2*a.nuclear; d > (1-exactAngle)*total || (a.rows == nil && !a.same) {
		return max(0, d), nil
	}
	return a.residual(1, 1)
}

// residual returns ‖αX·Q − βY‖² for the orthogonal Q that completes P, as the sum of
// the residual of βY under P and of the part of αX that P maps to 0:
//
//	‖αXP − βY‖² + α²‖X − XPPᵀ‖².
//
// Unlike the expanded square it loses no digits when the two nearly coincide.
func (a alignment) residual(alpha, beta float64) (float64, error) {
	if a.same {
		return 0, nil
	}
	polar, err := a.polar()
	if err != nil {
		return 0, err
	}
	x, y := a.rows()
	var moved, unseen mat.Dense
	moved.Mul(x, polar)
	unseen.Mul(&moved, polar.T())
	unseen.Sub(x, &unseen)
	scaleMatrix(&moved, alpha)
	sum := 0.0
	for i := range moved.RawMatrix().Rows {
		to := y.RawRowView(i)
		for j, v := range moved.RawRowView(i) {
			d := v - beta*to[j]
			sum += d * d
		}
	}
	outside := alpha * linalg.Norm(&unseen)
	return sum + outside*outside, nil
}

// needAlignment returns the need of an alignment of p and q features of samples that
// exist already: of its norm, and, where it is nearly perfect, of the polar factor and
// the residual.
func (d Dims) needAlignment(p, q int64) Need {
	return work(max(linalg.NuclearNormMemory(p, q), linalg.PolarMemory(p, q)+d.N*(p+q)))
}
