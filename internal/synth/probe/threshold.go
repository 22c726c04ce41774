package probe

// Threshold returns the score at which a quantity along a trajectory first crosses
// the level start + share·(1 − start), where start is its first value. With share ½
// the level is half-way between the start and 1. The crossing is interpolated
// linearly between the two points around it. ok is false when the level was not
// reached, and when the quantity was 1 at the start, so that nothing is to be learnt.
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
