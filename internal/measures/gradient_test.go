package measures

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// TestGradients holds every differentiable measure, in every variant, to
// fourth-order central differences of its own Score along random directions.
func TestGradients(t *testing.T) {
	for _, f := range families {
		for _, name := range variants(f) {
			x, y := contractPair()
			n, q := y.Dims()
			m, err := Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			if !m.Card().Differentiable {
				continue
			}
			t.Run(name, func(t *testing.T) {
				if reason := needsOtherData(name); reason != "" {
					t.Skip(reason)
				}
				d, ok := AsDifferentiable(m)
				if !ok {
					t.Fatal("the card says differentiable, but there is no gradient")
				}
				shapes := map[string]*mat.Dense{"as it is": y, "one feature": mat.DenseCopyOf(y.Slice(0, n, 0, 1))}
				wide := gaussian(rand.New(rand.NewPCG(5, 6)), n, 9)
				wide.Slice(0, n, 0, q).(*mat.Dense).Copy(y)
				shapes["wider"] = wide
				suit(name, x, y, wide, shapes["one feature"])
				if strings.HasPrefix(name, "cka-neurons") || strings.Contains(name, "rdm=co") || strings.HasPrefix(name, "concentricity") {
					// Directions of one feature are nothing but signs.
					delete(shapes, "one feature")
				}
				for shape, y := range shapes {
					checkGradient(t, d, shape, x, y)
				}
				checkGradientAlongInvariance(t, d, x, y)
				checkGradientAtIdentity(t, d, x)
				checkFlip(t, d, x, y)
			})
		}
	}
}

// directional returns the derivative of the score along v by fourth-order
// central differences.
func directional(t *testing.T, m Measure, x, y, v *mat.Dense, step float64) float64 {
	t.Helper()
	at := func(c float64) float64 {
		var moved mat.Dense
		moved.Scale(c*step, v)
		moved.Add(y, &moved)
		return scoreOf(t, m, x, &moved)
	}
	return (at(-2) - 8*at(-1) + 8*at(1) - at(2)) / (12 * step)
}

func checkGradient(t *testing.T, d Differentiable, shape string, x, y *mat.Dense) {
	t.Helper()
	n, q := y.Dims()
	o, err := d.Bind(systemOf(t, datasetOf(x)), q)
	if err != nil {
		t.Fatal(err)
	}
	g, before := mat.NewDense(n, q, nil), mat.DenseCopyOf(y)
	value, err := o.Gradient(g, y)
	if err != nil {
		t.Fatalf("%s: %v", shape, err)
	}
	if !mat.Equal(before, y) {
		t.Errorf("%s: the data were changed", shape)
	}
	if want := scoreOf(t, d, x, y); math.Abs(value-want) > 1e-9*max(1, math.Abs(want)) {
		t.Errorf("%s: value %v, but the score is %v", shape, value, want)
	}
	rng := rand.New(rand.NewPCG(1, 9))
	size := linalg.Norm(g)
	// Steps must be too short for other distances to become the median, and for
	// features to change places.
	step := 1e-5
	if name := d.Card().Name; strings.Contains(name, "kernel=") || strings.HasPrefix(name, "kernel-ridge") || strings.Contains(name, "rdm=gaussian") || strings.Contains(name, "rdm=manhattan") {
		step = 1e-6
	}
	for range 4 {
		v := gaussian(rng, n, q)
		want := directional(t, d, x, y, v, step*linalg.Norm(y)/linalg.Norm(v))
		got := linalg.Dot(g, v)
		if gap := math.Abs(got - want); gap > 1e-6*size*linalg.Norm(v)/math.Sqrt(float64(n*q)) {
			t.Errorf("%s: derivative %.10g along a direction, differences give %.10g (off by %.1e of the gradient)", shape, got, want, gap/size)
		}
	}
	// A second call works from the same state.
	if again, err := o.Gradient(mat.NewDense(n, q, nil), y); err != nil || again != value {
		t.Errorf("%s: a second call gives %v (%v), the first %v", shape, again, err, value)
	}
}

// checkGradientAlongInvariance: what does not change the score has no slope.
func checkGradientAlongInvariance(t *testing.T, d Differentiable, x, y *mat.Dense) {
	t.Helper()
	n, q := y.Dims()
	o, err := d.Bind(systemOf(t, datasetOf(x)), q)
	if err != nil {
		t.Fatal(err)
	}
	g := mat.NewDense(n, q, nil)
	if _, err := o.Gradient(g, y); err != nil {
		t.Fatal(err)
	}
	m := gaussian(rand.New(rand.NewPCG(8, 8)), q, q)
	skew := mat.NewDense(q, q, nil)
	skew.Sub(m, m.T())
	var turned, mapped mat.Dense
	turned.Mul(y, skew)
	mapped.Mul(y, m)
	shift := mat.NewDense(n, q, nil)
	for i := range n {
		for j := range q {
			shift.Set(i, j, float64(j)-1.5)
		}
	}
	for kind, v := range map[Invariance]*mat.Dense{Orthogonal: &turned, Linear: &mapped, Scaling: y, Translation: shift} {
		if !d.Card().Y.Has(kind) {
			continue
		}
		if slope := math.Abs(linalg.Dot(g, v)) / (linalg.Norm(g) * linalg.Norm(v)); slope > 1e-9 {
			t.Errorf("invariant to %s, but the gradient has a share of %.1e along it", kind, slope)
		}
	}
}

// checkGradientAtIdentity: at the best possible score nothing improves.
func checkGradientAtIdentity(t *testing.T, d Differentiable, x *mat.Dense) {
	t.Helper()
	card := d.Card()
	if math.IsNaN(card.Identity) {
		return
	}
	n, p := x.Dims()
	o, err := d.Bind(systemOf(t, datasetOf(x)), p)
	if err != nil {
		t.Fatal(err)
	}
	g := mat.NewDense(n, p, nil)
	value, err := o.Gradient(g, x)
	if err != nil {
		t.Fatal(err)
	}
	// Distances are in the units of the data, and near 0 the objective has half
	// the digits of the score.
	if math.Abs(value-card.Identity) > 1e-7*max(1, linalg.Norm(x)) {
		t.Errorf("identical systems: value %v, want %v", value, card.Identity)
	}
	if !(linalg.Norm(g) < 1e-7) {
		t.Errorf("identical systems: gradient of norm %v, want 0", linalg.Norm(g))
	}
}

func checkFlip(t *testing.T, d Differentiable, x, y *mat.Dense) {
	t.Helper()
	there, back := scoreOf(t, d, x, y), scoreOf(t, d.Flip(), y, x)
	if math.Abs(there-back) > 1e-9*max(1, math.Abs(there)) {
		t.Errorf("flipped measure of flipped systems: %v, want %v", back, there)
	}
}

// TestGradientsOfRankDeficientModels: a direction that stays in the span of a
// rank-deficient Y has the slope that differences give.
func TestGradientsOfRankDeficientModels(t *testing.T) {
	x, y := contractPair()
	n, q := y.Dims()
	rng := rand.New(rand.NewPCG(2, 3))
	low := mat.NewDense(n, q, nil)
	low.Mul(gaussian(rng, n, 2), gaussian(rng, 2, q))
	for _, name := range []string{
		"cka", "nbs", "procrustes", "procrustes:as=squared", "cca", "cca:stat=mean-squared", "linreg", "linreg:cv=4", "ridge:cv=4", "ensd", "cka:estimator=debiased",
		"shape", "shape:as=euclidean", "shape:alpha=0", "svcca", "svcca:dim=1", "svcca:var=1", "pwcca", "pwcca:weights=y", "pls-sv", "gulp", "gulp:lambda=0.5", "eigenspace-overlap", "eigenspace-overlap:center=true",
	} {
		m, _ := Parse(name)
		d, ok := AsDifferentiable(m)
		if !ok {
			t.Fatalf("%s has no gradient", name)
		}
		o, err := d.Bind(systemOf(t, datasetOf(x)), q)
		if err != nil {
			t.Fatal(err)
		}
		g := mat.NewDense(n, q, nil)
		if _, err := o.Gradient(g, low); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		// (I + hU)·Y keeps the rank for every step h.
		var v mat.Dense
		v.Mul(gaussian(rng, n, n), low)
		want := directional(t, m, x, low, &v, 1e-5*linalg.Norm(low)/linalg.Norm(&v))
		if got := linalg.Dot(g, &v); math.Abs(got-want) > 1e-6*linalg.Norm(g)*linalg.Norm(&v) {
			t.Errorf("%s: slope %v, differences give %v", name, got, want)
		}
	}
}
