package linalg

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestMergedMomentsKeepTheirDigits takes data with mean 1e6 and unit variance, in
// blocks whose means drift by as much again. The moments must be those of the data
// before the offset was added (the offset is an integer, so that adding it is
// exact).
func TestMergedMomentsKeepTheirDigits(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	const n, p, q = 3000, 4, 3
	x, y := mat.NewDense(n, p, nil), mat.NewDense(n, q, nil)
	for i := range n {
		for j := range p {
			x.Set(i, j, float64(rng.IntN(7)-3))
		}
		for j := range q {
			y.Set(i, j, x.At(i, j)+float64(rng.IntN(5)-2))
		}
	}
	plain := momentsOf(x, y)

	merged := NewMoments(p, q)
	for lo := 0; lo < n; lo += 250 {
		bx, by := mat.DenseCopyOf(x.Slice(lo, lo+250, 0, p)), mat.DenseCopyOf(y.Slice(lo, lo+250, 0, q))
		bx.Apply(func(_, _ int, v float64) float64 { return v + 1e6 }, bx)
		by.Apply(func(_, _ int, v float64) float64 { return v - 1e6 }, by)
		merged.Merge(momentsOf(bx, by))
	}
	if merged.N != n {
		t.Fatalf("%d samples, want %d", merged.N, n)
	}
	for name, pair := range map[string][2]*mat.Dense{"XX": {merged.XX, plain.XX}, "YY": {merged.YY, plain.YY}, "XY": {merged.XY, plain.XY}} {
		if !mat.EqualApprox(pair[0], pair[1], 1e-10*Norm(pair[1])) {
			t.Errorf("%s:\n%v\nwant\n%v", name, mat.Formatted(pair[0]), mat.Formatted(pair[1]))
		}
	}
	for j, m := range plain.MeanX {
		if math.Abs(merged.MeanX[j]-(m+1e6)) > 1e-9 {
			t.Errorf("mean %v, want %v", merged.MeanX[j], m+1e6)
		}
	}
}

// Two constant halves a distance d apart have the closed form n/4·d² on the
// diagonal.
func TestMomentsOfADriftingMean(t *testing.T) {
	half := func(v float64) *Moments {
		x := mat.NewDense(100, 1, nil)
		for i := range 100 {
			x.Set(i, 0, v)
		}
		return momentsOf(x, x)
	}
	m := half(1e8)
	m.Merge(half(-1e8))
	if got, want := m.XX.At(0, 0), 200.0/4*4e16; math.Abs(got-want) > 1e-12*want {
		t.Errorf("%v, want %v", got, want)
	}
	m = NewMoments(1, 1)
	m.Merge(half(3))
	if m.MeanX[0] != 3 || m.XX.At(0, 0) != 0 || !m.Finite() {
		t.Errorf("%+v", m)
	}
	if half(math.NaN()).Finite() || half(math.Inf(1)).Finite() {
		t.Error("samples that are not finite were not noticed")
	}
}

// momentsOf adds the samples in one block.
func momentsOf(x, y *mat.Dense) *Moments {
	_, p := x.Dims()
	_, q := y.Dims()
	s, m := NewMomentSum(p, q), NewMoments(p, q)
	s.Add(x, y)
	s.MomentsTo(m)
	return m
}

// Blocks summed about the mean of the first give the moments of all samples about
// their own means, even if the later blocks lie elsewhere, drift, or hold an
// outlier.
func TestMomentSumOfBlocks(t *testing.T) {
	const n, p, q, rows = 640, 5, 3, 64
	for name, move := range map[string]func(i int) float64{
		"none":    func(int) float64 { return 0 },
		"offset":  func(int) float64 { return 1e6 },
		"drift":   func(i int) float64 { return 10 * float64(i) },
		"step":    func(i int) float64 { return 1e5 * float64(i/rows) },
		"outlier": func(i int) float64 { return 1e7 * float64(i/(n-1)) },
	} {
		t.Run(name, func(t *testing.T) {
			x, y := gaussian(1, n, p), gaussian(2, n, q)
			for i := range n {
				for j := range p {
					x.Set(i, j, x.At(i, j)+move(i)*float64(j))
				}
				y.Set(i, 0, 0.1) // a constant
				y.Set(i, 1, y.At(i, 1)-move(i))
			}
			sum, got := NewMomentSum(p, q), NewMoments(p, q)
			for range 2 { // the second time in used memory
				sum.Reset()
				for lo := 0; lo < n; lo += rows {
					sum.Add(x.Slice(lo, lo+rows, 0, p).(*mat.Dense), y.Slice(lo, lo+rows, 0, q).(*mat.Dense))
				}
				sum.MomentsTo(got)
			}
			xc, mx := Center(x)
			yc, my := Center(y)
			for name, pair := range map[string][2]*mat.Dense{
				"XX": {got.XX, Gram(xc)}, "YY": {got.YY, Gram(yc)}, "XY": {got.XY, CrossGram(xc, yc)},
				"mean of x": {row(got.MeanX), row(mx)}, "mean of y": {row(got.MeanY), row(my)},
			} {
				within(t, name, maxDiff(t, pair[0], pair[1]), 1e-13*Norm(pair[1]))
			}
			if got.N != n {
				t.Errorf("%d samples, want %d", got.N, n)
			}
			for i := range q {
				if got.YY.At(0, i) != 0 || got.YY.At(i, 0) != 0 {
					t.Error("a constant varies")
				}
			}
			for i := range p {
				if got.XY.At(i, 0) != 0 {
					t.Error("a constant varies with x")
				}
			}
		})
	}
}
