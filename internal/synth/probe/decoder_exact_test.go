package probe

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/synth/synthtest"
)

// logisticLine fits P(class 1) = 1/(1+exp(−wx−b)) to samples of one feature by
// Newton's method on Σ log(1+exp(∓(wx+b))) + w²/(2c), written out for two unknowns.
func logisticLine(x []float64, class []int, c float64) (w, b float64) {
	for range 60 {
		gw, gb, hww, hwb, hbb := w/c, 0.0, 1/c, 0.0, 1e-12
		for i, v := range x {
			p := 1 / (1 + math.Exp(-w*v-b))
			e := p - float64(class[i])
			gw += e * v
			gb += e
			hww += p * (1 - p) * v * v
			hwb += p * (1 - p) * v
			hbb += p * (1 - p)
		}
		det := hww*hbb - hwb*hwb
		w, b = w-(hbb*gw-hwb*gb)/det, b-(hww*gb-hwb*gw)/det
	}
	return w, b
}

// heldOutAccuracy is the mean over folds of the share of a fold that is predicted
// by the line fitted to the others.
func heldOutAccuracy(x []float64, class, fold []int, folds int, c float64) float64 {
	sum := 0.0
	for f := range folds {
		var tx []float64
		var tc []int
		for i := range x {
			if fold[i] != f {
				tx, tc = append(tx, x[i]), append(tc, class[i])
			}
		}
		w, b := logisticLine(tx, tc, c)
		right, count := 0.0, 0.0
		for i, v := range x {
			if fold[i] == f {
				count++
				if (w*v+b > 0) == (class[i] == 1) {
					right++
				}
			}
		}
		sum += right / count
	}
	return sum / float64(folds)
}

// TestDecoderHoldsOut compares accuracies with those of lines fitted to the other
// folds, one after the other: of folds of unequal size, whose accuracies count
// alike, and of labels that are hard to read, which a sample in both sets gives
// away.
func TestDecoderHoldsOut(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	labels := numbers("side", 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0)
	for _, folds := range []int{2, 3, 4} {
		d, err := NewDecoder(labels, 1, DecoderConfig{Folds: folds, C: 100, Seed: 5})
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			x := make([]float64, len(d.classes))
			for i := range x {
				x[i] = rng.NormFloat64()
			}
			got, err := d.Decode(mat.NewDense(len(x), 1, slices.Clone(x)), nil)
			if err != nil {
				t.Fatal(err)
			}
			synthtest.Near(t, "accuracy", got.Accuracy, heldOutAccuracy(x, d.classes, d.fold, d.Folds, 100), 1e-12)
		}
	}
}

// TestChanceOfUnequalClasses: three of five are of the most frequent class.
func TestChanceOfUnequalClasses(t *testing.T) {
	labels := &data.Column{Name: "side", Kind: data.Categorical, Levels: []string{"a", "b"}, Codes: []int{1, 0, 1, 1, 0}}
	d, err := NewDecoder(labels, 1, DefaultDecoder())
	if err != nil {
		t.Fatal(err)
	}
	synthtest.Near(t, "chance", d.Chance(), 3./5, 0)
}

// TestFoldsDependOnTheSeed: of two conditions of a class either comes first for
// half of the seeds.
func TestFoldsDependOnTheSeed(t *testing.T) {
	const seeds = 400
	first := 0
	for seed := range seeds {
		d, err := NewDecoder(numbers("side", 0, 0, 1, 1), 1, DecoderConfig{Folds: 2, C: 1, Seed: uint64(seed)})
		if err != nil {
			t.Fatal(err)
		}
		if d.fold[0] == 0 {
			first++
		}
	}
	synthtest.Near(t, "seeds of which condition 0 is in the first fold", float64(first), seeds/2, 4*math.Sqrt(seeds)/2)
}

// orders returns all orders of 0 … n−1.
func orders(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var out [][]int
	for _, o := range orders(n - 1) {
		for at := range n {
			out = append(out, slices.Insert(slices.Clone(o), at, n-1))
		}
	}
	return out
}

// TestPermutationsAgainstEnumeration: five conditions, two of them of class 1, have
// 10 labellings, and in each of 120 orders the members of class 0 and then those
// of class 1 are dealt to two folds in turn. All of that is equally probable under
// the null hypothesis, in all time bins at once, and p-values come near to the
// share of arrangements with accuracies at least as high as the observed ones.
func TestPermutationsAgainstEnumeration(t *testing.T) {
	bins := [][]float64{{0, 8.2, 1, 7, 12}, {0, 10, 12, 11, 14}}
	const c, folds, n, permutations = 10, 2, 5, 3000
	y := mat.NewDense(n*len(bins), 1, slices.Concat(bins...))
	d, err := NewDecoder(numbers("side", 0, 0, 0, 1, 1), len(bins), DecoderConfig{Folds: folds, C: c, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	observed, err := d.Decode(y, nil)
	if err != nil {
		t.Fatal(err)
	}
	var all [][]float64 // accuracy in each bin, of each arrangement
	for labelling := range 1 << n {
		class := make([]int, n)
		for i := range class {
			class[i] = labelling >> i & 1
		}
		if bits.OnesCount(uint(labelling)) != 2 {
			continue
		}
		for _, order := range orders(n) {
			fold, next := make([]int, n), 0
			for k := range 2 {
				for _, i := range order {
					if class[i] == k {
						fold[i] = next % folds
						next++
					}
				}
			}
			var accuracy []float64
			for _, x := range bins {
				accuracy = append(accuracy, heldOutAccuracy(x, class, fold, folds, c))
			}
			all = append(all, accuracy)
		}
	}
	s, err := d.Test(y, observed, permutations)
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, got float64, asGood func(a []float64) bool) {
		t.Helper()
		share := 0.0
		for _, a := range all {
			if asGood(a) {
				share += 1 / float64(len(all))
			}
		}
		if share < .1 || share > .9 {
			t.Errorf("%s: %.3g of the arrangements are as good, which tests little", what, share)
		}
		synthtest.Near(t, what, got, (1+share*permutations)/(permutations+1), 4*math.Sqrt(share*(1-share)/permutations))
	}
	check("p-value of the mean", s.P, func(a []float64) bool { return a[0]+a[1] >= 2*observed.Accuracy-1e-9 })
	for b := range bins {
		check("p-value of a bin", s.Bins[b], func(a []float64) bool { return a[b] >= observed.Bins[b]-1e-9 })
	}
}
