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

// TestAutoPenaltyOfManyDataSets leaves every sample out of 150 small data sets of
// all strengths of noise, so that a wrong term in the closed form chooses another
// penalty in some of them. Choices that rounding decides do not count.
func TestAutoPenaltyOfManyDataSets(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	chosen := map[int]bool{}
	for range 150 {
		n, q := 6+rng.IntN(6), 2+rng.IntN(4)
		y, x := gaussian(rng, n, q), mat.NewDense(n, 2, nil)
		for j := range q {
			size := math.Exp(2 * rng.NormFloat64())
			for i := range n {
				y.Set(i, j, size*y.At(i, j)+10)
			}
		}
		x.Mul(y, gaussian(rng, q, 2))
		noise := gaussian(rng, n, 2)
		noise.Scale(math.Exp(4*rng.NormFloat64()), noise)
		x.Add(x, noise)
		pair := pairOf(t, datasetOf(x), datasetOf(y))
		all, points := pair.whole(false)
		got, err := leaveOneOut(predictors{moments: &all, rows: points})
		if err != nil {
			t.Fatal(err)
		}
		yc, _ := linalg.Center(y)
		mean := linalg.Dot(yc, yc) / float64(q)
		best, second, want := math.Inf(1), math.Inf(1), 0
		for power := -6; power <= 6; power++ {
			switch loss := leftOut(x, y, mean*math.Pow(10, float64(power))); {
			case loss < best:
				best, second, want = loss, best, power
			case loss < second:
				second = loss
			}
		}
		if second-best < 1e-6*best {
			continue
		}
		chosen[want] = true
		if lambda := mean * math.Pow(10, float64(want)); math.Abs(got-lambda) > 1e-9*lambda {
			t.Errorf("%d samples of %d features: λ = %g, want %g", n, q, got, lambda)
		}
	}
	if !chosen[-6] || !chosen[6] || len(chosen) < 8 {
		t.Errorf("only the powers %v are chosen", chosen)
	}
}

// TestAutoPenaltyTakesTheLargestOfEquals: X differs from its mean in samples only at
// which Y does not, so that no penalty predicts better than another, to the bit.
func TestAutoPenaltyTakesTheLargestOfEquals(t *testing.T) {
	x := mat.NewDense(6, 1, []float64{1, -1, 0, 0, 0, 0})
	y := mat.NewDense(6, 2, []float64{0, 0, 0, 0, 1, 2, -1, -2, 2, -1, -2, 1})
	pair := pairOf(t, datasetOf(x), datasetOf(y))
	all, points := pair.whole(false)
	got, err := leaveOneOut(predictors{moments: &all, rows: points})
	if err != nil {
		t.Fatal(err)
	}
	if want := 1e6 * 10.; math.Abs(got-want) > 1e-9*want { // eigenvalues 10 and 10
		t.Errorf("λ = %g, want %g", got, want)
	}
}

// TestPrunedPenaltiesAreNotTheBest: the search that leaves penalties out by their bounds
// finds that of all errors, no error is below its bound, and of thirteen few are computed
// where samples do not differ much in how far they determine their own prediction.
func TestPrunedPenaltiesAreNotTheBest(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 2))
	for _, c := range []struct {
		n, q, p int
		noise   float64
		heavy   bool // a few samples are far out
		most    int
	}{{300, 20, 4, 1, false, 4}, {300, 20, 4, 20, false, 5}, {60, 40, 7, 1, false, 6}, {80, 30, 3, 1, true, 13}} {
		y, x := gaussian(rng, c.n, c.q), mat.NewDense(c.n, c.p, nil)
		for j := range c.q {
			for i := range c.n {
				y.Set(i, j, y.At(i, j)*math.Pow(0.8, float64(j)))
			}
		}
		if c.heavy {
			for i := range 5 {
				scale(y.RawRowView(i), 30)
			}
		}
		x.Mul(y, gaussian(rng, c.q, c.p))
		noise := gaussian(rng, c.n, c.p)
		noise.Scale(c.noise, noise)
		x.Add(x, noise)
		x, _ = linalg.Center(x)
		y, _ = linalg.Center(y)
		u, s, _, err := linalg.SVD(y)
		if err != nil {
			t.Fatal(err)
		}
		search := newPenaltySearch(x, u, linalg.CrossGram(u, x), s)
		got, err := search.best()
		if err != nil {
			t.Fatal(err)
		}
		if search.computed > c.most {
			t.Errorf("%d×%d: %d errors were computed, want at most %d", c.n, c.q, search.computed, c.most)
		}
		best, want := math.Inf(1), math.NaN()
		for i := range penalties {
			b := search.bound(i)
			loss := search.loss(b)
			if b.below > loss {
				t.Errorf("%d×%d: the error %g of λ = %g is below its bound %g", c.n, c.q, loss, b.lambda, b.below)
			}
			if loss < best {
				best, want = loss, b.lambda
			}
			for j := range penalties {
				one := search.bound(j)
				loss := search.loss(one)
				search.loss(b)
				if below := search.beside(one, b); below > loss {
					t.Errorf("%d×%d: the error %g of λ = %g is below its bound %g beside λ = %g", c.n, c.q, loss, one.lambda, below, b.lambda)
				}
			}
		}
		if got != want {
			t.Errorf("%d×%d: λ = %g, want %g", c.n, c.q, got, want)
		}
	}
}
