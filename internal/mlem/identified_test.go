package mlem

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// TestUnidentifiedWeights: distances of three levels are half the sum of those of their
// indicators, and the square of a sum is that of its parts and their product. Weights that
// such a relation joins have no interval and say so; others have one.
func TestUnidentifiedWeights(t *testing.T) {
	const n = 40
	rng := stats.Stream(1, "unidentified")
	codes := make([]int, n)
	a, b, sum, other := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	indicator := make([][]float64, 3)
	for l := range indicator {
		indicator[l] = make([]float64, n)
	}
	y := make(line, n)
	for i := range n {
		codes[i] = i % 3
		indicator[i%3][i] = 1
		a[i], b[i], other[i] = rng.Float64(), rng.Float64(), rng.Float64()
		switch i { // so that the ranges of the sum are those of its parts
		case 0:
			a[i], b[i] = 0, 0
		case 1:
			a[i], b[i] = 1, 1
		}
		sum[i] = a[i] + b[i]
		y[i] = a[i] + other[i] + float64(codes[i]) + 0.3*rng.NormFloat64()
	}
	check := func(name string, features *Features, in Interactions, unidentified ...string) {
		t.Helper()
		r := fitOne(t, features, y.neural(t), func(o *Options) {
			o.Folds, o.Null, o.Permutations, o.Bootstrap, o.Interactions, o.Metric = 0, 0, 0, 40, in, Signed
		})
		for _, w := range r.Weights {
			want := false
			for _, u := range unidentified {
				want = want || u == w.A+"*"+w.B
			}
			if got := strings.HasPrefix(w.Note, "not identified: "); got != want || got != (w.Interval == stats.Interval{}) {
				t.Errorf("%s: %s*%s has the interval %v and the note %q, unidentified %t", name, w.A, w.B, w.Interval, w.Note, want)
			}
		}
		if (unidentified != nil) != strings.Contains(strings.Join(r.Warnings, "; "), "the data do not tell weights apart: ") {
			t.Errorf("%s: warnings %q", name, r.Warnings)
		}
	}
	encode := func(columns ...*data.Column) *Features {
		t.Helper()
		f, _, err := NewFeatures(tableOf(columns...), FeatureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	levels := &data.Column{Name: "level", Kind: data.Categorical, Levels: []string{"x", "y", "z"}, Codes: codes}
	check("indicators", encode(levels, numeric("is x", indicator[0]...), numeric("is y", indicator[1]...), numeric("is z", indicator[2]...), numeric("other", other...)), Interactions{},
		"level*level", "is x*is x", "is y*is y", "is z*is z")
	check("a sum", encode(numeric("a", a...), numeric("b", b...), numeric("sum", sum...), numeric("other", other...)), Interactions{Pairs: [][2]string{{"a", "b"}}},
		"a*a", "b*b", "sum*sum", "a*b")
	check("a sum without products", encode(numeric("a", a...), numeric("b", b...), numeric("sum", sum...), numeric("other", other...)), Interactions{})
}

// TestDependences: the coefficients are those of the relation, in the units of the terms.
func TestDependences(t *testing.T) {
	rng := stats.Stream(2, "dependences")
	const n = 30
	x := mat.NewDense(n, 5, nil)
	for i := range n {
		u, v := rng.NormFloat64(), 100*rng.NormFloat64()
		x.SetRow(i, []float64{u, v, 7, 2*u - 0.5*v + 3, rng.NormFloat64()})
	}
	x, _ = linalg.Center(x)
	q := &problem{g: linalg.Gram(x), b: make([]float64, 5)}
	got := q.dependences()
	if len(got) != 1 || got[0].term != 3 || len(got[0].of) != 3 || math.Abs(got[0].of[0]-2) > 1e-9 || math.Abs(got[0].of[1]+0.5) > 1e-9 {
		t.Errorf("%+v, want term 3 = 2·(term 0) − 0.5·(term 1)", got)
	}
}
