package main

import (
	"strings"
	"testing"
)

// A hint names no flag that the command does not have.
func TestHintsNameFlagsOfTheCommand(t *testing.T) {
	root := newApp(streams{}).root
	for _, c := range []struct{ command, hint, want string }{
		{"score", "use --missing drop", "use --missing drop"},
		{"plot", "use --missing drop", ""},
		{"plot", "fill those samples first, or use --missing drop to leave them out", "fill those samples first"},
		{"plot", "feature 2 has no value at all: --missing drop-features leaves such features out", "feature 2 has no value at all"},
		{"plot", "say --header yes; or name the columns", "or name the columns"},
		{"plot", "simtool rdm takes --missing drop", "simtool rdm takes --missing drop"},
		{"plot", "nothing is overwritten without --force", "nothing is overwritten without --force"},
		{"score", "did you mean cka?", "did you mean cka?"},
	} {
		cmd, _, err := root.Find(strings.Fields(c.command))
		if err != nil {
			t.Fatal(err)
		}
		if got := hintFor(cmd, c.hint); got != c.want {
			t.Errorf("%s: %q of %q, want %q", c.command, got, c.hint, c.want)
		}
	}
}
