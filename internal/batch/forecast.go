package batch

import (
	"errors"
	"fmt"
	"io/fs"
)

// Forecast is what --dry-run says of a run.
type Forecast struct {
	Noun     string // for items, in the plural; "" for items
	Items    int    // of all parts
	Mine     int    // of this one
	Kept     int    // of these, that an interrupted run has finished
	Complete bool   // the output is that of this very run
	Refused  error  // with which the run would end before any work
	// Memory bounds the bytes of a run that does so many items at once; nil where
	// nothing is known that does.
	Memory func(atOnce int) (int64, error)
}

// Tell writes the forecast to standard output: a key and a value to a line.
func (f *Forecast) Tell(e *Env, c *Control) error {
	if f.Noun == "" {
		f.Noun = "items"
	}
	lines := []string{fmt.Sprintf("%s: %d", f.Noun, f.Items)}
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	if c.Shard.Count > 1 {
		add("part %s: %d", c.Shard, f.Mine)
	}
	if f.Complete {
		f.Kept = f.Mine
	}
	if c.Resume {
		add("finished: %d", f.Kept)
	}
	switch {
	case f.Complete:
		add("output: complete already")
	case f.Memory == nil:
		add("memory: no bound is known")
	default:
		bytes, err := f.Memory(max(1, min(e.Jobs, f.Mine-f.Kept)))
		if err != nil {
			return err
		}
		add("memory: at most %d MB at --jobs %d", (bytes+1<<20-1)>>20, e.Jobs)
	}
	if f.Refused != nil {
		text := OneLine(f.Refused.Error())
		if hint := HintOf(f.Refused); hint != "" {
			text += "; " + hint
		}
		add("refused: %s", text)
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(e.Stdout, line); err != nil {
			return err
		}
	}
	return nil
}

// ProgramMemory is what the program itself takes: 18 MB when it has nothing to do,
// and some more that the collector does not look for.
const ProgramMemory = 32 << 20

// WithGarbage bounds what a program takes that has so many bytes in use: the
// collector lets them become twice as many before it looks for what is in use.
func WithGarbage(used int64) int64 { return ProgramMemory + 2*used }

// dryRun says what Run would do, and touches nothing.
func (j *Job) dryRun(e *Env, o *Output, c *Control, identity Fingerprint) error {
	f := &Forecast{Items: len(j.Keys), Mine: c.Shard.Len(len(j.Keys)), Memory: j.Memory}
	if o.ToFile() {
		f.Foresee(e, o, c, identity, j.Inputs, func(saved *Finished) int {
			return saved.Count(f.Mine, func(k int) string { return j.Keys[c.Shard.Item(k)] })
		}, j.companionPaths()...)
	}
	return f.Tell(e, c)
}

// Foresee finds out what becomes of a file: whether it is complete, how many of its
// items are kept, which count says of a checkpoint, and whether it would be refused.
func (f *Forecast) Foresee(e *Env, o *Output, c *Control, identity Fingerprint, inputs []string, count func(*Finished) int, companions ...string) {
	var replace bool
	if f.Complete, replace, _, f.Refused = e.isComplete(o.Path, identity, c.Resume, f.Noun, companions...); f.Complete || f.Refused != nil {
		return
	}
	saved, err := e.Peek(o.Path, identity, c.Resume)
	if err != nil {
		f.Refused = err
		return
	}
	defer saved.End(false)
	if saved.Resumes() {
		f.Kept = count(saved)
	}
	files := e.NewFileSet(o.Force || replace || saved.Resumes(), inputs)
	for _, path := range append(companions, o.Path) {
		if f.Refused == nil && !IsStdout(path) {
			f.Refused = files.check(path)
		}
	}
}

// Count returns how many of n items are kept, of which key returns the names.
func (k *Finished) Count(n int, key func(int) string) int {
	found := 0
	for i := range n {
		if k.Has(key(i)) {
			found++
		}
	}
	return found
}

// Peek is Keep for a look: nothing is locked, changed or begun.
func (e *Env) Peek(output string, identity Fingerprint, resume bool) (*Finished, error) {
	k := &Finished{env: e, directory: CheckpointOf(output), identity: identity, detach: func() {}, noted: map[string]bool{}}
	there, err := identity.Resumable(k.directory, resume)
	if err != nil || !there {
		return k, err
	}
	if k.log, err = ReadLog(k.logPath()); errors.Is(err, fs.ErrNotExist) {
		return k, nil
	} else if err != nil {
		return nil, err
	}
	k.resumed = k.log
	if err := k.checkInputs(); err != nil {
		k.End(false)
		return nil, err
	}
	return k, nil
}
