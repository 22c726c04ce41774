package setting

import (
	"fmt"
	"slices"
	"strings"

	"simtool/internal/data"
)

// Value is a setting's value as text.
type Value interface {
	// String is the value as a user would write it.
	String() string
	// Set gives the setting a value, or refuses it.
	Set(text string) error
	// Type names the kind of value.
	Type() string
}

// List is a value of several words.
type List interface {
	Value
	GetSlice() []string
}

// How a setting is completed by a shell.
const (
	Measure     = "one"  // by the name of a measure
	MeasureList = "list" // by a list of names of measures
)

// Place is where a command runs, as far as defaults depend on it.
type Place struct {
	Terminal bool                             // its results go to a terminal
	Lookup   func(name string) (string, bool) // of the environment
}

// Setting is one setting of a command.
type Setting struct {
	Name   string
	Letter string // for the command line, "" for none
	Usage  string // a line of help; the name of the value is in backquotes
	Value  Value
	// Default is the value that help shows, "" to show none.
	Default string
	Choices []string // words that it takes, nil for others
	Wants   string   // what it takes, for messages
	Switch  bool     // it can be set without a value
	// Complete says how a shell completes it, if not by Choices: Measure, MeasureList.
	Complete string
	Group    string   // heading under which help has it, "" for that of most
	Rare     bool     // shown by --help-all, not by --help
	Suggest  []string // words for a shell to complete it by, which are not all that it takes
	Former   string   // a name that it had, which still sets it and is shown nowhere
	// Choose gives the value where nobody set one, and says where it comes from; nil
	// for the default. Machine says that it follows from the machine and changes no
	// result.
	Choose  func(p Place) (value, origin string, err error)
	Machine bool

	set bool
}

// IsSet reports whether somebody has set the setting.
func (s *Setting) IsSet() bool { return s.set }

// MarkSet notes that somebody has set the value directly.
func (s *Setting) MarkSet() { s.set = true }

// Set is the settings of a command in the order of its help.
type Set struct {
	settings []*Setting
	byName   map[string]*Setting
	group    string // of the settings that are being added
	rare     bool   // whether these are rarely needed
}

// All returns the settings in their order.
func (s *Set) All() []*Setting { return s.settings }

// Lookup returns the setting of a name, or of a former one, nil for none.
func (s *Set) Lookup(name string) *Setting {
	if one := s.byName[name]; one != nil {
		return one
	}
	for _, one := range s.settings {
		if name != "" && one.Former == name {
			return one
		}
	}
	return nil
}

// Names returns the names of the settings.
func (s *Set) Names() []string {
	names := make([]string, len(s.settings))
	for i, one := range s.settings {
		names[i] = one.Name
	}
	return names
}

// Join returns the settings of several sets as one. They stay those of their sets.
func Join(sets ...*Set) *Set {
	all := &Set{byName: map[string]*Setting{}}
	for _, s := range sets {
		for _, one := range s.settings {
			if all.byName[one.Name] == nil {
				all.byName[one.Name] = one
				all.settings = append(all.settings, one)
			}
		}
	}
	return all
}

// Set gives a setting a value. The error says what was wanted; it has no place, which
// the caller knows.
func (s *Set) Set(name, text string) error {
	one := s.Lookup(name)
	if one == nil {
		return fmt.Errorf("unknown setting %q", name)
	}
	if err := one.Value.Set(text); err != nil {
		return err
	}
	one.set = true
	return nil
}

// Choose gives the settings that nobody has set the values that follow from the
// machine or from other settings. The settings that were chosen are returned.
func (s *Set) Choose(p Place) (chosen []*Setting, err error) {
	for _, one := range s.settings {
		if one.Choose == nil || one.set && one.Value.String() != "" {
			continue
		}
		value, _, err := one.Choose(p)
		if err != nil {
			return nil, err
		}
		if err := one.Value.Set(value); err != nil {
			return nil, err
		}
		chosen = append(chosen, one)
	}
	return chosen, nil
}

// Grouped adds settings that stand under a heading in the help.
func (s *Set) Grouped(heading string, add func()) {
	before := s.group
	s.group = heading
	add()
	s.group = before
}

// Headings of the settings that many commands share.
const (
	Input     = "INPUT"
	Inference = "INFERENCE"
	Output    = "OUTPUT"
	Batch     = "BATCH"
)

// Rarely adds settings that few users need: the short help leaves them out.
func (s *Set) Rarely(add func()) {
	before := s.rare
	s.rare = true
	add()
	s.rare = before
}

// Add declares a setting and returns it, so that what is special of it can be set.
func (s *Set) Add(v Value, name, letter, usage string) *Setting {
	one := &Setting{Name: name, Letter: letter, Usage: usage, Value: v, Default: v.String(), Wants: Wants(v), Group: s.group, Rare: s.rare}
	if c, ok := v.(interface{ Words() []string }); ok {
		one.Choices = c.Words()
	}
	if s.byName == nil {
		s.byName = map[string]*Setting{}
	}
	if s.byName[name] != nil {
		panic("setting: " + name + " is declared twice")
	}
	s.byName[name] = one
	s.settings = append(s.settings, one)
	return one
}

// IsList reports whether a value takes several words, separated by commas.
func IsList(v Value) bool {
	_, list := v.(List)
	return list || slices.Contains([]string{"ints", "floats"}, v.Type())
}

// Wants says what values a setting takes.
func Wants(v Value) string {
	if c, ok := v.(interface{ Words() []string }); ok && c.Words() != nil {
		return data.WordList(c.Words())
	}
	if w, ok := v.(interface{ Wanted() string }); ok {
		return w.Wanted()
	}
	switch v.Type() {
	case "bool":
		return "true or false"
	case "int":
		return "a whole number"
	case "uint64":
		return "a whole number of at least 0"
	case "intSlice":
		return "whole numbers separated by commas"
	case "float64Slice":
		return "numbers separated by commas"
	case "float64":
		return "a number"
	case "duration":
		return "a time such as 90s or 1h30m"
	case "stringSlice", "stringArray":
		return "a list separated by commas"
	}
	return "a text"
}

// Invalid words the refusal of a value that was found at a place: a flag, an
// environment variable, or a key of a file or plan.
func (s *Setting) Invalid(where, text string) (message, hint string) {
	message = fmt.Sprintf("invalid value %q, want %s", text, s.Wants)
	if where != "" {
		message = where + ": " + message
	}
	if near, ok := data.Nearest(text, s.Choices); ok {
		hint = fmt.Sprintf("did you mean %s?", near)
	}
	return message, hint
}

// Type names the kind of value as help shows it: the words, where there are few.
func choicesType(words []string) string { return strings.Join(words, "|") }
