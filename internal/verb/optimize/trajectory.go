package optimize

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"math"
	"os"
	"strconv"

	"simtool/internal/batch"
	"simtool/internal/io"
	"simtool/internal/result"
	"simtool/internal/synth/optimize"
)

// trajectoryTable is the table of the iterates, with or without the time.
func trajectoryTable(timing bool) result.Of[result.Iterate] {
	if timing {
		return result.Trajectories.With("seconds")
	}
	return result.Trajectories
}

// trajectory records one restart: every iterate as a row of a file in the checkpoint,
// which has no header, and snapshots as files beside it.
type trajectory struct {
	saved    *checkpoint
	restart  int
	goal     *optimize.Goal
	progress batch.Progress
	began    int // iterate at which this run took it up, -1 for a new restart
	last     int
	file     *os.File
	sum      hash.Hash // SHA-256 of the rows in file
	bytes    int64     // of these
	table    result.Of[result.Iterate]
	lines    *bufio.Writer
	rows     dataio.TableWriter // on lines
}

// trajectory opens the record of a restart. Rows beyond the iterate of its checkpoint,
// which will be computed again, are dropped; those up to it are never away from the
// disk.
func (c *checkpoint) trajectory(restart int, goal *optimize.Goal, table result.Of[result.Iterate], progress batch.Progress) (*trajectory, error) {
	t := &trajectory{saved: c, restart: restart, goal: goal, table: table, progress: progress, began: -1, sum: sha256.New()}
	path := c.path("trajectory", restart)
	var err error
	if s := c.states[restart]; s == nil {
		t.file, err = os.Create(path)
	} else {
		t.began, t.last = s.Iteration, s.Iteration
		progress.Add(s.Iteration)
		t.bytes = c.notes[restart].Rows
		t.file, err = openRows(path, c.notes[restart], t.sum)
	}
	if err != nil {
		return nil, err
	}
	t.lines = bufio.NewWriter(io.Discard)
	t.rows = batch.NewTableWriter(t.lines, dataio.CSV, table.Schema, 0)
	if err := errors.Join(t.rows.Begin(table.Names()), t.lines.Flush()); err != nil {
		return nil, err
	}
	t.lines.Reset(t)
	return t, nil
}

// Write implements io.Writer, for rows.
func (t *trajectory) Write(rows []byte) (int, error) {
	n, err := t.file.Write(rows)
	t.sum.Write(rows[:n])
	t.bytes += int64(n)
	return n, err
}

// Point implements optimize.Recorder.
func (t *trajectory) Point(p optimize.Point) error {
	seconds := p.Elapsed.Seconds()
	if err := t.add(result.Iterate{Measure: t.goal.String(), Score: p.Score, GradNorm: p.GradNorm, Seconds: seconds, Iteration: p.Iteration}); err != nil {
		return err
	}
	if len(t.goal.Terms) > 1 {
		for i, term := range t.goal.Terms {
			if err := t.add(result.Iterate{Measure: term.Name, Score: p.Scores[i], GradNorm: math.NaN(), Seconds: seconds, Iteration: p.Iteration}); err != nil {
				return err
			}
		}
	}
	t.progress.Add(p.Iteration - t.last)
	t.last = p.Iteration
	return nil
}

// add writes a row, with microseconds in the column of the time where there is one.
func (t *trajectory) add(row result.Iterate) error {
	row.Restart = t.restart
	cells := t.table.Cells(row)
	t.table.SetCell(cells, "seconds", strconv.FormatFloat(row.Seconds, 'f', 6, 64))
	return t.rows.Row(cells...)
}

// Snapshot implements optimize.Recorder.
func (t *trajectory) Snapshot(s optimize.Snapshot) error { return t.saved.saveSnapshot(t.restart, s) }

// Checkpoint implements optimize.Recorder. The trajectory reaches the disk before the
// state that counts on it.
func (t *trajectory) Checkpoint(s *optimize.State) error {
	if err := t.flush(); err != nil {
		return err
	}
	if s.Iteration > t.began {
		t.saved.env.Advanced()
	}
	return t.saved.saveState(s)
}

// flush hands the rows to the disk, and notes what they are.
func (t *trajectory) flush() error {
	if err := t.lines.Flush(); err != nil {
		return err
	}
	note := &t.saved.notes[t.restart]
	note.Rows, note.RowsSum = t.bytes, hex.EncodeToString(t.sum.Sum(nil))
	return nil
}

func (t *trajectory) close() { t.file.Close() }

// joinTrajectories writes the rows of restarts one after the other, and counts them in
// the table that they make.
func (c *checkpoint) joinTrajectories(w io.Writer, table *batch.ItemTable, restarts []int) error {
	header := batch.NewTableWriter(w, dataio.CSV, table.Schema, 0)
	if err := header.Begin(table.Schema.Names()); err != nil {
		return err
	}
	for _, i := range restarts {
		f, err := os.Open(c.path("trajectory", i))
		if err != nil {
			return err
		}
		sum := sha256.New()
		n, err := copyLines(io.MultiWriter(w, sum), f)
		f.Close()
		if err != nil {
			return err
		}
		if err := sameSum(f.Name(), hex.EncodeToString(sum.Sum(nil)), c.notes[i].RowsSum); err != nil {
			return err
		}
		table.Counts.Add(n)
	}
	return nil
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
