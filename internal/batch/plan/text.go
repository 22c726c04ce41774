package plan

import (
	"fmt"
	"strings"

	"simtool/internal/data"
)

// Text is a text with placeholders: {name} stands for the value of a parameter,
// {{ and }} for braces.
type Text struct{ parts []part }

// part is a literal piece of a text or, where name is set, a placeholder.
type part struct{ literal, name string }

// nameForm is what names of inputs and parts of paths look like. Flags have
// hyphens, and so they may have.
var nameForm = data.Pattern(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// aName says what nameForm wants.
const aName = "want letters, digits, _ and -"

// ParseText reads a text with placeholders.
func ParseText(s string) (Text, error) {
	var t Text
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			t.parts = append(t.parts, part{literal: literal.String()})
			literal.Reset()
		}
	}
	for len(s) > 0 {
		switch {
		case strings.HasPrefix(s, "{{"), strings.HasPrefix(s, "}}"):
			literal.WriteByte(s[0])
			s = s[2:]
		case s[0] == '}':
			return Text{}, fmt.Errorf("} without {; }} stands for a brace")
		case s[0] == '{':
			name, rest, ok := strings.Cut(s[1:], "}")
			if !ok {
				return Text{}, fmt.Errorf("{ without }; {{ stands for a brace")
			}
			if !nameForm().MatchString(name) {
				return Text{}, fmt.Errorf("{%s} is no name, %s", name, aName)
			}
			flush()
			t.parts = append(t.parts, part{name: name})
			s = rest
		default:
			literal.WriteByte(s[0])
			s = s[1:]
		}
	}
	flush()
	return t, nil
}

// Names returns the names of the placeholders, in their order.
func (t Text) Names() []string {
	var names []string
	for _, p := range t.parts {
		if p.name != "" {
			names = append(names, p.name)
		}
	}
	return names
}

// IsZero reports whether the text is empty.
func (t Text) IsZero() bool { return len(t.parts) == 0 }

// String returns the text as it is written in a plan.
func (t Text) String() string {
	var b strings.Builder
	for _, p := range t.parts {
		if p.name != "" {
			b.WriteString("{" + p.name + "}")
		} else {
			b.WriteString(strings.NewReplacer("{", "{{", "}", "}}").Replace(p.literal))
		}
	}
	return b.String()
}

// fill replaces the placeholders by what value returns for them.
func (t Text) fill(value func(name string) string) string {
	if len(t.parts) == 1 && t.parts[0].name == "" {
		return t.parts[0].literal
	}
	var b strings.Builder
	for _, p := range t.parts {
		if p.name != "" {
			b.WriteString(value(p.name))
		} else {
			b.WriteString(p.literal)
		}
	}
	return b.String()
}

// names returns the names of the placeholders in all words of a value.
func (v Value) names() []string {
	var names []string
	for _, w := range v.Words {
		names = append(names, w.Names()...)
	}
	return names
}

// String returns the value as it is written in a plan: a list in brackets.
func (v Value) String() string {
	words := make([]string, len(v.Words))
	for i, w := range v.Words {
		words[i] = w.String()
	}
	if v.List {
		return "[" + strings.Join(words, ", ") + "]"
	}
	return words[0]
}

// Literal is the text where it has no placeholders.
func (t Text) Literal() string { return t.fill(func(string) string { return "" }) }
