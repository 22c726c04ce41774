package measures

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestSmallUnits: a measure that is invariant to the scale of both systems has the same
// value in units of 1e-7 to 1e-13, and one with a width the same if the width scales.
func TestSmallUnits(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 7))
	x := gaussian(rng, 15, 4)
	y := gaussian(rng, 15, 3)
	y.Add(y, x.Slice(0, 15, 0, 3))
	value := func(name string, factor float64) float64 {
		var a, b mat.Dense
		a.Scale(factor, x)
		b.Scale(factor, y)
		return scoreOf(t, measureOf(t, name), &a, &b)
	}
	angle := value("cca:as=angular", 1)
	wide := map[string]float64{}
	for _, kernel := range []string{"cka:kernel=rbf:sigma=", "cka:kernel=rbf:estimator=debiased:sigma=", "cka:kernel=rbf:estimator=lange:sigma=", "cka:kernel=laplace:estimator=debiased:sigma="} {
		// What a kernel tends to as it widens: within 1/σ² (rbf) or 1/σ (laplace).
		wide[kernel] = value(kernel+"1e6", 1)
	}
	for _, unit := range []float64{1e-5, 1e-7, 1e-8, 1e-13} {
		for _, name := range []string{"shape:alpha=0", "cca:as=angular"} {
			if got := value(name, unit); math.Abs(got-angle) > 1e-12 {
				t.Errorf("%s in units of %g = %v, want %v", name, unit, got, angle)
			}
		}
		for kernel, want := range wide {
			if got := value(kernel+"1", unit); math.Abs(got-want) > 1e-5 {
				t.Errorf("%s1 in units of %g = %v, want %v", kernel, unit, got, want)
			}
		}
	}
	// The gradient agrees with differences there, too.
	var small mat.Dense
	small.Scale(1e-8, y)
	for kernel := range wide {
		checkSlope(t, kernel+"1", x, &small, gaussian(rng, 15, 3), 1e-3)
	}
}

// TestPredictorsInSmallUnits: predictors that differ in units by 1e8 count alike where
// a fit is invariant to units, and PLS takes components that only they hold.
func TestPredictorsInSmallUnits(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 8))
	x := gaussian(rng, 30, 4)
	y := gaussian(rng, 30, 3)
	y.Add(y, x.Slice(0, 30, 0, 3))
	small := mat.DenseCopyOf(y)
	scaleColumns(small, []float64{1, 1e-8, 1})
	for _, name := range []string{"linreg", "linreg:cv=3", "linreg:as=pearson", "cca", "gulp"} {
		m := measureOf(t, name)
		if got, want := scoreOf(t, m, x, small), scoreOf(t, m, x, y); math.Abs(got-want) > 1e-7 {
			t.Errorf("%s = %v, want %v as in equal units", name, got, want)
		}
	}
	// With all components PLS is least squares.
	for pls, linreg := range map[string]string{
		"pls:cv=0:components=3": "linreg", "pls:cv=3:components=3": "linreg:cv=3",
		"pls:cv=0:components=3:pool=columns:as=pearson": "linreg:pool=columns:as=pearson",
	} {
		got, want := scoreOf(t, measureOf(t, pls), x, small), scoreOf(t, measureOf(t, linreg), x, small)
		if math.Abs(got-want) > 1e-6 {
			t.Errorf("%s = %v, want %v", pls, got, want)
		}
	}
}

// TestHSICWithoutDiagonal: the estimates that leave the diagonal out keep their digits
// beside a huge sample, and are 0, which is an error, where nothing is left.
func TestHSICWithoutDiagonal(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 9))
	const n = 15
	x := gaussian(rng, n, 4)
	y := gaussian(rng, n, 3)
	y.Add(y, x.Slice(0, n, 0, 3))
	for k := range 4 {
		x.Set(4, k, 1e8*x.At(4, k))
	}
	for k := range 3 {
		y.Set(4, k, 1e8*y.At(4, k))
	}
	m := measureOf(t, "cka:estimator=debiased")
	if got, want := scoreOf(t, m, x, y), exactScore(t, "cka:estimator=debiased", x, y); math.Abs(got-want) > 1e-9 {
		t.Errorf("one huge sample: %v, want %v", got, want)
	}
	for _, tiled := range []int{1, tiledAbove} {
		old := tiledAbove
		tiledAbove = tiled
		if got, want := scoreOf(t, m, x, y), exactScore(t, "cka:estimator=debiased", x, y); math.Abs(got-want) > 1e-9 {
			t.Errorf("one huge sample, tiled above %d: %v, want %v", tiled, got, want)
		}
		for _, value := range []float64{1, 0.1, 7.3} {
			spikes := mat.NewDense(5, 1, []float64{value, value, value / 3, value, value})
			equal := mat.NewDense(5, 5, nil)
			for i := range 5 {
				equal.Set(i, i, value)
			}
			for _, one := range []*mat.Dense{spikes, equal} {
				for _, name := range []string{"cka:estimator=debiased", "cka:estimator=debiased:as=angular"} {
					refused(t, name, one, gaussian(rng, 5, 2))
					refused(t, name, gaussian(rng, 5, 2), one)
				}
			}
		}
		tiledAbove = old
	}
	d, _ := AsDifferentiable(m)
	for _, pair := range [][2]*mat.Dense{{x, gaussian(rng, n, 3)}, {gaussian(rng, n, 3), y}} {
		o, err := d.Bind(systemOf(t, datasetOf(pair[0])), 3)
		if err != nil {
			t.Fatal(err)
		}
		g := mat.NewDense(n, 3, nil)
		value, err := o.Gradient(g, pair[1])
		if want := exactScore(t, "cka:estimator=debiased", pair[0], pair[1]); err != nil || math.Abs(value-want) > 1e-9 {
			t.Errorf("gradient's value %v (%v), want %v", value, err, want)
		}
		v := gaussian(rng, n, 3)
		for k := range 3 {
			v.Set(4, k, 0) // a step that the huge sample does not swallow
		}
		const h = 1e-5
		at := func(h float64) float64 {
			moved := mat.DenseCopyOf(pair[1])
			addMatrix(moved, h, v)
			return exactScore(t, "cka:estimator=debiased", pair[0], moved)
		}
		want := (at(h) - at(-h)) / (2 * h)
		got := 0.0
		for i := range n {
			got += dot(g.RawRowView(i), v.RawRowView(i))
		}
		if math.Abs(got-want) > 1e-6*math.Max(1e-3, math.Abs(want)) {
			t.Errorf("slope %v, differences give %v", got, want)
		}
	}
}
