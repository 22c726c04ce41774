package report

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"simtool/internal/data"
)

func TestMarkdown(t *testing.T) {
	cases := []struct{ text, want string }{
		{"One\nline.\n\nTwo", "<p>One\nline.</p>\n<p>Two</p>\n"},
		{"# Head #", "<h3>Head</h3>\n"},
		{"###### Deep", "<h3>Deep</h3>\n"},
		{"- a\n- b\n  more\n\n1. c", "<ul>\n<li>a</li>\n<li>b\nmore</li>\n</ul>\n<ol>\n<li>c</li>\n</ol>\n"},
		{"**bold** and *italic* and 2 * 3 * 4", "<p><strong>bold</strong> and <em>italic</em> and 2 * 3 * 4</p>\n"},
		{"`a*b*<c>`", "<p><code>a*b*&lt;c&gt;</code></p>\n"},
		{"[paper](https://doi.org/10.1/x)", `<p><a href="https://doi.org/10.1/x" rel="noreferrer">paper</a></p>` + "\n"},
		{"[bad](javascript:alert)", "<p>[bad](javascript:alert)</p>\n"},
		{"<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"},
		{"![pixel](https://x.org/a.png)", `<p>!<a href="https://x.org/a.png" rel="noreferrer">pixel</a></p>` + "\n"},
		{"```\nx < y\n```", "<pre tabindex=\"0\">x &lt; y</pre>\n"},
		{"```\nopen", "<pre tabindex=\"0\">open</pre>\n"},
		{"a\x00b `c`", "<p>ab <code>c</code></p>\n"},
		{"", ""},
	}
	for _, c := range cases {
		if got := string(markdown(c.text, 2)); got != c.want {
			t.Errorf("%q became %q, want %q", c.text, got, c.want)
		}
	}
}

// TestLayout lays a page out: title and notes, what comes first, what has figures and what
// is left out.
func TestLayout(t *testing.T) {
	dir := example(t)
	layout, err := parseLayout("report.yaml", []byte(`
title: Mine
notes: |
  # Why
  Because of **this**.
order: [nbs/trajectory.csv, "cka"]
figures: scores.csv
omit: [pc_thresholds.csv]
sections:
  scores.csv: Look *here*.
  missing.csv: Nobody reads this.
`))
	if err != nil {
		t.Fatal(err)
	}
	layout.Path = ""
	c, err := Collect([]string{dir}, layout, "v1", nil)
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, s := range c.Page.Sections {
		titles = append(titles, strings.TrimPrefix(s.Title, filepath.Base(dir)+"/"))
		if (len(s.Figures) == 1) != strings.HasSuffix(s.Title, "scores.csv") {
			t.Errorf("%s has %d figures", s.Title, len(s.Figures))
		}
		if strings.HasSuffix(s.Title, "scores.csv") && s.Remarks != "<p>Look <em>here</em>.</p>\n" {
			t.Errorf("the remarks on %s are %q", s.Title, s.Remarks)
		}
	}
	if got := strings.Join(titles, " "); got != "nbs/trajectory.csv cka/trajectory.csv scores.csv" {
		t.Errorf("sections %s", got)
	}
	if layout.Title != "Mine" || c.Page.Remarks != "<h2>Why</h2>\n<p>Because of <strong>this</strong>.</p>\n" {
		t.Errorf("title %q, remarks %q", layout.Title, c.Page.Remarks)
	}
	if warned := strings.Join(c.Warnings, "\n"); !strings.Contains(warned, `"missing.csv" names no result`) || len(c.Warnings) != 1 {
		t.Errorf("warnings %s", warned)
	}
	if notes := strings.Join(c.Page.Notes, "\n"); !strings.Contains(notes, `"missing.csv" names no result`) {
		t.Errorf("notes %s", notes)
	}
}

func TestLayoutErrors(t *testing.T) {
	cases := []struct{ text, found, hint string }{
		{"titel: x", `line 1: unknown key "titel"`, "did you mean title?"},
		{"title: [x]", "line 1: title is no text", ""},
		{"\norder: {a: b}", "line 2: order is no list", ""},
		{"order: [[a]]", "line 1: order has a list or keys in it", ""},
		{"omit: ['[']", `line 1: omit: the pattern "[" has no end`, ""},
		{"- a", "line 1: no keys", ""},
		{"a: b: c", "no YAML", ""},
		{"sections: x", "line 1: sections has no keys", ""},
		{"title: 5", "line 1: title is a number, no text", ""},
		{"notes: yes\ntitle: true", "line 2: title is true or false, no text", ""},
		{"notes: 1.5", "line 1: notes is a number, no text", ""},
		{"figures: false", `line 1: figures has "false", which names no result`, ""},
		{"order: [~]", `line 1: order has "~", which names no result`, ""},
		{"order: ['']", `line 1: order has "", which names no result`, ""},
		{"omit: 3", `line 1: omit has "3", which names no result`, ""},
		{"sections: {a.csv: }", "line 1: sections.a.csv is empty, no text", ""},
		{"sections: {a.csv: [b]}", "line 1: sections.a.csv is no text", ""},
		{"sections:\n  a: b\n  a: c", `line 3: the key "a" stands twice`, ""},
		{"title: a\ntitle: b", `line 2: the key "title" stands twice`, ""},
		{"title: a\n---\ntitle: b", "more than one document of YAML", ""},
	}
	for _, c := range cases {
		_, err := parseLayout("report.yaml", []byte(c.text))
		var input *data.InputError
		if !errors.As(err, &input) || !strings.Contains(input.Found, c.found) || input.Hint != c.hint {
			t.Errorf("%q: %v, want %q", c.text, err, c.found)
		}
	}
	if l, err := parseLayout("report.yaml", []byte("title:\nfigures:\norder: ['1']")); err != nil || l.Figures != nil || l.Title != "" || len(l.Order) != 1 {
		t.Errorf("keys without a value, and a name that is a number: %+v, %v", l, err)
	}
	if l, err := parseLayout("report.yaml", nil); err != nil || l.Title != "" {
		t.Errorf("an empty layout: %v", err)
	}
}

// TestLayoutIsFound takes the layout of the first directory that has one.
func TestLayoutIsFound(t *testing.T) {
	without, with := write(t, map[string]string{"a.csv": ""}), write(t, map[string]string{LayoutName: "title: Found"})
	l, err := FindLayout([]string{filepath.Join(without, "a.csv"), without, with})
	if err != nil || l.Title != "Found" {
		t.Errorf("%+v, %v", l, err)
	}
}

func TestDuplicatesAreShownOnce(t *testing.T) {
	const scores = "x,y,measure,value\nr,a,cka,0.5\n"
	c, page := render(t, write(t, map[string]string{"scores.csv": scores, "copy/again.csv": scores, "copy/as.tsv": strings.ReplaceAll(scores, ",", "\t")}))
	if len(c.Page.Sections) != 1 || strings.Count(strings.Join(c.Page.Notes, "\n"), "scores.csv, which is shown") != 2 {
		t.Errorf("%d sections, notes %q", len(c.Page.Sections), c.Page.Notes)
	}
	if strings.Count(page, "<table>") != 1 {
		t.Error("a table is shown twice")
	}
}

// TestLayoutOfCopies: the notes, the order and the figures of a copy are those of the
// result that is shown in its place.
func TestLayoutOfCopies(t *testing.T) {
	const first, second = "x,y,measure,value\nr,a,cka,0.5\n", "x,y,measure,value\nr,a,cka,0.25\n"
	dir := write(t, map[string]string{
		"a.csv": second, "scores.csv": first, "copy/again.csv": first, "scores.tsv": strings.ReplaceAll(first, ",", "\t"),
	})
	layout, err := parseLayout("report.yaml", []byte(`{order: again.csv, figures: copy, sections: {copy/again.csv: Of the copy., scores.tsv: Of the other form.}}`))
	if err != nil {
		t.Fatal(err)
	}
	layout.Path = ""
	c, err := Collect([]string{dir}, layout, "v1", nil)
	if err != nil {
		t.Fatal(err)
	}
	s := c.Page.Sections[0]
	if !strings.HasSuffix(s.Title, "/scores.csv") || s.Remarks != "<p>Of the copy.</p>\n<p>Of the other form.</p>\n" || len(s.Figures) != 1 || len(c.Page.Sections[1].Figures) != 0 {
		t.Errorf("%s: %q, %d figures", s.Title, s.Remarks, len(s.Figures))
	}
	if c.Warnings != nil {
		t.Errorf("warnings %q", c.Warnings)
	}
}

// TestResultsWithoutSuffix: files are recognised by how they begin where their names say
// nothing; others that stand beside them are not.
func TestResultsWithoutSuffix(t *testing.T) {
	const scores = "x,y,measure,value\nr,%,cka,0.5\n"
	of := func(y string) string { return strings.Replace(scores, "%", y, 1) }
	c, _ := render(t, write(t, map[string]string{
		"scores": of("a"), "of.time": strings.ReplaceAll(of("b"), ",", "\t"),
		"json":     `{"schema":"simtool.score/v2","columns":["x","y","measure","value"],"rows":[{"x":"r","y":"c","measure":"cka","value":0.5}]}`,
		"Makefile": "all:\n", "notes.txt": "x, y and z\n", "picture": "a\x00,b", "empty": "",
	}))
	var titles []string
	for _, s := range c.Page.Sections {
		titles = append(titles, filepath.Base(s.Title))
	}
	if got := strings.Join(titles, " "); got != "json of.time scores" || len(c.Page.Notes) > 0 {
		t.Errorf("sections %s, notes %q", got, c.Page.Notes)
	}
}
