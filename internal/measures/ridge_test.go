package measures

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// TestLeaveOneOutLeavesOneOut: the penalty of lambda=auto is that of the grid
// with the smallest error when every sample is in fact left out, means and all,
// with fewer features than samples, with more, and with nearly dependent ones.
func TestLeaveOneOutLeavesOneOut(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for name, c := range map[string]struct {
		n, q  int
		noise float64
		small float64 // size of the last feature
	}{
		"tall": {25, 6, 1, 1}, "much noise": {25, 12, 30, 1}, "little noise": {30, 5, 1e-3, 1},
		"wide": {12, 20, 0.5, 1}, "nearly dependent": {25, 6, 1, 1e-9},
	} {
		t.Run(name, func(t *testing.T) {
			const p = 3
			y, x := gaussian(rng, c.n, c.q), mat.NewDense(c.n, p, nil)
			for i := range c.n {
				y.Set(i, c.q-1, c.small*y.At(i, c.q-1)+y.At(i, 0)+4)
			}
			x.Mul(y, gaussian(rng, c.q, p))
			noise := gaussian(rng, c.n, p)
			noise.Scale(c.noise, noise)
			x.Add(x, noise)

			pair := pairOf(t, datasetOf(x), datasetOf(y))
			all, points := pair.whole(false)
			got, err := leaveOneOut(predictors{moments: &all, rows: points})
			if err != nil {
				t.Fatal(err)
			}
			yc, _ := linalg.Center(y)
			sv, err := linalg.SingularValues(yc)
			if err != nil {
				t.Fatal(err)
			}
			mean := sum(squares(sv)) / float64(linalg.Rank(sv, c.n, c.q))
			want, least := math.NaN(), math.Inf(1)
			for power := autoLow; power <= autoHigh; power++ {
				lambda := mean * math.Pow(10, float64(power))
				if loss := leftOut(x, y, lambda); loss < least {
					want, least = lambda, loss
				}
			}
			if math.Abs(got-want) > 1e-9*want {
				t.Errorf("λ = %g, want %g", got, want)
			}
		})
	}
}

// leftOut returns the squared error of predicting every sample from the others.
func leftOut(x, y *mat.Dense, lambda float64) float64 {
	n, p := x.Dims()
	_, q := y.Dims()
	loss := 0.0
	for out := range n {
		tx, ty := mat.NewDense(n-1, p, nil), mat.NewDense(n-1, q, nil)
		for i, at := 0, 0; i < n; i++ {
			if i != out {
				tx.SetRow(at, x.RawRowView(i))
				ty.SetRow(at, y.RawRowView(i))
				at++
			}
		}
		tx, mx := linalg.Center(tx)
		ty, my := linalg.Center(ty)
		var b, yx, w mat.Dense
		b.Mul(ty.T(), ty)
		for j := range q {
			b.Set(j, j, b.At(j, j)+lambda)
		}
		yx.Mul(ty.T(), tx)
		if err := w.Solve(&b, &yx); err != nil {
			return math.NaN()
		}
		for j := range p {
			e := x.At(out, j) - mx[j]
			for k := range q {
				e -= (y.At(out, k) - my[k]) * w.At(k, j)
			}
			loss += e * e
		}
	}
	return loss
}
