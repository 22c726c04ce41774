package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simtool/internal/figure"
	"simtool/internal/io"
)

var drawGallery = flag.Bool("gallery", false, "write the pictures of docs/gallery anew")

// largestPicture is the most bytes of a picture of the gallery.
const largestPicture = 80 << 10

// TestGallery runs the commands of the gallery, and compares the pictures in it with those
// that they make. Every kind of figure has one.
func TestGallery(t *testing.T) {
	gallery := filepath.FromSlash("../../docs/gallery")
	page, err := os.ReadFile(filepath.Join(gallery, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	results := filepath.FromSlash("../../internal/figure/testdata")
	for _, folder := range []string{".", "arrays"} {
		entries, err := os.ReadDir(filepath.Join(results, folder))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if !entry.IsDir() {
				writeFile(t, dir, filepath.Join(folder, entry.Name()), string(readFile(t, filepath.Join(results, folder, entry.Name()))))
			}
		}
	}
	drawn := map[string]bool{} // kinds
	for _, line := range shellLines(string(page)) {
		output, err := shell(t, dir, line)
		if err != nil || strings.Contains(output, warned) {
			t.Errorf("%s: %v\n%s", line, err, output)
			continue
		}
		_, name, ok := strings.Cut(line, " -o ")
		if !ok {
			continue
		}
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		result, err := figure.Load(filepath.Join(dir, strings.Fields(line)[2]), dataio.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if kind, ok := figure.KindOf(result); ok {
			drawn[kind.Name] = true
		}
		path := filepath.Join(gallery, name)
		if *drawGallery {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not the picture that %q makes (make gallery draws it anew): %v", path, line, err)
		}
		if len(got) > largestPicture {
			t.Errorf("%s has %d bytes, want at most %d", name, len(got), largestPicture)
		}
		if !strings.Contains(string(page), "]("+name+")") {
			t.Errorf("the page does not show %s", name)
		}
	}
	for _, kind := range figure.Kinds() {
		if !drawn[kind.Name] {
			t.Errorf("the gallery has no %s", kind.Name)
		}
	}
}
