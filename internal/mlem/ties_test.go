package mlem

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// Levels about an offset have distances that are equal but for rounding. They have the
// ranks of the levels 0, 1, 2, ….
func TestRanksOfAffineFeatures(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 23))
	const n = 30
	y := mat.NewDense(n, 3, nil)
	levels, offset := make([]float64, n), make([]float64, n)
	for i := range n {
		levels[i] = float64(rng.IntN(5))
		offset[i] = 100 + levels[i]/10
		for j := range 3 {
			y.Set(i, j, rng.NormFloat64()+levels[i]/4)
		}
	}
	score := func(values []float64) float64 {
		features, _, err := NewFeatures(tableOf(numeric("level", values...)), FeatureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		neural, err := NewNeural(y, NeuralOptions{})
		if err != nil {
			t.Fatal(err)
		}
		o := DefaultOptions()
		o.Folds = 0
		r, err := Fit(context.Background(), features, []*Neural{neural}, o)
		if err != nil {
			t.Fatal(err)
		}
		return r[0].Scores[0].Spearman
	}
	if a, b := score(levels), score(offset); !(math.Abs(a-b) <= 1e-14) {
		t.Errorf("Spearman %.15g of levels, %.15g of the same about 100", a, b)
	}
}
