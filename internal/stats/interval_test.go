package stats

import (
	"math"
	"testing"
)

// within fails unless the successes k of n independent trials of probability p are
// within four standard deviations of their expectation.
func within(t *testing.T, name string, k, n int, p float64) {
	t.Helper()
	if mean, sd := p*float64(n), math.Sqrt(p*(1-p)*float64(n)); math.Abs(float64(k)-mean) > 4*sd {
		t.Errorf("%s: %d of %d, want %.0f ± %.0f", name, k, n, mean, 4*sd)
	}
}

// TestPercentileIntervalOfCounts: of the numbers 0 to 100 each percent has one.
func TestPercentileIntervalOfCounts(t *testing.T) {
	replicates := make([]float64, 101)
	for i := range replicates {
		replicates[i] = float64(i * 37 % 101)
	}
	for level, want := range map[float64]Interval{.5: {25, 75}, .9: {5, 95}, .95: {2.5, 97.5}} {
		got := PercentileInterval(replicates, level)
		near(t, "lower end", got.Lo, want.Lo, 1e-12)
		near(t, "upper end", got.Hi, want.Hi, 1e-12)
	}
	if replicates[1] != 37 {
		t.Error("the replicates were sorted in place")
	}
}

// TestPercentileCoverage: the 0.05 and 0.95 quantiles of 41 independent values are
// the third and the 39th of them, between which one more value of any continuous
// distribution falls with the probability (39−3)/42.
func TestPercentileCoverage(t *testing.T) {
	const runs, size = 8000, 41
	rng := Stream(1, "percentile")
	replicates := make([]float64, size)
	inside, below := 0, 0
	for range runs {
		for i := range replicates {
			replicates[i] = rng.ExpFloat64()
		}
		v := rng.ExpFloat64()
		interval := PercentileInterval(replicates, .9)
		if interval.Lo <= v && v <= interval.Hi {
			inside++
		}
		if v < interval.Lo {
			below++
		}
	}
	within(t, "inside", inside, runs, 36./42)
	within(t, "below", below, runs, 3./42)
}

// TestNormalCoverage: with the true standard error the coverage is exact, with the
// same part left out on either side.
func TestNormalCoverage(t *testing.T) {
	const runs, truth, se = 4000, 3, 0.7
	rng := Stream(1, "normal")
	for _, level := range []float64{.5, .9, .99} {
		inside, below := 0, 0
		for range runs {
			interval := NormalInterval(truth+se*rng.NormFloat64(), se, level)
			if interval.Lo <= truth && truth <= interval.Hi {
				inside++
			}
			if truth < interval.Lo {
				below++
			}
		}
		within(t, "inside", inside, runs, level)
		within(t, "below", below, runs, (1-level)/2)
	}
}

// TestIntervalOfPerfectCorrelation: there is nothing beyond 1, and no z.
func TestIntervalOfPerfectCorrelation(t *testing.T) {
	for _, r := range []float64{1, -1} {
		if got := CorrelationInterval(r, 0, .95); got != (Interval{r, r}) {
			t.Errorf("interval %v of a correlation of %g", got, r)
		}
	}
}

// A correlation that is 1 but for rounding has an interval of rounding.
func TestIntervalOfRounding(t *testing.T) {
	for _, r := range []float64{1 - 0x1p-53, 1 - 1e-13, -1 + 0x1p-52, .5} {
		i := CorrelationInterval(r, 1e-14, .95)
		if i.Lo > r || i.Hi < r || i.Lo < r-1e-13 || i.Hi > r+1e-13 || i.Lo < -1 || i.Hi > 1 {
			t.Errorf("interval %v of %v ± 1e-14", i, r)
		}
	}
}

// TestPValuesAreUniform: among m exchangeable values that do not tie the observed
// one has any rank with the same probability, so p ≤ k/(m+1) has that probability.
func TestPValuesAreUniform(t *testing.T) {
	const runs, m = 5000, 9
	rng := Stream(1, "p-value")
	null := make([]float64, m)
	count := make([]int, m+2)
	for range runs {
		for i := range null {
			null[i] = rng.NormFloat64()
		}
		count[int(math.Round(PValue(rng.NormFloat64(), null)*(m+1)))]++
	}
	for k := 1; k <= m+1; k++ {
		within(t, "p-values", count[k], runs, 1./(m+1))
	}
}

// TestPValueOfTheSameStatistic: sums of the same terms in another order are the
// same statistic, though they differ in the last bit.
func TestPValueOfTheSameStatistic(t *testing.T) {
	a, b, c := 0.1, 0.2, 0.3
	observed, other := a+b+c, c+b+a
	if observed == other {
		t.Fatal("both orders have the same bits")
	}
	if p, q := PValue(observed, []float64{other}), PValue(other, []float64{observed}); p != 1 || q != 1 {
		t.Errorf("p = %v and %v, want 1", p, q)
	}
}

// TestMultiplicitiesOfTwo: two items are drawn (2,0), (1,1) and (0,2) times with
// the probabilities ¼, ½ and ¼.
func TestMultiplicitiesOfTwo(t *testing.T) {
	const runs = 4000
	rng := Stream(1, "multiplicities")
	count := map[[2]float64]int{}
	for range runs {
		var m [2]float64
		Multiplicities(m[:], rng)
		count[m]++
	}
	within(t, "first twice", count[[2]float64{2, 0}], runs, .25)
	within(t, "each once", count[[2]float64{1, 1}], runs, .5)
	within(t, "second twice", count[[2]float64{0, 2}], runs, .25)
}
