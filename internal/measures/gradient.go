package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Differentiable is a measure with an analytic gradient. Its card says whether there is
// one for the present parameters: a family may have parameters without a gradient.
type Differentiable interface {
	Measure
	// Bind fixes the reference and the width q of the systems to be compared with
	// it, and computes the quantities that depend on the reference alone.
	Bind(x *System, q int) (Objective, error)
	// Flip returns the measure that scores the pair (y,x) as this one scores
	// (x,y), for gradients with respect to the reference.
	Flip() Differentiable
}

// AsDifferentiable returns a measure with its gradient if it has one for the present
// parameters.
func AsDifferentiable(m Measure) (Differentiable, bool) {
	d, ok := As[Differentiable](m)
	return d, ok && m.Card().Differentiable
}

// Objective is a measure bound to a fixed reference X: the score of an n×q
// matrix Y as a function of Y. It owns its work space, so one goroutine may use
// it at a time.
type Objective interface {
	// Gradient returns the score of y and writes ∂score/∂Y into g, both n×q. It
	// keeps its matrices from call to call; only decompositions of features ×
	// features allocate, and only little. y must be finite. Where the score has a
	// kink the result is a subgradient: 0 at identity for the angular forms and
	// distances, the subgradient of minimum norm for singular cross moments. It
	// returns an *UndefinedError when the score is undefined for y; g is then
	// undefined.
	Gradient(g, y *mat.Dense) (float64, error)
}

// chain returns the value of a form of the cosine s and its derivative with
// respect to s. At s = ±1 an angle has no derivative, and 0 is returned.
func chain(form string, s float64) (value, slope float64) {
	s = clip(s)
	switch form {
	case asSquared:
		return s * s, 2 * s
	case asRoot:
		// At 0 the root has no derivative.
		if value = math.Sqrt(max(0, s)); value > 0 {
			slope = 0.5 / value
		}
		return value, slope
	case asAngular, asAngularScore:
		// (1−s)(1+s) keeps the digits that 1−s² would lose near 1.
		return chainAngle(form, math.Atan2(math.Sqrt((1-s)*(1+s)), s))
	default:
		return s, 1
	}
}

// chainNear is chain where the cosine may be so close to 1 that it does not tell the
// angle any more: that is then asked for.
func chainNear(form string, s float64, angle func() (float64, error)) (value, slope float64, err error) {
	if (form == asAngular || form == asAngularScore) && s > exactAngle {
		theta, err := angle()
		value, slope = chainAngle(form, theta)
		return value, slope, err
	}
	value, slope = chain(form, s)
	return value, slope, nil
}

// chainForm is chainNear for all forms that are functions of the angle alone.
func chainForm(as string, s float64, angle func() (float64, error)) (value, slope float64, err error) {
	f, ok := formNamed(as)
	if !ok || as == asScore {
		return chainNear(as, s, angle)
	}
	if as == asNegativeLog && s <= 0 {
		return 0, 0, errNoLogarithm
	}
	theta, slope, err := chainNear(asAngular, s, angle)
	value, toTheta, _ := f.of(theta, 1, 1)
	return value, slope * toTheta, err
}

// leastAngle is the angle, and the distance in relation to the data, below which
// differences are rounding errors and not a direction.
const leastAngle = 1e-13

// chainAngle is chain for a given angle. Its derivative with respect to the cosine is
// −1/sin θ.
func chainAngle(form string, theta float64) (value, slope float64) {
	if sine := math.Sin(theta); sine > leastAngle {
		slope = -1 / sine
	}
	if form == asAngularScore {
		return 1 - 2*theta/math.Pi, -2 / math.Pi * slope
	}
	return theta, slope
}

// centring is the work space in which an objective keeps Yc.
type centring struct {
	yc    *mat.Dense
	means []float64 // work space
}

func newCentring(n, q int) centring {
	return centring{yc: mat.NewDense(n, q, nil), means: make([]float64, q)}
}

// centre writes Yc and returns it, without allocating. As in linalg.CenterTo, an offset
// costs no digits, because sums are of differences from the first row, and a constant
// column gives zeros.
func (c *centring) centre(y *mat.Dense) *mat.Dense {
	n := y.RawMatrix().Rows
	first := y.RawRowView(0)
	clear(c.means)
	for i := range n {
		row := y.RawRowView(i)
		to, total := c.yc.RawRowView(i)[:len(row)], c.means[:len(row)]
		for j, v := range row {
			d := v - first[j]
			to[j] = d
			total[j] += d
		}
	}
	scale(c.means, 1/float64(n))
	subtractMeans(c.yc, c.means)
	return c.yc
}

// constantModel returns the error of an objective at a Y without variance.
func constantModel() error {
	return undefined("the model is constant: every sample has the same values, so it has no similarity to anything")
}

// plus returns the need with some more numbers of work space at the same time.
func (n Need) plus(numbers int64) Need {
	n.work += numbers
	return n
}
