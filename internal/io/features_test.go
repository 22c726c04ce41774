package dataio

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"simtool/internal/data"
	"simtool/internal/data/datatest"
)

func numeric(name string, values ...float64) *data.Column {
	return &data.Column{Name: name, Kind: data.Numeric, Values: values}
}

func categorical(name string, levels []string, codes ...int) *data.Column {
	return &data.Column{Name: name, Kind: data.Categorical, Levels: levels, Codes: codes}
}

func TestReadFeatures(t *testing.T) {
	for _, c := range []struct {
		name, content string
		o             Options
		want          []*data.Column
	}{
		{
			"kinds.csv", "word,size,living\nbear,3.5,True\nbee, .01,True\nrock,NA,False\n,1e3,None\n",
			Options{},
			[]*data.Column{
				categorical("word", []string{"bear", "bee", "rock"}, 0, 1, 2, -1),
				numeric("size", 3.5, .01, nan, 1000),
				categorical("living", []string{"True", "False"}, 0, 0, 1, -1),
			},
		},
		{
			"first_appearance.tsv", "c\nz\na\nz\nnan\nnull\n",
			Options{},
			[]*data.Column{categorical("c", []string{"z", "a"}, 0, 1, 0, -1, -1)},
		},
		{
			"override.csv", "code,mixed\n2,1\n1,x\n2,\n",
			Options{Kinds: map[string]data.Kind{"code": data.Categorical, "mixed": data.Categorical}},
			[]*data.Column{categorical("code", []string{"2", "1"}, 0, 1, 0), categorical("mixed", []string{"1", "x"}, 0, 1, -1)},
		},
		{
			"columns.csv", ",a,b\n0,1,2\n1,3,4\n",
			Options{Columns: []string{"b"}},
			[]*data.Column{numeric("b", 2, 4)},
		},
		{
			"markers.csv", "country\nNA\nDE\n?\n",
			Options{Markers: []string{"?"}},
			[]*data.Column{categorical("country", []string{"NA", "DE"}, 0, 1, -1)},
		},
		{
			"no_header.csv", "a,1\nb,2\n",
			Options{Header: HeaderNo},
			[]*data.Column{categorical("f1", []string{"a", "b"}, 0, 1), numeric("f2", 1, 2)},
		},
		{
			"empty_numeric.csv", "a,b\n,1\n,2\n",
			Options{Kinds: map[string]data.Kind{"a": data.Numeric}},
			[]*data.Column{numeric("a", nan, nan), numeric("b", 1, 2)},
		},
		{
			"array.npy", string(encode(t, []float64{1, 2, 3, nan}, 2, 2)),
			Options{Kinds: map[string]data.Kind{"f1": data.Categorical}},
			[]*data.Column{categorical("f1", []string{"1", "3"}, 0, 1), numeric("f2", 2, nan)},
		},
	} {
		table, err := ReadFeatures(put(t, c.name, []byte(c.content)), c.o)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(c.want, table.Columns, cmpopts.EquateNaNs(), cmpopts.IgnoreFields(data.Column{}, "MissingAs")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// A table says which of its cells stand for missing values, and which would.
func TestMarkersOfFeatures(t *testing.T) {
	path := put(t, "f.csv", []byte("a,b\nx,1\nNone,\nn/a,-9\nNone,2\n"))
	for _, c := range []struct {
		markers []string
		found   [][]string
		missing []int
	}{
		{nil, [][]string{{"None", "n/a"}, {""}}, []int{3, 1}},
		{[]string{"-9"}, [][]string{nil, {"", "-9"}}, []int{0, 2}},
		{[]string{}, [][]string{nil, {""}}, []int{0, 1}},
	} {
		table, err := ReadFeatures(path, Options{Markers: c.markers})
		if err != nil {
			t.Fatal(err)
		}
		for k, column := range table.Columns {
			if diff := cmp.Diff(c.found[k], column.MissingAs); diff != "" || column.Missing() != c.missing[k] {
				t.Errorf("%q, column %s: %d missing %s", c.markers, column.Name, column.Missing(), diff)
			}
		}
		if want := c.markers; want != nil && !cmp.Equal(want, table.Markers) || want == nil && !cmp.Equal(DefaultMarkers, table.Markers) {
			t.Errorf("markers %q of %q", table.Markers, c.markers)
		}
	}
}

func TestRefusedFeatures(t *testing.T) {
	for _, c := range []struct {
		content string
		o       Options
		says    []string
	}{
		{"", Options{}, []string{"an empty file"}},
		{"a,b\n", Options{}, []string{"a header and no data"}},
		{"a,1\nb,2\n", Options{}, []string{"first line that holds data", "names of the columns"}},
		{"NA,\nb,2\n", Options{}, []string{"first line that holds data"}},
		{"a,a\n1,2\n", Options{}, []string{`two columns named "a"`}},
		{"a,\n1,2\n", Options{}, []string{"column 2 without a name", "take it out of the file"}},
		{"a\n1\n2\nx\n", Options{}, []string{`line 4, column "a": "x" among 2 numbers`, "categorical"}},
		{"a,b\n,1\nNA,2\n", Options{}, []string{`column "a" has no values`}},
		{"a\n1\ninf\n", Options{}, []string{`line 3, column "a": "inf"`}},
		{"a\n1\nx\n", Options{Kinds: map[string]data.Kind{"a": data.Numeric}}, []string{`line 3, column "a": "x"`, "finite number"}},
		{"a\n1\n", Options{Kinds: map[string]data.Kind{"b": data.Numeric}}, []string{`no column "b"`, "the columns are a"}},
		{"a,b\n1\n", Options{}, []string{"line 2: 1 field"}},
	} {
		path := put(t, "x.csv", []byte(c.content))
		_, err := ReadFeatures(path, c.o)
		wantRefused(t, err, path, c.says...)
	}
	path := "testdata/npy/cube_tcn.npy"
	_, err := ReadFeatures(path, Options{})
	wantRefused(t, err, path, "3-d array of shape 2 × 3 × 4")
}

// The counts of the shared table were taken with cut, sort and uniq -c.
func TestSharedFeatures(t *testing.T) {
	table, err := ReadFeatures(datatest.Shared(t, "data", "relative_clause", "relative_clause.csv"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	clause, err := table.Column("sentence_CLAUSE")
	if err != nil {
		t.Fatal(err)
	}
	zipf, err := table.Column("subj_ZIPF")
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, code := range clause.Codes {
		counts[clause.Levels[code]]++
	}
	if diff := cmp.Diff(map[string]int{"subjwho": 3840, "objwho": 3840}, counts); diff != "" {
		t.Error(diff)
	}
	if clause.Kind != data.Categorical || zipf.Kind != data.Numeric || zipf.Values[0] != 5 {
		t.Errorf("%s is %s, %s is %s", clause.Name, clause.Kind, zipf.Name, zipf.Kind)
	}
}
