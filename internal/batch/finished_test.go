package batch

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestFinishedOfOthers takes away what says whose a checkpoint is, as a run does first
// that is killed while it discards it: another run must not take up its items.
func TestFinishedOfOthers(t *testing.T) {
	output := filepath.Join(t.TempDir(), "out.csv")
	keep := func(settings string, resume bool) *Finished {
		t.Helper()
		identity := Fingerprint{Settings: map[string]string{"measures": settings}, Inputs: map[string]string{}}
		k, err := testEnv().Keep(t.Context(), output, identity, resume)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	save := func(k *Finished, item, value string) {
		t.Helper()
		if err := k.Store(item, []byte(value), nil); err != nil {
			t.Fatal(err)
		}
		k.Flush()
		k.End(false)
	}
	save(keep("cka", false), "first", "of cka")
	if err := os.Remove(filepath.Join(CheckpointOf(output), FingerprintFile)); err != nil {
		t.Fatal(err)
	}
	save(keep("nbs", true), "second", "of nbs")
	k := keep("nbs", true)
	if value, ok, err := k.Load("second"); !ok || err != nil || string(value) != "of nbs" {
		t.Errorf("what was kept is %q, %v, %v", value, ok, err)
	}
	if value, ok, _ := k.Load("first"); ok {
		t.Errorf("%q was taken up from another run", value)
	}
	k.End(true)
	if Exists(CheckpointOf(output)) {
		t.Error("the checkpoint is still there")
	}
}

// TestDiscardLeavesOthers keeps what is not of a checkpoint.
func TestDiscardLeavesOthers(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"notes.txt": "mine", FingerprintFile: "{}"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	Discard(dir)
	if Exists(filepath.Join(dir, FingerprintFile)) || !Exists(filepath.Join(dir, "notes.txt")) {
		t.Error("Discard removes the fingerprint and nothing that is not its own")
	}
}

// A plan that is stopped names its own checkpoint, whoever is first, and that of an
// item only where it has none.
func TestStoppedNamesTheCheckpointOfTheRun(t *testing.T) {
	own, item := t.TempDir(), t.TempDir()
	for _, c := range []struct {
		keep func(e *Env)
		want string
	}{
		{func(e *Env) { e.KeepsItemIn(item) }, item},
		{func(e *Env) { e.KeepsIn(own); e.KeepsItemIn(item) }, own},
		{func(e *Env) { e.KeepsItemIn(item); e.KeepsIn(own) }, own},
	} {
		e := testEnv()
		c.keep(e)
		saved, ok := errors.AsType[*CheckpointError](e.Stopped(errors.New("terminated")))
		if !ok || saved.Directory != c.want {
			t.Errorf("%+v, want a checkpoint in %s", saved, c.want)
		}
	}
}
