package linalg

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// wideWithSpectrum returns the n×p matrix whose centred singular values are given, n−1 of
// them, and which are its factors; its columns have means.
func wideWithSpectrum(seed uint64, n, p int, values []float64) (x, u *mat.Dense) {
	start := gaussian(seed, n, n-1)
	centred, _ := Center(start)
	u, _ = QR(centred) // orthogonal to the vector of ones
	v := orthonormal(seed+1, p, n-1)
	x = mat.NewDense(n, p, nil)
	x.Mul(scaledColumns(u, values), v.T())
	for i := range n {
		for j := range p {
			x.Set(i, j, x.At(i, j)+0.5*values[0]*float64(j%5))
		}
	}
	return x, u
}

// TestRowFactorKeepsTheSamples: Z has the Gram matrix of the samples, and the singular
// values that they were made with, to rounding of the largest, whichever way it is
// computed.
func TestRowFactorKeepsTheSamples(t *testing.T) {
	const n, p = 41, 700
	for _, exponent := range []float64{0, -1, -4, -6, -9, -13} {
		values := make([]float64, n-1)
		for i := range values {
			values[i] = math.Pow(10, exponent*float64(i)/float64(n-2))
		}
		x, u := wideWithSpectrum(3, n, p, values)
		c := NewCentered(x)
		k := c.OuterGram()
		xc := c.Dense()
		want := mat.NewDense(n, n, nil)
		want.Mul(xc, xc.T())
		within(t, "difference of the Gram matrix", maxDiff(t, k, want), 8*eps)
		z := c.RowFactor(k)
		if rows, cols := z.Dims(); rows != n || cols != n-1 {
			t.Fatalf("Z is %d×%d, want %d×%d", rows, cols, n, n-1)
		}
		var zz mat.Dense
		zz.Mul(z, z.T())
		within(t, "difference of ZZᵀ", maxDiff(t, &zz, want), 50*eps)
		got, err := SingularValues(z)
		if err != nil {
			t.Fatal(err)
		}
		// One Cholesky decomposition serves conditions up to gramCondition, whose root is
		// that of the samples.
		bound := 200 * eps
		if exponent < 0 && exponent > -2.5 {
			bound *= math.Pow(10, -exponent)
		}
		for i, v := range values {
			within(t, "error of a singular value", math.Abs(got[i]-v), bound)
		}
		var left mat.Dense
		left.Mul(u.T(), z)
		for i := range n - 1 {
			within(t, "error along an axis", math.Abs(mat.Norm(left.RowView(i), 2)-values[i]), bound)
		}
		sums := make([]float64, n-1)
		for i := range n {
			for j, v := range z.RawRowView(i) {
				sums[j] += v
			}
		}
		within(t, "sum of the rows", maxAbs(rowMatrix(sums)), 200*eps)
	}
}

// TestRowFactorOfDependentSamples: samples that repeat, differ in scale or vanish.
func TestRowFactorOfDependentSamples(t *testing.T) {
	const n, p = 30, 100
	rng := rand.New(rand.NewPCG(4, 4))
	for name, change := range map[string]func(x *mat.Dense){
		"repeated":       func(x *mat.Dense) { copy(x.RawRowView(3), x.RawRowView(17)) },
		"last repeated":  func(x *mat.Dense) { copy(x.RawRowView(n-1), x.RawRowView(0)) },
		"zero features":  func(x *mat.Dense) { x.Slice(0, n, 8, p).(*mat.Dense).Zero() },
		"huge last":      func(x *mat.Dense) { v := x.RowView(n - 1).(*mat.VecDense); v.ScaleVec(1e7, v) },
		"huge first":     func(x *mat.Dense) { v := x.RowView(0).(*mat.VecDense); v.ScaleVec(1e7, v) },
		"constant":       func(x *mat.Dense) { x.Apply(func(_, j int, _ float64) float64 { return float64(j) }, x) },
		"one that moves": func(x *mat.Dense) { x.Zero(); x.Set(n-1, 7, 1) },
		"large offset":   func(x *mat.Dense) { x.Apply(func(_, _ int, v float64) float64 { return v + 1e6 }, x) },
		"two samples":    nil,
	} {
		x := gaussian(rng.Uint64(), n, p)
		if change == nil {
			x = gaussian(rng.Uint64(), 2, p)
		} else {
			change(x)
		}
		c := NewCentered(x)
		z := c.RowFactor(c.OuterGram())
		xc := c.Dense()
		var want, got mat.Dense
		want.Mul(xc, xc.T())
		got.Mul(z, z.T())
		if !(maxDiff(t, &got, &want) <= 100*eps*mat.Max(&want)) {
			t.Errorf("%s: ZZᵀ differs from XcXcᵀ by %.3g of %.3g", name, maxDiff(t, &got, &want), mat.Max(&want))
		}
	}
}

// TestStripsOfAFactorAreOneDecomposition: R of strips has the Gram matrix of R.
func TestStripsOfAFactorAreOneDecomposition(t *testing.T) {
	const n = 20
	for _, p := range []int{n, 3*n - 1, 3 * n, 3*n + 1, 13*n + 5} {
		c := NewCentered(gaussian(uint64(p), n, p))
		r := c.upperFactorByStrips()
		var got mat.Dense
		got.Mul(r.T(), r)
		within(t, "difference of RᵀR", maxDiff(t, &got, c.OuterGram()), 100*eps*float64(p))
	}
}

// A matrix that was given back may hold anything.
func TestOuterGramInMemoryThatWasGivenBack(t *testing.T) {
	c := NewCentered(gaussian(7, 40, 700))
	want := c.OuterGram()
	for _, n := range []int{40, 39, 41} {
		dirty := mat.NewDense(n, n, nil)
		dirty.Apply(func(int, int, float64) float64 { return math.NaN() }, dirty)
		GiveBack(dirty)
		within(t, "difference", maxDiff(t, c.OuterGram(), want), 0)
	}
}
