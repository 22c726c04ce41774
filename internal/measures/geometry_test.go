package measures

import (
	"math"
	"testing"
)

// Angles are those of the measure's own angular form, and distances are 0 for identical
// systems.
func TestGeometries(t *testing.T) {
	for _, c := range []struct {
		name   string
		score  float64
		want   float64
		metric bool
	}{
		{"cka", 0.5, math.Pi / 3, true},
		{"nbs", 0, math.Pi / 2, true},
		{"rsa:compare=pearson", -1, math.Pi, true},
		{"distance-correlation", math.Sqrt(0.5), math.Pi / 3, true},
		{"distance-correlation:squared=true", 0.5, math.Pi / 3, true},
		{"procrustes", 0.3, 0.3, true},
		{"cka:as=angular", 0.3, 0.3, true},
		{"linreg", 0.75, 0.25, false},
		{"rsa:compare=kendall", 0.75, 0.25, false},
		{"cka:as=angular-score", 0.75, 0.25, false},
	} {
		m, err := Parse(c.name)
		if err != nil {
			t.Fatal(err)
		}
		g := GeometryOf(m)
		if got := g.Distance(c.score); math.Abs(got-c.want) > 1e-12 || g.Metric != c.metric {
			t.Errorf("%s: distance %g, want %g; metric is %v", c.name, got, c.want, g.Metric)
		}
		if got := g.Distance(m.Card().Identity); math.Abs(got) > 1e-12 {
			t.Errorf("%s: identical systems are %g apart", c.name, got)
		}
	}
}
