package run

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/batch/plan"
	"simtool/internal/data"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// settings are those of a command and those that every command has.
type settings struct{ own, global *setting.Set }

func newSettings(c verb.Command, global *setting.Set) settings { return settings{c.Settings(), global} }

func (s settings) lookup(name string) *setting.Setting {
	if one := s.own.Lookup(name); one != nil {
		return one
	}
	return s.global.Lookup(name)
}

func (s settings) names() []string { return append(s.own.Names(), s.global.Names()...) }

// set gives a setting a value that it is known to take, unless there are parameters
// in it.
func (s settings) set(name, text string) error {
	set := s.own
	if set.Lookup(name) == nil {
		set = s.global
	}
	if err := set.Set(name, text); err != nil {
		if one := set.Lookup(name); one != nil {
			message, hint := one.Invalid("--"+name, text)
			return batch.Configf(hint, "%s", message)
		}
		return batch.Configf("", "%s", err)
	}
	return nil
}

// A prepared item is a command with its options, ready to be run.
type prepared struct {
	verb.Command
	args     []string
	line     commandLine
	settings settings
}

// prepare makes a command of an item: its options are set to what the plan says.
// flags are settings that change no result, and that manifests do not mention as
// words of the command line.
func (r *planRun) prepare(it plan.Item, flags ...[2]string) (*prepared, *batch.Env, error) {
	p := &prepared{Command: r.command(), line: r.line(it)}
	p.settings = newSettings(p.Command, r.globals())
	if err := r.fill(p, it, flags); err != nil {
		if _, ofPlan := errors.AsType[*plan.Error](err); ofPlan {
			return nil, nil, planError(err) // it says where
		}
		return nil, nil, batch.Configf(batch.HintOf(err), "%s: item %s: %s", r.plan.Path, it, err)
	}
	e, err := r.itemEnv(p)
	return p, e, err
}

// fill sets the options of an item.
func (r *planRun) fill(p *prepared, it plan.Item, flags [][2]string) error {
	if !r.plan.Sets("seed") {
		if err := p.settings.set("seed", strconv.FormatUint(r.env.Seed, 10)); err != nil {
			return err
		}
	}
	for _, f := range flags {
		if err := p.settings.set(f[0], f[1]); err != nil {
			return err
		}
	}
	for _, s := range r.plan.Set {
		if err := p.settings.set(s.Flag, fillValue(it, s.Value)); err != nil {
			return err
		}
	}
	var failed error
	it.Grid(func(flag string, v plan.Value) {
		if err := p.settings.set(flag, fillValue(it, v)); err != nil && failed == nil {
			failed = err
		}
	})
	if failed != nil {
		return failed
	}
	if r.each {
		if err := p.settings.set("output", it.FillPath(r.plan.Output)); err != nil {
			return err
		}
	}
	words := make([]string, len(r.plan.Arguments))
	for i, t := range r.plan.Arguments {
		words[i] = it.Fill(t)
	}
	return r.arguments(p, words)
}

// arguments takes the arguments of the plan: files, and settings as on a command
// line.
func (r *planRun) arguments(p *prepared, words []string) error {
	all := setting.Join(p.settings.own, p.settings.global)
	others, err := all.Apply(words, func(s *setting.Setting) error {
		if slices.Contains(ofTheRun, s.Name) {
			return r.plan.Errorf(r.plan.Line("arguments"), "arguments", "--%s belongs to the run, want it with simtool run", s.Name)
		}
		return nil
	})
	if word, ok := errors.AsType[*setting.WordError](err); ok {
		return wordError(word, r.plan.Command, all)
	}
	p.args = others
	return err
}

// wordError words what is wrong with a word as the command line does.
func wordError(w *setting.WordError, command []string, all *setting.Set) error {
	switch {
	case w.Setting == nil && w.Short:
		return batch.Configf("", "unknown flag %s in %s", w.Name, w.Name)
	case w.Setting == nil:
		hint := ""
		if near, ok := data.Nearest(strings.TrimPrefix(w.Name, "--"), all.Names()); ok {
			hint = "did you mean --" + near + "?"
		}
		return batch.Configf(hint, "unknown flag %s for %q", w.Name, "simtool "+strings.Join(command, " "))
	case w.Missing:
		return batch.Configf("", "--%s needs a value, want %s", w.Setting.Name, w.Setting.Wants)
	}
	message, hint := w.Setting.Invalid("--"+w.Setting.Name, w.Value)
	return batch.Configf(hint, "%s", message)
}

// itemEnv is what the command of an item sees of its run: nothing but the plan sets
// anything, and nobody looks at it.
func (r *planRun) itemEnv(p *prepared) (*batch.Env, error) {
	lookup := func(name string) (string, bool) {
		if strings.HasPrefix(name, "SIMTOOL_") {
			return "", false
		}
		return r.env.Lookup(name)
	}
	e := &batch.Env{
		Version: r.env.Version, Commit: r.env.Commit, Started: r.env.Started, Stdout: io.Discard, Lookup: lookup,
		Argv: append([]string{"simtool"}, p.line.all()...),
		Stdin: func(what string) (io.Reader, error) {
			return nil, batch.Usagef("%s cannot be read from standard input in a plan", what)
		},
		Stop: func(error) {},
	}
	chosen := map[*setting.Setting]bool{}
	for _, set := range []*setting.Set{p.settings.own, p.settings.global} {
		some, err := set.Choose(setting.Place{Lookup: lookup})
		if err != nil {
			return nil, err
		}
		for _, one := range some {
			chosen[one] = true
		}
	}
	for _, set := range []*setting.Set{p.settings.own, p.settings.global} {
		for _, one := range set.All() {
			if one.Name == "config" || one.Name == "print-config" {
				continue
			}
			e.Settings = append(e.Settings, batch.Setting{
				Name: one.Name, Text: one.Value.String(), Value: setting.JSON(one.Value), Chosen: chosen[one] && one.Machine, Set: one.IsSet(),
			})
		}
	}
	var err error
	if e.Seed, err = strconv.ParseUint(p.settings.global.Lookup("seed").Value.String(), 10, 64); err != nil {
		return nil, err
	}
	e.Jobs, err = strconv.Atoi(p.settings.global.Lookup("jobs").Value.String())
	return e, err
}

// commandLine is a command line without the name of the program.
type commandLine struct {
	words []string // of the command
	args  []string // flags and arguments
}

// all returns the whole line.
func (l commandLine) all() []string { return slices.Concat(l.words, l.args) }

// line returns the command line of an item, as a person would type it.
func (r *planRun) line(it plan.Item) commandLine {
	l := commandLine{words: r.plan.Command}
	flag := func(name string, v plan.Value) { l.args = append(l.args, flagWord(it, name, v)) }
	if !r.plan.Sets("seed") {
		l.args = append(l.args, "--seed="+strconv.FormatUint(r.env.Seed, 10))
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
	return fmt.Sprintf("--%s=%s", name, fillValue(it, v))
}

// fillValue is the value of a setting for an item, as a text.
func fillValue(it plan.Item, v plan.Value) string {
	words := make([]string, len(v.Words))
	for i, w := range v.Words {
		words[i] = it.Fill(w)
	}
	if v.List {
		return setting.JoinList(words)
	}
	return words[0]
}
