package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simtool/internal/data/datatest"
)

// TestMLEMPage runs the commands of the page on MLEM, those on real data where they are,
// and compares the figure in it with the one that they make.
func TestMLEMPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/mlem.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, line := range shellLines(string(page)) {
		real := false
		for _, name := range []string{"words60", "larval_orn", "relative_clause"} {
			real = real || strings.Contains(line, name+"/") || strings.Contains(line, "words/") || strings.Contains(line, "clauses")
		}
		if real {
			continue
		}
		output, err := shell(t, dir, line)
		if err != nil || strings.Contains(output, warned) {
			t.Errorf("%s: %v\n%s", line, err, output)
		}
	}
	want, err := os.ReadFile("../../docs/mlem/importance.svg")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "importance.svg"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/mlem/importance.svg is not the figure that the commands make")
	}
}

// TestMLEMPageOnRealData runs the commands of the page on MLEM that need the shared data.
// What they warn of is in the page.
func TestMLEMPageOnRealData(t *testing.T) {
	page, err := os.ReadFile("../../docs/mlem.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"words60", "larval_orn", "relative_clause"} {
		if err := os.Symlink(datatest.Shared(t, "data", name), filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
	}
	for _, line := range shellLines(string(page)) {
		if !strings.Contains(line, "words60/") && !strings.Contains(line, "larval_orn/") && !strings.Contains(line, "words/") && !strings.Contains(line, "clauses") {
			continue
		}
		if output, err := shell(t, dir, line); err != nil {
			t.Errorf("%s: %v\n%s", line, err, output)
		}
	}
	scores, err := os.ReadFile(filepath.Join(dir, "words", "scores.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{",held-out,0.17", ",held-out,0.32"} {
		if !strings.Contains(string(scores), want) {
			t.Errorf("words/scores.csv lacks %q, which the page tells", want)
		}
	}
}
