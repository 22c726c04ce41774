package measures

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// atAngle returns two rows of norm √½ at an angle, and their squared distance.
func atAngle(theta float64) (u, v []float64, d float64) {
	r := math.Sqrt(0.5)
	u, v = []float64{r, 0}, []float64{r * math.Cos(theta), r * math.Sin(theta)}
	gap := distance(u, v)
	return u, v, gap * gap
}

// The key ascends with the angle, and tells angles apart that have one cosine in
// float64.
func TestOrderKeysTellAngles(t *testing.T) {
	before := -1.0
	for _, theta := range []float64{0, 1e-9, 2e-9, 1e-3, 1, 2, math.Pi - 2e-3, math.Pi - 1e-3, math.Pi - 1e-4, math.Pi - 1e-7, math.Pi - 2e-8, math.Pi - 1e-8, math.Pi} {
		u, v, d := atAngle(theta)
		key := orderKeyOf(d, u, v)
		if !(key > before) {
			t.Errorf("angle %v: key %v, not above %v", theta, key, before)
		}
		before = key
		if got, want := cosineOfKey(key), math.Cos(theta); math.Abs(got-want) > 1e-15 {
			t.Errorf("angle %v: cosine %v, want %v", theta, got, want)
		}
	}
}

// Samples that are opposite but for little are ranked, by both roads; those that are
// opposite tie.
func TestRanksOfOppositeSamples(t *testing.T) {
	defer func(n int) { tiledAbove = n }(tiledAbove)
	x := mat.NewDense(6, 2, nil)
	for i, tilt := range []float64{0, 1e-9, 5e-9} {
		x.SetRow(2*i, []float64{1, tilt})
		x.SetRow(2*i+1, []float64{-1, tilt})
	}
	for _, tiled := range []int{4096, 1} {
		tiledAbove = tiled
		r, err := (dissimilarity{kind: rdmCosine}).order(systemOf(t, datasetOf(x)), false)
		if err != nil {
			t.Fatal(err)
		}
		// 1 + cos of samples 0 and 1 is 0, of 0 and 3 ½·1e-18, of 0 and 5 ½·25e-18.
		at := func(i, j int) uint32 { return r.Twice[i*(11-i)/2+j-i-1] }
		if at(0, 5) >= at(0, 3) || at(0, 3) >= at(0, 1) || at(0, 1) != 30 {
			t.Errorf("tiled above %d: ranks %v", tiled, r.Twice)
		}
	}
}

// A row of float32 that is constant but for rounding has no correlation, and a sample at
// the mean has no direction from it.
func TestDirectionsOfRoundingErrors(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 21))
	x := gaussian(rng, 14, 4)
	x.SetRow(2, []float64{3, 3 + 0x1p-22, 3, 3 - 0x1p-22})
	d := datasetOf(x)
	if _, err := RDM(systemOf(t, d), "correlation"); err != nil {
		t.Errorf("float64: %v", err)
	}
	d.Precision = data.Precision{Stored: data.Float32}
	if _, err := RDM(systemOf(t, d), "correlation"); err == nil {
		t.Error("a row that float32 has rounded has a correlation")
	}
	for j := range 4 {
		total := 0.0
		for i := range 14 {
			if i != 5 {
				total += x.At(i, j)
			}
		}
		x.Set(5, j, total/13)
	}
	m := measureOf(t, "jaccard-knn:k=3")
	if s, err := m.Score(pairOf(t, datasetOf(x), datasetOf(gaussian(rng, 14, 3)))); err == nil {
		t.Errorf("a sample at the mean: %v", s)
	}
}

// Directions on a line are equal or opposite, and rounding of the rows splits no tie of
// those that are equal, not even one at distance 0.
func TestNeighboursOnALine(t *testing.T) {
	values := []float64{-0.3962, -1.822, -1.9753, -0.4112, 0.8218, -2.9034, 2.2489, -1.9102, 0.2833, -1.2189, -0.8283, -1.0875, 3.3272}
	signs := make([]float64, len(values))
	for i, v := range values {
		signs[i] = math.Copysign(1, v)
	}
	h := neighbourhood{k: 3, metric: metricCosine}
	column := func(v []float64) *System { return systemOf(t, datasetOf(mat.NewDense(len(v), 1, v))) }
	got, err := column(values).neighbours(h)
	if err != nil {
		t.Fatal(err)
	}
	want, err := column(signs).neighbours(h)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.index, want.index) {
		t.Errorf("%v, want %v", got.index, want.index)
	}
}
