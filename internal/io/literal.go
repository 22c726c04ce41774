package dataio

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// literalParser parses the subset of Python literals that .npy headers are
// made of: dictionaries with string keys, strings without escapes, whole
// numbers, True and False, tuples and lists.
type literalParser struct {
	rest  string
	depth int
}

// maxLiteralDepth bounds the nesting; a structured dtype needs about four.
const maxLiteralDepth = 16

// dict parses one dictionary, with nothing but white space around it.
func (p *literalParser) dict() (map[string]any, error) {
	fields := map[string]any{}
	if err := p.want('{'); err != nil {
		return nil, err
	}
	for !p.accept('}') {
		key, err := p.text()
		if err != nil {
			return nil, err
		}
		if _, ok := fields[key]; ok {
			return nil, fmt.Errorf("key %q twice", key)
		}
		if err := p.want(':'); err != nil {
			return nil, err
		}
		if fields[key], err = p.value(); err != nil {
			return nil, err
		}
		if !p.accept(',') && !p.next('}') {
			return nil, p.unexpected("',' or '}'")
		}
	}
	p.space()
	if p.rest != "" {
		return nil, p.unexpected("nothing after '}'")
	}
	return fields, nil
}

// value parses one literal: string, int, bool or []any.
func (p *literalParser) value() (any, error) {
	p.space()
	switch {
	case p.next('\''), p.next('"'):
		return p.text()
	case p.accept('('):
		return p.sequence(')')
	case p.accept('['):
		return p.sequence(']')
	case p.word("True"):
		return true, nil
	case p.word("False"):
		return false, nil
	}
	return p.number()
}

// sequence parses the rest of a tuple or list. A single value in parentheses
// without a comma is that value, as in Python.
func (p *literalParser) sequence(end byte) (any, error) {
	if p.depth++; p.depth > maxLiteralDepth {
		return nil, errors.New("nested too deeply")
	}
	defer func() { p.depth-- }()
	items := []any{}
	comma := false
	for !p.accept(end) {
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		items = append(items, v)
		if comma = p.accept(','); !comma && !p.next(end) {
			return nil, p.unexpected("',' or '" + string(end) + "'")
		}
	}
	if end == ')' && len(items) == 1 && !comma {
		return items[0], nil
	}
	return items, nil
}

// text parses a quoted string.
func (p *literalParser) text() (string, error) {
	p.space()
	if !p.next('\'') && !p.next('"') {
		return "", p.unexpected("a string")
	}
	quote := p.rest[:1]
	body, rest, ok := strings.Cut(p.rest[1:], quote)
	if !ok || strings.ContainsAny(body, "\\\n") {
		return "", errors.New("unfinished or escaped string")
	}
	p.rest = rest
	return body, nil
}

// number parses a whole number; Python 2 wrote long ones with an L behind.
func (p *literalParser) number() (int, error) {
	n := 0
	for n < len(p.rest) && (p.rest[n] >= '0' && p.rest[n] <= '9' || n == 0 && p.rest[n] == '-') {
		n++
	}
	if n == 0 {
		return 0, p.unexpected("a value")
	}
	v, err := strconv.Atoi(p.rest[:n])
	if err != nil {
		return 0, fmt.Errorf("number %.40s", p.rest[:n])
	}
	p.rest = strings.TrimPrefix(p.rest[n:], "L")
	return v, nil
}

// space skips white space.
func (p *literalParser) space() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

// next reports whether c comes next, after white space.
func (p *literalParser) next(c byte) bool {
	p.space()
	return p.rest != "" && p.rest[0] == c
}

// accept consumes c if it comes next.
func (p *literalParser) accept(c byte) bool {
	if !p.next(c) {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

func (p *literalParser) want(c byte) error {
	if !p.accept(c) {
		return p.unexpected("'" + string(c) + "'")
	}
	return nil
}

func (p *literalParser) word(w string) bool {
	rest, ok := strings.CutPrefix(p.rest, w)
	if ok {
		p.rest = rest
	}
	return ok
}

func (p *literalParser) unexpected(wanted string) error {
	if p.rest == "" {
		return fmt.Errorf("it ends where %s should follow", wanted)
	}
	return fmt.Errorf("%.12q where %s should follow", p.rest, wanted)
}
