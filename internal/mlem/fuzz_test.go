package mlem

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"testing"
)

// FuzzModel holds model.json to its promise: what Check accepts predicts distances, or
// says why not, and never panics.
func FuzzModel(f *testing.F) {
	rng := rand.New(rand.NewPCG(3, 7))
	table := categories(rng, 12)
	for _, text := range []string{
		`{"features":[{"name":"a","kind":"numeric","lo":0,"hi":1}],"missing":"same","na":null,"constraint":"diagonal","objective":"pearson","distance":"euclidean","power":2,"terms":[{"A":0,"B":0}],"w":[[1]],"scale":1,"intercept":0,"lambda":0,"kkt":0,"stimuli":9,"pairs":36,"description":""}`,
		`{"features":[{"name":"a","kind":"ordinal","steps":[1,2]},{"name":"b","kind":"circular","period":24}],"metric":"signed","missing":"drop-pair","na":["x"],"constraint":"spd","objective":"spearman","distance":"cosine","power":1,"terms":[{"A":0,"B":0},{"A":1,"B":1,"Tied":1}],"w":[[0,0,0],[0,1,0],[0,0,1]],"scale":1,"intercept":0,"lambda":0,"shrink":1,"kkt":0,"stimuli":9,"pairs":36,"description":""}`,
		`{"features":[{"name":"a","kind":"precomputed"}]}`, `{}`, `[]`, `{"w":[[1e999]]}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		m := new(Model)
		if d.Decode(m) != nil || m.Check() != nil || len(m.W) > 50 {
			return
		}
		features, _, err := m.Encode(table)
		if err != nil {
			return
		}
		values, err := m.Predict(features)
		if err == nil && !finite(values...) {
			t.Fatalf("%s predicts %g", text, values)
		}
		sealed := *m
		sealed.Seal()
		if err := sealed.Check(); err != nil {
			t.Fatalf("sealed: %v", err)
		}
	})
}
