package batch

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"simtool/internal/data"
	"simtool/internal/io"
)

// KeepAfter is when a run begins to keep what it has finished: what is over
// sooner leaves no trace on the disk.
const KeepAfter = time.Second

// Finished are the results of the items that a run has finished, for a later one to
// go on from: in memory at first, then in a log in the directory of the checkpoint.
// A nil Finished keeps nothing.
type Finished struct {
	env       *Env
	directory string
	identity  Fingerprint
	resumed   *Log // what an interrupted run has kept, nil for nothing
	begun     time.Time
	detach    func() // ends the wait for a signal and for a second to pass

	mu     sync.Mutex
	log    *Log            // nil while nothing is on the disk
	held   []entry         // what is to be written to it then
	noted  map[string]bool // inputs
	err    error           // of the disk, reported by the next put
	closed bool
}

// entry is what goes to the log.
type entry struct {
	key   string
	value []byte
}

// Keys in the log begin with what they are.
const (
	keyItem  = "item\x00"
	keyInput = "input\x00"
)

// CheckpointOf is the directory of the checkpoint of an output.
func CheckpointOf(output string) string { return output + ".ckpt" }

// Keep begins to keep what a run finishes for an output, or takes up what an
// interrupted run of the same fingerprint has kept. beside are the files that are
// written beside the output.
func (e *Env) Keep(ctx context.Context, output string, identity Fingerprint, resume bool, companions ...string) (*Finished, error) {
	k := &Finished{env: e, directory: CheckpointOf(output), identity: identity, begun: time.Now(), detach: func() {}, noted: map[string]bool{}}
	there, err := identity.Resumable(k.directory, resume)
	if err != nil {
		return nil, err
	}
	if there {
		if k.log, err = OpenLog(k.logPath()); err != nil {
			return nil, err
		}
		e.KeepsIn(k.directory)
		if err := k.checkInputs(); err != nil {
			_ = k.log.Close()
			return nil, err
		}
		k.resumed = k.log
	}
	if resume {
		if err := RemoveUnfinished(append(companions, output)...); err != nil {
			return nil, err
		}
	}
	if there {
		return k, nil
	}
	timer := time.AfterFunc(KeepAfter, k.begin)
	forget := context.AfterFunc(ctx, k.begin)
	k.detach = func() { timer.Stop(); forget() }
	return k, nil
}

// RemoveUnfinished removes what killed runs have left of outputs and of their manifests.
func RemoveUnfinished(outputs ...string) error {
	for _, path := range outputs {
		if err := cmp.Or(dataio.RemoveUnfinished(path), dataio.RemoveUnfinished(path+dataio.ManifestSuffix)); err != nil {
			return err
		}
	}
	return nil
}

// LogFile is the log of finished items, in a checkpoint.
const LogFile = "items.log"

func (k *Finished) logPath() string { return filepath.Join(k.directory, LogFile) }

// begin writes what is in memory, if there is anything, to a new log.
func (k *Finished) begin() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.toDisk()
}

// toDisk is begin with the mutex held.
func (k *Finished) toDisk() {
	if k.log != nil || k.closed || k.err != nil || len(k.held) == 0 {
		return
	}
	if k.log, k.err = k.newLog(); k.err != nil {
		return
	}
	k.env.KeepsIn(k.directory)
	for _, e := range k.held {
		if k.err = k.log.Put(e.key, e.value); k.err != nil {
			return
		}
	}
	k.held = nil
}

// Resumes reports whether an interrupted run has left something to go on from.
func (k *Finished) Resumes() bool { return k != nil && k.resumed != nil }

// Directory is where the checkpoint is, or would be.
func (k *Finished) Directory() string { return k.directory }

// newLog begins a checkpoint. The log comes before what says whose it is, so that
// it never passes for the log of another run.
func (k *Finished) newLog() (*Log, error) {
	if err := os.MkdirAll(k.directory, 0o777); err != nil {
		return nil, err
	}
	log, err := OpenLog(k.logPath())
	if err != nil {
		return nil, err
	}
	if err = log.Clear(); err == nil {
		err = k.identity.Store(k.directory)
	}
	if err != nil {
		_ = log.Close()
		return nil, err
	}
	return log, nil
}

// Discard removes a checkpoint, unless a run is working with it.
func Discard(directory string) {
	if !Exists(directory) {
		return
	}
	log, err := OpenLog(filepath.Join(directory, LogFile))
	if errors.Is(err, dataio.ErrLocked) {
		return
	}
	remove(directory, log)
}

// remove removes a checkpoint whose log this process has open, nil for none. The log is
// removed before its lock goes, so that no run can take up what is about to vanish.
func remove(directory string, log *Log) {
	Disown(directory)
	path := filepath.Join(directory, LogFile)
	open := os.Remove(path) // which some systems forbid while the file is open
	if log != nil {
		_ = log.Close()
	}
	if open != nil {
		_ = os.Remove(path)
	}
	_ = os.Remove(directory)
}

// Has reports whether anything was kept of an item.
func (k *Finished) Has(item string) bool {
	return k != nil && k.resumed != nil && k.resumed.Has(keyItem+item)
}

// Load returns what was kept of an item, and whether anything was.
func (k *Finished) Load(item string) (value []byte, ok bool, err error) {
	if k == nil || k.resumed == nil {
		return nil, false, nil
	}
	return k.resumed.Get(keyItem + item)
}

// Store keeps an item. The inputs that it was made from are noted before it.
func (k *Finished) Store(item string, value []byte, sources []data.Source) error {
	fromStdin := slices.ContainsFunc(sources, func(s data.Source) bool { return IsStdin(s.Path) })
	if k == nil || fromStdin { // which cannot be checked, or read, again
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, s := range sources {
		if k.noted[s.Path] {
			continue
		}
		k.noted[s.Path] = true
		if err := k.put(keyInput+s.Path, noteOf(s)); err != nil {
			return err
		}
	}
	k.env.Advanced()
	if err := k.put(keyItem+item, value); err != nil {
		return err
	}
	if time.Since(k.begun) > KeepAfter {
		k.toDisk()
	}
	return k.err
}

// put is called with the mutex held.
func (k *Finished) put(key string, value []byte) error {
	switch {
	case k.err != nil:
		return k.err
	case k.log != nil:
		return k.log.Put(key, value)
	}
	k.held = append(k.held, entry{key, value})
	return nil
}

// inputNote is what is noted of an input.
type inputNote struct {
	Source   data.Source `json:"source"`
	Modified time.Time   `json:"modified"`
}

func noteOf(s data.Source) []byte {
	note := inputNote{Source: s}
	if info, err := os.Stat(dataio.FileOf(s.Path)); err == nil {
		note.Modified = info.ModTime()
	}
	text, err := dataio.EncodeJSON(note, "", true)
	must(err)
	return bytes.TrimSuffix(text, []byte{'\n'})
}

// checkInputs refuses to go on when an input has changed since.
func (k *Finished) checkInputs() error {
	for _, key := range k.log.Keys() {
		if !strings.HasPrefix(key, keyInput) {
			continue
		}
		text, _, err := k.log.Get(key)
		if err != nil {
			return err
		}
		var note inputNote
		if err := dataio.DecodeJSON(text, &note, false); err != nil {
			return &data.InputError{Path: k.logPath(), Found: "a note of an input that cannot be understood", Err: err}
		}
		if err := Unchanged(note.Source, note.Modified); err != nil {
			return err
		}
		k.noted[note.Source.Path] = true
	}
	return nil
}

// Unchanged refuses a file that is no longer what it was when it was read. One
// that was not touched since a time is taken to be the same.
func Unchanged(was data.Source, since time.Time) error {
	path := dataio.FileOf(was.Path)
	info, err := os.Stat(path)
	if err != nil {
		return Unreadable(path, err)
	}
	if info.Size() == was.Bytes && !info.ModTime().After(since) {
		return nil
	}
	if was.SHA256 == "" {
		return Configf("remove the checkpoint to begin anew", "%s: the file has changed, or was touched, while some of it had been read", path)
	}
	now, err := dataio.FileSource(path)
	if err != nil {
		return err
	}
	if now.SHA256 != was.SHA256 {
		return Configf("remove the checkpoint or the output to begin anew", "%s: the file has changed since the results were made from it: its checksum is %.12q and was %.12q", path, now.SHA256, was.SHA256)
	}
	return nil
}

// Flush writes what is in memory to the disk.
func (k *Finished) Flush() {
	if k != nil {
		k.begin()
	}
}

// onDisk reports whether there is anything on the disk to go on from.
func (k *Finished) onDisk() bool {
	if k == nil {
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.log != nil
}

// End closes the log, and removes it when what it holds is in the result: that of this
// run, or of another of the same work that was faster.
func (k *Finished) End(done bool) {
	if k == nil {
		return
	}
	k.detach()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.closed = true
	switch {
	case k.log != nil && (done || k.inResult()):
		remove(k.directory, k.log)
	case k.log != nil:
		_ = k.log.Close()
	case done && !Exists(filepath.Join(k.directory, FingerprintFile)): // that of another run stays
		Discard(k.directory)
	}
}

// inResult reports whether the result of this very work is there, whole: another run
// has written it.
func (k *Finished) inResult() bool {
	output := strings.TrimSuffix(k.directory, CheckpointOf(""))
	manifest, directory := output+dataio.ManifestSuffix, Directory{Path: output}
	if !Exists(manifest) {
		manifest = directory.Manifest()
	}
	m, err := dataio.ReadManifest(manifest)
	if err != nil || m.Batch == nil || len(m.Outputs) == 0 {
		return false
	}
	for _, was := range m.Outputs {
		if now, err := dataio.FileSource(was.Path); err != nil || now.SHA256 != was.SHA256 {
			return false
		}
	}
	same, err := k.env.sameRun(output, k.identity, m)
	return same && err == nil
}
