package sensitivity

import "simtool/internal/measures"

// Theory returns the score between X and X with a set of components changed, from
// the closed form of the measure. ok is false where there is none: for noise, whose
// direction is not known, and for a measure that has no measures.Theory with its
// parameters as they are set.
func (c *Components) Theory(m measures.Measure, change Change, set Set) (score float64, ok bool) {
	if change.Kind == Noise {
		return 0, false
	}
	r := c.Len()
	pair := measures.AlignedPair{
		Lambda: c.lambda, Amplitude: make([]float64, r), Cosine: make([]float64, r), Sine: make([]float64, r),
	}
	for i := range r {
		pair.Amplitude[i], pair.Cosine[i] = 1, 1
		if i >= set.first && i < set.end {
			pair.Amplitude[i] = change.amplitude()
			pair.Cosine[i], pair.Sine[i] = change.angle()
		}
	}
	return measures.ComponentScore(m, pair)
}
