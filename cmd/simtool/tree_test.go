package main

import (
	"slices"
	"testing"

	"github.com/spf13/cobra"
)

// TestOneCommandIsThatOfTheWholeTree: each command has the name under which it is listed,
// a command line that begins with it builds it alone, and the others come in their order
// when they are asked for.
func TestOneCommandIsThatOfTheWholeTree(t *testing.T) {
	names := func(root *cobra.Command) (all []string) {
		for _, cmd := range root.Commands() {
			all = append(all, cmd.Name())
		}
		return all
	}
	want := names(newApp(streams{}).root)
	for _, c := range commands() {
		a := newAppFor(streams{}, []string{c.name, "--quiet"})
		if got := names(a.root); !slices.Equal(got, []string{c.name}) {
			t.Errorf("%s alone: %v", c.name, got)
		}
		alone := a.root.Commands()[0]
		if got := names(a.tree()); !slices.Equal(got, want) {
			t.Errorf("%s and the others: %v, want %v", c.name, got, want)
		}
		if !slices.Contains(a.root.Commands(), alone) {
			t.Errorf("%s was replaced", c.name)
		}
	}
	for _, args := range [][]string{nil, {"help"}, {"--quiet", "score"}, {"scor"}, {"__complete", "score"}} {
		if got := names(newAppFor(streams{}, args).root); !slices.Equal(got, want) {
			t.Errorf("%v: %v, want %v", args, got, want)
		}
	}
}
