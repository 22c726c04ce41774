package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simtool/internal/data"
	"simtool/internal/figure/report"
	"simtool/internal/io"
	"simtool/internal/measures"
	"simtool/testdata"
)

const demoDirectory = "simtool-demo"

// demoModels are the bundled models, from the best to the worst.
var demoModels = []string{"model_good.npy", "model_partial.npy", "model_poor.npy"}

func newDemoCommand(a *app) *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "demo [DIRECTORY]",
		Short: "Score a simulated recording against three models of it",
		Long: `Score a bundled recording against three bundled models of known quality by the
core measures, print the scores, and leave all files in DIRECTORY (default
` + demoDirectory + `) to look at and to play with. report.html, among them, shows the
scores in a browser.

The data are simulated: a population of neurons during a context-dependent
decision. The good model has all components of the recording, the partial one
only the strongest, and the poor one none.`,
		Example: "simtool demo",
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: a.action(func(ctx context.Context, args []string) error {
			directory := demoDirectory
			switch {
			case len(args) > 1:
				return usagef("unexpected argument %q", args[1])
			case len(args) == 1:
				directory = args[0]
			}
			return a.demo(ctx, directory, force)
		}),
	}
	cmd.Flags().BoolVar(&force, "force", false, "replace files of other content that are in the way")
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		usage := flagError(cmd, err)
		unknown, ok := errors.AsType[*pflag.NotExistError](err)
		if e, isUsage := errors.AsType[*usageError](usage); ok && isUsage && slices.Contains([]string{"o", "output"}, unknown.GetSpecifiedName()) {
			e.hint = "the directory is an argument: simtool demo DIRECTORY"
		}
		return usage
	})
	return withExits(cmd)
}

func (a *app) demo(ctx context.Context, directory string, force bool) error {
	if err := unpack(directory, force); err != nil {
		return err
	}
	o := &scoreOptions{}
	var err error
	if o.named, err = measures.ParseList("default", 1); err != nil {
		return err
	}
	recording := filepath.Join(directory, "recording.npy")
	for _, model := range demoModels {
		o.pairs = append(o.pairs, pathPair{x: recording, y: filepath.Join(directory, model)})
	}
	table, sources, err := a.scoreTable(ctx, o)
	if err != nil {
		return err
	}
	files := a.newFileSet(true, nil)
	defer files.abort()
	for _, row := range table.Rows {
		if warning, ok := row[table.Index("warning")].(string); ok {
			files.warn(warning)
		}
	}
	for _, f := range []dataio.Format{dataio.CSV, dataio.JSON} {
		var content bytes.Buffer
		must(table.Write(&content, f, dataio.TableOptions{}))
		path := filepath.Join(directory, "scores."+string(f))
		if err := mayReplace(path, content.Bytes(), force); err != nil {
			return err
		}
		if err := files.add(path, func(w io.Writer) error {
			_, err := w.Write(content.Bytes())
			return err
		}); err != nil {
			return err
		}
	}
	if err := files.commit(sources, nil); err != nil {
		return err
	}
	page, err := a.demoReport(directory, force)
	if err != nil {
		return err
	}
	a.summary("a SIMULATED recording (%s, time × condition × neuron) and %d models of it",
		data.ShapeString(sources[0].Shape), len(demoModels))
	options := dataio.TableOptions{Fixed: fixedColumns}
	if a.outTTY {
		options.Width = a.width
	}
	if err := byModel(table).Write(a.out, dataio.Text, options); err != nil {
		return err
	}
	a.summary("all files are in %s, and %s shows them in a browser; now try\n\n    simtool score %s %s -m cka --per time\n    simtool measures show cka\n",
		directory, page, recording, filepath.Join(directory, demoModels[1]))
	return nil
}

// demoReport writes the report of the demonstration and returns its path. A
// report of an earlier run is replaced, another file of that name is not.
func (a *app) demoReport(directory string, force bool) (string, error) {
	path := filepath.Join(directory, "report.html")
	if there, err := os.ReadFile(path); err == nil && !force && !report.IsReport(there) {
		return "", outputError(path, fs.ErrExist)
	}
	page, sources, err := makeReport("A simulated recording and three models of it", []string{directory})
	if err != nil {
		return "", err
	}
	files := a.newFileSet(true, nil)
	defer files.abort()
	if err := files.add(path, func(w io.Writer) error {
		_, err := w.Write(page)
		return err
	}); err != nil {
		return "", err
	}
	return path, files.commit(sources, nil)
}

// unpack writes the bundled files. Those that are there already are left alone.
func unpack(directory string, force bool) error {
	if err := os.MkdirAll(directory, 0o777); err != nil {
		return err
	}
	names, err := fs.Glob(testdata.FS, "*")
	must(err)
	for _, name := range names {
		content, err := testdata.FS.ReadFile(name)
		must(err)
		path := filepath.Join(directory, name)
		if same(path, content) {
			continue
		}
		_, err = dataio.WriteFile(path, dataio.WriteOptions{Force: force}, func(f *dataio.AtomicFile) error {
			_, err := f.Write(content)
			return err
		})
		if err != nil {
			return outputError(path, err)
		}
	}
	return nil
}

// mayReplace refuses to replace a file of other content unless force is set, so
// that a demo can be run twice but destroys nothing.
func mayReplace(path string, content []byte, force bool) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) || force || same(path, content) {
		return nil
	}
	return outputError(path, fs.ErrExist)
}

func same(path string, content []byte) bool {
	there, err := os.ReadFile(path)
	return err == nil && bytes.Equal(there, content)
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
			t.Rows = append(t.Rows, append([]any{name}, make([]any, len(demoModels))...))
		}
		t.Rows[rows[name]][t.Index(model)] = row[value]
	}
	return t
}
