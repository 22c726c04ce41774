package figure

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot"

	"simtool/internal/data"
	"simtool/internal/io"
)

// extremes are the numbers that axes, scales and labels must bear.
var extremes = []float64{
	0, math.Copysign(0, -1), 1, -1, 0.5, 2, 1e-9, 1 + 1e-12, 1e6, -1e6, 1e9, 1e15, 1e100, 1e155, -1e155, 1e300, 1e308, -1e308, math.MaxFloat64, -math.MaxFloat64,
	1e-100, 1e-300, 2.2e-308, 5e-324, -5e-324, 1e-310,
}

// fills are ways to fill a table with numbers.
var fills = map[string]func(rng *rand.Rand) float64{
	"any":      func(rng *rand.Rand) float64 { return extremes[rng.IntN(len(extremes))] },
	"equal":    func(*rand.Rand) float64 { return 0.25 },
	"zero":     func(*rand.Rand) float64 { return 0 },
	"negative": func(rng *rand.Rand) float64 { return -rng.ExpFloat64() },
	"tiny":     func(rng *rand.Rand) float64 { return float64(rng.IntN(9)) * 5e-324 },
	"huge":     func(rng *rand.Rand) float64 { return (rng.Float64()*2 - 1) * math.MaxFloat64 },
	"close":    func(rng *rand.Rand) float64 { return 1 + float64(rng.IntN(3))*0x1p-52 },
	"spread":   func(rng *rand.Rand) float64 { return math.Pow(10, rng.Float64()*600-300) },
	"missing":  func(*rand.Rand) float64 { return math.NaN() },
	"some":     func(rng *rand.Rand) float64 { return []float64{math.NaN(), math.Inf(1), 1e308, 3}[rng.IntN(4)] },
}

// coordinates of a drawing are finite.
var noNumber = regexp.MustCompile(`(?i)[" ,(]-?[+]?(NaN|Inf)\b`)

// checkDrawing writes a figure as a web page has it and as PDF: both are of bounded
// size, and no coordinate is NaN or infinite.
func checkDrawing(t *testing.T, name string, f *Figure, values int) {
	t.Helper()
	var svg, pdf bytes.Buffer
	if err := f.Write(&svg, "svg", 0); err != nil {
		t.Fatal(err)
	}
	if err := f.Write(&pdf, "pdf", 0); err != nil {
		t.Fatal(err)
	}
	for _, found := range noNumber.FindAllString(regexp.MustCompile(`(?s)<text.*?</text>|<title.*?</title>|<desc.*?</desc>`).ReplaceAllString(svg.String(), ""), 3) {
		t.Errorf("%s: the drawing has the coordinate %q", name, found)
	}
	const mostBytes, each = 400_000, 4_000
	if most := mostBytes + each*values; svg.Len() > most || pdf.Len() > most {
		t.Errorf("%s: %d bytes of SVG and %d of PDF for %d values", name, svg.Len(), pdf.Len(), values)
	}
	for _, p := range f.panels {
		if len(p.thinned()) > maxMarks {
			t.Errorf("%s: %d marks", name, len(p.thinned()))
		}
	}
}

// TestExtremeNumbers draws every kind of table with its numbers replaced, in each column
// alone and in all of them, and every kind of array, in each form and theme of it. A
// drawing that has no end fails by the limit of all tests.
func TestExtremeNumbers(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("testdata", "*.csv"))
	if err != nil || len(paths) == 0 {
		t.Fatal(err)
	}
	drawings, kindsSeen := 0, map[string]bool{}
	draw := func(name string, rs []*Result, values int) {
		defer func() {
			if r := recover(); r != nil {
				t.Errorf("%s: panic: %v\n%s", name, r, debug.Stack())
			}
		}()
		kind, ok := KindOf(rs[0])
		if !ok {
			return
		}
		for _, form := range append([]string{""}, kind.Forms...) {
			style := light(t)
			style.Form = form
			f, err := New(rs, style)
			if _, refused := data.AsInputError(err); refused {
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			checkDrawing(t, name+" "+form, f, values)
			drawings++
			kindsSeen[kind.Name] = true
		}
	}
	for _, path := range paths {
		base := load(t, filepath.Base(path))[0]
		numeric := []int{}
		for c := range base.Table.Columns {
			if slices.ContainsFunc(base.Table.Rows, func(row []any) bool { _, ok := dataio.Float(row[c]); return ok }) {
				numeric = append(numeric, c)
			}
		}
		for name, fill := range fills {
			rng := rand.New(rand.NewPCG(1, uint64(len(path)+len(name))))
			all := *base
			all.Table = filled(base.Table, numeric, rng, fill)
			draw(path+" "+name, []*Result{&all}, len(all.Table.Rows)*len(numeric))
			one := *base
			one.Table = filled(base.Table, numeric[rng.IntN(len(numeric)):][:1], rng, fill)
			draw(path+" "+name+" in a column", []*Result{&one}, len(one.Table.Rows)*len(numeric))
		}
	}
	for name, fill := range fills {
		rng := rand.New(rand.NewPCG(2, uint64(len(name))))
		for _, shape := range [][]int{{6, 6}, {7, 3}, {4, 3, 5}, {2, 1, 1}, {1, 4}} {
			n := 1
			for _, d := range shape {
				n *= d
			}
			values := make([]float64, n)
			for i := range values {
				if values[i] = fill(rng); !finite(values[i]) {
					values[i] = 0 // an array with another value is refused when it is read
				}
			}
			for i := range shape[0] { // distances, where it can be such
				for j := 0; len(shape) == 2 && shape[0] == shape[1] && j < i; j++ {
					values[i*shape[0]+j] = math.Abs(values[i*shape[0]+j])
					values[j*shape[0]+i] = values[i*shape[0]+j]
				}
				if len(shape) == 2 && shape[0] == shape[1] {
					values[i*shape[0]+i] = 0
				}
			}
			draw(fmt.Sprint("array ", shape, name), []*Result{array(t, "a.npy", values, shape...)}, n)
		}
	}
	for _, k := range kinds {
		if !kindsSeen[k.Name] {
			t.Errorf("no figure of kind %s was drawn", k.Name)
		}
	}
	if drawings < 500 {
		t.Errorf("only %d drawings", drawings)
	}
	t.Logf("%d drawings", drawings)
}

// filled replaces the numbers of some columns of a table. Cells of text stay.
func filled(table *dataio.Table, columns []int, rng *rand.Rand, fill func(*rand.Rand) float64) *dataio.Table {
	out := &dataio.Table{Schema: table.Schema, Columns: table.Columns}
	for _, row := range table.Rows {
		row = slices.Clone(row)
		for _, c := range columns {
			if _, ok := dataio.Float(row[c]); !ok {
				continue
			}
			row[c] = nil
			if v := fill(rng); !math.IsNaN(v) {
				row[c] = v
			}
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

// TestTicksAreFew on any range: what an axis costs is bounded, and so are its labels.
func TestTicksAreFew(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	values := slices.Clone(extremes)
	for range 8 {
		values = append(values, math.Float64frombits(rng.Uint64()), rng.NormFloat64(), math.Pow(10, rng.Float64()*600-300))
	}
	for _, a := range values {
		for _, b := range values {
			low, high := min(a, b), max(a, b)
			if math.IsNaN(low) || math.IsInf(low, 0) || math.IsInf(high, 0) {
				continue
			}
			for _, most := range []int{1, 4, 5} {
				check := func(kind string, ticks []plot.Tick, allowed int) {
					if len(ticks) > allowed {
						t.Errorf("%s from %g to %g: %d ticks, want at most %d", kind, low, high, len(ticks), allowed)
					}
					for _, tick := range ticks {
						if len(tick.Label) > 24 || math.IsNaN(tick.Value) || strings.Contains(tick.Label, "NaN") {
							t.Errorf("%s from %g to %g: the label %q", kind, low, high, tick.Label)
						}
					}
				}
				check("linear", linearTicks{most}.Ticks(low, high), most+2)
				if low > 0 {
					check("logarithmic", logTicks{most}.Ticks(low, high), max(100, most+3))
				}
			}
		}
	}
}
