package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
)

// gamma2 draws half the sum of two exponential numbers, less its mean and over its
// deviation.
func gamma2(rng *rand.Rand) float64 {
	return (rng.ExpFloat64() + rng.ExpFloat64() - 2) / math.Sqrt2
}

// tailCells are few samples of populations whose distances from the mean have all kinds of
// tails, for comparisons of squared distances, which are moments of the fourth order. The
// rule that widens their intervals was set on others: t₅ to t₁₅ rows of 10 and 12 features,
// Laplace, log-normal and exponential features. It was extended to cosines after those of
// counts had been seen, which therefore confirm it for correlations only.
func tailCells() []cell {
	distances := regexp.MustCompile(`^rsa(:compare=pearson)?$`)
	var all []cell
	add := func(p population) {
		p.name = "fresh: tails, " + p.name
		for _, n := range []int{30, 40, 60, 100} {
			all = append(all, cell{p, shuffled, n, distances})
		}
	}
	wide := latent{lambda: power(20, 0.5), mu: power(20, 1), rho: constant(20, 0.6)}
	few := latent{lambda: power(6, 1), mu: power(6, 1.5), rho: constant(6, 0.9)}
	for _, l := range []latent{wide, few} {
		for _, freedom := range []int{0, 5, 6, 8, 10, 15} {
			l.freedom, l.name = freedom, fmt.Sprintf("t rows of %d degrees of freedom", freedom)
			if freedom == 0 {
				l.name = "normal rows"
			}
			add(l.population())
		}
	}
	base := latent{lambda: power(10, 1), mu: power(10, 0.5), rho: constant(10, 0.8)}.population()
	contaminated := func(share, factor float64) func(rng *rand.Rand) float64 {
		return func(rng *rand.Rand) float64 {
			if rng.Float64() < share {
				return factor
			}
			return 1
		}
	}
	add(wrapped("one sample in ten twice as large", base, scaledRows(contaminated(0.1, 2))))
	add(wrapped("one sample in fifty 4 times as large", base, scaledRows(contaminated(0.02, 4))))
	add(independentFeatures("Laplace features", power(6, 1), constant(6, 0.8), laplace))
	add(independentFeatures("gamma features", power(10, 1), constant(10, 0.7), gamma2))
	add(independentFeatures("log-normal features", power(15, 0.5), constant(15, 0.7), logNormal))
	add(counts("Poisson counts of 12 shared dimensions", 25, 25, 12, 0))
	add(counts("Poisson counts, gain e^(.2z)", 20, 20, 6, 0.2))
	return all
}
