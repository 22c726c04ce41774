// Package run runs plans: sweeps over files and settings that a file describes. A
// plan expands to items, each of which is a command with its options; what the
// command does is a value that is run, and no command line is parsed.
package run

import (
	"context"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// Entry is a command of simtool.
type Entry struct {
	Words []string            // such as mlem, fit
	New   func() verb.Command // nil for one that no plan can run
}

// Options say which commands there are, and what becomes of a plan.
type Options struct {
	Emit   Emit
	Output batch.Output
	Batch  verb.Batch

	Commands func() []Entry      // of simtool, groups left out
	Globals  func() *setting.Set // settings that every command has, with their defaults
	Status   func(err error) int // exit status of a command that ends with an error
}

// New returns the command with its defaults.
func New(commands func() []Entry, globals func() *setting.Set, status func(error) int) *Options {
	return &Options{Commands: commands, Globals: globals, Status: status}
}

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	o.Emit.register(s)
	verb.RegisterTable(s, &o.Output)
	o.Batch.Register(s, "items")
	return s
}

// Controls implements verb.Batched.
func (o *Options) Controls() *verb.Batch { return &o.Batch }

// Run implements verb.Command. args are the plan and, with Emit, a directory.
func (o *Options) Run(ctx context.Context, e *batch.Env, args []string) error {
	switch {
	case len(args) == 0:
		return batch.Usagef("no plan, want its file")
	case o.Emit.Engine != "" && len(args) != 2:
		return batch.Usagef("--emit wants a directory for the files, behind the plan")
	case o.Emit.Engine == "" && len(args) != 1:
		return batch.Usagef("%s, want one plan", data.Counted(len(args), "file"))
	}
	r, err := o.read(e, args[0])
	if err != nil {
		return err
	}
	r.takeOutput(o)
	if err := r.findColumns(ctx); err != nil {
		return err
	}
	switch {
	case o.Batch.DryRun:
		return r.dryRun(ctx, o)
	case o.Emit.Engine != "":
		return r.emit(o, args[1])
	}
	control, err := o.Batch.Begin(e, o.Output.Target())
	if err != nil {
		return err
	}
	return r.job(control, o.Output.Force).Run(ctx, e, o.Output, control)
}
