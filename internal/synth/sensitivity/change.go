package sensitivity

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Kind is a kind of change of a component.
type Kind string

// The kinds. Some move a component towards a new direction w in the space of samples;
// w has mean zero and is orthogonal to every component.
const (
	Replace Kind = "replace" // σu becomes σw
	Remove  Kind = "remove"  // σu becomes 0
	Rotate  Kind = "rotate"  // σu becomes σ(u·cos φ + w·sin φ), φ in degrees
	Scale   Kind = "scale"   // σu becomes a·σu
	Noise   Kind = "noise"   // Gaussian noise is added to σu; its SD is relative to that of the component
)

// Change is a change of each component of a set.
type Change struct {
	Kind   Kind
	Amount float64 // degrees, factor or standard deviation; 0 for other kinds
}

// ParseChange reads "replace", "remove", "rotate=DEG", "scale=A" or "noise=SD".
func ParseChange(text string) (Change, error) {
	word, value, valued := strings.Cut(strings.TrimSpace(text), "=")
	c := Change{Kind: Kind(word)}
	wrong := fmt.Errorf("invalid change %q, want replace, remove, rotate=DEGREES, scale=FACTOR or noise=SD", text)
	switch c.Kind {
	case Replace, Remove:
		if valued {
			return Change{}, wrong
		}
	case Rotate, Scale, Noise:
		v, err := strconv.ParseFloat(value, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || c.Kind == Noise && v < 0 {
			return Change{}, wrong
		}
		c.Amount = v
	default:
		return Change{}, wrong
	}
	return c, nil
}

// String renders the change so that ParseChange reads it back.
func (c Change) String() string {
	if c.Kind == Replace || c.Kind == Remove {
		return string(c.Kind)
	}
	return string(c.Kind) + "=" + strconv.FormatFloat(c.Amount, 'g', -1, 64)
}

// Random reports whether the change draws random numbers. A measure that is
// invariant to rotations of the samples gives the same score for any direction.
func (c Change) Random() bool { return c.Kind != Remove && c.Kind != Scale }

// amplitude returns the factor by which the coordinate is multiplied.
func (c Change) amplitude() float64 {
	switch c.Kind {
	case Remove:
		return 0
	case Scale:
		return c.Amount
	default:
		return 1
	}
}

// angle returns the cosine and sine of the angle by which the coordinate turns. They
// are exact at multiples of 90°.
func (c Change) angle() (cosine, sine float64) {
	degrees := 0.0
	switch c.Kind {
	case Replace:
		degrees = 90
	case Rotate:
		degrees = math.Mod(c.Amount, 360)
	}
	switch math.Abs(degrees) {
	case 90, 270:
		return 0, math.Copysign(1, degrees*(180-math.Abs(degrees)))
	case 180:
		return -1, 0
	}
	sine, cosine = math.Sincos(degrees * math.Pi / 180)
	return cosine, sine
}
