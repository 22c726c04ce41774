package linalg

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// bandRules draw the entries of tridiagonal and bidiagonal matrices that are
// hard for divide and conquer: equal ones, zeros, integers, scales far apart.
var bandRules = map[string]func(rng *rand.Rand) float64{
	"normal":      func(rng *rand.Rand) float64 { return rng.NormFloat64() },
	"signs":       func(rng *rand.Rand) float64 { return float64(2*rng.IntN(2) - 1) },
	"zeros, ones": func(rng *rand.Rand) float64 { return float64(rng.IntN(2)) },
	"near ones":   func(rng *rand.Rand) float64 { return 1 + eps*float64(rng.IntN(9)) },
	"at eps":      func(rng *rand.Rand) float64 { return eps * rng.NormFloat64() },
	"scales":      func(rng *rand.Rand) float64 { return math.Ldexp(rng.NormFloat64(), -rng.IntN(60)) },
	"far scales":  func(rng *rand.Rand) float64 { return math.Ldexp(rng.NormFloat64(), -rng.IntN(900)) },
	"mixed": func(rng *rand.Rand) float64 {
		return []float64{0, 1, -1, eps, 1e-8, 3, 1e-160, rng.NormFloat64()}[rng.IntN(8)]
	},
}

func TestDivideAndConquerOfRandomBands(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 12))
	names := slices.Sorted(maps.Keys(bandRules))
	for _, diagonal := range names {
		for _, offDiagonal := range names {
			drawD, drawE := bandRules[diagonal], bandRules[offDiagonal]
			t.Run(fmt.Sprintf("%s beside %s", offDiagonal, diagonal), func(t *testing.T) {
				n := leafSize + 1 + rng.IntN(90)
				symmetric, upper := mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
				for i := range n {
					d, e := drawD(rng), drawE(rng)
					symmetric.Set(i, i, d)
					upper.Set(i, i, d)
					if i+1 < n {
						symmetric.Set(i, i+1, e)
						symmetric.Set(i+1, i, e)
						upper.Set(i, i+1, e)
					}
				}
				checkEigSym(t, symmetric, nil)
				checkSVD(t, upper, nil)
			})
		}
	}
}
