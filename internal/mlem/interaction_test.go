package mlem

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
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
