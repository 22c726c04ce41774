// Package plan is for sweeps that are written down: a command, patterns of input
// files whose named parts become parameters, and lists of values of its flags.
// A plan expands to items, each of which is one run of the command.
package plan

import (
	"fmt"
	"slices"
	"strings"
)

// Plan is a sweep as it stands in a file. Texts may name parameters in braces.
type Plan struct {
	Path      string
	Command   []string // the words of the command, such as mlem, fit
	Inputs    []Input
	Arguments []Text
	Grid      []*Axis
	Set       []Setting
	Output    Text   // where each item writes, the zero Text where it does not
	Table     string // the file of the run's own table, "" for standard output

	lines map[string]int // of the keys at the top
}

// Input is a pattern of files. {name} in it matches a part of one component of a
// path, and * ? [...] match as in filepath.Match.
type Input struct {
	Name    string
	Pattern string
	Line    int
}

// Axis is a flag and the values that it takes in turn.
type Axis struct {
	Flag   string
	Values []Value
	Line   int

	written string
}

// String returns the values as they are written in the plan.
func (a *Axis) String() string { return a.written }

// Setting is a flag that has the same value, but for the parameters in it, for
// all items.
type Setting struct {
	Flag  string
	Value Value
}

// Value is what a flag is given: one text, or the elements of a list.
type Value struct {
	Words []Text
	List  bool
	Line  int
}

// Error says what is wrong at a place in a plan.
type Error struct {
	Path    string
	Line    int    // from 1, 0 for the plan as a whole
	Key     string // such as grid.seed, "" for none
	Message string
	Hint    string
}

// Error implements error.
func (e *Error) Error() string {
	text := e.Path
	if e.Line > 0 {
		text += fmt.Sprintf(":%d", e.Line)
	}
	if e.Key != "" {
		text += ": " + e.Key
	}
	return text + ": " + e.Message
}

// Errorf returns an Error at a line and a key of the plan.
func (p *Plan) Errorf(line int, key, format string, args ...any) *Error {
	return &Error{Path: p.Path, Line: line, Key: key, Message: fmt.Sprintf(format, args...)}
}

// Line returns the line of a key at the top of the plan, 0 where it is not there.
func (p *Plan) Line(key string) int { return p.lines[key] }

// check refuses names that stand for two things, and placeholders that stand for
// none. Arguments that were left out become the inputs in their order.
func (p *Plan) check() error {
	if p.Arguments == nil {
		for _, in := range p.Inputs {
			p.Arguments = append(p.Arguments, Text{parts: []part{{name: in.Name}}})
		}
	}
	what := map[string]string{}
	claim := func(line int, key, name, is string) error {
		if other, ok := what[name]; ok && (other != is || is != aPart) {
			return p.Errorf(line, key, "{%s} is %s and %s, want a name for each", name, other, is)
		}
		what[name] = is
		return nil
	}
	for _, in := range p.Inputs {
		if err := claim(in.Line, "inputs."+in.Name, in.Name, "an input"); err != nil {
			return err
		}
	}
	for _, in := range p.Inputs {
		for _, name := range mustPattern(in.Pattern).names {
			if err := claim(in.Line, "inputs."+in.Name, name, aPart); err != nil {
				return err
			}
		}
	}
	for _, axis := range p.Grid {
		if err := claim(axis.Line, "grid."+axis.Flag, axis.Flag, "a flag of the grid"); err != nil {
			return err
		}
		for _, v := range axis.Values {
			for _, name := range v.names() {
				return p.Errorf(v.Line, "grid."+axis.Flag, "{%s} in a value of the grid, want it under set", name)
			}
		}
	}
	bound := func(line int, key string, names []string) error {
		for _, name := range names {
			if what[name] == "" {
				return p.Errorf(line, key, "{%s} is no parameter, want %s", name, p.parameterList())
			}
		}
		return nil
	}
	for _, text := range p.Arguments {
		if err := bound(p.lines["arguments"], "arguments", text.Names()); err != nil {
			return err
		}
	}
	for _, s := range p.Set {
		if slices.ContainsFunc(p.Grid, func(a *Axis) bool { return a.Flag == s.Flag }) {
			return p.Errorf(s.Value.Line, "set."+s.Flag, "is in the grid too, want one of them")
		}
		if err := bound(s.Value.Line, "set."+s.Flag, s.Value.names()); err != nil {
			return err
		}
	}
	return bound(p.lines["output"], "output", p.Output.Names())
}

// aPart is what a name in a pattern stands for. Several patterns may share it.
const aPart = "a part of a path"

// parameterList words what placeholders may stand for.
func (p *Plan) parameterList() string {
	var names []string
	add := func(name string) {
		if name = "{" + name + "}"; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, in := range p.Inputs {
		add(in.Name)
	}
	for _, in := range p.Inputs {
		for _, name := range mustPattern(in.Pattern).names {
			add(name)
		}
	}
	for _, axis := range p.Grid {
		add(axis.Flag)
	}
	switch last := len(names) - 1; {
	case last < 0:
		return "none, for there are neither inputs nor a grid"
	case last == 0:
		return names[0]
	default:
		return strings.Join(names[:last], ", ") + " or " + names[last]
	}
}

// Sets reports whether the plan gives a flag a value.
func (p *Plan) Sets(flag string) bool {
	return slices.ContainsFunc(p.Grid, func(a *Axis) bool { return a.Flag == flag }) ||
		slices.ContainsFunc(p.Set, func(s Setting) bool { return s.Flag == flag })
}
