package batch

import (
	"bufio"
	"compress/gzip"
	"io"
	"path/filepath"
	"strings"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/result"
)

// Output says where a result goes.
type Output struct {
	Path   string // "-" for standard output
	Format string // of a table; see dataio.Formats
	Force  bool   // replace what exists
}

// ToFile reports whether the result goes to a file.
func (o *Output) ToFile() bool { return o.Path != "" && !IsStdout(o.Path) }

// Target is the file of the result, "" for none.
func (o *Output) Target() string {
	if !o.ToFile() {
		return ""
	}
	return o.Path
}

// gzipSuffix asks for a compressed result.
const gzipSuffix = ".gz"

// ChooseFormat gives the form of a result that nobody has set: by the suffix of its
// file, else the table for people on a terminal and csv elsewhere. origin says where
// that comes from.
func (o *Output) ChooseFormat(terminal bool) (format, origin string, err error) {
	switch {
	case o.ToFile() && filepath.Ext(o.Path) != "":
		f, err := FormatOf(strings.TrimSuffix(o.Path, gzipSuffix))
		return string(f), "the suffix of --output", err
	case terminal && !o.ToFile():
		return string(dataio.Text), "default on a terminal", nil
	}
	return string(dataio.CSV), "default where there is no terminal", nil
}

// FormatOf returns the format of a table by the suffix of its file, csv where there
// is none. It refuses other suffixes: a table must not pass for an array.
func FormatOf(path string) (dataio.Format, error) {
	if f, ok := dataio.FormatFromPath(path); ok {
		return f, nil
	}
	if suffix := filepath.Ext(path); suffix != "" {
		return "", Configf("--format says the form of a file of any name", "%s: a table has no suffix %s, want %s", path, suffix, data.WordList(dataio.FormatSuffixes()))
	}
	return dataio.CSV, nil
}

// A Table is where the rows of a result go: standard output, or a file that gets its
// name, and a manifest, when it is complete.
type Table struct {
	schema *result.Schema
	begun  bool
	table  dataio.TableWriter
	buffer *bufio.Writer // nil for standard output
	zip    *gzip.Writer  // nil for a result that is not compressed
	files  *FileSet      // nothing in it for standard output
}

// OpenTable opens the place of a result before the work begins, so that an output
// that cannot be written fails early. Nothing appears before the first row. inputs
// are never written over.
func (e *Env) OpenTable(o *Output, schema *result.Schema, inputs []string) (*Table, error) {
	t := &Table{schema: schema, files: e.NewFileSet(o.Force, inputs)}
	if e.Collect != nil && !o.ToFile() {
		e.Collect.Schema = schema
		t.table = collecting{e.Collect}
		return t, nil
	}
	w := e.Stdout
	width := 0
	if o.ToFile() {
		t.files.IsTable(o.Path, schema)
		f, err := t.files.Create(o.Path)
		if err != nil {
			return nil, err
		}
		t.buffer = bufio.NewWriterSize(f, 1<<16)
		w = t.buffer
		if strings.HasSuffix(o.Path, gzipSuffix) {
			t.zip = gzip.NewWriter(t.buffer)
			w = t.zip
		}
	} else if e.Terminal {
		width = e.Width
	}
	format, err := dataio.ParseFormat(o.Format)
	if err != nil {
		return nil, Configf("", "--format: %s", err)
	}
	t.table = NewTableWriter(w, format, schema, width)
	return t, nil
}

// NewTableWriter returns a writer of a table of a schema. width is that of the
// terminal, 0 for unlimited.
func NewTableWriter(w io.Writer, f dataio.Format, s *result.Schema, width int) dataio.TableWriter {
	o := dataio.TableOptions{
		Width: width, Notes: s.Notes(), Fixed: s.FixedColumns(), Spare: s.SpareColumns(), Keys: s.KeyColumns(),
		Looks: map[string]dataio.Look{},
	}
	for _, c := range s.Columns {
		o.Looks[c.Name] = dataio.Look{Range: c.Range, After: c.After, Last: c.Last, Digits: c.Digits, Hidden: c.Hidden, Mark: c.Mark, Marks: c.Marks}
	}
	return dataio.NewTableWriter(w, f, s.Name, o)
}

// collecting is the table of a Collector.
type collecting struct{ to *Collector }

func (c collecting) Begin([]string) error { return nil }

func (c collecting) Row(cells ...any) error {
	c.to.Rows = append(c.to.Rows, append([]any(nil), cells...))
	return nil
}

func (c collecting) Close() error { return nil }

// Row adds a row, whose cells are in the order of the schema.
func (t *Table) Row(cells ...any) error {
	if err := t.begin(); err != nil {
		return err
	}
	if warning, ok := t.schema.Cell(cells, "warning").(string); ok {
		t.files.Warn(warning)
	}
	return t.table.Row(cells...)
}

func (t *Table) begin() error {
	if t.begun {
		return nil
	}
	t.begun = true
	return t.table.Begin(t.schema.Names())
}

// Commit completes the result. outcome is the error with which the command will end
// in spite of having a result, or nil.
func (t *Table) Commit(sources []data.Source, outcome error) error {
	if err := t.begin(); err != nil {
		return err
	}
	if err := t.table.Close(); err != nil {
		return err
	}
	if t.zip != nil {
		if err := t.zip.Close(); err != nil {
			return err
		}
	}
	if t.buffer != nil {
		if err := t.buffer.Flush(); err != nil {
			return err
		}
	}
	return t.files.Commit(sources, outcome)
}

// Abort gives the result up. After Commit it does nothing.
func (t *Table) Abort() { t.files.Abort() }

// OpenArray opens the place of a result that is no table: a file of a set, or
// standard output if that is not a terminal. It does so before the work begins, so
// that an output that cannot be written fails early. what is the kind of file, with
// its article.
func (e *Env) OpenArray(o *Output, what string, inputs []string) (*FileSet, io.Writer, error) {
	files := e.NewFileSet(o.Force, inputs)
	if !o.ToFile() {
		if e.Terminal {
			return nil, nil, Usagef("%s is not for a terminal, want --output FILE", what)
		}
		return files, e.Stdout, nil
	}
	f, err := files.Create(o.Path)
	return files, f, err
}
