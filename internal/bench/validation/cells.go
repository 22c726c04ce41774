package main

import (
	"fmt"
	"regexp"
)

// cell is a population, a layout of its samples, and their number.
type cell struct {
	population population
	layout     layout
	n          int
	measures   *regexp.Regexp // that are looked at; nil for all
}

func (c cell) String() string {
	return fmt.Sprintf("%s, %s, n=%d p=%d", c.population.name, c.layout.name, c.n, c.population.p)
}

// cells are the populations that are looked at: those of the acceptance, and others.
func cells() []cell {
	var all []cell
	add := func(p population, l layout, ns ...int) {
		for _, n := range ns {
			all = append(all, cell{p, l, n, nil})
		}
	}
	gauss := func(name string, lambda, mu, rho []float64) population {
		return latent{name: name, lambda: lambda, mu: mu, rho: rho}.population()
	}
	for _, p := range []int{10, 50} {
		ns := []int{30, 60, 100, 300}
		add(gauss("power law, ρ .7", power(p, 1), power(p, 1), constant(p, 0.7)), shuffled, ns...)
	}
	add(gauss("power law, ρ .7", power(10, 1), power(10, 1), constant(10, 0.7)), shuffled, 1000)
	add(gauss("power law, ρ .7", power(200, 1), power(200, 1), constant(200, 0.7)), shuffled, 30)
	add(gauss("flat, ρ .5", constant(20, 1), constant(20, 1), constant(20, 0.5)), shuffled, 60, 200)
	add(gauss("i⁻²; i⁻¹, ρ .9 to .1", power(20, 2), power(20, 1), falling(20, 0.9, 0.1)), shuffled, 40, 120, 400)
	add(gauss("e^(−i/4), ρ 0 to .8", decay(30, 4), decay(30, 6), falling(30, 0, 0.8)), shuffled, 100)
	add(gauss("i^−½, weak ρ .2", power(15, 0.5), power(15, 0.5), constant(15, 0.2)), shuffled, 80, 300)
	add(gauss("i⁻¹, strong ρ .98", power(15, 1), power(15, 1), constant(15, 0.98)), shuffled, 50, 200)
	heavy := latent{name: "t₅ rows, ρ .7", lambda: power(10, 1), mu: power(10, 1), rho: constant(10, 0.7), freedom: 5}
	add(heavy.population(), shuffled, 100, 300)
	light := heavy
	light.name, light.freedom = "t₉ rows, ρ .7", 9
	add(light.population(), shuffled, 60, 200)
	add(exponential("exponential features, ρ .7", power(10, 1), 0.7), shuffled, 60, 200)
	add(sharedSignal("3 shared dimensions, noise 1", 20, 30, 3, 1), shuffled, 60, 200)
	add(sharedSignal("5 shared dimensions, noise 3", 40, 25, 5, 3), shuffled, 100, 300)
	add(counts("Poisson counts", 25, 25, 4, 0), shuffled, 80, 250)
	add(counts("Poisson counts of 12 shared dimensions", 25, 25, 12, 0), shuffled, 60, 200)
	add(counts("Poisson counts, common gain", 25, 25, 4, 0.5), shuffled, 250)
	base := gauss("power law, ρ .7", power(8, 1), power(8, 1), constant(8, 0.7))
	add(base, exemplars(10, 0.3), 100, 300)
	add(base, smooth("one series, a=.9", 1500, 0.9, false), 1500)
	six := gauss("power law, ρ .7", power(6, 1), power(6, 1), constant(6, 0.7))
	add(six, smooth("20 times × conditions, a=.9", 20, 0.9, true), 160, 400, 1200)
	return append(append(all, freshCells()...), tailCells()...)
}

// names are the measures whose intervals are looked at.
const names = "cka,cka:estimator=debiased,nbs,procrustes:as=angular-score,shape,linreg,ridge:lambda=1,linreg:cv=5," +
	"cca:stat=mean-squared,ensd,gulp,rsa,rsa:compare=pearson,rsa:compare=spearman,rsa:rdm=correlation:compare=pearson," +
	"distance-correlation,cka:kernel=rbf,mutual-knn"
