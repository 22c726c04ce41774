package linalg

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data/datatest"
)

// Matrices of every order up to that of blocked algorithms, with bands that are hard for
// shifts and for the tests of convergence.
func TestSmallDecompositionsOfRandomBands(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 12))
	names := slices.Sorted(maps.Keys(bandRules))
	n := 0
	for _, diagonal := range names {
		for _, offDiagonal := range names {
			n = n%smallOrder + 1
			drawD, drawE := bandRules[diagonal], bandRules[offDiagonal]
			t.Run(fmt.Sprintf("%s beside %s/%d", offDiagonal, diagonal, n), func(t *testing.T) {
				symmetric, upper := mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
				for i := range n {
					d, e := drawD(rng), drawE(rng)
					symmetric.Set(i, i, d)
					upper.Set(i, i, d)
					if i+1 < n {
						symmetric.Set(i, i+1, e)
						symmetric.Set(i+1, i, e)
						upper.Set(i, i+1, e)
					}
				}
				checkEigSym(t, symmetric, nil)
				checkSVD(t, upper, nil)
			})
		}
	}
}

// bidiagonalQRValues is bidiagonalValues by the other algorithm.
func bidiagonalQRValues(d, e []float64) ([]float64, bool) {
	n := len(d)
	qr := bidiagonalQR{d: slices.Clone(d), e: slices.Clone(e), cs: [2][]float64{make([]float64, 2*n), make([]float64, 2*n)}}
	ok := qr.run()
	return qr.d, ok
}

// The values of ones on and beside the diagonal are 2·cos(kπ/(2n+1)): the smallest has no
// fewer digits than the largest, by either algorithm.
func TestBidiagonalValuesOfOnes(t *testing.T) {
	for _, n := range []int{1, 2, 3, 10, 33, 64, 200} {
		d, e := make([]float64, n), make([]float64, n)
		for i := range n {
			d[i], e[i] = 1, 1
		}
		byQR, ok := bidiagonalQRValues(d, e)
		if !ok || !bidiagonalValues(d, e, make([]float64, 4*n)) {
			t.Fatal("no convergence")
		}
		for k := range n {
			want := 2 * math.Cos(float64(k+1)*math.Pi/float64(2*n+1))
			within(t, fmt.Sprintf("relative error of value %d of %d", k, n), math.Abs(d[k]/want-1), float64(20+n)*eps)
			within(t, fmt.Sprintf("relative error by QR of value %d of %d", k, n), math.Abs(byQR[k]/want-1), float64(20+n)*eps)
		}
	}
}

// Entries determine small singular values of a bidiagonal matrix as well as large ones, so
// two algorithms agree in each of them, however far apart they are. dqds converges
// without the help of QR.
func TestSmallBidiagonalValuesKeepTheirDigits(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 12))
	for trial := range 200 {
		n := 2 + rng.IntN(63)
		span := []float64{0, 1, 5, 40}[trial%4]
		d, e := make([]float64, n), make([]float64, n)
		for i := range n {
			d[i] = math.Exp2(-span*rng.Float64()) * (1 + rng.Float64())
			e[i] = math.Exp2(-span*rng.Float64()) * rng.NormFloat64()
		}
		want, ok := bidiagonalQRValues(d, e[:n-1])
		if !ok {
			t.Fatal("QR does not converge")
		}
		q := dqds{q: make([]float64, n), e: make([]float64, n), from: make([]float64, 2*n), passes: 15 * n, part: 0.25}
		for i := range n {
			q.q[i], q.e[i] = d[i]*d[i], e[i]*e[i]
		}
		if !q.run() {
			t.Errorf("trial %d: dqds takes more than 15 passes for a value, or fails", trial)
		}
		slices.Sort(q.q)
		for i, w := range want {
			within(t, fmt.Sprintf("trial %d: relative distance of value %d of %d", trial, i, n),
				math.Abs(math.Sqrt(q.q[n-1-i])/w-1), 40*eps*float64(n))
		}
	}
}

// Eigenvalues without vectors are those with vectors, where the root-free form divides by
// what vanishes.
func TestRootFreeValuesOfVanishingDiagonals(t *testing.T) {
	for _, n := range []int{3, 8, 21, 60} {
		for name, rule := range map[string]func(i int) (d, e float64){
			"zeros":    func(int) (float64, float64) { return 0, 1 },
			"constant": func(int) (float64, float64) { return 2, 1 },
			"tiny":     func(i int) (float64, float64) { return 0, math.Exp2(-6 * float64(i%30)) },
			"signs":    func(i int) (float64, float64) { return float64(1 - 2*(i%2)), 1e-9 },
		} {
			a := mat.NewDense(n, n, nil)
			for i := range n {
				d, e := rule(i)
				a.Set(i, i, d)
				if i+1 < n {
					a.Set(i, i+1, e)
					a.Set(i+1, i, e)
				}
			}
			want := make([]float64, n)
			if name == "zeros" || name == "constant" {
				for k := range n {
					want[k] = a.At(0, 0) + 2*math.Cos(float64(k+1)*math.Pi/float64(n+1))
				}
				checkEigSym(t, a, want)
			}
			checkEigSym(t, a, nil)
		}
	}
}

// Small decompositions allocate their results only.
func TestSmallDecompositionsAllocateTheirResults(t *testing.T) {
	datatest.CountsMemory(t)
	for _, n := range []int{1, 10, 33, smallOrder} {
		a, s := gaussian(1, n, n), Gram(gaussian(2, 2*n, n))
		for name, c := range map[string]struct {
			results float64
			run     func()
		}{
			"EigSym":         {3, func() { _, _, _ = EigSym(s) }},
			"SVD":            {5, func() { _, _, _, _ = SVD(a) }},
			"SingularValues": {1, func() { _, _ = SingularValues(a) }},
		} {
			if got := testing.AllocsPerRun(20, c.run); got > c.results {
				t.Errorf("%s of order %d allocates %v times, want %v for its results", name, n, got, c.results)
			}
		}
	}
	a := gaussian(1, 20, 20)
	if got := testing.AllocsPerRun(20, func() { _, _ = NuclearNorm(a) }); got > 0 {
		t.Errorf("the nuclear norm of a small matrix allocates %v times", got)
	}
}
