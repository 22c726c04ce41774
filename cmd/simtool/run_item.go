package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/batch/plan"
	"simtool/internal/io"
)

// line returns the command line of an item.
func (r *planRun) line(it plan.Item) commandLine {
	l := commandLine{words: r.plan.Command}
	flag := func(name string, v plan.Value) {
		l.args = append(l.args, flagWord(it, name, v))
	}
	if !r.plan.Sets("seed") {
		l.args = append(l.args, "--seed="+strconv.FormatUint(r.a.global.seed, 10))
	}
	for _, s := range r.plan.Set {
		flag(s.Flag, s.Value)
	}
	it.Grid(flag)
	if r.each {
		l.args = append(l.args, "--output="+it.FillPath(r.plan.Output))
	}
	for _, t := range r.plan.Arguments {
		l.args = append(l.args, it.Fill(t))
	}
	return l
}

// flagWord is a flag with its value for an item.
func flagWord(it plan.Item, name string, v plan.Value) string {
	words := make([]string, len(v.Words))
	for i, w := range v.Words {
		words[i] = it.Fill(w)
	}
	text := words[0]
	if v.List {
		text = commaList(words)
	}
	return "--" + name + "=" + text
}

// findColumns finds the columns of the command's table, which may depend on its
// flags, by running items up to where they open it.
func (r *planRun) findColumns(ctx context.Context) error {
	if r.each {
		r.columns = []string{"output", "exit", "warning", "error"}
		return nil
	}
	add := func(columns []string) {
		for _, c := range columns {
			if !slices.Contains(r.columns, c) {
				r.columns = append(r.columns, c)
			}
		}
	}
	variants := r.items.Variants("seed")
	for first := 0; first < r.items.Len() && r.columns == nil; first += r.items.GridLen() {
		for _, v := range variants {
			it := r.items.Item(first + v)
			n := &nested{probe: true}
			_, err := r.a.nest(ctx, r.construct, n, r.line(it))
			switch {
			case ctx.Err() != nil:
				return context.Cause(ctx)
			case is[*usageError](err), is[*configError](err):
				return configf(hintOf(err), "%s: item %s: %s", r.plan.Path, it, err)
			}
			add(n.columns)
			if len(r.spare) == 0 {
				r.spare = n.spare
			}
		}
	}
	add([]string{"warning", "error"})
	return nil
}

// item runs an item. What is wrong with it becomes its row.
func (r *planRun) item(ctx context.Context, it plan.Item) (*itemResult, error) {
	if r.each {
		return r.itemToFile(ctx, it)
	}
	return r.itemToRows(ctx, it)
}

// itemToRows runs an item whose rows go into the table of the run.
func (r *planRun) itemToRows(ctx context.Context, it plan.Item) (*itemResult, error) {
	n := &nested{inputs: r.inputs}
	child, err := r.a.nest(ctx, r.construct, n, r.line(it), "--jobs="+strconv.Itoa(r.jobs))
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	result := &itemResult{sources: n.sources}
	notes := child.warnings
	switch {
	case is[*notConverged](err):
		notes = append(notes, rowError(err))
	case err != nil && !is[*partialError](err):
		result.rows = [][]any{r.row(it, nil, nil, nil, err)}
		result.failed = 1
		return result, nil
	}
	for _, cells := range n.rows {
		row := r.row(it, n.columns, cells, notes, nil)
		notes = nil
		if row[len(it.Cells())+slices.Index(r.columns, "error")] != nil {
			result.failed++
		}
		result.rows = append(result.rows, row)
	}
	return result, nil
}

// row makes a row of the run of one of an item.
func (r *planRun) row(it plan.Item, columns []string, cells []any, notes []string, err error) []any {
	row := append(it.Cells(), make([]any, len(r.columns))...)
	own := row[len(row)-len(r.columns):]
	for i, c := range columns {
		own[slices.Index(r.columns, c)] = cells[i]
	}
	if len(notes) > 0 {
		at := slices.Index(r.columns, "warning")
		if first, ok := own[at].(string); ok {
			notes = append([]string{first}, notes...)
		}
		own[at] = oneLine(strings.Join(notes, "; "))
	}
	if err != nil {
		own[slices.Index(r.columns, "error")] = rowError(err)
	}
	return row
}

// itemToFile runs an item that writes its own output, of which the table of the run
// says what became of it.
func (r *planRun) itemToFile(ctx context.Context, it plan.Item) (*itemResult, error) {
	line, output := r.line(it), it.FillPath(r.plan.Output)
	if m, ok := r.written(line, output); ok {
		return &itemResult{rows: [][]any{r.outcomeRow(it, output, exitStatus(m.Exit), m.Warnings, nil)}, sources: m.Inputs}, nil
	}
	if err := os.MkdirAll(filepath.Dir(output), 0o777); err != nil {
		return nil, err
	}
	flags := []string{"--jobs=" + strconv.Itoa(r.jobs)}
	if r.resume && r.resumes {
		flags = append(flags, "--resume")
	}
	if r.force || r.resume && !r.resumes && unfinished(output) {
		flags = append(flags, "--force")
	}
	n := &nested{}
	child, err := r.a.nest(ctx, r.construct, n, line, flags...)
	if err != nil && ctx.Err() != nil {
		if child.saved != "" && exists(child.saved) {
			r.a.keepsFor(child.saved)
		}
		if child.advanced.Load() {
			r.a.advanced.Store(true)
		}
		return nil, context.Cause(ctx)
	}
	result := &itemResult{sources: n.sources}
	notes := child.warnings
	status := statusOf(err)
	switch {
	case is[*notConverged](err):
		notes = append(notes, rowError(err))
		err = nil
	case err != nil:
		result.failed = 1
	}
	result.rows = [][]any{r.outcomeRow(it, output, status, notes, err)}
	return result, nil
}

// outcomeRow is the row of an item that writes its own output.
func (r *planRun) outcomeRow(it plan.Item, output string, status exitStatus, notes []string, err error) []any {
	return r.row(it, []string{"output", "exit"}, []any{output, int(status)}, notes, err)
}

// written returns the manifest of an output that this very command line has
// written, by this version and from inputs that are still the same, where --resume
// asks for it. Commands that have --resume look for themselves.
func (r *planRun) written(line commandLine, output string) (*dataio.Manifest, bool) {
	if !r.resume || r.resumes {
		return nil, false
	}
	m, err := dataio.ReadManifest(manifestOf(output))
	if err != nil || m.Version != buildInfo().version || !slices.Equal(m.Argv, append([]string{"simtool"}, line.all()...)) {
		return nil, false
	}
	same := !slices.ContainsFunc(m.Outputs, func(o dataio.Output) bool { return fileSize(o.Path) != o.Bytes })
	for _, was := range m.Inputs {
		same = same && unchanged(was, m.Run.Started) == nil
	}
	return m, same
}

// unfinished reports whether an output is what a killed run has left.
func unfinished(output string) bool { return exists(output) && !exists(manifestOf(output)) }

// manifestOf returns where the manifest of an output is: beside a file, or in a
// directory.
func manifestOf(output string) string {
	if info, err := os.Stat(output); err == nil && info.IsDir() {
		return filepath.Join(output, manifestName)
	}
	return output + dataio.ManifestSuffix
}
