package inference

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"simtool/internal/data"
	"simtool/internal/measures"
)

// powerLaw draws n samples of x_i = z_i/√i and y_i = (ρz_i + √(1−ρ²)w_i)/√i, z and w
// independent standard normal, i = 1 … p. The scores of the population are closed forms:
// with all correlations equal cka is ρ², nbs ρ, and R² ρ².
func powerLaw(t *testing.T, rng *rand.Rand, n, p int, rho float64) *measures.Pair {
	t.Helper()
	return powerLawWithout(t, rng, n, p, rho, nil)
}

// powerLawWithout is powerLaw without some of the samples.
func powerLawWithout(t *testing.T, rng *rand.Rand, n, p int, rho float64, left []int) *measures.Pair {
	t.Helper()
	var x, y []float64
	for i := range n {
		stays := !slices.Contains(left, i)
		for j := range p {
			scale := 1 / math.Sqrt(float64(j+1))
			z, w := rng.NormFloat64(), rng.NormFloat64()
			if stays {
				x, y = append(x, scale*z), append(y, scale*(rho*z+math.Sqrt(1-rho*rho)*w))
			}
		}
	}
	var systems [2]*measures.System
	for k, values := range [][]float64{x, y} {
		d, err := data.New(values, n-len(left), p)
		if err != nil {
			t.Fatal(err)
		}
		if systems[k], err = measures.NewSystem(d); err != nil {
			t.Fatal(err)
		}
	}
	pair, err := measures.NewPair(systems[0], systems[1])
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

// TestCoverage counts, for samples of a population whose scores are known, how many
// intervals hold the score. Bands bind on both sides: an interval that holds it always is
// too wide. The plug-in value with the error of one jackknife fails.
func TestCoverage(t *testing.T) {
	const rho = 0.7
	for _, c := range []struct {
		name        string
		n, p, runs  int
		truth       float64
		least, most float64 // of the coverage
		bias        float64 // of corrected, at most
		valueBias   float64 // of the value, within a third; 0 where it is not looked at
		plugin      float64 // coverage of the value with the error of one jackknife, at most; 0 for none
	}{
		{"cka", 100, 10, 400, rho * rho, 0.92, 0.99, 0.02, 0.026, 0},
		{"cka", 30, 50, 400, rho * rho, 0.92, 0.995, 0.02, 0.152, 0.5},
		{"nbs", 100, 10, 250, rho, 0.92, 0.995, 0.005, 0, 0},
		{"nbs", 60, 50, 25, rho, 0.88, 1, math.NaN(), 0, 0},
		{"linreg", 100, 10, 400, rho * rho, 0.92, 0.99, 0.01, 0.05, 0.7},
		{"ridge:lambda=1", 100, 10, 200, 0.489, 0.91, 0.99, 0.01, 0, 0},
		{"cca:stat=mean-squared", 100, 10, 200, rho * rho, 0.91, 0.995, 0.01, 0, 0},
		{"shape", 100, 10, 60, math.Acos(rho), 0.88, 1, 0.03, 0, 0},
	} {
		covered, plugged, centre, value := 0, 0, 0.0, 0.0
		for k := range c.runs {
			draw := func(left []int) *measures.Pair {
				return powerLawWithout(t, rand.New(rand.NewPCG(8, uint64(k))), c.n, c.p, rho, left)
			}
			pair := draw(nil)
			v, a := assess(t, pair, c.name, Auto)
			if a.Lo <= c.truth && c.truth <= a.Hi {
				covered++
			}
			if c.plugin > 0 && math.Abs(v-c.truth) <= plugin(t, draw, c.n, c.name) {
				plugged++
			}
			centre += a.Corrected / float64(c.runs)
			value += v / float64(c.runs)
		}
		share := float64(covered) / float64(c.runs)
		if share < c.least || share > c.most {
			t.Errorf("%s n=%d p=%d: %.1f %% cover, want %.1f to %.1f", c.name, c.n, c.p, 100*share, 100*c.least, 100*c.most)
		}
		if !(math.Abs(centre-c.truth) <= c.bias) && !math.IsNaN(c.bias) {
			t.Errorf("%s n=%d p=%d: corrected is biased by %.3f, want at most %.3f", c.name, c.n, c.p, centre-c.truth, c.bias)
		}
		if math.Abs(value-c.truth-c.valueBias) > c.valueBias/3 && c.valueBias > 0 {
			t.Errorf("%s n=%d p=%d: the value is biased by %.3f, want %.3f", c.name, c.n, c.p, value-c.truth, c.valueBias)
		}
		if part := float64(plugged) / float64(c.runs); c.plugin > 0 && part > c.plugin {
			t.Errorf("%s n=%d p=%d: the value covers %.1f %%, want less than %.1f", c.name, c.n, c.p, 100*part, 100*c.plugin)
		}
	}
	for _, name := range []string{"nbs", "linreg"} {
		_, a := assess(t, powerLaw(t, rand.New(rand.NewPCG(8, 1)), 30, 50, rho), name, Auto)
		if !math.IsNaN(a.Lo) || len(a.Warnings) == 0 {
			t.Errorf("%s of fewer samples than features: %+v", name, a)
		}
	}
}

// plugin returns the half width of the interval around a value whose error is that of one
// jackknife of the value, by scores of the samples without each of 15 blocks.
func plugin(t *testing.T, draw func(left []int) *measures.Pair, n int, name string) float64 {
	t.Helper()
	list, err := measures.ParseList(name, 1)
	if err != nil {
		t.Fatal(err)
	}
	const units = 15
	var one []float64
	for _, rows := range measures.BlockUnits(n, units).Rows {
		s, err := list[0].Score(draw(rows))
		if err != nil {
			t.Fatal(err)
		}
		one = append(one, s.Value)
	}
	se, _ := spread(one)
	return distuv.StudentsT{Sigma: 1, Nu: units - 1}.Quantile(0.975) * se
}

// TestColumnsWhateverTheThreads: the number of threads changes no bit.
func TestColumnsWhateverTheThreads(t *testing.T) {
	threads := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(threads)
	for _, name := range []string{"cka", "cka:estimator=debiased", "nbs", "linreg", "linreg:cv=5", "ridge:lambda=1", "cca:stat=mean-squared", "ensd"} {
		var first []float64
		for _, count := range []int{1, 2, 5} {
			runtime.GOMAXPROCS(count)
			_, a := assess(t, powerLaw(t, rand.New(rand.NewPCG(8, 9)), 700, 70, 0.7), name, Auto)
			got := columnsOf(a)
			if first == nil {
				first = got
			}
			for k, v := range got {
				if math.Float64bits(v) != math.Float64bits(first[k]) {
					t.Errorf("%s with %d threads: column %d is %v, with one %v", name, count, k, v, first[k])
				}
			}
		}
	}
}
