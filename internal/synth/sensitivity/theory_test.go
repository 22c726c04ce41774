package sensitivity

import (
	"math"
	"testing"

	"simtool/internal/data"
	"simtool/internal/stats"
	"simtool/internal/synth/synthtest"
)

// everyForm lists the measures with a closed form, in all their forms.
const everyForm = "cka,cka:as=angular,cka:as=angular-score," +
	"nbs,nbs:as=squared,nbs:as=angular,nbs:as=angular-score," +
	"procrustes,procrustes:as=angular-score,procrustes:as=euclidean,procrustes:as=squared,procrustes:as=normalised," +
	"linreg,linreg:as=angular,linreg:as=pearson,linreg:direction=y-from-x,linreg:direction=symmetric," +
	"ridge,ridge:lambda=100,ridge:lambda=100:as=pearson,ridge:lambda=3:direction=y-from-x,ridge:lambda=7:direction=symmetric," +
	"cca,cca:stat=mean-squared,cca:as=angular,cca:as=angular-score,ensd"

func change(t *testing.T, text string) Change {
	t.Helper()
	c, err := ParseChange(text)
	if err != nil {
		t.Fatal(err)
	}
	if c.String() != text {
		t.Errorf("%q renders as %q", text, c)
	}
	return c
}

// The closed form of every measure equals its score on the data, for single
// components and several at once, on real recordings.
func TestTheoryAgreesWithConstruction(t *testing.T) {
	for name, r := range recordings(t) {
		sets := append(r.Halves(), Single(0), Single(r.Len()-1))
		for _, text := range []string{"replace", "remove", "rotate=30", "scale=-3"} {
			plan := Plan{Change: change(t, text), Measures: named(t, everyForm), Repeats: 1, Seed: 1}
			for _, set := range sets {
				if set.Len() > r.Spare() {
					t.Fatalf("%s: %d directions to spare", name, r.Spare())
				}
				points, err := r.Score(plan, set)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range points {
					if p.Err != nil {
						t.Fatalf("%s: %s of %s: %s: %v", name, text, set, p.Measure, p.Err)
					}
					// Distances in the units of the data are as large as these.
					size := math.Max(1, math.Abs(p.Theory))
					synthtest.Near(t, name+": "+text+" of "+set.String()+": "+p.Measure, p.Score/size, p.Theory/size, 1e-10)
				}
			}
		}
	}
}

// The general forms agree with the formulas for single components. With the share f
// of the variance and g of the squared variance, replacing a component lowers CKA by
// g and NBS by f.
func TestClosedForms(t *testing.T) {
	r := reference(t, synthtest.PowerLaw(t, 60, 6, 1), 0)
	sum, squares := 0.0, 0.0
	for _, v := range r.lambda {
		sum, squares = sum+v, squares+v*v
	}
	const phi, a = 40.0, 0.3
	cosine, sine := math.Cos(phi*math.Pi/180), math.Sin(phi*math.Pi/180)
	for i, v := range r.lambda {
		f, g := v/sum, v*v/squares
		for _, c := range []struct {
			change, measure string
			want            float64
		}{
			{"replace", "cka", 1 - g},
			{"replace", "nbs", 1 - f},
			{"replace", "linreg", 1 - f},
			{"replace", "procrustes", math.Acos(1 - f)},
			{"replace", "cca", 5. / 6},
			{"rotate=40", "cka", 1 - g*sine*sine},
			{"rotate=40", "nbs", 1 - f*(1-cosine)},
			{"rotate=40", "linreg", 1 - f*sine*sine},
			{"rotate=40", "cca", (5 + cosine) / 6},
			{"remove", "cka", math.Sqrt(1 - g)},
			{"remove", "nbs", math.Sqrt(1 - f)},
			{"remove", "linreg", 1 - f},
			{"remove", "cca", 1},
			{"remove", "procrustes:as=squared", v},
			{"scale=0.3", "cka", (1 - g + a*a*g) / math.Sqrt(1-g+a*a*a*a*g)},
			{"scale=0.3", "nbs", (1 - f + a*f) / math.Sqrt(1-f+a*a*f)},
			{"scale=0.3", "linreg", 1},
			{"scale=0.3", "procrustes:as=euclidean", 0.7 * math.Sqrt(v)},
			// tr(KxKy)·tr Kx·tr Ky/(tr Kx²·tr Ky²) with component i missing from Y.
			{"remove", "ensd", sum * (sum - v) / squares},
		} {
			got, ok := r.Theory(named(t, c.measure)[0], change(t, c.change), Single(i))
			if !ok {
				t.Fatalf("%s has no theory", c.measure)
			}
			synthtest.Near(t, c.change+" for "+c.measure, got, c.want, 1e-12)
		}
	}
}

// There is no theory where a score does not follow from second moments of all
// samples.
func TestNoTheory(t *testing.T) {
	r := reference(t, synthtest.PowerLaw(t, 30, 4, 1), 0)
	for _, m := range named(t, "cka:estimator=debiased,cka:kernel=rbf,procrustes:cv=5,linreg:cv=3,linreg:pool=columns,ridge:lambda=auto,rsa,svcca,shape") {
		if v, ok := r.Theory(m, change(t, "replace"), Single(0)); ok {
			t.Errorf("%s: theory says %g", m.Name, v)
		}
	}
	if v, ok := r.Theory(named(t, "cka")[0], change(t, "noise=1"), Single(0)); ok {
		t.Errorf("noise: theory says %g", v)
	}
	// No component remains to be correlated.
	one := reference(t, synthtest.PowerLaw(t, 30, 1, 1), 0)
	if v, ok := one.Theory(named(t, "cca")[0], change(t, "remove"), Single(0)); ok {
		t.Errorf("a constant Y: theory says %g", v)
	}
}

// The loss of CKA is proportional to the square of the explained variance, and that
// of NBS to the explained variance.
func TestSlopes(t *testing.T) {
	for name, r := range recordings(t) {
		explained := make([]float64, r.Len())
		losses := map[string][]float64{}
		for i := range explained {
			explained[i] = r.Explained(Single(i))
			points, err := r.Score(Plan{Change: change(t, "replace"), Measures: named(t, "cka,nbs,linreg"), Repeats: 1}, Single(i))
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range points {
				losses[p.Measure] = append(losses[p.Measure], 1-p.Score)
			}
		}
		for measure, want := range map[string]float64{"cka": 2, "nbs": 1, "linreg": 1} {
			slope, ok := FitSlope(explained, losses[measure])
			if !ok {
				t.Fatal("no slope")
			}
			synthtest.Near(t, name+": exponent of "+measure, slope.Exponent, want, 1e-3)
		}
	}
}

func TestFitSlope(t *testing.T) {
	x, y := []float64{1, 2, 4, 0, 8}, []float64{3, 12, 48, 1, 192}
	slope, ok := FitSlope(x, y)
	if !ok || slope.N != 4 {
		t.Fatalf("fitted %d points, want 4", slope.N)
	}
	synthtest.Near(t, "exponent", slope.Exponent, 2, 1e-12)
	synthtest.Near(t, "error", slope.Error, 0, 1e-7)
	if _, ok := FitSlope([]float64{1, 1}, []float64{1, 2}); ok {
		t.Error("a slope of a single x")
	}
}

// Noise with the variance of the component halves the explained share of it.
func TestNoiseAddsItsVariance(t *testing.T) {
	r := reference(t, synthtest.PowerLaw(t, 2000, 3, 1), 0)
	points, err := r.Score(Plan{Change: change(t, "noise=1"), Measures: named(t, "linreg"), Repeats: 20, Seed: 3}, Single(0))
	if err != nil {
		t.Fatal(err)
	}
	p := points[0]
	// R² of x from x + e is 1/2, and its sampling error about 1/√n.
	synthtest.Near(t, "R²", p.Score, 1-p.Explained/2, 4*p.SD/math.Sqrt(20)+2e-3)
	if p.N != 20 || !(p.SD > 0) || !math.IsNaN(p.Theory) {
		t.Errorf("n %d, sd %g, theory %g", p.N, p.SD, p.Theory)
	}
}

// A change of some components does not change means and other components.
func TestApplyChangesNothingElse(t *testing.T) {
	r := reference(t, synthtest.PowerLaw(t, 40, 5, 1), 0)
	for _, text := range []string{"replace", "rotate=50", "remove", "scale=2", "noise=0.5"} {
		y, err := r.Apply(change(t, text), Set{1, 3}, stats.Stream(1, "apply"))
		if err != nil {
			t.Fatal(err)
		}
		yc, xc := y.Matrix(), r.Data().Matrix()
		for i := range r.Len() {
			moved := 0.0
			for j := range 40 {
				d := 0.0
				for k, v := range r.axis.RawRowView(i) {
					d += v * (yc.At(j, k) - xc.At(j, k))
				}
				moved += d * d
			}
			moved = math.Sqrt(moved / r.lambda[i])
			if in := i == 1 || i == 2; in && moved < 0.3 || !in && moved > 1e-12 {
				t.Errorf("%s: component %d moved by %g", text, i+1, moved)
			}
		}
	}
}

// Decompose with keep gives data of that rank with the same means.
func TestKeep(t *testing.T) {
	full := zerosLike(&data.Dataset{Values: make([]float64, 120), Shape: []int{10, 12}})
	rng := stats.Stream(1, "keep")
	for i := range full.Values {
		full.Values[i] = rng.NormFloat64()
	}
	r := reference(t, full, 4)
	if r.Len() != 4 || r.Spare() != 5 {
		t.Errorf("%d components and %d directions to spare, want 4 and 5", r.Len(), r.Spare())
	}
	again := reference(t, r.Data(), 0)
	if again.Len() != 4 {
		t.Errorf("rank %d, want 4", again.Len())
	}
	for i := range 4 {
		synthtest.Near(t, "variance", again.lambda[i], r.lambda[i], 1e-10)
	}
	// Without keep there is no orthogonal direction.
	if _, err := reference(t, full, 0).Apply(change(t, "replace"), Single(0), stats.Stream(1, "x")); err == nil {
		t.Error("a component was replaced where no direction is left")
	}
}
