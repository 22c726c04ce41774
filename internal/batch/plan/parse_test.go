package plan_test

import (
	"errors"
	"strings"
	"testing"

	"simtool/internal/batch/plan"
)

func TestParse(t *testing.T) {
	p, err := plan.Parse("p.yaml", []byte(`
command: mlem  fit
inputs:
  f: feat.csv
  y: acts/{model}/*.npy
arguments: [--features, "{f}", "--neural={y}"]
grid:
  method: [fr, [a, "b,c"]]
  seed: 1-3
set:
  fold: 5
output: "runs/{model}-{seed}{{x}}"
table: t.csv
`))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(p.Command, "|"); got != "mlem|fit" {
		t.Errorf("command %q", got)
	}
	if len(p.Arguments) != 3 || p.Arguments[2].String() != "--neural={y}" {
		t.Errorf("arguments %v", p.Arguments)
	}
	if v := p.Grid[0].Values[1]; !v.List || v.String() != "[a, b,c]" || v.Line != 8 {
		t.Errorf("value %v at line %d", v, v.Line)
	}
	if p.Table != "t.csv" || p.Output.String() != "runs/{model}-{seed}{{x}}" {
		t.Errorf("output %v, table %v", p.Output, p.Table)
	}
	if !p.Sets("seed") || !p.Sets("fold") || p.Sets("f") {
		t.Error("what the plan sets")
	}
}

// TestParseArguments checks that inputs are the arguments where none are given.
func TestParseArguments(t *testing.T) {
	for text, want := range map[string]string{
		"command: a\ninputs: {y: 1, x: 2}":                "{y} {x}",
		"command: a\ninputs: {y: 1, x: 2}\narguments: []": "",
		"command: a": "",
	} {
		p, err := plan.Parse("p", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var words []string
		for _, a := range p.Arguments {
			words = append(words, a.String())
		}
		if got := strings.Join(words, " "); got != want {
			t.Errorf("%q: arguments %q, want %q", text, got, want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "p.yaml: empty, want a plan"},
		{"# nothing\n", "p.yaml: empty, want a plan"},
		{"score", "p.yaml:1: found a text, want keys and values"},
		{"command: [", "p.yaml:1: cannot be understood: did not find expected node content"},
		{"a: b: c", "p.yaml: cannot be understood: mapping values are not allowed in this context"},
		{"command: score\n---\ncommand: rdm\n", "p.yaml:2: a second document, want one plan"},
		{"inputs: {x: a}", "p.yaml: no command, want a line such as command: score"},
		{"comand: score", "p.yaml:1: comand: unknown key, want command, inputs, arguments, grid, set, output, table"},
		{"command: score\ncommand: rdm", "p.yaml:2: command: stands there twice"},
		{"command:", "p.yaml:1: command: found nothing, want a text"},
		{"command: ' '", "p.yaml:1: command: found nothing, want a command of simtool"},
		{"command: [score]", "p.yaml:1: command: found a list, want a text"},
		{"command: a\ninputs: x.npy", "p.yaml:2: inputs: found a text, want keys and values"},
		{"command: a\ninputs: {x y: b}", `p.yaml:2: inputs.x y: "x y" is no name, want letters, digits, _ and -`},
		{"command: a\ninputs: {x: [b]}", "p.yaml:2: inputs.x: found a list, want a text"},
		{"command: a\ninputs: {x: '{s'}", "p.yaml:2: inputs.x: { without }; {{ stands for a brace"},
		{"command: a\ninputs: {x: 's}'}", "p.yaml:2: inputs.x: } without {; }} stands for a brace"},
		{"command: a\ninputs: {x: '{}'}", "p.yaml:2: inputs.x: {} is no name, want letters, digits, _ and -"},
		{"command: a\ninputs: {x: 'a[b'}", "p.yaml:2: inputs.x: no pattern of files, want [ to be closed by ]"},
		{"command: a\ninputs: {x: 'a.npz:{k}'}", "p.yaml:2: inputs.x: a parameter in the name of an array, want {name} in the path of the file"},
		{"command: a\ninputs: {x: a, y: '{x}'}", "p.yaml:2: inputs.y: {x} is an input and a part of a path, want a name for each"},
		{"command: a\ninputs: {x: '{m}'}\ngrid: {m: 1}", "p.yaml:3: grid.m: {m} is a part of a path and a flag of the grid, want a name for each"},
		{"command: a\narguments: x", "p.yaml:2: arguments: found a text, want a list"},
		{"command: a\narguments: ['{x}']", "p.yaml:2: arguments: {x} is no parameter, want none, for there are neither inputs nor a grid"},
		{"command: a\ninputs: {x: '{s}/{m}'}\noutput: '{t}'", "p.yaml:3: output: {t} is no parameter, want {x}, {s} or {m}"},
		{"command: a\ngrid: {m: []}", "p.yaml:2: grid.m: found an empty list, want a list of values"},
		{"command: a\ngrid: {m: {b: c}}", "p.yaml:2: grid.m: found keys and values, want a list of values"},
		{"command: a\ngrid: {m: [1, ]}\nset: {m: 2}", "p.yaml:3: set.m: is in the grid too, want one of them"},
		{"command: a\ngrid: {m: [1, ~]}", "p.yaml:2: grid.m: found nothing, want a text"},
		{"command: a\ninputs: {x: b}\ngrid: {m: ['{x}']}", "p.yaml:3: grid.m: {x} in a value of the grid, want it under set"},
		{"command: a\nset: {m: []}", "p.yaml:2: set.m: found an empty list, want a value"},
		{"command: a\nset: {m: '{q}'}", "p.yaml:2: set.m: {q} is no parameter, want none, for there are neither inputs nor a grid"},
	} {
		_, err := plan.Parse("p.yaml", []byte(c.text))
		var e *plan.Error
		if !errors.As(err, &e) {
			t.Errorf("%q: no error of a plan: %v", c.text, err)
		} else if e.Error() != c.want {
			t.Errorf("%q:\n found %s\nwanted %s", c.text, e, c.want)
		}
	}
}

func TestParseHint(t *testing.T) {
	_, err := plan.Parse("p.yaml", []byte("comand: score"))
	var e *plan.Error
	if !errors.As(err, &e) || e.Hint != "did you mean command?" {
		t.Errorf("hint of %#v", err)
	}
}

// FuzzParse checks that no text makes Parse panic, that errors are of the plan, and
// that what was accepted can be expanded or says why not.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"command: score\ninputs:\n  x: data/{s}.npy\n  y: a/{s}/{m}.npy\ngrid: {seed: 1-8}\nset: {per: time}\noutput: r.csv\n",
		"command: a\nset: &s {m: [1, 2]}\ngrid: *s\n",
		"command: a\ninputs: {x: 'a[^b-c]?*\\\\d{s}.npz:k'}\n",
		"a: &a [*a]", "{", "command: &x [*x]", "command: a\ngrid: {m: 0-99999999999}",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := plan.Parse("p", []byte(text))
		var e *plan.Error
		if err != nil {
			if !errors.As(err, &e) {
				t.Fatalf("%v is no error of a plan", err)
			}
			return
		}
		// Patterns may match files of the machine: only plans without them.
		if len(p.Inputs) > 0 {
			return
		}
		items, err := p.Expand()
		if err != nil {
			if !errors.As(err, &e) {
				t.Fatalf("%v is no error of a plan", err)
			}
			return
		}
		seen := map[string]bool{}
		for i := range min(items.Len(), 100) {
			it := items.Item(i)
			if seen[it.Key()] {
				t.Fatalf("two items %q", it.Key())
			}
			seen[it.Key()] = true
			it.FillPath(p.Output)
			if len(it.Cells()) != len(items.Names) {
				t.Fatalf("%d cells for %q", len(it.Cells()), items.Names)
			}
		}
	})
}
