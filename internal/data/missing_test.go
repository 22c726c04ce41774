package data

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func dataset(t *testing.T, values []float64, shape ...int) *Dataset {
	t.Helper()
	d, err := New(values, shape...)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDropMissing(t *testing.T) {
	nan := math.NaN()
	// A sample that is missing in one is left out of both.
	x := dataset(t, []float64{1, 2, nan, 4, 5, 6, 7, 8}, 4, 2)
	y := dataset(t, []float64{10, 20, 30, nan}, 4, 1)
	kept, dropped, err := DropMissing(x, y)
	if err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(dropped, []int{1, 3}) || !cmp.Equal(kept[0].Values, []float64{1, 2, 5, 6}) || !cmp.Equal(kept[1].Values, []float64{10, 30}) {
		t.Errorf("%v %v, dropped %v", kept[0].Values, kept[1].Values, dropped)
	}
	if !cmp.Equal(kept[0].Shape, []int{2, 2}) || !cmp.Equal(kept[1].Shape, []int{2, 1}) {
		t.Errorf("%v %v", kept[0].Shape, kept[1].Shape)
	}
	if len(x.Values) != 8 || x.Values[1] != 2 {
		t.Error("the input was touched")
	}
}

// Element (t, c, n) is 100t + 10c + n; condition 1 is missing at time 1.
func TestDropMissingConditions(t *testing.T) {
	values := make([]float64, 0, 12)
	for ti := range 2 {
		for c := range 3 {
			for n := range 2 {
				values = append(values, float64(100*ti+10*c+n))
			}
		}
	}
	values[(1*3+1)*2] = math.NaN()
	cube := dataset(t, values, 2, 3, 2)
	whole := dataset(t, make([]float64, 6), 2, 3, 1)
	kept, dropped, err := DropMissing(whole, cube)
	if err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(dropped, []int{1}) || !cmp.Equal(kept[0].Shape, []int{2, 2, 1}) || !cmp.Equal(kept[1].Shape, []int{2, 2, 2}) {
		t.Errorf("dropped %v: %v, %v", dropped, kept[0].Shape, kept[1].Shape)
	}
	if diff := cmp.Diff([]float64{0, 1, 20, 21, 100, 101, 120, 121}, kept[1].Values); diff != "" {
		t.Error(diff)
	}
	// Against a 2-d dataset it is rows that go.
	kept, dropped, err = DropMissing(cube, dataset(t, make([]float64, 6), 6, 1))
	if err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(dropped, []int{4}) || !cmp.Equal(kept[0].Shape, []int{5, 2}) {
		t.Errorf("dropped %v: %v", dropped, kept[0].Shape)
	}
}

func TestDropMissingNothing(t *testing.T) {
	x := dataset(t, []float64{1, math.Inf(1)}, 2, 1)
	kept, dropped, err := DropMissing(x)
	if err != nil || dropped != nil || kept[0] != x {
		t.Errorf("%v %v %v", kept, dropped, err)
	}
	if err := x.CheckFinite(); err == nil || strings.Contains(err.Error(), "--missing") {
		t.Errorf("%v", err)
	}
}

func TestDropMissingRefuses(t *testing.T) {
	x := dataset(t, []float64{1, math.NaN(), math.NaN(), 4}, 2, 2)
	if _, _, err := DropMissing(x); err == nil || !strings.Contains(err.Error(), "missing values in every sample") {
		t.Errorf("%v", err)
	}
	if _, _, err := DropMissing(x, dataset(t, []float64{1}, 1, 1)); err == nil || !strings.Contains(err.Error(), "1 samples, want 2") {
		t.Errorf("%v", err)
	}
}
