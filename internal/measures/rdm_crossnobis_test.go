package measures

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// noisyRepeats is 3 repeats of 5 conditions whose patterns are waves, with
// waves of another phase in each repeat for noise.
func noisyRepeats(t *testing.T, n int) (x, y *data.Dataset) {
	t.Helper()
	add := func(a, b *mat.Dense) *mat.Dense {
		b.Scale(0.2, b)
		a.Add(a, b)
		return a
	}
	x = repeats(t, 3, 5, n, func(r int) *mat.Dense {
		return add(wave(5, n, 0.9, 0.7, 0.5), wave(5, n, 1.7+float64(r), 0.3, float64(r)))
	})
	y = repeats(t, 3, 5, n-1, func(r int) *mat.Dense {
		return add(wave(5, n-1, 0.4, 1.1, 0.8), wave(5, n-1, 2.1+float64(r), 0.9, float64(r)/2))
	})
	return x, y
}

// TestCrossnobis compares with the mean over pairs of repeats of δᵀΣ⁻¹δ' in
// NumPy, with Σ from sklearn.covariance.ledoit_wolf(assume_centered=True) of
// the residuals, times n over their degrees of freedom. With 4 neurons the
// shrinkage of x is 1, with 9 it is 0.54.
func TestCrossnobis(t *testing.T) {
	for _, c := range []struct {
		neurons                             int
		noise                               string
		d01, d24                            float64 // conditions 0,1 and 1,4
		cosine, pearson, spearman, cosineOv float64
	}{
		{4, "shrinkage", 177.06717770554587, 354.62782015346846, 0.7104557487002342, -0.11187765483785223, -0.32121212121212117, 0.33742373818854926},
		{4, "diagonal", 183.40952228412746, 362.91721801458647, 0.7254853194579912, -0.12959850747699714, -0.33333333333333326, 0.33642051950036406},
		{4, "none", 6.772293850971703, 13.563461263287598, 0.7138747821679412, -0.11501205154787392, -0.3696969696969697, 0.3613973919214819},
		{9, "shrinkage", 299.91823133044085, 546.0975818811476, 0.8232704368210267, -0.29953881575976543, -0.24848484848484845, 0.49417984577682633},
		{9, "diagonal", 508.68053431609434, 762.4262815886864, 0.8265101786595628, -0.13696451198922305, -0.32121212121212117, 0.46763898473486615},
		{9, "none", 19.310106969147697, 27.276624175710168, 0.8182164061105381, -0.12845283137054334, -0.22424242424242422, 0.51218231998448},
	} {
		x, y := noisyRepeats(t, c.neurons)
		pair := pairOf(t, x, y)
		spec := "crossnobis:noise=" + c.noise
		d, err := RDM(pair.X, spec)
		if err != nil {
			t.Fatal(err)
		}
		// pdist's entry 6 of 5 conditions is the pair (1,4).
		if !near(d.At(0, 1), c.d01, 1e-11) || !near(d.At(1, 4), c.d24, 1e-11) {
			t.Errorf("%d neurons, %s: D[0,1] = %.15g, D[1,4] = %.15g, want %.15g and %.15g", c.neurons, c.noise, d.At(0, 1), d.At(1, 4), c.d01, c.d24)
		}
		for compare, want := range map[string]float64{"cosine": c.cosine, "pearson": c.pearson, "spearman": c.spearman, "cosine-cov": c.cosineOv} {
			checkScore(t, pair, "rsa:rdm="+spec+":compare="+compare, want, 1e-10)
		}
	}
}

// TestCrossnobisIsUnbiased averages over 400 recordings of pure noise: the
// expectation of every distance is 0 where the squared distance of the mean
// patterns would be 2p/R. The bound is five standard errors.
func TestCrossnobisIsUnbiased(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const times, reps, conditions, neurons = 400, 4, 5, 6
	var values []float64
	for range times {
		d := repeats(t, reps, conditions, neurons, func(int) *mat.Dense { return gaussian(rng, conditions, neurons) })
		one, err := crossnobisTriangle(systemOf(t, d), noiseNone)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, one[0])
	}
	mean := sum(values) / times
	variance := 0.0
	for _, v := range values {
		variance += (v - mean) * (v - mean) / (times - 1)
	}
	if bound := 5 * math.Sqrt(variance/times); math.Abs(mean) > bound || bound > neurons/2.0/reps {
		t.Errorf("the mean crossnobis distance of noise is %g, want 0 ± %g", mean, bound)
	}
}

func TestCrossnobisUndefined(t *testing.T) {
	same := func(int) *mat.Dense { return wave(5, 4, 0.9, 0.7, 0.5) }
	rng := rand.New(rand.NewPCG(5, 6))
	noise := func(c, n int) func(int) *mat.Dense { return func(int) *mat.Dense { return gaussian(rng, c, n) } }
	oneQuiet := func(r int) *mat.Dense {
		m := wave(5, 4, 0.9+float64(r), 0.7, 0.5)
		m.SetCol(2, []float64{1, 2, 3, 4, 5})
		return m
	}
	for _, c := range []struct {
		spec, want string
		x, y       *data.Dataset
	}{
		{"shrinkage", "repeats are all the same", repeats(t, 3, 5, 4, same), repeats(t, 3, 5, 4, same)},
		{"diagonal", "neuron 2 is the same in all repeats", repeats(t, 3, 5, 4, oneQuiet), repeats(t, 3, 5, 4, noise(5, 4))},
		{"none", "2 conditions", repeats(t, 3, 2, 4, noise(2, 4)), repeats(t, 3, 2, 4, noise(2, 4))},
		{"none", "has 2 repeats", repeats(t, 3, 4, 4, noise(4, 4)), repeats(t, 2, 6, 4, noise(6, 4))},
		{"none", "has no repeats", datasetOf(gaussian(rng, 12, 3)), datasetOf(gaussian(rng, 12, 3))},
	} {
		m, err := Parse("rsa:rdm=crossnobis:noise=" + c.spec)
		if err != nil {
			t.Fatal(err)
		}
		_, err = m.Score(pairOf(t, c.x, c.y))
		if _, ok := errors.AsType[*UndefinedError](err); !ok || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an UndefinedError with %q", c.spec, err, c.want)
		}
	}
}

// TestSilentNeuronsDoNotCount adds a neuron that never fires.
func TestSilentNeuronsDoNotCount(t *testing.T) {
	x, y := noisyRepeats(t, 4)
	wide := repeats(t, 3, 5, 5, func(r int) *mat.Dense {
		m := mat.NewDense(5, 5, nil)
		for c := range 5 {
			copy(m.RawRowView(c), x.Values[(r*5+c)*4:][:4])
		}
		return m
	})
	for _, noise := range []string{noiseDiagonal, noiseNone} {
		name := fmt.Sprintf("rsa:rdm=crossnobis:noise=%s:compare=pearson", noise)
		checkScore(t, pairOf(t, wide, y), name, scoreNamed(t, pairOf(t, x, y), name), 1e-12)
	}
}

// TestCrossnobisInvariances is what the contract test checks for the other
// kinds of RDM.
func TestCrossnobisInvariances(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	x, y := gaussian(rng, 24, 5), gaussian(rng, 24, 5)
	y.Add(x, y)
	twice := func(m *mat.Dense) *data.Dataset {
		return repeats(t, 2, 12, 5, func(r int) *mat.Dense {
			return mat.DenseCopyOf(m.Slice(12*r, 12*r+12, 0, 5))
		})
	}
	for _, noise := range noiseParam.Choices {
		if noise == noisePoisson {
			continue // wants rates: see TestPoissonInvariances
		}
		for _, compare := range compareParam.Choices {
			name := "rsa:rdm=crossnobis:compare=" + compare + ":noise=" + noise
			m, err := Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			card := m.Card()
			before := scoreNamed(t, pairOf(t, twice(x), twice(y)), name)
			checkRange(t, card, before)
			for bit, moved := range transformations(rng, y) {
				after := scoreNamed(t, pairOf(t, twice(x), twice(moved)), name)
				if change, claimed := math.Abs(after-before), card.Y.Has(bit); claimed && change > 1e-11 || !claimed && change < 1e-6 {
					t.Errorf("%s: %s changes the score by %.2g, the card claims %s", name, bit, change, card.Y)
				}
				if mirrored := scoreNamed(t, pairOf(t, twice(moved), twice(x)), name); !near(mirrored, after, 1e-13) {
					t.Errorf("%s is %.15g but %.15g with the systems exchanged", name, after, mirrored)
				}
			}
		}
	}
}

// crossnobisTriangle returns the distances of the conditions i < j.
func crossnobisTriangle(s *System, noise string) ([]float64, error) {
	b, err := crossnobisBands(s, noise)
	if err != nil {
		return nil, err
	}
	return b.triangle(nil), nil
}
