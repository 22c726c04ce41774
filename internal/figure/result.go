package figure

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/result"
)

// Result is one result file: a table or an array.
type Result struct {
	Path     string
	Label    string           // distinguishes it from other results of a figure
	Table    *dataio.Table    // nil for an array
	Array    *data.Dataset    // nil for a table
	values   []float64        // of the array before those that cannot be drawn were changed
	square   *dataio.Square   // of a square matrix of named systems; nil for another result
	Labels   *data.Column     // of the conditions of an array; nil for none
	groups   *systemGroups    // of the systems of scores of all pairs; nil for none
	Source   data.Source      // the file itself
	Manifest *dataio.Manifest // the record of the run that made it; nil if there is none
}

// Load reads a result: an array if its name says so, or else a table. The manifest
// beside it, or that of its directory, is read as well. A table that does not name its
// schema has the one of the manifest, unless the file has been changed since.
//
// Errors are *data.InputError.
func Load(path string, o dataio.Options) (*Result, error) {
	r := &Result{Path: path, Label: tail(path, 1)}
	if dataio.IsArray(dataio.FileOf(path)) {
		array, err := dataio.Read(path, o)
		if err != nil {
			return nil, err
		}
		r.Array, r.Source = array, array.Source
		if array.Names != nil && array.Source.Names == filepath.Base(dataio.NamesBeside(dataio.FileOf(path))) && !array.Is3D() && array.Samples() == array.Width() {
			r.square = &dataio.Square{Names: array.Names, Values: array.Values}
		}
	} else {
		table, err := dataio.ReadTable(path, o)
		if err != nil {
			return nil, err
		}
		r.Table = table
		if square := dataio.SquareOf(table); square != nil {
			r.square = square
		}
		if path != "-" {
			if r.Source, err = dataio.FileSource(path); err != nil {
				return nil, err
			}
		}
	}
	for _, m := range []string{path + dataio.ManifestSuffix, filepath.Join(filepath.Dir(path), "manifest.json")} {
		manifest, err := readManifest(m)
		if err != nil {
			return nil, err
		}
		if output := outputNamed(manifest, path); output != nil {
			r.Manifest = manifest
			if r.Table != nil && r.Table.Schema == "" && output.SHA256 == r.Source.SHA256 {
				r.Table.Schema = output.Schema
			}
			break
		}
	}
	r.unfold()
	return r, nil
}

// readManifest reads a manifest. It returns nil if there is none: a file manifest.json
// may be of another program. What simtool wrote must be as it was written; only those of
// older versions have no checksum.
func readManifest(path string) (*dataio.Manifest, error) {
	content, err := os.ReadFile(path)
	if err != nil || !strings.HasSuffix(path, dataio.ManifestSuffix) && !bytes.Contains(content, []byte(dataio.ManifestSchema)) {
		return nil, nil //nolint:nilerr // there need not be one
	}
	m, err := dataio.ReadManifest(path)
	if errors.Is(err, dataio.ErrNoSeal) {
		err = nil
	}
	return m, err
}

// outputNamed returns the output that a manifest lists under the name of a file, nil if
// there is none. It compares base names only, because directories may have been moved.
func outputNamed(m *dataio.Manifest, path string) *dataio.Output {
	if m == nil {
		return nil
	}
	i := slices.IndexFunc(m.Outputs, func(o dataio.Output) bool { return filepath.Base(o.Path) == filepath.Base(path) })
	if i < 0 {
		return nil
	}
	return &m.Outputs[i]
}

// SetLabels sets labels for the colours of the conditions of an array. It refuses
// tables, and columns of another length.
func (r *Result) SetLabels(c *data.Column) error {
	if r.Array == nil {
		return &data.InputError{Found: "labels for " + r.Path, Wanted: "want an array, whose conditions they name"}
	}
	conditions, unit := r.Array.Samples(), "samples"
	if r.Array.Is3D() {
		conditions, unit = r.Array.Shape[1], "conditions"
	}
	if c.Len() != conditions {
		return &data.InputError{Found: fmt.Sprintf("%d rows", c.Len()), Wanted: fmt.Sprintf("want %d, the %s of %s", conditions, unit, r.Path)}
	}
	r.Labels = c
	return nil
}

// Reference returns the first array or table of which the result was made. It has no
// shape where this is unknown.
func (r *Result) Reference() data.Source {
	if r.Manifest != nil {
		for _, input := range r.Manifest.Inputs {
			if len(input.Shape) >= 2 {
				return input
			}
		}
	}
	return data.Source{}
}

// Measure returns the measure for which the result was optimised, or "" where it is
// unknown.
func (r *Result) Measure() string {
	if r.Manifest == nil {
		return ""
	}
	name, _ := r.Manifest.Config["measure"].(string)
	return name
}

// Samples returns the number of samples of the first array or table of which the result
// was made, or of the random data in its settings. It is 0 where it is unknown, and if
// samples with missing values were left out.
func (r *Result) Samples() int {
	if r.Manifest == nil || r.Manifest.Config["drop-missing-stimuli"] == true {
		return 0
	}
	name, _ := r.Manifest.Config["missing"].(string)
	if policy, ok := data.PolicyNamed(name); ok && policy.Drops {
		return 0
	}
	if input := r.Reference(); input.Shape != nil {
		n := 1
		for _, d := range input.Shape[:len(input.Shape)-1] {
			n *= d
		}
		return n
	}
	shape, _ := r.Manifest.Config["shape"].(string)
	rows, _, _ := strings.Cut(shape, ",")
	if n, err := strconv.Atoi(rows); err == nil {
		return n
	}
	return 0
}

// samplesOf returns the common number of samples of the results whose number is known,
// and 0 if they differ.
func samplesOf(rs []*Result) int {
	n := 0
	for _, r := range rs {
		k := r.Samples()
		if k > 0 && n > 0 && k != n {
			return 0
		}
		n = max(n, k)
	}
	return n
}

// counted adds the number of samples to a title where it is known.
func counted(title string, rs []*Result, unit string) string {
	if n := samplesOf(rs); n > 0 {
		return fmt.Sprintf("%s (n = %d %s)", title, n, unit)
	}
	return title
}

// DistinctLabels gives results the shortest labels that distinguish them: the measure
// for which they were optimised, or else the name of the file, or its directory where
// all files have the same name, or as much of the path as is necessary.
func DistinctLabels(results []*Result) {
	label := func(by func(r *Result) string) bool {
		seen := map[string]bool{}
		for _, r := range results {
			name := by(r)
			if name == "" || seen[name] {
				return false
			}
			seen[name] = true
		}
		for _, r := range results {
			r.Label = by(r)
		}
		return true
	}
	measureOrName := func(r *Result) string {
		if m := r.Measure(); m != "" {
			return m
		}
		return tail(r.Path, 1)
	}
	if label(measureOrName) {
		return
	}
	alike := !slices.ContainsFunc(results, func(r *Result) bool { return filepath.Base(r.Path) != filepath.Base(results[0].Path) })
	for depth := 1; depth < 10; depth++ {
		if alike && label(func(r *Result) string { return tail(filepath.Dir(r.Path), depth) }) || label(func(r *Result) string { return tail(r.Path, depth) }) {
			return
		}
	}
}

// tail returns the last depth words of a path, without suffix.
func tail(path string, depth int) string {
	words := strings.Split(filepath.ToSlash(path), "/")
	name := strings.TrimSuffix(strings.Join(words[max(0, len(words)-depth):], "/"), ".gz")
	return strings.TrimSuffix(name, filepath.Ext(name))
}

// is reports whether the result is a table of a schema with its columns. A table that
// names no known schema, or one whose columns follow from its data, is known by its
// columns alone.
func (r *Result) is(s *result.Schema) bool {
	return r.has(s.Names()...) && (!r.knownBySchema() || s.Is(r.Table.Schema))
}

// knownBySchema reports whether a table names a declared schema that has columns of its
// own.
func (r *Result) knownBySchema() bool {
	known, ok := result.Lookup(r.Table.Schema)
	return ok && known.Open == ""
}

// has reports whether the result is a table with all of the given columns.
func (r *Result) has(columns ...string) bool {
	return r.Table != nil && !slices.ContainsFunc(columns, func(c string) bool { return r.Table.Index(c) < 0 })
}

// floats returns a column as numbers. They are NaN where a cell is empty or text, and
// where the column is missing.
func (r *Result) floats(name string) []float64 {
	out := make([]float64, len(r.Table.Rows))
	at := r.Table.Index(name)
	for i, row := range r.Table.Rows {
		out[i] = math.NaN()
		if at < 0 {
			continue
		}
		if v, ok := dataio.Float(row[at]); ok {
			out[i] = drawable(v)
		} else if v, err := strconv.ParseFloat(strings.TrimSpace(fmt.Sprint(row[at])), 64); err == nil {
			out[i] = drawable(v) // one odd cell makes the whole column text
		}
	}
	return out
}

// texts returns a column as text. It is "" where a cell is empty, and where the column
// is missing.
func (r *Result) texts(name string) []string {
	out := make([]string, len(r.Table.Rows))
	at := r.Table.Index(name)
	for i, row := range r.Table.Rows {
		if at >= 0 && row[at] != nil {
			out[i] = fmt.Sprint(row[at])
		}
	}
	return out
}

// where returns the result with only the rows i for which keep(i) is true.
func (r *Result) where(keep func(i int) bool) *Result {
	part := *r
	part.Table = &dataio.Table{Schema: r.Table.Schema, Columns: r.Table.Columns}
	for i, row := range r.Table.Rows {
		if keep(i) {
			part.Table.Rows = append(part.Table.Rows, row)
		}
	}
	return &part
}

// Distinct returns the distinct values of a list in order of appearance.
func Distinct(values []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, v := range values {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// join returns the rows of all results as one, in the columns of the first.
func join(rs []*Result) *Result {
	if len(rs) == 1 {
		return rs[0]
	}
	all := *rs[0]
	all.Table = &dataio.Table{Schema: rs[0].Table.Schema, Columns: rs[0].Table.Columns}
	for _, r := range rs {
		for _, row := range r.Table.Rows {
			cells := make([]any, len(all.Table.Columns))
			for i, c := range all.Table.Columns {
				if at := r.Table.Index(c); at >= 0 {
					cells[i] = row[at]
				}
			}
			all.Table.Rows = append(all.Table.Rows, cells)
		}
	}
	return &all
}
