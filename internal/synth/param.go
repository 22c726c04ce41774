package synth

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// ParamError says that a generator cannot run with its parameters.
type ParamError struct {
	Param  string // "" when several parameters contradict each other
	Found  string
	Wanted string
}

// Error renders "neurons: 0, want a whole number of at least 1".
func (e *ParamError) Error() string {
	message := e.Found + ", want " + e.Wanted
	if e.Param == "" {
		return message
	}
	return e.Param + ": " + message
}

// Param is a parameter of a generator, bound to a field of its configuration.
// Its String, Set and Type methods make it a flag value of the usual flag
// packages.
type Param struct {
	Name    string
	Unit    string // "" for counts and ratios
	Help    string
	Wanted  string   // the values allowed, as in "a whole number of at least 1"
	Choices []string // the words allowed; nil unless it is a word

	kind  string
	text  func() string
	store func(string) bool // parses, checks and stores a value; reports whether it is allowed
	valid func() bool       // reports whether the present value is allowed
}

// Type names the kind of value: int, float, bool, word, ints or floats. Lists
// are separated by commas.
func (p Param) Type() string { return p.kind }

// String renders the present value in the form that Set reads.
func (p Param) String() string { return p.text() }

// Set parses a value, checks it and stores it in the field. When the value is not
// allowed, it does not change the field and returns a *ParamError.
func (p Param) Set(value string) error {
	if !p.store(value) {
		return &ParamError{Param: p.Name, Found: strconv.Quote(value), Wanted: p.Wanted}
	}
	return nil
}

// checkAll returns the *ParamError of the first parameter whose present value
// is not allowed. Code can set the fields of a configuration without Set.
func checkAll(params []Param) error {
	for _, p := range params {
		if !p.valid() {
			return &ParamError{Param: p.Name, Found: strconv.Quote(p.text()), Wanted: p.Wanted}
		}
	}
	return nil
}

// unbounded is the upper bound of numbers that need only be finite.
const unbounded = math.MaxFloat64

// bounds are the inclusive bounds of a number.
type bounds struct{ lo, hi float64 }

func (b bounds) hold(v float64) bool { return v >= b.lo && v <= b.hi }

func (b bounds) String() string {
	if b.hi == unbounded {
		return "of at least " + formatPlain(b.lo)
	}
	return "from " + formatPlain(b.lo) + " to " + formatPlain(b.hi)
}

// formatPlain formats a number without an exponent unless it is tiny.
func formatPlain(v float64) string {
	if v != 0 && math.Abs(v) < 1e-4 {
		return formatFloat(v)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// bind declares a parameter that parse reads and allowed checks.
func bind[T any](field *T, parse func(string) (T, error), text func(T) string, allowed func(T) bool) Param {
	return Param{
		text:  func() string { return text(*field) },
		valid: func() bool { return allowed(*field) },
		store: func(s string) bool {
			v, err := parse(s)
			if err != nil || !allowed(v) {
				return false
			}
			*field = v
			return true
		},
	}
}

// described returns the parameter with its name, unit, allowed values and help.
func (p Param) described(kind, name, unit, wanted, help string) Param {
	p.kind, p.Name, p.Unit, p.Wanted, p.Help = kind, name, unit, wanted, help
	return p
}

func intParam(field *int, b bounds, name, help string) Param {
	return bind(field, strconv.Atoi, strconv.Itoa, func(v int) bool { return b.hold(float64(v)) }).
		described("int", name, "", "a whole number "+b.String(), help)
}

func floatParam(field *float64, b bounds, name, unit, help string) Param {
	return bind(field, parseFloat, formatFloat, b.hold).
		described("float", name, unit, "a number "+b.String(), help)
}

func boolParam(field *bool, name, help string) Param {
	return bind(field, strconv.ParseBool, strconv.FormatBool, func(bool) bool { return true }).
		described("bool", name, "", "true or false", help)
}

func wordParam(field *string, choices []string, name, help string) Param {
	identity := func(s string) string { return s }
	parse := func(s string) (string, error) { return s, nil }
	p := bind(field, parse, identity, func(s string) bool { return slices.Contains(choices, s) }).
		described("word", name, "", "one of "+strings.Join(choices, ", "), help)
	p.Choices = choices
	return p
}

func intsParam(field *[]int, b bounds, name, help string) Param {
	each := func(v int) bool { return b.hold(float64(v)) }
	return bind(field, listOf(strconv.Atoi), joined(strconv.Itoa), allOf(each)).
		described("ints", name, "", "whole numbers "+b.String()+", separated by commas", help)
}

func floatsParam(field *[]float64, b bounds, name, unit, help string) Param {
	return bind(field, listOf(parseFloat), joined(formatFloat), allOf(b.hold)).
		described("floats", name, unit, "numbers "+b.String()+", separated by commas", help)
}

func parseFloat(s string) (float64, error) { return strconv.ParseFloat(s, 64) }

func formatFloat(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// listOf reads a list separated by commas.
func listOf[T any](parse func(string) (T, error)) func(string) ([]T, error) {
	return func(s string) ([]T, error) {
		var list []T
		for word := range strings.SplitSeq(s, ",") {
			v, err := parse(strings.TrimSpace(word))
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	}
}

func joined[T any](format func(T) string) func([]T) string {
	return func(list []T) string {
		words := make([]string, len(list))
		for i, v := range list {
			words[i] = format(v)
		}
		return strings.Join(words, ",")
	}
}

// allOf accepts lists that are not empty and whose every element is allowed.
func allOf[T any](allowed func(T) bool) func([]T) bool {
	return func(list []T) bool {
		refused := func(v T) bool { return !allowed(v) }
		return len(list) > 0 && !slices.ContainsFunc(list, refused)
	}
}
