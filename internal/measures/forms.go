package measures

import (
	"math"
	"slices"
	"strings"
)

// form is a way to report a measure that is the cosine s of an angle θ between two
// systems, in whatever space: a function of θ, so that it has near identity the digits
// that s near 1 has lost. The Euclidean forms also take the norms a = ‖Xc‖ and b = ‖Yc‖.
//
// Families compute the form that they rest on, and some compute others as well;
// withForms gives them the rest.
type form struct {
	name, help string
	closer     bool // higher values are more similar
	units      bool // a and b count: the value is in the units of the data
	// of returns the value and its derivatives with respect to θ and b.
	of func(theta, a, b float64) (value, toTheta, toNorm float64)
	// back returns θ. It is nil for forms with units.
	back func(value float64) float64
}

// The forms beside those of angle.go and procrustes.go.
const (
	asOneMinus         = "one-minus"
	asNegativeLog      = "negative-log"
	asAngularDistance  = "angular-distance"
	asSquaredEuclidean = "squared-euclidean"
)

// forms are those that any measure with an angle can be reported in.
var forms = []form{
	{
		name: asScore, help: "the cosine itself (score)", closer: true,
		of:   func(theta, _, _ float64) (float64, float64, float64) { return math.Cos(theta), -math.Sin(theta), 0 },
		back: math.Acos,
	},
	{
		name: asAngular, help: "the angle θ in radians (angular)",
		of:   func(theta, _, _ float64) (float64, float64, float64) { return theta, 1, 0 },
		back: func(v float64) float64 { return v },
	},
	{
		name: asAngularScore, help: "1 − 2θ/π (angular-score)", closer: true,
		of:   func(theta, _, _ float64) (float64, float64, float64) { return 1 - 2*theta/math.Pi, -2 / math.Pi, 0 },
		back: func(v float64) float64 { return (1 - v) * math.Pi / 2 },
	},
	{
		name: asAngularDistance, help: "2θ/π (angular-distance)",
		of:   func(theta, _, _ float64) (float64, float64, float64) { return 2 * theta / math.Pi, 2 / math.Pi, 0 },
		back: func(v float64) float64 { return v * math.Pi / 2 },
	},
	{
		name: asOneMinus, help: "1 − cos θ (one-minus)",
		of:   func(theta, _, _ float64) (float64, float64, float64) { return gapOf(theta), math.Sin(theta), 0 },
		back: func(v float64) float64 { return 2 * math.Asin(math.Sqrt(max(0, min(1, v/2)))) },
	},
	{
		name: asNormalised, help: "the distance √(2 − 2 cos θ) of unit vectors (normalised)",
		of: func(theta, _, _ float64) (float64, float64, float64) {
			return 2 * math.Sin(theta/2), math.Cos(theta / 2), 0
		},
		back: func(v float64) float64 { return 2 * math.Asin(max(0, min(1, v/2))) },
	},
	{
		name: asNegativeLog, help: "−ln cos θ (negative-log)",
		of: func(theta, _, _ float64) (float64, float64, float64) {
			return -math.Log1p(-min(1, gapOf(theta))), math.Tan(theta), 0
		},
		back: func(v float64) float64 { return math.Acos(math.Exp(-max(0, v))) },
	},
	{
		name: asEuclidean, help: "the distance √(‖Xc‖² + ‖Yc‖² − 2‖Xc‖‖Yc‖cos θ) in the units of the data (euclidean)", units: true,
		of: func(theta, a, b float64) (value, toTheta, toNorm float64) {
			square, toTheta, toNorm := lawOfCosines(theta, a, b)
			if value = math.Sqrt(square); value < leastAngle*math.Hypot(a, b) {
				return value, 0, 0
			}
			return value, toTheta / (2 * value), toNorm / (2 * value)
		},
	},
	{
		name: asSquaredEuclidean, help: "its square (squared-euclidean)", units: true,
		of: lawOfCosines,
	},
}

// errNoLogarithm is the error of negative-log.
var errNoLogarithm = undefined("the similarity is not positive, so that it has no logarithm")

// gapOf returns 1 − cos θ with the digits of θ.
func gapOf(theta float64) float64 {
	half := math.Sin(theta / 2)
	return 2 * half * half
}

// angleOfGap is its inverse.
func angleOfGap(gap float64) float64 { return 2 * math.Asin(math.Sqrt(max(0, min(1, gap/2)))) }

// lawOfCosines returns the square of the third side of a triangle with the sides a and b
// and the angle θ between them, a² + b² − 2ab·cos θ = (a−b)² + 2ab(1 − cos θ), and its
// derivatives with respect to θ and b.
func lawOfCosines(theta, a, b float64) (square, toTheta, toNorm float64) {
	gap := gapOf(theta)
	return (a-b)*(a-b) + 2*a*b*gap, 2 * a * b * math.Sin(theta), 2*(b-a) + 2*a*gap
}

// cosineForms returns the parameter of a measure that is a cosine and nothing else: all forms
// that take no norms.
func cosineForms() Param {
	return moreForms(choice("as", "what to report: the cosine itself (score)", asScore),
		asAngular, asAngularScore, asAngularDistance, asOneMinus, asNormalised, asNegativeLog)
}

// overlapForms is that of a share or a mean, which is the cosine of no angle: itself, or
// what is missing to 1.
func overlapForms() Param {
	return choice("as", "what to report: the value itself (score), or the dissimilarity 1 − value (one-minus)", asScore, asOneMinus)
}

// formNamed returns a form of the table.
func formNamed(name string) (form, bool) {
	i := slices.IndexFunc(forms, func(f form) bool { return f.name == name })
	if i < 0 {
		return form{}, false
	}
	return forms[i], true
}

// set writes the fields of a card that depend on the form, for cosines in [lo, 1].
func (f form) set(card *Card, lo float64) {
	card.Identity, _, _ = f.of(0, 1, 1)
	card.HigherIsCloser = f.closer
	far, _, _ := f.of(math.Acos(lo), 1, 1)
	if f.units || f.name == asNegativeLog && lo <= 0 {
		far = math.Inf(1)
	}
	card.Min, card.Max = min(card.Identity, far), max(card.Identity, far)
	if f.units {
		card.X &^= Scaling | Linear
		card.Y &^= Scaling | Linear
	}
}

// moreForms returns a parameter with further words for forms of the table.
func moreForms(p Param, names ...string) Param {
	p.Choices = slices.Concat(p.Choices, names)
	help := []string{p.Help}
	for _, name := range names {
		f, _ := formNamed(name)
		help = append(help, f.help)
	}
	p.Help = strings.Join(help, "; ")
	return p
}
