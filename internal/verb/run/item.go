package run

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/batch/plan"
	"simtool/internal/io"
	"simtool/internal/result"
	"simtool/internal/verb"
)

// findColumns finds the columns of the command's table, which follow from the
// options of each item.
func (r *planRun) findColumns(ctx context.Context) error {
	if r.each {
		r.columns = result.ItemOutputs.Schema
		return nil
	}
	columns := &result.Schema{Name: result.Runs.Name}
	add := func(s *result.Schema) {
		for _, c := range s.Columns {
			if !columns.Has(c.Name) {
				columns.Columns = append(columns.Columns, c)
			}
		}
	}
	variants := r.items.Variants("seed")
	for first := 0; first < r.items.Len() && len(columns.Columns) == 0; first += r.items.GridLen() {
		for _, v := range variants {
			it := r.items.Item(first + v)
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			schema, err := r.schemaOf(it)
			switch {
			case isUsage(err):
				return batch.Configf(batch.HintOf(err), "%s: item %s: %s", r.plan.Path, it, err)
			case err == nil:
				add(schema)
			}
		}
	}
	add(result.OfColumns("", "warning", "error"))
	r.columns = columns
	return nil
}

// schemaOf returns the table of an item's command.
func (r *planRun) schemaOf(it plan.Item) (*result.Schema, error) {
	p, e, err := r.prepare(it)
	if err != nil {
		return nil, err
	}
	tabular, ok := p.Command.(verb.Tabular)
	if !ok {
		return nil, batch.Configf("", "%s: %s writes no table of its own", r.plan.Path, strings.Join(r.plan.Command, " "))
	}
	return tabular.Schema(e, p.args)
}

// isUsage reports whether an error is one of the options.
func isUsage(err error) bool {
	_, usage := errors.AsType[*batch.UsageError](err)
	_, config := errors.AsType[*batch.ConfigError](err)
	return usage || config
}

// item runs an item. What is wrong with it becomes its row.
func (r *planRun) item(ctx context.Context, it plan.Item) (*batch.Item, error) {
	if r.each {
		return r.itemToFile(ctx, it)
	}
	return r.itemToRows(ctx, it)
}

// itemToRows runs an item whose rows go into the table of the run.
func (r *planRun) itemToRows(ctx context.Context, it plan.Item) (*batch.Item, error) {
	p, e, err := r.prepare(it, [2]string{"jobs", strconv.Itoa(r.jobs)})
	collect := &batch.Collector{Read: r.inputs.read}
	var notes []string
	if err == nil {
		e.Collect = collect
		err = runGuarded(ctx, p, e)
		notes = batch.Grouped(e.Warnings())
	}
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if batch.OfMachine(err) {
		return nil, err
	}
	item := &batch.Item{Sources: collect.Sources}
	if outcome, ok := errors.AsType[batch.Outcome](err); ok {
		if outcome.Status() == batch.StatusNotConverged {
			notes = append(notes, batch.RowText(err))
		}
	} else if err != nil {
		item.Rows = [][]any{r.row(it, nil, nil, nil, err)}
		item.Failed = 1
		return item, nil
	}
	for _, cells := range collect.Rows {
		row := r.row(it, collect.Schema, cells, notes, nil)
		notes = nil
		if r.columns.Cell(row[len(it.Cells()):], "error") != nil {
			item.Failed++
		}
		item.Rows = append(item.Rows, row)
	}
	return item, nil
}

// runGuarded runs a command. A panic comes back as an error.
func runGuarded(ctx context.Context, p *prepared, e *batch.Env) (err error) {
	defer batch.Guard(&err)
	return p.Run(ctx, e, p.args)
}

// row makes a row of the run of one of an item.
func (r *planRun) row(it plan.Item, schema *result.Schema, cells []any, notes []string, err error) []any {
	row := append(it.Cells(), make([]any, len(r.columns.Columns))...)
	own := row[len(row)-len(r.columns.Columns):]
	if schema != nil {
		for i, name := range schema.Names() {
			r.columns.SetCell(own, name, cells[i])
		}
	}
	if len(notes) > 0 {
		if first, ok := r.columns.Cell(own, "warning").(string); ok {
			notes = append([]string{first}, notes...)
		}
		r.columns.SetCell(own, "warning", batch.OneLine(strings.Join(notes, "; ")))
	}
	if err != nil {
		r.columns.SetCell(own, "error", batch.RowText(err))
	}
	return row
}

// itemToFile runs an item that writes its own output, of which the table of the run
// says what became of it.
func (r *planRun) itemToFile(ctx context.Context, it plan.Item) (*batch.Item, error) {
	output := it.FillPath(r.plan.Output)
	if m, ok := r.written(r.line(it), output); ok {
		return &batch.Item{Rows: [][]any{r.outcomeRow(it, output, m.Exit, m.Warnings, nil)}, Sources: m.Inputs}, nil
	}
	if err := os.MkdirAll(filepath.Dir(output), 0o777); err != nil {
		return nil, err
	}
	flags := [][2]string{{"jobs", strconv.Itoa(r.jobs)}}
	if r.resume && r.resumes {
		flags = append(flags, [2]string{"resume", "true"})
	}
	if r.force || r.resume && (!r.resumes && unfinished(output) || r.resumes && r.lacking(r.line(it), output)) {
		flags = append(flags, [2]string{"force", "true"})
	}
	p, e, err := r.prepare(it, flags...)
	if err != nil {
		return &batch.Item{Rows: [][]any{r.outcomeRow(it, output, r.status(err), nil, err)}, Failed: 1}, nil
	}
	err = runGuarded(ctx, p, e)
	if err != nil && ctx.Err() != nil {
		saved, advanced := e.Saved()
		if saved != "" && batch.Exists(saved) {
			r.env.KeepsItemIn(saved)
		}
		if advanced {
			r.env.Advanced()
		}
		return nil, context.Cause(ctx)
	}
	if batch.OfMachine(err) {
		return nil, err
	}
	item := &batch.Item{Sources: e.Inputs()}
	notes, status := batch.Grouped(e.Warnings()), r.status(err)
	if err != nil && status == batch.StatusNotConverged {
		notes = append(notes, batch.RowText(err))
		err = nil
	} else if err != nil {
		item.Failed = 1
	}
	item.Rows = [][]any{r.outcomeRow(it, output, status, notes, err)}
	return item, nil
}

// outcomeRow is the row of an item that writes its own output.
func (r *planRun) outcomeRow(it plan.Item, output string, status int, notes []string, err error) []any {
	schema := result.ItemOutputs.Schema
	cells := result.ItemOutputs.Cells(result.ItemOutput{Output: output, Exit: status})
	return r.row(it, schema, cells, notes, err)
}

// written returns the manifest of an output that this very command line has
// written, by this version and from inputs that are still the same, where --resume
// asks for it. Commands that have --resume look for themselves.
func (r *planRun) written(line commandLine, output string) (*dataio.Manifest, bool) {
	if !r.resume || r.resumes {
		return nil, false
	}
	m, ok := r.manifestBy(line, output)
	if !ok {
		return nil, false
	}
	same := !slices.ContainsFunc(m.Outputs, func(o dataio.Output) bool { return verb.FileSize(o.Path) != o.Bytes })
	for _, was := range m.Inputs {
		same = same && batch.Unchanged(was, m.Run.Started) == nil
	}
	return m, same
}

// manifestBy returns the manifest of an output, where this very command line and this
// version have written it.
func (r *planRun) manifestBy(line commandLine, output string) (*dataio.Manifest, bool) {
	m, err := dataio.ReadManifest(manifestOf(output))
	return m, err == nil && m.Version == r.env.Version && slices.Equal(m.Argv, append([]string{"simtool"}, line.all()...))
}

// lacking reports whether an output is that of this very command line and some of its
// files are gone: a command that has --resume would take what is left for another's.
func (r *planRun) lacking(line commandLine, output string) bool {
	m, ok := r.manifestBy(line, output)
	return ok && slices.ContainsFunc(m.Outputs, func(o dataio.Output) bool { return !batch.Exists(o.Path) })
}

// unfinished reports whether an output is what a killed run has left.
func unfinished(output string) bool { return batch.Exists(output) && !batch.Exists(manifestOf(output)) }

// manifestOf returns where the manifest of an output is: beside a file, or in a
// directory.
func manifestOf(output string) string {
	if info, err := os.Stat(output); err == nil && info.IsDir() {
		return filepath.Join(output, batch.ManifestName)
	}
	return output + dataio.ManifestSuffix
}
