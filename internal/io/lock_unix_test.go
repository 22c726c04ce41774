//go:build unix

package dataio

import (
	"path/filepath"
	"slices"
	"testing"
)

// What another run is writing is no remainder, until it has its name.
func TestRemoveUnfinishedOfOthers(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.csv")
	f, err := CreateAtomic(path, WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Abort()
	remove := func() {
		t.Helper()
		if err := RemoveUnfinished(path); err != nil {
			t.Fatal(err)
		}
	}
	remove()
	if _, err := f.Seal(); err != nil {
		t.Fatal(err)
	}
	remove()
	if _, err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	remove()
	if left := names(t, dir); !slices.Equal(left, []string{"out.csv"}) {
		t.Errorf("left are %q", left)
	}
}
