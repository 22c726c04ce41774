package measures

import (
	"math"
	"testing"
)

// TestReferenceValues holds the measures to the values of other programs, pair
// by pair.
func TestReferenceValues(t *testing.T) {
	tables := map[string][]oracle{"published": publishedValues(t), "independent": independentValues(t)}
	if n := len(tables["published"]); n != 819 {
		t.Errorf("%d published values, want 819", n)
	}
	for from, table := range tables {
		pairs := map[string][]oracle{}
		for _, o := range table {
			pairs[o.pair] = append(pairs[o.pair], o)
		}
		for name, oracles := range pairs {
			t.Run(from+"/"+name, func(t *testing.T) {
				p := oraclePair(t, name)
				for _, o := range oracles {
					checkOracle(t, p, o)
				}
			})
		}
	}
}

func checkOracle(t *testing.T, p *Pair, o oracle) {
	t.Helper()
	m := measureOf(t, o.measure)
	if canonical := m.Card().Name; canonical != o.measure {
		t.Errorf("%s is called %s", o.measure, canonical)
	}
	s, err := m.Score(p)
	if err != nil {
		t.Errorf("%s: %v", o.measure, err)
		return
	}
	if d := math.Abs(s.Value - o.value); !(d <= o.tolerance) {
		t.Errorf("%s = %.15g, want %.15g (differs by %.2g, tolerance %.2g)", o.measure, s.Value, o.value, d, o.tolerance)
	}
}
