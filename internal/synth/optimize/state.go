package optimize

import (
	"encoding/gob"
	"fmt"
	"io"
	"time"

	"gonum.org/v1/gonum/mat"

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
	Restart     int
	Iteration   int
	Evaluations int
	Elapsed     time.Duration
	Reason      Reason

	Rows, Cols int         // shape of Y
	Y          []float64   // the iterate, in a subspace if Reduced
	Reduced    bool        // the restart runs in the coordinates of a subspace
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

// ReadState reads a state that WriteTo wrote.
func ReadState(r io.Reader) (*State, error) {
	s := new(State)
	if err := gob.NewDecoder(r).Decode(s); err != nil {
		return nil, fmt.Errorf("not a checkpoint: %w", err)
	}
	if s.Rows <= 0 || s.Cols <= 0 || len(s.Y)/s.Rows != s.Cols || len(s.Y)%s.Rows != 0 {
		return nil, fmt.Errorf("not a checkpoint: %d values for an iterate of %d × %d", len(s.Y), s.Rows, s.Cols)
	}
	return s, nil
}

// fits returns an error unless the state's iterate has the shape of y.
func (s *State) fits(restart int, reduced bool, y *mat.Dense) error {
	rows, cols := y.Dims()
	if s.Restart != restart || s.Reduced != reduced || s.Rows != rows || s.Cols != cols {
		return fmt.Errorf("the checkpoint is of another run: restart %d with an iterate of %d × %d, want restart %d with %d × %d",
			s.Restart, s.Rows, s.Cols, restart, rows, cols)
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
