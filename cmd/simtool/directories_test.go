package main

import (
	"io/fs"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"simtool/internal/batch"
)

// readResults reads the files of a directory of results, but for the manifest, which
// tells of the run.
func readResults(directory string) (map[string]string, error) {
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
	return files, err
}

func resultsIn(t *testing.T, directory string) map[string]string {
	t.Helper()
	files, err := readResults(directory)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// differences lists the files that are not the same in two directories.
func differences(got, want map[string]string) []string {
	names := map[string]bool{}
	for name, text := range want {
		if other, ok := got[name]; !ok || other != text {
			names[name] = true
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// sameFiles is a command of scripts: same-files WANT GOT compares directories of
// results.
func sameFiles(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: same-files WANT GOT")
	}
	want, err := readResults(ts.MkAbs(args[0]))
	ts.Check(err)
	got, err := readResults(ts.MkAbs(args[1]))
	ts.Check(err)
	if len(want) == 0 {
		ts.Fatalf("no files in %s", args[0])
	}
	for _, name := range differences(got, want) {
		ts.Fatalf("%s of %s is not that of %s", name, args[1], args[0])
	}
}
