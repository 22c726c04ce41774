package sensitivity

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/floats"

	"simtool/internal/measures"
)

// aligned is a pair (X,Y) whose components correspond one to one: Y has in place
// of σᵢuᵢ the course σᵢaᵢ·(uᵢcos φᵢ + wᵢsin φᵢ), with w orthonormal and orthogonal
// to every u, along the same vᵢ. The moments of such a pair are diagonal in the
// basis v,
//
//	A = λᵢ,  B = λᵢaᵢ²,  C = λᵢaᵢcos φᵢ,
//
// so that every measure of second moments is a sum over components.
type aligned struct {
	lambda, a, cosine, sine []float64
}

// Theory returns the score between X and X with a set of components changed, from
// the closed form of the measure. ok is false where there is none: for noise,
// for other families than cka, nbs, procrustes, linreg, ridge, cca and ensd, and for
// parameters that ask for more than second moments of all samples.
func (c *Components) Theory(m measures.Measure, change Change, set Set) (score float64, ok bool) {
	if change.Kind == Noise {
		return 0, false
	}
	family, params := splitName(m.Card().Name)
	theory, ok := theories[family]
	if !ok {
		return 0, false
	}
	for key := range params {
		if !slices.Contains(theory.params, key) {
			return 0, false
		}
	}
	r := c.Len()
	pair := aligned{c.lambda, make([]float64, r), make([]float64, r), make([]float64, r)}
	for i := range r {
		pair.a[i], pair.cosine[i] = 1, 1
		if i >= set.first && i < set.end {
			pair.a[i] = change.amplitude()
			pair.cosine[i], pair.sine[i] = change.angle()
		}
	}
	score = theory.score(pair, params)
	return score, !math.IsNaN(score) && !math.IsInf(score, 0)
}

// splitName cuts the canonical name of a measure into its family and the
// parameters that differ from their defaults.
func splitName(name string) (family string, params map[string]string) {
	family, rest, _ := strings.Cut(name, ":")
	params = map[string]string{}
	for part := range strings.SplitSeq(rest, ":") {
		if key, value, ok := strings.Cut(part, "="); ok {
			params[key] = value
		}
	}
	return family, params
}

// theories are the closed forms by family, with the parameters that they know.
var theories = map[string]struct {
	params []string
	score  func(p aligned, params map[string]string) float64
}{
	"cka": {[]string{"as"}, func(p aligned, params map[string]string) float64 {
		return report(params["as"], p.kernels())
	}},
	"nbs": {[]string{"as"}, func(p aligned, params map[string]string) float64 {
		return report(params["as"], p.courses())
	}},
	"procrustes": {[]string{"as"}, aligned.procrustes},
	"cca":        {[]string{"as", "stat"}, aligned.cca},
	"ensd":       {nil, aligned.ensd},
	"linreg": {[]string{"as", "direction"}, func(p aligned, params map[string]string) float64 {
		return p.regression(0, params)
	}},
	"ridge": {[]string{"as", "direction", "lambda"}, func(p aligned, params map[string]string) float64 {
		penalty := 1.0
		if text, ok := params["lambda"]; ok {
			var err error
			if penalty, err = strconv.ParseFloat(text, 64); err != nil {
				return math.NaN() // chosen on the data
			}
		}
		return p.regression(penalty, params)
	}},
}

// vectors are two vectors whose angle is a score: x, and y along the axes of x
// with z along other axes.
type vectors struct{ x, y, z []float64 }

// cosine returns ⟨x,y⟩/(‖x‖·‖(y,z)‖).
func (v vectors) cosine() float64 {
	return floats.Dot(v.x, v.y) / (floats.Norm(v.x, 2) * math.Hypot(floats.Norm(v.y, 2), floats.Norm(v.z, 2)))
}

// angle returns the arccosine of that from the difference of the unit vectors,
// which keeps its digits where the angle is small.
func (v vectors) angle() float64 {
	nx, ny := floats.Norm(v.x, 2), math.Hypot(floats.Norm(v.y, 2), floats.Norm(v.z, 2))
	sum := 0.0
	for i := range v.x {
		d, z := v.x[i]/nx-v.y[i]/ny, v.z[i]/ny
		sum += d*d + z*z
	}
	return 2 * math.Asin(min(1, math.Sqrt(sum)/2))
}

// report gives the angle between vectors in the form that a measure asks for.
func report(as string, v vectors) float64 {
	switch as {
	case "squared":
		return v.cosine() * v.cosine()
	case "angular":
		return v.angle()
	case "angular-score":
		return 1 - 2*v.angle()/math.Pi
	default:
		return v.cosine()
	}
}

// build fills vectors component by component.
func (p aligned) build(term func(lambda, a, cosine, sine float64) (x, y, z float64)) vectors {
	r := len(p.lambda)
	v := vectors{make([]float64, r), make([]float64, r), make([]float64, r)}
	for i := range r {
		v.x[i], v.y[i], v.z[i] = term(p.lambda[i], p.a[i], p.cosine[i], p.sine[i])
	}
	return v
}

// kernels are Kx and Ky: λᵢuᵢuᵢᵀ against λᵢaᵢ²·yᵢyᵢᵀ, whose part along uᵢuᵢᵀ is
// cos² φ and whose other part has the norm √(1−cos⁴ φ).
func (p aligned) kernels() vectors {
	return p.build(func(lambda, a, cosine, sine float64) (x, y, z float64) {
		b := lambda * a * a
		return lambda, b * cosine * cosine, b * math.Abs(sine) * math.Sqrt(1+cosine*cosine)
	})
}

// courses are X and Y rotated to it: the nuclear norm takes each |cos φ|.
func (p aligned) courses() vectors {
	return p.build(func(lambda, a, cosine, sine float64) (x, y, z float64) {
		s := math.Sqrt(lambda)
		return s, s * math.Abs(a*cosine), s * math.Abs(a*sine)
	})
}

// procrustes: ‖X‖² + ‖Y‖² − 2‖C‖* = Σλᵢ((1−|aᵢcos φᵢ|)² + aᵢ²sin² φᵢ).
func (p aligned) procrustes(params map[string]string) float64 {
	v := p.courses()
	switch as := params["as"]; as {
	case "":
		return v.angle()
	case "normalised":
		return 2 * math.Sin(v.angle()/2)
	case "euclidean", "squared":
		sum := 0.0
		for i := range v.x {
			d := v.x[i] - v.y[i]
			sum += d*d + v.z[i]*v.z[i]
		}
		if as == "squared" {
			return sum
		}
		return math.Sqrt(sum)
	default:
		return report(as, v)
	}
}

// cca: the canonical correlations are |cos φᵢ| of the components that are left.
func (p aligned) cca(params map[string]string) float64 {
	v := p.build(func(_, a, cosine, sine float64) (x, y, z float64) {
		if a == 0 {
			return 1, 0, 0
		}
		return 1, math.Abs(cosine), math.Abs(sine)
	})
	if params["as"] != "" {
		return report(params["as"], v)
	}
	left := 0.0
	for _, a := range p.a {
		if a != 0 {
			left++
		}
	}
	if params["stat"] == "mean-squared" {
		return floats.Dot(v.y, v.y) / left
	}
	return floats.Sum(v.y) / left
}

// ensd: tr(KxKy)·tr Kx·tr Ky/(tr Kx²·tr Ky²).
func (p aligned) ensd(map[string]string) float64 {
	v := p.kernels()
	xx, yy := floats.Dot(v.x, v.x), floats.Dot(v.y, v.y)+floats.Dot(v.z, v.z)
	trace := 0.0
	for i, a := range p.a {
		trace += p.lambda[i] * a * a
	}
	return floats.Dot(v.x, v.y) / xx / yy * floats.Sum(p.lambda) * trace
}

// regression is least squares with a penalty, in the direction that is asked for.
func (p aligned) regression(penalty float64, params map[string]string) float64 {
	there, back := p.predictX(penalty, params["as"]), p.predictY(penalty, params["as"])
	switch params["direction"] {
	case "y-from-x":
		return back
	case "symmetric":
		return (there + back) / 2
	default:
		return there
	}
}

// predictX scores the prediction of X from Y, component by component: of x with
// the variance λ from y with the variance λa² and the covariance λa·cos φ.
func (p aligned) predictX(penalty float64, as string) float64 {
	return p.predict(penalty, as, func(lambda, a, cosine float64) (target, source, cross float64) {
		return lambda, lambda * a * a, lambda * a * cosine
	})
}

// predictY scores the prediction of Y from X.
func (p aligned) predictY(penalty float64, as string) float64 {
	return p.predict(penalty, as, func(lambda, a, cosine float64) (target, source, cross float64) {
		return lambda * a * a, lambda, lambda * a * cosine
	})
}

// predict sums over components with the coefficient w = cross/(source + penalty):
// the residual is target − 2w·cross + w²·source.
func (p aligned) predict(penalty float64, as string, moments func(lambda, a, cosine float64) (target, source, cross float64)) float64 {
	var total, loss, product, predicted float64
	for i, lambda := range p.lambda {
		target, source, cross := moments(lambda, p.a[i], p.cosine[i])
		w := 0.0
		if source > 0 {
			w = cross / (source + penalty)
		}
		total += target
		product += w * cross
		predicted += w * w * source
		if penalty == 0 && source > 0 {
			loss += target * p.sine[i] * p.sine[i]
		} else {
			loss += target - 2*w*cross + w*w*source
		}
	}
	loss /= total
	switch as {
	case "angular":
		return 2 * math.Asin(min(1, math.Sqrt(loss/2)))
	case "pearson":
		return product / math.Sqrt(total*predicted)
	default:
		return 1 - loss
	}
}
