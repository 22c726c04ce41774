package measures

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data/datatest"
)

// TestFewNeuronsOfOnePopulation: two disjoint samples of 40 neurons of one population have
// the value 1 but for their error, where debiased CKA has .65. The values were published
// with the data.
func TestFewNeuronsOfOnePopulation(t *testing.T) {
	dir := datatest.Shared(t, "names", "cka-neurons")
	p := pairOf(t, readNPY(t, filepath.Join(dir, "cx.npy")), readNPY(t, filepath.Join(dir, "cy.npy")))
	for name, want := range map[string]float64{"cka:estimator=debiased": .653886745488, "cka-neurons": 1.035682329801} {
		if got := valueOf(t, p, name); math.Abs(got-want) > 1e-12 {
			t.Errorf("%s = %.12f, want %.12f", name, got, want)
		}
	}
}

// TestFewNeuronsAreUnbiased draws disjoint neurons of a population with unequal variances
// of signal, each with noise of its own: their CKA grows with the number of neurons, and the
// corrected one has the mean 1.
func TestFewNeuronsAreUnbiased(t *testing.T) {
	const n, signals, draws = 100, 6, 60
	rng := rand.New(rand.NewPCG(18, 3))
	population := func(neurons int) *mat.Dense { return gaussian(rng, signals, neurons) }
	record := func(latent *mat.Dense, neurons int) *mat.Dense {
		out := gaussian(rng, n, neurons)
		var signal mat.Dense
		signal.Mul(latent, population(neurons))
		out.Add(out, &signal)
		return out
	}
	for _, neurons := range []int{10, 30} {
		mean, plain, square := 0.0, 0.0, 0.0
		for range draws {
			latent := gaussian(rng, n, signals)
			x, y := record(latent, neurons), record(latent, neurons)
			v := scoreOf(t, measureOf(t, "cka-neurons"), x, y)
			plain += scoreOf(t, measureOf(t, "cka:estimator=debiased"), x, y) / draws
			mean += v / draws
			square += v * v / draws
		}
		se := math.Sqrt((square - mean*mean) / draws)
		if math.Abs(mean-1) > 3*se+0.02 {
			t.Errorf("%d neurons: mean %.3f ± %.3f, want 1", neurons, mean, se)
		}
		if plain > mean-0.05 {
			t.Errorf("%d neurons: debiased CKA %.3f is no lower than %.3f", neurons, plain, mean)
		}
	}
}

// TestFewNeuronsWithNothingInCommon: principal components share nothing, and one feature
// has none beside it.
func TestFewNeuronsWithNothingInCommon(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 4))
	x := gaussian(rng, 30, 3)
	components := mat.NewDense(8, 3, []float64{
		3, 2, 1,
		3, 2, -1,
		3, -2, 1,
		3, -2, -1,
		-3, 2, 1,
		-3, 2, -1,
		-3, -2, 1,
		-3, -2, -1,
	})
	for why, pair := range map[string][2]*mat.Dense{
		"nothing in common": {components, gaussian(rng, 8, 3)},
		"at least 2":        {x, gaussian(rng, 30, 1)},
	} {
		if got := refused(t, "cka-neurons", pair[0], pair[1]); !strings.Contains(got, why) {
			t.Errorf("%q, want %q", got, why)
		}
	}
}

// TestFewNeuronsWithoutUnits compares estimates without a unit with scores of the rest.
func TestFewNeuronsWithoutUnits(t *testing.T) {
	const n = 14
	rng := rand.New(rand.NewPCG(18, 5))
	x, y := gaussian(rng, n, 5), gaussian(rng, n, 4)
	suit("cka-neurons", x, y)
	m := measureOf(t, "cka-neurons")
	d, err := m.(Estimable).Deletions(pairOf(t, datasetOf(x), datasetOf(y)), BlockUnits(n, n))
	if err != nil {
		t.Fatal(err)
	}
	if want := scoreOf(t, m, x, y); math.Abs(d.All-want) > 1e-10 {
		t.Errorf("of all samples %v, want %v", d.All, want)
	}
	for i, got := range d.One {
		keep := allIntsBut(n, i)
		if want := scoreOf(t, m, rowsOf(x, keep), rowsOf(y, keep)); math.Abs(got-want) > 1e-10 {
			t.Errorf("without sample %d: %v, want %v", i, got, want)
		}
	}
}
