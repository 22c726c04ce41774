package mlem

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestTake: distances, and fits, that may use the memory of the patterns are those that copy
// them, to the bit, of every distance.
func TestTake(t *testing.T) {
	s := DefaultSimulation()
	s.Stimuli, s.Features, s.Hidden = 70, 3, 9
	x, err := Simulate(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	features, _, err := NewFeatures(x.Table, FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	noise := mat.NewDense(9, 9, nil)
	for i := range 9 {
		noise.Set(i, i, 1+float64(i))
	}
	for _, d := range []Distance{Euclidean, SqEuclidean, Manhattan, Cosine, Correlation, Mahalanobis, NormDiff} {
		o := NeuralOptions{Distance: d}
		if d == Mahalanobis {
			o.Noise = noise
		}
		kept := mat.DenseCopyOf(x.Y)
		one, err := NewNeural(kept, o)
		if err != nil {
			t.Fatal(err)
		}
		if !mat.Equal(kept, x.Y) {
			t.Errorf("%s: NewNeural has changed the patterns", d)
		}
		other, err := TakeNeural(mat.DenseCopyOf(x.Y), o)
		if err != nil {
			t.Fatal(err)
		}
		before := one.condensed()
		if !slices.Equal(before, other.condensed()) || one.ties != other.ties {
			t.Errorf("%s: distances that take the patterns are different", d)
		}
		for name, change := range map[string]func(o *Options){
			"all":   func(*Options) {},
			"split": func(o *Options) { o.Train, o.Test = seq(70)[20:60], seq(20) },
		} {
			fit := DefaultOptions()
			fit.Bootstrap, fit.Permutations, fit.Null = 3, 1, 9
			change(&fit)
			want, err := Fit(t.Context(), features, []*Neural{one}, fit)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(before, one.condensed()) {
				t.Errorf("%s: a fit to %s has changed the patterns", d, name)
			}
			again, err := TakeNeural(mat.DenseCopyOf(x.Y), o)
			if err != nil {
				t.Fatal(err)
			}
			fit.Take = true
			got, err := Fit(t.Context(), features, []*Neural{again}, fit)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: a fit to %s that takes the patterns is different", d, name)
			}
		}
	}
}

// TestArrangeRows: rows come in the order that is asked for, and no row is lost, in one piece
// of columns and in several.
func TestArrangeRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	for _, shape := range [][2]int{{1, 3}, {9, 2}, {40, 150}} {
		n, q := shape[0], shape[1]
		for _, m := range []int{n, (n + 1) / 2} {
			x := randomMatrix(rng, n, q)
			index := rng.Perm(n)[:m]
			want := pickRows(x, index)
			before := slices.Sorted(slices.Values(x.RawMatrix().Data))
			if got := arrangeRows(x, index); !mat.Equal(got, want) {
				t.Errorf("%d of %d × %d: rows are in another order", m, n, q)
			}
			if !slices.Equal(before, slices.Sorted(slices.Values(x.RawMatrix().Data))) {
				t.Errorf("%d of %d × %d: rows were lost", m, n, q)
			}
		}
	}
}

// TestRepeatedRows: rows that occur twice are found, among others with their norm.
func TestRepeatedRows(t *testing.T) {
	x := mat.NewDense(6, 2, []float64{1, 2, 2, 1, 1, 2, -1, 2, 0, 0, 5, 5})
	if got, want := repeatedRows(x, rowNorms(x)), []bool{true, false, true, false, false, false}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestSquaresOfProducts: both ways give the sums over all pairs of rows, where units fill one
// block of rows of the matrices and where they fill several.
func TestSquaresOfProducts(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	start := []int{0, 1, 6, 20}
	for _, q := range []int{1, 5, 150} {
		y := randomMatrix(rng, 20, q)
		want := mat.NewDense(3, 3, nil)
		for a := range 3 {
			for b := range 3 {
				for i := start[a]; i < start[a+1]; i++ {
					for j := start[b]; j < start[b+1]; j++ {
						v := dot(y.RawRowView(i), y.RawRowView(j))
						want.Set(a, b, want.At(a, b)+v*v)
					}
				}
			}
		}
		samples, err := squaresBySamples(t.Context(), y, start, 2)
		if err != nil {
			t.Fatal(err)
		}
		units, err := squaresByUnits(t.Context(), y, start, 2)
		if err != nil {
			t.Fatal(err)
		}
		if !mat.EqualApprox(samples, want, 1e-12) || !mat.EqualApprox(units, want, 1e-12) {
			t.Errorf("%d units: %v by samples and %v by units, want %v", q, mat.Formatted(samples), mat.Formatted(units), mat.Formatted(want))
		}
	}
}

// TestAboutMeans: patterns far from 0 are centred, where sums of fourth powers would have no
// digit left of what varies, and centred ones are not copied.
func TestAboutMeans(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 1))
	x := mat.NewDense(50, 3, nil)
	for i := range 50 {
		for j := range 3 {
			x.Set(i, j, 1e6+rng.NormFloat64())
		}
	}
	centred := aboutMeans(x)
	for j := range 3 {
		mean, _ := meanSD(mat.Col(nil, j, centred))
		if math.Abs(mean) > 1e-9 {
			t.Errorf("column %d has the mean %g", j, mean)
		}
	}
	if aboutMeans(centred) != centred {
		t.Error("centred patterns are copied")
	}
}
