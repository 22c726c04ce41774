package measures

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// counts are R×C×N counts by a formula.
func counts(t *testing.T, repeats, conditions, neurons, a, b int) *data.Dataset {
	t.Helper()
	d, err := data.New(make([]float64, repeats*conditions*neurons), repeats, conditions, neurons)
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for r := range repeats {
		for c := range conditions {
			for k := range neurons {
				d.Values[at] = float64((r*7 + c*c*a + k*b + c*k*3 + (r*c*k)%4) % 11)
				at++
			}
		}
	}
	return d
}

// TestCrossValidatedPoisson compares with sums over pairs of repeats in NumPy and with
// scipy.stats.
func TestCrossValidatedPoisson(t *testing.T) {
	p := pairOf(t, counts(t, 3, 5, 4, 5, 2), counts(t, 3, 5, 6, 3, 7))
	d, err := RDM(p.X, "crossnobis:noise=poisson")
	if err != nil {
		t.Fatal(err)
	}
	if !near(d.At(0, 1), -6.824293565799365, 1e-13) || !near(d.At(1, 4), -6.860549528003685, 1e-13) {
		t.Errorf("D[0,1] = %.16g, D[1,4] = %.16g", d.At(0, 1), d.At(1, 4))
	}
	for compare, want := range map[string]float64{"cosine": 0.6316533656452659, "pearson": 0.03778837146945155, "spearman": -0.12727272727272726} {
		checkScore(t, p, "rsa:rdm=crossnobis:noise=poisson:compare="+compare, want, 1e-13)
	}
}

// TestPoissonIsUnbiased: of counts of equal rates the cross-validated divergences are 0 on
// average, and the plain ones are not.
func TestPoissonIsUnbiased(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 6))
	const times, repeats, conditions, neurons, rate = 200, 3, 4, 8, 5.0
	count := func() float64 {
		n, left := 0.0, rng.ExpFloat64()
		for left < rate {
			n++
			left += rng.ExpFloat64()
		}
		return n
	}
	var values []float64
	plain := 0.0
	for range times {
		d, err := data.New(make([]float64, repeats*conditions*neurons), repeats, conditions, neurons)
		if err != nil {
			t.Fatal(err)
		}
		for i := range d.Values {
			d.Values[i] = count()
		}
		s := systemOf(t, d)
		one, err := crossnobisTriangle(s, noisePoisson)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, sum(one)/float64(len(one)))
		whole, err := dissimilarity{kind: rdmPoisson}.condensed(s)
		if err != nil {
			t.Fatal(err)
		}
		plain += sum(whole) / float64(len(whole)) / times
	}
	mean := sum(values) / times
	variance := 0.0
	for _, v := range values {
		variance += (v - mean) * (v - mean) / (times - 1)
	}
	if se := math.Sqrt(variance / times); math.Abs(mean) > 5*se || plain < 10*se {
		t.Errorf("cross-validated %.3f ± %.3f, plain %.3f", mean, se, plain)
	}
}

// TestPoissonInvariances is what the contract test checks for the other kinds of RDM: only
// the order of the neurons does not matter.
func TestPoissonInvariances(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 7))
	x, y := gaussian(rng, 24, 5), gaussian(rng, 24, 5)
	y.Add(x, y)
	suit(rdmPoisson, x, y)
	scaled, shifted, shuffled := mat.DenseCopyOf(y), mat.DenseCopyOf(y), mat.DenseCopyOf(y)
	scaled.Scale(3, y)
	shifted.Apply(func(_, j int, v float64) float64 { return v + float64(j) }, y)
	for k, j := range rng.Perm(5) {
		shuffled.SetCol(k, mat.Col(nil, j, y))
	}
	for _, rdm := range []string{"poisson", "crossnobis:noise=poisson"} {
		for _, compare := range compareParam.Choices {
			name := "rsa:rdm=" + rdm + ":compare=" + compare
			m := measureOf(t, name)
			asData := func(m *mat.Dense) *data.Dataset {
				d := datasetOf(m)
				if strings.HasPrefix(rdm, rdmCrossnobis) {
					d.Shape = []int{2, 12, 5}
				}
				return d
			}
			score := func(x, y *mat.Dense) float64 { return scoreNamed(t, pairOf(t, asData(x), asData(y)), name) }
			base := score(x, y)
			checkRange(t, m.Card(), base)
			if m.Card().Y != Permutation {
				t.Errorf("%s claims %s", name, m.Card().Y)
			}
			if v := score(x, shuffled); math.Abs(v-base) > 1e-12 {
				t.Errorf("%s: %v in another order of neurons, %v before", name, v, base)
			}
			if v := score(y, x); math.Abs(v-base) > 1e-12 {
				t.Errorf("%s: %v with the systems exchanged, %v before", name, v, base)
			}
			for how, moved := range map[string]*mat.Dense{"scaled": scaled, "shifted": shifted} {
				if v := score(x, moved); math.Abs(v-base) < 1e-6 {
					t.Errorf("%s: %s data have the same score", name, how)
				}
			}
		}
	}
}

// TestPoissonWantsRates: below 0 there are none.
func TestPoissonWantsRates(t *testing.T) {
	x, y := contractPair()
	if why := refused(t, "rsa:rdm=poisson", x, y); !strings.Contains(why, "want none below 0") {
		t.Errorf("%q", why)
	}
}
