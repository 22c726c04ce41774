package optimize

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/measures"
)

// recorded reports whether the last record is of the present iterate.
func (r *restart) recorded() bool {
	n := len(r.state.Records)
	return n > 0 && r.state.Records[n-1].Iteration == r.state.Iteration
}

// record analyses the present iterate.
func (r *restart) record() error {
	c, s := r.cfg, r.state
	if !c.records() {
		return nil
	}
	y := r.iterate()
	record := Record{Iteration: s.Iteration, Score: r.problem.score}
	var err error
	if c.PCs != nil {
		if record.R2, record.R2Orthogonal, err = c.PCs.R2(y); err != nil {
			return err
		}
	}
	for i, d := range c.Decoders {
		decoding, err := d.Decode(y, &s.Decoders[i])
		if err != nil {
			return err
		}
		record.Decodings = append(record.Decodings, decoding)
	}
	if len(c.Also) > 0 {
		if record.Also, err = r.scoreAlso(y); err != nil {
			return err
		}
	}
	s.Records = append(s.Records, record)
	return nil
}

// scoreAlso scores the other measures.
func (r *restart) scoreAlso(y *mat.Dense) ([]float64, error) {
	shape := slices.Clone(r.ref.data.Shape)
	shape[len(shape)-1] = r.ref.width
	set, err := data.New(mat.DenseCopyOf(y).RawMatrix().Data, shape...)
	if err != nil {
		return nil, err
	}
	system, err := measures.NewSystem(set)
	if err != nil {
		return nil, err
	}
	pair, err := measures.NewPair(r.ref.system, system)
	if err != nil {
		return nil, err
	}
	scores := make([]float64, len(r.cfg.Also))
	for i, m := range r.cfg.Also {
		score, err := m.Score(pair)
		var undefined *measures.UndefinedError
		switch {
		case errors.As(err, &undefined):
			scores[i] = math.NaN()
		case err != nil:
			return nil, fmt.Errorf("%s: %w", m.Name, err)
		default:
			scores[i] = score.Value
		}
	}
	return scores, nil
}
