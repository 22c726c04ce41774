package measures

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// TestErrorsInSinglePrecisionDecideWhatTheyCan: of data with noise they leave the best
// penalty alone, and of data without, whose errors are too small for float32, the best of
// all errors in float64 is among those that stay. Values of any size change nothing.
func TestErrorsInSinglePrecisionDecideWhatTheyCan(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 3))
	const n, q, p = 300, 60, 600
	for _, c := range []struct {
		noise, size float64
		most        int // candidates that stay
	}{{1, 1, 1}, {10, 1e-60, 1}, {0.1, 1e60, 1}, {1e-9, 1, penalties}} {
		y := gaussian(rng, n, q)
		for j := range q {
			for i := range n {
				y.Set(i, j, y.At(i, j)*math.Pow(0.9, float64(j)))
			}
		}
		var x mat.Dense
		x.Mul(y, gaussian(rng, q, p))
		noise := gaussian(rng, n, p)
		noise.Scale(c.noise, noise)
		x.Add(&x, noise)
		x.Scale(c.size, &x)
		xc, _ := linalg.Center(&x)
		yc, _ := linalg.Center(y)
		u, s, _, err := linalg.SVD(yc)
		if err != nil {
			t.Fatal(err)
		}
		search := newPenaltySearch(xc, u, linalg.CrossGram(u, xc), s)
		var candidates []penaltyBound
		best, want := math.Inf(1), 0
		for i := range penalties {
			candidates = append(candidates, search.bound(i))
			if loss := search.loss(candidates[i]); loss < best {
				best, want = loss, i
			}
		}
		stay := search.screen(candidates)
		found := false
		for _, one := range stay {
			found = found || one.lambda == search.grid(want)
		}
		if !found {
			t.Errorf("noise %g: the best penalty %g is not among the %d that stay", c.noise, search.grid(want), len(stay))
		}
		if len(stay) > c.most {
			t.Errorf("noise %g: %d candidates stay, want at most %d", c.noise, len(stay), c.most)
		}
		if got, err := search.best(); err != nil || got != search.grid(want) {
			t.Errorf("noise %g: λ = %g, %v, want %g", c.noise, got, err, search.grid(want))
		}
	}
}
