package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simtool/internal/batch/plan"
	"simtool/internal/data"
)

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
	r := &planRun{a: a, plan: p, inputs: newInputCache(inputBudget)}
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
	if err := r.checkLines(); err != nil {
		return nil, planError(err)
	}
	if err := r.checkOutputs(); err != nil {
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
	r.resumes = flagOf(cmd, "resume") != nil // items, which run at once, must not look at flags
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

// scratch returns the command of the plan in a tree of its own, whose flags may be
// set.
func (r *planRun) scratch() *cobra.Command {
	a := bareApp(streams{})
	a.root = newRootCommand(a)
	a.root.AddCommand(r.construct(a))
	cmd, _, err := a.root.Find(r.plan.Command)
	must(err)            // findCommand has found it
	cmd.InheritedFlags() // makes Flags complete
	return cmd
}

// checkFlags refuses flags that the command does not have and values that it does
// not take, and spells out ranges.
func (r *planRun) checkFlags() error {
	p := r.plan
	cmd := r.scratch()
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

// checkLines refuses arguments that are no flags of the command, or are those of
// the run, and values with parameters in them that a flag does not take.
func (r *planRun) checkLines() error {
	p := r.plan
	var flags bool
	var varying []plan.Setting
	for _, t := range p.Arguments {
		text := t.String()
		flags = flags || strings.HasPrefix(text, "-")
		if isStdin(text) {
			return p.Errorf(p.Line("arguments"), "arguments", "%s: standard input cannot be read by the items of a plan", text)
		}
	}
	for _, s := range p.Set {
		if slices.ContainsFunc(s.Value.Words, func(t plan.Text) bool { return len(t.Names()) > 0 }) {
			varying = append(varying, s)
		}
	}
	if !flags && len(varying) == 0 {
		return nil
	}
	seen := map[string]bool{} // most items repeat values of others, and there may be millions
	for i := range r.items.Len() {
		it := r.items.Item(i)
		fresh := i == 0
		for _, s := range varying {
			if word := flagWord(it, s.Flag, s.Value); !seen[word] {
				seen[word], fresh = true, true
			}
		}
		if !fresh {
			continue
		}
		args := r.line(it).args
		cmd := r.scratch()
		err := cmd.ParseFlags(args[len(args)-len(p.Arguments):])
		for _, name := range ofTheRun {
			if f := flagOf(cmd, name); f != nil && f.Changed {
				return p.Errorf(p.Line("arguments"), "arguments", "--%s belongs to the run, want it with simtool run", name)
			}
		}
		if err == nil {
			err = cmd.ParseFlags(args)
		}
		if err != nil {
			err = flagError(cmd, err)
			return configf(hintOf(err), "%s: item %s: %s", p.Path, it, err)
		}
		if len(varying) == 0 {
			break
		}
	}
	return nil
}

// checkOutputs refuses items that write to the same place.
func (r *planRun) checkOutputs() error {
	if !r.each {
		return nil
	}
	by := map[string]int{}
	for i := range r.items.Len() {
		output := r.items.Item(i).FillPath(r.plan.Output)
		if other, ok := by[output]; ok {
			return r.plan.Errorf(r.plan.Line("output"), "output", "%s and %s would both write %s, want all parameters in it", r.items.Item(other), r.items.Item(i), output)
		}
		by[output] = i
	}
	return nil
}
