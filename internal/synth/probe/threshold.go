package probe

// Threshold returns the score at which a quantity that is followed along a
// trajectory first crosses the level start + share·(1 − start), start being its
// first value: with share ½, half-way between its start and 1. The crossing is
// found by linear interpolation between the two points around it. ok is false
// when the level was not reached, and when the quantity was 1 to begin with, so
// that there is nothing left to learn.
func Threshold(scores, values []float64, share float64) (score float64, ok bool) {
	if len(scores) != len(values) {
		panic("probe: scores and values of different lengths")
	}
	if len(values) == 0 || 1-values[0] < 1e-9 {
		return 0, false
	}
	level := values[0] + share*(1-values[0])
	for i := 1; i < len(values); i++ {
		if values[i] >= level {
			before, after := values[i-1], values[i]
			return scores[i-1] + (level-before)/(after-before)*(scores[i]-scores[i-1]), true
		}
	}
	return 0, false
}
