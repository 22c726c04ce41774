package batch

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"testing"
)

// TestDirectoryOfAnEarlierRun replaces results: nothing of the earlier ones stays,
// nor what killed processes left, and other files do.
func TestDirectoryOfAnEarlierRun(t *testing.T) {
	dir := t.TempDir()
	d := &Directory{Path: dir, Schema: "test", Item: "item", Files: []string{"table.csv", "arrays/a*.npy"}}
	if err := os.Mkdir(filepath.Join(dir, "arrays"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"table.csv", "notes.txt", "arrays/a1.npy", "arrays/b.npy", ".table.csv.0123abcd.tmp", "arrays/.a2.npy.0123abcd.tmp", ".notes.txt.0123abcd.tmp", ManifestName} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("old"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	e := &Env{}
	refused := func(err error) bool {
		_, ok := errors.AsType[*ConfigError](err)
		return ok
	}
	if _, _, err := d.Prepare(e, Fingerprint{}, false, false, nil); !refused(err) {
		t.Errorf("a run may replace results without being told: %v", err)
	}
	if _, _, err := d.Prepare(e, Fingerprint{}, false, true, []string{filepath.Join(dir, "arrays/a1.npy")}); !refused(err) {
		t.Errorf("a run may replace its input: %v", err)
	}
	if err := d.removeUnfinished(); err != nil {
		t.Fatal(err)
	}
	files := e.NewFileSet(true, nil)
	d.Describe(files, nil, Whole, nil)
	f, err := files.Create(d.Join("table.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("new")); err != nil {
		t.Fatal(err)
	}
	if err := d.Commit(files, nil, nil); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"table.csv": "new", "notes.txt": "old", "arrays/b.npy": "old", ".notes.txt.0123abcd.tmp": "old"}
	got := map[string]string{}
	err = fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || name == ManifestName {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, name))
		got[name] = string(text)
		return err
	})
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("the directory has %q, want %q (%v)", got, want, err)
	}
}
