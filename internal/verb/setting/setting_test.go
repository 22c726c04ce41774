package setting

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestJoinList checks that a list from a file arrives as it was written.
func TestJoinList(t *testing.T) {
	for _, words := range [][]string{{"a"}, {"a", "b c"}, {"a,b", "c"}, {`say "so"`, "d"}} {
		var got []string
		var s Set
		s.Strings(&got, "list", "", "")
		if err := s.Set("list", JoinList(words)); err != nil {
			t.Error(err)
		}
		if !slices.Equal(got, words) {
			t.Errorf("%q became %q", words, got)
		}
	}
}

// TestPerFile: a word of a file by itself goes before that for all, and the last counts.
func TestPerFile(t *testing.T) {
	var s Set
	at := "auto"
	s.ChoicePerFile(&at, "header", "", "", "auto", "yes", "no")
	for text, want := range map[string]string{
		"auto": "auto", "no": "no", "x.csv=yes": "yes", "no,x.csv=yes": "yes", "x.csv=yes,no": "yes",
		"y.csv=yes": "", "y.csv=yes,no": "no", "a=x.csv=yes": "", "yes,no": "no",
	} {
		if err := s.Set("header", text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if got, _ := PerFile(at, "x.csv"); got != want {
			t.Errorf("%s: %q for x.csv, want %q", text, got, want)
		}
	}
	for _, text := range []string{"", "maybe", "x.csv=", "x.csv=maybe", "yes,x.csv", "x.csv"} {
		if err := s.Set("header", text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	if _, files := PerFile("x.csv=yes,no,a=b=no", ""); !slices.Equal(files, []string{"x.csv", "a=b"}) {
		t.Errorf("files %q", files)
	}
}

// everyKind declares a setting of each kind.
func everyKind() (*Set, *struct {
	flag    bool
	text    string
	n, many int
	seed    uint64
	x       float64
	pause   time.Duration
	word    string
	perhaps Optional
	words   []string
	whole   []string
	ints    []int
	floats  []float64
	bytes   int64
},
) {
	v := &struct {
		flag    bool
		text    string
		n, many int
		seed    uint64
		x       float64
		pause   time.Duration
		word    string
		perhaps Optional
		words   []string
		whole   []string
		ints    []int
		floats  []float64
		bytes   int64
	}{word: "red", words: []string{"default"}}
	s := &Set{}
	s.Bool(&v.flag, "flag", "f", "")
	s.String(&v.text, "text", "t", "")
	s.Int(&v.n, "n", "", "")
	s.Count(&v.many, "many", "", "")
	s.Uint64(&v.seed, "seed", "", "")
	s.Float(&v.x, "x", "", "")
	s.Duration(&v.pause, "pause", "", "")
	s.Choice(&v.word, "word", "", "", "red", "green")
	s.Optional(&v.perhaps, "perhaps", "", "")
	s.Strings(&v.words, "words", "w", "")
	s.Texts(&v.whole, "whole", "", "")
	s.Ints(&v.ints, "ints", "", "")
	s.Floats(&v.floats, "floats", "", "")
	s.Bytes(&v.bytes, "bytes", "", "")
	return s, v
}

// TestValues sets each kind to a text, reads it back as text and as JSON, and
// refuses what is none.
func TestValues(t *testing.T) {
	for _, c := range []struct{ name, set, text, json, bad string }{
		{"flag", "true", "true", "true", "maybe"},
		{"text", "a, b", "a, b", `"a, b"`, ""},
		{"n", "-3", "-3", "-3", "3.5"},
		{"many", "4", "4", "4", "0"},
		{"seed", "18446744073709551615", "18446744073709551615", "18446744073709551615", "-1"},
		{"x", "1e-9", "1e-09", "1e-09", "x"},
		{"pause", "90s", "1m30s", `"1m30s"`, "90"},
		{"word", "green", "green", `"green"`, "blue"},
		{"perhaps", "0.5", "0.5", "0.5", "NaN"},
		{"words", "a,\"b,c\"", "[a,\"b,c\"]", `["a","b,c"]`, "a,\""},
		{"whole", "a,b", "[\"a,b\"]", `["a,b"]`, ""},
		{"ints", "1,2", "[1,2]", "[1,2]", "1,x"},
		{"floats", "0.1,1e-9", "[0.1,1e-09]", "[0.1,1e-09]", "1,x"},
		{"bytes", "1.5GiB", "1536M", `"1536M"`, "0"},
	} {
		s, _ := everyKind()
		if err := s.Set(c.name, c.set); err != nil {
			t.Errorf("%s: %q: %v", c.name, c.set, err)
			continue
		}
		value := s.Lookup(c.name).Value
		if got := value.String(); got != c.text {
			t.Errorf("%s: %q became %q, want %q", c.name, c.set, got, c.text)
		}
		if got, err := json.Marshal(JSON(value)); err != nil || string(got) != c.json {
			t.Errorf("%s: %q is %s in JSON, want %s (%v)", c.name, c.set, got, c.json, err)
		}
		if c.bad == "" {
			continue
		}
		if err := s.Set(c.name, c.bad); err == nil {
			t.Errorf("%s takes %q", c.name, c.bad)
		}
		if got := value.String(); got != c.text {
			t.Errorf("%s: the refused %q left %q", c.name, c.bad, got)
		}
	}
}

// TestListsReplaceTheirDefault sets a list twice: the first value replaces the
// default, the second is appended.
func TestListsReplaceTheirDefault(t *testing.T) {
	s, v := everyKind()
	for _, text := range []string{"a,b", "c"} {
		if err := s.Set("words", text); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(v.words, []string{"a", "b", "c"}) {
		t.Errorf("the list is %q", v.words)
	}
}

// TestApply sets what is written as on a command line.
func TestApply(t *testing.T) {
	s, v := everyKind()
	others, err := s.Apply([]string{"x.npy", "--text=a", "-t", "b", "--flag", "-wcka", "-:key", "--seed", "7", "--", "--text"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(others, []string{"x.npy", "-:key", "--text"}) {
		t.Errorf("the other words are %q", others)
	}
	if v.text != "b" || !v.flag || !slices.Equal(v.words, []string{"cka"}) || v.seed != 7 {
		t.Errorf("the settings are %+v", v)
	}
	for words, want := range map[string]string{
		"--nothing=3":  `unknown setting "--nothing"`,
		"-z":           `unknown setting "-z"`,
		"--text":       "--text needs a value, want a text",
		"--word=blue":  `--word: invalid value "blue", want red or green`,
		"--many 0":     `--many: invalid value "0", want a whole number of at least 1`,
		"--flag=maybe": `--flag: invalid value "maybe", want true or false`,
	} {
		s, _ := everyKind()
		if _, err := s.Apply(strings.Fields(words), nil); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", words, err, want)
		}
	}
}

// TestChoose gives what nobody has set the value that follows from elsewhere.
func TestChoose(t *testing.T) {
	s, v := everyKind()
	for _, name := range []string{"text", "n"} {
		s.Lookup(name).Choose = func(p Place) (string, string, error) {
			if p.Terminal {
				return "1", "a terminal", nil
			}
			return "2", "no terminal", nil
		}
	}
	if err := s.Set("n", "5"); err != nil {
		t.Fatal(err)
	}
	chosen, err := s.Choose(Place{Terminal: true})
	if err != nil || len(chosen) != 1 || chosen[0].Name != "text" || v.text != "1" || v.n != 5 {
		t.Errorf("chosen %v (%v), text %q, n %d", chosen, err, v.text, v.n)
	}
}
