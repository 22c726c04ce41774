package report

import (
	"bytes"
	_ "embed" // page.html, style.css and script.js
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"

	"simtool/internal/figure"
	"simtool/internal/io"
)

// Page is the content of a report.
type Page struct {
	Title    string
	Lead     string // a sentence below the title; "" for none
	Version  string // of simtool
	Sections []*Section
	Cards    []Card
	Notes    []string // omissions and their reasons
	Palette  *figure.Palette
}

// Section is one directory of results, or results of several directories side
// by side.
type Section struct {
	Title   string
	Figures []Figure
	Tables  []*Table
	Runs    []*Run
}

// Figure is a drawing with a caption.
type Figure struct {
	SVG     template.HTML
	Caption string
	Source  string // the files that were drawn
}

// Table is a result table. A long table shows its first rows only.
type Table struct {
	Name    string
	Columns []Column
	Rows    [][]Cell
	Total   int
}

// Column is the head of a column.
type Column struct {
	Name    string
	Numeric bool
}

// Cell is the displayed text of a value and, for numbers, the full value for sorting.
type Cell struct{ Text, Value string }

// Card explains a measure.
type Card struct {
	Name, Title, Question, Formula, Values string
	Invariances                            string
	Pitfalls                               []string
	References                             []Reference
}

// Reference is a publication with a link.
type Reference struct{ Text, URL string }

// Run is the run that made a result.
type Run struct {
	Command  string // for a shell
	When     string
	Version  string
	Host     string
	Seconds  string
	Seed     uint64
	Inputs   []Input
	Warnings []string
}

// Input is a file that a run read.
type Input struct{ Path, Shape, SHA256 string }

// MaxRows is the largest number of rows of a table in a report.
const MaxRows = 100

// openRows is the number of rows of a table that are visible before a reader opens it.
const openRows = 40

// NewTable prepares a result table.
func NewTable(name string, t *dataio.Table) *Table {
	out := &Table{Name: name, Total: len(t.Rows)}
	var shown []int
	for i, c := range t.Columns {
		numeric, empty := true, true
		for _, row := range t.Rows {
			_, ok := dataio.Float(row[i])
			numeric = numeric && ok
			empty = empty && row[i] == nil
		}
		if empty && len(t.Rows) > 0 {
			continue // no cell has a value
		}
		shown = append(shown, i)
		out.Columns = append(out.Columns, Column{c, numeric})
	}
	for _, row := range t.Rows[:min(len(t.Rows), MaxRows)] {
		cells := make([]Cell, len(shown))
		for k, i := range shown {
			cells[k] = cellOf(row[i])
		}
		out.Rows = append(out.Rows, cells)
	}
	return out
}

func cellOf(v any) Cell {
	switch v := v.(type) {
	case nil:
		return Cell{}
	case float64:
		return Cell{Text: strconv.FormatFloat(v, 'g', 5, 64), Value: strconv.FormatFloat(v, 'g', -1, 64)}
	case int:
		return Cell{Text: strconv.Itoa(v), Value: strconv.Itoa(v)}
	}
	return Cell{Text: fmt.Sprint(v)}
}

// NewRun prepares a manifest.
func NewRun(m *dataio.Manifest) *Run {
	r := &Run{
		Command: ShellLine(m.Argv), Version: m.Version, Host: m.Run.Host, Seed: m.Seed, Warnings: m.Warnings,
		When:    m.Run.Started.Format("2006-01-02 15:04 MST"),
		Seconds: strconv.FormatFloat(m.Run.Seconds, 'f', 1, 64),
	}
	for _, in := range m.Inputs {
		dims := make([]string, len(in.Shape))
		for i, d := range in.Shape {
			dims[i] = strconv.Itoa(d)
		}
		r.Inputs = append(r.Inputs, Input{Path: in.Path, Shape: strings.Join(dims, " × "), SHA256: in.SHA256})
	}
	return r
}

// ShellLine quotes words for a POSIX shell.
func ShellLine(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = w
		safe := func(r rune) bool {
			return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./:=,@%+", r)
		}
		if w == "" || strings.IndexFunc(w, func(r rune) bool { return !safe(r) }) >= 0 {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

//go:embed page.html
var pageText string

//go:embed style.css
var styleText string

//go:embed script.js
var scriptText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// IsReport reports whether the content of a file is a report by simtool.
func IsReport(content []byte) bool {
	return bytes.Contains(content[:min(len(content), 1024)], []byte(`<meta name="generator" content="simtool `))
}

// Write writes the page.
func (p *Page) Write(w io.Writer) error {
	light, dark := p.Palette.CSS()
	style := strings.NewReplacer("/*light*/", light, "/*dark*/", dark).Replace(styleText)
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, map[string]any{
		"Page": p, "Style": template.CSS(style), "Script": template.JS(scriptText), "MaxRows": MaxRows, "OpenRows": openRows, //nolint:gosec // our own
	})
	if err != nil {
		return fmt.Errorf("the report cannot be written: %w", err)
	}
	_, err = w.Write(bytes.ToValidUTF8(b.Bytes(), []byte("\uFFFD"))) // names of files need not be UTF-8
	return err
}
