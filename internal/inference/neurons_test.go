package inference

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"simtool/internal/data"
	"simtool/internal/data/datatest"
	"simtool/internal/measures"
	"simtool/internal/stats"
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
	return m.NeuronCurve(p, u)
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

// TestOverNeuronsByDeletion compares the error over neurons of a measure without a closed
// form with refits of data that never had them: as many groups as neurons.
func TestOverNeuronsByDeletion(t *testing.T) {
	const n, p, q = 40, 6, 5
	rng := rand.New(rand.NewPCG(3, 9))
	x, y := make([]float64, n*p), make([]float64, n*q)
	for i := range n {
		signal := rng.NormFloat64()
		for j := range p {
			x[i*p+j] = signal*float64(j) + rng.NormFloat64()
		}
		for j := range q {
			y[i*q+j] = signal + rng.NormFloat64()
		}
	}
	list, err := measures.ParseList("nbs", 1)
	if err != nil {
		t.Fatal(err)
	}
	score := func(x, y []float64, p, q int) float64 {
		t.Helper()
		s, err := list[0].Score(valuesPair(t, x, n, p, y, q))
		if err != nil {
			t.Fatal(err)
		}
		return math.Atanh(s.Value)
	}
	drop := func(values []float64, p, j int) (out []float64) {
		for i, v := range values {
			if i%p != j {
				out = append(out, v)
			}
		}
		return out
	}
	var zx, zy []float64
	for j := range p {
		zx = append(zx, score(drop(x, p, j), y, p-1, q))
	}
	for j := range q {
		zy = append(zy, score(x, drop(y, q, j), p, q-1))
	}
	// The jackknife in its first form, from pseudovalues.
	pseudo := func(z []float64, whole float64) float64 {
		count := float64(len(z))
		var values []float64
		for _, v := range z {
			values = append(values, count*whole-(count-1)*v)
		}
		sum := 0.0
		for _, v := range values {
			sum += (v - stats.Mean(values)) * (v - stats.Mean(values))
		}
		return math.Sqrt(sum / (count * (count - 1)))
	}
	pair, whole := valuesPair(t, x, n, p, y, q), score(x, y, p, q)
	errs, err := LeaveNeuronsOut(context.Background(), pair, list[0], measures.FisherAxis, 7)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "error over X", errs.X, pseudo(zx, whole))
	near(t, "error over Y", errs.Y, pseudo(zy, whole))

	// Over both the widths below and above the centre add as roots of variances do, over
	// neurons they are those of neurons alone, around the same centre.
	_, stimuli := assessOver(t, pair, "nbs", Rows, Stimuli)
	_, neurons := assessOver(t, pair, "nbs", Rows, Neurons)
	_, both := assessOver(t, pair, "nbs", Rows, Both)
	half := func(a Assessment) float64 { return (math.Atanh(a.Hi) - math.Atanh(a.Lo)) / 2 }
	below := func(a Assessment) float64 { return math.Atanh(a.Corrected) - math.Atanh(a.Lo) }
	above := func(a Assessment) float64 { return math.Atanh(a.Hi) - math.Atanh(a.Corrected) }
	near(t, "width below over both", below(both), math.Hypot(below(stimuli), half(neurons)))
	near(t, "width above over both", above(both), math.Hypot(above(stimuli), half(neurons)))
	near(t, "half width over neurons", half(neurons), math.Hypot(2.570581835636314*errs.X, 2.7764451051977987*errs.Y))
	near(t, "centre", both.Corrected, stimuli.Corrected)
	if neurons.Units != q || both.Units != q || stimuli.Units != 15 {
		t.Errorf("units %d, %d, %d", neurons.Units, both.Units, stimuli.Units)
	}
}

// TestNeuronsWithoutError: what has no error over neurons says why, and has no interval
// over stimuli in its place.
func TestNeuronsWithoutError(t *testing.T) {
	p := oraclePair(t, "neurons_x.npy", "neurons_y.npy")
	for name, reason := range map[string]string{
		"nbs":                            "", // has one
		"rsa:rdm=precomputed":            "no neurons",
		"cca:stat=mean-squared":          "overstates",
		"match":                          "not known to give the error",
		"rsa:rdm=crossnobis":             "cross-validated",
		"cka:estimator=lange:as=angular": "",
	} {
		list, err := measures.ParseList(name, 1)
		if err != nil {
			t.Fatal(err)
		}
		m, ok := measures.As[measures.NeuronError](list[0])
		got := "not known to give the error"
		if ok {
			got = m.NeuronError(p.Dims())
		}
		if !strings.Contains(got, reason) || (got == "") != (reason == "") {
			t.Errorf("%s: %q, want %q", name, got, reason)
		}
	}
}

// valuesPair makes a pair of values.
func valuesPair(t *testing.T, x []float64, n, p int, y []float64, q int) *measures.Pair {
	t.Helper()
	systems := [2]*measures.System{}
	for i, one := range []struct {
		values []float64
		width  int
	}{{x, p}, {y, q}} {
		d, err := data.New(one.values, n, one.width)
		if err != nil {
			t.Fatal(err)
		}
		if systems[i], err = measures.NewSystem(d); err != nil {
			t.Fatal(err)
		}
	}
	pair, err := measures.NewPair(systems[0], systems[1])
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

// TestCoverageOverNeurons draws stimuli and neurons of a population whose CKA for
// infinitely many of both is .64. Intervals over both hold it; those over stimuli, read
// as a claim about other neurons, do not.
func TestCoverageOverNeurons(t *testing.T) {
	const runs, n, p, latents, rho, truth = 120, 60, 25, 10, 0.8, 0.64
	both, stimuli, bias, squares, width := 0, 0, 0.0, 0.0, 0.0
	for run := range runs {
		rng := rand.New(rand.NewPCG(21, uint64(run)))
		values := [2][]float64{make([]float64, n*p), make([]float64, n*p)}
		var loads [2][latents][p]float64
		for side := range loads {
			for k := range latents {
				for j := range p {
					loads[side][k][j] = rng.NormFloat64() / math.Sqrt(float64(k+1))
				}
			}
		}
		for i := range n {
			for k := range latents {
				z := rng.NormFloat64()
				signal := [2]float64{z, rho*z + math.Sqrt(1-rho*rho)*rng.NormFloat64()}
				for side, s := range signal {
					for j := range p {
						values[side][i*p+j] += s * loads[side][k][j]
					}
				}
			}
			for side := range values {
				for j := range p {
					values[side][i*p+j] += rng.NormFloat64()
				}
			}
		}
		pair := valuesPair(t, values[0], n, p, values[1], p)
		_, a := assessOver(t, pair, "cka", Rows, Both)
		if a.Lo <= truth && truth <= a.Hi {
			both++
		}
		bias += (a.Corrected - truth) / runs
		squares += (a.Corrected - truth) * (a.Corrected - truth) / runs
		width += a.SE / runs
		_, a = assessOver(t, pair, "cka", Rows, Stimuli)
		if a.Lo <= truth && truth <= a.Hi {
			stimuli++
		}
	}
	if share := float64(both) / runs; share < 0.92 {
		t.Errorf("%.3f of the intervals over both hold the truth", share)
	}
	if share := float64(stimuli) / runs; share > 0.7 {
		t.Errorf("%.3f of the intervals over stimuli hold the truth, want few", share)
	}
	if math.Abs(bias) > 0.03 {
		t.Errorf("corrected is biased by %.3f", bias)
	}
	// Interactions of stimuli and neurons are in all of the variances that are added.
	if ratio := width / math.Sqrt(squares); ratio < 1 || ratio > 1.7 {
		t.Errorf("the error is %.2f times the deviation from the truth", ratio)
	}
}

// TestSharedNoise: a recording and a part of itself share the noise of their neurons, so
// that the value for more neurons would be above 1.
func TestSharedNoise(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	const n, p = 60, 24
	x := make([]float64, n*p)
	for i := range n {
		signal := rng.NormFloat64()
		for j := range p {
			x[i*p+j] = signal + 1.5*rng.NormFloat64()
		}
	}
	y := slices.Clone(x)
	for i := range y {
		y[i] += 0.1 * rng.NormFloat64()
	}
	_, a := assessOver(t, valuesPair(t, x, n, p, y, p), "cka", Rows, Both)
	if !math.IsNaN(a.Corrected) || !math.IsNaN(a.Lo) || len(a.Warnings) != 1 || !strings.Contains(a.Warnings[0], "share their noise") {
		t.Errorf("%v [%v, %v], warnings %q", a.Corrected, a.Lo, a.Hi, a.Warnings)
	}
}
