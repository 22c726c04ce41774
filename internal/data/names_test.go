package data

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func named(t testing.TB, path, names string, values ...float64) *Dataset {
	t.Helper()
	words := strings.Fields(names)
	d, err := New(values, len(words), len(values)/len(words))
	if err != nil {
		t.Fatal(err)
	}
	d.Names, d.Source.Path = words, path
	return d
}

func TestSystemsAreJoinedByName(t *testing.T) {
	x := named(t, "x", "a b c", 1, 2, 3)
	for _, c := range []struct {
		pairing Pairing
		names   string
		values  []float64
		wantX   []float64
		wantY   []float64
		says    []string
	}{
		{ByName, "c a b", []float64{30, 10, 20}, []float64{1, 2, 3}, []float64{10, 20, 30}, nil},
		{ByName, "a b c", []float64{10, 20, 30}, []float64{1, 2, 3}, []float64{10, 20, 30}, nil},
		{ByPosition, "c a b", []float64{30, 10, 20}, []float64{1, 2, 3}, []float64{30, 10, 20}, nil},
		{ByPosition, "c a d", []float64{30, 10, 20}, []float64{1, 2, 3}, []float64{30, 10, 20}, nil},
		{ByCommon, "c d a", []float64{30, 40, 10}, []float64{1, 3}, []float64{10, 30}, nil},
		{ByCommon, "d c b a", []float64{40, 30, 20, 10}, []float64{1, 2, 3}, []float64{10, 20, 30}, nil},
		{ByName, "0 1 2", []float64{10, 20, 30}, []float64{1, 2, 3}, []float64{10, 20, 30}, nil}, // an index that only counts
		{ByName, "c d a", []float64{30, 40, 10}, nil, nil, []string{`no sample "b", which x has`, `"d", which x has not`, "--pair-by common keeps the 2"}},
		{ByName, "a b", []float64{10, 20}, nil, nil, []string{`no sample "c"`}},
		{ByName, "u v w", []float64{1, 2, 3}, nil, nil, []string{"no name is in both", "--pair-by position"}},
		{ByCommon, "u v w", []float64{1, 2, 3}, nil, nil, []string{"no name is in both"}},
	} {
		xs, ys, err := c.pairing.Join(x, named(t, "y", c.names, c.values...))
		if c.says != nil {
			e, ok := AsInputError(err)
			if !ok || e.Path != "y" {
				t.Errorf("%s: error %v, want one about y", c.names, err)
				continue
			}
			for _, s := range c.says {
				if !strings.Contains(e.Error()+e.Hint, s) {
					t.Errorf("%s: %q (hint %q) does not say %q", c.names, e, e.Hint, s)
				}
			}
			continue
		}
		if err != nil || !slices.Equal(xs.Values, c.wantX) || !slices.Equal(ys.Values, c.wantY) {
			t.Errorf("%s: %v %v %v, want %v %v", c.names, xs, ys, err, c.wantX, c.wantY)
		}
	}
}

// Numbers that count from 0 and from 1 are the same rows: pandas and R.
func TestIndexesThatCount(t *testing.T) {
	_, y, err := ByName.Join(named(t, "x", "0 1 2", 1, 2, 3), named(t, "y", "1 2 3", 10, 20, 30))
	if err != nil || !slices.Equal(y.Values, []float64{10, 20, 30}) {
		t.Errorf("%v, %v: want rows in their order", y, err)
	}
	_, y, err = ByName.Join(named(t, "x", "0 1 2", 1, 2, 3), named(t, "y", "2 0 1", 30, 10, 20))
	if err != nil || !slices.Equal(y.Values, []float64{10, 20, 30}) {
		t.Errorf("%v, %v: want rows by their numbers", y, err)
	}
}

// However rows and columns of a labelled matrix are ordered, its entries are found
// under their labels.
func TestLabelledMatricesAreAligned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 7).Draw(t, "n")
		label := func(i int) string { return "s" + strconv.Itoa(i) }
		all := make([]int, n)
		for i := range all {
			all[i] = i
		}
		make2 := func(name string) *Dataset {
			rows, columns := rapid.Permutation(all).Draw(t, name+" rows"), rapid.Permutation(all).Draw(t, name+" columns")
			d, err := New(make([]float64, n*n), n, n)
			if err != nil {
				t.Fatal(err)
			}
			for i, a := range rows {
				d.Names = append(d.Names, label(a))
				for j, b := range columns {
					d.Values[i*n+j] = float64(100*a + b)
				}
			}
			for _, b := range columns {
				d.Features = append(d.Features, label(b))
			}
			return d
		}
		x, y := make2("x").AlignLabels(), make2("y").AlignLabels()
		x, y, err := ByName.Join(x, y)
		if err != nil || !slices.Equal(x.Values, y.Values) || !slices.Equal(y.Names, y.Features) {
			t.Fatalf("%v and %v: %v", x, y, err)
		}
	})
}

// The header of a matrix of dissimilarities names its samples as well; that of responses
// names features.
func TestHeaderOfDissimilarities(t *testing.T) {
	square := func(values ...float64) *Dataset {
		d, err := New(values, 3, 3)
		if err != nil {
			t.Fatal(err)
		}
		d.Features = []string{"cat", "dog", "owl"}
		return d.AlignLabels()
	}
	if got := square(0, 1, 2, 1, 0, 3, 2, 3, 0); !slices.Equal(got.Names, got.Features) {
		t.Errorf("dissimilarities: names %q", got.Names)
	}
	if got := square(0, 1, 2, 1, 5, 3, 2, 3, 0); got.Names != nil {
		t.Errorf("responses: names %q", got.Names)
	}
	x, y := square(0, 1, 2, 1, 0, 3, 2, 3, 0), square(0, 3, 1, 3, 0, 2, 1, 2, 0)
	y.Names = []string{"owl", "dog", "cat"}
	y.Features = y.Names
	_, joined, err := ByName.Join(x, y)
	if err != nil || !slices.Equal(joined.Values, []float64{0, 2, 1, 2, 0, 3, 1, 3, 0}) {
		t.Errorf("in the order of x: %v, %v", joined, err)
	}
}
