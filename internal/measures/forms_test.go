package measures

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/measures/exacttest"
)

// Each form and its inverse, and its derivatives by central differences.
func TestFormsAreFunctionsOfTheAngle(t *testing.T) {
	const a, b, h = 1.5, 0.7, 1e-5
	for _, f := range forms {
		for _, theta := range []float64{0.01, 0.4, 1.2, 1.5} {
			v, toTheta, toNorm := f.of(theta, a, b)
			if f.back != nil && math.Abs(f.back(v)-theta) > 1e-13/theta {
				t.Errorf("%s at %v: the angle of the value is %v", f.name, theta, f.back(v))
			}
			up, _, _ := f.of(theta+h, a, b)
			down, _, _ := f.of(theta-h, a, b)
			if slope := (up - down) / (2 * h); math.Abs(slope-toTheta) > 1e-5*max(1, math.Abs(slope)) {
				t.Errorf("%s at %v: slope %v, differences say %v", f.name, theta, toTheta, slope)
			}
			up, _, _ = f.of(theta, a, b+h)
			down, _, _ = f.of(theta, a, b-h)
			if slope := (up - down) / (2 * h); math.Abs(slope-toNorm) > 1e-7 {
				t.Errorf("%s at %v: slope by the norm %v, differences say %v", f.name, theta, toNorm, slope)
			}
		}
	}
}

// Near identity the angle of PWCCA comes from what is missing to 1, by 320 bits.
func TestWeightedAngleNearIdentity(t *testing.T) {
	x, _ := contractPair()
	for _, size := range []float64{1e-4, 1e-8, 1e-10} {
		n, p := x.Dims()
		y := gaussian(rand.New(rand.NewPCG(5, 8)), n, p)
		y.Scale(size, y)
		y.Add(y, x)
		want, err := exacttest.Score("pwcca:as=angular", exacttest.Pair{X: exacttest.From(x), Y: exacttest.From(y)})
		if err != nil {
			t.Fatal(err)
		}
		got, exact := scoreOf(t, measureOf(t, "pwcca:as=angular"), x, y), exacttest.Float(want)
		if math.Abs(got-exact) > 1e-15/size*exact {
			t.Errorf("noise of %g: angle %v, want %v", size, got, exact)
		}
	}
}

// A measure in another form has the interfaces that its family has, and no others.
func TestFormsKeepInterfaces(t *testing.T) {
	for _, name := range []string{"cka:as=one-minus", "nbs:as=euclidean", "shape:as=score", "permutation:as=normalised", "svcca:as=angular"} {
		m := measureOf(t, name)
		base := m.(inForm).base
		_, baseMoments := As[FromMoments](base)
		_, moments := As[FromMoments](m)
		_, baseGradient := As[Differentiable](base)
		_, gradient := As[Differentiable](m)
		_, baseTheory := As[Theory](base)
		_, theory := As[Theory](m)
		if moments != baseMoments || gradient != baseGradient || theory != baseTheory {
			t.Errorf("%s: moments %t, gradient %t, theory %t; its family has %t, %t, %t", name, moments, gradient, theory, baseMoments, baseGradient, baseTheory)
		}
	}
}

// The law of cosines of NBS is the Procrustes distance, and −ln has no value where two
// systems are opposite.
func TestFormsAgree(t *testing.T) {
	x, y := contractPair()
	for name, same := range map[string]string{
		"nbs:as=euclidean":              "procrustes:as=euclidean",
		"nbs:as=squared-euclidean":      "procrustes:as=squared",
		"nbs:as=normalised":             "procrustes:as=normalised",
		"procrustes:as=score":           "nbs",
		"procrustes:as=score:cv=5":      "nbs:cv=5",
		"shape:alpha=1:as=score:cv=5":   "nbs:cv=5",
		"svcca:var=1:as=score":          "cca",
		"shape:alpha=1:as=one-minus":    "nbs:as=one-minus",
		"shape:alpha=0:as=angular":      "cca:as=angular",
		"shape:alpha=0:as=angular:cv=5": "cca:as=angular:cv=5",
	} {
		got, want := scoreOf(t, measureOf(t, name), x, y), scoreOf(t, measureOf(t, same), x, y)
		if math.Abs(got-want) > 1e-12*max(1, want) {
			t.Errorf("%s = %.17g, %s = %.17g", name, got, same, want)
		}
	}
	opposite := mat.NewDense(4, 1, []float64{1, 2, 3, 5})
	other := mat.NewDense(4, 1, []float64{2, -1, 4, -5})
	m := measureOf(t, "cka:estimator=debiased:as=negative-log")
	s, err := m.Score(pairOf(t, datasetOf(opposite), datasetOf(other)))
	plain := scoreOf(t, measureOf(t, "cka:estimator=debiased"), opposite, other)
	if (err != nil) != (plain <= 0) {
		t.Errorf("the logarithm of %v is %v (%v)", plain, s.Value, err)
	}
}

// An estimate in a form is that form of what the family reports of the same units.
func TestEstimatesOfForms(t *testing.T) {
	x, y := contractPair()
	p, u := pairOf(t, datasetOf(x), datasetOf(y)), BlockUnits(x.RawMatrix().Rows, 12)
	for name, from := range map[string]struct {
		family string
		form   func(v float64) float64
	}{
		"cka:as=one-minus":                             {"cka", func(v float64) float64 { return 1 - v }},
		"nbs:as=normalised":                            {"nbs", func(v float64) float64 { return math.Sqrt(2 - 2*v) }},
		"rsa:as=angular":                               {"rsa", math.Acos},
		"rsa:compare=spearman:as=one-minus":            {"rsa:compare=spearman", func(v float64) float64 { return 1 - v }},
		"distance-correlation:as=normalised":           {"distance-correlation", func(v float64) float64 { return math.Sqrt(2 - 2*v) }},
		"distance-correlation:squared=true:as=angular": {"distance-correlation:squared=true", math.Acos},
		"mutual-knn:as=one-minus":                      {"mutual-knn", func(v float64) float64 { return 1 - v }},
	} {
		estimate := func(name string) float64 {
			m := measureOf(t, name).(Estimable)
			e, ok := m.Estimator()
			if !ok {
				t.Fatalf("%s: %s", name, e.Reason)
			}
			d, err := m.Deletions(p, u)
			if err != nil {
				t.Fatal(err)
			}
			if e.Report == nil {
				return d.All
			}
			return e.Report(d.All)
		}
		if got, want := estimate(name), from.form(estimate(from.family)); math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: the estimate from all units is %v, want %v", name, got, want)
		}
	}
}
