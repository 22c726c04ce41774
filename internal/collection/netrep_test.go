package collection

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/measures"
)

// netrepSystems are five systems of 14 samples and 3 features, of which netrep's numbers
// below are: sin(.7(i+1)(j+1)) + ½cos(.9(k+1)(i+1) + j) for sample i and feature j of
// system k.
func netrepSystems() []*mat.Dense {
	const n, p, count = 14, 3, 5
	var out []*mat.Dense
	for k := range count {
		x := mat.NewDense(n, p, nil)
		x.Apply(func(i, j int, _ float64) float64 {
			a, b := float64(i+1), float64(j)
			return math.Sin(a*(b+1)*0.7) + 0.5*math.Cos(float64(k+1)*a*0.9+b)
		}, x)
		out = append(out, x)
	}
	return out
}

// Distances of all pairs by netrep's LinearMetric (alpha, score_method="angular"), through
// its pairwise_distances, at commit 0186b8a with NumPy's SVD in double precision.
func TestPairwiseDistancesOfNetrep(t *testing.T) {
	for name, want := range map[string][]float64{
		"procrustes":      {0.648279466668339, 0.65066802349235, 0.64703764054666, 0.686410792325719, 0.623394739655968, 0.62299561817483, 0.666717180562809, 0.64432608445782, 0.652991579647589, 0.648996295703896},
		"shape:alpha=0.5": {0.646094013324352, 0.644807357753439, 0.641417496842647, 0.681439880919475, 0.615795574584381, 0.616177612330291, 0.653535499076299, 0.641757549713606, 0.649289035328316, 0.644398387153746},
	} {
		m, err := measures.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		var systems []*measures.System
		for _, x := range netrepSystems() {
			n, p := x.Dims()
			d, err := data.New(x.RawMatrix().Data, n, p)
			if err != nil {
				t.Fatal(err)
			}
			s, err := measures.NewSystem(d)
			if err != nil {
				t.Fatal(err)
			}
			systems = append(systems, s)
		}
		at := 0
		for i := range systems {
			for j := i + 1; j < len(systems); j++ {
				pair, err := measures.NewPair(systems[i], systems[j])
				if err != nil {
					t.Fatal(err)
				}
				score, err := m.Score(pair)
				if err != nil || math.Abs(score.Value-want[at]) > 1e-12 {
					t.Errorf("%s of %d and %d: %.15g, %v, want %.15g", name, i, j, score.Value, err, want[at])
				}
				at++
			}
		}
	}
}

// The objective of netrep's frechet_mean (group="orth", method="full_batch", tol=1e-15 from
// the first system on, of centred systems, as they are and scaled to norm 1), its share of
// each system, and the squared norm of the mean. Its streaming method ends at
// 20.5154559870, a little above.
func TestFrechetMeanOfNetrep(t *testing.T) {
	for _, c := range []struct {
		unit            bool
		objective, norm float64
		residuals       []float64
	}{
		{false, 20.5154559849805, 20.9018159092006, []float64{3.97515501728, 4.10093299318, 4.11381022778, 4.15838677136, 4.16717097538}},
		{true, 0.814309511103687, 0.837138097779263, []float64{0.171525111597, 0.154410911712, 0.156641447548, 0.154695264383, 0.177036775864}},
	} {
		m, err := Procrustes(netrepSystems(), 0, c.unit)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Objective(); math.Abs(got-c.objective) > 1e-9*c.objective {
			t.Errorf("unit norm %v: objective %.12g, want %.12g", c.unit, got, c.objective)
		}
		if got := linalg.Dot(m.Mean, m.Mean); math.Abs(got-c.norm) > 1e-5 {
			t.Errorf("unit norm %v: the mean's squared norm is %.12g, want %.12g", c.unit, got, c.norm)
		}
		for k, want := range c.residuals {
			if math.Abs(m.Residuals[k]-want) > 1e-5 {
				t.Errorf("unit norm %v: residual of %d %.12g, want %.12g", c.unit, k, m.Residuals[k], want)
			}
		}
	}
}
