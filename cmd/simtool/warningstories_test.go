package main

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestRemediesOfWarningsHelp follows the remedies that warnings beside scores name: the
// command is done, has the right value where that is known, and the warning is gone.
func TestRemediesOfWarningsHelp(t *testing.T) {
	x, y := storyPair()
	n := len(x)
	wide := func(seed uint64, n, p int) []float64 {
		rng := rand.New(rand.NewPCG(seed, 1))
		values := make([]float64, n*p)
		for i := range values {
			values[i] = rng.NormFloat64()
		}
		return values
	}
	tall := func(seed uint64) (m [][]float64) {
		values := wide(seed, 24, 4)
		for i := range 24 {
			m = append(m, values[4*i:4*i+4:4*i+4])
		}
		return m
	}
	tallX, tallY := tall(7), tall(8)
	matrices := func(t *testing.T) {
		runAll(t, []string{"simtool rdm x.npy --rdm euclidean --force -o dx.npy", "simtool rdm y.npy --rdm euclidean --force -o dy.npy"})
	}
	condensed := func(t *testing.T, name string) {
		matrices(t)
		d, _ := arrayIn(t, name)
		var some []float64
		for i := range n {
			some = append(some, d[i*n+i+1:(i+1)*n]...)
		}
		writeArray(t, "condensed_"+name, some, len(some))
	}
	const score = " --inference none --format csv"
	for _, c := range []struct {
		name    string
		prepare func(t *testing.T)
		command string
		warning string
		words   string // of the warning, that are followed
		first   func(t *testing.T)
		follow  string
		value   float64 // 0 for any
	}{
		{
			"dissimilarities", matrices, "simtool score dx.npy dy.npy -m cka", "looks like a matrix of dissimilarities", "rsa:rdm=precomputed", nil,
			"simtool score dx.npy dy.npy -m rsa:rdm=precomputed:compare=pearson", rdmCorrelation(x, y),
		},
		{
			"condensed dissimilarities", func(t *testing.T) { condensed(t, "dx.npy"); condensed(t, "dy.npy") },
			"simtool score condensed_dx.npy condensed_dy.npy -m cka", "looks like the 66 distances between 12 items", "rsa:rdm=precomputed", nil,
			"simtool score dx.npy dy.npy -m rsa:rdm=precomputed:compare=pearson", rdmCorrelation(x, y),
		},
		{
			"transposed recordings", func(t *testing.T) {
				writeArray(t, "xt.npy", flat(transposed(tallX)), 4, 24)
				writeArray(t, "yt.npy", flat(transposed(tallY)), 4, 24)
			}, "simtool score xt.npy yt.npy -m cka", "if the columns are the samples", "save both transposed", func(t *testing.T) {
				writeArray(t, "xt.npy", flat(tallX), 24, 4)
				writeArray(t, "yt.npy", flat(tallY), 24, 4)
			}, "simtool score xt.npy yt.npy -m cka", linearCKA(tallX, tallY),
		},
		{
			"more features than samples", func(t *testing.T) { writeArray(t, "x.npy", wide(1, n, 40), n, 40) },
			"simtool score x.npy y.npy -m cka", "data that have nothing in common score high as well", "debiased estimator", nil,
			"simtool score x.npy y.npy -m cka:estimator=debiased", 0,
		},
		{
			"more coefficients than samples bear", func(t *testing.T) { writeArray(t, "y.npy", wide(2, n, 9), n, 9) },
			"simtool score x.npy y.npy -m linreg:cv=3", "want at least two samples for each", "ridge:lambda=auto", nil,
			"simtool score x.npy y.npy -m ridge:lambda=auto:cv=3", 0,
		},
		{
			"stretches of time", func(t *testing.T) {
				writeArray(t, "x.npy", wide(3, 60, 2), 6, 10, 2)
				writeArray(t, "y.npy", wide(4, 60, 2), 6, 10, 2)
			}, "simtool score x.npy y.npy -m linreg:cv=5", "hold out stretches of time", "folds=conditions", nil,
			"simtool score x.npy y.npy -m linreg:cv=5:folds=conditions", 0,
		},
		{
			"sorted conditions", func(t *testing.T) {
				writeArray(t, "x.npy", sortedValues(5), 60, 2)
				writeArray(t, "y.npy", sortedValues(6), 60, 2)
			}, "simtool score x.npy y.npy -m linreg:cv=5", "lies between the contiguous folds", "folds=conditions", nil,
			"simtool score x.npy y.npy -m linreg:cv=5:folds=conditions", 0,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			writeArray(t, "x.npy", flat(x), n, 4)
			writeArray(t, "y.npy", flat(y), n, 3)
			c.prepare(t)
			_, table, stderr := answer(t, strings.TrimPrefix(c.command, "simtool ")+score)
			if len(table) != 1 || !strings.Contains(table[0]["warning"], c.warning) || !strings.Contains(table[0]["warning"], c.words) {
				t.Fatalf("%s: %v, want the warning %q: %s", c.command, table, c.warning, stderr)
			}
			if c.first != nil {
				c.first(t)
			}
			status, table, stderr := answer(t, strings.TrimPrefix(c.follow, "simtool ")+score)
			if status != exitOK || strings.Contains(table[0]["warning"], c.warning) {
				t.Errorf("%s is advised: exit status %d, %v: %s", c.follow, status, table, stderr)
			}
			if got := number(table[0]["value"]); c.value != 0 && !(math.Abs(got-c.value) < 1e-9) {
				t.Errorf("%s is advised, and gives %v, want %v", c.follow, got, c.value)
			}
		})
	}
}

// sortedValues are 60 samples of two features in five conditions, one after the other.
func sortedValues(seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 2))
	var values []float64
	for range 5 {
		a, b := 3*rng.NormFloat64(), 3*rng.NormFloat64()
		for range 12 {
			values = append(values, a+rng.NormFloat64(), b+rng.NormFloat64())
		}
	}
	return values
}
