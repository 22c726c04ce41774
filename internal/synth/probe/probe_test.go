package probe

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/synth/synthtest"
)

func gaussian(rng *rand.Rand, n, p int) *mat.Dense {
	x := mat.NewDense(n, p, nil)
	for i := range x.RawMatrix().Data {
		x.RawMatrix().Data[i] = rng.NormFloat64()
	}
	return x
}

func datasetOf(t *testing.T, x *mat.Dense) *data.Dataset {
	t.Helper()
	n, p := x.Dims()
	d, err := data.New(mat.DenseCopyOf(x).RawMatrix().Data, n, p)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A system of two dimensions in four features, stored as float32, has two components:
// rounding makes no others.
func TestComponentsOfRoundedData(t *testing.T) {
	var x mat.Dense
	x.Mul(synthtest.Waves(12, 2, 1.7), mat.NewDense(2, 4, []float64{.7, .3, -.9, .4, .1, -.6, .2, .8}))
	x.Apply(func(_, _ int, v float64) float64 { return float64(float32(v)) }, &x)
	d := datasetOf(t, &x)
	d.Precision = data.PrecisionOf("float32")
	a, err := NewPCAnalysis(d)
	if err != nil || len(a.Explained()) != 2 {
		t.Errorf("%d components (%v), want 2", len(a.Explained()), err)
	}
}

// Expected: NumPy, component by component: 1 − ‖u_i − Yc·w‖² with w from
// numpy.linalg.lstsq, and 1 − ‖(Xc − c·Yc·R)v_i‖²/σ_i² with R = UVᵀ of the SVD of
// YcᵀXc and c the sum of its singular values over ‖Yc‖².
func TestPCAnalysis(t *testing.T) {
	explained := []float64{0.5186305560313977, 0.26267423601205875, 0.1489586919080312, 0.06973651604851232}
	tall := synthtest.Waves(12, 4, 1.7)
	for name, c := range map[string]struct {
		x, y                          *mat.Dense
		explained, linear, orthogonal []float64
	}{
		"narrower": {
			tall, synthtest.Waves(12, 3, 0.9), explained,
			[]float64{0.3425754782229268, 0.48444808421122065, 0.0436113154925154, 0.0010776752306840276},
			[]float64{0.25253656420771475, 0.33095660142839745, -0.29980568899675286, -0.0014182717299726644},
		},
		"of one width": {
			tall, synthtest.Waves(12, 4, 0.9), explained,
			[]float64{0.3486890176510181, 0.5081805987387058, 0.047221471136137616, 0.006577507415271633},
			[]float64{0.24163801862444967, 0.316603073614558, -0.23284859740390007, -0.14691691324172806},
		},
		"wider": {
			tall, synthtest.Waves(12, 7, 0.9), explained,
			[]float64{0.9396959737465118, 0.5590279233332673, 0.21434994859489975, 0.7394603617010075},
			[]float64{0.326451518018104, 0.3378804922501799, -0.22783887709737294, 0.2078792604732861},
		},
		"fewer samples than features": {
			synthtest.Waves(6, 9, 1.7), synthtest.Waves(6, 3, 0.9), nil,
			[]float64{0.8571169985254057, 0.7977211735854117, 0.9143304600115247, 0.1591168293499734, 0.27171453852768424},
			[]float64{0.7153152245441434, 0.7061282550941906, 0.5048033283995854, 0.11211136820966394, 0.25041836885447344},
		},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := NewPCAnalysis(datasetOf(t, c.x))
			if err != nil {
				t.Fatal(err)
			}
			if got := len(a.Explained()); got != len(c.linear) {
				t.Fatalf("%d components, want %d", got, len(c.linear))
			}
			linear, orthogonal, err := a.R2(c.y)
			if err != nil {
				t.Fatal(err)
			}
			for i := range c.linear {
				if c.explained != nil {
					synthtest.Near(t, "explained variance", a.Explained()[i], c.explained[i], 1e-13)
				}
				synthtest.Near(t, "linear", linear[i], c.linear[i], 1e-11)
				synthtest.Near(t, "orthogonal", orthogonal[i], c.orthogonal[i], 1e-11)
			}
		})
	}
}

// A rotated, scaled and shifted copy predicts every component by a rotation and
// linearly. A linear image, and any data with as many features as samples, predict
// every component linearly.
func TestPCAnalysisOfCopies(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	x := synthtest.Waves(12, 4, 1.7)
	a, err := NewPCAnalysis(datasetOf(t, x))
	if err != nil {
		t.Fatal(err)
	}
	var qr mat.QR
	qr.Factorize(gaussian(rng, 4, 4))
	var q, turned, mapped mat.Dense
	qr.QTo(&q)
	turned.Mul(x, &q)
	turned.Apply(func(_, j int, v float64) float64 { return 7*v + float64(j) }, &turned)
	mapped.Mul(x, gaussian(rng, 4, 4))
	for name, c := range map[string]struct {
		y          *mat.Dense
		orthogonal bool
	}{"turned": {&turned, true}, "mapped": {&mapped, false}, "wide": {gaussian(rng, 12, 15), false}} {
		linear, orthogonal, err := a.R2(c.y)
		if err != nil {
			t.Fatal(err)
		}
		for i := range linear {
			synthtest.Near(t, name+", linear", linear[i], 1, 1e-10)
			if c.orthogonal {
				synthtest.Near(t, name+", orthogonal", orthogonal[i], 1, 1e-10)
			} else if orthogonal[i] > 0.999 {
				t.Errorf("%s: component %d has an orthogonal R² of %v", name, i, orthogonal[i])
			}
		}
	}
	linear, orthogonal, err := a.R2(mat.NewDense(12, 3, nil))
	if err != nil {
		t.Fatal(err)
	}
	for i := range linear {
		synthtest.Near(t, "constant", linear[i]+orthogonal[i], 0, 0)
	}
	if _, err := NewPCAnalysis(datasetOf(t, mat.NewDense(3, 2, nil))); err == nil {
		t.Error("constant data have principal components")
	}
}

func TestThreshold(t *testing.T) {
	// From 0.2 the half-way level is 0.6, crossed a quarter of the way from 0.5
	// to 0.9. The later decrease and the second crossing do not count.
	score, ok := Threshold([]float64{0.1, 0.3, 0.7, 0.8, 0.9}, []float64{0.2, 0.5, 0.9, 0.4, 0.95}, 0.5)
	if !ok {
		t.Fatal("not crossed")
	}
	synthtest.Near(t, "score", score, 0.4, 1e-15)
	for name, values := range map[string][]float64{"never": {0.2, 0.3, 0.5}, "there from the start": {1, 1, 1}, "nothing": nil} {
		if _, ok := Threshold(make([]float64, len(values)), values, 0.5); ok {
			t.Errorf("%s: crossed", name)
		}
	}
}

func numbers(name string, values ...float64) *data.Column {
	return &data.Column{Name: name, Kind: data.Numeric, Values: values}
}

// In the first bin a feature encodes the label. In the second bin no feature does, and
// the accuracy is at chance.
func TestDecoder(t *testing.T) {
	const conditions, width = 60, 8
	rng := rand.New(rand.NewPCG(3, 4))
	labels := &data.Column{Name: "side", Kind: data.Categorical, Levels: []string{"unused", "left", "right", "up"}}
	y := gaussian(rng, 2*conditions, width)
	for c := range conditions {
		code := 1 + c%3
		labels.Codes = append(labels.Codes, code)
		y.Set(c, code, y.At(c, code)+8)
	}
	d, err := NewDecoder(labels, 2, DefaultDecoder())
	if err != nil {
		t.Fatal(err)
	}
	synthtest.Near(t, "chance", d.Chance(), 1./3, 1e-15)
	var memory Memory
	got, err := d.Decode(y, &memory)
	if err != nil {
		t.Fatal(err)
	}
	if got.Bins[0] < 0.95 {
		t.Errorf("accuracy %v where the label can be read", got.Bins[0])
	}
	if got.Bins[1] > 0.6 {
		t.Errorf("accuracy %v where it cannot", got.Bins[1])
	}
	synthtest.Near(t, "mean over bins", got.Accuracy, (got.Bins[0]+got.Bins[1])/2, 1e-15)
	again, err := d.Decode(y, &memory)
	if err != nil {
		t.Fatal(err)
	}
	synthtest.Near(t, "from a warm start", again.Accuracy, got.Accuracy, 1e-15)

	const permutations = 99
	s, err := d.Test(y, got, permutations)
	if err != nil {
		t.Fatal(err)
	}
	synthtest.Near(t, "p-value of what can be read", s.Bins[0], 1./(permutations+1), 1e-15)
	if s.Bins[1] < 0.02 {
		t.Errorf("p-value %v of what cannot be read", s.Bins[1])
	}
	if _, err := d.Decode(gaussian(rng, 2*conditions+2, width), nil); err == nil {
		t.Error("other samples than labels were decoded")
	}
}

func TestDecoderRefuses(t *testing.T) {
	config := DefaultDecoder()
	for name, column := range map[string]*data.Column{
		"a missing label":          numbers("a", 1, 1, math.NaN(), 2, 2),
		"one class":                numbers("a", 1, 1, 1),
		"a class with one member":  numbers("a", 1, 1, 2, 2, 3),
		"a missing category":       {Name: "b", Kind: data.Categorical, Levels: []string{"x", "y"}, Codes: []int{0, 0, 1, 1, -1}},
		"a category of one member": {Name: "b", Kind: data.Categorical, Levels: []string{"x", "y"}, Codes: []int{0, 0, 1}},
	} {
		if _, err := NewDecoder(column, 1, config); err == nil {
			t.Errorf("%s was accepted", name)
		} else if _, ok := data.AsInputError(err); !ok {
			t.Errorf("%s: %v is no input error", name, err)
		}
	}
	d, err := NewDecoder(numbers("a", 3, 1, 3, 1, 2, 2, 2, 1), 1, config)
	if err != nil {
		t.Fatal(err)
	}
	if d.Folds != 2 || len(d.Levels) != 3 || d.Levels[0] != "1" {
		t.Errorf("%d folds of classes %v, want 2 of 1, 2, 3", d.Folds, d.Levels)
	}
	config.Folds = 1
	if _, err := NewDecoder(numbers("a", 1, 1, 2, 2), 1, config); err == nil {
		t.Error("a single fold was accepted")
	}
}
