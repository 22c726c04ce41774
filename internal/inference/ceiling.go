package inference

import (
	"errors"
	"math"

	"simtool/internal/measures"
)

// ceiling sets the score of a model that is the recording without its noise, and the share
// of it that the estimate has.
func (w *worker) ceiling() error {
	if w.options.Repeats == nil {
		return nil
	}
	m, ok := measures.As[measures.Ceiled](w.measure)
	if !ok {
		w.note("no ceiling: %s", measures.ErrNoCeiling)
		return nil
	}
	units := w.units
	if units == nil {
		units = w.design.Units
	}
	c, err := m.Ceiling(w.pair, w.options.Repeats, units, w.value)
	switch {
	case errors.Is(err, measures.ErrNoCeiling):
		w.note("no ceiling: %s", err)
		return nil
	case err != nil:
		w.warn("no ceiling: %s", err)
		return nil
	}
	w.out.Ceiling = c.Value
	if c.Note != "" {
		w.note("%s", c.Note)
	}
	if c.Doubt != "" {
		w.warn("%s", c.Doubt)
	}
	estimate := c.Estimate
	if math.IsNaN(estimate) {
		estimate = w.out.Corrected
	}
	switch {
	case w.options.Over.neurons():
		w.note("no normalised value: the ceiling is that of these neurons")
	case math.IsNaN(estimate):
		w.note("no normalised value: there is no estimate for all stimuli to be divided, and the biased value must not be")
	default:
		w.out.Normalised = c.Share(estimate)
	}
	return nil
}
