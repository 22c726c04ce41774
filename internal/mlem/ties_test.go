package mlem

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
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

// Distances of categories, rings, grids and counts have the ranks of exact arithmetic,
// however the patterns are rotated, shifted and scaled, and as they come from a file of
// float32 too.
func TestRanksOfTiedPatterns(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 29))
	const n = 40
	whole := func(width int, f func(row []float64)) *mat.Dense {
		x := mat.NewDense(n, width, nil)
		for i := range n {
			f(x.RawRowView(i))
		}
		return x
	}
	kinds := map[string]*mat.Dense{
		"categories": whole(5, func(row []float64) { row[rng.IntN(5)] = 1 }),
		"ring": whole(2, func(row []float64) {
			copy(row, [][]float64{{5, 0}, {0, 5}, {-5, 0}, {0, -5}, {3, 4}, {-4, 3}}[rng.IntN(6)])
		}),
		"grid":   whole(3, func(row []float64) { row[0], row[1], row[2] = float64(rng.IntN(4)), float64(rng.IntN(4)), 1 }),
		"counts": whole(6, func(row []float64) { fillWith(row, func() float64 { return float64(rng.IntN(9)) }) }),
	}
	for kind, x := range kinds {
		_, width := x.Dims()
		exact, err := NewNeural(x, NeuralOptions{Precision: data.Precision{Stored: data.Integer}})
		if err != nil {
			t.Fatal(err)
		}
		want := make([]float64, n*(n-1)/2)
		new(linalg.Sorter).RanksWithin(want, wholeDistances(x), 0)
		turn, _ := linalg.QR(mat.NewDense(width, width, fillWith(make([]float64, width*width), rng.NormFloat64)))
		for how, move := range map[string]struct{ offset, factor float64 }{
			"as they are": {0, 1}, "shifted": {100, 1}, "scaled": {0, 1e-3}, "by a third": {1, 1. / 3},
		} {
			y, single := mat.NewDense(n, width, nil), mat.NewDense(n, width, nil)
			y.Mul(x, turn)
			y.Apply(func(_, j int, v float64) float64 { return move.factor * (v + move.offset*float64(j+1)) }, y)
			single.Apply(func(_, _ int, v float64) float64 { return float64(float32(v)) }, y)
			for _, distance := range []Distance{Euclidean, SqEuclidean} {
				for _, c := range []struct {
					dtype string
					y     *mat.Dense
				}{{"float64", y}, {"float32", single}} {
					d, err := NewNeural(c.y, NeuralOptions{Distance: distance, Precision: data.PrecisionOf(c.dtype)})
					if err != nil {
						t.Fatal(err)
					}
					got := d.condensed()
					new(linalg.Sorter).RanksWithin(got, got, d.ties)
					if !slices.Equal(got, want) {
						t.Errorf("%s, rotated, %s, as %s: %s distances have other ranks", kind, how, c.dtype, distance)
					}
				}
			}
		}
		if exact.ties != linalg.RoundingOfRanks {
			t.Errorf("%s as integers tie within %g", kind, exact.ties)
		}
	}
}

func fillWith(row []float64, f func() float64) []float64 {
	for i := range row {
		row[i] = f()
	}
	return row
}

// wholeDistances returns squared distances of rows of integers, which are exact.
func wholeDistances(x *mat.Dense) []float64 {
	n, width := x.Dims()
	var out []float64
	for i := range n {
		for j := i + 1; j < n; j++ {
			sum := 0.0
			for k := range width {
				d := x.At(i, k) - x.At(j, k)
				sum += d * d
			}
			out = append(out, sum)
		}
	}
	return out
}

// TestGivenFeatureDistancesTie: distances on a ring that float32 computed and holds tie as
// the exact ones do, in predictions too.
func TestGivenFeatureDistancesTie(t *testing.T) {
	const n, places = 24, 8
	rng := rand.New(rand.NewPCG(13, 3))
	exact, single, noise := mat.NewDense(n, n, nil), mat.NewDense(n, n, nil), mat.NewDense(n, 3, nil)
	at := make([]float64, n)
	for i := range n {
		at[i] = float64(rng.IntN(places))
		noise.SetRow(i, []float64{at[i] + rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()})
	}
	for i := range n {
		for j := range n {
			apart := math.Mod(math.Abs(at[i]-at[j]), places)
			exact.Set(i, j, 2*math.Sin(math.Pi*min(apart, places-apart)/places))
			turn := func(k int) (c, s float32) {
				angle := 2 * math.Pi * at[k] / places
				return float32(math.Cos(angle)), float32(math.Sin(angle))
			}
			ci, si := turn(i)
			cj, sj := turn(j)
			single.Set(i, j, float64(float32(math.Sqrt(float64((ci-cj)*(ci-cj)+(si-sj)*(si-sj))))))
		}
	}
	var want float64
	for how, m := range map[string]*mat.Dense{"exact": exact, "float32": single} {
		f, err := NewFeatureDistances([]string{"ring"}, []*mat.Dense{m})
		if err != nil {
			t.Fatal(err)
		}
		if how == "float32" {
			f.SetPrecision(data.PrecisionOf("float32"))
		}
		y, err := NewNeural(noise, NeuralOptions{})
		if err != nil {
			t.Fatal(err)
		}
		o := DefaultOptions()
		o.Folds = 0
		r, err := Fit(t.Context(), f, []*Neural{y}, o)
		if err != nil {
			t.Fatal(err)
		}
		got := r[0].Scores[0].Spearman
		if want == 0 {
			want = got
		}
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: Spearman %.12g, and %.12g for the same distances in the other precision", how, got, want)
		}
	}
}
