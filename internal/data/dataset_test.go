package data

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Element (t, c, n) is 100t + 10c + n.
func TestViews(t *testing.T) {
	d := cube(t)
	d.Values[8] = 110
	d.LeftOut = []LeftOut{{Unit: "conditions", At: []int{3}, Of: 4, Why: "missing values"}}
	d.Features, d.Precision, d.Source.DType = []string{"u", "v"}, Precision{Stored: Float16}, "float16"
	for name, c := range map[string]struct {
		view   *Dataset
		values []float64
		shape  []int
		names  []string
		axes   []Axis
	}{
		"time":       {d.Time(1), []float64{100, 101, 110, 111, 120, 121}, []int{3, 2}, d.Names, []Axis{"sample", "feature"}},
		"condition":  {d.Condition(2), []float64{20, 21, 120, 121}, []int{2, 2}, nil, []Axis{"sample", "feature"}},
		"pooled":     {d.Pooled(), d.Values, []int{6, 2}, nil, []Axis{"sample", "feature"}},
		"conditions": {d.SelectConditions([]int{2, 0}), []float64{20, 21, 0, 1, 120, 121, 100, 101}, []int{2, 2, 2}, []string{"c", "a"}, []Axis{"time", "condition", "neuron"}},
		"samples":    {d.Time(0).Select([]int{1}), []float64{10, 11}, []int{1, 2}, []string{"b"}, []Axis{"sample", "feature"}},
		"repeated":   {d.SelectConditions([]int{1, 1}).Pooled(), []float64{10, 11, 10, 11, 110, 111, 110, 111}, []int{4, 2}, nil, []Axis{"sample", "feature"}},
	} {
		want := &Dataset{Values: c.values, Shape: c.shape, Names: c.names, Features: d.Features, Precision: d.Precision, Source: d.Source, LeftOut: d.LeftOut}
		if diff := cmp.Diff(want, c.view); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(c.axes, c.view.Axes()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	bin := dataset(t, d.Values[:6], 1, 3, 2)
	bin.Names = d.Names
	if got := bin.Pooled(); !cmp.Equal(got.Names, d.Names) {
		t.Errorf("%v: with one time conditions are samples", got.Names)
	}
}
