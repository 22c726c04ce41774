package measures

import (
	"math"
	"testing"
)

// TestReferenceValues holds the measures to the values of other programs, pair
// by pair.
func TestReferenceValues(t *testing.T) {
	for from, table := range map[string]struct {
		oracles []oracle
		count   int
	}{
		"published":   {publishedValues(t), 819},
		"independent": {independentValues(t), 1305},
	} {
		if len(table.oracles) != table.count {
			t.Errorf("%d %s values, want %d", len(table.oracles), from, table.count)
		}
		pairs := map[string][]oracle{}
		for _, o := range table.oracles {
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
