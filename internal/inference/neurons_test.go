package inference

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simtool/internal/data/datatest"
	"simtool/internal/measures"
)

// neuronOracles are values of an independent program, from refits.
type neuronOracles struct {
	Neurons struct {
		Debiased, Corrected float64
		OffX                float64 `json:"off_x"`
		OffY                float64 `json:"off_y"`
		SEX                 float64 `json:"se_x"`
		SEY                 float64 `json:"se_y"`
		SEStimuli           float64 `json:"se_stimuli"`
		Curve               map[string]float64
	}
}

func readNeuronOracles(t *testing.T) neuronOracles {
	t.Helper()
	var out neuronOracles
	text, err := os.ReadFile(filepath.Join(datatest.Shared(t, "inference"), "oracles.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(text), "NaN", "null")), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// curveOf returns the curve of CKA over neurons, with units of rows.
func curveOf(t *testing.T, p *measures.Pair, u *measures.Units) (measures.NeuronCurve, error) {
	t.Helper()
	list, err := measures.ParseList("cka", 1)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := measures.As[measures.NeuronLimit](list[0])
	if u == nil {
		u = measures.BlockUnits(p.Samples(), p.Samples())
	}
	c, ok, err := m.NeuronCurve(p, u)
	if !ok {
		t.Fatal("no curve")
	}
	return c, err
}

var infinite = math.Inf(1)

// TestNeuronOracles has the estimate for infinitely many neurons, its errors, and the
// curve of an independent program.
func TestNeuronOracles(t *testing.T) {
	want := readNeuronOracles(t).Neurons
	p := oraclePair(t, "neurons_x.npy", "neurons_y.npy")
	c, err := curveOf(t, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.At(infinite, infinite)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "value", d.All, want.Corrected)
	for what, one := range map[string]struct {
		values []float64
		se     float64
	}{"x": {d.X, want.SEX}, "y": {d.Y, want.SEY}, "stimuli": {d.Units, want.SEStimuli}} {
		se, _ := spread(one.values)
		near(t, "error over "+what, se, one.se)
	}
	for text, value := range want.Curve {
		var count float64
		if err := json.Unmarshal([]byte(text), &count); err != nil {
			t.Fatal(err)
		}
		at, err := c.At(count, count)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "at "+text, at.All, value)
	}
	same, err := c.At(25, 20)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "at the recorded numbers", same.All, want.Debiased)
}

// TestNeuronOracleSets: sets of few neurons have no value for infinitely many, and say
// why: nothing in common, not even without one neuron, or a large error.
func TestNeuronOracleSets(t *testing.T) {
	for _, set := range oracleSets {
		_, a := assessOver(t, oraclePair(t, set+"_x.npy", set+"_y.npy"), "cka", Rows, Both)
		if !math.IsNaN(a.Corrected) || !math.IsNaN(a.Lo) || len(a.Warnings) != 1 || !strings.HasPrefix(a.Warnings[0], "no interval over neurons: ") {
			t.Errorf("%s: %v, warnings %q", set, a.Corrected, a.Warnings)
		}
	}
}

// TestNeuronNames has Song's and the corrected CKA of two samples of one population.
func TestNeuronNames(t *testing.T) {
	p := oraclePair(t, "../names/cka-neurons/cx.npy", "../names/cka-neurons/cy.npy")
	c, err := curveOf(t, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct{ neurons, want float64 }{{40, .653886745488}, {infinite, 1.035682329801}} {
		d, err := c.At(one.neurons, one.neurons)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(d.All-one.want) > 1e-11 {
			t.Errorf("%g neurons: %.12f, want %.12f", one.neurons, d.All, one.want)
		}
	}
	_, a := assessOver(t, p, "cka", Rows, Both)
	if !(a.Lo < 1 && a.Hi == 1 && a.Corrected > 1) {
		t.Errorf("%v [%v, %v], want an interval that ends at 1 around a value above", a.Corrected, a.Lo, a.Hi)
	}
}

// assessOver is assess for an interval over something.
func assessOver(t *testing.T, p *measures.Pair, name string, kind Kind, over Over) (float64, Assessment) {
	t.Helper()
	list, err := measures.ParseList(name, 1)
	if err != nil {
		t.Fatal(err)
	}
	s, err := list[0].Score(p)
	if err != nil {
		t.Fatal(err)
	}
	a, err := Assess(context.Background(), p, list[0], s.Value, NewDesign(p, kind, nil), Options{Mode: Full, Level: 0.95, Seed: 1, Over: over})
	if err != nil {
		t.Fatal(err)
	}
	return s.Value, a
}
