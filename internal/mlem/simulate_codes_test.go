package mlem

import (
	"math"
	"testing"

	"simtool/internal/data"
)

// simulateCode makes a recording of a generator.
func simulateCode(t *testing.T, change func(*Simulation)) (*Simulated, *Features, *Neural) {
	t.Helper()
	s := DefaultSimulation()
	s.Stimuli, s.Features, s.Noise = 60, 5, 0
	change(&s)
	x, err := Simulate(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	f, _, err := NewFeatures(x.Table, FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	y, err := NewNeural(x.Y, NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return x, f, y
}

func signedFit(t *testing.T, f *Features, y *Neural) *Result {
	t.Helper()
	return fitOne(t, f, y, func(o *Options) {
		o.Metric, o.Interactions.All, o.Bootstrap, o.Null, o.Permutations = Signed, true, 0, 0, 0
	})
}

// TestSignedCode: a signed metric finds W exactly, and predicts the distances of held-out
// stimuli exactly; a product of absolute differences does not.
func TestSignedCode(t *testing.T) {
	x, f, y := simulateCode(t, func(s *Simulation) { s.Generator = SignedCode })
	r := signedFit(t, f, y)
	for a, row := range r.Model.W {
		for b, v := range row {
			if math.Abs(v-x.W.At(a, b)) > 1e-7 {
				t.Errorf("W(%d,%d) is %.9f, want %.9f", a, b, v, x.W.At(a, b))
			}
		}
	}
	if p := r.Scores[1].Pearson; p < 1-1e-9 {
		t.Errorf("held-out Pearson %.12f, want 1", p)
	}
	absolute := fitOne(t, f, y, func(o *Options) { o.Interactions.All, o.Bootstrap, o.Null, o.Permutations = true, 0, 0, 0 })
	if p := absolute.Scores[1].Pearson; p > 0.99 {
		t.Errorf("the absolute metric predicts with %.3f", p)
	}
}

// TestConjunction: no metric over two features has a unit that responds to both together;
// with the conjunction as a feature it is there.
func TestConjunction(t *testing.T) {
	x, f, y := simulateCode(t, func(s *Simulation) {
		s.Generator, s.Conjunctions, s.Kinds = SignedCode, 2, []Kind{Binary}
	})
	without := signedFit(t, f, y).Scores[1].Pearson
	table := *x.Table
	for k := range 2 {
		c := &data.Column{Name: string(rune('p' + k)), Kind: data.Numeric}
		for i := range 60 {
			a, b := table.Columns[2*k].Codes[i], table.Columns[2*k+1].Codes[i]
			c.Values = append(c.Values, float64(a*b))
		}
		table.Columns = append(table.Columns, c)
	}
	more, _, err := NewFeatures(&table, FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if with := signedFit(t, more, y).Scores[1].Pearson; with < 1-1e-6 || without > 0.995 {
		t.Errorf("held-out Pearson %.6f without the conjunctions and %.6f with them", without, with)
	}
}

// TestNetwork: the importance of features for the distances of a network is in the order of
// their gains, 0 for those without, and mlem finds which these are.
func TestNetwork(t *testing.T) {
	x, f, y := simulateCode(t, func(s *Simulation) { s.Generator, s.Sparsity, s.Stimuli = MLP, 0.4, 120 })
	r := fitOne(t, f, y, func(o *Options) { o.Bootstrap, o.Null = 0, 0 })
	zeros := 0
	for i, im := range r.Importance {
		if x.W.At(i, i) == 0 {
			if zeros++; math.Abs(im.Value) > 0.01 {
				t.Errorf("feature %d has no part in the network and the importance %.3f", i, im.Value)
			}
		}
	}
	if zeros != 2 || r.Scores[1].Spearman < 0.8 {
		t.Errorf("%d features without part, held-out score %.3f", zeros, r.Scores[1].Spearman)
	}
}

// TestSimulatedMissingValues: about the share that is asked for is missing.
func TestSimulatedMissingValues(t *testing.T) {
	x, _, _ := simulateCode(t, func(s *Simulation) { s.Missing, s.Stimuli = 0.2, 400 })
	missing := 0
	for _, c := range x.Table.Columns {
		missing += c.Missing()
	}
	if n := 400 * 5.; math.Abs(float64(missing)-0.2*n) > 4*math.Sqrt(0.16*n) {
		t.Errorf("%d of %g values are missing", missing, n)
	}
	for _, bad := range []func(*Simulation){
		func(s *Simulation) { s.Missing = 1 },
		func(s *Simulation) { s.Conjunctions = 1 },
		func(s *Simulation) { s.Generator, s.Conjunctions = SignedCode, 6 },
		func(s *Simulation) { s.Generator, s.Interactions = MLP, true },
	} {
		s := DefaultSimulation()
		bad(&s)
		if _, err := Simulate(t.Context(), s); err == nil {
			t.Errorf("%+v was simulated", s)
		}
	}
}
