package report

import (
	"bytes"
	_ "embed" // page.html, style.css and script.js
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
	"sync"

	"simtool/internal/figure"
	"simtool/internal/io"
)

// Page is the content of a report.
type Page struct {
	Title    string
	Lead     string        // a sentence below the title; "" for none
	Remarks  template.HTML // of the author of the layout
	Version  string        // of simtool
	Topics   []Topic
	Sections []*Section
	Methods  *Methods // nil for none
	Cards    []Card
	Notes    []string // omissions and their reasons
	Palette  *figure.Palette
}

// Section is one result, or several that are shown side by side.
type Section struct {
	ID      string
	Title   string // the names of its files
	Remarks template.HTML
	Figures []Figure
	Tables  []*Table
	Runs    []*Run
	SeeRun  string // the section that has the run of this one, "" for its own
}

// Figure is a drawing with a caption.
type Figure struct {
	SVG     template.HTML
	Caption string
	Source  string // the files that were drawn
}

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

// NewRun prepares a manifest.
func NewRun(m *dataio.Manifest) *Run {
	r := &Run{
		Command: ShellLine(m.Argv), Version: m.Version, Host: m.Run.Host, Seed: m.Seed, Warnings: m.Warnings,
		When:    m.Run.Started.Format("2006-01-02 15:04 MST"),
		Seconds: strconv.FormatFloat(m.Run.Seconds, 'f', 1, 64),
	}
	for _, in := range m.Inputs {
		r.Inputs = append(r.Inputs, Input{Path: in.Path, Shape: shapeOf(in.Shape), SHA256: in.SHA256})
	}
	return r
}

// shapeOf writes a shape as a product.
func shapeOf(shape []int) string {
	dims := make([]string, len(shape))
	for i, d := range shape {
		dims[i] = strconv.Itoa(d)
	}
	return strings.Join(dims, " × ")
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

// pageTemplate parses the template when a page is first written.
var pageTemplate = sync.OnceValue(func() *template.Template { return template.Must(template.New("page").Parse(pageText)) })

// IsReport reports whether the content of a file is a report by simtool.
func IsReport(content []byte) bool {
	return bytes.Contains(content[:min(len(content), 1024)], []byte(`<meta name="generator" content="simtool `))
}

// manySections is the number of sections from which on the list of contents is closed at
// first.
const manySections = 12

// Write writes the page.
func (p *Page) Write(w io.Writer) error {
	light, dark := p.Palette.CSS()
	style := strings.NewReplacer("/*light*/", light, "/*dark*/", dark).Replace(styleText)
	sections, err := p.rendered()
	if err != nil {
		return err
	}
	tables := 0
	for _, s := range p.Sections {
		tables += len(s.Tables)
	}
	var b bytes.Buffer
	err = pageTemplate().Execute(&b, map[string]any{
		"Page": p, "Style": template.CSS(style), "Script": template.JS(scriptText), "Sections": sections, //nolint:gosec // our own
		"Many": len(p.Sections) > manySections, "Tables": tables,
	})
	if err != nil {
		return unwritten(err)
	}
	_, err = w.Write(bytes.ToValidUTF8(b.Bytes(), []byte("\uFFFD"))) // names of files need not be UTF-8
	return err
}

func unwritten(err error) error { return fmt.Errorf("the report cannot be written: %w", err) }

// part executes a part of the template.
func part(name string, data any) (template.HTML, error) {
	var b bytes.Buffer
	if err := pageTemplate().ExecuteTemplate(&b, name, data); err != nil {
		return "", unwritten(err)
	}
	return template.HTML(b.String()), nil //nolint:gosec // escaped by the template
}
