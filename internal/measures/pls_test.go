package measures

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestPLSOracles(t *testing.T) {
	// PLS2 with the data deflated component by component, weights from
	// numpy.linalg.svd, W(PᵀW)⁻¹Qᵀ; scikit-learn's PLSRegression(scale=False)
	// and KFold agree to the 3e-9 that its iteration leaves.
	checkOracles(t, tallPair(t), map[string]float64{
		"pls":                              0.19708715493897927,
		"pls:components=1":                 0.18940817985854497,
		"pls:components=3:cv=0":            0.4384337510851698,
		"pls:as=pearson":                   0.4673641396245264,
		"pls:as=pearson:pool=columns:cv=4": 0.2987706040893665,
		"pls:direction=y-from-x":           0.25555649645087924,
		"pls:direction=symmetric":          (0.19708715493897927 + 0.25555649645087924) / 2,
	})
	checkOracles(t, widePair(t), map[string]float64{
		"pls":                              -0.25056100101033824,
		"pls:components=1":                 -0.09068585528235977,
		"pls:components=3:cv=0":            0.6681433227234568,
		"pls:as=pearson":                   -0.025425563197551692,
		"pls:as=pearson:pool=columns:cv=4": -0.013759819534379832,
		"pls:direction=y-from-x":           -0.09153451795727227,
	})
}

// TestPLSOfAllComponents: with as many components as the predictors have
// dimensions it is least squares, also when they are dependent.
func TestPLSOfAllComponents(t *testing.T) {
	p := tallPair(t)
	dependent := mat.NewDense(20, 5, nil)
	for i := range 20 {
		row := dependent.RawRowView(i)
		copy(row, p.Y.raw.RawRowView(i))
		row[4] = row[1] + row[2]
	}
	for _, y := range []*System{p.Y, systemOf(t, datasetOf(dependent))} {
		pair, err := NewPair(p.X, y)
		if err != nil {
			t.Fatal(err)
		}
		for all, least := range map[string]string{
			"pls:components=25:cv=0":                    "linreg",
			"pls:components=4:cv=0":                     "linreg",
			"pls:components=25":                         "linreg:cv=5",
			"pls:components=25:as=pearson:pool=columns": "linreg:cv=5:as=pearson:pool=columns",
		} {
			if a, b := valueOf(t, pair, all), valueOf(t, pair, least); math.Abs(a-b) > 1e-9 {
				t.Errorf("%d features: %s = %v, but %s = %v", y.Width(), all, a, least, b)
			}
		}
	}
}

// TestPLSNeverWorseWithMoreComponents holds for the samples that were fitted.
func TestPLSNeverWorseWithMoreComponents(t *testing.T) {
	p := tallPair(t)
	last := 0.0
	for _, name := range []string{"pls:components=1:cv=0", "pls:cv=0", "pls:components=3:cv=0", "pls:components=4:cv=0"} {
		v := valueOf(t, p, name)
		if v <= last {
			t.Errorf("%s = %v after %v", name, v, last)
		}
		last = v
	}
}

func TestPLSParameters(t *testing.T) {
	checkAliases(t, map[string]string{
		"measure/neuroaimetrics/pls-pearsonr-components=25-cv=5folds": "pls:components=25:as=correlation:pool=columns:folds=conditions",
		"pls-pearsonr":      "pls:components=25:as=correlation:pool=median:cv=0",
		"measure/svcca/pls": "pls-sv",
		"pls":               "pls",
	})
	if _, err := Parse("pls:components=0"); err == nil {
		t.Error("no components: accepted")
	}
	if why := reason(t, pairOf(t, datasetOf(ripples(4, 2, 0.7)), datasetOf(ripples(4, 2, 1.3))), "pls"); !strings.Contains(why, "at least 5") {
		t.Errorf("fewer samples than folds: %s", why)
	}
}

func TestPLSSVOracles(t *testing.T) {
	// mean(svd(cov(X,Y)[:p,p:])) in NumPy.
	checkOracles(t, tallPair(t), map[string]float64{"pls-sv": 0.8776283783838972})
	checkOracles(t, widePair(t), map[string]float64{"pls-sv": 1.1065557190756192})
	// Uncorrelated features of variance 4/3 and 12, each with itself: the mean.
	x := mat.NewDense(4, 2, []float64{1, 3, 1, -3, -1, 3, -1, -3})
	checkOracles(t, pairOf(t, datasetOf(x), datasetOf(x)), map[string]float64{"pls-sv": (4.0/3 + 12) / 2})
}
