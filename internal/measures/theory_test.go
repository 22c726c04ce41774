package measures

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// TestTheoriesAgreeWithConstruction: what a measure says that components are worth
// is its score for data in which these were changed, in every variant that says so.
// The data are a recording, with fewer components than samples, and wide data that
// were reduced to a few components; the components change one at a time and all at
// once, by amounts of either sign.
func TestTheoriesAgreeWithConstruction(t *testing.T) {
	recording := readNPY(t, filepath.Join("..", "..", "testdata", "recording.npy")).Matrix()
	wide := mat.NewDense(40, 60, nil)
	rng := rand.New(rand.NewPCG(4, 7))
	wide.Mul(gaussian(rng, 40, 9), gaussian(rng, 9, 60))
	for name, x := range map[string]*mat.Dense{"recording": recording, "wide": wide} {
		c := componentsOf(t, x)
		r := len(c.sigma)
		for change, set := range map[string]func(p *AlignedPair, i int){
			"replaced": func(p *AlignedPair, i int) { p.Cosine[i], p.Sine[i] = 0, 1 },
			"removed":  func(p *AlignedPair, i int) { p.Amplitude[i] = 0 },
			"rotated":  func(p *AlignedPair, i int) { p.Sine[i], p.Cosine[i] = math.Sincos(0.5) },
			"reversed": func(p *AlignedPair, i int) { p.Amplitude[i] = -3 },
		} {
			for _, i := range []int{0, r / 2, r - 1} {
				p := c.unchanged()
				set(&p, i)
				checkTheories(t, name+", one component "+change, c, p)
			}
		}
		mixed := c.unchanged()
		for i := range r {
			mixed.Amplitude[i] = rng.NormFloat64()
			mixed.Sine[i], mixed.Cosine[i] = math.Sincos(2 * math.Pi * rng.Float64())
		}
		mixed.Amplitude[r/3] = 0
		checkTheories(t, name+", all components changed", c, mixed)
	}
}

// checkTheories compares the theories of all variants for an aligned pair with
// their scores for its data.
func checkTheories(t *testing.T, what string, c components, p AlignedPair) {
	t.Helper()
	pair := pairOf(t, datasetOf(c.x), datasetOf(c.construct(p)))
	held := 0
	for _, f := range families {
		for _, name := range variants(f) {
			m, err := Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			want, ok := ComponentScore(m, p)
			if !ok {
				continue
			}
			held++
			got, err := m.Score(pair)
			if err != nil {
				t.Errorf("%s: %s: the theory says %v, but: %v", what, name, want, err)
				continue
			}
			// Distances in the units of the data are as large as these.
			if math.Abs(got.Value-want) > 1e-10*max(1, math.Abs(want)) {
				t.Errorf("%s: %s = %.15g, but the theory says %.15g", what, name, got.Value, want)
			}
		}
	}
	if held == 0 {
		t.Errorf("%s: no measure has a theory", what)
	}
}

// components are the principal components of x.
type components struct {
	x     *mat.Dense
	u, v  *mat.Dense
	sigma []float64
}

func componentsOf(t *testing.T, x *mat.Dense) components {
	t.Helper()
	n, p := x.Dims()
	centred, _ := linalg.Center(x)
	u, s, v, err := linalg.SVD(centred)
	if err != nil {
		t.Fatal(err)
	}
	r := linalg.Rank(s, n, p)
	if 2*r > n-1 {
		t.Fatalf("%d components of %d samples leave no directions to move to", r, n)
	}
	return components{x, u.Slice(0, n, 0, r).(*mat.Dense), v.Slice(0, p, 0, r).(*mat.Dense), s[:r]}
}

// unchanged returns the pair (X,X).
func (c components) unchanged() AlignedPair {
	r := len(c.sigma)
	return AlignedPair{squares(c.sigma), constant(r, 1), constant(r, 1), make([]float64, r)}
}

// construct returns the data Y of an aligned pair, with other means than those of X.
func (c components) construct(p AlignedPair) *mat.Dense {
	n, r := c.u.Dims()
	// Directions of samples that are orthogonal to all of U and to the constant.
	rng := rand.New(rand.NewPCG(1, 2))
	beside := mat.NewDense(n, 1+2*r, nil)
	for i := range n {
		beside.Set(i, 0, 1)
	}
	beside.Slice(0, n, 1, 1+r).(*mat.Dense).Copy(c.u)
	beside.Slice(0, n, 1+r, 1+2*r).(*mat.Dense).Copy(gaussian(rng, n, r))
	q, _ := linalg.QR(beside)
	w := q.Slice(0, n, 1+r, 1+2*r)
	courses := mat.NewDense(n, r, nil)
	courses.Apply(func(i, j int, u float64) float64 {
		return c.sigma[j] * p.Amplitude[j] * (u*p.Cosine[j] + w.At(i, j)*p.Sine[j])
	}, c.u)
	var y mat.Dense
	y.Mul(courses, c.v.T())
	y.Apply(func(_, j int, v float64) float64 { return v + float64(j) }, &y)
	return &y
}
