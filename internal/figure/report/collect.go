package report

import (
	"errors"
	"fmt"
	"html/template"
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
	Sources  []data.Source // of the results

	names  map[string]string                           // displayed names of directories
	ranges func(name string) (r figure.Range, ok bool) // of measures
}

// Collect reads all results in and below directories, or single files, and makes a page
// of them: a section for each directory, and before them a section of the runs that are
// best shown side by side. measures says what is known of a measure, and may be nil. Notes list files that are not results, and results that
// cannot be drawn.
//
// Errors are *data.InputError: a path that cannot be read, or no result at all.
func Collect(paths []string, measures func(name string) (figure.Range, bool)) (*Collection, error) {
	c := &Collection{ranges: measures, Page: &Page{Palette: &figure.Palette{}}}
	var directories []string
	c.names = map[string]string{}
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
			case d.IsDir() || hidden || seen[p] || !mayBeResult(p):
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
		slices.Sort(directories[begun:]) // a directory before those below it
	}
	joint := map[string][]*figure.Result{}
	for _, dir := range directories {
		section, results := c.section(dir, files[dir])
		if len(results) == 0 {
			continue
		}
		c.Page.Sections = append(c.Page.Sections, section)
		for _, r := range results {
			if kind, ok := figure.KindOf(r); ok && kind.Joins {
				joint[kind.Name] = append(joint[kind.Name], r)
			}
		}
	}
	if len(c.Page.Sections) == 0 {
		return nil, &data.InputError{Path: strings.Join(paths, ", "), Found: "no results of simtool", Wanted: "want a directory with at least one"}
	}
	c.Page.Lead = fmt.Sprintf("%s in %s.", count(len(c.Sources), "result", "results"), count(len(c.Page.Sections), "directory", "directories"))
	c.join(joint)
	return c, nil
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
	return dataio.IsReadable(name) && name != "manifest.json" && !strings.HasSuffix(name, dataio.ManifestSuffix)
}

func reason(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// section makes the section of one directory.
func (c *Collection) section(dir string, paths []string) (*Section, []*figure.Result) {
	s := &Section{Title: c.names[dir]}
	var results, arrays []*figure.Result
	for _, path := range paths {
		r := c.load(path, paths)
		if r == nil {
			continue
		}
		if r.Array != nil && len(arrays) == maxArrays {
			c.note("%s: more than %d arrays in one directory", path, maxArrays)
			continue
		}
		results = append(results, r)
		c.Sources = append(c.Sources, r.Source)
		if r.Array != nil {
			arrays = append(arrays, r)
			continue
		}
		c.draw(s, []*figure.Result{r})
		s.Tables = append(s.Tables, NewTable(filepath.Base(path), r.Table))
		c.collectMeasures(r)
	}
	for len(arrays) > 0 {
		kind, _ := figure.KindOf(arrays[0])
		same := func(r *figure.Result) bool { k, _ := figure.KindOf(r); return k.Name == kind.Name }
		var group []*figure.Result
		for _, r := range arrays {
			if same(r) {
				group = append(group, r)
			}
		}
		arrays = slices.DeleteFunc(arrays, same)
		c.draw(s, group)
	}
	s.addRuns(results)
	return s, results
}

// load reads a file that may be a result. It returns nil if it is not one.
func (c *Collection) load(path string, siblings []string) *figure.Result {
	array := dataio.IsArray(path) && !dataio.IsArchive(path)
	if twin := strings.TrimSuffix(path, filepath.Ext(path)) + ".csv"; twin != path && !array && slices.Contains(siblings, twin) {
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
	return r
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
	if more := len(names) - mostNames; more > 0 {
		names = append(names[:mostNames], fmt.Sprintf("and %d more", more))
	}
	s.Figures = append(s.Figures, Figure{SVG: template.HTML(svg), Caption: f.Alt, Source: strings.Join(names, ", ")}) //nolint:gosec // our own drawing, its text escaped
}

// join adds a section before all others, with runs on the same data side by side.
func (c *Collection) join(joint map[string][]*figure.Result) {
	s := &Section{Title: "Runs side by side"}
	for _, kind := range figure.Kinds() {
		runs := map[string][]*figure.Result{}
		var references []string
		for _, r := range joint[kind.Name] {
			reference := r.Reference().SHA256
			if runs[reference] == nil {
				references = append(references, reference)
			}
			runs[reference] = append(runs[reference], r)
		}
		for _, reference := range references {
			if len(runs[reference]) > 1 {
				c.draw(s, runs[reference])
			}
		}
	}
	if len(s.Figures) > 0 {
		c.Page.Sections = slices.Insert(c.Page.Sections, 0, s)
	}
}

// addRuns adds the runs that made the results, each once.
func (s *Section) addRuns(results []*figure.Result) {
	for _, r := range results {
		if r.Manifest == nil {
			continue
		}
		run := NewRun(r.Manifest)
		known := func(other *Run) bool { return other.Command == run.Command && other.When == run.When }
		if !slices.ContainsFunc(s.Runs, known) {
			s.Runs = append(s.Runs, run)
		}
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
