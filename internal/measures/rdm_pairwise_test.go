package measures

import (
	"math"
	"math/rand/v2"
	"testing"

	"simtool/internal/data"
)

// Without missing values, pairs have all features in common.
func TestPairwiseOfWholeData(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	values := make([]float64, 9*5)
	for i := range values {
		values[i] = math.Abs(r.NormFloat64())
	}
	d, err := data.New(values, 9, 5)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range append(PairwiseKinds(), "gaussian:sigma=0.7") {
		want, err := RDM(systemOfValues(t, values, 9, 5), spec)
		if err != nil {
			t.Fatal(err)
		}
		got, warnings, err := PairwiseRDM(d, spec)
		if err != nil || warnings != nil {
			t.Fatal(spec, err, warnings)
		}
		for i := range 9 {
			for j := range 9 {
				if e := math.Abs(got.At(i, j) - want.At(i, j)); e > 1e-12*(1+want.At(i, j)) {
					t.Errorf("%s (%d,%d): %v, want %v", spec, i, j, got.At(i, j), want.At(i, j))
				}
			}
		}
	}
}

// The numbers are those of the two features that both samples have, by hand.
func TestPairwiseByHand(t *testing.T) {
	no := math.NaN()
	d, err := data.New([]float64{
		1, 2, no, 4,
		3, no, 1, 8,
		no, no, 5, no,
	}, 3, 4)
	if err != nil {
		t.Fatal(err)
	}
	for spec, want := range map[string]float64{
		"sqeuclidean": (4 + 16) * 2,
		"euclidean":   math.Sqrt(40),
		"manhattan":   (2 + 4) * 2,
		"correlation": 0,
		"cosine":      1 - (3+32)/math.Sqrt((1+16)*(9+64)),
	} {
		m, warnings, err := PairwiseRDM(d, spec)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(m.At(0, 1)-want) > 1e-14*(1+want) {
			t.Errorf("%s: %v, want %v", spec, m.At(0, 1), want)
		}
		if !math.IsNaN(m.At(0, 2)) || len(warnings) != 1 {
			t.Errorf("%s: samples without a common feature have %v, with %q", spec, m.At(0, 2), warnings)
		}
	}
	for _, spec := range []string{"mahalanobis", "crossnobis", "foo"} {
		if _, _, err := PairwiseRDM(d, spec); err == nil {
			t.Errorf("%s is computed", spec)
		}
	}
}

// Dissimilarities of stored float32 numbers that are equal but for rounding become one.
func TestPairwiseTies(t *testing.T) {
	angle := func(k int) float64 { return 2 * math.Pi * float64(k) / 8 }
	var values []float64
	for k := range 8 {
		for _, v := range []float64{math.Cos(angle(k)), math.Sin(angle(k)), math.NaN()} {
			values = append(values, float64(float32(v)))
		}
	}
	d, err := data.New(values, 8, 3)
	if err != nil {
		t.Fatal(err)
	}
	d.Precision = data.Precision{Stored: data.Float32}
	m, _, err := PairwiseRDM(d, "sqeuclidean")
	if err != nil {
		t.Fatal(err)
	}
	for k := range 8 {
		if m.At(k, (k+1)%8) != m.At(0, 1) {
			t.Errorf("neighbours %d on a circle differ: %v and %v", k, m.At(k, (k+1)%8), m.At(0, 1))
		}
	}
}
