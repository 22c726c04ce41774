package setting

import (
	"fmt"
	"strings"
)

// A WordError says what is wrong with a word of a command line.
type WordError struct {
	Name    string   // of the setting, as it was written
	Setting *Setting // nil for a setting that there is not
	Value   string
	Missing bool // it has no value
	Short   bool // written by its letter
}

func (e *WordError) Error() string {
	switch {
	case e.Setting == nil:
		return fmt.Sprintf("unknown setting %q", e.Name)
	case e.Missing:
		return fmt.Sprintf("%s needs a value, want %s", e.Name, e.Setting.Wants)
	}
	message, _ := e.Setting.Invalid(e.Name, e.Value)
	return message
}

// Apply sets what is written as on a command line among words, --name=value, --name
// value or -l value, and returns the other words. Behind -- all words are others.
// visit is called with each setting before it is set; nil for none.
func (s *Set) Apply(words []string, visit func(*Setting) error) (others []string, err error) {
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case word == "--":
			return append(others, words[i+1:]...), nil
		case len(word) < 2 || word[0] != '-' || strings.HasPrefix(word, "-:"):
			others = append(others, word)
			continue
		}
		name, value, has := strings.Cut(word, "=")
		var one *Setting
		if long, ok := strings.CutPrefix(name, "--"); ok {
			one = s.Lookup(long)
		} else {
			one = s.byLetter(name[1:2])
			if !has && len(name) > 2 {
				value, has = name[2:], true
			}
			name = name[:2]
		}
		e := &WordError{Name: name, Setting: one, Value: value, Short: !strings.HasPrefix(name, "--")}
		switch {
		case one == nil:
			return nil, e
		case !has && one.Switch:
			value = "true"
		case !has && i+1 == len(words):
			e.Missing = true
			return nil, e
		case !has:
			i++
			value = words[i]
		}
		if visit != nil {
			if err := visit(one); err != nil {
				return nil, err
			}
		}
		e.Value = value
		if s.Set(one.Name, value) != nil {
			return nil, e
		}
	}
	return others, nil
}

func (s *Set) byLetter(letter string) *Setting {
	for _, one := range s.settings {
		if one.Letter == letter {
			return one
		}
	}
	return nil
}
