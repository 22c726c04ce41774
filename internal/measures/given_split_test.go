package measures

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// numbers returns lo to hi−1.
func numbers(lo, hi int) []int {
	out := make([]int, 0, hi-lo)
	for i := lo; i < hi; i++ {
		out = append(out, i)
	}
	return out
}

// The mean over two given splits, each half against the other, is the score of two folds,
// whatever the number of folds in the name.
func TestGivenSplitsAreFolds(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const n = 40
	x, y := gaussian(rng, n, 3), gaussian(rng, n, 4)
	for i := range n {
		for k := range 3 {
			x.Set(i, k, x.At(i, k)+2*y.At(i, k))
		}
	}
	for _, name := range []string{
		"linreg", "linreg:as=pearson:pool=median", "linreg:direction=symmetric", "linreg:direction=y-from-x", "ridge", "ridge:lambda=auto", "pls", "kernel-ridge",
		"procrustes", "procrustes:as=euclidean", "nbs", "cca", "shape",
	} {
		t.Run(name, func(t *testing.T) {
			folds, err := Parse(name + ":cv=2")
			if err != nil {
				t.Fatal(err)
			}
			other, err := Parse(name + ":cv=7")
			if err != nil {
				t.Fatal(err)
			}
			if HeldOutFolds(folds) != 2 || HeldOutFolds(other) != 7 {
				t.Errorf("%d and %d folds are held out", HeldOutFolds(folds), HeldOutFolds(other))
			}
			want, err := folds.Score(pairOf(t, datasetOf(x), datasetOf(y)))
			if err != nil {
				t.Fatal(err)
			}
			mean := 0.0
			for _, split := range [][2][]int{{numbers(n/2, n), numbers(0, n/2)}, {numbers(0, n/2), numbers(n/2, n)}} {
				p := pairOf(t, datasetOf(x), datasetOf(y))
				p.HoldOut(split[0], split[1])
				one, err := other.Score(p)
				if err != nil {
					t.Fatal(err)
				}
				mean += one.Value / 2
			}
			if math.Abs(mean-want.Value) > 1e-10 {
				t.Errorf("given splits give %.15g, two folds %.15g", mean, want.Value)
			}
		})
	}
}

// Samples that are in neither part count for nothing: the score is that of the data
// without them, and by least squares 1 − Σ(x−x̂)²/Σ(x−x̄)², x̄ the mean of training.
func TestGivenSplitLeavesOthersOut(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const n, used, train = 30, 24, 17
	x, y := gaussian(rng, n, 2), gaussian(rng, n, 3)
	for i := range n {
		x.Set(i, 0, x.At(i, 0)+y.At(i, 1))
		if i >= used {
			x.Set(i, 0, 1e3)
			y.Set(i, 0, -1e3)
		}
	}
	for _, name := range []string{"linreg:cv=5", "procrustes:cv=5", "nbs:cv=5", "ridge:lambda=1:cv=5"} {
		m, err := Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		score := func(n int) float64 {
			p := pairOf(t, datasetOf(x.Slice(0, n, 0, 2)), datasetOf(y.Slice(0, n, 0, 3)))
			p.HoldOut(numbers(0, train), numbers(train, used))
			s, err := m.Score(p)
			if err != nil {
				t.Fatal(err)
			}
			return s.Value
		}
		all, fewer := score(n), score(used)
		if math.Abs(all-fewer) > 1e-9 {
			t.Errorf("%s: %v with samples of no part, %v without", name, all, fewer)
		}
		if name != "linreg:cv=5" {
			continue
		}
		design := func(lo, hi int) *mat.Dense {
			out := mat.NewDense(hi-lo, 4, nil)
			for i := lo; i < hi; i++ {
				out.SetRow(i-lo, append([]float64{1}, y.RawRowView(i)...))
			}
			return out
		}
		var w, predicted mat.Dense
		if err := w.Solve(design(0, train), x.Slice(0, train, 0, 2)); err != nil {
			t.Fatal(err)
		}
		predicted.Mul(design(train, used), &w)
		left, total := 0.0, 0.0
		for k := range 2 {
			mean := 0.0
			for i := range train {
				mean += x.At(i, k) / train
			}
			for i := train; i < used; i++ {
				left += math.Pow(x.At(i, k)-predicted.At(i-train, k), 2)
				total += math.Pow(x.At(i, k)-mean, 2)
			}
		}
		if want := 1 - left/total; math.Abs(all-want) > 1e-10 {
			t.Errorf("linreg gives %.15g, least squares %.15g", all, want)
		}
	}
}

func TestGivenSplitsThatScoreNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	x, y := gaussian(rng, 12, 2), gaussian(rng, 12, 2)
	m, err := Parse("linreg:cv=3")
	if err != nil {
		t.Fatal(err)
	}
	for _, split := range [][2][]int{{{0}, {1, 2}}, {{0, 1, 2}, nil}} {
		p := pairOf(t, datasetOf(x), datasetOf(y))
		p.HoldOut(split[0], split[1])
		if _, err := m.Score(p); err == nil {
			t.Errorf("%v is scored", split)
		}
	}
}
