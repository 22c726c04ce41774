package synth

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
	"simtool/internal/stats"
)

func testStream(key string) *rand.Rand { return stats.Stream(1, "test/"+key) }

func TestToy2D(t *testing.T) {
	c := Toy2DConfig{Steps: 9, Reach: 2, Height: 0.75}
	out := generate(t, &c, 1)
	if want := []int{9, 6, 2}; !cmp.Equal(out.Data.Shape, want) {
		t.Fatalf("shape %v, want %v", out.Data.Shape, want)
	}
	at := func(step, condition int) (x, y float64) {
		i := (step*6 + condition) * 2
		return out.Data.Values[i], out.Data.Values[i+1]
	}
	choice, stimulus := out.Labels.Columns[0], out.Labels.Columns[1]
	for k, signed := range []float64{-3, -2, -1, 1, 2, 3} {
		side, sign := "right", 1.0
		if signed < 0 {
			side, sign = "left", -1
		}
		if choice.Levels[choice.Codes[k]] != side || stimulus.Values[k] != signed {
			t.Errorf("condition %d: labels %s, %g", k, choice.Levels[choice.Codes[k]], stimulus.Values[k])
		}
		apex := 0.75 * (math.Abs(signed) + 1) / 2
		for step, progress := range map[int]float64{0: 0, 2: 0.103515625, 4: 0.5, 6: 0.896484375, 8: 1} {
			x, y := at(step, k)
			near(t, "x", x, sign*2*progress, 1e-14)
			near(t, "y", y, sign*apex*4*progress*(1-progress), 1e-14)
		}
	}
}

// The features of two items whose last common ancestor is d levels up have
// correlation γ^(2d). With F features its estimate has a standard error below
// 1/√F; five are allowed.
func TestUltrametricCorrelations(t *testing.T) {
	const features = 200_000
	for _, gamma := range []float64{0, 0.5, 0.8, 1} {
		c := UltrametricConfig{Branches: []int{2, 3, 2}, Features: features, Gamma: gamma}
		out := generate(t, &c, 1)
		category := out.Labels.Columns[0]
		for a := range 12 {
			for b := range a {
				d := 3
				switch {
				case a/2 == b/2:
					d = 1
				case a/6 == b/6:
					d = 2
				}
				if same := category.Codes[a] == category.Codes[b]; same != (d == 1) {
					t.Errorf("items %d and %d, ancestor %d levels up: same category is %v", a, b, d, same)
				}
				sum := 0.0
				for f := range features {
					sum += (2*out.Data.Values[a*features+f] - 1) * (2*out.Data.Values[b*features+f] - 1)
				}
				near(t, "correlation", sum/features, math.Pow(gamma, float64(2*d)), 5/math.Sqrt(features))
			}
		}
	}
}

func TestUltrametricDefaults(t *testing.T) {
	c := DefaultUltrametric()
	out := generate(t, &c, 1)
	if want := []int{100, 50}; !cmp.Equal(out.Data.Shape, want) {
		t.Errorf("shape %v, want %v", out.Data.Shape, want)
	}
	if levels := len(out.Labels.Columns[0].Levels); levels != 10 {
		t.Errorf("%d categories, want 10", levels)
	}
	for i, v := range out.Data.Values {
		if v != 0 && v != 1 {
			t.Fatalf("value %d is %g, want 0 or 1", i, v)
		}
	}
}

// Each sample variance over its expectation is χ²/(n−1); the average over
// neurons of the logarithm must lie within five standard errors of 0.
func TestExpGaussianVariances(t *testing.T) {
	c := DefaultExpGaussian()
	out := generate(t, &c, 1)
	if want := []int{15, 40, 100}; !cmp.Equal(out.Data.Shape, want) {
		t.Fatalf("shape %v, want %v", out.Data.Shape, want)
	}
	gram := linalg.Gram(centered(out))
	const n, neurons = 600, 100
	sum := 0.0
	for j := range neurons {
		want := math.Pow(10, -4*float64(j)/(neurons-1))
		near(t, "truth", out.Truth.Variances[j]/want, 1, 1e-12)
		ratio := gram.At(j, j) / (n - 1) / want
		near(t, "variance relative to its closed form", ratio, 1, 5*math.Sqrt(2.0/n))
		sum += ratio
	}
	near(t, "mean ratio", sum/neurons, 1, 5*math.Sqrt(2.0/n/neurons))
}

// Mante2013 of Cloos et al. has 1080 samples of 727 neurons. A spectrum that falls
// over six decades replaces its published one here.
func TestSpectrumIsExact(t *testing.T) {
	c := SpectrumConfig{Bins: 15, Conditions: 72, Variance: 2.5, Exact: true, Explained: logSpaced(1, 1e-6, 727)}
	out := generate(t, &c, 1)
	if want := []int{15, 72, 727}; !cmp.Equal(out.Data.Shape, want) {
		t.Fatalf("shape %v, want %v", out.Data.Shape, want)
	}
	x, means := linalg.Center(out.Data.Matrix())
	for _, m := range means {
		near(t, "mean", m, 0, 1e-12)
	}
	s, err := linalg.SingularValues(x)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, f := range c.Explained {
		sum += f
	}
	for i, f := range c.Explained {
		near(t, "eigenvalue relative to that asked for", s[i]*s[i]/1080/(727*2.5*f/sum), 1, 1e-9)
	}
}

func TestSpectrumOfAWiderPopulation(t *testing.T) {
	c := SpectrumConfig{Bins: 1, Conditions: 40, Neurons: 12, Variance: 1, Exact: true, Explained: []float64{6, 3, 1}}
	out := generate(t, &c, 1)
	s, err := linalg.SingularValues(centered(out))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{7.2, 3.6, 1.2, 0} {
		near(t, "eigenvalue", s[i]*s[i]/40, want, 1e-13)
	}
	near(t, "largest difference of data and components", maxAbs(out.Data.Matrix(), out.Truth.signal()), 0, 1e-13)
}

// In the population form the sample covariance scatters about diag(variances)
// in the coordinates of the loadings: its entries have standard errors
// √(λᵢλⱼ/n), √2 times that on the diagonal. Five are allowed.
func TestSpectrumOfThePopulation(t *testing.T) {
	c := DefaultSpectrum()
	c.Exact, c.Conditions = false, 20_000
	out := generate(t, &c, 1)
	var rotated mat.Dense
	rotated.Mul(centered(out), out.Truth.Loadings)
	gram := linalg.Gram(&rotated)
	for i := range 5 {
		for j := range 5 {
			li, lj := 5*c.Explained[i], 5*c.Explained[j]
			want := 0.0
			if i == j {
				want = li
			}
			near(t, "covariance", gram.At(i, j)/20_000, want, 5*math.Sqrt(2*li*lj/20_000))
		}
	}
}

// The columns of the Läuchli matrix agree to 1e-7, so that a single Gram–Schmidt pass
// loses all orthogonality.
func TestOrthonormalize(t *testing.T) {
	const e = 1e-7
	vectors := [][]float64{{1, e, 0, 0}, {1, 0, e, 0}, {1, 0, 0, e}}
	if bad := orthonormalize(vectors); bad >= 0 {
		t.Fatalf("vector %d counts as dependent", bad)
	}
	for i, u := range vectors {
		for j, v := range vectors {
			want := 0.0
			if i == j {
				want = 1
			}
			near(t, "product", dot(u, v), want, 1e-15)
		}
	}
	if bad := orthonormalize([][]float64{{1, 2}, {3, 1}, {4, 3}}); bad != 2 {
		t.Errorf("the dependent vector is %d, want 2", bad)
	}
}

// TestHaarHasNoPreferredSigns: reflecting a Gaussian matrix changes nothing about
// its distribution, so every entry of the frame is positive for half of them.
func TestHaarHasNoPreferredSigns(t *testing.T) {
	const runs = 2000
	stream := testStream("haar")
	var positive [3][2]float64
	for range runs {
		q := haar(mat.NewDense(3, 2, normals(stream, 6)))
		for i := range 3 {
			for j := range 2 {
				if q.At(i, j) > 0 {
					positive[i][j]++
				}
			}
		}
	}
	for i := range 3 {
		for j := range 2 {
			near(t, "positive entries", positive[i][j], runs/2, 4*math.Sqrt(runs)/2)
		}
	}
}
