package optimize

import (
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/io"
	"simtool/internal/synth/optimize"
)

// checkpoint is the folder in which an optimisation keeps what it needs to go on: the
// settings and inputs that it belongs to, the state of each restart, and the
// trajectories and snapshots so far.
type checkpoint struct {
	env       *batch.Env
	directory string
	states    []*optimize.State
	notes     []stateNote // of each restart, as its last state has it
	locked    *batch.Log
}

// newCheckpoint returns the checkpoint of an output, of which nothing is read yet.
func newCheckpoint(e *batch.Env, output string, restarts int) *checkpoint {
	return &checkpoint{env: e, directory: batch.CheckpointOf(output), states: make([]*optimize.State, restarts), notes: make([]stateNote, restarts)}
}

// openCheckpoint begins a checkpoint, or takes up one that is there. It refuses to
// overwrite one, to go on with one of other settings or inputs, and to work with one
// that another run is working with.
func (r *optimization) openCheckpoint() (*checkpoint, error) {
	c := newCheckpoint(r.env, r.Directory, r.Restarts)
	identity := r.env.Fingerprint(r.sources, nil)
	if _, err := identity.Resumable(c.directory, r.control.Resume); err != nil {
		return nil, err
	}
	// Nothing is touched before the lock is there, and what another run may have done
	// until then is looked at again.
	if err := os.MkdirAll(c.directory, 0o777); err != nil {
		return nil, err
	}
	var err error
	if c.locked, err = batch.OpenLog(filepath.Join(c.directory, lockFile)); err != nil {
		return nil, err
	}
	there, err := identity.Resumable(c.directory, r.control.Resume)
	if err == nil {
		r.env.KeepsIn(c.directory)
		switch {
		case there:
			err = c.readStates()
		default:
			if err = c.clear(); err == nil {
				err = identity.Store(c.directory)
			}
		}
	}
	if err != nil {
		c.unlock()
		return nil, err
	}
	return c, nil
}

// lockFile is a log without entries: its lock, which ends with the process, is all
// that is wanted of it.
const lockFile = "lock"

func (c *checkpoint) readStates() error {
	for i := range c.states {
		path := c.path("state", i)
		if !batch.Exists(path) {
			continue
		}
		var err error
		if c.notes[i], c.states[i], err = readState(path); err != nil {
			return err
		}
		for name, noted := range c.notes[i].Snapshots {
			now, err := dataio.FileSource(filepath.Join(c.directory, name))
			if err == nil {
				err = sameSum(now.Path, now.SHA256, noted)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *checkpoint) path(kind string, restart int) string {
	return filepath.Join(c.directory, fmt.Sprintf("%s-%d", kind, restart))
}

// removeIfEmpty deletes a checkpoint that no restart has saved a state in: nothing can
// be resumed from it.
func (c *checkpoint) removeIfEmpty() {
	if saved, err := filepath.Glob(filepath.Join(c.directory, "state-*")); err == nil && len(saved) == 0 {
		c.remove()
	}
}

// remove deletes the checkpoint; what is left of it harms nobody, for what says whose
// it is goes first.
func (c *checkpoint) remove() {
	batch.Disown(c.directory)
	_ = c.clear()
	lock := filepath.Join(c.directory, lockFile)
	open := os.Remove(lock) // before others can have it; some systems forbid it while it is open
	c.unlock()
	if open != nil {
		_ = os.Remove(lock)
	}
	_ = os.Remove(c.directory)
}

// unlock lets other runs work with the checkpoint. It may be called twice.
func (c *checkpoint) unlock() {
	if c.locked != nil {
		_ = c.locked.Close()
		c.locked = nil
	}
}

// clear removes what a run saves, of which another that was killed may have left
// something.
func (c *checkpoint) clear() error {
	for _, pattern := range []string{"state-*", "trajectory-*", snapshotPrefix + "*"} {
		for _, name := range []string{pattern, "." + pattern + ".tmp"} {
			found, err := fs.Glob(os.DirFS(c.directory), name)
			if err != nil {
				return err
			}
			for _, name := range found {
				if err := os.Remove(filepath.Join(c.directory, name)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// snapshotPrefix begins the names of snapshots in a checkpoint.
const snapshotPrefix = "snapshot-"

// saveSnapshot keeps the data of an iterate.
func (c *checkpoint) saveSnapshot(restart int, s optimize.Snapshot) error {
	name := fmt.Sprintf("%sr%d-i%d.npy", snapshotPrefix, restart, s.Iteration)
	n, q := s.Y.Dims()
	written, err := replace(filepath.Join(c.directory, name), func(w io.Writer) error {
		return dataio.EncodeNPY(w, dataio.Float64, s.Y.RawMatrix().Data, n, q)
	})
	if note := &c.notes[restart]; note.Snapshots == nil {
		note.Snapshots = map[string]string{}
	}
	c.notes[restart].Snapshots[name] = written.SHA256
	return err
}

// saveState keeps the state of a restart.
func (c *checkpoint) saveState(s *optimize.State) error {
	_, err := replace(c.path("state", s.Restart), func(w io.Writer) error { return writeState(w, c.notes[s.Restart], s) })
	return err
}

// replace writes a file whole.
func replace(path string, encode func(w io.Writer) error) (dataio.Output, error) {
	return dataio.WriteFile(path, dataio.WriteOptions{Force: true}, func(f *dataio.AtomicFile) error { return encode(f) })
}

// snapshots adds the snapshots to the results, in the shape of the reference but for
// its number of features.
func (c *checkpoint) snapshots(files *batch.FileSet, d *batch.Directory, shape []int) error {
	sums := map[string]string{}
	for _, note := range c.notes {
		maps.Copy(sums, note.Snapshots)
	}
	if len(sums) == 0 {
		return nil
	}
	if err := os.MkdirAll(d.Join(snapshotFolder), 0o777); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		y, err := readSnapshot(filepath.Join(c.directory, name), sums[name])
		if err != nil {
			return err
		}
		shape := append(shape[:len(shape)-1:len(shape)-1], y.Width())
		if err := files.Add(d.Join(snapshotFolder+"/"+strings.TrimPrefix(name, snapshotPrefix)), func(w io.Writer) error {
			return dataio.EncodeNPY(w, dataio.Float64, y.Values, shape...)
		}); err != nil {
			return err
		}
	}
	return nil
}
