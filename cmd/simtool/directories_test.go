package main

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// readResults reads the files of a directory of results, but for the manifest, which
// tells of the run.
func readResults(directory string) (map[string]string, error) {
	files := map[string]string{}
	root := os.DirFS(directory)
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || name == manifestName {
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

// TestDirectoryOfAnEarlierRun replaces results: nothing of the earlier ones stays,
// nor what killed processes left, and other files do.
func TestDirectoryOfAnEarlierRun(t *testing.T) {
	dir := t.TempDir()
	d := &resultDir{path: dir, schema: "test", item: "item", files: []string{"table.csv", "arrays/a*.npy"}}
	if err := os.Mkdir(filepath.Join(dir, "arrays"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"table.csv", "notes.txt", "arrays/a1.npy", "arrays/b.npy", ".table.csv.0123abcd.tmp", "arrays/.a2.npy.0123abcd.tmp", ".notes.txt.0123abcd.tmp", manifestName} {
		writeFile(t, dir, name, "old")
	}
	a := newApp(streams{err: os.Stderr})
	if _, _, err := a.enter(d, fingerprint{}, false, false, nil); statusOf(err) != exitUsage {
		t.Errorf("a run may replace results without being told: %v", err)
	}
	if _, _, err := a.enter(d, fingerprint{}, false, true, []string{filepath.Join(dir, "arrays/a1.npy")}); statusOf(err) != exitUsage {
		t.Errorf("a run may replace its input: %v", err)
	}
	if err := d.removeUnfinished(); err != nil {
		t.Fatal(err)
	}
	files := a.newFileSet(true, nil)
	files.single = d.manifest()
	f, err := files.create(d.join("table.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("new")); err != nil {
		t.Fatal(err)
	}
	if err := d.commit(files, nil, nil); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"table.csv": "new", "notes.txt": "old", "arrays/b.npy": "old", ".notes.txt.0123abcd.tmp": "old"}
	if names := differences(resultsIn(t, dir), want); len(names) > 0 {
		t.Errorf("%q are not as they should be", names)
	}
}
