package linalg

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// spectra are the families every decomposition is tested on, n values each in
// descending order.
func spectra(n int) map[string][]float64 {
	s := map[string][]float64{
		"linear": nil, "graded": nil, "clustered": nil, "one outlier": nil,
		"rank deficient": nil, "two clusters at eps": nil, "identity": nil, "tiny tail": nil,
	}
	at := func(i int) float64 { return float64(i) / float64(max(n-1, 1)) }
	for i := range n {
		rank := 0.0
		if i < (n+2)/3 {
			rank = 1 + at(i)
		}
		pair := 1.0
		if i > n/2 {
			pair = 1 - 3*eps*float64(i)
		}
		s["linear"] = append(s["linear"], 1+at(i))
		s["graded"] = append(s["graded"], math.Pow(10, -15*at(i)))
		s["clustered"] = append(s["clustered"], float64(i%3)+1e-12*at(i))
		s["one outlier"] = append(s["one outlier"], 1e-8*(1+at(i)))
		s["rank deficient"] = append(s["rank deficient"], rank)
		s["two clusters at eps"] = append(s["two clusters at eps"], pair)
		s["identity"] = append(s["identity"], 1)
		s["tiny tail"] = append(s["tiny tail"], math.Exp2(-60*float64(i)))
	}
	s["one outlier"][0] = 1
	for _, values := range s {
		slices.Sort(values)
		slices.Reverse(values)
	}
	return s
}

// orders straddle the leaves of divide and conquer and the panels of blocked
// reductions.
var orders = []int{1, 2, 3, 24, 25, 31, 33, 64, 100, 193}

func checkEigSym(t *testing.T, a *mat.Dense, want []float64) {
	t.Helper()
	n, _ := a.Dims()
	norm := Norm(a)
	bound := 4 * eps * float64(n) * norm
	values, v, err := EigSym(a)
	if err != nil {
		t.Fatal(err)
	}
	only, err := EigSymValues(a)
	if err != nil {
		t.Fatal(err)
	}
	if want != nil {
		for i := range n {
			within(t, fmt.Sprintf("error of eigenvalue %d", i), math.Abs(values[i]-want[i]), bound)
			within(t, fmt.Sprintf("error of eigenvalue %d alone", i), math.Abs(only[i]-want[i]), bound)
		}
	}
	if !slices.IsSortedFunc(values, func(x, y float64) int { return -cmpFloat(x, y) }) {
		t.Error("eigenvalues are not in descending order")
	}
	within(t, "loss of orthogonality", orthogonality(v), 4*eps*float64(n))
	var av mat.Dense
	av.Mul(a, v)
	vl := scaledColumns(v, values)
	within(t, "residual", maxDiff(t, &av, vl), bound)
}

func cmpFloat(x, y float64) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

func TestEigSymOfKnownSpectra(t *testing.T) {
	for _, n := range orders {
		for name, values := range spectra(n) {
			t.Run(fmt.Sprintf("%s/%d", name, n), func(t *testing.T) {
				signed := slices.Clone(values)
				for i := range signed {
					if i%3 == 1 {
						signed[i] = -signed[i]
					}
				}
				slices.Sort(signed)
				slices.Reverse(signed)
				checkEigSym(t, symmetricWithSpectrum(uint64(n), values), values)
				checkEigSym(t, symmetricWithSpectrum(uint64(n), signed), signed)
			})
		}
	}
}

func TestEigSymAtTheEdgesOfTheRange(t *testing.T) {
	values := spectra(60)["linear"]
	a := symmetricWithSpectrum(7, values)
	for _, f := range []float64{1e-150, 1e150, 1e-290, 1e300} {
		want := slices.Clone(values)
		for i := range want {
			want[i] *= f
		}
		checkEigSym(t, scaled(f, a), want)
	}
}

// Closed forms: the second-difference matrix has eigenvalues 4·sin²(kπ/2(n+1)),
// Wilkinson's W⁺ has pairs that agree to working precision, and a glued one has
// large clusters of them, the hard case of tridiagonal algorithms.
func TestEigSymOfTridiagonalMatrices(t *testing.T) {
	n := 150
	laplace := mat.NewDense(n, n, nil)
	want := make([]float64, n)
	for i := range n {
		laplace.Set(i, i, 2)
		if i > 0 {
			laplace.Set(i, i-1, -1)
			laplace.Set(i-1, i, -1)
		}
		want[n-1-i] = 4 * math.Pow(math.Sin(float64(i+1)*math.Pi/float64(2*n+2)), 2)
	}
	checkEigSym(t, laplace, want)

	const order, copies = 21, 8
	for _, glue := range []float64{0, 1e-14, 1e-8, 1} {
		w := mat.NewDense(order*copies, order*copies, nil)
		for i := range order * copies {
			w.Set(i, i, math.Abs(float64(i%order-order/2)))
			if i > 0 {
				off := 1.0
				if i%order == 0 {
					off = glue
				}
				w.Set(i, i-1, off)
				w.Set(i-1, i, off)
			}
		}
		checkEigSym(t, w, nil)
	}
}

func TestEigSymOfSpecialMatrices(t *testing.T) {
	for _, n := range []int{1, 2, 30, 70} {
		checkEigSym(t, mat.NewDense(n, n, nil), make([]float64, n))
		ones := mat.NewDense(n, n, nil)
		for i := range n {
			for j := range n {
				ones.Set(i, j, 1)
			}
		}
		want := make([]float64, n)
		want[0] = float64(n)
		checkEigSym(t, ones, want)
		diagonal := mat.NewDense(n, n, nil)
		for i := range n {
			want[i] = float64(-i)
			diagonal.Set(n-1-i, n-1-i, float64(-i))
		}
		checkEigSym(t, diagonal, want)
		// Blocks of very different scales, some so small that squares underflow.
		graded := mat.NewDense(n, n, nil)
		for i := range n {
			for j := range n {
				graded.Set(i, j, math.Exp2(-10*float64(i+j))*float64(1+(i*j)%7))
			}
		}
		for i := range n {
			for j := range i {
				graded.Set(i, j, graded.At(j, i))
			}
		}
		checkEigSym(t, graded, nil)
	}
}

func TestEigSymReadsTheUpperTriangleOfAView(t *testing.T) {
	a := symmetricWithSpectrum(3, spectra(40)["linear"])
	big := gaussian(4, 50, 60)
	view := big.Slice(3, 43, 5, 45).(*mat.Dense)
	view.Copy(a)
	for i := range 40 {
		for j := range i {
			view.Set(i, j, 1e9)
		}
	}
	before := mat.DenseCopyOf(big)
	values, v, err := EigSym(view)
	if err != nil {
		t.Fatal(err)
	}
	wantValues, wantV, _ := EigSym(a)
	if !slices.Equal(values, wantValues) || !mat.Equal(v, wantV) {
		t.Error("result depends on the lower triangle or on the stride")
	}
	if !mat.Equal(big, before) {
		t.Error("input was written to")
	}
}

func TestDecompositionsRefuseWhatIsNotFinite(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, n := range []int{1, 2, 5, 70} {
			a := gaussian(1, n, n)
			a.Set(n/2, n-1, bad)
			b := gaussian(2, n, 2)
			calls := map[string]func() error{
				"EigSym":         func() error { _, _, err := EigSym(a); return err },
				"EigSymValues":   func() error { _, err := EigSymValues(a); return err },
				"SVD":            func() error { _, _, _, err := SVD(a); return err },
				"SingularValues": func() error { _, err := SingularValues(a); return err },
				"RangeBasis":     func() error { _, _, err := RangeBasis(a); return err },
				"NuclearNorm":    func() error { _, err := NuclearNorm(a); return err },
				"Polar":          func() error { _, _, err := Polar(a); return err },
				"LeastSquares":   func() error { _, _, err := LeastSquares(a, b); return err },
				"LeastSquares b": func() error { _, _, err := LeastSquares(b, a); return err },
				"SolveSPD":       func() error { _, err := SolveSPD(a, b); return err },
			}
			for name, call := range calls {
				if err := call(); !errors.Is(err, ErrNotFinite) {
					t.Errorf("%s of a %d×%d matrix with %v gives %v", name, n, n, bad, err)
				}
			}
			if _, ok := Cholesky(a); ok {
				t.Errorf("Cholesky accepts %v", bad)
			}
		}
	}
}
