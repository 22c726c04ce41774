package figure

import (
	"bytes"
	"errors"
	"image/color"
	"image/png"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"simtool/internal/data"
	"simtool/internal/io"
)

// scores makes a table of scores of one reference.
func scores(values map[string]float64, order ...string) *Result {
	t := &dataio.Table{Columns: []string{"x", "y", "measure", "value", "lo", "hi", "n"}}
	for _, y := range order {
		t.Rows = append(t.Rows, []any{"x.npy", y, "cka", values[y], nil, nil, 10})
	}
	return &Result{Path: "scores.csv", Label: "scores", Table: t}
}

// marksOf draws a figure and returns its marks.
func marksOf(t *testing.T, f *Figure) []placed {
	t.Helper()
	return f.draw(draw.New(vgimg.NewWith(vgimg.UseWH(f.width, f.height), vgimg.UseDPI(72))))
}

// TestBarsAreInProportion checks that the length of bars is proportional to their
// values.
func TestBarsAreInProportion(t *testing.T) {
	f, err := New([]*Result{scores(map[string]float64{"a.npy": 0.25, "b.npy": 0.5, "c.npy": 1}, "a.npy", "b.npy", "c.npy")}, light(t))
	if err != nil {
		t.Fatal(err)
	}
	marks := marksOf(t, f)
	if len(marks) != 3 {
		t.Fatalf("%d bars", len(marks))
	}
	for i, share := range []float64{0.25, 0.5, 1} {
		if got := marks[i].w / marks[2].w; math.Abs(got-share) > 1e-9 {
			t.Errorf("bar %d is %g of the longest, want %g", i, got, share)
		}
	}
	if !(marks[0].y > marks[1].y && marks[1].y > marks[2].y) {
		t.Error("bars do not come from top to bottom in the order of the rows")
	}
	if want := "a, cka: 0.25"; marks[0].text != want {
		t.Errorf("a reader who points at the first bar is told %q, want %q", marks[0].text, want)
	}
}

// TestLogAxis checks that equal ratios are equal distances.
func TestLogAxis(t *testing.T) {
	table := &dataio.Table{Columns: []string{"measure", "pc", "explained_variance", "score_at_threshold"}}
	for i, share := range []float64{0.5, 0.05, 0.005} {
		table.Rows = append(table.Rows, []any{"cka", i + 1, share, 0.1 * float64(i)})
	}
	f, err := New([]*Result{{Path: "t.csv", Table: table}}, light(t))
	if err != nil {
		t.Fatal(err)
	}
	m := marksOf(t, f)
	if d := (m[0].x - m[1].x) - (m[1].x - m[2].x); math.Abs(d) > 1e-9 {
		t.Errorf("decades differ by %g points", d)
	}
}

// TestSameBytes draws the same figure twice in each format.
func TestSameBytes(t *testing.T) {
	for _, format := range Formats {
		var pictures [2]bytes.Buffer
		for i := range pictures {
			f, err := New(load(t, "decoding.csv"), light(t))
			if err != nil {
				t.Fatal(err)
			}
			if err := f.Write(&pictures[i], format, 100); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(pictures[0].Bytes(), pictures[1].Bytes()) {
			t.Errorf("two figures differ as %s", format)
		}
	}
}

// TestPixels checks size and background of PNG.
func TestPixels(t *testing.T) {
	for _, theme := range themes {
		f, err := New(load(t, "scores.csv"), Style{Theme: theme, Width: 144})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := f.Write(&b, "png", 216); err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(&b)
		if err != nil {
			t.Fatal(err)
		}
		if got := img.Bounds().Dx(); got != 144*3 {
			t.Errorf("%s: %d pixels for 2 inches at 216 dots per inch", theme.Name, got)
		}
		var want color.Color = color.Transparent
		if theme.Background != nil {
			want = theme.Background
		}
		r, g, bl, a := img.At(0, 0).RGBA()
		wr, wg, wb, wa := want.RGBA()
		if r != wr || g != wg || bl != wb || a != wa {
			t.Errorf("%s: the corner is %v, want %v", theme.Name, img.At(0, 0), want)
		}
	}
}

// TestPrincipalPlane checks that the plane of data that lie in a plane keeps
// their distances, whether there are more samples or more features.
func TestPrincipalPlane(t *testing.T) {
	points := [][2]float64{{3, 0}, {-3, 0.5}, {0, 1}, {1, -2}, {2, 2}}
	for _, width := range []int{3, 9} {
		var values []float64
		for _, p := range points {
			for j := range width {
				// Two orthonormal directions of the larger space.
				u, v := 1/math.Sqrt(float64(width)), 0.0
				switch j {
				case 0:
					v = math.Sqrt(0.5)
				case 1:
					v = -math.Sqrt(0.5)
				}
				values = append(values, p[0]*u+p[1]*v+7)
			}
		}
		d, err := data.New(values, len(points), width)
		if err != nil {
			t.Fatal(err)
		}
		xy, share, err := principalPlane(d)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(share[0]+share[1]-1) > 1e-12 || share[0] < share[1] {
			t.Errorf("width %d: shares %v of data in a plane", width, share)
		}
		for i := range points {
			for j := range i {
				want := math.Hypot(points[i][0]-points[j][0], points[i][1]-points[j][1])
				if got := math.Hypot(xy[i].X-xy[j].X, xy[i].Y-xy[j].Y); math.Abs(got-want) > 1e-12 {
					t.Errorf("width %d: distance %d-%d is %g, want %g", width, i, j, got, want)
				}
			}
		}
	}
	constant, err := data.New([]float64{1, 2, 1, 2, 1, 2}, 3, 2)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := principalPlane(constant); err == nil {
		t.Error("a constant recording has a plane")
	}
}

// ofSchema makes a table without rows.
func ofSchema(schema string, columns ...string) *Result {
	return &Result{Path: "t.csv", Table: &dataio.Table{Schema: schema, Columns: columns}}
}

func TestRefusals(t *testing.T) {
	table := func(columns ...string) *Result { return ofSchema("", columns...) }
	facet := light(t)
	facet.Facet = "colour"
	lined := light(t)
	lined.Form = lines
	scaled := light(t)
	scaled.Form = mds
	cases := []struct {
		name    string
		results []*Result
		style   Style
		want    string
	}{
		{"unknown columns", []*Result{table("a", "b")}, light(t), "t.csv: columns a, b"},
		{"a schema without a figure", []*Result{ofSchema("simtool.measures/v1", "x", "y", "measure", "value")}, light(t), "t.csv: a table of simtool.measures/v1, want one that has a figure"},
		{"a schema without its columns", []*Result{ofSchema("simtool.score/v2", "x", "y")}, light(t), "t.csv: columns x, y, want x, y, measure, value for a figure of simtool.score"},
		{"two kinds", []*Result{scores(map[string]float64{"a": 1}, "a"), table("feature_a", "feature_b", "weight")}, light(t), "one figure shows one kind"},
		{"nothing to draw", []*Result{table("x", "y", "measure", "value")}, light(t), "no row with numbers"},
		{"no such facet", []*Result{scores(map[string]float64{"a": 1}, "a")}, facet, "no column colour"},
		{"no such form", []*Result{scores(map[string]float64{"a": 1}, "a")}, scaled, "a result of kind scores, want one of a kind that can be drawn as mds"},
		{"systems without an order", []*Result{scores(map[string]float64{"a": 1}, "a")}, lined, "systems that do not differ in a number alone"},
		{"one form only", []*Result{table("feature_a", "feature_b", "weight")}, lined, "a result of kind weights, want one of a kind that can be drawn as lines"},
		{"a vector", []*Result{array(t, "v.npy", []float64{1, 2, 3}, 3)}, light(t), "v.npy: 3 × 1 values"},
	}
	for _, c := range cases {
		_, err := New(c.results, c.style)
		var input *data.InputError
		if !errors.As(err, &input) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an input error with %q", c.name, err, c.want)
		}
	}
	for _, k := range kinds {
		for _, s := range k.tables {
			if _, err := New([]*Result{table(s.Names()...)}, light(t)); !errors.Is(err, errNoRows) {
				t.Errorf("%s without rows: %v", s.Name, err)
			}
		}
	}
}

// TestThemesAreLegible requires the contrast of text that WCAG 2 specifies at level AA,
// and a minimum contrast of line colours with the background.
func TestThemesAreLegible(t *testing.T) {
	for _, theme := range themes {
		background := hex(0xffffff)
		if theme.Background != nil {
			background = color.RGBAModel.Convert(theme.Background).(color.RGBA)
		}
		for name, c := range map[string]color.RGBA{"ink": theme.Ink, "muted": theme.Muted} {
			if got := contrast(c, background); got < 4.5 {
				t.Errorf("%s: contrast of %s is %.2f, want 4.5", theme.Name, name, got)
			}
		}
		for i, c := range theme.Series {
			if got := contrast(c, background); got < 2 {
				t.Errorf("%s: contrast of series %d is %.2f", theme.Name, i, got)
			}
		}
	}
	for i := range 101 {
		for _, r := range []ramp{viridis, blueRed} {
			c := r.at(float64(i) / 100)
			if got := contrast(readable(c), c); got < 4.5 {
				t.Errorf("numbers on %v have contrast %.2f, want 4.5", c, got)
			}
		}
	}
	// The ratio of black to white is 21 by definition.
	if got := contrast(hex(0), hex(0xffffff)); math.Abs(got-21) > 1e-9 {
		t.Errorf("contrast of black and white is %g", got)
	}
}

// TestColoursAreToldApart requires a distance in CIELAB between the colours of series
// that people notice at once, in normal colour vision and in the simulations of
// dichromacy by Machado, Oliveira and Fernandes (2009, table 1, severity 1).
func TestColoursAreToldApart(t *testing.T) {
	visions := map[string][3][3]float64{
		"normal":       {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
		"protanopia":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
		"deuteranopia": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
		"tritanopia":   {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
	}
	for vision, m := range visions {
		for _, theme := range themes {
			for i, a := range theme.Series {
				for _, b := range theme.Series[:i] {
					p, q := lab(seen(m, a)), lab(seen(m, b))
					d := math.Sqrt((p[0]-q[0])*(p[0]-q[0]) + (p[1]-q[1])*(p[1]-q[1]) + (p[2]-q[2])*(p[2]-q[2]))
					if d < 15 {
						t.Errorf("%s, %s: %v and %v are %.1f apart, want 15", theme.Name, vision, a, b, d)
					}
				}
			}
		}
	}
	// CIELAB of pure red by its definition (sRGB, D65).
	if got := lab(seen(visions["normal"], hex(0xff0000))); math.Abs(got[0]-53.24) > 0.02 || math.Abs(got[1]-80.09) > 0.02 || math.Abs(got[2]-67.20) > 0.02 {
		t.Errorf("red is %v, want [53.24 80.09 67.20]", got)
	}
}

// seen returns the linear RGB of a colour as a person with this vision sees it.
func seen(vision [3][3]float64, c color.RGBA) (out [3]float64) {
	for j, v := range []uint8{c.R, c.G, c.B} {
		s := float64(v) / 255
		if s > 0.04045 {
			s = math.Pow((s+0.055)/1.055, 2.4)
		} else {
			s /= 12.92
		}
		for i := range out {
			out[i] += vision[i][j] * s
		}
	}
	return out
}

// lab is CIELAB of linear sRGB, with the white D65.
func lab(rgb [3]float64) [3]float64 {
	var f [3]float64
	for i, row := range [3][3]float64{{0.4124564, 0.3575761, 0.1804375}, {0.2126729, 0.7151522, 0.0721750}, {0.0193339, 0.1191920, 0.9503041}} {
		v := 0.0
		for j, w := range row {
			v += w * math.Min(1, math.Max(0, rgb[j]))
		}
		if v /= [3]float64{0.95047, 1, 1.08883}[i]; v > 216.0/24389 {
			f[i] = math.Cbrt(v)
		} else {
			f[i] = (24389.0/27*v + 16) / 116
		}
	}
	return [3]float64{116*f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])}
}

// TestRampIsMonotone checks that the lightness of a ramp orders values for readers who
// see no colour.
func TestRampIsMonotone(t *testing.T) {
	before := 0.0
	for i := range 101 {
		l := contrast(viridis.at(float64(i)/100), hex(0))
		if l <= before {
			t.Fatalf("lightness falls at %d %%", i)
		}
		before = l
	}
	if viridis.at(-1) != viridis[0] || viridis.at(2) != viridis[8] || viridis.at(0.25) != viridis[2] {
		t.Error("the ramp does not pass through its colours")
	}
}

func TestTicks(t *testing.T) {
	labels := func(ticks []plot.Tick) string {
		var out []string
		for _, tick := range ticks {
			if tick.Label != "" {
				out = append(out, tick.Label)
			}
		}
		return strings.Join(out, " ")
	}
	cases := []struct {
		ticker    plot.Ticker
		low, high float64
		want      string
	}{
		{linearTicks{5}, 0, 1, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{linearTicks{4}, 0, 1, "0.0 0.5 1.0"},
		{linearTicks{5}, -0.1, 0.1, "-0.10 -0.05 0.00 0.05 0.10"},
		{linearTicks{5}, 0, 20000, "0 5000 10000 15000 20000"},
		{linearTicks{5}, 3, 3, "3"},
		{linearTicks{5}, 1 - 1e-16, 1 + 3e-16, "1"},
		{logTicks{4}, 0.004, 0.6, "0.01 0.1"},
		{logTicks{4}, 1, 20, "1 2 5 10 20"},
		{logTicks{4}, 1e-9, 1, "1e-9 1e-6 0.001 1"},
		{nameTicks{"a", "b"}, 0, 1, "a b"},
		{countTicks{3, 1, true}, 0, 2, "0 1 2"},
		{countTicks{400, 1, false}, 0, 399, "0 100 200 300"},
		{countTicks{400, 2, true}, 0, 399, "0 200 400 600"},
	}
	for _, c := range cases {
		if got := labels(c.ticker.Ticks(c.low, c.high)); got != c.want {
			t.Errorf("%T from %g to %g: %s, want %s", c.ticker, c.low, c.high, got, c.want)
		}
	}
}

func TestHundredths(t *testing.T) {
	for v, want := range map[float64]string{-0.001: "0.00", -0.006: "-0.01", 0.999: "1.00", 12: "12.00"} {
		if got := hundredths(v); got != want {
			t.Errorf("%g became %s, want %s", v, got, want)
		}
	}
}

func TestShortNames(t *testing.T) {
	cases := []struct{ paths, want string }{
		{"models/a.npy models/b.npy", "a b"},
		{"one/y.npy two/y.npy", "one two"},
		{"a/one/y.npy b/one/y.npy", "a/one b/one"},
		{"one/x.npy one/y.npy two/y.npy", "one/x one/y two/y"},
		{"one/y.npy", "y"},
		{"layer.1 layer.2", "layer.1 layer.2"},
	}
	for _, c := range cases {
		if got := strings.Join(shortNames(strings.Fields(c.paths)), " "); got != c.want {
			t.Errorf("%s became %s, want %s", c.paths, got, c.want)
		}
	}
}

// TestHeight checks that a figure of a given height has it.
func TestHeight(t *testing.T) {
	style := light(t)
	style.Width, style.Height = 300, 250
	f, err := New(load(t, "decoding.csv"), style)
	if err != nil {
		t.Fatal(err)
	}
	sum := f.fixedHeight()
	for _, h := range f.rows {
		sum += h
	}
	if f.width != 300 || f.height != 250 || math.Abs(float64(sum-250)) > 1e-9 {
		t.Errorf("%g × %g with content of %g, want 300 × 250", f.width, f.height, sum)
	}
}
