package measures

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// checkSlope holds the gradient of a measure at y to fourth-order differences
// of its score along v.
func checkSlope(t *testing.T, name string, x, y, v *mat.Dense, step float64) {
	t.Helper()
	m, err := Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	d, ok := AsDifferentiable(m)
	if !ok {
		t.Fatalf("%s has no gradient", name)
	}
	n, q := y.Dims()
	o, err := d.Bind(systemOf(t, datasetOf(x)), q)
	if err != nil {
		t.Fatal(err)
	}
	g := mat.NewDense(n, q, nil)
	value, err := o.Gradient(g, y)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if want := scoreOf(t, m, x, y); math.Abs(value-want) > 1e-9*max(1, math.Abs(want)) {
		t.Errorf("%s: value %v, but the score is %v", name, value, want)
	}
	want := directional(t, m, x, y, v, step*linalg.Norm(y)/linalg.Norm(v))
	got := linalg.Dot(g, v)
	if !(math.Abs(got-want) <= 1e-6*linalg.Norm(g)*linalg.Norm(v)/math.Sqrt(float64(n*q))) {
		t.Errorf("%s: slope %.10g, differences give %.10g, norm of the gradient %.3g", name, got, want, linalg.Norm(g))
	}
}

// withSpectrum returns a centred matrix with these singular values.
func withSpectrum(rng *rand.Rand, n int, s ...float64) *mat.Dense {
	u := gaussian(rng, n, len(s))
	u, _ = linalg.Center(u)
	q, _ := linalg.QR(u)
	v, _ := linalg.QR(gaussian(rng, len(s), len(s)))
	scaleColumns(q, s)
	var out mat.Dense
	out.Mul(q, v.T())
	return &out
}

// TestSpectralGradients: what acts on the singular values of the model has the
// slope that differences give, whatever these are.
func TestSpectralGradients(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 4))
	const n = 30
	x := gaussian(rng, n, 4)
	spectral := []string{
		"shape", "shape:alpha=0.9:as=euclidean", "shape:alpha=0", "shape:alpha=0:as=euclidean",
		"svcca:var=1", "svcca:dim=2", "svcca:dim=2:stat=mean-squared", "gulp", "gulp:lambda=0.1", "gulp:lambda=0.1:squared=false",
	}
	for _, c := range []struct {
		spectrum string
		measures []string
		y        *mat.Dense
		step     float64
	}{
		{"two pairs of equal values", spectral, withSpectrum(rng, n, 3, 3, 2, 2), 1e-4},
		{"three equal values", []string{"shape", "shape:alpha=0.9:as=euclidean", "svcca:var=1", "gulp:lambda=0.1"}, withSpectrum(rng, n, 2, 2, 2), 1e-4},
		{"nearly equal values", []string{"shape", "shape:alpha=0.3:as=euclidean", "svcca:var=1", "gulp:lambda=0.1"}, withSpectrum(rng, n, 2+1e-9, 2, 1, 1-1e-12), 1e-4},
		{
			"more features than samples",
			[]string{"shape", "shape:alpha=0.9:as=euclidean", "svcca:dim=2", "svcca", "gulp:lambda=0.1", "gulp:lambda=0.1:squared=false", "pls-sv"},
			gaussian(rng, n, 40), 1e-5,
		},
		// The spectrum from the samples, for want of digits in the Gram matrix.
		{"components of small variance", []string{"svcca:dim=2", "gulp:lambda=0.1", "shape:alpha=0.9"}, withSpectrum(rng, n, 3, 2, 1e-4), 1e-6},
		// Eigenvalues above and on both sides of what they are raised to: 1e-7, or 1e-7 of
		// the first where that is below 1.
		{"small units", []string{"shape", "shape:as=euclidean", "shape:alpha=0:as=euclidean"}, withSpectrum(rng, n, 2e-4, 1e-4, 1.9e-4), 1e-4},
		{"some raised", []string{"shape", "shape:as=euclidean", "shape:alpha=0:as=euclidean", "shape:alpha=0.9"}, withSpectrum(rng, n, 2, 4e-4, 3.5e-4, 2e-4, 2e-4), 1e-6},
		{"some raised in small units", []string{"shape", "shape:as=euclidean", "shape:alpha=0:as=euclidean", "shape:alpha=0.9"}, withSpectrum(rng, n, 2e-4, 1e-4, 5e-8, 4e-8, 4e-8), 1e-6},
	} {
		t.Run(c.spectrum, func(t *testing.T) {
			rows, q := c.y.Dims()
			for _, name := range c.measures {
				for range 3 {
					checkSlope(t, name, x, c.y, gaussian(rng, rows, q), c.step)
				}
			}
		})
	}
}

// TestGradientsOfSaturatedModels: a model that spans all of the samples scores
// the same whatever it is.
func TestGradientsOfSaturatedModels(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 30))
	const n, q = 12, 15
	x, y := gaussian(rng, n, 4), gaussian(rng, n, q)
	for _, name := range []string{"cca", "shape:alpha=0", "svcca:var=1", "pwcca", "pwcca:weights=y", "gulp", "eigenspace-overlap", "eigenspace-overlap:center=true"} {
		d, _ := AsDifferentiable(measureOf(t, name))
		o, err := d.Bind(systemOf(t, datasetOf(x)), q)
		if err != nil {
			t.Fatal(err)
		}
		g := mat.NewDense(n, q, nil)
		value, err := o.Gradient(g, y)
		if want := scoreOf(t, d, x, y); err != nil || math.Abs(value-want) > 1e-12 {
			t.Errorf("%s = %v (%v), want %v", name, value, err, want)
		}
		if size := linalg.Norm(g); !(size < 1e-10) {
			t.Errorf("%s: gradient of norm %v, want 0", name, size)
		}
	}
}

// TestPolarDerivative holds the adjoint of the polar factor, of full and of
// lower rank, to differences along changes that keep the rank.
func TestPolarDerivative(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 77))
	for _, shape := range [][3]int{{5, 5, 5}, {6, 4, 4}, {4, 6, 4}, {6, 5, 3}} {
		m, n, r := shape[0], shape[1], shape[2]
		left, right := gaussian(rng, m, r), gaussian(rng, r, n)
		dl, dr, gamma := gaussian(rng, m, r), gaussian(rng, r, n), gaussian(rng, m, n)
		at := func(h float64) *mat.Dense {
			var a, b, c mat.Dense
			a.Scale(h, dl)
			a.Add(left, &a)
			b.Scale(h, dr)
			b.Add(right, &b)
			c.Mul(&a, &b)
			return &c
		}
		along := func(h float64) float64 {
			p, _, err := linalg.Polar(at(h))
			if err != nil {
				t.Fatal(err)
			}
			return linalg.Dot(p, gamma)
		}
		u, s, v, err := linalg.SVD(at(0))
		if err != nil {
			t.Fatal(err)
		}
		d, polar := polarDerivative(u, s, v, 0)
		if p, _, _ := linalg.Polar(at(0)); !mat.EqualApprox(p, polar, 1e-12) {
			t.Errorf("%v: another polar factor", shape)
		}
		g := mat.NewDense(m, n, nil)
		d.adjoint(g, gamma)
		const h = 1e-3
		want := (along(-2*h) - 8*along(-h) + 8*along(h) - along(2*h)) / (12 * h)
		var v1, v2 mat.Dense
		v1.Mul(dl, right)
		v2.Mul(left, dr)
		v1.Add(&v1, &v2)
		if got := linalg.Dot(g, &v1); math.Abs(got-want) > 1e-7*linalg.Norm(g)*linalg.Norm(&v1) {
			t.Errorf("%v: slope %v, differences give %v", shape, got, want)
		}
	}
}
