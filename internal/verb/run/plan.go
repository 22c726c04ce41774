package run

import (
	"errors"
	"slices"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/batch/plan"
	"simtool/internal/data"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// read reads a plan and checks everything that can be told before an item is run.
func (o *Options) read(e *batch.Env, path string) (*planRun, error) {
	content, err := e.ReadSmall(path, "the plan")
	if err != nil {
		return nil, err
	}
	p, err := plan.Parse(path, content)
	if err != nil {
		return nil, planError(err)
	}
	r := &planRun{env: e, plan: p, inputs: newInputCache(verb.InputBudget), globals: o.Globals, status: o.Status}
	if err := r.findCommand(o.Commands()); err != nil {
		return nil, planError(err)
	}
	if err := r.checkSettings(); err != nil {
		return nil, planError(err)
	}
	if r.items, err = p.Expand(); err != nil {
		return nil, planError(err)
	}
	for _, text := range r.items.Unmatched {
		e.Warn("%s: %s", path, text)
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
		return batch.Configf(e.Hint, "%s", e)
	}
	return err
}

// findCommand finds the command of the plan.
func (r *planRun) findCommand(commands []Entry) error {
	p := r.plan
	refuse := func(format string, args ...any) *plan.Error {
		return p.Errorf(p.Line("command"), "command", format, args...)
	}
	name := strings.Join(p.Command, " ")
	found := commands
	for depth, word := range p.Command {
		var below []Entry
		var names []string
		for _, c := range found {
			if len(c.Words) <= depth {
				continue
			}
			if !slices.Contains(names, c.Words[depth]) {
				names = append(names, c.Words[depth])
			}
			if c.Words[depth] == word {
				below = append(below, c)
			}
		}
		if len(below) == 0 {
			e := refuse("unknown command %q", name)
			if near, ok := data.Nearest(word, names); ok {
				e.Hint = "did you mean " + near + "?"
			}
			return e
		}
		found = below
	}
	i := slices.IndexFunc(found, func(c Entry) bool { return slices.Equal(c.Words, p.Command) })
	switch {
	case i < 0:
		var names []string
		for _, c := range found {
			names = append(names, c.Words[len(p.Command)])
		}
		return refuse("%s is a group, want one of %s", name, strings.Join(names, ", "))
	case name == "run" || found[i].New == nil || found[i].New().Settings().Lookup("output") == nil:
		return refuse("%s cannot be run by a plan, want a command with --output", name)
	}
	r.command = found[i].New
	settings := r.command().Settings()
	r.resumes = settings.Lookup("resume") != nil
	format := settings.Lookup("format")
	tabular := format != nil && slices.Contains(format.Choices, "csv")
	r.each = !tabular || len(p.Output.Names()) > 0
	switch {
	case !tabular && p.Output.IsZero():
		return p.Errorf(0, "", "no output, and %s writes no table: want where each item writes, such as output: runs/%s", name, "{seed}")
	case !r.each && p.Table != "":
		return p.Errorf(p.Line("table"), "table", "goes with an output that has parameters in it; output is the table already")
	}
	return nil
}

// ofTheRun are the settings that a plan cannot set, for they are those of the run.
var ofTheRun = []string{
	"config", "print-config", "help", "version", "jobs", "quiet", "verbose", "log-format", "color",
	"output", "force", "resume", "shard", "time-limit", "dry-run",
}

// checkSettings refuses settings that the command does not have and values that it
// does not take, and spells out ranges.
func (r *planRun) checkSettings() error {
	p := r.plan
	settings := newSettings(r.command(), r.globals())
	find := func(line int, key, name string) (*setting.Setting, error) {
		s := settings.lookup(name)
		switch {
		case slices.Contains(ofTheRun, name) && (s != nil || slices.Contains([]string{"help", "version"}, name)), name == "format" && s != nil && !r.each:
			return nil, p.Errorf(line, key, "belongs to the run, want --%s of simtool run", name)
		case s == nil:
			e := p.Errorf(line, key, "unknown flag of %s", strings.Join(p.Command, " "))
			if near, ok := data.Nearest(name, settings.names()); ok {
				e.Hint = "did you mean " + near + "?"
			}
			return nil, e
		}
		return s, nil
	}
	check := func(key string, s *setting.Setting, v plan.Value) error {
		words := make([]string, len(v.Words))
		for i, w := range v.Words {
			if len(w.Names()) > 0 {
				return nil // looked at item by item
			}
			words[i] = w.Literal()
		}
		text := words[0]
		if v.List {
			text = setting.JoinList(words)
		}
		if v.List && !setting.IsList(s.Value) || s.Value.Set(text) != nil {
			message, hint := s.Invalid("", text)
			e := p.Errorf(v.Line, key, "%s", message)
			e.Hint = hint
			return e
		}
		return nil
	}
	for _, axis := range p.Grid {
		key := "grid." + axis.Flag
		s, err := find(axis.Line, key, axis.Flag)
		if err != nil {
			return err
		}
		if slices.Contains([]string{"int", "uint64"}, s.Value.Type()) {
			if err := axis.SpellOut(); err != nil {
				return p.Errorf(axis.Line, key, "%s", err)
			}
		}
		for _, v := range axis.Values {
			if err := check(key, s, v); err != nil {
				return err
			}
		}
	}
	for _, one := range p.Set {
		key := "set." + one.Flag
		s, err := find(one.Value.Line, key, one.Flag)
		if err != nil {
			return err
		}
		if err := check(key, s, one.Value); err != nil {
			return err
		}
	}
	return nil
}

// checkLines refuses arguments that are no settings of the command, or are those of
// the run, and values with parameters in them that a setting does not take.
func (r *planRun) checkLines() error {
	p := r.plan
	var flags bool
	var varying []plan.Setting
	for _, t := range p.Arguments {
		text := t.String()
		flags = flags || strings.HasPrefix(text, "-")
		if batch.IsStdin(text) {
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
		if _, _, err := r.prepare(it); err != nil {
			return err
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
