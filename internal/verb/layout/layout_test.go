package layout

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWrap(t *testing.T) {
	const text = "one two three\nfour\n\n    as it is, however long\nfive\n a  b c d e"
	const want = "one two\nthree four\n\n    as it is, however long\nfive\n a  b c d\n    e"
	if got := Wrap(text, 10); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestFold checks that folding moves line breaks only, and that a line is too
// long only if it is a single word.
func TestFold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOf(rapid.StringMatching(`[a-zé‖]{1,12}`)).Draw(t, "words")
		width := rapid.IntRange(1, 30).Draw(t, "width")
		folded := Fold(strings.Join(words, " "), width, 3)
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
