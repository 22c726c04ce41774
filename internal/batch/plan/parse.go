package plan

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"simtool/internal/data"
)

// keys are the keys at the top of a plan.
var keys = []string{"command", "inputs", "arguments", "grid", "set", "output", "table"}

// Parse reads a plan. path is for messages. All errors are *Error.
func Parse(path string, content []byte) (*Plan, error) {
	p := &Plan{Path: path, lines: map[string]int{}}
	top, err := p.document(content)
	if err != nil {
		return nil, err
	}
	err = p.mapping(top, "", func(key string, line int, value *yaml.Node) error {
		p.lines[key] = line
		switch key {
		case "command":
			return p.parseCommand(value)
		case "inputs":
			return p.mapping(value, key, p.parseInput)
		case "arguments":
			return p.parseArguments(value)
		case "grid":
			return p.mapping(value, key, p.parseAxis)
		case "set":
			return p.mapping(value, key, p.parseSetting)
		case "output":
			text, err := p.text(value, key)
			p.Output = text
			return err
		case "table":
			text, err := p.word(value, key)
			p.Table = text
			return err
		}
		e := p.Errorf(line, key, "unknown key, want %s", strings.Join(keys, ", "))
		if near, ok := data.Nearest(key, keys); ok {
			e.Hint = "did you mean " + near + "?"
		}
		return e
	})
	if err != nil {
		return nil, err
	}
	if p.Command == nil {
		return nil, p.Errorf(0, "", "no command, want a line such as command: score")
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	return p, nil
}

// yamlLine is how the parser says where a fault is.
var yamlLine = data.Pattern(`^yaml: (?:line (\d+): )?`)

// document returns the mapping at the top of the one document of a file.
func (p *Plan) document(content []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var doc, more yaml.Node
	if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, p.Errorf(0, "", "empty, want a plan")
	} else if err != nil {
		return nil, p.notYAML(err)
	}
	if err := decoder.Decode(&more); err == nil {
		return nil, p.Errorf(more.Line, "", "a second document, want one plan")
	} else if !errors.Is(err, io.EOF) {
		return nil, p.notYAML(err)
	}
	return doc.Content[0], nil
}

func (p *Plan) notYAML(err error) error {
	text := err.Error()
	line := 0
	if m := yamlLine().FindStringSubmatch(text); m != nil {
		for _, digit := range m[1] {
			line = 10*line + int(digit-'0')
		}
		text = text[len(m[0]):]
	}
	return p.Errorf(line, "", "cannot be understood: %s", strings.Join(strings.Fields(text), " "))
}

// mapping calls visit for each key of a mapping, which must have no key twice.
func (p *Plan) mapping(n *yaml.Node, key string, visit func(key string, line int, value *yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return p.Errorf(n.Line, key, "found %s, want keys and values", kindOf(n))
	}
	var seen []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if name.Kind != yaml.ScalarNode {
			return p.Errorf(name.Line, key, "found %s as a key, want a word", kindOf(name))
		}
		if slices.Contains(seen, name.Value) {
			return p.Errorf(name.Line, join(key, name.Value), "stands there twice")
		}
		seen = append(seen, name.Value)
		if err := visit(name.Value, name.Line, resolve(value)); err != nil {
			return err
		}
	}
	return nil
}

func join(key, name string) string {
	if key == "" {
		return name
	}
	return key + "." + name
}

// resolve follows an alias.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "keys and values"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Tag == "!!null":
		return "nothing"
	default:
		return "a text"
	}
}

// word reads a single text.
func (p *Plan) word(n *yaml.Node, key string) (string, error) {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || n.Value == "" {
		return "", p.Errorf(n.Line, key, "found %s, want a text", kindOf(n))
	}
	return n.Value, nil
}

// text reads a single text with placeholders.
func (p *Plan) text(n *yaml.Node, key string) (Text, error) {
	word, err := p.word(n, key)
	if err != nil {
		return Text{}, err
	}
	t, err := ParseText(word)
	if err != nil {
		return Text{}, p.Errorf(n.Line, key, "%s", err)
	}
	return t, nil
}

func (p *Plan) parseCommand(n *yaml.Node) error {
	word, err := p.word(n, "command")
	if err != nil {
		return err
	}
	p.Command = strings.Fields(word)
	if len(p.Command) == 0 {
		return p.Errorf(n.Line, "command", "found nothing, want a command of simtool")
	}
	return nil
}

func (p *Plan) parseInput(name string, line int, value *yaml.Node) error {
	key := "inputs." + name
	if !nameForm().MatchString(name) {
		return p.Errorf(line, key, "%q is no name, %s", name, aName)
	}
	word, err := p.word(value, key)
	if err != nil {
		return err
	}
	if _, err := parsePattern(word); err != nil {
		return p.Errorf(value.Line, key, "%s", err)
	}
	p.Inputs = append(p.Inputs, Input{name, word, value.Line})
	return nil
}

func (p *Plan) parseArguments(n *yaml.Node) error {
	if n.Kind != yaml.SequenceNode {
		return p.Errorf(n.Line, "arguments", "found %s, want a list", kindOf(n))
	}
	p.Arguments = []Text{}
	for _, element := range n.Content {
		t, err := p.text(resolve(element), "arguments")
		if err != nil {
			return err
		}
		p.Arguments = append(p.Arguments, t)
	}
	return nil
}

func (p *Plan) parseAxis(flag string, line int, n *yaml.Node) error {
	key := "grid." + flag
	axis := &Axis{Flag: flag, Line: line}
	p.Grid = append(p.Grid, axis)
	if n.Kind == yaml.ScalarNode {
		v, err := p.value(n, key)
		axis.Values, axis.written = []Value{v}, n.Value
		return err
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		return p.Errorf(n.Line, key, "found %s, want a list of values", emptyOr(n))
	}
	var words []string
	for _, element := range n.Content {
		v, err := p.value(resolve(element), key)
		if err != nil {
			return err
		}
		axis.Values = append(axis.Values, v)
		words = append(words, v.String())
	}
	axis.written = strings.Join(words, ", ")
	return nil
}

func emptyOr(n *yaml.Node) string {
	if n.Kind == yaml.SequenceNode {
		return "an empty list"
	}
	return kindOf(n)
}

func (p *Plan) parseSetting(flag string, _ int, n *yaml.Node) error {
	v, err := p.value(n, "set."+flag)
	p.Set = append(p.Set, Setting{flag, v})
	return err
}

// value reads a text or a list of texts.
func (p *Plan) value(n *yaml.Node, key string) (Value, error) {
	v := Value{Line: n.Line, List: n.Kind == yaml.SequenceNode}
	elements := []*yaml.Node{n}
	if v.List {
		elements = n.Content
		if len(elements) == 0 {
			return v, p.Errorf(n.Line, key, "found an empty list, want a value")
		}
	}
	for _, element := range elements {
		t, err := p.text(resolve(element), key)
		if err != nil {
			return v, err
		}
		v.Words = append(v.Words, t)
	}
	return v, nil
}
