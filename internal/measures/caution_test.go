package measures

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"simtool/internal/data"
)

// noisePair is a pair of independent Gaussian data of a shape.
func noisePair(t *testing.T, seed uint64, shapeX, shapeY []int) *Pair {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 7))
	system := func(shape []int) *System {
		size := 1
		for _, d := range shape {
			size *= d
		}
		values := make([]float64, size)
		for i := range values {
			values[i] = rng.NormFloat64()
		}
		d, err := data.New(values, shape...)
		if err != nil {
			t.Fatal(err)
		}
		s, err := NewSystem(d)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	p, err := NewPair(system(shapeX), system(shapeY))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestInflatedMeasures holds what cards say to unrelated data with many features: a
// measure that is said to be inflated has come at least half of the way from its value
// for unrelated data with many samples to that for identical ones, and a bounded one
// that is not said to be has not, or says so in the warnings of its score. Where the
// value of identical data depends on them, it is that of the data with many features.
func TestInflatedMeasures(t *testing.T) {
	tall, wide := noisePair(t, 1, []int{400, 4}, []int{400, 4}), noisePair(t, 2, []int{24, 600}, []int{24, 600})
	for _, f := range families {
		variants := []string{f.Card.Family}
		for _, p := range f.Card.Params {
			for _, choice := range p.Choices {
				variants = append(variants, f.Card.Family+":"+p.Name+"="+choice)
			}
		}
		variants = append(variants, f.Card.Family+":cv=0", f.Card.Family+":cv=3")
		for _, name := range variants {
			m, err := Parse(name)
			if err != nil || math.IsInf(m.Card().Max, 0) {
				continue
			}
			identity := m.Card().Identity
			if math.IsNaN(identity) {
				same, err := m.Score(&Pair{X: wide.X, Y: wide.X})
				if err != nil {
					continue
				}
				identity = same.Value
			}
			low, err1 := m.Score(tall)
			high, err2 := m.Score(wide)
			least := max(m.Card().Min, -1)
			if err1 != nil || err2 != nil || math.Abs(low.Value-identity) < .1*(m.Card().Max-least) {
				continue
			}
			way := (high.Value - low.Value) / (identity - low.Value)
			if inflated := way >= .5; inflated != m.Card().Inflated && len(high.Warnings) == 0 {
				t.Errorf("%s: unrelated data have %.3f with many samples and %.3f with many features (identical ones %.3g), but its card says inflated=%t",
					name, low.Value, high.Value, identity, m.Card().Inflated)
			}
		}
	}
}

// TestCautions says when a value means little, and nothing for clean data.
func TestCautions(t *testing.T) {
	for _, c := range []struct {
		measure string
		x, y    []int
		want    string // a part of the caution, "" for none
	}{
		{"cka", []int{20, 5}, []int{20, 6}, ""},
		{"cka", []int{20, 20}, []int{20, 6}, "nothing in common"},
		{"cka", []int{20, 5}, []int{20, 30}, "nothing in common"},
		{"cka:estimator=debiased", []int{20, 5}, []int{20, 30}, ""},
		{"nbs", []int{2, 1}, []int{2, 1}, "2 samples"},
		{"linreg:cv=5", []int{6, 10, 4}, []int{6, 10, 3}, "stretches of time"},
		{"linreg:cv=5:folds=conditions", []int{6, 10, 4}, []int{6, 10, 3}, ""},
		{"linreg:cv=5", []int{60, 4}, []int{60, 3}, ""},
		{"linreg:cv=5", []int{60, 4}, []int{60, 25}, "25 coefficients are fitted to 48 samples"},
		{"linreg:cv=5", []int{60, 25}, []int{60, 4}, ""},
		{"linreg:direction=y-from-x:cv=5", []int{60, 25}, []int{60, 4}, "25 coefficients"},
		{"linreg", []int{60, 4}, []int{60, 31}, "31 coefficients are fitted to 60 samples"},
		{"linreg", []int{60, 4}, []int{60, 30}, ""},
		{"ridge:lambda=auto:cv=5", []int{60, 4}, []int{60, 25}, ""},
		{"linreg", []int{6, 10, 4}, []int{6, 10, 3}, ""},
		{"rsa", []int{10, 30}, []int{10, 30}, "nothing in common"},
		{"rsa:compare=spearman", []int{10, 30}, []int{10, 30}, ""},
	} {
		m, err := Parse(c.measure)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(Cautions(m, noisePair(t, 3, c.x, c.y)), "; ")
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s of %v and %v: %q, want %q", c.measure, c.x, c.y, got, c.want)
		}
	}
}

// TestByConditions finds the variant that holds out conditions.
func TestByConditions(t *testing.T) {
	for name, want := range map[string]string{
		"linreg:cv=5": "linreg:cv=5:folds=conditions", "ridge:lambda=auto:cv=5": "ridge:lambda=auto:cv=5:folds=conditions",
		"linreg": "", "cka": "", "linreg:cv=5:folds=conditions": "",
	} {
		m, err := parseNamed(name, 1)
		if err != nil {
			t.Fatal(err)
		}
		v, ok := m.ByConditions(1)
		if ok != (want != "") || ok && (v.Name != want || !strings.Contains(v.Folds, "5 folds of whole conditions")) {
			t.Errorf("%s became %s (%t), want %q", name, v.Name, ok, want)
		}
	}
}
