package main

import (
	"bufio"
	"compress/gzip"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"simtool/internal/data"
	"simtool/internal/io"
)

// outputOptions are the flags of commands that write one result.
type outputOptions struct {
	path   string
	format string
	force  bool
}

// register declares the flags for results in one of the given formats. The
// default is the format of the suffix of --output, else the table for people on
// a terminal and csv elsewhere.
func (o *outputOptions) register(a *app, fs *pflag.FlagSet, formats []string) {
	o.registerFile(fs)
	choiceVar(fs, &o.format, "format", "", "form of the result (default: by the suffix of --output, else table on a terminal and csv in a pipe)", formats...)
	a.auto[fs.Lookup("format")] = func() (value, origin string, err error) {
		switch {
		case o.toFile() && filepath.Ext(o.path) != "":
			f, err := formatOf(strings.TrimSuffix(o.path, gzipSuffix))
			return string(f), "the suffix of --output", err
		case a.outTTY && !o.toFile():
			return string(dataio.Text), "default on a terminal", nil
		}
		return string(dataio.CSV), "default where there is no terminal", nil
	}
}

// gzipSuffix asks for a compressed result.
const gzipSuffix = ".gz"

// formatOf returns the format of a table by the suffix of its file, csv where
// there is none. It refuses other suffixes: a table must not pass for an array.
func formatOf(path string) (dataio.Format, error) {
	if f, ok := dataio.FormatFromPath(path); ok {
		return f, nil
	}
	if suffix := filepath.Ext(path); suffix != "" {
		return "", configf("--format says the form of a file of any name", "%s: a table has no suffix %s, want %s", path, suffix, wordList(dataio.FormatSuffixes()))
	}
	return dataio.CSV, nil
}

// wantSuffix refuses a file that would pass for one of another kind: one whose
// suffix is neither missing nor one of those given.
func wantSuffix(path string, suffixes ...string) error {
	if has := filepath.Ext(path); has != "" && !slices.Contains(suffixes, has) {
		return configf("", "%s: what is written is no %s file, want the suffix %s", path, has, wordList(suffixes))
	}
	return nil
}

// registerFile declares the flags that name a file and what it may replace.
func (o *outputOptions) registerFile(fs *pflag.FlagSet) {
	fs.StringVarP(&o.path, "output", "o", "-", "write the result to `FILE`, with a manifest beside it")
	fs.BoolVar(&o.force, "force", false, "replace an output that exists")
}

// toFile reports whether the result goes to a file.
func (o *outputOptions) toFile() bool { return o.path != "" && !isStdout(o.path) }

// target is the file of the result, "" for none.
func (o *outputOptions) target() string {
	if !o.toFile() {
		return ""
	}
	return o.path
}

// isStdout reports whether a path names standard output: "-" or the file of
// Unix, which may be a redirected one that must not be replaced.
func isStdout(path string) bool { return path == "-" || path == "/dev/stdout" }

// result is where the rows of a table go: standard output, or a file that gets
// its name, and a manifest, when it is complete.
type result struct {
	columns []string
	begun   bool
	table   dataio.TableWriter
	buffer  *bufio.Writer // nil for standard output
	zip     *gzip.Writer  // nil for a result that is not compressed
	files   *fileSet      // nothing in it for standard output
}

// fixedColumns are the columns that no terminal is too narrow for: a shortened
// measure may be any of its variants, and cannot be typed.
var fixedColumns = []string{"measure"}

// tableSpec describes the table of a result.
type tableSpec struct {
	schema  string
	columns []string
	notes   []string // columns that stand below their row on a terminal
	spare   []string // columns that a narrow terminal does without
	inputs  []string // files that must not be written over
}

// openResult opens the place of a result before the work begins, so that an
// output that cannot be written fails early. Nothing appears before the first
// row.
func (a *app) openResult(o *outputOptions, spec tableSpec) (*result, error) {
	r := &result{columns: spec.columns, files: a.newFileSet(o.force, spec.inputs)}
	if a.nested != nil && !o.toFile() {
		r.table = a.nested
		return r, a.nested.open(spec)
	}
	options := dataio.TableOptions{Notes: spec.notes, Fixed: fixedColumns, Spare: spec.spare}
	w := a.out
	if o.toFile() {
		f, err := r.files.create(o.path)
		if err != nil {
			return nil, err
		}
		r.buffer = bufio.NewWriterSize(f, 1<<16)
		w = r.buffer
		if strings.HasSuffix(o.path, gzipSuffix) {
			r.zip = gzip.NewWriter(r.buffer)
			w = r.zip
		}
	} else if a.outTTY {
		options.Width = a.width
	}
	format, err := dataio.ParseFormat(o.format)
	must(err) // the flag takes no other
	r.table = dataio.NewTableWriter(w, format, spec.schema, options)
	return r, nil
}

// row adds a row.
func (r *result) row(cells ...any) error {
	if err := r.begin(); err != nil {
		return err
	}
	if i := slices.Index(r.columns, "warning"); i >= 0 && cells[i] != nil {
		r.files.warn(cells[i].(string))
	}
	return r.table.Row(cells...)
}

func (r *result) begin() error {
	if r.begun {
		return nil
	}
	r.begun = true
	return r.table.Begin(r.columns)
}

// commit completes the result. outcome is the error with which the command will
// end in spite of having a result, or nil.
func (r *result) commit(sources []data.Source, outcome error) error {
	if err := r.begin(); err != nil {
		return err
	}
	if err := r.table.Close(); err != nil {
		return err
	}
	if r.zip != nil {
		if err := r.zip.Close(); err != nil {
			return err
		}
	}
	if r.buffer != nil {
		if err := r.buffer.Flush(); err != nil {
			return err
		}
	}
	return r.files.commit(sources, outcome)
}

// abort gives the result up. After commit it does nothing.
func (r *result) abort() { r.files.abort() }

// openArray opens the place of a result that is no table: a file of a set, or
// standard output if that is not a terminal. It does so before the work begins,
// so that an output that cannot be written fails early. what is the kind of
// file, with its article.
func (a *app) openArray(o *outputOptions, what string, inputs []string) (*fileSet, io.Writer, error) {
	files := a.newFileSet(o.force, inputs)
	if !o.toFile() {
		if a.outTTY {
			return nil, nil, usagef("%s is not for a terminal, want --output FILE", what)
		}
		return files, a.out, nil
	}
	f, err := files.create(o.path)
	return files, f, err
}
