package measures

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// The axes of the tests here: centred vectors of four samples, orthogonal and of
// length 1.
var (
	axisA = []float64{.5, .5, -.5, -.5}
	axisB = []float64{.5, -.5, .5, -.5}
)

// spanned returns a matrix of columns s·a for each pair of a size and an axis.
func spanned(columns ...[]float64) *mat.Dense {
	m := mat.NewDense(4, len(columns), nil)
	for j, c := range columns {
		m.SetCol(j, c)
	}
	return m
}

func times(s float64, axis []float64) []float64 {
	out := make([]float64, len(axis))
	for i, v := range axis {
		out[i] = s * v
	}
	return out
}

// TestFormsOfAnAngle: of two features at the angle t every form has its closed
// form, and keeps its digits where the angle is small. The angle of cka, and of R²,
// is arccos(cos² t) = 2·asin(sin t/√2).
func TestFormsOfAnAngle(t *testing.T) {
	for _, angle := range []float64{1e-8, 1e-4, 0.1, 0.5, math.Pi / 3, 1.5} {
		y := times(3*math.Cos(angle), axisA)
		for i, v := range axisB {
			y[i] += 3 * math.Sin(angle) * v
		}
		p := pairOf(t, datasetOf(spanned(axisA)), datasetOf(spanned(y)))
		cos, squared := math.Cos(angle), 2*math.Asin(math.Sin(angle)/math.Sqrt2)
		for name, want := range map[string]float64{
			"nbs": cos, "nbs:as=squared": cos * cos, "nbs:as=angular": angle, "nbs:as=angular-score": 1 - 2*angle/math.Pi,
			"cka": cos * cos, "cka:as=squared": cos * cos * cos * cos, "cka:as=angular": squared, "cka:as=angular-score": 1 - 2*squared/math.Pi,
			"procrustes": angle, "procrustes:as=angular-score": 1 - 2*angle/math.Pi, "procrustes:as=normalised": 2 * math.Sin(angle/2),
			"procrustes:as=squared": 1 + 9 - 6*cos, "procrustes:as=euclidean": math.Sqrt(10 - 6*cos),
			"shape:alpha=1": angle, "permutation": angle, "cca": cos, "cca:as=angular": angle, "cca:as=angular-score": 1 - 2*angle/math.Pi,
			"linreg": cos * cos, "linreg:as=angular": squared, "linreg:as=pearson": cos, "linreg:as=angular:pool=columns": squared,
			"gulp": 2 * math.Sin(angle) * math.Sin(angle), "gulp:squared=false": math.Sqrt2 * math.Sin(angle),
			"match": cos, "eigenspace-overlap:center=true": cos * cos, "ensd": cos * cos,
		} {
			got := valueOf(t, p, name)
			if math.Abs(got-want) > 1e-13+1e-7*math.Abs(want) || math.Abs(want) > 1e-3 && math.Abs(got-want) > 1e-13 {
				t.Errorf("%s = %.15g at the angle %g, want %.15g", name, got, angle, want)
			}
		}
	}
}

// TestAngleOfWhatARotationCannotSee: Y is the first of the two features of X, of
// which the second has the size e: cos θ = 1/√(1+e²), tan θ = e.
func TestAngleOfWhatARotationCannotSee(t *testing.T) {
	for _, e := range []float64{1e-9, 1e-5, 0.01, 0.1, 1, 30} {
		p := pairOf(t, datasetOf(spanned(axisA, times(e, axisB))), datasetOf(spanned(axisA)))
		for _, pair := range []*Pair{p, p.Swap()} {
			for name, want := range map[string]float64{"procrustes": math.Atan(e), "procrustes:as=squared": e * e, "nbs:as=angular": math.Atan(e)} {
				if got := valueOf(t, pair, name); math.Abs(got-want) > 1e-12*want {
					t.Errorf("%s = %.15g with a feature of size %g, want %.15g", name, got, e, want)
				}
			}
		}
	}
}

// TestVarianceThatIsJustReached: components of variance 16 and 4, of which the first
// has exactly 0.8.
func TestVarianceThatIsJustReached(t *testing.T) {
	for _, c := range []struct {
		variance, doubt float64
		values          []float64
		want            int
	}{
		{0.8, 0, []float64{16, 4}, 1},
		{0.825, 0, []float64{16, 4}, 2},
		{0.8, 0, []float64{16 * (1 - 0x1p-50), 4 * (1 + 0x1p-48)}, 1}, // rounding of the sums
		{0.8, 1e-6, []float64{16 - 1e-7, 4 + 1e-7}, 1},                // rounding of the data
		{0.8, 1e-6, []float64{16 - 1e-5, 4 + 1e-5}, 2},
		{0.8, 1, []float64{16 - 1e-2, 4 + 1e-2}, 2},  // too few digits to tell: as they are
		{1 - 0x1p-52, 1, []float64{16, 4, 1e-12}, 3}, // nearly all is asked for
	} {
		got := svcca{variance: c.variance}.leadingCount(c.values, sum(c.values), func(float64) float64 { return c.doubt })
		if got != c.want {
			t.Errorf("%d of the components %v reach %g, want %d", got, c.values, c.variance, c.want)
		}
	}
	p := pairOf(t, datasetOf(spanned(times(4, axisA), times(2, axisB))), datasetOf(spanned(axisB)))
	checkScore(t, p, "svcca:var=0.8", 0, 1e-14)
	checkScore(t, p, "svcca:var=0.81", 1, 1e-14)
}

// TestRidgeByHand: a feature y at the angle t to x, both of length 1, has the
// coefficient w = cos t/(1+λ) and R² = 2w·cos t − w².
func TestRidgeByHand(t *testing.T) {
	const angle, lambda = 0.7, 0.3
	y := times(math.Cos(angle), axisA)
	for i, v := range axisB {
		y[i] += math.Sin(angle) * v
	}
	w := math.Cos(angle) / (1 + lambda)
	checkScore(t, pairOf(t, datasetOf(spanned(axisA)), datasetOf(spanned(y))), "ridge:lambda=0.3", 2*w*math.Cos(angle)-w*w, 1e-14)
}

// TestRidgeOfNearlyDependentFeatures: of a and a+εb the part b is predicted with
//
//	w = (−ε, (1+λ)ε)/D,  D = λ² + (2+ε²)λ + ε²,  x̂ = λε/D·a + ε²(1+λ)/D·b;
//
// normal equations would have the condition 2/(λ+ε²/2).
func TestRidgeOfNearlyDependentFeatures(t *testing.T) {
	for _, c := range [][2]float64{{1e-3, 1e-7}, {1e-3, 4e-7}, {1e-3, 1e-9}} {
		e, lambda := c[0], c[1]
		second := times(1, axisA)
		for i, v := range axisB {
			second[i] += e * v
		}
		d := lambda*lambda + (2+e*e)*lambda + e*e
		along, across := e*e*(1+lambda)/d, lambda*e/d
		p := pairOf(t, datasetOf(spanned(axisB)), datasetOf(spanned(axisA, second)))
		m, err := Parse(fmt.Sprint("ridge:lambda=", lambda))
		if err != nil {
			t.Fatal(err)
		}
		s, err := m.Score(p)
		if err != nil {
			t.Fatal(err)
		}
		if want := 2*along - along*along - across*across; !near(s.Value, want, 1e-10) {
			t.Errorf("ε = %g, λ = %g: R² = %.12g, want %.12g", e, lambda, s.Value, want)
		}
	}
}

// TestSaturation: centred samples have n−1 dimensions. Two spaces that have as many
// together need not meet.
func TestSaturation(t *testing.T) {
	const n = 10
	for _, c := range []struct {
		name     string
		p, q     int
		warnings int
	}{
		{"cca", 4, 5, 0},
		{"cca", 5, 5, 1},
		{"svcca:var=1", 4, 5, 0},
		{"svcca:var=1", 5, 5, 1},
		{"linreg", 3, n - 2, 0},
		{"linreg", 3, n - 1, 1},
		{"eigenspace-overlap:center=true", n - 2, n - 2, 0},
		{"eigenspace-overlap:center=true", n - 1, n - 1, 1},
		{"eigenspace-overlap", n - 1, n - 1, 0},
		{"eigenspace-overlap", n, n, 1},
	} {
		s, err := measureOf(t, c.name).Score(ripplePair(t, n, c.p, c.q))
		if err != nil || len(s.Warnings) != c.warnings {
			t.Errorf("%s of %d and %d features: warnings %q (%v), want %d", c.name, c.p, c.q, s.Warnings, err, c.warnings)
		}
	}
	// One shared direction has one variate; two have any basis.
	if v := valueOf(t, ripplePair(t, n, 5, 5), "pwcca"); !(v > 0) {
		t.Errorf("pwcca = %v with one correlation of 1", v)
	}
	if why := reason(t, ripplePair(t, n, 5, 6), "pwcca"); why == "" {
		t.Error("pwcca with two correlations of 1 says nothing")
	}
}
