package mlem

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/stats"
)

// TestInteractionImportance: of four features of which a and b vary together and c and d
// do not, the product of the first two has an importance, which is that of the group of
// both less those of each, and the others have none.
func TestInteractionImportance(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 1))
	f, z := code(t, numericTable(rng, 90, 4))
	truth := mat.NewDense(4, 4, []float64{1, .9, 0, 0, .9, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1})
	r := fitOne(t, f, responses(t, z, truth), func(o *Options) {
		o.Metric, o.Interactions.All, o.InteractionImportance = Signed, true, true
		o.FeatureGroups = []FeatureGroup{{Name: "ab", Features: []string{"a", "b"}}}
		o.Bootstrap, o.Null, o.Permutations = 50, 99, 60
	})
	value := map[string]Importance{}
	for _, i := range r.Importance {
		value[i.Feature+i.Group] = i
	}
	if len(r.Importance) != 4+1+6 {
		t.Fatalf("%d importances, want those of 4 features, a group and 6 products", len(r.Importance))
	}
	ab := value["a*b"]
	if ab.Method != Interaction {
		t.Errorf("the method is %q", ab.Method)
	}
	want := value["ab"].Value - value["a"].Value - value["b"].Value
	if math.Abs(ab.Value-want) > 4*ab.SD/math.Sqrt(float64(ab.N)) {
		t.Errorf("a*b is %v, want %v", ab.Value, want)
	}
	if ab.P > 0.02 || ab.Interval.Lo <= 0 && ab.Interval.Hi >= 0 {
		t.Errorf("a*b: p = %v, interval %v to %v: want one that is told from 0", ab.P, ab.Interval.Lo, ab.Interval.Hi)
	}
	for _, name := range []string{"a*c", "b*d", "c*d"} {
		if other := math.Abs(value[name].Value); other > math.Abs(ab.Value)/4 {
			t.Errorf("%s is %v beside %v of a*b", name, other, ab.Value)
		}
	}
}

// TestInteractionError: the intervals of interactions are about as wide as these vary from
// recording to recording; with the error of permutations a second time, they were 1.5 times
// as wide.
func TestInteractionError(t *testing.T) {
	const recordings, n = 100, 40
	factor := mat.NewDense(3, 3, []float64{1, 0, 0, .5, .9, 0, 0, 0, .5}) // of the metric
	values, halves := map[string][]float64{}, map[string]float64{}
	for r := range recordings {
		rng := rand.New(rand.NewPCG(33, uint64(r)))
		f, z := code(t, numericTable(rng, n, 3))
		var y mat.Dense
		y.Mul(z, factor)
		y.Apply(func(_, _ int, v float64) float64 { return v + 0.1*rng.NormFloat64() }, &y)
		neural, err := NewNeural(&y, NeuralOptions{})
		if err != nil {
			t.Fatal(err)
		}
		fit := fitOne(t, f, neural, func(o *Options) {
			o.Metric, o.Interactions.All, o.InteractionImportance = Signed, true, true
			o.Null, o.Seed = 0, uint64(r)
		})
		for _, i := range fit.Importance {
			if i.Method == Interaction {
				values[i.Feature] = append(values[i.Feature], i.Value)
				halves[i.Feature] += (i.Interval.Hi - i.Interval.Lo) / 2 / recordings
			}
		}
	}
	for name, v := range values {
		_, sd := meanSD(v)
		if ratio := halves[name] / 1.96 / sd; ratio < 0.85 || ratio > 1.35 {
			t.Errorf("the standard error of %s is %.2f times the standard deviation over %d recordings, want about 1", name, ratio, len(v))
		}
	}
}

// TestIsolateBySlopes: what is left of the predictions without two features, and what these
// add when they are replaced, are the same from slopes as from a pass over all coordinates.
func TestIsolateBySlopes(t *testing.T) {
	f, _, _, _, _ := rowSamplings(t, func(o *Options) { o.Interactions.All = true }, false, Euclidean)
	f.selectScored()
	e := f.held(0)
	rng := stats.Stream(9, "slopes")
	w := make([]float64, len(f.design.terms))
	for i := range w {
		w[i] = rng.NormFloat64()
	}
	y := newAgreement(e.distances(0), e.ties(0), ScorePearson)
	one, other := newPermuter(e, y), newPermuter(e, y)
	s := e.slopes(w, e.predict(w))
	for _, features := range [][]int{{0, 1}, {1, 2}, {0, 2}} {
		one.isolate(w, features)
		other.isolateBy(s, features)
		var columns []column
		for _, at := range features {
			columns = append(columns, e.features.columns[at].pick(rng.Perm(len(e.id))))
		}
		one.predict(columns)
		other.predict(columns)
		for p := range one.x {
			if math.Abs(one.x[p]-other.x[p]) > 1e-13 || math.Abs(one.rest[p]-other.rest[p]) > 1e-13 {
				t.Fatalf("features %v, pair %d: %g and %g, want %g and %g", features, p, other.x[p], other.rest[p], one.x[p], one.rest[p])
			}
		}
	}
}
