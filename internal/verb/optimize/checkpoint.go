package optimize

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
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
	locked    *batch.Log
}

// newCheckpoint returns the checkpoint of an output, of which nothing is read yet.
func newCheckpoint(e *batch.Env, output string, restarts int) *checkpoint {
	return &checkpoint{env: e, directory: batch.CheckpointOf(output), states: make([]*optimize.State, restarts)}
}

// openCheckpoint begins a checkpoint, or takes up one that is there. It refuses to
// overwrite one, to go on with one of other settings or inputs, and to work with one
// that another run is working with.
func (r *optimization) openCheckpoint() (*checkpoint, error) {
	c := newCheckpoint(r.env, r.Directory, r.Restarts)
	identity := r.env.Fingerprint(r.sources, nil)
	there, err := identity.Resumable(c.directory, r.control.Resume)
	if err != nil {
		return nil, err
	}
	if !there {
		if err := c.clear(); err != nil {
			return nil, err
		}
	}
	r.env.KeepsIn(c.directory)
	if there {
		err = c.readStates()
	} else {
		err = identity.Store(c.directory)
	}
	if err == nil {
		c.locked, err = batch.OpenLog(filepath.Join(c.directory, lockFile))
	}
	return c, err
}

// lockFile is a log without entries: its lock, which ends with the process, is all
// that is wanted of it.
const lockFile = "lock"

func (c *checkpoint) readStates() error {
	for i := range c.states {
		path := c.path("state", i)
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		c.states[i], err = optimize.ReadState(bufio.NewReader(f))
		f.Close()
		if err != nil {
			return &data.InputError{Path: path, Found: err.Error(), Wanted: "want what an interrupted run left"}
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
	c.unlock()
	_ = os.Remove(filepath.Join(c.directory, lockFile))
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
	return replace(filepath.Join(c.directory, name), func(w io.Writer) error {
		return dataio.EncodeNPY(w, dataio.Float64, s.Y.RawMatrix().Data, n, q)
	})
}

// saveState keeps the state of a restart.
func (c *checkpoint) saveState(s *optimize.State) error {
	return replace(c.path("state", s.Restart), func(w io.Writer) error {
		_, err := s.WriteTo(w)
		return err
	})
}

// replace writes a file whole.
func replace(path string, encode func(w io.Writer) error) error {
	_, err := dataio.WriteFile(path, dataio.WriteOptions{Force: true}, func(f *dataio.AtomicFile) error { return encode(f) })
	return err
}

// snapshots adds the snapshots to the results, in the shape of the reference but for
// its number of features.
func (c *checkpoint) snapshots(files *batch.FileSet, d *batch.Directory, shape []int) error {
	names, err := fs.Glob(os.DirFS(c.directory), snapshotPrefix+"*.npy")
	if err != nil || len(names) == 0 {
		return err
	}
	if err := os.MkdirAll(d.Join(snapshotFolder), 0o777); err != nil {
		return err
	}
	for _, name := range names {
		y, err := dataio.Read(filepath.Join(c.directory, name), dataio.Options{})
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
