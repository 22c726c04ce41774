package inference

import (
	"errors"
	"fmt"
	"math"
	"sync"

	"simtool/internal/measures"
)

// Subjects are other subjects that were shown the samples of a recording: what they say
// about it bounds what a model of all subjects can.
type Subjects struct {
	Others []*measures.System

	mu   sync.Mutex
	kept map[string]subjectCeiling // by measure
}

// subjectCeiling is the score of a recording with other subjects.
type subjectCeiling struct {
	value float64
	note  string
	err   error
}

// subjects sets the ceiling by other subjects.
func (w *worker) subjects() error {
	s := w.options.Subjects
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.kept[w.card.Name]
	if !ok {
		c = w.subjectCeiling(s)
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if s.kept == nil {
			s.kept = map[string]subjectCeiling{}
		}
		s.kept[w.card.Name] = c
	}
	if c.err != nil {
		w.warn("no ceiling: %s", c.err)
		return nil
	}
	w.out.Ceiling = c.value
	w.note("%s", c.note)
	estimate := w.out.Corrected
	if _, ok := measures.As[measures.Pooled](w.measure); ok {
		estimate = w.value
	}
	switch {
	case math.IsNaN(estimate):
		w.note("no normalised value: there is no estimate for all stimuli to be divided, and the biased value must not be")
	case !w.card.HigherIsCloser || !(c.value > 0):
		w.note("no normalised value: the ceiling is no number that a share can be taken of")
	default:
		w.out.Normalised = estimate / c.value
	}
	return nil
}

// subjectCeiling bounds the score of a model of all subjects with X.
func (w *worker) subjectCeiling(s *Subjects) subjectCeiling {
	count := len(s.Others)
	if m, ok := measures.As[measures.Pooled](w.measure); ok {
		lower, upper, err := m.SubjectBounds(w.pair.X, s.Others)
		if err == nil {
			return subjectCeiling{value: lower, note: fmt.Sprintf("the ceiling is the score of x with the mean of %d other subjects; with the mean of all, x among them, it is %.3g, an upper bound", count, upper)}
		}
		if !errors.Is(err, measures.ErrNoCeiling) {
			return subjectCeiling{err: err}
		}
	}
	total, low, high := 0.0, math.Inf(1), math.Inf(-1)
	for _, other := range s.Others {
		v, err := w.withSubject(other)
		if err != nil {
			return subjectCeiling{err: err}
		}
		total += v / float64(count)
		low, high = min(low, v), max(high, v)
	}
	note := "the ceiling is the score of x with another subject"
	if count > 1 {
		note = fmt.Sprintf("the ceiling is the mean score of x with each of %d other subjects, %.3g to %.3g", count, low, high)
	}
	return subjectCeiling{value: total, note: note + ", whose noise keeps it below what a model can reach"}
}

// withSubject returns the estimate for all stimuli of the score of X with another
// subject, the score itself where it needs no correction.
func (w *worker) withSubject(other *measures.System) (float64, error) {
	p, err := measures.NewPair(w.pair.X, other)
	if err != nil {
		return 0, err
	}
	score, err := w.measure.Score(p)
	if err != nil {
		return 0, err
	}
	o := w.options
	o.Permutations, o.Repeats, o.Subjects = 0, nil, nil
	a, err := Assess(w.ctx, p, w.measure, score.Value, w.design, o)
	if err != nil {
		return 0, err
	}
	if math.IsNaN(a.Corrected) {
		return 0, fmt.Errorf("x and another subject have no estimate for all stimuli: %s", joined(append(a.Warnings, a.Notes...)))
	}
	return a.Corrected, nil
}
