package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simtool/internal/batch/plan"
	"simtool/internal/data"
)

const runSchema = "simtool.run/v1"

// planRun is a run of a plan.
type planRun struct {
	a         *app
	plan      *plan.Plan
	items     *plan.Expansion
	construct func(*app) *cobra.Command // makes the command, or the group it is in
	command   *cobra.Command            // the command in the tree of this process
	each      bool                      // each item has an output of its own
	columns   []string                  // of the command's table
	itemJobs  int                       // items at once
	jobs      int                       // within each
}

// run runs a plan.
func (a *app) run(ctx context.Context, o *runOptions, path string) error {
	r, err := a.readPlan(path)
	if err != nil {
		return err
	}
	if err := r.takeOutput(o); err != nil {
		return err
	}
	if o.dryRun {
		return r.dryRun(ctx, o)
	}
	if err := o.batch.complete(a, o.output.target()); err != nil {
		return err
	}
	if err := r.findColumns(ctx); err != nil {
		return err
	}
	n := o.batch.shard.Len(r.items.Len())
	r.itemJobs = max(1, min(a.global.jobs, n))
	r.jobs = max(1, a.global.jobs/r.itemJobs)
	r.noteSettings()
	keys := make([]string, r.items.Len())
	for i := range keys {
		keys[i] = r.items.Item(i).Key()
	}
	var bar *progress
	defer func() {
		if bar != nil {
			bar.close()
		}
	}()
	return a.sweepTo(ctx, &sweep{
		table: r.tableSpec(),
		what:  "items",
		keys:  keys,
		jobs:  r.itemJobs,
		begin: func(left []int) error {
			bar = a.startProgress("items", len(left), false)
			return nil
		},
		work: func(ctx context.Context, i int) (*itemResult, error) {
			result, err := r.item(ctx, r.items.Item(i))
			bar.add(1)
			return result, err
		},
	}, &o.output, &o.batch)
}

// takeOutput takes the table of the plan for --output, unless that is set.
func (r *planRun) takeOutput(o *runOptions) error {
	table := r.plan.Table
	if !r.each {
		table = r.plan.Output.String()
	}
	if table == "" {
		return nil
	}
	for i := range r.a.settings {
		s := &r.a.settings[i]
		switch {
		case s.flag.Name == "output" && s.origin != "default":
			return nil
		case s.flag.Name == "output":
			must(s.flag.Value.Set(table))
			s.origin = "the plan"
		}
	}
	for i := range r.a.settings {
		if s := &r.a.settings[i]; s.flag.Name == "format" && s.chosen {
			must(s.flag.Value.Set(""))
			s.origin, s.chosen = "default", false
		}
	}
	return r.a.chooseDefaults()
}

// tableSpec describes the table of the run.
func (r *planRun) tableSpec() tableSpec {
	var inputs []string
	seen := map[string]bool{}
	for i := range r.items.Len() {
		for _, path := range r.items.Item(i).Inputs() {
			if !seen[path] {
				seen[path] = true
				inputs = append(inputs, path)
			}
		}
	}
	columns := make([]string, 0, len(r.items.Names)+len(r.columns))
	for _, name := range r.items.Names {
		if slices.Contains(r.columns, name) {
			name = "plan_" + name
		}
		columns = append(columns, name)
	}
	return tableSpec{schema: runSchema, columns: append(columns, r.columns...), notes: []string{"warning", "error"}, inputs: inputs}
}

// planSetting is a setting of a plan in the list of all settings.
type planSetting string

func (s planSetting) String() string   { return string(s) }
func (s planSetting) Type() string     { return "string" }
func (s planSetting) Set(string) error { return errors.New("settings of a plan stand in the plan") }

// noteSettings adds what the plan sets to the settings of this run, so that
// manifests tell it, and that --resume and merge can name what differs.
func (r *planRun) noteSettings() {
	p := r.plan
	note := func(key, value string) {
		r.a.settings = append(r.a.settings, setting{flag: &pflag.Flag{Name: "plan." + key, Value: planSetting(value)}, origin: p.Path})
	}
	note("command", strings.Join(p.Command, " "))
	for _, in := range p.Inputs {
		note("inputs."+in.Name, in.Pattern)
	}
	words := make([]string, len(p.Arguments))
	for i, t := range p.Arguments {
		words[i] = strconv.Quote(t.String())
	}
	note("arguments", strings.Join(words, " "))
	for _, axis := range p.Grid {
		values := make([]string, len(axis.Values))
		for i, v := range axis.Values {
			values[i] = v.String()
		}
		note("grid."+axis.Flag, strings.Join(values, ", "))
	}
	for _, s := range p.Set {
		note("set."+s.Flag, s.Value.String())
	}
	if r.each {
		note("output", p.Output.String())
	}
}

// line returns the command line of an item.
func (r *planRun) line(it plan.Item) commandLine {
	l := commandLine{words: r.plan.Command}
	flag := func(name string, v plan.Value) {
		words := make([]string, len(v.Words))
		for i, w := range v.Words {
			words[i] = it.Fill(w)
		}
		text := words[0]
		if v.List {
			text = commaList(words)
		}
		l.args = append(l.args, "--"+name+"="+text)
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
	grid := r.items.Len() / r.items.Combinations()
	for first := 0; first < r.items.Len() && r.columns == nil; first += grid {
		for _, v := range variants {
			it := r.items.Item(first + v)
			n := &nested{probe: true}
			_, err := r.a.nest(ctx, r.construct, n, r.line(it))
			switch {
			case ctx.Err() != nil:
				return context.Cause(ctx)
			case is[*usageError](err), is[*configError](err):
				return configf(hintOf(err), "%s: item %q: %s", r.plan.Path, it.Key(), err)
			}
			add(n.columns)
		}
	}
	add([]string{"warning", "error"})
	return nil
}

// item runs an item. What is wrong with it becomes its row.
func (r *planRun) item(ctx context.Context, it plan.Item) (*itemResult, error) {
	n := &nested{}
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

// readPlan reads a plan and checks everything that can be told before an item is
// run.
func (a *app) readPlan(path string) (*planRun, error) {
	content, err := a.readSmall(path, "the plan")
	if err != nil {
		return nil, err
	}
	p, err := plan.Parse(path, content)
	if err != nil {
		return nil, planError(err)
	}
	r := &planRun{a: a, plan: p}
	if err := r.findCommand(); err != nil {
		return nil, planError(err)
	}
	if err := r.checkFlags(); err != nil {
		return nil, planError(err)
	}
	if r.items, err = p.Expand(); err != nil {
		return nil, planError(err)
	}
	for _, text := range r.items.Unmatched {
		a.warn("%s: %s", path, text)
	}
	if err := r.checkItems(); err != nil {
		return nil, planError(err)
	}
	return r, nil
}

// planError makes a plan's error one of the configuration.
func planError(err error) error {
	if e, ok := errors.AsType[*plan.Error](err); ok {
		return configf(e.Hint, "%s", e)
	}
	return err
}

// findCommand finds the command of the plan.
func (r *planRun) findCommand() error {
	p := r.plan
	refuse := func(format string, args ...any) *plan.Error {
		return p.Errorf(p.Line("command"), "command", format, args...)
	}
	cmd, rest, err := r.a.root.Find(p.Command)
	switch {
	case err != nil || len(rest) > 0:
		e := refuse("unknown command %q", strings.Join(p.Command, " "))
		if near, ok := data.Nearest(rest[0], commandNames(cmd)); ok {
			e.Hint = "did you mean " + near + "?"
		}
		return e
	case cmd.HasSubCommands():
		return refuse("%s is a group, want one of %s", strings.Join(p.Command, " "), strings.Join(commandNames(cmd), ", "))
	case flagOf(cmd, "output") == nil || cmd.Name() == "run":
		return refuse("%s cannot be run by a plan, want a command with --output", strings.Join(p.Command, " "))
	}
	r.command = cmd
	for i, top := range r.a.root.Commands() {
		if top == cmd || slices.Contains(top.Commands(), cmd) {
			r.construct = commands()[i]
		}
	}
	format := flagOf(cmd, "format")
	tabular := format != nil && slices.Contains(choices(format), "csv")
	r.each = !tabular || len(p.Output.Names()) > 0
	switch {
	case !tabular && p.Output.IsZero():
		return p.Errorf(0, "", "no output, and %s writes no table: want where each item writes, such as output: runs/%s", strings.Join(p.Command, " "), "{seed}")
	case !r.each && p.Table != "":
		return p.Errorf(p.Line("table"), "table", "goes with an output that has parameters in it; output is the table already")
	}
	return nil
}

func commandNames(cmd *cobra.Command) []string {
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return names
}

// flagOf returns a flag of a command or one that all commands have, nil for none.
func flagOf(cmd *cobra.Command, name string) *pflag.Flag {
	if f := cmd.Flags().Lookup(name); f != nil {
		return f
	}
	return cmd.InheritedFlags().Lookup(name)
}

// ofTheRun are the flags that a plan cannot set, for they are those of the run.
var ofTheRun = []string{
	"config", "print-config", "help", "version", "jobs", "quiet", "verbose", "log-format", "color",
	"output", "force", "resume", "shard", "time-limit", "dry-run",
}

// checkFlags refuses flags that the command does not have and values that it does
// not take, and spells out ranges.
func (r *planRun) checkFlags() error {
	p := r.plan
	scratch := bareApp(streams{})
	scratch.root = newRootCommand(scratch)
	scratch.root.AddCommand(r.construct(scratch))
	cmd, _, err := scratch.root.Find(p.Command)
	must(err)
	find := func(line int, key, name string) (*pflag.Flag, error) {
		f := flagOf(cmd, name)
		switch {
		case f == nil:
			e := p.Errorf(line, key, "unknown flag of %s", strings.Join(p.Command, " "))
			if near, ok := data.Nearest(name, flagNames(cmd)); ok {
				e.Hint = "did you mean " + near + "?"
			}
			return nil, e
		case slices.Contains(ofTheRun, name), name == "format" && !r.each:
			return nil, p.Errorf(line, key, "belongs to the run, want --%s of simtool run", name)
		}
		return f, nil
	}
	check := func(key string, f *pflag.Flag, v plan.Value) error {
		words := make([]string, len(v.Words))
		for i, w := range v.Words {
			if len(w.Names()) > 0 {
				return nil // looked at item by item
			}
			words[i] = w.Literal()
		}
		text := words[0]
		if v.List {
			text = commaList(words)
		}
		if v.List && !isList(f) || f.Value.Set(text) != nil {
			msg, hint := invalidValue("", text, f)
			e := p.Errorf(v.Line, key, "%s", strings.TrimPrefix(msg, ": "))
			e.Hint = hint
			return e
		}
		return nil
	}
	for _, axis := range p.Grid {
		key := "grid." + axis.Flag
		f, err := find(axis.Line, key, axis.Flag)
		if err != nil {
			return err
		}
		if slices.Contains([]string{"int", "uint64"}, f.Value.Type()) {
			if err := axis.SpellOut(); err != nil {
				return p.Errorf(axis.Line, key, "%s", err)
			}
		}
		for _, v := range axis.Values {
			if err := check(key, f, v); err != nil {
				return err
			}
		}
	}
	for _, s := range p.Set {
		key := "set." + s.Flag
		f, err := find(s.Value.Line, key, s.Flag)
		if err != nil {
			return err
		}
		if err := check(key, f, s.Value); err != nil {
			return err
		}
	}
	return nil
}

// checkItems refuses items that write to the same place.
func (r *planRun) checkItems() error {
	if !r.each {
		return nil
	}
	by := map[string]int{}
	for i := range r.items.Len() {
		output := r.items.Item(i).FillPath(r.plan.Output)
		if other, ok := by[output]; ok {
			return r.plan.Errorf(r.plan.Line("output"), "output", "%q and %q would both write %s, want all parameters in it", r.items.Item(other).Key(), r.items.Item(i).Key(), output)
		}
		by[output] = i
	}
	return nil
}

// dryRun prints the command lines of the items.
func (r *planRun) dryRun(ctx context.Context, o *runOptions) error {
	if o.batch.shard.slurm {
		if err := o.batch.complete(r.a, "dry"); err != nil {
			return err
		}
	}
	n := o.batch.shard.Len(r.items.Len())
	for k := range n {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		line := r.line(r.items.Item(o.batch.shard.Item(k)))
		if _, err := fmt.Fprintln(r.a.out, "simtool "+shellLine(line.all())); err != nil {
			return err
		}
	}
	r.a.summary("%s", counted(n, "item"))
	return nil
}
