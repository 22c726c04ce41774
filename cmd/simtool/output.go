package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/spf13/cobra"
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
		if f, ok := dataio.FormatFromPath(o.path); ok {
			return string(f), "the suffix of --output", nil
		}
		if a.outTTY && !o.toFile() {
			return string(dataio.Text), "default on a terminal", nil
		}
		return string(dataio.CSV), "default where there is no terminal", nil
	}
}

// registerFile declares the flags that name a file and what it may replace.
func (o *outputOptions) registerFile(fs *pflag.FlagSet) {
	fs.StringVarP(&o.path, "output", "o", "-", "write the result to `FILE`, with a manifest beside it")
	fs.BoolVar(&o.force, "force", false, "replace an output that exists")
}

// toFile reports whether the result goes to a file.
func (o *outputOptions) toFile() bool { return o.path != "-" && o.path != "" }

// result is where the rows of a table go: standard output, or a file that gets
// its name, and a manifest, when it is complete.
type result struct {
	a        *app
	columns  []string
	begun    bool
	table    dataio.TableWriter
	path     string
	file     *dataio.AtomicFile // nil for standard output
	manifest *dataio.Manifest
}

// openResult opens the place of a result before the work begins, so that an
// output that cannot be written fails early. Nothing appears before the first
// row.
func (a *app) openResult(o *outputOptions, schema string, columns, inputs []string) (*result, error) {
	r := &result{a: a, columns: columns, path: o.path, manifest: a.newManifest()}
	options := dataio.TableOptions{Notes: []string{"warning", "error"}}
	var w io.Writer = a.out
	if o.toFile() {
		f, err := a.create(o, inputs)
		if err != nil {
			return nil, err
		}
		r.file, w = f, f
	} else if a.outTTY {
		options.Width = a.width
	}
	format, err := dataio.ParseFormat(o.format)
	must(err) // the flag takes no other
	r.table = dataio.NewTableWriter(w, format, schema, options)
	return r, nil
}

// row adds a row.
func (r *result) row(cells ...any) error {
	if err := r.begin(); err != nil {
		return err
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

// commit completes the result and its manifest. outcome is the error with
// which the command will end in spite of having a result, or nil.
func (r *result) commit(sources []data.Source, outcome error) error {
	if err := r.begin(); err != nil {
		return err
	}
	if err := r.table.Close(); err != nil {
		return err
	}
	if r.file == nil {
		return nil
	}
	return r.a.commitFile(r.path, r.file, r.manifest, sources, outcome)
}

// abort gives the result up. After commit it does nothing.
func (r *result) abort() {
	if r.file != nil {
		r.file.Abort()
	}
}

// create begins the output file.
func (a *app) create(o *outputOptions, inputs []string) (*dataio.AtomicFile, error) {
	f, err := dataio.CreateAtomic(o.path, dataio.WriteOptions{Force: o.force, Inputs: inputs})
	return f, outputError(o.path, err)
}

// outputError tells outputs that must not be replaced, which the user decides,
// from those that cannot be written.
func outputError(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrExist):
		return configf("--force replaces it", "%s: exists already", path)
	case errors.Is(err, dataio.ErrOverInput):
		return configf("", "%s", err)
	}
	return err
}

// newManifest begins the manifest of this run.
func (a *app) newManifest() *dataio.Manifest {
	b := buildInfo()
	m := dataio.NewManifest(b.version, b.commit, append([]string{"simtool"}, a.args...))
	m.Seed = a.global.seed
	m.Config = a.settingValues()
	return m
}

// commitFile gives an output its name and writes its manifest.
func (a *app) commitFile(path string, f *dataio.AtomicFile, m *dataio.Manifest, sources []data.Source, outcome error) error {
	output, err := f.Commit()
	if err != nil {
		return outputError(path, err)
	}
	m.Inputs = append(m.Inputs, sources...)
	m.Outputs = append(m.Outputs, output)
	m.Warnings = append(m.Warnings, a.warnings...)
	m.Exit = int(statusOf(outcome))
	return m.Write(path)
}

// completeMeasures lets the shell complete the last of a list of measures.
func completeMeasures(cmd *cobra.Command, flag string) {
	must(cmd.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return measureCompletions(typed), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}))
}

// summary tells a person, and no program, what has been done.
func (a *app) summary(format string, args ...any) {
	if !a.global.quiet {
		fmt.Fprintf(a.err, "simtool: "+format+"\n", args...)
	}
}
