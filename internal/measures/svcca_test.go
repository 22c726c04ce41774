package measures

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestSVCCAOracles(t *testing.T) {
	// Principal components by eigh, canonical correlations by Cholesky
	// whitening and svd.
	checkOracles(t, tallPair(t), map[string]float64{
		"svcca:var=0.7":                   0.7626993848046684, // 3 and 2 components
		"svcca:var=0.9":                   0.7081148650885425, // 4 and 4
		"svcca":                           0.7294431474856088, // 5 and 4
		"svcca:var=0.9:stat=mean-squared": 0.5152099362536202,
		"svcca:dim=2":                     0.5847014014948927,
	})
	checkOracles(t, widePair(t), map[string]float64{
		"svcca:var=0.7":                   0.6261703538820331,
		"svcca:var=0.9":                   0.9009997927911212,
		"svcca":                           0.9811768927476325,
		"svcca:var=0.9:stat=mean-squared": 0.8366331209792527,
		"svcca:dim=2":                     0.7817962671159513,
	})
}

// TestSVCCAOfAllComponents: with all of the rank it is cca, whichever way the
// components are asked for, also when features are dependent.
func TestSVCCAOfAllComponents(t *testing.T) {
	p := tallPair(t)
	dependent := mat.NewDense(20, 6, nil)
	for i := range 20 {
		row := dependent.RawRowView(i)
		copy(row, p.X.raw.RawRowView(i))
		row[5] = row[0] - 2*row[3]
	}
	for _, x := range []*System{p.X, systemOf(t, datasetOf(dependent))} {
		pair, err := NewPair(x, p.Y)
		if err != nil {
			t.Fatal(err)
		}
		want := valueOf(t, pair, "cca")
		for _, name := range []string{"svcca:var=1", "svcca:dim=50"} {
			if got := valueOf(t, pair, name); math.Abs(got-want) > 1e-12 {
				t.Errorf("%d features: %s = %v, cca = %v", x.Width(), name, got, want)
			}
		}
	}
}

// TestSVCCAKeepsDirectionsOfSmallVariance: the component that decides has
// 1e-20 of the variance, beyond what a Gram matrix can tell from rounding.
func TestSVCCAKeepsDirectionsOfSmallVariance(t *testing.T) {
	x := mat.NewDense(6, 2, nil)
	y := mat.NewDense(6, 1, nil)
	for i, v := range []float64{1, -1, 1, -1, 1, -1} {
		x.Set(i, 0, v)
	}
	for i, v := range []float64{1, 1, -1, -1, 0, 0} {
		x.Set(i, 1, 1e-10*v)
		y.Set(i, 0, v)
	}
	if v := valueOf(t, pairOf(t, datasetOf(x), datasetOf(y)), "svcca:dim=2"); math.Abs(v-1) > 1e-12 {
		t.Errorf("svcca = %v, want 1", v)
	}
}

func TestSVCCAParameters(t *testing.T) {
	if _, err := Parse("svcca:var=0.9:dim=3"); err == nil || !strings.Contains(err.Error(), "exclude each other") {
		t.Errorf("var and dim together: %v", err)
	}
	checkAliases(t, map[string]string{
		"measure/svcca/svcca-var=0.95-score": "svcca:var=0.95",
		"svcca-var=0.99-squared_score":       "svcca:stat=mean-squared",
		"svcca-dim=10-score":                 "svcca:dim=10",
		"measure/resi/pwcca-score":           "pwcca",
	})
	s, err := measureOf(t, "svcca:var=1").Score(widePair(t))
	if err != nil || len(s.Warnings) != 1 {
		t.Errorf("as many dimensions as samples: warnings %v, error %v", s.Warnings, err)
	}
}

func TestPWCCAOracles(t *testing.T) {
	// Cholesky whitening and svd; weights from the features of the first system.
	const fromX, fromY = 0.7333326332861969, 0.7526667533880551
	checkOracles(t, tallPair(t), map[string]float64{"pwcca": fromX, "pwcca:weights=y": fromY})
	checkOracles(t, tallPair(t).Swap(), map[string]float64{"pwcca": fromY, "pwcca:weights=y": fromX})
}

// TestPWCCAOfOneDimension: with a single canonical variate the weights cancel
// and the value is the multiple correlation.
func TestPWCCAOfOneDimension(t *testing.T) {
	p := ripplePair(t, 20, 4, 1)
	want := math.Sqrt(valueOf(t, p.Swap(), "linreg"))
	if got := valueOf(t, p, "pwcca"); math.Abs(got-want) > 1e-12 {
		t.Errorf("pwcca = %v, multiple correlation %v", got, want)
	}
}
