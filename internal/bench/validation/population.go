package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// population draws samples of two systems. Its scores follow from the covariances of
// the systems, or from one large sample where these are no closed form.
type population struct {
	name string
	p, q int
	// covariance returns Σx, Σy and Σxy, or nil where they are not known.
	covariance func() (xx, yy, xy *mat.Dense)
	// draw returns n samples.
	draw func(rng *rand.Rand, n int) (x, y *mat.Dense)
	// elliptical says that the samples are no Gaussian, so that measures of distances
	// have another value than covariances tell.
	elliptical bool
	// distances returns the cosine of the squared distances of the population, or their
	// correlation if centre is set, NaN where it has none; nil where no closed form is
	// known.
	distances func(centre bool) float64
}

// latent is the population x = √λ∘z, y = Q(√μ∘(ρ∘z + √(1−ρ²)∘w)), with independent
// standard normal z and w and a rotation Q. With ν degrees of freedom every sample is
// multiplied by √((ν−2)/χ²_ν), which keeps all covariances; 0 stands for normal samples.
type latent struct {
	name            string
	lambda, mu, rho []float64
	freedom         int
}

func (l latent) population() population {
	p := len(l.lambda)
	q := rotation(rand.New(rand.NewPCG(11, uint64(p))), p)
	return population{
		name: l.name, p: p, q: p, elliptical: l.freedom > 0, distances: l.distances,
		covariance: func() (xx, yy, xy *mat.Dense) {
			xx, yy, xy = mat.NewDense(p, p, nil), mat.NewDense(p, p, nil), mat.NewDense(p, p, nil)
			for i := range p {
				xx.Set(i, i, l.lambda[i])
				for a := range p {
					xy.Set(i, a, math.Sqrt(l.lambda[i]*l.mu[i])*l.rho[i]*q.At(a, i))
					for b := range p {
						yy.Set(a, b, yy.At(a, b)+l.mu[i]*q.At(a, i)*q.At(b, i))
					}
				}
			}
			return xx, yy, xy
		},
		draw: func(rng *rand.Rand, n int) (x, y *mat.Dense) {
			x, y = mat.NewDense(n, p, nil), mat.NewDense(n, p, nil)
			own := mat.NewDense(n, p, nil)
			for k := range n {
				scale := 1.0
				if l.freedom > 0 {
					chi := 0.0
					for range l.freedom {
						v := rng.NormFloat64()
						chi += v * v
					}
					scale = math.Sqrt(float64(l.freedom-2) / chi)
				}
				for i := range p {
					z, w := rng.NormFloat64(), rng.NormFloat64()
					x.Set(k, i, scale*math.Sqrt(l.lambda[i])*z)
					own.Set(k, i, scale*math.Sqrt(l.mu[i])*(l.rho[i]*z+math.Sqrt(1-l.rho[i]*l.rho[i])*w))
				}
			}
			y.Mul(own, q.T())
			return x, y
		},
	}
}

// distances follows from the squared factors u and v of two samples: E[D_x·D_y | u, v] is
// (u+v)²(trΛ·trM + 2Σλμρ²), and E(u+v)² = 2κ + 2 with κ = E u² = (ν−2)/(ν−4), which t₄
// samples have not. With g = (κ+1)/2 the correlation is
//
//	[g(trΛ·trM + 2Σλμρ²) − trΛ·trM]/√([g((trΛ)²+2Σλ²) − (trΛ)²]·[g((trM)²+2Σμ²) − (trM)²]),
//
// and the cosine does not depend on ν.
func (l latent) distances(centre bool) float64 {
	g, less := 1.0, 0.0
	if l.freedom > 0 && l.freedom <= 4 {
		return math.NaN()
	}
	if l.freedom > 0 {
		g = (float64(l.freedom-2)/float64(l.freedom-4) + 1) / 2
	}
	if centre {
		less = 1
	}
	var x, y, xx, yy, xy float64
	for i, v := range l.lambda {
		w := l.mu[i]
		x, y, xx, yy, xy = x+v, y+w, xx+v*v, yy+w*w, xy+v*w*l.rho[i]*l.rho[i]
	}
	of := func(a, b, c float64) float64 { return g*(a*b+2*c) - less*a*b }
	return of(x, y, xy) / math.Sqrt(of(x, x, xx)*of(y, y, yy))
}

// exponential is the population of latent without a rotation whose z and w are exponential
// numbers less 1: skewed features, each with its own tail.
func exponential(name string, lambda []float64, rho float64) population {
	p := len(lambda)
	return population{
		name: name, p: p, q: p, elliptical: true,
		covariance: func() (xx, yy, xy *mat.Dense) {
			xx, xy = mat.NewDense(p, p, nil), mat.NewDense(p, p, nil)
			for i, v := range lambda {
				xx.Set(i, i, v)
				xy.Set(i, i, rho*v)
			}
			return xx, xx, xy
		},
		draw: func(rng *rand.Rand, n int) (x, y *mat.Dense) {
			x, y = mat.NewDense(n, p, nil), mat.NewDense(n, p, nil)
			for k := range n {
				for i, v := range lambda {
					z, w := rng.ExpFloat64()-1, rng.ExpFloat64()-1
					x.Set(k, i, math.Sqrt(v)*z)
					y.Set(k, i, math.Sqrt(v)*(rho*z+math.Sqrt(1-rho*rho)*w))
				}
			}
			return x, y
		},
	}
}

// rotation returns a random orthogonal matrix.
func rotation(rng *rand.Rand, p int) *mat.Dense {
	g := mat.NewDense(p, p, nil)
	for i := range p {
		for j := range p {
			g.Set(i, j, rng.NormFloat64())
		}
	}
	var qr mat.QR
	qr.Factorize(g)
	var q mat.Dense
	qr.QTo(&q)
	return &q
}

// power returns the spectrum i^−a, i = 1 … p.
func power(p int, a float64) []float64 {
	out := make([]float64, p)
	for i := range out {
		out[i] = math.Pow(float64(i+1), -a)
	}
	return out
}

// decay returns the spectrum e^(−i/s).
func decay(p int, s float64) []float64 {
	out := make([]float64, p)
	for i := range out {
		out[i] = math.Exp(-float64(i) / s)
	}
	return out
}

// constant returns p equal values.
func constant(p int, v float64) []float64 {
	out := make([]float64, p)
	for i := range out {
		out[i] = v
	}
	return out
}

// falling returns p values from one to another.
func falling(p int, from, to float64) []float64 {
	out := make([]float64, p)
	for i := range out {
		out[i] = from + (to-from)*float64(i)/float64(max(1, p-1))
	}
	return out
}

// sharedSignal is the population of systems that share r dimensions beside private noise:
// x = zU + σa, y = zV + σb with z of r dimensions.
func sharedSignal(name string, p, q, r int, noise float64) population {
	rng := rand.New(rand.NewPCG(13, uint64(p*1000+r)))
	u, v := randomMatrix(rng, r, p), randomMatrix(rng, r, q)
	return population{
		name: name, p: p, q: q,
		covariance: func() (xx, yy, xy *mat.Dense) {
			xx, yy, xy = new(mat.Dense), new(mat.Dense), new(mat.Dense)
			xx.Mul(u.T(), u)
			yy.Mul(v.T(), v)
			xy.Mul(u.T(), v)
			for i := range p {
				xx.Set(i, i, xx.At(i, i)+noise*noise)
			}
			for i := range q {
				yy.Set(i, i, yy.At(i, i)+noise*noise)
			}
			return xx, yy, xy
		},
		draw: func(rng *rand.Rand, n int) (x, y *mat.Dense) {
			z := randomMatrix(rng, n, r)
			x, y = new(mat.Dense), new(mat.Dense)
			x.Mul(z, u)
			y.Mul(z, v)
			addNoise(rng, x, noise)
			addNoise(rng, y, noise)
			return x, y
		},
	}
}

func randomMatrix(rng *rand.Rand, n, p int) *mat.Dense {
	out := mat.NewDense(n, p, nil)
	for i := range n {
		for j := range p {
			out.Set(i, j, rng.NormFloat64())
		}
	}
	return out
}

func addNoise(rng *rand.Rand, x *mat.Dense, noise float64) {
	n, p := x.Dims()
	for i := range n {
		for j := range p {
			x.Set(i, j, x.At(i, j)+noise*rng.NormFloat64())
		}
	}
}

// counts is the population of spike counts whose rates follow shared latents: Poisson with
// rate exp(b + zU), without and with a gain that both systems share.
func counts(name string, p, q, r int, gain float64) population {
	rng := rand.New(rand.NewPCG(17, uint64(p*100+r)))
	u, v := randomMatrix(rng, r, p), randomMatrix(rng, r, q)
	scale := 0.5 / math.Sqrt(float64(r))
	return population{
		name: name, p: p, q: q, elliptical: true,
		draw: func(rng *rand.Rand, n int) (x, y *mat.Dense) {
			x, y = mat.NewDense(n, p, nil), mat.NewDense(n, q, nil)
			z := make([]float64, r)
			for i := range n {
				for k := range z {
					z[k] = rng.NormFloat64()
				}
				g := math.Exp(gain * rng.NormFloat64())
				fire(rng, x.RawRowView(i), u, z, scale, g)
				fire(rng, y.RawRowView(i), v, z, scale, g)
			}
			return x, y
		},
	}
}

// fire draws the counts of one sample.
func fire(rng *rand.Rand, to []float64, u *mat.Dense, z []float64, scale, gain float64) {
	for j := range to {
		drive := 0.0
		for k, v := range z {
			drive += v * u.At(k, j)
		}
		to[j] = poisson(rng, gain*3*math.Exp(scale*drive))
	}
}

// poisson draws a count by multiplying uniform numbers, and from a normal distribution
// where the rate is large.
func poisson(rng *rand.Rand, rate float64) float64 {
	if rate > 60 {
		return max(0, math.Round(rate+math.Sqrt(rate)*rng.NormFloat64()))
	}
	limit, product, k := math.Exp(-rate), rng.Float64(), 0.0
	for product > limit {
		product *= rng.Float64()
		k++
	}
	return k
}
