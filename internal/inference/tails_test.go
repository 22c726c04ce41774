package inference

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"simtool/internal/measures"
)

// tailedPair draws n samples of the population of powerLaw, each multiplied by
// √((ν−2)/χ²_ν), which keeps all covariances; ν = 0 stands for normal samples.
func tailedPair(t *testing.T, rng *rand.Rand, n, p int, rho float64, freedom int) *measures.Pair {
	t.Helper()
	x, y := make([]float64, n*p), make([]float64, n*p)
	for i := range n {
		scale := 1.0
		if freedom > 0 {
			chi := 0.0
			for range freedom {
				v := rng.NormFloat64()
				chi += v * v
			}
			scale = math.Sqrt(float64(freedom-2) / chi)
		}
		for j := range p {
			s := scale / math.Sqrt(float64(j+1))
			z, w := rng.NormFloat64(), rng.NormFloat64()
			x[i*p+j], y[i*p+j] = s*z, s*(rho*z+math.Sqrt(1-rho*rho)*w)
		}
	}
	return pairOf(t, x, y, []int{n, p}, []int{n, p})
}

// tailedTruth is the correlation of the squared distances of tailedPair's population. With
// u and v the squared factors of two samples, E[D_x·D_y | u, v] = (u+v)²(ab + 2c) with
// a = b = Σλ, c = Σλ²ρ², and E(u+v)² = 2κ + 2 with κ = (ν−2)/(ν−4), so that with
// g = (κ+1)/2
//
//	r = [g(ab + 2c) − ab]/[g(a² + 2Σλ²) − a²],
//
// which is ρ² for normal samples.
func tailedTruth(p int, rho float64, freedom int) float64 {
	g := 1.0
	if freedom > 0 {
		g = (float64(freedom-2)/float64(freedom-4) + 1) / 2
	}
	trace, squares := 0.0, 0.0
	for i := range p {
		trace += 1 / float64(i+1)
		squares += math.Pow(float64(i+1), -2)
	}
	return (g*(trace*trace+2*rho*rho*squares) - trace*trace) / (g*(trace*trace+2*squares) - trace*trace)
}

// TestTailsAreCovered draws samples whose distances from the mean have a heavy tail, of
// which few samples show little, and normal ones. Correlations of squared distances are
// fourth moments: with as many degrees of freedom as samples their intervals cover 87 to
// 90 % of the heavy tails.
func TestTailsAreCovered(t *testing.T) {
	const runs, n, p, rho = 500, 40, 10, 0.7
	for _, c := range []struct {
		name                    string
		freedom                 int     // of the χ² that scales each sample, 0 for none
		least, most             float64 // of the coverage
		leastWarned, mostWarned float64
	}{
		{"normal", 0, 0.93, 0.975, 0, 0.06},
		{"t₇", 7, 0.91, 0.96, 0.74, 0.9},
		{"t₉", 9, 0.91, 0.96, 0.62, 0.8},
	} {
		covered, warned, truth := 0, 0, tailedTruth(p, rho, c.freedom)
		for k := range runs {
			_, a := assess(t, tailedPair(t, rand.New(rand.NewPCG(21, uint64(k))), n, p, rho, c.freedom), "rsa:compare=pearson", Rows)
			if a.Lo <= truth && truth <= a.Hi {
				covered++
			}
			if slices.ContainsFunc(a.Warnings, func(w string) bool { return strings.Contains(w, "farther from the mean") }) {
				warned++
			}
		}
		share, doubted := float64(covered)/runs, float64(warned)/runs
		if share < c.least || share > c.most {
			t.Errorf("%s: %.1f %% cover, want %.1f to %.1f", c.name, 100*share, 100*c.least, 100*c.most)
		}
		if doubted < c.leastWarned || doubted > c.mostWarned {
			t.Errorf("%s: %.1f %% are warned of, want %.1f to %.1f", c.name, 100*doubted, 100*c.leastWarned, 100*c.mostWarned)
		}
	}
}
