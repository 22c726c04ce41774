package mlem

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// TestVerticesOfASimplex: all levels of a category are at distance 1 of each other, and
// of two levels the second is positive.
func TestVerticesOfASimplex(t *testing.T) {
	for k := 2; k <= 7; k++ {
		for l := range k {
			for m := range k {
				sum, want := 0.0, 1.0
				if l == m {
					want = 0
				}
				for c := range k - 1 {
					d := vertex(l, c) - vertex(m, c)
					sum += d * d
				}
				if math.Abs(sum-want) > 1e-15 {
					t.Errorf("%d levels: squared distance of %d and %d is %v", k, l, m, sum)
				}
			}
		}
	}
	if vertex(1, 0)-vertex(0, 0) != 1 {
		t.Error("the second of two levels is not positive")
	}
}

// numericTable has n stimuli with f numeric features.
func numericTable(rng *rand.Rand, n, f int) *data.Table {
	table := &data.Table{}
	for k := range f {
		c := &data.Column{Name: string(rune('a' + k)), Kind: data.Numeric, Values: make([]float64, n)}
		for i := range c.Values {
			c.Values[i] = rng.NormFloat64()
		}
		table.Columns = append(table.Columns, c)
	}
	return table
}

// code returns the coordinates of the stimuli, stimuli × coordinates.
func code(t *testing.T, table *data.Table) (*Features, *mat.Dense) {
	t.Helper()
	f, _, err := NewFeatures(table, FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	columns := f.under(Signed).coordinates()
	z := mat.NewDense(f.n, len(columns), nil)
	for j, c := range columns {
		z.SetCol(j, c.values)
	}
	return f, z
}

// responses returns z·L of a metric W = LLᵀ.
func responses(t *testing.T, z, w *mat.Dense) *Neural {
	t.Helper()
	n, _ := w.Dims()
	var c mat.Cholesky
	sym := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range n {
			sym.SetSym(i, j, w.At(i, j))
		}
	}
	if !c.Factorize(sym) {
		t.Fatal("the true metric is not positive definite")
	}
	var l mat.TriDense
	c.LTo(&l)
	var y mat.Dense
	y.Mul(z, &l)
	neural, err := NewNeural(&y, NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return neural
}

// wantMetric compares the metric of a fit, of norm 1 as terms are counted, with the
// truth.
func wantMetric(t *testing.T, r *Result, truth *mat.Dense, tolerance float64) {
	t.Helper()
	got := r.Model.Matrix()
	ratio := got.At(0, 0) / truth.At(0, 0)
	n, _ := truth.Dims()
	for i := range n {
		for j := range n {
			if math.Abs(got.At(i, j)-ratio*truth.At(i, j)) > tolerance*ratio {
				t.Errorf("W[%d,%d] is %v, want %v", i, j, got.At(i, j)/ratio, truth.At(i, j))
			}
		}
	}
	for _, s := range r.Scores {
		if math.Abs(s.Pearson-1) > 1e-9 {
			t.Errorf("%s: Pearson %v, want 1", s.Split, s.Pearson)
		}
	}
}

// TestSignedMetricOfALinearCode recovers the metric of features that vary together and
// against each other, which no product of absolute differences can tell apart.
func TestSignedMetricOfALinearCode(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	f, z := code(t, numericTable(rng, 60, 4))
	truth := mat.NewDense(4, 4, []float64{1, .9, 0, 0, .9, 1, 0, 0, 0, 0, 1, -.9, 0, 0, -.9, 1})
	neural := responses(t, z, truth)
	exact := func(o *Options) {
		o.Interactions.All, o.Bootstrap, o.Null, o.Permutations = true, 0, 0, 0
	}
	signed := fitOne(t, f, neural, func(o *Options) { exact(o); o.Metric = "" })
	wantMetric(t, signed, truth, 1e-8)
	if signed.Model.Metric != Signed {
		t.Errorf("the default with interactions is %q", signed.Model.Metric)
	}
	absolute := fitOne(t, f, neural, exact)
	if r := absolute.Scores[0].Pearson; r > 0.9 {
		t.Errorf("products of absolute differences reach %v: the example does not tell the metrics apart", r)
	}
}

// categories has two categorical features of three and four levels, and a number.
func categories(rng *rand.Rand, n int) *data.Table {
	table := &data.Table{}
	for k, levels := range [][]string{{"red", "green", "blue"}, {"circle", "square", "star", "cross"}} {
		c := &data.Column{Name: []string{"colour", "shape"}[k], Kind: data.Categorical, Levels: levels, Codes: make([]int, n)}
		for i := range c.Codes {
			c.Codes[i] = rng.IntN(len(levels))
		}
		table.Columns = append(table.Columns, c)
	}
	size := &data.Column{Name: "size", Kind: data.Numeric, Values: make([]float64, n)}
	for i := range size.Values {
		size.Values[i] = rng.Float64()
	}
	table.Columns = append(table.Columns, size)
	return table
}

// TestSignedMetricOfCategories recovers a metric whose main effects are multiples of the
// identity, with blocks of products, and one with a free block within a feature.
func TestSignedMetricOfCategories(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 2))
	f, z := code(t, categories(rng, 150))
	_, e := z.Dims()
	if e != 2+3+1 {
		t.Fatalf("%d coordinates, want 6", e)
	}
	truth := mat.NewDense(e, e, nil)
	for i, v := range []float64{2, 2, 1.5, 1.5, 1.5, 1} {
		truth.Set(i, i, v)
	}
	set := func(i, j int, v float64) { truth.Set(i, j, v); truth.Set(j, i, v) }
	set(0, 2, .4)
	set(1, 3, -.5)
	set(0, 5, .3)
	set(4, 5, -.6)
	r := fitOne(t, f, responses(t, z, truth), func(o *Options) {
		o.Metric, o.Interactions.All, o.Bootstrap, o.Null, o.Permutations = Signed, true, 0, 0, 0
	})
	wantMetric(t, r, truth, 1e-8)
	if norm := mat.Norm(r.Model.Matrix(), 2); math.Abs(norm-1) > 1e-12 {
		t.Errorf("the metric has the norm %v, want 1", norm)
	}
	weights := map[string]float64{}
	for _, w := range r.Weights {
		weights[w.A+" "+w.B] = w.Weight
	}
	ratio := r.Model.Matrix().At(0, 0) / 2
	for name, want := range map[string]float64{
		"colour colour": 2, "shape shape": 1.5, "size size": 1,
		"colour shape": math.Sqrt(.4*.4 + .5*.5), "colour size": .3, "shape size": .6,
		"colour=green size": .3 / 2, "colour=blue size": -.3 / 2, "shape=star size": -.6 * 3 / math.Sqrt(24),
	} {
		if got, ok := weights[name]; !ok || math.Abs(got/ratio-want) > 1e-7 {
			t.Errorf("%s is %v, want %v", name, got/ratio, want)
		}
	}
	free := mat.DenseCopyOf(truth)
	free.Set(0, 0, 3)
	free.Set(0, 1, .7)
	free.Set(1, 0, .7)
	r = fitOne(t, f, responses(t, z, free), func(o *Options) {
		o.Metric, o.Interactions.All, o.Bootstrap, o.Null, o.Permutations = Signed, true, 0, 0, 0
		o.Levels = []string{"colour"}
	})
	wantMetric(t, r, free, 1e-7)
}

// TestSignsDoNotDependOnTheOrderOfStimuli: the sign of a product with a category of two levels
// is that of the later level by name, whichever the table has first.
func TestSignsDoNotDependOnTheOrderOfStimuli(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 5))
	const n = 40
	later, size := make([]bool, n), make([]float64, n)
	for i := range n {
		later[i], size[i] = rng.IntN(2) == 1, rng.Float64()
	}
	size[0], size[1] = 0, 1
	fitTo := func(levels []string) float64 {
		table := &data.Table{Columns: []*data.Column{
			{Name: "side", Kind: data.Categorical, Levels: levels, Codes: make([]int, n)},
			{Name: "size", Kind: data.Numeric, Values: size},
		}}
		y := mat.NewDense(n, 1, nil)
		for i := range n {
			name := "left"
			if later[i] {
				name = "right"
				y.Set(i, 0, 1)
			}
			table.Columns[0].Codes[i] = slices.Index(levels, name)
			y.Set(i, 0, y.At(i, 0)+size[i])
		}
		f, _, err := NewFeatures(table, FeatureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		neural, err := NewNeural(y, NeuralOptions{})
		if err != nil {
			t.Fatal(err)
		}
		r := fitOne(t, f, neural, func(o *Options) {
			o.Metric, o.Interactions.All, o.Bootstrap, o.Null, o.Permutations = Signed, true, 0, 0, 0
		})
		return r.Weights[2].Weight
	}
	for _, levels := range [][]string{{"left", "right"}, {"right", "left"}} {
		// y = 1·right + size: W is all ones, over its norm.
		if w := fitTo(levels); math.Abs(w-.5) > 1e-8 {
			t.Errorf("with the levels %v in the table the product has the weight %v, want .5", levels, w)
		}
	}
}

// TestSignedIsAbsoluteWithoutInteractions: squares have no sign, so that both metrics are one
// model, to rounding; their weights differ by a factor, for a category has one entry in the
// absolute metric and K−1 in the signed one, which has unit norm too.
func TestSignedIsAbsoluteWithoutInteractions(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 3))
	f, _, err := NewFeatures(categories(rng, 80), FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, z := code(t, categories(rand.New(rand.NewPCG(9, 3)), 80))
	_, e := z.Dims()
	signals := mat.NewDense(80, e+5, nil)
	signals.Slice(0, 80, 0, e).(*mat.Dense).Copy(z)
	signals.Slice(0, 80, e, e+5).(*mat.Dense).Scale(.2, randomMatrix(rng, 80, 5))
	y, err := NewNeural(signals, NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	change := func(m Metric) func(o *Options) {
		return func(o *Options) { o.Metric, o.Bootstrap, o.Null = m, 20, 19 }
	}
	a, s := fitOne(t, f, y, change(Absolute)), fitOne(t, f, y, change(Signed))
	close := func(what string, got, want float64) {
		if !(math.Abs(got-want) <= 1e-7) {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	norm := 0.0 // of the signed metric with the weights of the absolute one
	for i, w := range a.Weights {
		norm += []float64{2, 3, 1}[i] * w.Weight * w.Weight
	}
	for i, w := range a.Weights {
		close("weight of "+w.A, s.Weights[i].Weight*math.Sqrt(norm), w.Weight)
	}
	for i, v := range a.Scores {
		close(fmt.Sprint("score ", i), s.Scores[i].Pearson, v.Pearson)
	}
}

// TestSignedPredictsLikeItsModel: a model that is applied to the stimuli of its fit
// predicts what it predicted there, for every pair: intercept + scale·δᵀWδ by hand.
func TestSignedPredictsLikeItsModel(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 4))
	table := categories(rng, 40)
	f, z := code(t, table)
	y, err := NewNeural(randomMatrix(rng, 40, 6), NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	m := fitOne(t, f, y, func(o *Options) { o.Metric, o.Interactions.All, o.Bootstrap, o.Null = Signed, true, 0, 0 }).Model
	if err := m.Check(); err != nil {
		t.Fatal(err)
	}
	again, _, err := m.Encode(table)
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.Predict(again)
	if err != nil {
		t.Fatal(err)
	}
	w, p := m.Matrix(), 0
	for i := range 40 {
		for j := i + 1; j < 40; j++ {
			var d mat.VecDense
			d.SubVec(z.RowView(i), z.RowView(j))
			if want := m.Intercept + m.Scale*mat.Inner(&d, w, &d); math.Abs(got[p]-want) > 1e-10 {
				t.Fatalf("pair %d, %d: %v, want %v", i, j, got[p], want)
			}
			p++
		}
	}
}

// TestSignedMetricOfACircle recovers a linear code of a circular feature, whose cosine and
// sine have weights of their own, and its products with a number. Where the circle is round
// no metric is this code.
func TestSignedMetricOfACircle(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 6))
	table := numericTable(rng, 60, 1)
	angle := &data.Column{Name: "angle", Kind: data.Numeric, Values: make([]float64, 60)}
	for i := range angle.Values {
		angle.Values[i] = 360 * rng.Float64()
	}
	table.Columns = append(table.Columns, angle)
	f, _, err := NewFeatures(table, FeatureOptions{Circular: map[string]float64{"angle": 360}})
	if err != nil {
		t.Fatal(err)
	}
	z := mat.NewDense(60, 3, nil)
	for i, v := range angle.Values {
		sin, cos := math.Sincos(v * math.Pi / 180)
		z.SetRow(i, []float64{f.columns[0].values[i], cos / 2, sin / 2})
	}
	truth := mat.NewDense(3, 3, []float64{1, .3, -.2, .3, 2, .6, -.2, .6, .5})
	fit := func(levels ...string) *Result {
		return fitOne(t, f, responses(t, z, truth), func(o *Options) {
			o.Metric, o.Interactions.All, o.Bootstrap, o.Null, o.Permutations = Signed, true, 0, 0, 0
			o.Levels = levels
		})
	}
	own := fit("angle")
	wantMetric(t, own, truth, 1e-8)
	if r := fit().Scores[0].Pearson; r > .99 {
		t.Errorf("a round circle reaches %v: the example does not tell them apart", r)
	}
	labels := map[string]float64{}
	for _, w := range own.Weights {
		labels[w.A+" "+w.B] = w.Weight / own.Model.W[0][0]
	}
	for name, want := range map[string]float64{"angle=cos angle=cos": 2, "angle=cos angle=sin": .6, "angle=sin angle=sin": .5} {
		if got, ok := labels[name]; !ok || math.Abs(got-want) > 1e-7 {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}

// TestMissingValuesHaveNoSign: a stimulus without a value that differs from all others has
// no signed difference, and a product with one would depend on the order of the stimuli.
// Neither a fit nor a model takes it; squares have no sign.
func TestMissingValuesHaveNoSign(t *testing.T) {
	rng := rand.New(rand.NewPCG(37, 7))
	table := numericTable(rng, 30, 2)
	table.Columns[0].Values[4] = math.NaN()
	y, err := NewNeural(randomMatrix(rng, 30, 3), NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		missing      Missing
		interactions bool
		refused      bool
	}{
		{MissingDifferent, true, true},
		{MissingDifferent, false, false},
		{MissingSame, true, false},
		{MissingDropPair, true, false},
	} {
		f, _, err := NewFeatures(table, FeatureOptions{Missing: c.missing})
		if err != nil {
			t.Fatal(err)
		}
		o := DefaultOptions()
		o.Metric, o.Interactions.All, o.Bootstrap, o.Null, o.Permutations = Signed, c.interactions, 0, 0, 0
		_, err = Fit(t.Context(), f, []*Neural{y}, o)
		if _, invalid := data.AsInputError(err); (err != nil) != c.refused || c.refused && !invalid {
			t.Errorf("missing values that are %s, interactions %v: error %v", c.missing, c.interactions, err)
		}
	}
	whole, _, err := NewFeatures(numericTable(rng, 30, 2), FeatureOptions{Missing: MissingDifferent})
	if err != nil {
		t.Fatal(err)
	}
	m := fitOne(t, whole, y, func(o *Options) {
		o.Metric, o.Interactions.All, o.Bootstrap, o.Null, o.Permutations = Signed, true, 0, 0, 0
	}).Model
	other, _, err := m.Encode(table)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Predict(other); err == nil {
		t.Error("a model of products predicts distances of missing values that differ from all others")
	}
}
