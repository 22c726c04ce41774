package measures

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// wrongNames are names under which the published code computes another measure
// than the name says.
var wrongNames = map[string]bool{
	"procrustes-angular-score#5folds_cv":   true,
	"procrustes-euclidean-score#5folds_cv": true,
}

// TestReferenceGradients holds ∂score/∂Y to the autograd of other programs.
func TestReferenceGradients(t *testing.T) {
	published := publishedGradients(t)
	if n := len(published); n != 136 {
		t.Errorf("%d published gradients, want 136", n)
	}
	for _, o := range slices.Concat(published, independentGradients(t)) {
		checkGradientOracle(t, o)
		if o.published == "" || wrongNames[o.published] {
			continue
		}
		if got := measureOf(t, o.published).Card().Name; got != o.measure {
			t.Errorf("%s is %s, want %s", o.published, got, o.measure)
		}
	}
}

func checkGradientOracle(t *testing.T, o gradientOracle) {
	t.Helper()
	d, ok := AsDifferentiable(measureOf(t, o.measure))
	if !ok {
		t.Errorf("%s has no gradient", o.measure)
		return
	}
	p := oraclePair(t, o.pair)
	y := p.Y.raw
	n, q := y.Dims()
	objective, err := d.Bind(p.X, q)
	if err != nil {
		t.Errorf("%s %s: %v", o.pair, o.measure, err)
		return
	}
	g := mat.NewDense(n, q, nil)
	value, err := objective.Gradient(g, y)
	if err != nil {
		t.Errorf("%s %s: %v", o.pair, o.measure, err)
		return
	}
	if off := math.Abs(value-o.value) / max(1, math.Abs(o.value)); !(off <= o.tolerance) {
		t.Errorf("%s %s = %v, want %v (off by %.1e)", o.pair, o.measure, value, o.value, off)
	}
	want := mat.NewDense(n, q, o.gradient)
	var gap mat.Dense
	gap.Sub(g, want)
	if off := linalg.Norm(&gap) / linalg.Norm(want); !(off <= o.tolerance) {
		t.Errorf("%s %s: gradient off by %.1e", o.pair, o.measure, off)
	}
}
