package measures

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// Theory is a measure that says in a closed form what principal components are
// worth to it.
type Theory interface {
	Measure
	// ComponentScore returns the score of a pair whose components correspond one to
	// one. ok is false where there is no closed form for the parameters as they are
	// set, or no score.
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
// With the centred X = Σ √λᵢ·uᵢvᵢᵀ of rank r, Y has in place of √λᵢ·uᵢ the course
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
	Amplitude    []float64 // aᵢ; 0 takes the component away, and the sign turns it about
	Cosine, Sine []float64 // of φᵢ, with Cosine² + Sine² = 1
}

// vectors are two vectors whose angle is a score: x, and y along the axes of x
// with z along other axes.
type vectors struct{ x, y, z []float64 }

// vectors fills vectors component by component.
func (p AlignedPair) vectors(term func(lambda, a, cosine, sine float64) (x, y, z float64)) vectors {
	r := len(p.Lambda)
	v := vectors{make([]float64, r), make([]float64, r), make([]float64, r)}
	for i := range r {
		v.x[i], v.y[i], v.z[i] = term(p.Lambda[i], p.Amplitude[i], p.Cosine[i], p.Sine[i])
	}
	return v
}

// kernels are Kx and Ky: λᵢuᵢuᵢᵀ against λᵢaᵢ²·yᵢyᵢᵀ, whose part along uᵢuᵢᵀ is
// cos² φ and whose other part has the norm √(1−cos⁴ φ).
func (p AlignedPair) kernels() vectors {
	return p.vectors(func(lambda, a, cosine, sine float64) (x, y, z float64) {
		b := lambda * a * a
		return lambda, b * cosine * cosine, b * math.Abs(sine) * math.Sqrt(1+cosine*cosine)
	})
}

// courses are X, and Y rotated to it: the nuclear norm takes each |aᵢcos φᵢ|.
func (p AlignedPair) courses() vectors {
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

// angle returns the arccosine of that from the difference of the unit vectors,
// which keeps its digits where the angle is small.
func (v vectors) angle() float64 {
	nx, nyz := v.norms()
	gap := 0.0
	for i := range v.x {
		d, z := v.x[i]/nx-v.y[i]/nyz, v.z[i]/nyz
		gap += d*d + z*z
	}
	return chord(math.Sqrt(gap))
}

// form gives the cosine in the form that a measure reports.
func (v vectors) form(as string) float64 {
	switch as {
	case asSquared:
		return v.cosine() * v.cosine()
	case asAngular:
		return v.angle()
	case asAngularScore:
		return 1 - 2*v.angle()/math.Pi
	default:
		return v.cosine()
	}
}
