package data

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// random returns a dataset of which about one value in ten is missing. The first
// feature is the number of the row, and complete.
func random(r *rand.Rand, shape ...int) *Dataset {
	n := 1
	for _, s := range shape {
		n *= s
	}
	values := make([]float64, n)
	width := shape[len(shape)-1]
	for i := range values {
		switch {
		case i%width == 0:
			values[i] = float64(i / width)
		case r.IntN(10) == 0:
			values[i] = math.NaN()
		default:
			values[i] = r.NormFloat64()
		}
	}
	d, err := New(values, shape...)
	if err != nil {
		panic(err)
	}
	d.Precision, d.Source.Path = Precision{Stored: Float32}, fmt.Sprint(shape)
	for i := range shape[len(shape)-2] {
		d.Names = append(d.Names, fmt.Sprint("s", i))
	}
	return d
}

// Every policy satisfies the contract of Policy on any data: samples still correspond,
// no value is missing, inputs do not change, a survey agrees with Apply, and a
// warning describes the changes.
func TestPolicies(t *testing.T) {
	for _, p := range Policies() {
		t.Run(p.Name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 1))
			refused := 0
			for range 300 {
				times, conditions := 1+r.IntN(3), 2+r.IntN(12)
				unit := Unit(r.IntN(3))
				sets := make([]*Dataset, 1+r.IntN(3))
				for i := range sets {
					sets[i] = random(r, times, conditions, 2+r.IntN(2))
					if r.IntN(4) == 0 {
						sets[i] = sets[i].Pooled()
					}
				}
				var before []*Dataset
				for _, d := range sets {
					c := *d
					c.Values = slices.Clone(d.Values)
					before = append(before, &c)
				}
				kept, err := p.Apply(unit, sets)
				if err != nil {
					if _, ok := AsInputError(err); !ok {
						t.Fatal(err)
					}
					refused++
					continue
				}
				survey := p.Survey(unit)
				for _, d := range sets {
					if err := survey.Look(d); err != nil {
						t.Fatal(err)
					}
				}
				again, err := survey.Kept()
				if err != nil || !cmp.Equal(again.Units, kept.Units) || again.Warning() != kept.Warning() {
					t.Fatalf("a survey keeps %v, Apply %v", again.Units, kept.Units)
				}
				for i, d := range kept.Systems {
					checkKept(t, kept, d, sets[i])
					nan := cmp.Comparer(func(a, b float64) bool { return a == b || a != a && b != b })
					if diff := cmp.Diff(before[i], sets[i], nan); diff != "" {
						t.Fatal("the input was touched", diff)
					}
					same, err := again.System(sets[i])
					if diff := cmp.Diff(d, same); diff != "" || err != nil {
						t.Fatal("a survey makes another system", diff, err)
					}
				}
			}
			if refused == 300 {
				t.Error("it refuses everything")
			}
		})
	}
}

// checkKept compares a system with the original one, row by row.
func checkKept(t *testing.T, kept *Kept, d, from *Dataset) {
	t.Helper()
	if err := d.CheckFinite(); err != nil {
		t.Fatal(err)
	}
	if d.Precision != from.Precision || d.Source.Path != from.Source.Path {
		t.Fatal("its source is forgotten")
	}
	if from.Names != nil && (kept.Unit == Conditions || !from.Is3D() || len(kept.Out) == 0) {
		var names []string
		for _, u := range kept.Units {
			if u < len(from.Names) {
				names = append(names, from.Names[u])
			}
		}
		if diff := cmp.Diff(names, d.Names); diff != "" {
			t.Fatal("names do not follow their samples", diff)
		}
	}
	if (d == from) == kept.Changed() && len(kept.Systems) == 1 {
		t.Fatal("a system is copied without need, or the other way round")
	}
	if kept.Changed() == (kept.Warning() == "") {
		t.Fatalf("warning %q", kept.Warning())
	}
	var want []float64 // numbers of rows, the first feature
	for row := range from.Samples() {
		if slices.Contains(kept.Units, row%kept.Of) {
			want = append(want, float64(row))
		}
	}
	for row := range d.Samples() {
		if len(want) != d.Samples() || d.Values[row*d.Width()] != want[row] {
			t.Fatalf("row %d of %v is not that of the source: want %v", row, d.Shape, want)
		}
		// Values that are not missing do not change.
		old := from.Values[int(want[row])*from.Width():][:from.Width()]
		for k, v := range d.Values[row*d.Width():][:d.Width()] {
			if d.Width() == from.Width() && !math.IsNaN(old[k]) && v != old[k] {
				t.Fatalf("%g has become %g", old[k], v)
			}
		}
	}
}

// The rows that drop leaves out are those with a NaN, by counting.
func TestDropLeavesOutNoMore(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for range 200 {
		x, y := random(r, 8, 3), random(r, 8, 2)
		var want []int
		for row := range 8 {
			if slices.ContainsFunc(x.Values[row*3:row*3+3], math.IsNaN) || slices.ContainsFunc(y.Values[row*2:row*2+2], math.IsNaN) {
				want = append(want, row)
			}
		}
		kept, err := DropMissing.Apply(Samples, []*Dataset{x, y})
		if len(want) == 8 {
			if err == nil {
				t.Fatal("nothing remains")
			}
			continue
		}
		if err != nil || !cmp.Equal(kept.Out, want) {
			t.Fatalf("%v %v, want %v", err, kept.Out, want)
		}
	}
}

// Repairs come before samples are left out, and a note describes each. Where samples
// are not left out, values that no repair has filled in are refused.
func TestRepair(t *testing.T) {
	fill := func(d *Dataset) (*Dataset, string) {
		if !math.IsNaN(d.Values[0]) {
			return d, ""
		}
		c := *d
		c.Values = slices.Clone(d.Values)
		c.Values[0] = 7
		return &c, "filled in a value"
	}
	nan := math.NaN()
	x, y := dataset(t, []float64{nan, 2, 3}, 3, 1), dataset(t, []float64{4, nan, 6}, 3, 1)
	x.Source.Path = "x.csv"
	kept, err := Policy{Repair: fill, Drops: true}.Apply(Samples, []*Dataset{x, y})
	if err != nil || !cmp.Equal(kept.Systems[0].Values, []float64{7, 3}) || !cmp.Equal(kept.Systems[1].Values, []float64{4, 6}) {
		t.Fatalf("%v %v", kept, err)
	}
	if got, want := kept.Warning(), "x.csv: filled in a value; left out 1 of 3 samples, which have missing values"; got != want {
		t.Errorf("%q", got)
	}
	if _, err = (Policy{Repair: fill}).Apply(Samples, []*Dataset{x, y}); err == nil || !strings.Contains(err.Error(), "NaN at [1,0]") {
		t.Errorf("%v", err)
	}
	if kept, err = (Policy{Repair: fill}).Apply(Samples, []*Dataset{x}); err != nil || kept.Warning() != "x.csv: filled in a value" || !kept.Changed() {
		t.Errorf("%v %v", kept, err)
	}
	survey := (Policy{Repair: fill}).Survey(Samples)
	if err := survey.Look(x); err != nil {
		t.Fatal(err)
	}
	if kept, err = survey.Kept(); err != nil {
		t.Fatal(err)
	}
	if d, err := kept.System(x); err != nil || d.Values[0] != 7 || !math.IsNaN(x.Values[0]) {
		t.Errorf("after a survey: %v %v", d, err)
	}
}

func TestPolicyNames(t *testing.T) {
	for i, name := range PolicyNames() {
		p, ok := PolicyNamed(name)
		if !ok || p.Name != name || p.Name != Policies()[i].Name || p.Doc == "" || !strings.Contains(PolicyHelp(), p.Doc) {
			t.Errorf("%q: %v, %q", name, p.Name, p.Doc)
		}
	}
	if p, ok := PolicyNamed(""); !ok || !p.Refuses() {
		t.Error("the default refuses")
	}
	if _, ok := PolicyNamed("ignore"); ok {
		t.Error("a policy that there is not")
	}
	if p, _ := PolicyNamed("drop"); p.Refuses() {
		t.Error("drop refuses")
	}
}

// A grid of times and conditions stays one where whole times or conditions go;
// otherwise each sample remembers its condition. By enumeration of the samples.
func TestConditionsOfWhatIsKept(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	grids := 0
	for range 300 {
		const times, conditions = 3, 4
		values := make([]float64, times*conditions)
		for i := range values {
			values[i] = float64(i)
		}
		switch r.IntN(3) {
		case 0:
			c := r.IntN(conditions)
			for t := range times {
				values[t*conditions+c] = math.NaN()
			}
			fallthrough
		case 1:
			bin := r.IntN(times)
			for c := range conditions {
				values[bin*conditions+c] = math.NaN()
			}
		default:
			for range 1 + r.IntN(5) {
				values[r.IntN(len(values))] = math.NaN()
			}
		}
		kept, err := DropMissing.Apply(Samples, []*Dataset{dataset(t, values, times, conditions, 1)})
		if err != nil {
			t.Fatal(err)
		}
		d := kept.Systems[0]
		atTime, ofCondition := map[int]bool{}, map[int]bool{}
		for _, v := range d.Values {
			atTime[int(v)/conditions], ofCondition[int(v)%conditions] = true, true
		}
		grid := len(d.Values) == len(atTime)*len(ofCondition)
		if d.Is3D() != grid {
			t.Fatalf("%v of %v is %v", d.Values, values, d.Shape)
		}
		if grid {
			grids++
			if d.Shape[0] != len(atTime) || d.Shape[1] != len(ofCondition) {
				t.Fatalf("%v is %v", d.Values, d.Shape)
			}
			continue
		}
		for i, v := range d.Values {
			if d.ConditionOf[i] != int(v)%conditions {
				t.Fatalf("conditions of %v are %v", d.Values, d.ConditionOf)
			}
		}
	}
	if grids < 100 || grids == 300 {
		t.Errorf("%d grids", grids)
	}
}

// A sample without dissimilarities is left out of the rows and columns of RDMs, and of
// those that they are compared with. One that lacks a few alone goes as well.
func TestMissingInRDMs(t *testing.T) {
	nan := math.NaN()
	a := dataset(t, []float64{0, 1, nan, 3, 1, 0, nan, 5, nan, nan, nan, nan, 3, 5, nan, 0}, 4, 4)
	b := dataset(t, []float64{0, 1, 2, 3, 1, 0, 4, 5, 2, 4, 0, nan, 3, 5, nan, 0}, 4, 4)
	b.Features = []string{"p", "q", "r", "s"}
	kept, err := DropMissing.Apply(Samples, []*Dataset{a})
	if err != nil || !cmp.Equal(kept.Out, []int{2}) || !cmp.Equal(kept.Systems[0].Values, []float64{0, 1, 3, 1, 0, 5, 3, 5, 0}) {
		t.Fatalf("%v %v", err, kept)
	}
	if kept, err = DropMissing.Apply(Samples, []*Dataset{a, b}); err != nil || !cmp.Equal(kept.Out, []int{2, 3}) {
		t.Fatalf("%v %v", err, kept)
	}
	if d := kept.Systems[1]; !cmp.Equal(d.Values, []float64{0, 1, 1, 0}) || !cmp.Equal(d.Features, []string{"p", "q"}) {
		t.Errorf("%v %v", d.Values, d.Features)
	}
	if kept, err = DropMissingFeatures.Apply(Samples, []*Dataset{a}); err != nil || !cmp.Equal(kept.Systems[0].Shape, []int{3, 3}) {
		t.Errorf("drop-features takes a column of an RDM for a feature: %v", err)
	}
	if got := kept.Restore([]float64{1, 2, 3, 4, 5, 6, 7, 8, 9}, kept.Systems[0], a, 0); !cmp.Equal(got, []float64{1, 2, 0, 3, 4, 5, 0, 6, 0, 0, 0, 0, 7, 8, 0, 9}) {
		t.Errorf("restored %v", got)
	}
}
