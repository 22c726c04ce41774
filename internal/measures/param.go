package measures

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Param declares one parameter of a family.
type Param struct {
	Name    string
	Default string
	Help    string
	Choices []string // the allowed words; if Check is set, in addition to the values that it allows
	Check   func(string) error
	// Synonyms are other words for choices, which names may use.
	Synonyms map[string]string
}

// Valid returns an error that describes the allowed values if value is not allowed.
func (p Param) Valid(value string) error {
	if slices.Contains(p.Choices, value) {
		return nil
	}
	if p.Check == nil {
		return fmt.Errorf("%s=%s: want one of %s", p.Name, value, strings.Join(p.Choices, ", "))
	}
	if err := p.Check(value); err != nil {
		if p.Choices != nil {
			return fmt.Errorf("%s=%s: want %s, or %w", p.Name, value, strings.Join(p.Choices, ", "), err)
		}
		return fmt.Errorf("%s=%s: want %w", p.Name, value, err)
	}
	return nil
}

// choice declares a parameter that is one of a few words. The first is the default.
func choice(name, help string, words ...string) Param {
	return Param{Name: name, Default: words[0], Help: help, Choices: words}
}

// number declares a real parameter with lo ≤ value ≤ hi. Words name values
// that are not numbers.
func number(name string, value string, lo, hi float64, help string, words ...string) Param {
	return Param{Name: name, Default: value, Help: help, Choices: words, Check: func(s string) error {
		if v, err := strconv.ParseFloat(s, 64); err != nil || math.IsNaN(v) || v < lo || v > hi {
			return fmt.Errorf("a number%s", bounds(lo, hi))
		}
		return nil
	}}
}

// integer declares a whole parameter with lo ≤ value ≤ hi.
func integer(name string, value int, lo, hi int, help string) Param {
	return Param{Name: name, Default: strconv.Itoa(value), Help: help, Check: func(s string) error {
		if v, err := strconv.Atoi(s); err != nil || v < lo || v > hi {
			return fmt.Errorf("a whole number%s", bounds(float64(lo), float64(hi)))
		}
		return nil
	}}
}

// boolean declares a parameter that is true or false.
func boolean(name string, value bool, help string) Param {
	p := choice(name, help, "true", "false")
	p.Default = strconv.FormatBool(value)
	return p
}

func bounds(lo, hi float64) string {
	switch {
	case hi >= math.MaxInt32:
		return fmt.Sprintf(" of at least %g", lo)
	default:
		return fmt.Sprintf(" from %g to %g", lo, hi)
	}
}

// Args are the parameters of one measure: every declared parameter has a
// value that was checked against its declaration.
type Args struct {
	family Family
	values map[string]string
	given  map[string]bool // parameters that the name sets
}

// setSeed sets the seed of folds in random order unless the name sets it.
func (a Args) setSeed(seed uint64) {
	if folds := a.values[foldsParam.Name]; (folds == conditions || folds == splits) && !a.given[seedParam.Name] {
		a.values[seedParam.Name] = strconv.FormatUint(seed, 10)
	}
}

// Text returns the value of a parameter as it was written. It panics for a
// parameter that the family did not declare.
func (a Args) Text(name string) string {
	v, ok := a.values[name]
	if !ok {
		panic("measures: family " + a.family.Card.Family + " declares no parameter " + name)
	}
	return v
}

// declares reports whether the family has a parameter.
func (a Args) declares(name string) bool {
	_, ok := a.values[name]
	return ok
}

// with returns the arguments with another value of a parameter.
func (a Args) with(name, value string) Args {
	a.values = maps.Clone(a.values)
	a.values[name] = value
	return a
}

// Float returns the value of a parameter declared with number, NaN for a word.
func (a Args) Float(name string) float64 {
	v, err := strconv.ParseFloat(a.Text(name), 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

// Int returns the value of a parameter declared with integer.
func (a Args) Int(name string) int {
	v, _ := strconv.Atoi(a.Text(name)) // checked against the declaration
	return v
}

// Bool returns the value of a parameter declared with boolean.
func (a Args) Bool(name string) bool { return a.Text(name) == "true" }

// Card returns the card of the family with the canonical name of these arguments. The
// caller adjusts the other fields to them.
func (a Args) Card() Card {
	card := a.family.Card
	var b strings.Builder
	b.WriteString(card.Family)
	for _, p := range card.Params {
		if v := a.values[p.Name]; v != p.Default {
			fmt.Fprintf(&b, ":%s=%s", p.Name, v)
		}
	}
	card.Name = b.String()
	return card
}
