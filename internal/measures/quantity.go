package measures

import "math"

// Monotone is a measure that is a monotone function of a quantity. Other measures depend
// on the same quantity, or on one that is related by inequalities.
type Monotone interface {
	Measure
	// Scale returns the quantity and the function. ok is false where there is none
	// for the present parameters.
	Scale() (s Scale, ok bool)
}

// ScaleOf returns the scale of a measure if it has one.
func ScaleOf(m Measure) (s Scale, ok bool) {
	monotone, ok := As[Monotone](m)
	if !ok {
		return Scale{}, false
	}
	return monotone.Scale()
}

// Quantity is a number from 0 to 1 that several measures report in different forms.
type Quantity int

// The quantities.
const (
	KernelCosine      Quantity = iota + 1 // ‖C‖²/(‖A‖ ‖B‖), linear CKA
	BuresCosine                           // ‖C‖*/(‖Xc‖ ‖Yc‖), NBS
	ExplainedVariance                     // ‖Q_YᵀXc‖²/‖Xc‖², R² of X from Y
)

// Scale is a measure as a function of a quantity.
type Scale struct {
	Quantity Quantity
	form     string
}

// Value returns the value of the quantity at a score.
func (s Scale) Value(score float64) float64 {
	switch s.form {
	case asSquared:
		return math.Sqrt(max(0, score))
	case asAngular:
		return math.Cos(score)
	case asAngularScore:
		return math.Cos((1 - score) * math.Pi / 2)
	case asNormalised:
		return 1 - score*score/2
	case asScore:
		return score
	default:
		if f, ok := formNamed(s.form); ok {
			return math.Cos(f.back(score))
		}
		return score
	}
}

// Score returns the score at a value of the quantity, which is clipped to [0,1].
func (s Scale) Score(value float64) float64 {
	value = max(0, min(1, value))
	switch s.form {
	case asSquared:
		return value * value
	case asAngular:
		return math.Acos(value)
	case asAngularScore:
		return 1 - 2*math.Acos(value)/math.Pi
	case asNormalised:
		return math.Sqrt(2 - 2*value)
	case asScore:
		return value
	default:
		if f, ok := formNamed(s.form); ok {
			value, _, _ = f.of(math.Acos(value), 1, 1)
		}
		return value
	}
}
