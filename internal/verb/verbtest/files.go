package verbtest

import (
	"encoding/csv"
	"io/fs"
	"os"
	"strings"
	"testing"

	"simtool/internal/batch"
)

// Write writes a file.
func Write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Text returns what a file holds.
func Text(t testing.TB, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// Rows reads a table in CSV: each row by the names of its columns.
func Rows(t testing.TB, text string) []map[string]string {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(records) == 0 {
		t.Fatalf("no table (%v): %q", err, text)
	}
	rows := make([]map[string]string, 0, len(records)-1)
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// Files reads the files below a directory by their names, but for the manifest, which
// tells of the run.
func Files(t testing.TB, directory string) map[string]string {
	t.Helper()
	files := map[string]string{}
	root := os.DirFS(directory)
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || name == batch.ManifestName {
			return err
		}
		text, err := fs.ReadFile(root, name)
		files[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// SameFiles refuses a directory of results whose files are not those of another.
func SameFiles(t testing.TB, want, got string) {
	t.Helper()
	w, g := Files(t, want), Files(t, got)
	if len(w) == 0 {
		t.Errorf("%s has no files", want)
	}
	for name, text := range w {
		if other, ok := g[name]; !ok || other != text {
			t.Errorf("%s of %s is not that of %s", name, got, want)
		}
	}
	for name := range g {
		if _, ok := w[name]; !ok {
			t.Errorf("%s has %s, which %s has not", got, name, want)
		}
	}
}
