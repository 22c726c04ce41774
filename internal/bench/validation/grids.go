package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// A layout arranges the samples of a population: as they come, as exemplars of
// categories, as a series, or as time × condition.
type layout struct {
	name        string
	times       int // bins of 3-d data, 0 for 2-d data
	independent bool
	arrange     func(rng *rand.Rand, p population, n int) (x, y *mat.Dense)
}

var shuffled = layout{
	name: "independent rows", independent: true,
	arrange: func(rng *rand.Rand, p population, n int) (*mat.Dense, *mat.Dense) { return p.draw(rng, n) },
}

// exemplars puts k samples around each category, sorted by category.
func exemplars(k int, within float64) layout {
	return layout{
		name: "sorted categories",
		arrange: func(rng *rand.Rand, p population, n int) (*mat.Dense, *mat.Dense) {
			cx, cy := p.draw(rng, n/k)
			ex, ey := p.draw(rng, n)
			mix := func(e, c *mat.Dense) {
				n, q := e.Dims()
				for i := range n {
					for j := range q {
						e.Set(i, j, math.Sqrt(within)*e.At(i, j)+math.Sqrt(1-within)*c.At(i/k, j))
					}
				}
			}
			mix(ex, cx)
			mix(ey, cy)
			return ex, ey
		},
	}
}

// smooth filters a Gaussian population in time by x_t = a·x_{t−1} + √(1−a²)·e_t, which
// keeps its covariances. times is the length of each series, of which there are n/times.
func smooth(name string, times int, a float64, three bool) layout {
	l := layout{name: name}
	if three {
		l.times = times
	}
	l.arrange = func(rng *rand.Rand, p population, n int) (*mat.Dense, *mat.Dense) {
		x, y := p.draw(rng, n)
		conditions := n / times
		at := func(t, c int) int {
			if three {
				return t*conditions + c
			}
			return c*times + t
		}
		for _, m := range []*mat.Dense{x, y} {
			_, q := m.Dims()
			for c := range conditions {
				for t := 1; t < times; t++ {
					for j := range q {
						m.Set(at(t, c), j, a*m.At(at(t-1, c), j)+math.Sqrt(1-a*a)*m.At(at(t, c), j))
					}
				}
			}
		}
		return x, y
	}
	return l
}
