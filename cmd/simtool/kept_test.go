package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestKeptOfOthers takes away what says whose a checkpoint is, as a run does first
// that is killed while it discards it: another run must not take up its items.
func TestKeptOfOthers(t *testing.T) {
	output := filepath.Join(t.TempDir(), "out.csv")
	keep := func(settings string, resume bool) *kept {
		t.Helper()
		print := fingerprint{Settings: map[string]string{"measures": settings}, Inputs: map[string]string{}}
		k, err := newApp(streams{}).keep(t.Context(), output, print, resume)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	save := func(k *kept, item, value string) {
		t.Helper()
		if err := k.store(item, []byte(value), nil); err != nil {
			t.Fatal(err)
		}
		k.flush()
		k.end(false)
	}
	save(keep("cka", false), "first", "of cka")
	if err := os.Remove(filepath.Join(checkpointOf(output), fingerprintFile)); err != nil {
		t.Fatal(err)
	}
	save(keep("nbs", true), "second", "of nbs")
	k := keep("nbs", true)
	if value, ok, err := k.load("second"); !ok || err != nil || string(value) != "of nbs" {
		t.Errorf("what was kept is %q, %v, %v", value, ok, err)
	}
	if value, ok, _ := k.load("first"); ok {
		t.Errorf("%q was taken up from another run", value)
	}
	k.end(true)
	if exists(checkpointOf(output)) {
		t.Error("the checkpoint is still there")
	}
}

// TestDiscardLeavesOthers keeps what is not of a checkpoint.
func TestDiscardLeavesOthers(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "notes.txt", "mine")
	writeFile(t, dir, fingerprintFile, "{}")
	discard(dir)
	if exists(filepath.Join(dir, fingerprintFile)) || !exists(filepath.Join(dir, "notes.txt")) {
		t.Error("discard removes the fingerprint and nothing that is not its own")
	}
}

// A plan that is stopped names its own checkpoint, whoever is first, and that of an
// item only where it has none.
func TestStoppedNamesTheCheckpointOfTheRun(t *testing.T) {
	own, item := t.TempDir(), t.TempDir()
	for _, c := range []struct {
		keep func(a *app)
		want string
	}{
		{func(a *app) { a.keepsFor(item) }, item},
		{func(a *app) { a.keeps(own); a.keepsFor(item) }, own},
		{func(a *app) { a.keepsFor(item); a.keeps(own) }, own},
	} {
		a := bareApp(streams{})
		c.keep(a)
		saved, ok := errors.AsType[*checkpointError](a.stopped(errTerminated))
		if !ok || saved.directory != c.want {
			t.Errorf("%+v, want a checkpoint in %s", saved, c.want)
		}
	}
}
