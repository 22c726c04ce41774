package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestInferencePage runs the commands of the page on inference, and compares the figures
// in it with those that they make.
func TestInferencePage(t *testing.T) {
	page, err := os.ReadFile("../../docs/inference.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, line := range shellLines(string(page)) {
		output, err := shell(t, dir, line)
		if err != nil || strings.Contains(output, warned) {
			t.Errorf("%s: %v\n%s", line, err, output)
		}
	}
	for _, name := range []string{"compare.svg", "curve.svg"} {
		want, err := os.ReadFile(filepath.Join("../../docs/inference", name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("docs/inference/%s is not the figure that the commands make", name)
		}
	}
}
