package figure

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"simtool/internal/data"
	"simtool/internal/io"
)

var update = flag.Bool("update", false, "write the golden figures anew")

// light is the style of most tests.
func light(t *testing.T) Style {
	t.Helper()
	theme, err := FindTheme("light")
	if err != nil {
		t.Fatal(err)
	}
	return Style{Theme: theme}
}

// load reads results of testdata.
func load(t *testing.T, names ...string) []*Result {
	t.Helper()
	var rs []*Result
	for _, name := range names {
		r, err := Load(filepath.Join("testdata", name), dataio.Options{})
		if err != nil {
			t.Fatal(err)
		}
		rs = append(rs, r)
	}
	DistinctLabels(rs)
	return rs
}

// array makes a result of values.
func array(t *testing.T, name string, values []float64, shape ...int) *Result {
	t.Helper()
	d, err := data.New(values, shape...)
	if err != nil {
		t.Fatal(err)
	}
	return &Result{Path: name, Label: name, Array: d}
}

// spiral is a recording of 12 times, 3 conditions and 3 neurons.
func spiral(t *testing.T) *Result {
	var values []float64
	for at := range 12 {
		for c := range 3 {
			angle := float64(at)/4 + 2*math.Pi*float64(c)/3
			values = append(values, 2*float64(at)*math.Cos(angle), float64(at)*math.Sin(angle), 0.1*float64(c))
		}
	}
	r := array(t, "spiral", values, 12, 3, 3)
	r.Labels = &data.Column{Name: "turn", Kind: data.Categorical, Levels: []string{"left", "right"}, Codes: []int{0, 1, 0}}
	return r
}

// labelled gives two of four samples one label and the other two another.
func labelled(r *Result) *Result {
	r.Labels = &data.Column{Name: "side", Kind: data.Categorical, Levels: []string{"left", "right"}, Codes: []int{0, 1, 0, 1}}
	return r
}

// cloud is ten samples of two features.
func cloud() []float64 {
	var values []float64
	for i := range 10 {
		values = append(values, float64(i), math.Sin(float64(i)))
	}
	return values
}

// numbered labels ten samples by numbers, one of which is missing.
func numbered(r *Result) *Result {
	c := &data.Column{Name: "depth", Kind: data.Numeric}
	for i := range 10 {
		c.Values = append(c.Values, 100*float64(i))
	}
	c.Values[3] = math.NaN()
	r.Labels = c
	return r
}

// goldenCase is a figure of testdata/golden.
type goldenCase struct {
	name    string
	kind    string
	results []*Result
	style   func(s *Style)
}

// goldenCases lists them.
func goldenCases(t *testing.T) []goldenCase {
	squares := array(t, "square", []float64{0, 4, 8, 4, 4, 0, 4, 8, 8, 4, 0, 4, 4, 8, 4, 0}, 4, 4)
	known := func(s *Style) {
		s.Measures = func(name string) (Range, bool) { return Range{Min: 0, Max: 1, Distance: name == "procrustes"}, true }
	}
	return []goldenCase{
		{name: "collection", kind: "collection", results: load(t, "collection.csv")},
		{name: "collection-map", kind: "collection", results: load(t, "collection.csv"), style: func(s *Style) { s.Form, s.Theme = mapForm, themes[1] }},
		{name: "scores", kind: "scores", results: load(t, "scores.csv")},
		{name: "scores-facet", kind: "scores", results: load(t, "scores.csv"), style: func(s *Style) { s.Facet = "measure" }},
		{name: "scores-many", kind: "scores", results: manyScores(t, 500)},
		{name: "scores-time", kind: "scores", results: load(t, "time.csv")},
		{name: "scores-time-ceiling", kind: "scores", results: load(t, "time-ceiling.csv")},
		{name: "scores-caveats", kind: "scores", results: load(t, "caveats.csv")},
		{name: "scores-layers", kind: "scores", results: load(t, "layers12.csv"), style: known},
		{name: "scores-layers-matrix", kind: "scores", results: load(t, "layers48.csv"), style: known},
		{name: "scores-layers-clustered", kind: "scores", results: load(t, "layers48.csv"), style: func(s *Style) { s.Order, s.Theme, s.Clusters = Cluster, themes[1], averageLinkage }},
		{name: "scores-matrix", kind: "scores", results: load(t, "pairs.csv")},
		{name: "scores-form-matrix", kind: "scores", results: load(t, "scores.csv"), style: func(s *Style) { s.Form = matrix }},
		{name: "trajectory", kind: "trajectory", results: load(t, "trajectory.csv")},
		{name: "components", kind: "components", results: load(t, "pc_r2.csv")},
		{name: "components-dark", kind: "components", results: load(t, "pc_r2.csv"), style: func(s *Style) { s.Theme = themes[1] }},
		{name: "thresholds", kind: "thresholds", results: load(t, "pc_thresholds.csv")},
		{name: "decoding", kind: "decoding", results: load(t, "decoding.csv")},
		{name: "decode", kind: "decode", results: load(t, "decode.csv")},
		{name: "decode-adjusted", kind: "decode", results: load(t, "adjusted.csv")},
		{name: "compare", kind: "compare", results: load(t, "compare.csv")},
		{name: "compare-time", kind: "compare", results: load(t, "compare-time.csv")},
		{name: "ranking", kind: "ranking", results: load(t, "ranking.csv")},
		{name: "also", kind: "also", results: load(t, "also.csv")},
		{name: "pc-sensitivity", kind: "pc-sensitivity", results: load(t, "sensitivity.csv")},
		{name: "pc-slopes", kind: "pc-slopes", results: load(t, "slopes.csv")},
		{name: "learning-order", kind: "learning-order", results: load(t, "order.csv")},
		{name: "interpretation", kind: "interpretation", results: load(t, "interpretation.csv")},
		{name: "influence", kind: "influence", results: load(t, "influence.csv")},
		{name: "influence-derivatives", kind: "influence", results: load(t, "derivatives.csv")},
		{name: "extrapolate", kind: "extrapolate", results: load(t, "extrapolate.csv")},
		{name: "joint-range", kind: "joint-range", results: load(t, "range.csv", "targets.csv", "paths.csv")},
		{name: "given", kind: "given", results: load(t, "given.csv")},
		{name: "importance", kind: "importance", results: load(t, "importance.csv")},
		{name: "importance-layers", kind: "importance", results: load(t, "layers.csv")},
		{name: "importance-layers-bars", kind: "importance", results: load(t, "layers.csv"), style: func(s *Style) { s.Form = bars }},
		{name: "importance-layers-matrix", kind: "importance", results: load(t, "layers.csv"), style: func(s *Style) { s.Form = matrix }},
		{name: "weights", kind: "weights", results: load(t, "weights.csv")},
		{name: "weights-products", kind: "weights", results: load(t, "products.csv")},
		{name: "model-scores", kind: "model-scores", results: load(t, "folds.csv")},
		{name: "explanation", kind: "explanation", results: load(t, "explain.csv")},
		{name: "encoding", kind: "encoding", results: load(t, "encode.csv")},
		{name: "profiles", kind: "profiles", results: load(t, "profiles.csv")},
		{name: "comparison", kind: "comparison", results: load(t, "comparison.csv")},
		{name: "study", kind: "study", results: load(t, "study.csv")},
		{name: "study-tests", kind: "study", results: load(t, "study-tests.csv")},
		{name: "rdm", kind: "rdm", results: []*Result{squares}},
		{name: "rdm-labels", kind: "rdm", results: []*Result{labelled(array(t, "square", squares.Array.Values, 4, 4))}},
		{name: "rdm-clustered", kind: "rdm", results: []*Result{array(t, "pairs", []float64{0, 10, 1.5, 11, 10, 0, 8.5, 1, 1.5, 8.5, 0, 9.5, 11, 1, 9.5, 0}, 4, 4)}, style: func(s *Style) { s.Order, s.Clusters = Cluster, averageLinkage }},
		{name: "rdm-scaling", kind: "rdm", results: []*Result{labelled(square(t, "corners", [][]float64{{0, 0, 1}, {3, 0, -1}, {0, 2, 0}, {3, 2, 0}}))}, style: func(s *Style) { s.Form = mds }},
		{name: "recording", kind: "recording", results: []*Result{spiral(t)}},
		{name: "recording-scaled", kind: "recording", results: []*Result{numbered(array(t, "cloud", cloud(), 10, 2))}},
		{name: "recording-paper", kind: "recording", results: []*Result{spiral(t)}, style: func(s *Style) {
			s.Theme, s.Title, s.Width, s.Height = themes[2], "A title of one's own that is too long for one line of a narrow figure", 200, 220
		}},
	}
}

// TestGolden compares figures with stored ones, which were inspected.
func TestGolden(t *testing.T) {
	covered := map[string]bool{}
	for _, c := range goldenCases(t) {
		covered[c.kind] = true
		t.Run(c.name, func(t *testing.T) {
			style := light(t)
			if c.style != nil {
				c.style(&style)
			}
			f, err := New(c.results, style)
			if err != nil {
				t.Fatal(err)
			}
			if f.Kind != c.kind {
				t.Errorf("recognised as %s", f.Kind)
			}
			var got bytes.Buffer
			if err := f.Write(&got, "svg", 0); err != nil {
				t.Fatal(err)
			}
			wellFormed(t, got.String())
			path := filepath.Join("testdata", "golden", c.name+".svg")
			if *update {
				if err := os.WriteFile(path, got.Bytes(), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); diff != "" {
				t.Errorf("the figure changed (look at it, then go test -update):\n%s", diff)
			}
		})
	}
	for _, k := range kinds {
		if !covered[k.Name] {
			t.Errorf("no golden figure of %s", k.Name)
		}
	}
}

// embedded are images, whose letters mean nothing.
var embedded = regexp.MustCompile(`base64,[A-Za-z0-9+/=]*`)

// wellFormed checks that an SVG document is XML with text as text, a
// description, and finite numbers.
func wellFormed(t *testing.T, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	seen := map[string]int{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		if e, ok := token.(xml.StartElement); ok {
			seen[e.Name.Local]++
		}
	}
	if seen["text"] < 3 || seen["desc"] != 1 {
		t.Errorf("%d texts and %d descriptions", seen["text"], seen["desc"])
	}
	for _, word := range []string{"NaN", "Inf"} {
		if strings.Contains(embedded.ReplaceAllString(svg, ""), word) {
			t.Errorf("the figure contains %s", word)
		}
	}
}
