package optimize

import (
	"bytes"
	"context"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

func datasetOf(t testing.TB, x *mat.Dense) *data.Dataset {
	t.Helper()
	n, p := x.Dims()
	d, err := data.New(x.RawMatrix().Data, n, p)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func goalOf(t testing.TB, spec string) *Goal {
	t.Helper()
	g, err := ParseGoal(spec)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// log keeps the points of a restart, and can interrupt it.
type log struct {
	scores    []float64
	points    []Point
	snapshots []Snapshot
	saved     *State
	stopAt    int
	cancel    context.CancelFunc
}

func (l *log) Point(p Point) error {
	l.scores, l.points = append(l.scores, p.Score), append(l.points, p)
	if l.cancel != nil && p.Iteration == l.stopAt {
		l.cancel()
	}
	return nil
}

func (l *log) Snapshot(s Snapshot) error {
	s.Y = mat.DenseCopyOf(s.Y)
	l.snapshots = append(l.snapshots, s)
	return nil
}

// Checkpoint writes the state in its file format and reads it back.
func (l *log) Checkpoint(s *State) error {
	var file bytes.Buffer
	if _, err := s.WriteTo(&file); err != nil {
		return err
	}
	var err error
	l.saved, err = ReadState(&file, "")
	return err
}

// runOne runs a configuration with a single restart.
func runOne(t testing.TB, x *data.Dataset, c Config) (*Outcome, *log) {
	t.Helper()
	l := &log{}
	c.Recorder = func(int) Recorder { return l }
	outcomes, err := Run(context.Background(), x, c)
	if err != nil {
		t.Fatal(err)
	}
	return outcomes[0], l
}

// first returns the first iteration with a score of at least s.
func first(scores []float64, s float64) int {
	for i, v := range scores {
		if v >= s {
			return i
		}
	}
	return -1
}
