package mlem

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// savedModel is a model with a feature of each kind, as its file has it.
func savedModel(t *testing.T, change func(*Options)) (*Model, []byte) {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 7))
	f, _ := code(t, categories(rng, 30))
	y, err := NewNeural(randomMatrix(rng, 30, 6), NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	m := fitOne(t, f, y, change).Model
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return m, text
}

// TestModelNoticesDamage changes each bit of the file of a model. What is still JSON of
// a model is refused, or is the same model.
func TestModelNoticesDamage(t *testing.T) {
	m, text := savedModel(t, func(o *Options) { o.Bootstrap, o.Null = 0, 0 })
	if err := m.Check(); err != nil {
		t.Fatal(err)
	}
	read := 0
	for i := range text {
		for bit := range 8 {
			mutant := append([]byte(nil), text...)
			mutant[i] ^= 1 << bit
			d := json.NewDecoder(strings.NewReader(string(mutant)))
			d.DisallowUnknownFields()
			got := new(Model)
			if d.Decode(got) != nil {
				continue
			}
			read++
			if got.Check() == nil && !reflect.DeepEqual(got, m) {
				t.Fatalf("bit %d of byte %d, in %q, makes another model", bit, i, text[max(0, i-20):i+1])
			}
		}
	}
	if read < 1000 {
		t.Errorf("only %d mutants can be read: this test sees too little", read)
	}
}

// TestModelFieldsAreChecked, in a file without a checksum.
func TestModelFieldsAreChecked(t *testing.T) {
	diagonal, _ := savedModel(t, func(o *Options) { o.Bootstrap, o.Null = 0, 0 })
	signed, _ := savedModel(t, func(o *Options) { o.Metric, o.Interactions.All, o.Bootstrap, o.Null = Signed, true, 0, 0 })
	for _, m := range []*Model{diagonal, signed} {
		for name, change := range map[string]func(m *Model){
			"metric":            func(m *Model) { m.Metric = "l1" },
			"unknown kind":      func(m *Model) { m.Features[0].Kind = "categorkcal" },
			"kind of a program": func(m *Model) { m.Features[0].Kind = difference },
			"no name":           func(m *Model) { m.Features[0].Name = "" },
			"a name twice":      func(m *Model) { m.Features[0].Name = m.Features[1].Name },
			"levels twice":      func(m *Model) { m.Features[0].Levels = []string{"a", "a"} },
			"a period":          func(m *Model) { m.Features[0].Period = 2 },
			"missing":           func(m *Model) { m.Missing = "bogus" },
			"constraint":        func(m *Model) { m.Constraint = "" },
			"objective":         func(m *Model) { m.Objective = "zzz" },
			"distance":          func(m *Model) { m.Distance = "euclid" },
			"power":             func(m *Model) { m.Power = 0 },
			"no term":           func(m *Model) { m.Terms = m.Terms[1:] },
			"a term outside":    func(m *Model) { m.Terms[0].B = 100 },
			"asymmetric":        func(m *Model) { m.W[0][1]++ },
			"a longer W":        func(m *Model) { m.W[0][0] *= 3; m.W[0][0]++ },
			"no square":         func(m *Model) { m.W[0] = m.W[0][1:] },
			"scale":             func(m *Model) { m.Scale = math.Inf(-1) },
			"lambda":            func(m *Model) { m.Lambda = -1 },
			"shrink":            func(m *Model) { m.Shrink = -1 },
			"kkt":               func(m *Model) { m.KKT = -1 },
			"stimuli":           func(m *Model) { m.Stimuli = 2 },
			"pairs":             func(m *Model) { m.Pairs = m.Stimuli * m.Stimuli },
			"many pairs":        func(m *Model) { m.Pairs = 1 << 62 },
			"checksum":          func(m *Model) { m.Checksum = "0" },
		} {
			text, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			other := new(Model)
			if err := json.Unmarshal(text, other); err != nil {
				t.Fatal(err)
			}
			other.Checksum = ""
			if err := other.Check(); err != nil {
				t.Fatalf("without a checksum: %v", err)
			}
			change(other)
			if err := other.Check(); err == nil {
				t.Errorf("%s was accepted", name)
			}
			edited := *other
			edited.Seal()
			if err := edited.Check(); err == nil && name != "checksum" {
				t.Errorf("%s was accepted under a checksum of its own", name)
			}
		}
	}
}

// TestEncodingsAreChecked by their kind.
func TestEncodingsAreChecked(t *testing.T) {
	for _, e := range []Encoding{
		{Kind: Numeric, Lo: -1, Hi: 2},
		{Kind: Categorical, Levels: []string{"a", "b"}},
		{Kind: Circular, Period: 24},
		{Kind: Ordinal, Levels: []string{"low", "high"}},
		{Kind: Ordinal, Steps: []float64{1, 2, 5}},
		{Kind: Precomputed},
	} {
		if err := e.check(); err != nil {
			t.Errorf("%+v: %v", e, err)
		}
	}
	for _, e := range []Encoding{
		{},
		{Kind: "l"},
		{Kind: Numeric},
		{Kind: Numeric, Lo: 2, Hi: 1},
		{Kind: Numeric, Lo: 1, Hi: 2, Period: 1},
		{Kind: Numeric, Lo: 1, Hi: 2, Levels: []string{}},
		{Kind: Categorical},
		{Kind: Categorical, Levels: []string{"a"}},
		{Kind: Categorical, Levels: []string{"a", "b", "a"}},
		{Kind: Categorical, Lo: 1, Levels: []string{"a", "b"}},
		{Kind: Circular},
		{Kind: Circular, Period: -1},
		{Kind: Circular, Period: 1, Hi: 1},
		{Kind: Ordinal},
		{Kind: Ordinal, Steps: []float64{2, 1}},
		{Kind: Ordinal, Steps: []float64{1, 1, 2}},
		{Kind: Ordinal, Levels: []string{"a", "b"}, Steps: []float64{1, 2}},
		{Kind: Precomputed, Lo: 1},
		{Kind: Precomputed, Levels: []string{"a", "b"}},
	} {
		if e.check() == nil {
			t.Errorf("%+v was accepted", e)
		}
	}
}
