package measures

import (
	"math"
	"slices"
	"testing"
)

// The roads of the model are those that scores take.
func TestRoads(t *testing.T) {
	for _, c := range []struct {
		name string
		d    Dims
		want Road
	}{
		{"cka", Dims{N: 100, P: 20, Q: 30}, ByFeatures},
		{"cka", Dims{N: 100, P: 20, Q: 300}, BySamples},
		{"cka:kernel=rbf", Dims{N: 100, P: 20, Q: 30}, ByPairs},
		{"rsa", Dims{N: 100, P: 20, Q: 30}, ByFeatures},
		{"rsa:compare=spearman", Dims{N: 100, P: 20, Q: 30}, ByPairs},
		{"rsa:compare=spearman", Dims{N: int64(tiledAbove) + 1, P: 20, Q: 30}, ByTiles},
		{"ridge:lambda=auto:cv=5", Dims{N: 100, P: 20, Q: 30}, ByRows},
		{"nbs:as=angular-distance", Dims{N: 100, P: 20, Q: 30}, ByFeatures},
	} {
		m, err := Parse(c.name)
		if err != nil {
			t.Fatal(err)
		}
		if got := costOf(m, c.d).road; got != c.want {
			t.Errorf("%s of %v goes by %s, want %s", c.name, c.d, got, c.want)
		}
	}
	x, y := contractPair()
	p := pairOf(t, datasetOf(x), datasetOf(y))
	if got := p.Dims().bySamples(); got != p.bySamples() {
		t.Errorf("a pair goes by samples: %v, by its sizes: %v", p.bySamples(), got)
	}
}

// Every measure in every variant has an estimate, more samples and features take longer,
// and what measures share counts once.
func TestEstimatesGrowWithTheData(t *testing.T) {
	machine := Machine{Flops: 5e10, Bytes: 1e10, Item: 2e-8}
	for _, f := range families {
		for _, name := range variants(f) {
			m, err := Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			named := []Named{{Name: name, Measure: m}}
			last := 0.0
			for _, d := range []Dims{{N: 100, P: 20, Q: 30}, {N: 1000, P: 20, Q: 30}, {N: 1000, P: 200, Q: 300}, {N: 4000, P: 400, Q: 300}} {
				e := EstimateScores(named, d, machine)
				if !(e.Seconds > last) || math.IsInf(e.Seconds, 1) || len(e.Roads) != 1 || !slices.Equal(e.Roads[0].Measures, []string{name}) {
					t.Errorf("%s of %v: %v after %g", name, d, e, last)
				}
				last = e.Seconds
			}
		}
	}
	d := Dims{N: 3000, P: 500, Q: 500}
	all, err := ParseList("cka,nbs,procrustes", 1)
	if err != nil {
		t.Fatal(err)
	}
	alone := 0.0
	for _, m := range all {
		alone += EstimateScores([]Named{m}, d, machine).Seconds
	}
	if together := EstimateScores(all, d, machine).Seconds; together > 0.7*alone {
		t.Errorf("%g s together, %g s one by one", together, alone)
	}
}

func TestMeasureMachine(t *testing.T) {
	m := MeasureMachine()
	for _, v := range []float64{m.Flops, m.Bytes, m.Item} {
		if !(v > 0) || math.IsInf(v, 1) {
			t.Errorf("the machine is %v", m)
		}
	}
}
