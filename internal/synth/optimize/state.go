package optimize

import (
	"encoding/gob"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/synth/probe"
)

// Reason says why a restart ended.
type Reason string

// The reasons.
const (
	Running     Reason = ""            // it has not ended
	ReachedStop Reason = "stop score"  // the score to stop at, or the target
	ReachedMax  Reason = "max-iter"    // the number of iterations
	Impatient   Reason = "patience"    // no improvement for long
	Converged   Reason = "converged"   // no step improves
	Interrupted Reason = "interrupted" // by the context
	Failed      Reason = "error"       // the score, or what is looked at, has no value
)

// State is the state of a restart. Run continues from it with the same bits as if the
// restart had never stopped. The caller must ensure that the configuration and X are
// the same.
type State struct {
	path string // of the file that it was read from, for messages; "" for none

	Restart     int
	Iteration   int
	Evaluations int
	Elapsed     time.Duration
	Reason      Reason

	Rows, Cols int         // shape of Y
	Y          []float64   // the iterate, in a subspace if Reduced
	Reduced    bool        // the restart runs in the coordinates of a subspace
	Exact      bool        // the iterate was evaluated in float64
	Memory     [][]float64 // of the method

	BestLoss     float64        // for Patience
	BestAt       int            // its iteration
	NextRecord   int            // iteration of the next record
	ScoresPassed []bool         // for each score of the snapshot plan
	Records      []Record       // so far
	Decoders     []probe.Memory // of the decoders
}

// Record holds the analyses of an iterate of the schedule. Slices are parallel to
// those of the configuration: components, decoders and measures.
type Record struct {
	Iteration    int
	Score        float64
	R2           []float64 // of each principal component, by a linear map
	R2Orthogonal []float64 // by a rotation
	Decodings    []probe.Decoding
	Also         []float64 // NaN where a measure has no value
}

// WriteTo writes the state in the format of encoding/gob, which keeps every bit.
func (s *State) WriteTo(w io.Writer) (int64, error) {
	counted := &counter{w: w}
	err := gob.NewEncoder(counted).Encode(s)
	return counted.n, err
}

// ReadState reads a state that WriteTo wrote. path is that of its file, for messages.
func ReadState(r io.Reader, path string) (*State, error) {
	s := &State{path: path}
	if err := gob.NewDecoder(r).Decode(s); err != nil {
		return nil, fmt.Errorf("not a checkpoint: %w", err)
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	return s, nil
}

// check refuses a state that no run has.
func (s *State) check() error {
	bad := func(format string, args ...any) error { return fmt.Errorf("not a checkpoint: "+format, args...) }
	switch {
	case s.Rows <= 0 || s.Cols <= 0 || len(s.Y)/s.Rows != s.Cols || len(s.Y)%s.Rows != 0:
		return bad("%d values for an iterate of %d × %d", len(s.Y), s.Rows, s.Cols)
	case s.Restart < 0 || s.Iteration < 0 || s.Evaluations < 1 || s.Elapsed < 0 || s.NextRecord < 0:
		return bad("restart %d at iteration %d after %d evaluations in %v", s.Restart, s.Iteration, s.Evaluations, s.Elapsed)
	case s.BestAt < 0 || s.BestAt > s.Iteration || math.IsNaN(s.BestLoss):
		return bad("the best loss, %g, at iteration %d of %d", s.BestLoss, s.BestAt, s.Iteration)
	case !slices.Contains([]Reason{Running, ReachedStop, ReachedMax, Impatient, Converged, Interrupted}, s.Reason):
		return bad("the reason %q", s.Reason)
	}
	for _, values := range append([][]float64{s.Y}, s.Memory...) {
		if slices.ContainsFunc(values, func(v float64) bool { return v-v != 0 }) {
			return bad("values that are not finite")
		}
	}
	for i, r := range s.Records {
		if r.Iteration < 0 || r.Iteration > s.Iteration || i > 0 && r.Iteration <= s.Records[i-1].Iteration {
			return bad("a record of iteration %d in place %d of a run at iteration %d", r.Iteration, i+1, s.Iteration)
		}
	}
	return nil
}

// fits refuses a state that is of another run than of a restart of a configuration,
// which works on the iterate y. Errors are *data.InputError.
func (s *State) fits(cfg *Config, restart int, reduced bool, y *mat.Dense) error {
	bad := func(format string, args ...any) error {
		return &data.InputError{Path: s.path, Found: "the checkpoint of another run: " + fmt.Sprintf(format, args...), Wanted: "want what an interrupted run left"}
	}
	rows, cols := y.Dims()
	switch {
	case s.Restart != restart || s.Reduced != reduced || s.Rows != rows || s.Cols != cols:
		return bad("restart %d with an iterate of %d × %d, want restart %d with %d × %d", s.Restart, s.Rows, s.Cols, restart, rows, cols)
	case s.Iteration > cfg.MaxIter:
		return bad("iteration %d of at most %d", s.Iteration, cfg.MaxIter)
	case len(s.ScoresPassed) != len(cfg.Snapshot.Scores) || len(s.Decoders) != len(cfg.Decoders):
		return bad("other snapshots or labels")
	}
	components := 0
	if cfg.PCs != nil {
		components = len(cfg.PCs.Explained())
	}
	for _, r := range s.Records {
		if len(r.R2) != components || len(r.R2Orthogonal) != components || len(r.Decodings) != len(cfg.Decoders) || len(r.Also) != len(cfg.Also) {
			return bad("a record of %d components, %d labels and %d other measures, want %d, %d and %d",
				len(r.R2), len(r.Decodings), len(r.Also), components, len(cfg.Decoders), len(cfg.Also))
		}
	}
	return nil
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
