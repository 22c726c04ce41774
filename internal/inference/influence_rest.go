package inference

import "math"

// What it means that a score rests on one unit: the unit makes most of the variation of
// the score over deletions, as one sample in a jackknife whose interval means little,
// and the score without it is another.
const (
	restShare  = 0.65 // of Σ(change − mean)²; of normal data one unit has some .2 to .4
	restChange = 0.1  // of the larger of both scores
	fewToRest  = 4    // of fewer, one has a large share in any data
)

// Rests returns the unit that a score rests on, -1 for none: the one unit without which
// there is no score, or one whose share of the variation exceeds two thirds or so and
// that changes the score by more than a tenth.
func (f *Influences) Rests() int {
	missing, last := 0, -1
	for i, u := range f.Units {
		if u.Missing != "" {
			missing, last = missing+1, i
		}
	}
	switch {
	case missing == 1:
		return last
	case missing > 1 || len(f.Units) < fewToRest:
		return -1
	}
	for i, u := range f.Units {
		change := u.Change
		if math.IsNaN(change) {
			change = u.Slope
		}
		if u.Share > restShare && math.Abs(change) > restChange*max(math.Abs(f.Value), math.Abs(f.Value-change)) {
			return i
		}
	}
	return -1
}
