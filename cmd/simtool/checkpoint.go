package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/synth/optimize"
)

// checkpointError says that the work was stopped and saved.
type checkpointError struct {
	directory string
	cause     error
}

func (e *checkpointError) Error() string {
	return fmt.Sprintf("%v; the work so far is in %s", e.cause, e.directory)
}

func (e *checkpointError) Unwrap() error { return e.cause }

// keeps notes that from now on the work can be taken up from a folder.
func (a *app) keeps(directory string) {
	a.savedMu.Lock()
	defer a.savedMu.Unlock()
	a.saved = directory
}

// keepsFor notes the folder of an item, by which the work can be taken up where
// this run has none of its own.
func (a *app) keepsFor(item string) {
	a.savedMu.Lock()
	defer a.savedMu.Unlock()
	if a.saved == "" {
		a.saved = item
	}
}

// stopped is the error of a run that is left in the middle of its work: cause,
// or a checkpointError where there is a checkpoint. What a checkpoint holds is
// whole at any time.
//
// A limit of time within which nothing was saved is an error of its own, or a job
// that is put back for it would run for ever.
func (a *app) stopped(cause error) error {
	a.savedMu.Lock()
	defer a.savedMu.Unlock()
	switch {
	case a.saved == "" || !exists(a.saved):
		return cause
	case outOfTime(cause) && !a.advanced.Load():
		return fmt.Errorf("%w, and nothing was finished: an item needs more time than that", cause)
	}
	return &checkpointError{a.saved, cause}
}

// checkpoint is the folder in which an optimisation keeps what it needs to go
// on: the settings and inputs that it belongs to, the state of each restart, and
// the trajectories and snapshots so far.
type checkpoint struct {
	a         *app
	directory string
	states    []*optimize.State
	locked    *batch.Log
}

// openCheckpoint begins a checkpoint, or takes up one that is there. It refuses
// to overwrite one, and to go on with one of other settings or inputs.
func (a *app) openCheckpoint(directory string, resume bool, restarts int, inputs []data.Source) (*checkpoint, error) {
	c := &checkpoint{a: a, directory: directory, states: make([]*optimize.State, restarts)}
	print := a.fingerprint(inputs)
	there, err := print.resumable(directory, resume)
	if err != nil {
		return nil, err
	}
	if !there {
		if err := c.clear(); err != nil {
			return nil, err
		}
		a.keeps(directory)
		return c, print.store(directory)
	}
	a.keeps(directory)
	return c, c.readStates()
}

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

// lock refuses a checkpoint that another run is working with.
func (c *checkpoint) lock() (err error) {
	c.locked, err = batch.OpenLog(filepath.Join(c.directory, lockFile))
	return err
}

// lockFile is a log without entries: what is wanted of it is its lock, which ends
// with the process.
const lockFile = "lock"

// removeIfEmpty deletes a checkpoint that no restart has saved a state in:
// nothing can be resumed from it.
func (c *checkpoint) removeIfEmpty() {
	if saved, err := filepath.Glob(filepath.Join(c.directory, "state-*")); err == nil && len(saved) == 0 {
		c.remove()
	}
}

// remove deletes the checkpoint; what is left of it harms nobody, for what says
// whose it is goes first.
func (c *checkpoint) remove() {
	disown(c.directory)
	_ = c.clear()
	if c.locked != nil {
		_ = c.locked.Close()
	}
	_ = os.Remove(filepath.Join(c.directory, lockFile))
	_ = os.Remove(c.directory)
}

// clear removes what a run saves, of which another that was killed may have left
// something.
func (c *checkpoint) clear() error {
	for _, pattern := range []string{"state-*", "trajectory-*", "snapshot-*"} {
		for _, name := range []string{pattern, "." + pattern + ".tmp"} {
			found, err := fs.Glob(os.DirFS(c.directory), name)
			must(err) // the patterns are ours
			for _, name := range found {
				if err := os.Remove(filepath.Join(c.directory, name)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// trajectory records one restart: every iterate as a line of a file in the
// checkpoint, snapshots as files beside it.
type trajectory struct {
	saved   *checkpoint
	restart int
	goal    *optimize.Goal
	bar     *progress
	timing  bool
	began   int // iterate at which this run took it up
	last    int
	file    *os.File
	lines   *bufio.Writer
}

// trajectory opens the record of a restart. Lines beyond the iterate of its
// checkpoint, which will be computed again, are dropped; those up to it are never
// away from the disk.
func (c *checkpoint) trajectory(restart int, goal *optimize.Goal, bar *progress, timing bool) (*trajectory, error) {
	t := &trajectory{saved: c, restart: restart, goal: goal, bar: bar, timing: timing, began: -1}
	path := c.path("trajectory", restart)
	var err error
	if s := c.states[restart]; s == nil {
		t.file, err = os.Create(path)
	} else {
		t.began, t.last = s.Iteration, s.Iteration
		bar.add(s.Iteration)
		t.file, err = openLines(path, s.Iteration)
	}
	if err != nil {
		return nil, err
	}
	t.lines = bufio.NewWriter(t.file)
	return t, nil
}

// openLines opens a trajectory and cuts it after the lines of an iterate, which it
// must have.
func openLines(path string, iteration int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, &data.InputError{Path: path, Found: "missing", Wanted: "want what an interrupted run left", Err: err}
	}
	end, last := int64(0), -1
	for r := bufio.NewReader(f); ; {
		line, err := r.ReadString('\n')
		fields := strings.SplitN(line, ",", 3)
		if err != nil || len(fields) < 3 {
			break
		}
		i, err := strconv.Atoi(fields[1])
		if err != nil || i > iteration {
			break
		}
		end, last = end+int64(len(line)), i
	}
	if last != iteration {
		err = &data.InputError{Path: path, Found: fmt.Sprintf("iterates up to %d", last), Wanted: fmt.Sprintf("want those up to %d, as an interrupted run left them", iteration)}
	} else if err = f.Truncate(end); err == nil {
		_, err = f.Seek(end, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Point implements optimize.Recorder.
func (t *trajectory) Point(p optimize.Point) error {
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	line := func(measure, score, norm string) {
		fmt.Fprintf(t.lines, "%d,%d,%s,%s,%s", t.restart, p.Iteration, measure, score, norm)
		if t.timing {
			fmt.Fprintf(t.lines, ",%.6f", p.Elapsed.Seconds())
		}
		fmt.Fprintln(t.lines)
	}
	line(t.goal.String(), number(p.Score), number(p.GradNorm))
	if len(t.goal.Terms) > 1 {
		for i, term := range t.goal.Terms {
			line(term.Name, number(p.Scores[i]), "")
		}
	}
	t.bar.add(p.Iteration - t.last)
	t.last = p.Iteration
	return nil
}

// Snapshot implements optimize.Recorder.
func (t *trajectory) Snapshot(s optimize.Snapshot) error {
	name := fmt.Sprintf("snapshot-r%d-i%d.npy", t.restart, s.Iteration)
	n, q := s.Y.Dims()
	_, err := dataio.WriteFile(filepath.Join(t.saved.directory, name), dataio.WriteOptions{Force: true}, func(f *dataio.AtomicFile) error {
		return dataio.EncodeNPY(f, dataio.Float64, s.Y.RawMatrix().Data, n, q)
	})
	return err
}

// Checkpoint implements optimize.Recorder. The trajectory reaches the disk
// before the state that counts on it.
func (t *trajectory) Checkpoint(s *optimize.State) error {
	if err := t.flush(); err != nil {
		return err
	}
	if s.Iteration > t.began {
		t.saved.a.advanced.Store(true)
	}
	_, err := dataio.WriteFile(t.saved.path("state", t.restart), dataio.WriteOptions{Force: true}, func(f *dataio.AtomicFile) error {
		_, err := s.WriteTo(f)
		return err
	})
	return err
}

func (t *trajectory) flush() error { return t.lines.Flush() }

func (t *trajectory) close() { t.file.Close() }

// joinTrajectories writes trajectory.csv: the lines of restarts one after the
// other, of which it returns the numbers.
func (c *checkpoint) joinTrajectories(w io.Writer, restarts []int, timing bool) (dataio.RowRuns, error) {
	rows, header := dataio.RowRuns{}, "restart,iteration,measure,score,grad_norm"
	if timing {
		header += ",seconds"
	}
	if _, err := fmt.Fprintln(w, header); err != nil {
		return nil, err
	}
	for _, i := range restarts {
		f, err := os.Open(c.path("trajectory", i))
		if err != nil {
			return nil, err
		}
		n, err := copyLines(w, f)
		f.Close()
		if err != nil {
			return nil, err
		}
		rows.Add(n)
	}
	return rows, nil
}

// copyLines copies a file and counts its lines.
func copyLines(w io.Writer, r io.Reader) (lines int, err error) {
	buffer := make([]byte, 1<<16)
	for {
		n, err := r.Read(buffer)
		lines += bytes.Count(buffer[:n], []byte{'\n'})
		if _, err := w.Write(buffer[:n]); err != nil {
			return lines, err
		}
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return lines, err
		}
	}
}

// snapshots moves the snapshots into the results, in the shape of X.
func (c *checkpoint) snapshots(files *fileSet, d *resultDir, shape []int) error {
	const prefix = "snapshot-"
	names, err := fs.Glob(os.DirFS(c.directory), prefix+"*.npy")
	if err != nil || len(names) == 0 {
		return err
	}
	if err := os.MkdirAll(d.join(snapshotFolder), 0o777); err != nil {
		return err
	}
	for _, name := range names {
		y, err := dataio.Read(filepath.Join(c.directory, name), dataio.Options{})
		if err != nil {
			return err
		}
		if err := files.add(d.join(snapshotFolder+"/"+strings.TrimPrefix(name, prefix)), func(w io.Writer) error {
			return dataio.EncodeNPY(w, dataio.Float64, y.Values, shape...)
		}); err != nil {
			return err
		}
	}
	return nil
}
