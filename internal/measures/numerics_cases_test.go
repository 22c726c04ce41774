package measures

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data/datatest"
)

// stressCase is a pair of files under numerical stress; the truths are those of a
// program that computes with 500 bits.
type stressCase struct {
	truths, x, y string
	digits       float64 // relative tolerance
	undetermined string  // the measure whose value the data do not determine: it warns
}

// TestStressedInputsHaveTheirRightValues holds scores to truths of 500 bits.
func TestStressedInputsHaveTheirRightValues(t *testing.T) {
	dir := datatest.Shared(t, "cases", "numerics")
	text, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var truths map[string]json.RawMessage
	if err := json.Unmarshal(text, &truths); err != nil {
		t.Fatal(err)
	}
	for _, c := range []stressCase{
		{truths: "n1_y0", x: "n1_x", y: "n1_y0", digits: 1e-12},
		// A direction of relative size 1e-k is determined to 1e-16/1e-k.
		{truths: "n1_y8", x: "n1_x", y: "n1_y8", digits: 1e-7},
		{truths: "n1_y10", x: "n1_x", y: "n1_y10", digits: 1e-5},
		{truths: "n1_y12", x: "n1_x", y: "n1_y12", digits: 1e-3},
		// Two canonical correlations are 1, and their variates are arbitrary.
		{truths: "n2", x: "n2_x", y: "n2_y", digits: 1e-9, undetermined: "pwcca"},
		{truths: "n3", x: "n3_x", y: "n3_y", digits: 1e-12},
		{truths: "n7_7", x: "n7_x7", y: "n7_y7", digits: 1e-12},
		{truths: "n7_8", x: "n7_x8", y: "n7_y8", digits: 1e-12},
		{truths: "n7_13", x: "n7_x13", y: "n7_y13", digits: 1e-12},
		{truths: "n8_near", x: "n8_x", y: "n8_near", digits: 1e-6},
		{truths: "n8_cond", x: "n8_x", y: "n8_cond", digits: 1e-6},
		{truths: "n8_scale", x: "n8_x", y: "n8_scale", digits: 1e-6},
		{truths: "n11", x: "n11_x", y: "n11_y", digits: 1e-7},
	} {
		var values map[string]float64
		if err := json.Unmarshal(truths[c.truths], &values); err != nil || len(values) == 0 {
			t.Fatalf("%s: %v", c.truths, err)
		}
		p := pairOf(t, readNPY(t, filepath.Join(dir, c.x+".npy")), readNPY(t, filepath.Join(dir, c.y+".npy")))
		for name, want := range values {
			got, err := measureOf(t, name).Score(p)
			if err != nil {
				t.Errorf("%s %s: %v", c.truths, name, err)
				continue
			}
			if name == c.undetermined {
				if !slices.ContainsFunc(got.Warnings, func(w string) bool { return strings.Contains(w, "not determined") }) {
					t.Errorf("%s %s: warnings %q, want one that the value is not determined", c.truths, name, got.Warnings)
				}
				continue
			}
			if math.Abs(got.Value-want) > c.digits*math.Abs(want) {
				t.Errorf("%s %s = %.15g, want %.15g (%.1e)", c.truths, name, got.Value, want, math.Abs(got.Value/want-1))
			}
		}
	}
}

// TestStressedGradients holds a derivative along a direction to one of 500 bits.
func TestStressedGradients(t *testing.T) {
	dir := datatest.Shared(t, "cases", "numerics")
	x, y, along := readNPY(t, filepath.Join(dir, "n1_x.npy")), readNPY(t, filepath.Join(dir, "n1_y8.npy")), readNPY(t, filepath.Join(dir, "n1_d.npy"))
	m, _ := AsDifferentiable(measureOf(t, "linreg"))
	o, err := m.Bind(systemOf(t, x), y.Width())
	if err != nil {
		t.Fatal(err)
	}
	g := mat.NewDense(y.Samples(), y.Width(), nil)
	if _, err := o.Gradient(g, y.Matrix()); err != nil {
		t.Fatal(err)
	}
	const want = -143665.86451365118
	got := 0.0
	for i, v := range g.RawMatrix().Data {
		got += v * along.Values[i]
	}
	if math.Abs(got-want) > 1e-6*math.Abs(want) {
		t.Errorf("derivative %.10g, want %.10g", got, want)
	}
}
