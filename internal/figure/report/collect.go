package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"

	"simtool/internal/data"
	"simtool/internal/figure"
	"simtool/internal/io"
)

// Sizes that keep a page readable.
const (
	figureWidth = 100 * vg.Millimeter // legible on a phone
	maxFile     = 64 << 20            // larger files are left out
	maxArrays   = 6                   // in one directory
	mostNames   = 6                   // of files below a figure
)

// Collection is a page of the results in directories.
type Collection struct {
	Page     *Page
	Measures []string      // the measures of the results, in order of appearance
	Sources  []data.Source // of the results, and of the layout
	Warnings []string      // of the layout: what it names and nothing is

	names    map[string]string                    // displayed names of directories
	measures func(name string) (k Known, ok bool) // nil for nothing known
	cards    map[string]Known                     // what it said
	layout   *Layout
	arrays   map[string]int      // of each directory
	shown    map[string]*loaded  // the result that has a content
	twins    map[string][]string // names of files with the same table as a file beside them
	runs     map[string]string   // the section that has a run
}

// Collect reads all results in and below directories, or single files, and makes a page
// of them: what they say, then a section for each result, and before these one of the runs
// that are best shown side by side. measures says what is known of a measure, and may be
// nil; layout is what the reader wants the page to be, and version that of simtool. Notes list files that are not
// results, results that cannot be drawn, and copies of others.
//
// Errors are *data.InputError: a path that cannot be read, or no result at all.
func Collect(paths []string, layout *Layout, version string, measures func(name string) (Known, bool)) (*Collection, error) {
	c := &Collection{
		Page: &Page{Version: version, Palette: &figure.Palette{}}, measures: measures, cards: map[string]Known{}, layout: layout,
		names: map[string]string{}, arrays: map[string]int{}, shown: map[string]*loaded{}, twins: map[string][]string{}, runs: map[string]string{},
	}
	files, err := c.find(paths)
	if err != nil {
		return nil, err
	}
	var results []*loaded
	for _, path := range files {
		if l := c.load(path, files); l != nil {
			results = append(results, l)
		}
	}
	if len(results) == 0 {
		return nil, &data.InputError{Path: strings.Join(paths, ", "), Found: "no results of simtool", Wanted: "want a directory with at least one"}
	}
	directories := map[string]bool{}
	for _, r := range results {
		r.also = append(r.also, c.twins[r.Path]...)
		directories[filepath.Dir(r.Path)] = true
		c.Sources = append(c.Sources, r.Source)
	}
	c.layout.sort(results)
	for i, r := range results {
		r.id = fmt.Sprintf("t%d", i+1)
		if r.Table != nil {
			c.collectMeasures(r.Result)
		}
	}
	c.Page.Lead = fmt.Sprintf("%s in %s.", count(len(results), "result", "results"), count(len(directories), "directory", "directories"))
	c.conclude(results)
	c.join(results)
	c.sections(results)
	c.Page.Methods = c.methods(results)
	if layout.Notes != "" {
		c.Page.Remarks = markdown(layout.Notes, 1)
	}
	for _, p := range layout.idle() {
		c.note("%s: %q names no result", layout.Path, p)
		c.Warnings = append(c.Warnings, fmt.Sprintf("%s: %q names no result", layout.Path, p))
	}
	if layout.Path != "" {
		source, err := dataio.FileSource(layout.Path)
		if err != nil {
			return nil, err
		}
		c.Sources = append(c.Sources, source)
	}
	return c, nil
}

// find lists the files that can be results, those of a directory in natural order and
// before those of directories below it.
func (c *Collection) find(paths []string) ([]string, error) {
	var directories []string
	files := map[string][]string{}
	seen := map[string]bool{}
	for _, path := range paths {
		begun := len(directories)
		err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
			if err != nil {
				return &data.InputError{Path: p, Found: "cannot be read: " + reason(err), Err: err}
			}
			hidden := p != path && (strings.HasPrefix(d.Name(), ".") || strings.HasSuffix(d.Name(), ".ckpt"))
			switch {
			case d.IsDir() && hidden:
				return filepath.SkipDir
			case d.IsDir() || hidden || seen[p] || p != path && !mayBeResult(p) && !looksLikeResult(p):
				return nil
			}
			seen[p] = true
			dir := filepath.Dir(p)
			if files[dir] == nil {
				directories = append(directories, dir)
				c.names[dir] = nameOf(path, dir)
			}
			files[dir] = append(files[dir], p)
			return nil
		})
		if err != nil {
			return nil, err
		}
		slices.SortFunc(directories[begun:], data.NaturalOrder)
	}
	var out []string
	for _, dir := range directories {
		slices.SortStableFunc(files[dir], func(a, b string) int {
			// Arrays, which conclusions do not rest on, stand behind tables.
			switch tables, others := !dataio.IsArray(a), !dataio.IsArray(b); {
			case tables == others:
				return data.NaturalOrder(a, b)
			case tables:
				return -1
			}
			return 1
		})
		out = append(out, files[dir]...)
	}
	return out, nil
}

// nameOf returns the displayed name of a directory in or below root, which the user
// named.
func nameOf(root, dir string) string {
	rest, err := filepath.Rel(root, dir)
	if err != nil || strings.HasPrefix(rest, "..") { // root is a file
		root, rest = dir, "."
	}
	base := filepath.Base(root)
	if filepath.Clean(root) == "." {
		if base = rest; rest == "." {
			base = "Results"
		}
		rest = "."
	}
	return filepath.ToSlash(filepath.Join(base, rest))
}

// nameOfFile returns the displayed name of a file in one of the directories.
func (c *Collection) nameOfFile(path string) string {
	dir, file := filepath.Split(path)
	if name := c.names[filepath.Clean(dir)]; name != "Results" {
		return name + "/" + file
	}
	return file
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// mayBeResult reports whether the name of a file can be that of a result.
func mayBeResult(path string) bool {
	name := filepath.Base(path)
	return dataio.IsReadable(name) && name != "manifest.json" && !strings.HasSuffix(name, dataio.ManifestSuffix) && !strings.HasSuffix(name, dataio.NamesSuffix)
}

// looksLikeResult reports whether a file whose name says nothing of its format begins as
// a table that has a figure, or as JSON that names its schema.
func looksLikeResult(path string) bool {
	const head = 4 << 10
	if dataio.IsReadable(path) || strings.HasSuffix(path, dataio.ManifestSuffix) || strings.HasSuffix(path, dataio.NamesSuffix) {
		return false // for mayBeResult to say
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	begin, err := io.ReadAll(io.LimitReader(f, head))
	if err != nil || bytes.IndexByte(begin, 0) >= 0 {
		return false
	}
	if text := bytes.TrimLeft(begin, " \t\r\n["); len(text) > 0 && text[0] == '{' {
		return bytes.Contains(text, []byte(`"simtool.`)) && !bytes.Contains(text, []byte(dataio.ManifestSchema))
	}
	for line := range strings.Lines(string(begin)) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		for _, comma := range []string{",", "\t"} {
			if _, ok := figure.KindOf(&figure.Result{Table: &dataio.Table{Columns: strings.Split(line, comma)}}); ok {
				return true
			}
		}
		return false
	}
	return false
}

func reason(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// load reads a file that may be a result. It returns nil if it is not one, is left out, or
// has the content of another.
func (c *Collection) load(path string, files []string) *loaded {
	name := c.nameOfFile(path)
	if c.layout.any(c.layout.Omit, name) {
		return nil
	}
	array := dataio.IsArray(path) && !dataio.IsArchive(path)
	if twin := strings.TrimSuffix(path, filepath.Ext(path)) + ".csv"; twin != path && !array && slices.Contains(files, twin) {
		c.twins[twin] = append(c.twins[twin], name)
		return nil // the same table in another format, or the arrays next to it
	}
	if info, err := os.Stat(path); err == nil && info.Size() > maxFile {
		c.note("%s: %d MB, more than the %d of a report", path, info.Size()>>20, maxFile>>20)
		return nil
	}
	r, err := figure.Load(path, dataio.Options{Hash: true})
	if err != nil {
		c.note("%s", err)
		return nil
	}
	if _, ok := figure.KindOf(r); !ok {
		kind := "a table"
		if r.Array != nil {
			kind = "an array"
		}
		c.note("%s: %s that has no figure", path, kind)
		return nil
	}
	if r.Array != nil {
		if c.arrays[filepath.Dir(path)] == maxArrays {
			c.note("%s: more than %d arrays in one directory", path, maxArrays)
			return nil
		}
		c.arrays[filepath.Dir(path)]++
	}
	content := contentOf(r)
	if other, ok := c.shown[content]; ok {
		c.note("%s: the same as %s, which is shown", path, other.Path)
		other.also = append(other.also, name)
		return nil
	}
	l := &loaded{Result: r, name: name, cited: map[int]bool{}}
	c.shown[content] = l
	return l
}

// contentOf tells results of other content apart: tables by their cells, whatever their
// form, and by the data that they were made of, and arrays by their files.
func contentOf(r *figure.Result) string {
	if r.Table == nil {
		return r.Source.SHA256
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%q %q\n", r.Table.Schema, r.Table.Columns)
	if r.Manifest != nil {
		for _, in := range r.Manifest.Inputs {
			fmt.Fprintln(sum, in.SHA256)
		}
	}
	for _, row := range r.Table.Rows {
		for _, cell := range row {
			if cell == nil {
				cell = ""
			}
			fmt.Fprintf(sum, "%q,", fmt.Sprint(cell))
		}
		fmt.Fprintln(sum)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// sections adds a section for each table, and one for the arrays of a directory that are
// drawn in one figure, where the first of them stands.
func (c *Collection) sections(results []*loaded) {
	done := map[*loaded]bool{}
	for _, r := range results {
		if done[r] {
			continue
		}
		group := []*loaded{r}
		if r.Array != nil {
			kind, _ := figure.KindOf(r.Result)
			for _, other := range results {
				if k, _ := figure.KindOf(other.Result); other != r && other.Array != nil && k.Name == kind.Name && filepath.Dir(other.Path) == filepath.Dir(r.Path) {
					group = append(group, other)
				}
			}
		}
		var titles, remarks []string
		var drawn []*figure.Result
		for _, one := range group {
			done[one] = true
			titles = append(titles, one.name)
			if len(titles) > 1 {
				titles[len(titles)-1] = filepath.Base(one.name)
			}
			if text := c.layout.notesOn(one.names()...); text != "" {
				remarks = append(remarks, text)
			}
			if c.layout.Figures == nil || c.layout.any(c.layout.Figures, one.names()...) {
				drawn = append(drawn, one.Result)
			}
		}
		s := &Section{ID: fmt.Sprintf("results-%d", len(c.Page.Sections)), Title: strings.Join(firstNames(titles), ", ")}
		if remarks != nil {
			s.Remarks = markdown(strings.Join(remarks, "\n\n"), 2)
		}
		if drawn != nil {
			c.draw(s, drawn)
		}
		if r.Table != nil {
			s.Tables = append(s.Tables, NewTable(r.id, filepath.Base(r.Path), r.Table, r.cited))
		}
		c.addRuns(s, group)
		c.Page.Sections = append(c.Page.Sections, s)
	}
}

// firstNames returns the first names of a list, and a word for the others.
func firstNames(names []string) []string {
	if more := len(names) - mostNames; more > 0 {
		return append(slices.Clone(names[:mostNames]), fmt.Sprintf("and %d more", more))
	}
	return names
}

// draw adds a figure of results to a section.
func (c *Collection) draw(s *Section, results []*figure.Result) {
	figure.DistinctLabels(results)
	svg, f, err := figure.Inline(results, figure.Style{Width: figureWidth, Measures: c.ranges}, c.Page.Palette)
	if err != nil {
		c.note("%s", err)
		return
	}
	var names []string
	for _, r := range results {
		names = append(names, c.nameOfFile(r.Path))
	}
	s.Figures = append(s.Figures, Figure{SVG: template.HTML(svg), Caption: f.Alt, Source: strings.Join(firstNames(names), ", ")}) //nolint:gosec // our own drawing, its text escaped
}

// join adds a section before all others, with runs on the same data side by side.
func (c *Collection) join(results []*loaded) {
	s := &Section{ID: "side-by-side", Title: "Runs side by side"}
	for _, kind := range figure.Kinds() {
		if !kind.Joins {
			continue
		}
		runs := map[string][]*figure.Result{}
		var references []string
		for _, r := range results {
			if k, _ := figure.KindOf(r.Result); k.Name != kind.Name || c.layout.Figures != nil && !c.layout.any(c.layout.Figures, r.names()...) {
				continue
			}
			reference := r.Reference().SHA256
			if runs[reference] == nil {
				references = append(references, reference)
			}
			runs[reference] = append(runs[reference], r.Result)
		}
		for _, reference := range references {
			if len(runs[reference]) > 1 {
				c.draw(s, runs[reference])
			}
		}
	}
	if len(s.Figures) > 0 {
		c.Page.Sections = append(c.Page.Sections, s)
	}
}

// addRuns adds the runs that made the results of a section, each once on the page.
func (c *Collection) addRuns(s *Section, results []*loaded) {
	for _, r := range results {
		if r.Manifest == nil {
			continue
		}
		run := NewRun(r.Manifest)
		key := run.Command + " " + r.Manifest.Run.Started.String()
		if first, ok := c.runs[key]; ok {
			if first != s.ID {
				s.SeeRun = first
			}
			continue
		}
		c.runs[key] = s.ID
		s.Runs = append(s.Runs, run)
	}
}

// collectMeasures adds the measures of a table.
func (c *Collection) collectMeasures(r *figure.Result) {
	for _, name := range []string{"measure", "measure_a", "measure_b"} {
		at := r.Table.Index(name)
		if at < 0 {
			continue
		}
		for _, row := range r.Table.Rows {
			if m, ok := row[at].(string); ok && !slices.Contains(c.Measures, m) {
				c.Measures = append(c.Measures, m)
			}
		}
	}
}

func (c *Collection) note(format string, args ...any) {
	c.Page.Notes = append(c.Page.Notes, fmt.Sprintf(format, args...))
}
