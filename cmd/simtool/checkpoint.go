package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
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
func (a *app) stopped(cause error) error {
	a.savedMu.Lock()
	defer a.savedMu.Unlock()
	if a.saved == "" || !exists(a.saved) {
		return cause
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

// fingerprint is what a checkpoint belongs to.
type fingerprint struct {
	Schema   string            `json:"schema"`
	Settings map[string]string `json:"settings"`
	Inputs   map[string]string `json:"inputs"` // SHA-256
}

// free are the settings that do not change a result.
var free = []string{"jobs", "quiet", "verbose", "log-format", "color", "force", "resume", "checkpoint-every", "output"}

// openCheckpoint begins a checkpoint, or takes up one that is there. It refuses
// to overwrite one, and to go on with one of other settings or inputs.
func (a *app) openCheckpoint(directory string, resume bool, restarts int, inputs []data.Source) (*checkpoint, error) {
	c := &checkpoint{directory: directory, restarts: restarts, states: make([]*optimize.State, restarts)}
	mine := fingerprint{Schema: "simtool.checkpoint/v1", Settings: map[string]string{}, Inputs: map[string]string{}}
	for _, s := range a.settings {
		if !slices.Contains(free, s.flag.Name) {
			mine.Settings[s.flag.Name] = s.flag.Value.String()
		}
	}
	for i, s := range inputs {
		// By their place in the command: a file may go by another path.
		mine.Inputs[fmt.Sprintf("input %d", i+1)] = s.SHA256
	}
	path := filepath.Join(directory, "settings.json")
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if resume {
			return nil, configf("without --resume it begins anew", "%s: there is no checkpoint to resume", directory)
		}
		if err := os.MkdirAll(directory, 0o777); err != nil {
			return nil, err
		}
		text, err := json.MarshalIndent(mine, "", "  ")
		must(err)
		_, err = dataio.WriteFile(path, dataio.WriteOptions{}, func(f *dataio.AtomicFile) error {
			_, err := f.Write(text)
			return err
		})
		a.keeps(directory)
		return c, err
	case err != nil:
		return nil, err
	case !resume:
		return nil, configf("--resume goes on with it; remove the folder to begin anew", "%s: there is a checkpoint already", directory)
	}
	var theirs fingerprint
	if err := json.Unmarshal(text, &theirs); err != nil {
		return nil, &data.InputError{Path: path, Found: "not a checkpoint (" + err.Error() + ")", Wanted: "want what an interrupted run left"}
	}
	if err := sameRun(directory, mine, theirs); err != nil {
		return nil, err
	}
	a.keeps(directory)
	return c, c.readStates()
}

// sameRun names what differs between this run and the one of a checkpoint.
func sameRun(directory string, mine, theirs fingerprint) error {
	for _, kind := range []struct {
		mine, theirs map[string]string
		message      string
	}{
		{mine.Settings, theirs.Settings, "%s is %q, but the checkpoint has %q"},
		{mine.Inputs, theirs.Inputs, "%s has the checksum %.12q, but the checkpoint has %.12q"},
	} {
		names := slices.Sorted(maps.Keys(kind.mine))
		for name := range kind.theirs {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		for _, name := range names {
			if kind.mine[name] != kind.theirs[name] {
				return configf("remove the folder to begin anew", "%s: "+kind.message, directory, name, kind.mine[name], kind.theirs[name])
			}
		}
	}
	return nil
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
