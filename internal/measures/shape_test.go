package measures

import (
	"math"
	"testing"
)

func TestShapeOracles(t *testing.T) {
	// netrep's LinearMetric: zero-padded, eigenvalues clipped at 1e-7.
	checkOracles(t, tallPair(t), map[string]float64{
		"shape":                        0.7882382377430273,
		"shape:as=euclidean":           7.985489713672977,
		"shape:alpha=0":                0.8600048595273454,
		"shape:alpha=0:as=euclidean":   7.844497274893207,
		"shape:alpha=0.9":              0.7829679239934784,
		"shape:alpha=0.9:as=euclidean": 7.962866089021129,
	})
	checkOracles(t, widePair(t), map[string]float64{
		"shape":                        0.409198524491502,
		"shape:as=euclidean":           4.0558450564995665,
		"shape:alpha=0:as=euclidean":   1.4656706515706188,
		"shape:alpha=0.9":              0.49692778430873735,
		"shape:alpha=0.9:as=euclidean": 4.794750274473197,
	})
}

// TestShapeEnds: nothing is whitened at alpha=1, everything at alpha=0.
func TestShapeEnds(t *testing.T) {
	for _, p := range []*Pair{tallPair(t), widePair(t)} {
		for whitened, plain := range map[string]string{
			"shape:alpha=1":                  "procrustes",
			"shape:alpha=1:as=euclidean":     "procrustes:as=euclidean",
			"shape:alpha=0":                  "cca:as=angular",
			"shape:alpha=0:as=angular-score": "cca:as=angular-score",
		} {
			if a, b := valueOf(t, p, whitened), valueOf(t, p, plain); math.Abs(a-b) > 1e-12 {
				t.Errorf("%s = %v, but %s = %v", whitened, a, plain, b)
			}
		}
	}
}

// TestShapeKeepsTrace: without raised eigenvalues the squared distance is
// ‖X‖² + ‖Y‖² − 2‖X‖‖Y‖cos θ, as if nothing had been rescaled.
func TestShapeKeepsTrace(t *testing.T) {
	p := ripplePair(t, 20, 4, 4)
	theta, distance := valueOf(t, p, "shape:alpha=0.3"), valueOf(t, p, "shape:alpha=0.3:as=euclidean")
	xx, yy := p.X.trace(), p.Y.trace()
	if want := math.Sqrt(xx + yy - 2*math.Sqrt(xx*yy)*math.Cos(theta)); math.Abs(distance-want) > 1e-12 {
		t.Errorf("distance %v, want %v", distance, want)
	}
}

func TestShapeAliases(t *testing.T) {
	checkAliases(t, map[string]string{
		"measure/netrep/shape_metric-alpha=0.3-distance=angular": "shape:alpha=0.3",
		"shape_metric-alpha=0-distance=euclidean":                "shape:alpha=0:as=euclidean",
	})
}
