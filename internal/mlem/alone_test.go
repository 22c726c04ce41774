package mlem

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
)

// Fits of many representations at once, of two at once and one by one must give the
// same bits, because a list may be fitted in parts.
func TestResultsDoNotDependOnOthers(t *testing.T) {
	const stimuli, many = 40, 9
	_, features, _ := simulate(t, func(s *Simulation) { s.Stimuli = stimuli })
	rng := rand.New(rand.NewPCG(3, 4))
	var neural []*Neural
	for k := range many {
		distance := []Distance{Euclidean, Correlation, Manhattan}[k%3]
		y, err := NewNeural(randomMatrix(rng, stimuli, 3+5*k), NeuralOptions{Name: fmt.Sprint("layer", k), Distance: distance})
		if err != nil {
			t.Fatal(err)
		}
		neural = append(neural, y)
	}
	for name, change := range map[string]func(*Options){
		"defaults":     func(*Options) {},
		"interactions": func(o *Options) { o.Interactions.All, o.Ridge = true, []float64{0, 0.01, 1} },
		"spearman":     func(o *Options) { o.Objective, o.Shapley, o.DropOne = Spearman, true, true },
		"conditional":  func(o *Options) { o.Conditional, o.Folds = true, 0 },
	} {
		o := DefaultOptions()
		o.Bootstrap, o.Null, o.Permutations = 20, 19, 2
		change(&o)
		fit := func(some []*Neural) []string {
			results, err := Fit(t.Context(), features, some, o)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			var texts []string
			for _, r := range results {
				texts = append(texts, fmt.Sprint(r.Name, *r.Model, r.Weights, r.Scores, r.Importance, r.Lambda, r.KKT, r.Warnings))
			}
			return texts
		}
		together := fit(neural)
		for _, k := range []int{0, 4, 8} {
			if got := fit(neural[k : k+1])[0]; got != together[k] {
				t.Errorf("%s, representation %d: alone\n%s\namong others\n%s", name, k, got, together[k])
			}
		}
		if got := fit(neural[7:])[1]; got != together[8] {
			t.Errorf("%s: the last of two\n%s\nof %d\n%s", name, got, many, together[8])
		}
	}
}

// TestFitEach stops where it is told to.
func TestFitEach(t *testing.T) {
	_, features, y := simulate(t, func(s *Simulation) { s.Stimuli = 30 })
	o := DefaultOptions()
	o.Bootstrap, o.Null, o.Permutations = 0, 0, 0
	enough, seen := errors.New("enough"), 0
	err := FitEach(t.Context(), features, []*Neural{y, y, y}, o, func(_ int, _ *Result, err error) error {
		if seen++; seen == 2 {
			return enough
		}
		return err
	})
	if !errors.Is(err, enough) || seen != 2 {
		t.Errorf("%d results and the error %v, want 2 and %v", seen, err, enough)
	}
}

// TestFitEachGoesOn: what one representation cannot be fitted for is told, and the
// results of the others are those of a fit without it.
func TestFitEachGoesOn(t *testing.T) {
	_, features, y := simulate(t, func(s *Simulation) { s.Stimuli = 30 })
	o := DefaultOptions()
	o.Bootstrap, o.Null, o.Permutations, o.Objective = 0, 0, 0, Spearman
	f, err := newFitting(features, []*Neural{y, y, y}, o)
	if err == nil {
		err = f.accumulate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	f.unlearned[1] = fmt.Errorf("of one: %w", noConvergence{})
	var results []*Result
	var errs []error
	err = f.each(t.Context(), func(_ int, r *Result, err error) error {
		results, errs = append(results, r), append(errs, err)
		return nil
	})
	if err != nil || len(errs) != 3 || errs[0] != nil || errs[2] != nil || results[1] != nil {
		t.Fatalf("%v, %v", err, errs)
	}
	if _, ok := errors.AsType[interface {
		error
		OfItem()
	}](errs[1]); !ok {
		t.Errorf("%v is no error of an item", errs[1])
	}
	alone, err := Fit(t.Context(), features, []*Neural{y}, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []int{0, 2} {
		if !reflect.DeepEqual(results[k].Weights, alone[0].Weights) || !reflect.DeepEqual(results[k].Scores, alone[0].Scores) {
			t.Errorf("result %d is %+v, alone %+v", k, results[k], alone[0])
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := f.each(ctx, func(_ int, _ *Result, err error) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("a fit that is stopped goes on: %v", err)
	}
}

// The cells of this test have more pairs, and more distances, than one product
// multiplies.
func TestMomentsDoNotDependOnOthers(t *testing.T) {
	const stimuli, many = 80, 90
	_, features, _ := simulate(t, func(s *Simulation) { s.Stimuli = stimuli })
	design, err := newDesign(features.Names(), Interactions{All: true})
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(5, 6))
	s := &sample{features: features, id: seq(stimuli), group: seq(stimuli)}
	for range many {
		y, err := NewNeural(randomMatrix(rng, stimuli, 5), NeuralOptions{})
		if err != nil {
			t.Fatal(err)
		}
		s.neural = append(s.neural, y)
	}
	rows := samplings{[][]float64{{1, 1}, {0, 1}, {2, 3}}}
	sums := func(neural []*Neural) []*moments {
		some := *s
		some.neural = neural
		m, err := newAccumulator(&some, design, []int{0, 45, stimuli}, 2).run(t.Context(), rows, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	all := sums(s.neural)
	for _, k := range []int{0, 7, 8, 50, many - 1} {
		for r, one := range sums(s.neural[k : k+1]) {
			if fmt.Sprint(all[r].x, all[r].xx) != fmt.Sprint(one.x, one.xx) {
				t.Errorf("sampling %d: the sums of regressors differ", r)
			}
			y, yy, xy := all[r].sums(k)
			y1, yy1, xy1 := one.sums(0)
			if fmt.Sprint(y, yy, xy) != fmt.Sprint(y1, yy1, xy1) {
				t.Errorf("sampling %d: the sums of distance %d are\n%v %v %v among others and\n%v %v %v alone", r, k, y, yy, xy, y1, yy1, xy1)
			}
		}
	}
}
