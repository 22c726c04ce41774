package setting

import (
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// scalar is a value of one word.
type scalar[T any] struct {
	at     *T
	kind   string
	wanted string
	parse  func(string) (T, error)
	format func(T) string
}

func (v *scalar[T]) String() string { return v.format(*v.at) }
func (v *scalar[T]) Type() string   { return v.kind }

func (v *scalar[T]) Set(text string) error {
	got, err := v.parse(text)
	if err == nil {
		*v.at = got
	}
	return err
}

// wantedScalar is a scalar that says what it takes.
type wantedScalar[T any] struct{ scalar[T] }

func (v *wantedScalar[T]) Wanted() string { return v.wanted }

// Bool declares a switch.
func (s *Set) Bool(at *bool, name, letter, usage string) *Setting {
	one := s.Add(&scalar[bool]{at: at, kind: "bool", parse: strconv.ParseBool, format: strconv.FormatBool}, name, letter, usage)
	one.Switch = true
	return one
}

// String declares a text.
func (s *Set) String(at *string, name, letter, usage string) *Setting {
	return s.Add(&scalar[string]{
		at: at, kind: "string", parse: func(text string) (string, error) { return text, nil }, format: func(text string) string { return text },
	}, name, letter, usage)
}

// Int declares a whole number.
func (s *Set) Int(at *int, name, letter, usage string) *Setting {
	return s.Add(&scalar[int]{at: at, kind: "int", parse: parseInt, format: strconv.Itoa}, name, letter, usage)
}

func parseInt(text string) (int, error) {
	v, err := strconv.ParseInt(text, 0, 64)
	return int(v), err
}

// Uint64 declares a whole number of at least 0.
func (s *Set) Uint64(at *uint64, name, letter, usage string) *Setting {
	return s.Add(&scalar[uint64]{
		at: at, kind: "uint64", parse: func(text string) (uint64, error) { return strconv.ParseUint(text, 0, 64) },
		format: func(v uint64) string { return strconv.FormatUint(v, 10) },
	}, name, letter, usage)
}

// Float declares a number.
func (s *Set) Float(at *float64, name, letter, usage string) *Setting {
	return s.Add(&scalar[float64]{at: at, kind: "float64", parse: parseFloat, format: formatFloat}, name, letter, usage)
}

func parseFloat(text string) (float64, error) { return strconv.ParseFloat(text, 64) }

func formatFloat(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// Duration declares a time.
func (s *Set) Duration(at *time.Duration, name, letter, usage string) *Setting {
	one := s.Add(&scalar[time.Duration]{at: at, kind: "duration", parse: time.ParseDuration, format: time.Duration.String}, name, letter, usage)
	if *at == 0 {
		one.Default = ""
	}
	return one
}

// Choice declares one of a few words, or nothing where nothing is its default.
func (s *Set) Choice(at *string, name, letter, usage string, words ...string) *Setting {
	return s.Add(&choice{scalar[string]{at: at, format: func(v string) string { return v }}, words, *at == ""}, name, letter, usage)
}

type choice struct {
	scalar[string]
	words    []string
	optional bool
}

func (c *choice) Type() string    { return choicesType(c.words) }
func (c *choice) Words() []string { return c.words }

func (c *choice) Set(text string) error {
	if unset := c.optional && text == ""; !unset && !slices.Contains(c.words, text) {
		return fmt.Errorf("want %s", Wants(c))
	}
	*c.at = text
	return nil
}

// ChoicePerFile declares one of a few words for all files, or FILE=WORD for single ones,
// with commas between several. PerFile tells which is that of a file.
func (s *Set) ChoicePerFile(at *string, name, letter, usage string, words ...string) *Setting {
	one := choice{scalar[string]{at: at, format: func(v string) string { return v }}, words, *at == ""}
	return s.Add(&choicePerFile{one}, name, letter, usage)
}

type choicePerFile struct{ choice }

func (c *choicePerFile) Set(text string) error {
	for part := range strings.SplitSeq(text, ",") {
		_, word, _ := cutFile(part)
		if !slices.Contains(c.words, word) {
			return fmt.Errorf("want %s, or FILE=%s for single files", Wants(c), c.words[len(c.words)-1])
		}
	}
	*c.at = text
	return nil
}

// PerFile returns the word that a value of ChoicePerFile has for a file: its own, else the
// last that is for all, "" for none. files are those that are named.
func PerFile(value, path string) (word string, files []string) {
	all, own := "", ""
	for part := range strings.SplitSeq(value, ",") {
		file, w, single := cutFile(part)
		switch {
		case !single:
			all = w
		case file == path:
			own = w
		}
		if single {
			files = append(files, file)
		}
	}
	if own != "" {
		return own, files
	}
	return all, files
}

// cutFile divides FILE=WORD. The name of a file may have an equals sign.
func cutFile(text string) (file, word string, single bool) {
	if at := strings.LastIndexByte(text, '='); at >= 0 {
		return text[:at], text[at+1:], true
	}
	return "", text, false
}

// aCount is what a count takes.
const aCount = "a whole number of at least 1"

// Count declares a whole number of at least 1. 0 stands for not set yet.
func (s *Set) Count(at *int, name, letter, usage string) *Setting {
	return s.Add(&wantedScalar[int]{scalar[int]{
		at: at, kind: "int", wanted: aCount,
		parse: func(text string) (int, error) {
			n, err := strconv.ParseInt(text, 10, 32)
			if err != nil || n < 1 {
				return 0, errors.New("want " + aCount)
			}
			return int(n), nil
		},
		format: func(n int) string {
			if n == 0 {
				return ""
			}
			return strconv.Itoa(n)
		},
	}}, name, letter, usage)
}

// Optional is a number that may be left unset.
type Optional struct {
	Value float64
	IsSet bool
}

// OrNaN returns the value, or NaN where it is unset.
func (o Optional) OrNaN() float64 {
	if !o.IsSet {
		return math.NaN()
	}
	return o.Value
}

// Optional declares a number that may be left unset.
func (s *Set) Optional(at *Optional, name, letter, usage string) *Setting {
	return s.Add(&scalar[Optional]{
		at: at, kind: "float64",
		parse: func(text string) (Optional, error) {
			if text == "" {
				return Optional{}, nil
			}
			v, err := strconv.ParseFloat(text, 64)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				return Optional{}, errors.New("want a number")
			}
			return Optional{v, true}, nil
		},
		format: func(o Optional) string {
			if !o.IsSet {
				return ""
			}
			return formatFloat(o.Value)
		},
	}, name, letter, usage)
}

// list is a value of several words.
type list[T any] struct {
	at      *[]T
	kind    string
	changed bool // the default has been replaced
	whole   bool // each Set is one word
	parse   func(string) (T, error)
	format  func(T) string
}

// Set replaces the default, or appends to what was set.
func (v *list[T]) Set(text string) error {
	words := []string{text}
	if !v.whole {
		var err error
		if words, err = splitList(text); err != nil {
			return err
		}
	}
	got := make([]T, 0, len(words))
	for _, word := range words {
		one, err := v.parse(word)
		if err != nil {
			return err
		}
		got = append(got, one)
	}
	if !v.changed {
		*v.at = nil
	}
	v.changed = true
	*v.at = append(*v.at, got...)
	return nil
}

// splitList splits words at commas, with the quotes of CSV.
func splitList(text string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	return csv.NewReader(strings.NewReader(text)).Read()
}

func (v *list[T]) GetSlice() []string {
	words := make([]string, len(*v.at))
	for i, one := range *v.at {
		words[i] = v.format(one)
	}
	return words
}

// Append adds a word.
func (v *list[T]) Append(word string) error {
	one, err := v.parse(word)
	if err == nil {
		*v.at = append(*v.at, one)
	}
	return err
}

// Replace sets all words.
func (v *list[T]) Replace(words []string) error {
	*v.at, v.changed = nil, true
	for _, word := range words {
		if err := v.Append(word); err != nil {
			return err
		}
	}
	return nil
}

func (v *list[T]) String() string { return "[" + JoinList(v.GetSlice()) + "]" }
func (v *list[T]) Type() string   { return v.kind }

// JoinList joins words as lists are split: by commas, with the quotes of CSV.
func JoinList(words []string) string {
	if len(words) == 0 {
		return ""
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(words) // a strings.Builder takes everything
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}

func (s *Set) list(v Value, name, letter, usage string) *Setting {
	one := s.Add(v, name, letter, usage)
	if one.Default == "[]" {
		one.Default = ""
	}
	return one
}

// Strings declares a list of words.
func (s *Set) Strings(at *[]string, name, letter, usage string) *Setting {
	word := func(text string) (string, error) { return text, nil }
	return s.list(&list[string]{at: at, kind: "stringSlice", parse: word, format: func(w string) string { return w }}, name, letter, usage)
}

// Texts declares a setting that may be given several times, each time whole.
func (s *Set) Texts(at *[]string, name, letter, usage string) *Setting {
	word := func(text string) (string, error) { return text, nil }
	return s.list(&list[string]{at: at, kind: "stringArray", whole: true, parse: word, format: func(w string) string { return w }}, name, letter, usage)
}

// Ints declares a list of whole numbers.
func (s *Set) Ints(at *[]int, name, letter, usage string) *Setting {
	return s.list(&list[int]{at: at, kind: "intSlice", parse: strconv.Atoi, format: strconv.Itoa}, name, letter, usage)
}

// Floats declares a list of numbers.
func (s *Set) Floats(at *[]float64, name, letter, usage string) *Setting {
	return s.list(&list[float64]{at: at, kind: "float64Slice", parse: parseFloat, format: formatFloat}, name, letter, usage)
}
