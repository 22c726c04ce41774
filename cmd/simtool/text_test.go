package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"pgregory.net/rapid"

	"simtool/internal/measures"
)

func TestWrap(t *testing.T) {
	const text = "one two three\nfour\n\n    as it is, however long\nfive\n a  b c d e"
	const want = "one two\nthree four\n\n    as it is, however long\nfive\n a  b c d\n    e"
	if got := wrap(text, 10); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestFold checks that folding moves line breaks only, and that a line is too
// long only if it is a single word.
func TestFold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOf(rapid.StringMatching(`[a-zé‖]{1,12}`)).Draw(t, "words")
		width := rapid.IntRange(1, 30).Draw(t, "width")
		folded := fold(strings.Join(words, " "), width, 3)
		if got := strings.Fields(folded); !slices.Equal(got, words) {
			t.Fatalf("the words became %q", got)
		}
		for i, line := range strings.Split(folded, "\n") {
			if i > 0 {
				if !strings.HasPrefix(line, "   ") {
					t.Fatalf("line %q is not indented", line)
				}
				line = line[3:]
			}
			if len([]rune(line)) > width && strings.Contains(line, " ") {
				t.Fatalf("line %q is longer than %d", line, width)
			}
		}
	})
}

// TestCommaList checks that a list from a file arrives as it was written.
func TestCommaList(t *testing.T) {
	for _, words := range [][]string{{"a"}, {"a", "b c"}, {"a,b", "c"}, {`say "so"`, "d"}} {
		var got []string
		fs := pflag.NewFlagSet("", pflag.ContinueOnError)
		fs.StringSliceVar(&got, "list", nil, "")
		if err := fs.Set("list", commaList(words)); err != nil {
			t.Error(err)
		}
		if !slices.Equal(got, words) {
			t.Errorf("%q became %q", words, got)
		}
	}
}

func TestBibTeX(t *testing.T) {
	got := bibTeX(measures.Reference{
		Key: "hotelling1936", Authors: "Hotelling, Harold", Title: "Relations between two sets of variates",
		Venue: "Biometrika", Year: 1936, DOI: "10.1093/biomet/28.3-4.321",
	})
	const want = `@article{hotelling1936,
  author = {Hotelling, Harold},
  title = {{Relations between two sets of variates}},
  journal = {Biometrika},
  year = {1936},
  doi = {10.1093/biomet/28.3-4.321},
}
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := bibTeX(measures.Reference{Venue: "Advances in Neural Information Processing Systems", Conference: true}); !strings.HasPrefix(got, "@inproceedings{") {
		t.Errorf("proceedings became %q", got)
	}
}

func TestEveryCardHasItsSections(t *testing.T) {
	for _, name := range measures.FamilyNames() {
		m, err := measures.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		text := cardText(m.Card(), 60)
		for _, section := range []string{"FORMULA", "VALUES", "INVARIANCES", "COST", "REFERENCES"} {
			if !strings.Contains(text, "\n"+section+"\n  ") {
				t.Errorf("the card of %s has no section %s", name, section)
			}
		}
		for line := range strings.Lines(text) {
			if n := len([]rune(line)); n > 61 && strings.Count(strings.TrimSpace(line), " ") > 0 {
				t.Errorf("the card of %s has a line of %d columns: %q", name, n, line)
			}
		}
	}
}
