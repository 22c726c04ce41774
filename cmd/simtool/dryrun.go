package main

import (
	"errors"
	"fmt"
	"io/fs"

	"simtool/internal/batch"
)

// forecast is what --dry-run says of a run.
type forecast struct {
	what     string // items in the plural; "" for items
	items    int    // of all parts
	mine     int    // of this one
	kept     int    // of these, that an interrupted run has finished
	complete bool   // the output is that of this very run
	refused  error  // with which the run would end before any work
	// memory bounds the bytes of a run that does so many items at once; nil where
	// nothing is known that does.
	memory func(atOnce int) (int64, error)
}

// tell writes the forecast to standard output: a key and a value to a line.
func (a *app) tell(f *forecast, b *batchOptions) error {
	if f.what == "" {
		f.what = "items"
	}
	lines := []string{fmt.Sprintf("%s: %d", f.what, f.items)}
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	if b.shard.Count > 1 {
		add("part %s: %d", b.shard.Shard, f.mine)
	}
	if f.complete {
		f.kept = f.mine
	}
	if b.resume {
		add("finished: %d", f.kept)
	}
	switch {
	case f.complete:
		add("output: complete already")
	case f.memory == nil:
		add("memory: no bound is known")
	default:
		bytes, err := f.memory(max(1, min(a.global.jobs, f.mine-f.kept)))
		if err != nil {
			return err
		}
		add("memory: at most %d MB at --jobs %d", (bytes+1<<20-1)>>20, a.global.jobs)
	}
	if f.refused != nil {
		text := oneLine(f.refused.Error())
		if hint := hintOf(f.refused); hint != "" {
			text += "; " + hint
		}
		add("refused: %s", text)
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(a.out, line); err != nil {
			return err
		}
	}
	return nil
}

// programMemory is what the program itself takes: 18 MB when it has nothing to do,
// and some more that the collector does not look for.
const programMemory = 32 << 20

// withGarbage bounds what a program takes that has so many bytes in use: the
// collector lets them become twice as many before it looks for what is in use.
func withGarbage(used int64) int64 { return programMemory + 2*used }

// drySweep says what sweepTo would do, and touches nothing.
func (a *app) drySweep(s *sweep, o *outputOptions, b *batchOptions, print fingerprint) error {
	shard := b.shard.Shard
	f := &forecast{items: len(s.keys), mine: shard.Len(len(s.keys)), memory: s.memory}
	if o.toFile() {
		f.foresee(a, o, b, print, s.table.inputs, func(saved *kept) int {
			return saved.count(f.mine, func(k int) string { return s.keys[shard.Item(k)] })
		}, s.beside...)
	}
	return a.tell(f, b)
}

// foresee finds out what becomes of a file: whether it is complete, how many of its
// items are kept, which count says of a checkpoint, and whether it would be refused.
func (f *forecast) foresee(a *app, o *outputOptions, b *batchOptions, print fingerprint, inputs []string, count func(*kept) int, beside ...string) {
	var replace bool
	if f.complete, replace, _, f.refused = a.isComplete(o.path, print, b.resume, f.what, beside...); f.complete || f.refused != nil {
		return
	}
	saved, err := a.peekKept(o.path, print, b.resume)
	if err != nil {
		f.refused = err
		return
	}
	defer saved.end(false)
	if saved.resumed != nil {
		f.kept = count(saved)
	}
	files := a.newFileSet(o.force || replace || saved.resumed != nil, inputs)
	for _, path := range append(beside, o.path) {
		if f.refused == nil && !isStdout(path) {
			f.refused = files.check(path)
		}
	}
}

// count returns how many of n items are kept, of which key returns the names.
func (k *kept) count(n int, key func(int) string) int {
	found := 0
	for i := range n {
		if k.has(key(i)) {
			found++
		}
	}
	return found
}

// peekKept is keep for a look: nothing is locked, changed or begun.
func (a *app) peekKept(output string, print fingerprint, resume bool) (*kept, error) {
	k := &kept{a: a, directory: checkpointOf(output), print: print, detach: func() {}, noted: map[string]bool{}}
	there, err := print.resumable(k.directory, resume)
	if err != nil || !there {
		return k, err
	}
	if k.log, err = batch.ReadLog(k.logPath()); errors.Is(err, fs.ErrNotExist) {
		return k, nil
	} else if err != nil {
		return nil, err
	}
	k.resumed = k.log
	if err := k.checkInputs(); err != nil {
		k.end(false)
		return nil, err
	}
	return k, nil
}
