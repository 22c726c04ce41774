package report

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"simtool/internal/data"
	"simtool/internal/figure"
	"simtool/internal/io"
)

// write writes files below a new directory and returns it.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// example returns a directory with scores, two optimisations, an array that is not a
// result, and files to leave out.
func example(t *testing.T) string {
	manifest := func(measure string) string {
		return `{"schema":"simtool.manifest/v1","version":"v1","argv":["simtool","optimize","my data.npy","-m","` + measure + `"],
			"config":{"measure":"` + measure + `"},"seed":7,"inputs":[{"path":"my data.npy","shape":[2,5,3],"sha256":"abc"}],
			"outputs":[{"path":"out/pc_thresholds.csv"},{"path":"out/trajectory.csv"}],"run":{"started":"2026-03-01T10:00:00Z","seconds":1.5,"host":"node1"}}`
	}
	const scores = "x,y,measure,value,lo,hi,n,warning\nrec.npy,a.npy,cka,0.9,0.85,0.95,40,\nrec.npy,b.npy,cka,0.123456789,,,40,\nrec.npy,c.npy,cka,10,,,40,<script>alert(1)</script>\n"
	const thresholds = "measure,pc,explained_variance,score_at_threshold\nM,1,0.5,0.2\nM,2,0.1,0.6\nM,3,0.01,\n"
	const trajectory = "restart,iteration,measure,score,grad_norm,seconds\n0,0,M,0.1,1,0\n0,1,M,0.4,0.5,0\n0,2,M,0.6,0.2,0\n"
	files := map[string]string{
		"scores.csv": scores, "scores.json": `{"schema":"s","columns":["x"],"rows":[]}`,
		"notes.csv": "who,what\na,b\n", "broken.json": "{", ".hidden/scores.csv": scores, "cka.ckpt/trajectory.csv": trajectory,
	}
	for _, m := range []string{"cka", "nbs"} {
		files[m+"/pc_thresholds.csv"] = strings.ReplaceAll(thresholds, "M", m)
		files[m+"/trajectory.csv"] = strings.ReplaceAll(trajectory, "M", m)
		files[m+"/manifest.json"] = manifest(m)
	}
	return write(t, files)
}

func render(t *testing.T, dir string) (*Collection, string) {
	t.Helper()
	c, err := Collect([]string{dir}, &Layout{}, "v1", nil)
	if err != nil {
		t.Fatal(err)
	}
	c.Page.Title = "A report"
	c.Page.Cards = []Card{{Name: "cka", Title: "Centred kernel alignment", Formula: "‖C‖²/(‖A‖‖B‖)", References: []Reference{{Text: "Someone (2019).", URL: "https://doi.org/10.1/x"}}}}
	var b bytes.Buffer
	if err := c.Page.Write(&b); err != nil {
		t.Fatal(err)
	}
	return c, b.String()
}

func TestCollect(t *testing.T) {
	c, page := render(t, example(t))
	var titles []string
	for _, s := range c.Page.Sections {
		titles = append(titles, s.Title)
	}
	root := filepath.Base(filepath.Dir(c.Sources[0].Path))
	if got, want := strings.Join(titles, " "), strings.ReplaceAll("Runs side by side R/scores.csv R/cka/pc_thresholds.csv R/cka/trajectory.csv R/nbs/pc_thresholds.csv R/nbs/trajectory.csv", "R/", root+"/"); got != want {
		t.Errorf("sections %q, want %q", got, want)
	}
	if got := len(c.Page.Sections[0].Figures); got != 2 {
		t.Errorf("%d figures side by side, want thresholds and trajectories", got)
	}
	if got := strings.Join(c.Measures, " "); got != "cka nbs" {
		t.Errorf("measures %s", got)
	}
	if len(c.Sources) != 5 || len(c.Sources[0].SHA256) != 64 {
		t.Errorf("%d sources, the first %+v", len(c.Sources), c.Sources[0])
	}
	notes := strings.Join(c.Page.Notes, "\n")
	if len(c.Page.Notes) != 2 || !strings.Contains(notes, "notes.csv: a table that has no figure") || !strings.Contains(notes, "broken.json: ") {
		t.Errorf("notes:\n%s", notes)
	}
	for _, want := range []string{
		`simtool optimize &#39;my data.npy&#39; -m cka`, "2026-03-01 10:00 UTC, 1.5 s on node1", "(2 × 5 × 3)", "<dd>7</dd>",
		`href="https://doi.org/10.1/x"`, `data-value="0.123456789">0.12346<`, "<title>a, cka: 0.9 [0.85, 0.95]</title>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

// TestNothingIsLoaded checks that the page refers to no other file or server, and that
// text from results stays text.
func TestNothingIsLoaded(t *testing.T) {
	_, page := render(t, example(t))
	for _, m := range regexp.MustCompile(`(?:src|href|url)\s*[=(]\s*["']?([^"'\s)>]+)`).FindAllStringSubmatch(page, -1) {
		if target := m[1]; !strings.HasPrefix(target, "#") && !strings.HasPrefix(target, "data:") && !strings.HasPrefix(target, "https://doi.org/") {
			t.Errorf("the page refers to %s", target)
		}
	}
	if strings.Contains(page, "<script>alert") || !strings.Contains(page, "&lt;script&gt;alert(1)") {
		t.Error("a cell became part of the page")
	}
	if strings.Count(page, "<h1>") != 1 || strings.Count(page, "<svg ") != strings.Count(page, "<desc>") {
		t.Error("not one main heading, or figures without description")
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("two elements with id %s", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if !ids[m[1]] {
			t.Errorf("a link to #%s, which there is not", m[1])
		}
	}
}

// TestRunsOfOtherData checks that only runs on the same data are shown side by side, and
// that many files have a short caption.
func TestRunsOfOtherData(t *testing.T) {
	const thresholds = "measure,pc,explained_variance,score_at_threshold\nM,1,0.5,0.2\nM,2,0.1,0.6\n"
	files := map[string]string{}
	for i := range 8 {
		for _, set := range []string{"brain", "tree"} {
			run := fmt.Sprintf("%s%d", set, i)
			files[run+"/pc_thresholds.csv"] = strings.ReplaceAll(thresholds, "M", "cka") + fmt.Sprintf("cka,3,0.05,0.%d\n", i+1)
			files[run+"/manifest.json"] = `{"schema":"simtool.manifest/v1","inputs":[{"path":"` + set + `.npy","shape":[50,3],"sha256":"` + set + `"}],"outputs":[{"path":"pc_thresholds.csv"}]}`
		}
	}
	files["alone/pc_thresholds.csv"] = thresholds
	c, _ := render(t, write(t, files))
	together := c.Page.Sections[0].Figures
	if len(together) != 2 {
		t.Fatalf("%d figures of runs side by side, want one for each of two data sets", len(together))
	}
	for i, set := range []string{"brain", "tree"} {
		if got := together[i].Source; !strings.Contains(got, set+"0/") || !strings.HasSuffix(got, "and 2 more") || strings.Count(got, set) != 6 {
			t.Errorf("runs on %s: %s", set, got)
		}
	}
}

// TestCompressed finds a result that is gzipped.
func TestCompressed(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte("x,y,measure,value\nr.npy,a.npy,cka,0.5\n")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	c, _ := render(t, write(t, map[string]string{"scores.csv.gz": b.String()}))
	if len(c.Sources) != 1 || len(c.Page.Sections[0].Figures) != 1 {
		t.Errorf("%d results, notes %q", len(c.Sources), c.Page.Notes)
	}
}

func TestSameBytes(t *testing.T) {
	dir := example(t)
	_, first := render(t, dir)
	_, second := render(t, dir)
	if first != second {
		t.Error("two pages of the same results differ")
	}
}

// TestColours checks that every colour of a figure follows the page's theme.
func TestColours(t *testing.T) {
	c, page := render(t, example(t))
	svg := regexp.MustCompile(`(?s)<svg .*?</svg>`).FindAllString(page, -1)
	if len(svg) == 0 {
		t.Fatal("no figure")
	}
	if m := regexp.MustCompile(`#[0-9A-Fa-f]{6}\b`).FindString(strings.Join(svg, "")); m != "" {
		t.Errorf("the colour %s is the same on light and dark pages", m)
	}
	light, dark := c.Page.Palette.CSS()
	if light == dark || strings.Count(light, ";") != strings.Count(dark, ";") {
		t.Errorf("light %s, dark %s", light, dark)
	}
	if strings.Count(page, dark) != 2 || strings.Count(page, light) != 2 {
		t.Error("the page does not declare its colours for system, button and paper")
	}
}

func TestLongTables(t *testing.T) {
	table := &dataio.Table{Columns: []string{"n", "empty", "name"}}
	for i := range MaxRows + 7 {
		table.Rows = append(table.Rows, []any{i, nil, "a"})
	}
	got := NewTable("t1", "t.csv", table, nil)
	if len(got.Rows) != MaxRows || got.Total != MaxRows+7 {
		t.Errorf("%d of %d rows", len(got.Rows), got.Total)
	}
	if len(got.Columns) != 1 || !got.Columns[0].Numeric || got.InAll != "name a" {
		t.Errorf("columns %+v, and in all rows %q", got.Columns, got.InAll)
	}
	p := &Page{Palette: &figure.Palette{}, Sections: []*Section{{Title: "Long", Tables: []*Table{got}, Figures: []Figure{{SVG: template.HTML("<svg></svg>")}}}}}
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "The first 100 of 107 rows") {
		t.Error("the page does not say that rows are missing")
	}
}

func TestShellLine(t *testing.T) {
	cases := []struct {
		words []string
		want  string
	}{
		{[]string{"simtool", "score", "a.npy", "-m", "cka,rsa:rdm=correlation"}, "simtool score a.npy -m cka,rsa:rdm=correlation"},
		{[]string{"a b", "it's", "", "$x"}, `'a b' 'it'\''s' '' '$x'`},
	}
	for _, c := range cases {
		if got := ShellLine(c.words); got != c.want {
			t.Errorf("%q became %s, want %s", c.words, got, c.want)
		}
	}
}

func TestNameOf(t *testing.T) {
	cases := []struct{ root, dir, want string }{
		{".", ".", "Results"},
		{".", "cka/one", "cka/one"},
		{"/home/me/out", "/home/me/out", "out"},
		{"/home/me/out/", "/home/me/out/cka", "out/cka"},
		{"out", "out/cka", "out/cka"},
		{"out/scores.csv", "out", "out"},
	}
	for _, c := range cases {
		if got := nameOf(c.root, c.dir); got != c.want {
			t.Errorf("%s in %s is called %s, want %s", c.dir, c.root, got, c.want)
		}
	}
}

func TestNothingToReport(t *testing.T) {
	for _, path := range []string{t.TempDir(), filepath.Join(t.TempDir(), "missing")} {
		_, err := Collect([]string{path}, &Layout{}, "v1", nil)
		var input *data.InputError
		if !errors.As(err, &input) {
			t.Errorf("%s: %v, want an input error", path, err)
		}
	}
}
