package verbmlem

import (
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"simtool/internal/data/datatest"
	"simtool/internal/verb/verbtest"
)

// fitWeights fits features to patterns, and returns the weights and the warnings.
func fitWeights(t *testing.T, features, neural string, more ...string) (weights []float64, warnings []string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "fit")
	words := append([]string{"--features", features, "--neural", neural, "--null", "0", "--bootstrap", "0", "--permutations", "0", "--folds", "0", "-o", dir}, more...)
	r := verbtest.Succeed(t, NewFit(), words...)
	for _, row := range verbtest.Rows(t, verbtest.Text(t, filepath.Join(dir, "weights.csv"))) {
		w, err := strconv.ParseFloat(row["weight"], 64)
		if err != nil {
			t.Fatal(err)
		}
		weights = append(weights, w)
	}
	return weights, r.Warnings
}

// A fit says how many values are missing, by which cells and by which policy. A category
// may be called None, if --na says so: then its name makes no difference.
func TestMissingCells(t *testing.T) {
	t.Chdir(t.TempDir())
	table := func(name string) {
		text, patterns := "cue,contrast\n", "u,v,w\n"
		for i := range 24 {
			cue := []string{name, "left", "right", "both"}[i/6]
			text += fmt.Sprintf("%s,%d\n", cue, i%3)
			patterns += fmt.Sprintf("%d,%g,%d\n", i/6*3%4, float64(i%3)*1.5, i*i%5)
		}
		verbtest.Write(t, "f.csv", text)
		verbtest.Write(t, "y.csv", patterns)
	}
	for _, name := range []string{"None", "NA", "n/a", "null", "NaN", ""} {
		table(name + "x") // no word for a missing value, with the same place among the names
		want, warnings := fitWeights(t, "f.csv", "y.csv")
		if len(warnings) > 0 {
			t.Errorf("warnings %q", warnings)
		}
		table(name)
		shown := name
		if name == "" {
			shown = "empty"
		}
		got, warnings := fitWeights(t, "f.csv", "y.csv")
		note := fmt.Sprintf(`feature "cue": 6 of 24 values are missing (%s); with --missing same their pairs do not differ in it`, shown)
		if len(warnings) != 1 || !strings.HasPrefix(warnings[0], note) || strings.Contains(warnings[0], "--na ''") != (name != "") {
			t.Errorf("%q: warnings %q", name, warnings)
		}
		if math.Abs(got[0]-want[0]) < 1e-3 {
			t.Errorf("%q: missing values have no effect", name)
		}
		if _, warnings = fitWeights(t, "f.csv", "y.csv", "--missing", "drop-pair"); len(warnings) != 1 || !strings.Contains(warnings[0], "--missing drop-pair their pairs are left out") {
			t.Errorf("%q: warnings %q", name, warnings)
		}
		if name == "" {
			continue
		}
		got, warnings = fitWeights(t, "f.csv", "y.csv", "--na", "")
		if len(warnings) > 0 || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q as a category: %v, want %v; warnings %q", name, got, want, warnings)
		}
	}
	// A number may stand for a missing value.
	table("no")
	verbtest.Write(t, "f.csv", strings.Replace(verbtest.Text(t, "f.csv"), "no,1", "no,-99", 1))
	if _, warnings := fitWeights(t, "f.csv", "y.csv", "--na=-99"); len(warnings) != 1 || !strings.Contains(warnings[0], `"contrast": 1 of 24 values are missing (-99)`) {
		t.Errorf("warnings %q", warnings)
	}
}

// A model reads the cells of other tables as those that it was fitted to.
func TestModelKeepsNA(t *testing.T) {
	t.Chdir(t.TempDir())
	text, patterns := "cue,contrast\n", "u,v\n"
	for i := range 12 {
		text += fmt.Sprintf("%s,%d\n", []string{"None", "left", "right"}[i/4], i%3)
		patterns += fmt.Sprintf("%d,%d\n", i/4*i/4, i*i%5)
	}
	verbtest.Write(t, "f.csv", text)
	verbtest.Write(t, "y.csv", patterns)
	for _, c := range []struct {
		na   []string
		want int
	}{{nil, 1}, {[]string{"--na", ""}, 0}} {
		words := append([]string{"--features", "f.csv", "--neural", "y.csv", "--null", "0", "--bootstrap", "0", "--permutations", "0", "--folds", "0", "--force", "-o", "fit"}, c.na...)
		verbtest.Succeed(t, NewFit(), words...)
		r := verbtest.Succeed(t, NewPredict(), "fit/model.json", "--features", "f.csv", "-o", "p.npy", "--force")
		if len(r.Warnings) != c.want || c.want == 1 && !strings.Contains(r.Warnings[0], "4 of 12 values are missing (None)") {
			t.Errorf("%v: warnings %q", c.na, r.Warnings)
		}
	}
}

func TestMissingCellsOfCases(t *testing.T) {
	dir := datatest.Shared(t, "cases")
	y := filepath.Join(dir, "cat_y.npy")
	for _, c := range []struct {
		file string
		more []string
		want float64 // the weight of cue, 0 for a warning
		note string
	}{
		{"cat_no.csv", nil, .8943, ""},
		{"cat_None.csv", []string{"--na", ""}, .8943, ""},
		{"cat_None.csv", []string{"--na", "", "--categorical", "cue"}, .8943, ""},
		{"cat_None.csv", nil, 0, "6 of 24 values are missing (None)"},
		{"cat_empty.csv", nil, 0, "6 of 24 values are missing (empty)"},
		{"cat_na.csv", nil, 0, "3 of 24 values are missing (n/a)"},
	} {
		got, warnings := fitWeights(t, filepath.Join(dir, c.file), y, c.more...)
		if c.note != "" && (len(warnings) != 1 || !strings.Contains(warnings[0], c.note)) || c.note == "" && len(warnings) > 0 {
			t.Errorf("%s: warnings %q", c.file, warnings)
		}
		if c.want != 0 && math.Abs(got[0]-c.want) > 5e-5 {
			t.Errorf("%s: %v, want %v", c.file, got[0], c.want)
		}
	}
}
