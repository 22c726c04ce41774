package sensitivity

import (
	"math"
	"testing"

	"simtool/internal/synth/optimize"
	"simtool/internal/synth/synthtest"
)

// At random Y the push of CKA is proportional to the variance of a component, and
// that of NBS to its standard deviation. CKA learns the components in the order of
// their push.
func TestLearningOrder(t *testing.T) {
	r := reference(t, synthtest.PowerLaw(t, 200, 6, 1.5), 0)
	for measure, want := range map[string]float64{"cka": 1, "nbs": 0.5} {
		method := optimize.DefaultMomentum()
		l, err := r.Learning(t.Context(), named(t, measure)[0], Trajectory{
			Method: method, MaxIter: 3000, Stop: 0.9999, Draws: 30, Seed: 1,
		})
		if err != nil {
			t.Fatal(err)
		}
		slope, ok := FitSlope(l.Explained, l.Push)
		if !ok {
			t.Fatal("no slope")
		}
		synthtest.Near(t, measure+": exponent of the push", slope.Exponent, want, 0.1)
		if !(l.Agreement > 0.9) {
			t.Errorf("%s: agreement %g", measure, l.Agreement)
		}
		if math.IsNaN(l.Threshold[0]) {
			t.Errorf("%s never learnt the first component", measure)
		}
	}
}
