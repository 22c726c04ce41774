package sensitivity

import (
	"math"
	"testing"

	"simtool/internal/data"
	"simtool/internal/synth/synthtest"
)

// TestVariancesOfComponents add up to those of the features over n − 1 samples.
func TestVariancesOfComponents(t *testing.T) {
	x := synthtest.PowerLaw(t, 9, 4, 1)
	c, err := Decompose(x, 0)
	if err != nil {
		t.Fatal(err)
	}
	m := x.Matrix()
	n, p := m.Dims()
	want := 0.0
	for j := range p {
		mean := 0.0
		for i := range n {
			mean += m.At(i, j) / float64(n)
		}
		for i := range n {
			want += (m.At(i, j) - mean) * (m.At(i, j) - mean) / float64(n-1)
		}
	}
	synthtest.Near(t, "variance of all", c.Variance(Set{0, c.Len()}), want, 1e-12*want)
	synthtest.Near(t, "variance of a part", c.Variance(Set{0, 2})+c.Variance(Set{2, c.Len()}), want, 1e-12*want)
	synthtest.Near(t, "share of all", c.Explained(Set{0, c.Len()}), 1, 1e-14)
}

// Data of two dimensions in three features, stored as float32, have two components.
func TestComponentsOfRoundedData(t *testing.T) {
	values := make([]float64, 0, 30)
	for i := range 10 {
		a, b := math.Sin(float64(i)), math.Cos(2.3*float64(i))
		for _, v := range []float64{a + b, 0.3*a - b, 0.7*a + 0.1*b} {
			values = append(values, float64(float32(v)))
		}
	}
	x, err := data.New(values, 10, 3)
	if err != nil {
		t.Fatal(err)
	}
	x.Precision = data.PrecisionOf("float32")
	c, err := Decompose(x, 0)
	if err != nil || c.Len() != 2 {
		t.Fatalf("%d components (%v), want 2", c.Len(), err)
	}
}

// TestSpreadOfRepeats: of two values a and b the standard deviation is |a−b|/√2.
func TestSpreadOfRepeats(t *testing.T) {
	r := reference(t, synthtest.PowerLaw(t, 40, 4, 1), 0)
	plan := Plan{Change: Change{Kind: Noise, Amount: 0.5}, Measures: named(t, "cka"), Repeats: 1, Seed: 3}
	score := func(repeats int) Point {
		plan.Repeats = repeats
		points, err := r.Score(plan, Set{0, 2})
		if err != nil {
			t.Fatal(err)
		}
		return points[0]
	}
	one, two := score(1), score(2)
	if !math.IsNaN(one.SD) || one.N != 1 || two.N != 2 {
		t.Errorf("one repeat %+v, two %+v", one, two)
	}
	second := 2*two.Score - one.Score
	if second == one.Score {
		t.Error("both repeats are the same")
	}
	synthtest.Near(t, "standard deviation", two.SD, math.Abs(second-one.Score)/math.Sqrt2, 1e-12)
}

// TestFitSlopeByHand: log y = 0, 1, 1, 3 at log x = 0, 1, 2, 3 has the slope 9/10
// and residuals with Σr² = 0.7, and so the error √(0.7/5/(4−2)).
// A point with y = 0 has no logarithm and is left out.
func TestFitSlopeByHand(t *testing.T) {
	var x, y []float64
	for i, v := range []float64{0, 1, 1, 3} {
		x, y = append(x, math.Exp(float64(i))), append(y, math.Exp(v))
	}
	s, ok := FitSlope(append(x, 7), append(y, 0))
	if !ok || s.N != 4 {
		t.Fatalf("%+v, %v", s, ok)
	}
	synthtest.Near(t, "slope", s.Exponent, 0.9, 1e-14)
	synthtest.Near(t, "error", s.Error, math.Sqrt(0.7/5/2), 1e-14)
}

// TestFitSlopeOfEqualValues: variances that are equal but for rounding have no slope.
func TestFitSlopeOfEqualValues(t *testing.T) {
	x := []float64{1.0 / 6, 1.0/6 + 0x1p-55, 1.0/6 - 0x1p-55, 1.0 / 6}
	if s, ok := FitSlope(x, []float64{0.1, 0.1 + 1e-16, 0.1, 0.1 - 1e-16}); ok {
		t.Errorf("slope %v", s)
	}
	if _, ok := FitSlope([]float64{1, 1 + 1e-6}, []float64{1, 1 + 1e-6}); !ok {
		t.Error("no slope of values that differ")
	}
}
