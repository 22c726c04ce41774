package mlem

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Without noise, squared distances are dᵀWd up to rounding, and a fit finds W.
func TestRealisable(t *testing.T) {
	for _, interactions := range []bool{false, true} {
		x, f, y := simulate(t, func(s *Simulation) {
			s.Stimuli, s.Noise, s.Interactions, s.Correlation, s.Sparsity = 50, 0, interactions, .3, .2
		})
		g, err := newDesign(f.Names(), Interactions{All: true})
		if err != nil {
			t.Fatal(err)
		}
		w := make([]float64, len(g.terms))
		for k, term := range g.terms {
			w[k] = x.W.At(term.A, term.B)
		}
		s := &sample{features: f, neural: []*Neural{y}, id: seq(50)}
		d := y.condensed()
		for p, v := range newEvaluation(s, g).predict(w) {
			if math.Abs(v-d[p]) > 1e-12 {
				t.Fatalf("interactions %v, pair %d: distance %g, metric %g", interactions, p, d[p], v)
			}
		}
		values, err := linalg.EigSymValues(x.W)
		if err != nil {
			t.Fatal(err)
		}
		if values[4] < -1e-15 || math.Abs(linalg.Norm(x.W)-1) > 1e-15 {
			t.Errorf("interactions %v: eigenvalues %v of norm %g", interactions, values, linalg.Norm(x.W))
		}
		r := fitOne(t, f, y, func(o *Options) { o.Interactions.All = interactions })
		if c := cosine(r.Model.Matrix(), x.W); c < 1-1e-8 {
			t.Errorf("interactions %v: cosine with the truth 1 − %.1e", interactions, 1-c)
		}
	}
}

func TestSimulateDependsOnTheSeed(t *testing.T) {
	s := DefaultSimulation()
	a, err := Simulate(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := Simulate(t.Context(), s)
	if !mat.Equal(a.Y, b.Y) || !mat.Equal(a.W, b.W) {
		t.Error("one seed, two recordings")
	}
	s.DataSeed = 5
	c, _ := Simulate(t.Context(), s)
	if mat.Equal(a.Y, c.Y) {
		t.Error("two seeds, one recording")
	}
	s.DataSeed = 6
	d, _ := Simulate(t.Context(), s)
	if !mat.Equal(c.W, d.W) || mat.Equal(c.Y, d.Y) {
		t.Error("another data seed has to change the recording and not the truth")
	}
	s.Hidden = 3
	if _, err := Simulate(t.Context(), s); err == nil {
		t.Error("three units for ten features are no error")
	}
	s.Generator = "none"
	if _, err := Simulate(t.Context(), s); err == nil {
		t.Error("an unknown generator is no error")
	}
}

func TestPaperGenerator(t *testing.T) {
	s := DefaultSimulation()
	s.Generator, s.Stimuli, s.Features, s.Hidden, s.Noise = MDS, 60, 6, 100, 0
	x, err := Simulate(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	values, err := linalg.EigSymValues(x.W)
	if err != nil {
		t.Fatal(err)
	}
	// 11ᵀ + diag(r) has one eigenvalue above n and the others in (0,1).
	if values[5] <= 0 || values[0] < 5*values[1] {
		t.Errorf("eigenvalues %v", values)
	}
	y, err := NewNeural(x.Y, NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	f, _, err := NewFeatures(x.Table, FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	r := fitOne(t, f, y, func(o *Options) { o.Interactions.All = true })
	if r.Scores[0].Spearman < .9 {
		t.Errorf("the metric explains its own distances by %.3f", r.Scores[0].Spearman)
	}
}

func TestScalingFindsEuclideanPoints(t *testing.T) {
	_, _, y := simulate(t, func(s *Simulation) { s.Stimuli, s.Noise = 30, 0 })
	d := mat.NewDense(30, 30, nil)
	first, second := allPairs(30)
	for p, v := range y.condensed() {
		d.Set(int(first[p]), int(second[p]), math.Sqrt(v))
		d.Set(int(second[p]), int(first[p]), math.Sqrt(v))
	}
	x, err := smacof(t.Context(), d, 40)
	if err != nil {
		t.Fatal(err)
	}
	for p, v := range linalg.SqDistances(x) {
		if want := d.At(int(first[p]), int(second[p])); math.Abs(math.Sqrt(v)-want) > 1e-7 {
			t.Fatalf("pair %d is %g apart, want %g", p, math.Sqrt(v), want)
		}
	}
}

func TestIsotonic(t *testing.T) {
	// Blocks {1}, {3,2}, {6,5,4} pool; the two of equal base share a value.
	base := []float64{1, 2, 3, 4, 5, 6, 7, 7}
	values := []float64{1, 3, 2, 6, 5, 4, 9, 11}
	fit := make([]float64, len(base))
	isotonic(fit, values, base, linalg.Argsort(base))
	for i, want := range []float64{1, 2.5, 2.5, 5, 5, 5, 10, 10} {
		if fit[i] != want {
			t.Errorf("value %d is %g, want %g", i, fit[i], want)
		}
	}
}

func TestStudy(t *testing.T) {
	s := DefaultStudy()
	s.Noise, s.Stimuli, s.Seeds, s.Methods = []float64{1, 4}, []int{16}, 2, []string{"mlem", "rsa"}
	items, err := s.Items()
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for _, it := range items {
		if keys[it.Key] {
			t.Errorf("key %s twice", it.Key)
		}
		keys[it.Key] = true
		a, err := RunStudyItem(t.Context(), it, DefaultOptions())
		if err != nil {
			t.Fatal(it.Key, err)
		}
		b, err := RunStudyItem(t.Context(), it, DefaultOptions())
		if err != nil {
			t.Fatal(it.Key, err)
		}
		// Texts are compared, because equal weights have the rank correlation NaN.
		if fmt.Sprint(a.Recovery) != fmt.Sprint(b.Recovery) || *a.HeldOut != *b.HeldOut {
			t.Errorf("%s: %+v, then %+v", it.Key, a.Recovery, b.Recovery)
		}
	}
	if len(items) != 12 {
		t.Errorf("%d items, want 12", len(items))
	}
	s.Noise = []float64{1, 1}
	if _, err := s.Items(); err == nil {
		t.Error("one level twice is no error")
	}
	for _, noise := range []float64{-1, math.NaN(), math.Inf(1)} {
		s.Noise = []float64{1, noise}
		if _, err := s.Items(); err == nil || !strings.Contains(err.Error(), "want a finite number from 0 on") {
			t.Errorf("noise of %v: %v", noise, err)
		}
	}
	s.Noise = []float64{1}
	for name, methods := range map[string][]string{`unknown method "none"`: {"none"}, "the method rsa twice": {"rsa", "mlem", "rsa"}} {
		s.Methods = methods
		if _, err := s.Items(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
