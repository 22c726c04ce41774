package measures

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// Theory is a measure with a closed form for pairs whose principal components correspond.
type Theory interface {
	Measure
	// ComponentScore returns the score of a pair whose components correspond one to
	// one. ok is false where there is no closed form for the present parameters, or no
	// score.
	ComponentScore(p AlignedPair) (score float64, ok bool)
}

// ComponentScore returns the score of an aligned pair by the closed form of a
// measure. ok is false where the measure has none, or the pair has no score.
func ComponentScore(m Measure, p AlignedPair) (score float64, ok bool) {
	t, ok := As[Theory](m)
	if !ok {
		return 0, false
	}
	score, ok = t.ComponentScore(p)
	return score, ok && finite(score)
}

// AlignedPair is a pair (X,Y) whose principal components correspond one to one.
// With the centred X = Σ √λᵢ·uᵢvᵢᵀ of rank r, Y has in place of √λᵢ·uᵢ the vector
//
//	√λᵢ·aᵢ·(uᵢcos φᵢ + wᵢsin φᵢ)
//
// along the same vᵢ, where the wᵢ are orthonormal, have mean zero and are
// orthogonal to every u. The moments of such a pair are diagonal in the basis v,
//
//	A = λᵢ,  B = λᵢaᵢ²,  C = λᵢaᵢcos φᵢ,
//
// so that every measure of second moments is a sum over components. Each slice has
// the length r.
type AlignedPair struct {
	Lambda       []float64 // λᵢ, the variance of component i of X times n − 1
	Amplitude    []float64 // aᵢ; 0 removes the component, and a negative sign reverses it
	Cosine, Sine []float64 // of φᵢ, with Cosine² + Sine² = 1
}

// vectors holds two vectors whose angle is a score: x, and (y,z), where y is along the
// axes of x and z along other axes.
type vectors struct{ x, y, z []float64 }

// vectors computes vectors component by component.
func (p AlignedPair) vectors(term func(lambda, a, cosine, sine float64) (x, y, z float64)) vectors {
	r := len(p.Lambda)
	v := vectors{make([]float64, r), make([]float64, r), make([]float64, r)}
	for i := range r {
		v.x[i], v.y[i], v.z[i] = term(p.Lambda[i], p.Amplitude[i], p.Cosine[i], p.Sine[i])
	}
	return v
}

// kernels returns Kx and Ky: λᵢuᵢuᵢᵀ and λᵢaᵢ²·yᵢyᵢᵀ, whose part along uᵢuᵢᵀ is cos² φ
// and whose other part has the norm √(1−cos⁴ φ).
func (p AlignedPair) kernels() vectors {
	return p.vectors(func(lambda, a, cosine, sine float64) (x, y, z float64) {
		b := lambda * a * a
		return lambda, b * cosine * cosine, b * math.Abs(sine) * math.Sqrt(1+cosine*cosine)
	})
}

// rotated returns X, and Y rotated to it: the nuclear norm contains each |aᵢcos φᵢ|.
func (p AlignedPair) rotated() vectors {
	return p.vectors(func(lambda, a, cosine, sine float64) (x, y, z float64) {
		s := math.Sqrt(lambda)
		return s, s * math.Abs(a*cosine), s * math.Abs(a*sine)
	})
}

// norms returns ‖x‖ and ‖(y,z)‖.
func (v vectors) norms() (x, yz float64) {
	return floats.Norm(v.x, 2), math.Hypot(floats.Norm(v.y, 2), floats.Norm(v.z, 2))
}

// cosine returns ⟨x,y⟩/(‖x‖·‖(y,z)‖).
func (v vectors) cosine() float64 {
	nx, nyz := v.norms()
	return floats.Dot(v.x, v.y) / (nx * nyz)
}

// angle returns the arccosine of cosine from the difference of the unit vectors, which
// keeps its digits where the angle is small.
func (v vectors) angle() float64 {
	nx, nyz := v.norms()
	gap := 0.0
	for i := range v.x {
		d, z := v.x[i]/nx-v.y[i]/nyz, v.z[i]/nyz
		gap += d*d + z*z
	}
	return chord(math.Sqrt(gap))
}

// form returns the cosine in the form that a measure reports.
func (v vectors) form(as string) float64 {
	switch as {
	case asSquared:
		return v.cosine() * v.cosine()
	case asAngular:
		return v.angle()
	case asAngularScore:
		return 1 - 2*v.angle()/math.Pi
	case asScore:
		return v.cosine()
	default:
		if f, ok := formNamed(as); ok {
			a, b := v.norms()
			value, _, _ := f.of(v.angle(), a, b)
			return value
		}
		return v.cosine()
	}
}
