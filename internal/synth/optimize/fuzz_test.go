package optimize

import (
	"bytes"
	"math"
	"testing"

	"simtool/internal/data"
	"simtool/internal/synth/synthtest"
)

// FuzzReadState reads anything as the state of a restart, and goes on from what is
// accepted: it runs on, or is refused as an input.
func FuzzReadState(f *testing.F) {
	x, err := data.New(synthtest.Waves(6, 2, 1).RawMatrix().Data, 6, 2)
	if err != nil {
		f.Fatal(err)
	}
	goal, err := ParseGoal("nbs")
	if err != nil {
		f.Fatal(err)
	}
	config := DefaultConfig(goal)
	config.MaxIter = 3
	for _, s := range []State{
		{Rows: 6, Cols: 2, Y: make([]float64, 12), Evaluations: 1, ScoresPassed: []bool{}, BestLoss: math.Inf(1)},
		{Rows: 6, Cols: 2, Y: synthtest.Waves(6, 2, 2).RawMatrix().Data, Iteration: 2, Evaluations: 3, Memory: [][]float64{{2}, make([]float64, 12), make([]float64, 12)}, Reason: Interrupted},
		{},
	} {
		var b bytes.Buffer
		if _, err := s.WriteTo(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		s, err := ReadState(bytes.NewReader(content), "state-0")
		if err != nil || s.Rows > 100 || s.Cols > 100 {
			return
		}
		c := config
		c.Resume = []*State{s}
		_, _ = Run(t.Context(), x, c) // may fail, but not panic
	})
}
