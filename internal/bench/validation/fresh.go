package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// The populations of this file were drawn after every threshold had been set on the
// others: they confirm these, and set none.

// independentFeatures is the population x_i = √λ_i·s_i, y_i = √λ_i·(ρ_i·s_i + √(1−ρ_i²)·t_i)
// whose s and t are independent numbers of a distribution with the mean 0 and the
// variance 1.
func independentFeatures(name string, lambda, rho []float64, number func(rng *rand.Rand) float64) population {
	p := len(lambda)
	return population{
		name: name, p: p, q: p, elliptical: true,
		covariance: func() (xx, yy, xy *mat.Dense) {
			xx, xy = mat.NewDense(p, p, nil), mat.NewDense(p, p, nil)
			for i, v := range lambda {
				xx.Set(i, i, v)
				xy.Set(i, i, rho[i]*v)
			}
			return xx, xx, xy
		},
		draw: func(rng *rand.Rand, n int) (x, y *mat.Dense) {
			x, y = mat.NewDense(n, p, nil), mat.NewDense(n, p, nil)
			for k := range n {
				for i, v := range lambda {
					s, t := number(rng), number(rng)
					x.Set(k, i, math.Sqrt(v)*s)
					y.Set(k, i, math.Sqrt(v)*(rho[i]*s+math.Sqrt(1-rho[i]*rho[i])*t))
				}
			}
			return x, y
		},
	}
}

// laplace draws a number whose density is e^(−√2|v|)/√2.
func laplace(rng *rand.Rand) float64 {
	v := rng.ExpFloat64() / math.Sqrt2
	if rng.IntN(2) == 0 {
		return -v
	}
	return v
}

// uniform draws a number between −√3 and √3: tails lighter than normal ones.
func uniform(rng *rand.Rand) float64 { return math.Sqrt(3) * (2*rng.Float64() - 1) }

// sparse draws 1 in a tenth of cases, less its mean and over its deviation.
func sparse(rng *rand.Rand) float64 {
	if rng.IntN(10) == 0 {
		return (1 - 0.1) / 0.3
	}
	return -0.1 / 0.3
}

// logNormal draws e^(v/2) of a normal v, less its mean and over its deviation.
func logNormal(rng *rand.Rand) float64 {
	const s = 0.5
	mean, deviation := math.Exp(s*s/2), math.Exp(s*s/2)*math.Sqrt(math.Expm1(s*s))
	return (math.Exp(s*rng.NormFloat64()) - mean) / deviation
}

// wrapped is a population whose samples another function changes, of which no covariances
// are known in closed form.
func wrapped(name string, of population, change func(rng *rand.Rand, x, y *mat.Dense)) population {
	return population{
		name: name, p: of.p, q: of.q, elliptical: true,
		draw: func(rng *rand.Rand, n int) (x, y *mat.Dense) {
			x, y = of.draw(rng, n)
			change(rng, x, y)
			return x, y
		},
	}
}

// scaledRows multiplies each sample of both systems by a number of its own.
func scaledRows(factor func(rng *rand.Rand) float64) func(rng *rand.Rand, x, y *mat.Dense) {
	return func(rng *rand.Rand, x, y *mat.Dense) {
		n, _ := x.Dims()
		for i := range n {
			f := factor(rng)
			for _, m := range []*mat.Dense{x, y} {
				for j := range m.RawRowView(i) {
					m.RawRowView(i)[j] *= f
				}
			}
		}
	}
}

// bent passes every value through a function.
func bent(f func(v float64) float64) func(rng *rand.Rand, x, y *mat.Dense) {
	return func(_ *rand.Rand, x, y *mat.Dense) {
		for _, m := range []*mat.Dense{x, y} {
			m.Apply(func(_, _ int, v float64) float64 { return f(v) }, m)
		}
	}
}

// clusters moves each sample of both systems to one of k centres, which differ between the
// systems.
func clusters(k int, p population, apart float64) func(rng *rand.Rand, x, y *mat.Dense) {
	fixed := rand.New(rand.NewPCG(19, uint64(k)))
	cx, cy := randomMatrix(fixed, k, p.p), randomMatrix(fixed, k, p.q)
	return func(rng *rand.Rand, x, y *mat.Dense) {
		n, _ := x.Dims()
		for i := range n {
			g := rng.IntN(k)
			for j := range x.RawRowView(i) {
				x.RawRowView(i)[j] += apart * cx.At(g, j)
			}
			for j := range y.RawRowView(i) {
				y.RawRowView(i)[j] += apart * cy.At(g, j)
			}
		}
	}
}

// freshCells are the populations that confirm.
func freshCells() []cell {
	var all []cell
	add := func(p population, l layout, ns ...int) {
		for _, n := range ns {
			all = append(all, cell{p, l, n, nil})
		}
	}
	gauss := func(name string, lambda, mu, rho []float64) population {
		return latent{name: name, lambda: lambda, mu: mu, rho: rho}.population()
	}
	alternating := func(p int, a, b float64) []float64 {
		out := make([]float64, p)
		for i := range out {
			out[i] = a
			if i%2 == 1 {
				out[i] = b
			}
		}
		return out
	}
	add(gauss("fresh: i^−1.5, ρ .95 and .1 in turn", power(12, 1.5), power(12, 1), alternating(12, 0.95, 0.1)), shuffled, 45, 150)
	add(gauss("fresh: e^(−i/3), ρ .95", decay(12, 3), decay(12, 5), constant(12, 0.95)), shuffled, 50)
	add(gauss("fresh: i⁻¹, ρ .98", power(10, 1), power(10, 1), constant(10, 0.98)), shuffled, 40)
	add(gauss("fresh: flat, ρ .8 to 0", constant(15, 1), constant(15, 1), falling(15, 0.8, 0)), shuffled, 60, 180)
	add(sharedSignal("fresh: 2 shared dimensions, 8 and 60 features, noise 2", 8, 60, 2, 2), shuffled, 90)
	for _, f := range []int{4, 7, 9} {
		l := latent{name: map[int]string{4: "fresh: t₄ rows", 7: "fresh: t₇ rows", 9: "fresh: t₉ rows"}[f], lambda: power(12, 0.8), mu: power(12, 1.2), rho: falling(12, 0.9, 0.3), freedom: f}
		add(l.population(), shuffled, 40, 120)
	}
	add(independentFeatures("fresh: Laplace features", power(10, 0.7), constant(10, 0.6), laplace), shuffled, 40, 120)
	add(independentFeatures("fresh: uniform features", power(10, 0.7), constant(10, 0.6), uniform), shuffled, 40, 120)
	add(independentFeatures("fresh: log-normal features", power(10, 1), falling(10, 0.8, 0.2), logNormal), shuffled, 50, 150)
	add(independentFeatures("fresh: sparse binary features", constant(20, 1), constant(20, 0.7), sparse), shuffled, 60, 180)
	base := gauss("", power(10, 1), power(10, 0.5), constant(10, 0.8))
	add(wrapped("fresh: one sample in twenty 3 times as large", base, scaledRows(func(rng *rand.Rand) float64 {
		if rng.IntN(20) == 0 {
			return 3
		}
		return 1
	})), shuffled, 60, 180)
	add(wrapped("fresh: gain e^(.3z) of samples", base, scaledRows(func(rng *rand.Rand) float64 { return math.Exp(0.3 * rng.NormFloat64()) })), shuffled, 60, 180)
	add(wrapped("fresh: rectified", base, bent(func(v float64) float64 { return max(0, v) })), shuffled, 60, 180)
	add(wrapped("fresh: ratings of 5 steps", base, bent(func(v float64) float64 { return max(-2, min(2, math.Round(v))) })), shuffled, 60, 180)
	add(wrapped("fresh: 4 clusters", base, clusters(4, base, 1)), shuffled, 60, 180)
	add(counts("fresh: Poisson counts of 3 shared dimensions", 30, 18, 3, 0), shuffled, 70, 200)
	add(counts("fresh: Poisson counts, gain e^(.2z)", 20, 20, 6, 0.2), shuffled, 100)
	eight := gauss("fresh: i⁻¹, ρ .8 to .4", power(8, 1), power(8, 1), falling(8, 0.8, 0.4))
	add(eight, smooth("one series, a=.6", 200, 0.6, false), 200)
	add(eight, smooth("one series, a=.8", 600, 0.8, false), 600)
	add(eight, exemplars(6, 0.5), 120)
	add(eight, exemplars(20, 0.2), 400)
	add(eight, smooth("15 times × conditions, a=.8", 15, 0.8, true), 150, 450)
	return all
}
