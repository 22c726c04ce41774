package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

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
	directory string
	restarts  int
	states    []*optimize.State
}

// openCheckpoint begins a checkpoint, or takes up one that is there. It refuses
// to overwrite one, and to go on with one of other settings or inputs.
func (a *app) openCheckpoint(directory string, resume bool, restarts int, inputs []data.Source) (*checkpoint, error) {
	c := &checkpoint{directory: directory, restarts: restarts, states: make([]*optimize.State, restarts)}
	print := a.fingerprint(inputs)
	there, err := print.resumable(directory, resume)
	if err != nil {
		return nil, err
	}
	if !there {
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

// removeIfEmpty deletes a checkpoint that no restart has saved a state in:
// nothing can be resumed from it.
func (c *checkpoint) removeIfEmpty() {
	if saved, err := filepath.Glob(filepath.Join(c.directory, "state-*")); err == nil && len(saved) == 0 {
		c.remove()
	}
}

// remove deletes the checkpoint; what is left of it harms nobody.
func (c *checkpoint) remove() { _ = os.RemoveAll(c.directory) }

// trajectory records one restart: every iterate as a line of a file in the
// checkpoint, snapshots as files beside it.
type trajectory struct {
	saved   *checkpoint
	restart int
	goal    *optimize.Goal
	bar     *progress
	last    int
	file    *os.File
	lines   *bufio.Writer
}

// trajectory opens the record of a restart. Lines beyond the iterate of its
// checkpoint, which will be computed again, are dropped.
func (c *checkpoint) trajectory(restart int, goal *optimize.Goal, bar *progress) (*trajectory, error) {
	t := &trajectory{saved: c, restart: restart, goal: goal, bar: bar}
	keep := ""
	if s := c.states[restart]; s != nil {
		text, err := os.ReadFile(c.path("trajectory", restart))
		if err != nil {
			return nil, &data.InputError{Path: c.path("trajectory", restart), Found: "missing", Wanted: "want what an interrupted run left", Err: err}
		}
		keep = linesUpTo(string(text), s.Iteration)
		t.last = s.Iteration
		bar.add(s.Iteration)
	}
	var err error
	if t.file, err = os.Create(c.path("trajectory", restart)); err != nil {
		return nil, err
	}
	t.lines = bufio.NewWriter(t.file)
	_, err = t.lines.WriteString(keep)
	return t, err
}

// linesUpTo returns the lines of the iterates up to one.
func linesUpTo(text string, iteration int) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		fields := strings.SplitN(line, ",", 3)
		if len(fields) < 3 {
			break
		}
		if i, err := strconv.Atoi(fields[1]); err != nil || i > iteration {
			break
		}
		b.WriteString(line)
	}
	return b.String()
}

// Point implements optimize.Recorder.
func (t *trajectory) Point(p optimize.Point) error {
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	line := func(measure, score, norm string) {
		fmt.Fprintf(t.lines, "%d,%d,%s,%s,%s,%s\n", t.restart, p.Iteration, measure, score, norm, strconv.FormatFloat(p.Elapsed.Seconds(), 'f', 6, 64))
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
	_, err := dataio.WriteFile(t.saved.path("state", t.restart), dataio.WriteOptions{Force: true}, func(f *dataio.AtomicFile) error {
		_, err := s.WriteTo(f)
		return err
	})
	return err
}

func (t *trajectory) flush() error { return t.lines.Flush() }

func (t *trajectory) close() { t.file.Close() }

// joinTrajectories writes trajectory.csv: the lines of all restarts in their
// order.
func (c *checkpoint) joinTrajectories(w io.Writer) error {
	if _, err := io.WriteString(w, "restart,iteration,measure,score,grad_norm,seconds\n"); err != nil {
		return err
	}
	for i := range c.restarts {
		f, err := os.Open(c.path("trajectory", i))
		if err != nil {
			return err
		}
		_, err = io.Copy(w, f)
		f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// snapshots moves the snapshots into the results, in the shape of X.
func (c *checkpoint) snapshots(files *fileSet, directory string, shape []int) error {
	paths, err := filepath.Glob(filepath.Join(c.directory, "snapshot-*.npy"))
	if err != nil || len(paths) == 0 {
		return err
	}
	if err := os.MkdirAll(filepath.Join(directory, "snapshots"), 0o777); err != nil {
		return err
	}
	for _, path := range paths {
		d, err := dataio.Read(path, dataio.Options{})
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(filepath.Base(path), "snapshot-")
		if err := files.add(filepath.Join(directory, "snapshots", name), func(w io.Writer) error {
			return dataio.EncodeNPY(w, dataio.Float64, d.Values, shape...)
		}); err != nil {
			return err
		}
	}
	return nil
}
