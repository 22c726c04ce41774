package main

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// mutant is one change of the program.
type mutant struct {
	name  string // "room/what is wrong"
	file  string // from the root of the repository
	old   string // occurs once in the file
	new   string
	tests string // names of the tests that must fail, with | between them
	in    string // folder of these tests; that of the file by default

	// equivalent says why no result changes, of a change that the tests cannot
	// notice.
	equivalent string
	// missed says that the tests of the day on which it was listed did not notice it.
	missed bool
}

// mutants returns the whole list.
func mutants() []mutant {
	return slices.Concat(inStats, inMeasures, inMLEM, inBaselines, inSynth, inBatch, inInfluence)
}

// folder is where the tests of a mutant are.
func (m mutant) folder() string {
	if m.in != "" {
		return m.in
	}
	return path.Dir(m.file)
}

// apply returns the changed text of the file.
func (m mutant) apply(text string) (string, error) {
	if n := strings.Count(text, m.old); n != 1 {
		return "", fmt.Errorf("%s: the text %q occurs %d times in %s, want once", m.name, m.old, n, m.file)
	}
	return strings.Replace(text, m.old, m.new, 1), nil
}
