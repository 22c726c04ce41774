package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestListIsCurrent finds every text exactly once in its file, and the tests where
// they should be, so that nobody moves one without the other.
func TestListIsCurrent(t *testing.T) {
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, m := range mutants() {
		if names[m.name] {
			t.Errorf("%s is twice in the list", m.name)
		}
		names[m.name] = true
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(m.file)))
		if err != nil {
			t.Errorf("%s: %v", m.name, err)
			continue
		}
		if changed, err := m.apply(string(text)); err != nil {
			t.Error(err)
		} else if changed == string(text) {
			t.Errorf("%s changes nothing", m.name)
		}
		there := testsOf(t, filepath.Join(root, filepath.FromSlash(m.folder())))
		for name := range strings.SplitSeq(m.tests, "|") {
			if !there[name] {
				t.Errorf("%s: there is no %s in %s", m.name, name, m.folder())
			}
		}
	}
}

var testFunction = regexp.MustCompile(`(?m)^func (Test\w+)\(`)

// testsOf returns the names of the tests in a folder.
func testsOf(t *testing.T, folder string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range testFunction.FindAllSubmatch(text, -1) {
			names[string(found[1])] = true
		}
	}
	return names
}

// TestJudge reads what go test prints.
func TestJudge(t *testing.T) {
	for name, c := range map[string]struct {
		output     string
		passes     bool
		equivalent string
		want       result
	}{
		"a failure":         {"--- FAIL: TestA (0.00s)\n    a_test.go:3: 1\nFAIL\n", false, "", result{verdict: killed, detail: "TestA"}},
		"a panic":           {"--- FAIL: TestB/sub (0.00s)\npanic: x [recovered]\n", false, "", result{verdict: killed, detail: "TestB/sub"}},
		"no end":            {"panic: test timed out after 2m0s\n", false, "", result{verdict: killed, detail: "does not end"}},
		"nothing noticed":   {"ok  \tx\t0.1s\n", true, "", result{verdict: survived, detail: "of TestA"}},
		"nothing to notice": {"ok  \tx\t0.1s\n", true, "the same", result{verdict: equivalent, detail: "the same"}},
		"noticed after all": {"--- FAIL: TestA (0.00s)\n", false, "the same", result{verdict: noticed, detail: "TestA"}},
		"no compilation":    {"FAIL\tx [build failed]\n", false, "", result{verdict: notBuilt, detail: "FAIL\tx [build failed]\n"}},
	} {
		if got := judge(mutant{tests: "TestA", equivalent: c.equivalent}, c.output, c.passes); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
