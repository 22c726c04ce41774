package main

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simtool/internal/batch/plan"
)

const runSchema = "simtool.run/v1"

// planRun is a run of a plan.
type planRun struct {
	a         *app
	plan      *plan.Plan
	items     *plan.Expansion
	construct func(*app) *cobra.Command // makes the command, or the group it is in
	each      bool                      // each item has an output of its own
	resumes   bool                      // the command has --resume
	resume    bool                      // outputs that are complete stay
	force     bool                      // outputs that exist are replaced
	columns   []string                  // of the command's table
	spare     []string                  // of them, which a narrow terminal does without
	inputs    *inputCache               // that items share
	itemJobs  int                       // items at once
	jobs      int                       // within each
}

// run runs a plan, the first of the arguments, or writes files that run it into
// the second.
func (a *app) run(ctx context.Context, o *runOptions, args []string) error {
	r, err := a.readPlan(args[0])
	if err != nil {
		return err
	}
	if err := r.takeOutput(); err != nil {
		return err
	}
	if err := r.findColumns(ctx); err != nil {
		return err
	}
	switch {
	case o.batch.dryRun:
		return r.dryRun(ctx, o)
	case o.emit.engine != "":
		return r.emit(o, args[1])
	}
	if err := o.batch.complete(a, o.output.target()); err != nil {
		return err
	}
	r.resume, r.force = o.batch.resume, o.output.force
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
func (r *planRun) takeOutput() error {
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
	for i := 0; i < r.items.Len(); i += r.items.GridLen() {
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
	spare := slices.Clone(r.spare)
	for _, in := range r.plan.Inputs {
		spare = append(spare, in.Name) // which the parameters tell
	}
	return tableSpec{
		schema: runSchema, columns: append(columns, r.columns...),
		notes: []string{"warning", "error"}, spare: spare, inputs: inputs,
	}
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
		note("grid."+axis.Flag, axis.String())
	}
	for _, s := range p.Set {
		note("set."+s.Flag, s.Value.String())
	}
	if r.each {
		note("output", p.Output.String())
	}
}
