// Package demo scores a bundled recording against models of it.
package demo

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/figure/report"
	"simtool/internal/io"
	"simtool/internal/result"
	verbreport "simtool/internal/verb/report"
	"simtool/internal/verb/score"
	"simtool/internal/verb/setting"
	"simtool/testdata"
)

// Directory is where the demonstration leaves its files unless it is told another.
const Directory = "simtool-demo"

// models are the bundled models, from the best to the worst.
var models = []string{"model_good.npy", "model_partial.npy", "model_poor.npy"}

// Options say what may be replaced.
type Options struct{ Force bool }

// New returns the command with its defaults.
func New() *Options { return &Options{} }

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	s.Bool(&o.Force, "force", "", "replace files of other content that are in the way")
	return s
}

// Run implements verb.Command. args are the directory, or nothing.
func (o *Options) Run(ctx context.Context, e *batch.Env, args []string) error {
	directory := Directory
	switch {
	case len(args) > 1:
		return batch.Usagef("unexpected argument %q", args[1])
	case len(args) == 1:
		directory = args[0]
	}
	if err := o.unpack(directory); err != nil {
		return err
	}
	recording := filepath.Join(directory, "recording.npy")
	files := []string{recording}
	for _, model := range models {
		files = append(files, filepath.Join(directory, model))
	}
	table, sources, err := scores(ctx, e, files)
	if err != nil {
		return err
	}
	if err := o.writeScores(e, directory, table, sources); err != nil {
		return err
	}
	page, err := o.writeReport(e, directory)
	if err != nil {
		return err
	}
	e.Summary("a SIMULATED recording (%s, time × condition × neuron) and %d models of it",
		data.ShapeString(sources[0].Shape), len(models))
	if err := writeByModel(e, table); err != nil {
		return err
	}
	e.Summary("all files are in %s, and %s shows them in a browser; now try\n\n    simtool score %s %s -m cka --per time\n    simtool measures show cka\n",
		directory, page, recording, files[2])
	return nil
}

// scores scores the models by the default measures.
func scores(ctx context.Context, e *batch.Env, files []string) (*dataio.Table, []data.Source, error) {
	o := score.New()
	o.Settings() // sets the defaults
	return o.Table(ctx, e, files)
}

// writeScores writes the scores as csv and as json.
func (o *Options) writeScores(e *batch.Env, directory string, table *dataio.Table, sources []data.Source) error {
	files := e.NewFileSet(true, nil)
	defer files.Abort()
	for _, row := range table.Rows {
		if warning, ok := row[table.Index("warning")].(string); ok {
			files.Warn(warning)
		}
	}
	for _, f := range []dataio.Format{dataio.CSV, dataio.JSON} {
		var content bytes.Buffer
		if err := table.Write(&content, f, dataio.TableOptions{}); err != nil {
			return err
		}
		path := filepath.Join(directory, "scores."+string(f))
		if err := o.mayReplace(path, content.Bytes()); err != nil {
			return err
		}
		files.IsTable(path, result.Scores.Schema)
		if err := files.Add(path, func(w io.Writer) error {
			_, err := w.Write(content.Bytes())
			return err
		}); err != nil {
			return err
		}
	}
	return files.Commit(sources, nil)
}

// writeReport writes the report of the demonstration and returns its path. A
// report of an earlier run is replaced, another file of that name is not.
func (o *Options) writeReport(e *batch.Env, directory string) (string, error) {
	path := filepath.Join(directory, "report.html")
	if there, err := os.ReadFile(path); err == nil && !o.Force && !report.IsReport(there) {
		return "", batch.OutputError(path, fs.ErrExist)
	}
	page, sources, err := verbreport.Page(e, "A simulated recording and three models of it", []string{directory})
	if err != nil {
		return "", err
	}
	files := e.NewFileSet(true, nil)
	defer files.Abort()
	if err := files.Add(path, func(w io.Writer) error {
		_, err := w.Write(page)
		return err
	}); err != nil {
		return "", err
	}
	return path, files.Commit(sources, nil)
}

// unpack writes the bundled files. Those that are there already are left alone.
func (o *Options) unpack(directory string) error {
	if err := os.MkdirAll(directory, 0o777); err != nil {
		return err
	}
	names, err := fs.Glob(testdata.FS, "*")
	if err != nil {
		return err
	}
	for _, name := range names {
		content, err := testdata.FS.ReadFile(name)
		if err != nil {
			return err
		}
		path := filepath.Join(directory, name)
		if same(path, content) {
			continue
		}
		_, err = dataio.WriteFile(path, dataio.WriteOptions{Force: o.Force}, func(f *dataio.AtomicFile) error {
			_, err := f.Write(content)
			return err
		})
		if err != nil {
			return batch.OutputError(path, err)
		}
	}
	return nil
}

// mayReplace refuses to replace a file of other content unless that is forced, so
// that a demonstration can be run twice but destroys nothing.
func (o *Options) mayReplace(path string, content []byte) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) || o.Force || same(path, content) {
		return nil
	}
	return batch.OutputError(path, fs.ErrExist)
}

func same(path string, content []byte) bool {
	there, err := os.ReadFile(path)
	return err == nil && bytes.Equal(there, content)
}

// writeByModel prints the scores with one row per measure and one column per model.
func writeByModel(e *batch.Env, scores *dataio.Table) error {
	t := byModel(scores)
	options := dataio.TableOptions{Fixed: []string{"measure"}}
	if e.Terminal {
		options.Width = e.Width
	}
	return t.Write(e.Stdout, dataio.Text, options)
}

// byModel turns the rows of scores into one row per measure and one column per
// model.
func byModel(scores *dataio.Table) *dataio.Table {
	t := &dataio.Table{Columns: []string{"measure"}}
	y, measure, value := scores.Index("y"), scores.Index("measure"), scores.Index("value")
	rows := map[string]int{}
	for _, row := range scores.Rows {
		model := strings.TrimSuffix(filepath.Base(row[y].(string)), ".npy")
		if t.Index(model) < 0 {
			t.Columns = append(t.Columns, model)
		}
		name := row[measure].(string)
		if _, ok := rows[name]; !ok {
			rows[name] = len(t.Rows)
			t.Rows = append(t.Rows, append([]any{name}, make([]any, len(models))...))
		}
		t.Rows[rows[name]][t.Index(model)] = row[value]
	}
	return t
}
