package collection

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Of systems with more features than samples, the mean of the same systems in n dimensions,
// rotated into more by orthonormal rows, has the same residuals. Aligned systems are
// rotations of the data, and the mean is theirs.
func TestMeanOfWideSystems(t *testing.T) {
	const n = 12
	for name, start := range map[string]int{"a wide start": 0, "a narrow start": 2} {
		narrow := []*mat.Dense{randomPoints(61, n, 11), randomPoints(62, n, 9), randomPoints(63, n, 5)}
		widths := []int{40, 70, 5}
		var wide []*mat.Dense
		for k, x := range narrow {
			_, p := x.Dims()
			q, _, err := linalg.Polar(randomPoints(uint64(70+k), p, widths[k]))
			if err != nil {
				t.Fatal(err)
			}
			var w mat.Dense
			w.Mul(x, q)
			wide = append(wide, &w)
		}
		want, err := Procrustes(narrow, start, false)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Procrustes(wide, start, false)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got.Objective()-want.Objective()) > 1e-8*want.Objective() {
			t.Errorf("%s: objective %v, want %v", name, got.Objective(), want.Objective())
		}
		if r, c := got.Mean.Dims(); r != n || c != 70 {
			t.Fatalf("%s: the mean is %d × %d", name, r, c)
		}
		sum := mat.NewDense(n, 70, nil)
		for k, a := range got.Aligned {
			x, _ := linalg.Center(wide[k])
			if !mat.EqualApprox(linalg.OuterGram(a), linalg.OuterGram(x), 1e-9) {
				t.Errorf("%s: aligned system %d is no rotation of it", name, k)
			}
			sum.Add(sum, a)
		}
		sum.Scale(1.0/3, sum)
		if !mat.EqualApprox(sum, got.Mean, 1e-10) {
			t.Errorf("%s: the mean is not that of the aligned systems", name)
		}
	}
}

// Dissimilarities of systems that lack samples are averaged over those that have both, and
// with nothing missing as those of whole systems.
func TestMeanRDMOfSystemsThatLackSamples(t *testing.T) {
	a, b := distancesOf(randomPoints(81, 5, 3)), distancesOf(randomPoints(82, 5, 3))
	every := []int{0, 1, 2, 3, 4}
	whole, unseen := MeanRDMPartial([]*mat.Dense{a, b}, [][]int{every, every}, 5)
	if !mat.EqualApprox(whole, MeanRDM([]*mat.Dense{a, b}), 1e-12) || unseen != 0 {
		t.Error("with nothing missing the mean is another")
	}
	// Of one matrix and a part of it, entries that only one has are those of the whole up to
	// the scales, and a pair that none has is NaN.
	part := func(d *mat.Dense, rows []int) *mat.Dense {
		out := mat.NewDense(len(rows), len(rows), nil)
		for i, r := range rows {
			for j, c := range rows {
				out.Set(i, j, d.At(r, c))
			}
		}
		return out
	}
	left, right := []int{0, 1, 2, 3}, []int{4, 1, 2}
	got, unseen := MeanRDMPartial([]*mat.Dense{part(a, left), part(a, right)}, [][]int{left, right}, 5)
	if unseen != 2 || !math.IsNaN(got.At(0, 4)) || !math.IsNaN(got.At(4, 3)) {
		t.Errorf("%d pairs that no system has:\n%v", unseen, mat.Formatted(got))
	}
	if ratio := got.At(0, 3) / a.At(0, 3); math.Abs(ratio-got.At(0, 1)/a.At(0, 1)) > 1e-12 {
		t.Error("entries of one system are not in proportion")
	}
	if got.At(2, 2) != 0 || math.Abs(got.At(4, 1)-got.At(1, 4)) > 0 {
		t.Error("no matrix of dissimilarities")
	}
}
