package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"pgregory.net/rapid"
)

// forEachEngine runs a test with every engine this processor has, through the
// same blocking.
func forEachEngine(t *testing.T, f func(t *testing.T, impl Implementation)) {
	t.Helper()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) { f(t, Implementation{engine: e}) })
	}
}

// guard fills the memory around and between the rows of a test matrix. A routine
// that reads it spoils its result; a routine that writes to it fails the test.
const guard = 1e300

// dense is a test matrix: rows ld apart within a longer slice, guards between.
type dense struct {
	r, c, ld int
	data     []float64
}

// newDense returns an r×c matrix of normal numbers in rows pad values longer
// than needed.
func newDense(src *rand.Rand, r, c, pad int) dense {
	x := dense{r: r, c: c, ld: max(1, c) + pad}
	x.data = make([]float64, max(0, r*x.ld))
	for i := range x.data {
		x.data[i] = guard
	}
	for i := range r {
		for j := range c {
			x.data[i*x.ld+j] = src.NormFloat64()
		}
	}
	return x
}

// newOp returns a matrix whose transposition t is r×c.
func newOp(src *rand.Rand, t blas.Transpose, r, c, pad int) dense {
	if isTrans(t) {
		return newDense(src, c, r, pad)
	}
	return newDense(src, r, c, pad)
}

// at returns the element (i,j) of the matrix, or of its transpose.
func (x dense) at(t blas.Transpose, i, j int) float64 {
	if isTrans(t) {
		i, j = j, i
	}
	return x.data[i*x.ld+j]
}

// slice is the data as a caller passes it: nothing beyond the last element.
func (x dense) slice() []float64 {
	if x.r == 0 {
		return nil
	}
	n := (x.r-1)*x.ld + x.c
	return x.data[:n:n]
}

// clone copies the matrix.
func (x dense) clone() dense {
	x.data = append([]float64(nil), x.data...)
	return x
}

// fill sets every element.
func (x dense) fill(v float64) {
	for i := range x.r {
		for j := range x.c {
			x.data[i*x.ld+j] = v
		}
	}
}

// failer is the common part of testing.T and rapid.T.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// wantClose compares every word of two matrices, guards included: equal, both
// NaN, or within tol.
func wantClose(t failer, got, want dense, tol float64) {
	t.Helper()
	for i, w := range want.data {
		g := got.data[i]
		if g == w || math.IsNaN(g) && math.IsNaN(w) || math.Abs(g-w) <= tol {
			continue
		}
		t.Fatalf("element (%d,%d) of %d×%d is %v, want %v within %g", i/want.ld, i%want.ld, want.r, want.c, g, w, tol)
	}
}

// wantSame compares bit by bit.
func wantSame(t failer, got, want []float64) {
	t.Helper()
	for i, w := range want {
		if math.Float64bits(got[i]) != math.Float64bits(w) {
			t.Fatalf("word %d is %v, want the same bits as %v", i, got[i], w)
		}
	}
}

// sumError bounds the rounding error of a sum of k products of normal numbers,
// with room for the factors alpha and beta of the tests.
func sumError(k int) float64 { return 1e-14 * float64(k+10) }

// Draws shared by the property tests.
var (
	anyTrans  = rapid.SampledFrom([]blas.Transpose{blas.NoTrans, blas.Trans, blas.ConjTrans})
	anyUplo   = rapid.SampledFrom([]blas.Uplo{blas.Upper, blas.Lower})
	anyFactor = rapid.SampledFrom([]float64{0, 1, -1, 0.75})
	anyPad    = rapid.SampledFrom([]int{0, 0, 1, 5})
	// anySize favours the sizes around tiles and blocks.
	anySize = rapid.OneOf(
		rapid.IntRange(0, 30),
		rapid.SampledFrom([]int{31, 32, 33, 47, 48, 49, 64, 71, 96, 97, 130}),
	)
	anyDepth = rapid.OneOf(
		rapid.IntRange(0, 40),
		rapid.SampledFrom([]int{64, 65, 255, 256, 257, 300, 513}),
	)
)

// newSource returns a source of matrix elements.
func newSource(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

// drawSource draws a source of matrix elements.
func drawSource(t *rapid.T) *rand.Rand {
	return newSource(rapid.Uint64().Draw(t, "seed"))
}
