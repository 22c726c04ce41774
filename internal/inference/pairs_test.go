package inference

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"simtool/internal/data"
	"simtool/internal/measures"
)

// TestPairIntervals compares intervals of measures of pairs of samples with those of
// refits without each sample by an independent program.
func TestPairIntervals(t *testing.T) {
	file := oracles(t)
	for _, set := range oracleSets {
		p := oraclePair(t, set+"_x.npy", set+"_y.npy")
		for _, name := range []string{"rsa:compare=pearson", "rsa:rdm=correlation:compare=pearson"} {
			want, ok := file.Sets[set].Jackknife[name]
			if !ok {
				t.Fatalf("no %s", name)
			}
			value, a := assess(t, p, name, Rows)
			near(t, set+" "+name+": value", value, want.Value)
			near(t, set+" "+name+": corrected", a.Corrected, want.Value)
			near(t, set+" "+name+": lo", a.Lo, want.Lo)
			near(t, set+" "+name+": hi", a.Hi, want.Hi)
		}
		const neighbours = "mutual-knn:k=5:metric=cosine"
		_, a := assess(t, p, neighbours, Rows)
		near(t, set+" "+neighbours+": se", a.SE, file.Sets[set].Jackknife[neighbours].SE)
	}
}

// TestPairNulls compares expected values with those of closed forms that an independent
// program checked by all permutations.
func TestPairNulls(t *testing.T) {
	file := oracles(t)
	names := map[string]string{
		"rsa:compare=pearson":               "rsa:compare=pearson",
		"rsa":                               "rsa:compare=cosine",
		"mutual-knn:k=5:metric=cosine":      "mutual-knn:k=5:metric=cosine",
		"distance-correlation:squared=true": "distance-correlation:cosine of doubly centred",
	}
	for _, set := range oracleSets {
		p := oraclePair(t, set+"_x.npy", set+"_y.npy")
		for name, key := range names {
			_, a := assess(t, p, name, Rows)
			near(t, set+" "+name, a.Null, file.Sets[set].Null[key].Mean)
		}
	}
}

// TestRankIntervals holds the intervals of ranks to the influence function: with its
// jackknife error se on the scale of the value, tanh(artanh s ± t·se/(1−s²)), and se as
// large as that of refits to some per cent.
func TestRankIntervals(t *testing.T) {
	file := oracles(t)
	for _, set := range oracleSets {
		p := oraclePair(t, set+"_x.npy", set+"_y.npy")
		value, a := assess(t, p, "rsa:compare=spearman", Rows)
		refits := file.Sets[set].Jackknife["rsa:compare=spearman"].SE
		if !(math.Abs(a.SE/refits-1) < 0.1) {
			t.Errorf("%s: se is %v, that of refits %v", set, a.SE, refits)
		}
		quantile := distuv.StudentsT{Sigma: 1, Nu: float64(p.Samples() - 1)}.Quantile(0.975)
		half := quantile * a.SE / (1 - value*value)
		near(t, set+": lo", a.Lo, math.Tanh(math.Atanh(value)-half))
		near(t, set+": hi", a.Hi, math.Tanh(math.Atanh(value)+half))
	}
}

// correlatedPair draws n samples of features z_k of variances 1/k, of which those of
// Y have the correlation rho with those of X.
func correlatedPair(t *testing.T, rng *rand.Rand, n, features int, rho float64) *measures.Pair {
	t.Helper()
	x, y := make([]float64, n*features), make([]float64, n*features)
	for i := range x {
		scale := 1 / math.Sqrt(float64(1+i%features))
		z, w := rng.NormFloat64(), rng.NormFloat64()
		x[i], y[i] = scale*z, scale*(rho*z+math.Sqrt(1-rho*rho)*w)
	}
	systems := [2]*measures.System{}
	for k, values := range [][]float64{x, y} {
		d, err := data.New(values, n, features)
		if err != nil {
			t.Fatal(err)
		}
		if systems[k], err = measures.NewSystem(d); err != nil {
			t.Fatal(err)
		}
	}
	p, err := measures.NewPair(systems[0], systems[1])
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// gaussianHSIC returns the HSIC of the population between kernels exp(−‖x−x'‖²/(2σ²)) of
// correlatedPair,
//
//	E[k(x,x')l(y,y')] + E k·E l − 2E[k(x,x')l(y,y'')].
//
// For u normal with covariance S, E exp(−‖u‖²/(2σ²)) = det(I + S/σ²)^(−½); here u is the
// differences (x−x', y−y'), of which each feature is independent of the others.
func gaussianHSIC(features int, rho, sigma float64) float64 {
	joint, apart, mixed := 1.0, 1.0, 1.0
	for k := range features {
		v := 1 / float64(1+k) / (sigma * sigma)
		own := (1 + 2*v) * (1 + 2*v)
		joint /= math.Sqrt(own - 4*v*v*rho*rho)
		apart /= math.Sqrt(own)
		mixed /= math.Sqrt(own - v*v*rho*rho)
	}
	return joint + apart - 2*mixed
}

// TestPairCoverage counts how often intervals hold the value of the population, known in
// closed form: that of Pearson's correlation of squared distances between normal samples
// is the linear CKA, ρ² where both systems have the same variances, and that of a
// Gaussian kernel follows from determinants. 95 % within three standard errors and what
// is known of these intervals (rsa 88–98, kernels 90–98).
func TestPairCoverage(t *testing.T) {
	const rho, features, runs = 0.7, 4, 400
	kernel := gaussianHSIC(features, rho, 1.5) / gaussianHSIC(features, 1, 1.5)
	for _, c := range []struct {
		name        string
		n           int
		truth       float64
		least, most float64
	}{
		{"rsa:compare=pearson", 60, rho * rho, .87, .985},
		{"rsa:compare=cosine-cov", 60, rho * rho, .91, .99},
		{"cka:estimator=lange", 60, rho * rho, .91, .99},
		{"cka:kernel=rbf:sigma=1.5", 25, kernel, .90, .99},
		{"cka:kernel=rbf:sigma=1.5", 80, kernel, .91, .99},
		{"cka:kernel=rbf:sigma=1.5:estimator=lange", 80, kernel, .91, .99},
	} {
		rng := rand.New(rand.NewPCG(3, uint64(c.n)))
		list, err := measures.ParseList(c.name, 1)
		if err != nil {
			t.Fatal(err)
		}
		inside, plugin, bias := 0, 0.0, 0.0
		for range runs {
			p := correlatedPair(t, rng, c.n, features, rho)
			s, err := list[0].Score(p)
			if err != nil {
				t.Fatal(err)
			}
			a, err := Assess(context.Background(), p, list[0], s.Value, NewDesign(p, Rows, nil), Options{Mode: Full, Level: 0.95, Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			if a.Lo <= c.truth && c.truth <= a.Hi {
				inside++
			}
			bias += (a.Corrected - c.truth) / runs
			plugin += (s.Value - c.truth) / runs
		}
		share := float64(inside) / runs
		t.Logf("%s, n = %d: coverage %.3f, bias %+.3f, of the value %+.3f", c.name, c.n, share, bias, plugin)
		if share < c.least || share > c.most || math.Abs(bias) > 0.02 {
			t.Errorf("%s, n = %d: coverage %.3f, bias %+.3f", c.name, c.n, share, bias)
		}
	}
}
