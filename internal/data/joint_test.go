package data

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"
)

func dataset(t *testing.T, values []float64, shape ...int) *Dataset {
	t.Helper()
	d, err := New(values, shape...)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A sample that is missing in one is left out of both.
func TestApplyDrop(t *testing.T) {
	nan := math.NaN()
	x := dataset(t, []float64{1, 2, nan, 4, 5, 6, 7, 8}, 4, 2)
	y := dataset(t, []float64{10, 20, 30, nan}, 4, 1)
	x.Names, x.Features, x.Source.Path = []string{"a", "b", "c", "d"}, []string{"u", "v"}, "x.csv"
	kept, err := DropMissing.Apply(Samples, []*Dataset{x, y})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]int{{0, 2}, {1, 3}}, [][]int{kept.Units, kept.Out}); diff != "" || kept.Of != 4 || !kept.Changed() {
		t.Error(diff, kept.Of)
	}
	want := []*Dataset{
		{Values: []float64{1, 2, 5, 6}, Shape: []int{2, 2}, Names: []string{"a", "c"}, Features: x.Features, Source: x.Source},
		{Values: []float64{10, 30}, Shape: []int{2, 1}},
	}
	for _, d := range want {
		d.LeftOut = []LeftOut{{Unit: "samples", At: []int{1, 3}, Of: 4, Why: "missing values"}}
	}
	if diff := cmp.Diff(want, kept.Systems); diff != "" {
		t.Error(diff)
	}
	if got, want := kept.Warning(), "left out 2 of 4 samples, which have missing values"; got != want {
		t.Errorf("%q", got)
	}
	if len(x.Values) != 8 || x.Values[1] != 2 || x.LeftOut != nil {
		t.Error("the input was touched")
	}
}

// Element (t, c, n) is 100t + 10c + n; condition 1 is missing at time 1.
func cube(t *testing.T) *Dataset {
	values := make([]float64, 0, 12)
	for ti := range 2 {
		for c := range 3 {
			for n := range 2 {
				values = append(values, float64(100*ti+10*c+n))
			}
		}
	}
	values[(1*3+1)*2] = math.NaN()
	d := dataset(t, values, 2, 3, 2)
	d.Names = []string{"a", "b", "c"}
	return d
}

// A condition is left out at every time, with its label. Where samples are left out,
// the dataset loses its times.
func TestApplyConditions(t *testing.T) {
	d := cube(t)
	whole := dataset(t, make([]float64, 6), 2, 3, 1)
	labels := []string{"left", "right", "up"}
	kept, err := DropMissing.Apply(Conditions, []*Dataset{whole, d}, AlongSlice("l.csv", "labels", &labels))
	if err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(kept.Out, []int{1}) || kept.Of != 3 || !cmp.Equal(kept.Systems[0].Shape, []int{2, 2, 1}) || !cmp.Equal(kept.Systems[1].Shape, []int{2, 2, 2}) {
		t.Errorf("left out %v of %d: %v, %v", kept.Out, kept.Of, kept.Systems[0].Shape, kept.Systems[1].Shape)
	}
	if diff := cmp.Diff([]float64{0, 1, 20, 21, 100, 101, 120, 121}, kept.Systems[1].Values); diff != "" {
		t.Error(diff)
	}
	if !cmp.Equal(labels, []string{"left", "up"}) || !cmp.Equal(kept.Systems[1].Names, []string{"a", "c"}) {
		t.Errorf("%v %v", labels, kept.Systems[1].Names)
	}
	if got, want := kept.Warning(), "left out 1 of 3 conditions, which have missing values"; got != want {
		t.Errorf("%q", got)
	}
	// The other one may be 2-d: its samples correspond.
	flat := dataset(t, []float64{0, 1, 2, 3, 4, 5}, 6, 1)
	kept, err = DropMissing.Apply(Conditions, []*Dataset{flat, d})
	if err != nil || !cmp.Equal(kept.Systems[0].Values, []float64{0, 2, 3, 5}) || !cmp.Equal(kept.Systems[1].Shape, []int{2, 2, 2}) {
		t.Errorf("%v %v %v", err, kept.Systems[0], kept.Systems[1].Shape)
	}
	for name, of := range map[string]struct {
		unit  Unit
		other *Dataset
	}{
		"samples are asked for":   {Samples, whole},
		"other conditions":        {Conditions, dataset(t, make([]float64, 6), 3, 2, 1)},
		"stimuli are but samples": {Stimuli, whole},
		"none is 3-d":             {Conditions, nil},
	} {
		sets := []*Dataset{d, of.other}
		if of.other == nil {
			sets = []*Dataset{d.Pooled()}
		}
		kept, err = DropMissing.Apply(of.unit, sets)
		if err != nil {
			t.Fatal(err)
		}
		if !cmp.Equal(kept.Out, []int{4}) || !cmp.Equal(kept.Systems[0].Shape, []int{5, 2}) || kept.Systems[0].Names != nil {
			t.Errorf("%s: left out %v: %v %v", name, kept.Out, kept.Systems[0].Shape, kept.Systems[0].Names)
		}
	}
}

// All data along the samples lose the same ones, and their old values do not change.
func TestApplyAlong(t *testing.T) {
	d := dataset(t, []float64{1, math.NaN(), 3, 4}, 4, 1)
	groups, times := []string{"a", "b", "c", "d"}, []float64{0, 1, 2, 3}
	table := &Table{Source: Source{Path: "f.csv"}, Columns: []*Column{
		{Name: "size", Values: []float64{1, 2, math.NaN(), 4}},
		{Name: "kind", Kind: Categorical, Levels: []string{"p", "q"}, Codes: []int{0, 1, -1, 0}},
	}}
	square := mat.NewDense(4, 4, []float64{0, 1, 2, 3, 1, 0, 12, 13, 2, 12, 0, 23, 3, 13, 23, 0})
	wide := mat.NewDense(4, 2, nil) // is refused elsewhere
	oldGroups, oldTable, oldSquare := groups, table, square
	kept, err := DropMissing.Apply(Stimuli, []*Dataset{d},
		AlongSlice("", "groups", &groups), AlongSlice("", "times", &times), AlongTable("stimuli", &table),
		AlongSquare("d.npy", "stimuli", &square), AlongSquare("w.npy", "stimuli", &wide))
	if err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(groups, []string{"a", "c", "d"}) || !cmp.Equal(times, []float64{0, 2, 3}) {
		t.Errorf("%v %v", groups, times)
	}
	if got, want := fmt.Sprint(table.Cells()), "[[1 p] [<nil> <nil>] [4 p]]"; got != want {
		t.Errorf("%s", got)
	}
	if !mat.Equal(square, mat.NewDense(3, 3, []float64{0, 2, 3, 2, 0, 23, 3, 23, 0})) {
		t.Errorf("%v", mat.Formatted(square))
	}
	if n, _ := wide.Dims(); n != 4 || len(oldGroups) != 4 || oldTable.Rows() != 4 || oldSquare.At(1, 2) != 12 {
		t.Error("what was there is written to")
	}
	if got, want := kept.Warning(), "left out 1 of 4 stimuli, which have missing values"; got != want {
		t.Errorf("%q", got)
	}
}

// Without missing values, systems and the data along them do not change.
func TestApplyNothing(t *testing.T) {
	x := dataset(t, []float64{1, math.Inf(1)}, 2, 1)
	names := []string{"a", "b"}
	kept, err := DropMissing.Apply(Conditions, []*Dataset{x}, AlongSlice("", "names", &names))
	if err != nil || kept.Out != nil || kept.Systems[0] != x || kept.Changed() || kept.Warning() != "" || len(names) != 2 {
		t.Errorf("%v %v", kept, err)
	}
	if err := x.CheckFinite(); err == nil || strings.Contains(err.Error(), "--missing") {
		t.Errorf("%v", err)
	}
	if kept, err := DropMissing.Apply(Samples, nil); err != nil || kept.Changed() {
		t.Errorf("%v %v", kept, err)
	}
}

func TestApplyRefuses(t *testing.T) {
	gaps := dataset(t, []float64{1, math.NaN(), math.NaN(), 4}, 2, 2)
	gaps.Source.Path = "x.csv"
	three := []string{"a", "b", "c"}
	for _, c := range []struct {
		policy Policy
		unit   Unit
		sets   []*Dataset
		along  []Along
		want   string
	}{
		{DropMissing, Samples, []*Dataset{gaps}, nil, "x.csv: missing values in every sample, want at least one complete sample"},
		{DropMissing, Samples, []*Dataset{gaps, dataset(t, []float64{1}, 1, 1)}, nil, "1 samples, but x.csv has 2"},
		{DropMissing, Stimuli, []*Dataset{gaps, dataset(t, []float64{1}, 1, 1)}, nil, "1 stimuli, but x.csv has 2"},
		{DropMissing, Conditions, []*Dataset{dataset(t, []float64{math.NaN(), 1, 2, math.NaN()}, 2, 2, 1)}, nil, "missing values in every condition"},
		{DropMissing, Samples, []*Dataset{dataset(t, []float64{1, 2}, 2, 1)}, []Along{AlongSlice("l.csv", "labels", &three)}, "l.csv: 3 labels, want one for each of the 2 samples of"},
		{RefuseMissing, Samples, []*Dataset{gaps}, nil, "x.csv: NaN at [0,1] (2 of 4 values are not finite)"},
	} {
		_, err := c.policy.Apply(c.unit, c.sets, c.along...)
		if _, ok := AsInputError(err); !ok || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
	if len(three) != 3 {
		t.Error("what runs along was touched before it was refused")
	}
}

// A dataset lists all units that were left out of it.
func TestLeftOutTwice(t *testing.T) {
	d := dataset(t, []float64{1, math.NaN(), 3, 4}, 4, 1)
	kept, err := DropMissing.Apply(Samples, []*Dataset{d})
	if err != nil {
		t.Fatal(err)
	}
	d = kept.Systems[0]
	d.Values[2] = math.NaN()
	if kept, err = DropMissing.Apply(Stimuli, []*Dataset{d}); err != nil {
		t.Fatal(err)
	}
	want := []LeftOut{
		{Unit: "samples", At: []int{1}, Of: 4, Why: "missing values"},
		{Unit: "stimuli", At: []int{2}, Of: 3, Why: "missing values"},
	}
	if diff := cmp.Diff(want, kept.Systems[0].LeftOut); diff != "" || len(d.LeftOut) != 1 {
		t.Error(diff)
	}
}

// The warning names the only system. Without a policy nothing changes.
func TestKept(t *testing.T) {
	x := dataset(t, []float64{1, math.NaN(), 3}, 3, 1)
	x.Source.Path = "x.csv"
	survey := DropMissing.Survey(Stimuli)
	if err := survey.Look(x); err != nil {
		t.Fatal(err)
	}
	kept, err := survey.Kept()
	if want := "x.csv: left out 1 of 3 stimuli, which have missing values"; err != nil || kept.Warning() != want {
		t.Errorf("%v %q", err, kept.Warning())
	}
	if _, err := kept.System(dataset(t, []float64{1, 2}, 2, 1)); err == nil || !strings.Contains(err.Error(), "2 stimuli, but x.csv has 3") {
		t.Errorf("a system that was not looked at: %v", err)
	}
	var none *Kept
	names := []string{"a"}
	d, err := none.System(x)
	if err != nil || d != x || none.Changed() || none.Warning() != "" || none.Along(AlongSlice("", "names", &names)) != nil {
		t.Errorf("no policy: %v %v", d, err)
	}
}
