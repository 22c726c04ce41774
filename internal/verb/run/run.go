package run

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/batch/plan"
	"simtool/internal/result"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// planRun is a run of a plan.
type planRun struct {
	env      *batch.Env
	plan     *plan.Plan
	items    *plan.Expansion
	command  func() verb.Command
	globals  func() *setting.Set
	status   func(error) int
	each     bool           // each item has an output of its own
	resumes  bool           // the command has --resume
	resume   bool           // outputs that are complete stay
	force    bool           // outputs that exist are replaced
	columns  *result.Schema // of the command's table
	inputs   *inputCache    // that items share
	itemJobs int            // items at once
	jobs     int            // within each
}

// job is the work of the items of a part.
func (r *planRun) job(c batch.Control, force bool) *batch.Job {
	r.resume, r.force = c.Resume, force
	r.itemJobs = max(1, min(r.env.Jobs, c.Shard.Len(r.items.Len())))
	r.jobs = max(1, r.env.Jobs/r.itemJobs)
	r.noteSettings()
	keys := make([]string, r.items.Len())
	var outputs []string
	for i := range keys {
		keys[i] = r.items.Item(i).Key()
		if r.each {
			outputs = append(outputs, r.items.Item(i).FillPath(r.plan.Output))
		}
	}
	var bar batch.Progress
	schema, inputs := r.table()
	return &batch.Job{
		Schema:  schema,
		Noun:    "items",
		Keys:    keys,
		Inputs:  inputs,
		Outputs: c.Shard.Of(outputs),
		AtOnce:  r.itemJobs,
		Begin: func(left []int) error {
			bar = r.env.StartProgress("items", len(left), false)
			return nil
		},
		Work: func(ctx context.Context, i int) (*batch.Item, error) {
			item, err := r.item(ctx, r.items.Item(i))
			bar.Add(1)
			return item, err
		},
		Close: func() {
			if bar != nil {
				bar.Close()
			}
		},
	}
}

// takeOutput takes the table of the plan for --output, unless that is set.
func (r *planRun) takeOutput(o *Options) {
	table := r.plan.Table
	if !r.each {
		table = r.plan.Output.String()
	}
	output := r.env.Setting("output")
	if table == "" || output == nil || output.Set {
		return
	}
	o.Output.Path = table
	output.Text, output.Value = table, table
	if format := r.env.Setting("format"); format != nil && !format.Set {
		if chosen, _, err := o.Output.ChooseFormat(r.env.Terminal); err == nil {
			o.Output.Format = chosen
			format.Text, format.Value = chosen, chosen
		}
	}
}

// table describes the table of the run and lists the inputs of all items.
func (r *planRun) table() (*result.Schema, []string) {
	var inputs []string
	seen := map[string]bool{}
	for i := 0; i < r.items.Len(); i += r.items.GridLen() {
		for _, path := range r.items.Item(i).Inputs() {
			if !seen[path] {
				seen[path] = true
				inputs = append(inputs, path)
			}
		}
	}
	s := &result.Schema{Name: result.Runs.Name}
	for _, name := range r.items.Names {
		if r.columns.Has(name) {
			name = "plan_" + name
		}
		s.Columns = append(s.Columns, result.Column{Name: name})
	}
	spare := len(r.columns.SpareColumns())
	for _, c := range r.columns.Columns {
		if i := slices.IndexFunc(r.plan.Inputs, func(in plan.Input) bool { return in.Name == c.Name }); i >= 0 && c.Spare == 0 {
			c.Spare = spare + 1 + i // which the parameters tell
		}
		s.Columns = append(s.Columns, c)
	}
	return s, inputs
}

// noteSettings adds what the plan sets to the settings of this run, so that
// manifests tell it, and that --resume and merge can name what differs.
func (r *planRun) noteSettings() {
	p := r.plan
	note := func(key, value string) {
		r.env.Settings = append(r.env.Settings, batch.Setting{Name: "plan." + key, Text: value, Value: value, Set: true})
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
		note("grid."+axis.Flag, axis.String())
	}
	for _, s := range p.Set {
		note("set."+s.Flag, s.Value.String())
	}
	if r.each {
		note("output", p.Output.String())
	}
}
