package stats

import (
	"math"
	"testing"

	"simtool/internal/linalg"
)

var (
	sampleX = []float64{.5, -1.2, 3.1, 2.2, .5, -.7, 1.9, 0}
	sampleY = []float64{1, -2, 2.5, 2.5, .3, .1, 2, -1}
)

func near(t *testing.T, name string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %.17g, want %.17g", name, got, want)
	}
}

// Expected values: scipy.stats.pearsonr, spearmanr and weightedtau (1.10).
func TestCorrelations(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func(x, y []float64) (float64, bool)
		want float64
	}{
		{"pearson", Pearson, 0.9196192325429441},
		{"spearman", Spearman, 0.9638554216867469},
		{"weighted tau", WeightedTau, 0.9120729955456679},
	} {
		got, ok := c.f(sampleX, sampleY)
		if !ok {
			t.Errorf("%s: not defined", c.name)
		}
		near(t, c.name, got, c.want, 1e-14)
		if _, ok := c.f(sampleX, make([]float64, len(sampleX))); ok {
			t.Errorf("%s of a constant is said to exist", c.name)
		}
	}
}

func TestPearsonOfConstantDecimal(t *testing.T) {
	x := []float64{.1, .1, .1, .1, .1, .1}
	if r, ok := Pearson(x, sampleX[:6]); ok || r != 0 {
		t.Errorf("correlation with a constant 0.1 is %v, %v", r, ok)
	}
}

func TestPearsonKeepsDigitsUnderAnOffset(t *testing.T) {
	x := make([]float64, len(sampleX))
	for i, v := range sampleX {
		x[i] = v*1024 + 0x1p30
	}
	got, _ := Pearson(x, sampleY)
	want, _ := Pearson(sampleX, sampleY)
	near(t, "pearson", got, want, 1e-9)
}

// weightedSpearman is the correlation of mid-distribution values of a weighted
// sample, straight from the definition.
func weightedSpearman(x, y, w []float64) float64 {
	mid := func(v []float64) []float64 {
		m := make([]float64, len(v))
		for i := range v {
			for j := range v {
				switch {
				case v[j] < v[i]:
					m[i] += w[j]
				case v[j] == v[i]:
					m[i] += w[j] / 2
				}
			}
		}
		return m
	}
	u, v := mid(x), mid(y)
	var sw, su, sv float64
	for i := range w {
		sw += w[i]
		su += w[i] * u[i]
		sv += w[i] * v[i]
	}
	var uv, uu, vv float64
	for i := range w {
		a, b := u[i]-su/sw, v[i]-sv/sw
		uv += w[i] * a * b
		uu += w[i] * a * a
		vv += w[i] * b * b
	}
	return uv / math.Sqrt(uu*vv)
}

func TestInfluenceIsTheDerivative(t *testing.T) {
	n := len(sampleX)
	infl := make([]float64, n)
	rho, ok := NewRankCorrelation(linalg.Ranks(sampleY)).Influence(infl, linalg.Ranks(sampleX))
	if !ok {
		t.Fatal("not defined")
	}
	near(t, "rho", rho, 0.9638554216867469, 1e-14)
	var sum float64
	for i := range infl {
		sum += infl[i]
		w := make([]float64, n)
		at := func(e float64) float64 {
			for j := range w {
				w[j] = 1
			}
			w[i] += e
			return weightedSpearman(sampleX, sampleY, w)
		}
		const e = 1e-3
		derivative := (8*(at(e)-at(-e)) - (at(2*e) - at(-2*e))) / (12 * e)
		near(t, "influence", infl[i]/float64(n), derivative, 1e-10)
	}
	near(t, "sum of influences", sum, 0, 1e-12)
}

func TestPairVariance(t *testing.T) {
	// Pairs of 3 stimuli with influences 1, 2, -3: h = (1.5, -1, -0.5).
	infl := []float64{1, 2, -3}
	first, second := []int32{0, 0, 1}, []int32{1, 2, 2}
	near(t, "variance", PairVariance(infl, first, second, 3, nil), 4./9*(2.25+1+.25)*1.5, 1e-14)
	// Stimuli 0 and 1 in one cluster: sums 0.5 and -0.5.
	near(t, "clustered", PairVariance(infl, first, second, 3, []int{7, 7, 2}), 4./9*.5*2, 1e-14)
}

// TestPairVarianceOfSums: the mean of x_i+x_j over pairs is twice the mean of x,
// whose variance is estimated by 4s²/m. The projection of the pairs on a stimulus is
// (m−2)/(m−1) of its deviation, so the estimate is the square of this factor times
// 4s²/m.
func TestPairVarianceOfSums(t *testing.T) {
	x := []float64{3, -1, 4, 1, -5, 9, 2}
	m := len(x)
	centre := Mean(x)
	var ss float64
	for _, v := range x {
		ss += (v - centre) * (v - centre)
	}
	var infl []float64
	var first, second []int32
	for i := range m {
		for j := i + 1; j < m; j++ {
			infl = append(infl, x[i]+x[j]-2*centre)
			first, second = append(first, int32(i)), append(second, int32(j))
		}
	}
	shrunk := float64(m-2) / float64(m-1)
	want := 4 * ss / float64(m-1) / float64(m) * shrunk * shrunk
	near(t, "variance", PairVariance(infl, first, second, m, nil), want, 1e-12*want)
}

// TestPairVarianceOfSomePairs: stimulus 0 is in both pairs, 1 and 2 in one each and
// 3 in none: h = (2, 1, 3), of three stimuli.
func TestPairVarianceOfSomePairs(t *testing.T) {
	infl, first, second := []float64{1, 3}, []int32{0, 0}, []int32{1, 2}
	h, used := HajekProjection(infl, first, second, 4)
	for i, want := range []float64{2, 1, 3, 0} {
		if h[i] != want || used[i] != (i < 3) {
			t.Errorf("stimulus %d: mean %g (used: %v), want %g (%v)", i, h[i], used[i], want, i < 3)
		}
	}
	near(t, "variance", PairVariance(infl, first, second, 4, nil), 4./16*(4+1+9)*3/2, 1e-14)
}

// TestPairVarianceUnknown: one cluster, or no pair at all, says nothing about how
// others would differ.
func TestPairVarianceUnknown(t *testing.T) {
	first, second := []int32{0, 0, 1}, []int32{1, 2, 2}
	if v := PairVariance([]float64{1, 1, -2}, first, second, 3, []int{5, 5, 5}); !math.IsInf(v, 1) {
		t.Errorf("the variance of one cluster is %g, want infinity", v)
	}
	if v := PairVariance(nil, nil, nil, 3, nil); !math.IsInf(v, 1) {
		t.Errorf("the variance of no pairs is %g, want infinity", v)
	}
}

// TestWeightedTauAveragesBothRankings: scipy.stats.weightedtau(x, y, rank=None)
// ranks by x and then y and has 0.461…; ranked by y and then x it is 0.383….
func TestWeightedTauAveragesBothRankings(t *testing.T) {
	x := []float64{3, 1, 4, 1, 5, 9, 2, 6}
	y := []float64{2, 7, 1, 8, 2, 8, 1, 8}
	got, _ := WeightedTau(x, y)
	near(t, "weighted tau", got, (0.4610239484762629+0.38333438789392743)/2, 1e-15)
}
