package linalg

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// shapes of m×n problems around the order n.
func shapes(n int) [][2]int { return [][2]int{{n, n}, {3*n + 1, n}, {n, n + 7}} }

func checkSVD(t *testing.T, a *mat.Dense, want []float64) {
	t.Helper()
	m, n := a.Dims()
	k := min(m, n)
	bound := 4 * eps * float64(max(m, n)) * Norm(a)
	u, s, v, err := SVD(a)
	if err != nil {
		t.Fatal(err)
	}
	only, err := SingularValues(a)
	if err != nil {
		t.Fatal(err)
	}
	if len(s) != k || len(only) != k {
		t.Fatalf("%d and %d values, want %d", len(s), len(only), k)
	}
	for i := range k {
		if want != nil {
			within(t, fmt.Sprintf("error of value %d", i), math.Abs(s[i]-want[i]), bound)
		}
		within(t, fmt.Sprintf("error of value %d alone", i), math.Abs(only[i]-s[i]), bound)
		if s[i] < 0 || only[i] < 0 {
			t.Errorf("value %d is negative: %v, %v", i, s[i], only[i])
		}
		if i > 0 && (s[i] > s[i-1] || only[i] > only[i-1]) {
			t.Errorf("values are not in descending order at %d", i)
		}
	}
	within(t, "loss of orthogonality of u", orthogonality(u), 4*eps*float64(max(m, n)))
	within(t, "loss of orthogonality of v", orthogonality(v), 4*eps*float64(max(m, n)))
	us := scaledColumns(u, s)
	product := mat.NewDense(m, n, nil)
	product.Mul(us, v.T())
	within(t, "residual", maxDiff(t, a, product), bound)
}

func TestSVDOfKnownSpectra(t *testing.T) {
	for _, n := range orders {
		for name, values := range spectra(n) {
			for _, shape := range shapes(n) {
				t.Run(fmt.Sprintf("%s/%dx%d", name, shape[0], shape[1]), func(t *testing.T) {
					a, _, _ := withSpectrum(uint64(n), shape[0], shape[1], values)
					checkSVD(t, a, values)
				})
			}
		}
	}
}

func TestSVDAtTheEdgesOfTheRange(t *testing.T) {
	values := spectra(60)["linear"]
	a, _, _ := withSpectrum(7, 80, 60, values)
	for _, f := range []float64{1e-150, 1e150, 1e-290, 1e300} {
		want := slices.Clone(values)
		for i := range want {
			want[i] *= f
		}
		checkSVD(t, scaled(f, a), want)
	}
}

// Bidiagonal matrices straight into divide and conquer: Kahan's and others with
// zeros on the diagonal, zeros beside it and entries over the whole range.
func TestSVDOfBidiagonalMatrices(t *testing.T) {
	n := 130
	rules := map[string]func(i int) (d, e float64){
		"jordan":              func(int) (float64, float64) { return 1, 1 },
		"graded":              func(i int) (float64, float64) { return math.Exp2(-3 * float64(i)), math.Exp2(-3*float64(i) - 1) },
		"graded upwards":      func(i int) (float64, float64) { return math.Exp2(-3 * float64(n-i)), math.Exp2(-3 * float64(n-i)) },
		"zeros on diagonal":   func(i int) (float64, float64) { return float64(i % 5), 1 },
		"nilpotent":           func(int) (float64, float64) { return 0, 1 },
		"zeros beside":        func(i int) (float64, float64) { return 1 + float64(i%7), float64(i % 3) },
		"far apart":           func(i int) (float64, float64) { return math.Exp2(-40 * float64(i%5)), math.Exp2(-37 * float64(i%7)) },
		"constant and signed": func(i int) (float64, float64) { return float64(1 - 2*(i%2)), float64(2*(i%3) - 2) },
		"nearly singular":     func(int) (float64, float64) { return 1, -2 },
		"last row zero":       func(i int) (float64, float64) { return float64(n - 1 - i), 0.5 },
	}
	for name, rule := range rules {
		t.Run(name, func(t *testing.T) {
			a := mat.NewDense(n, n, nil)
			for i := range n {
				d, e := rule(i)
				a.Set(i, i, d)
				if i+1 < n {
					a.Set(i, i+1, e)
				}
			}
			checkSVD(t, a, nil)
		})
	}
}

func TestSVDOfSpecialMatrices(t *testing.T) {
	for _, shape := range [][2]int{{1, 1}, {1, 9}, {9, 1}, {30, 30}, {70, 40}, {40, 70}} {
		m, n := shape[0], shape[1]
		checkSVD(t, mat.NewDense(m, n, nil), make([]float64, min(m, n)))
		ones := mat.NewDense(m, n, nil)
		for i := range m {
			for j := range n {
				ones.Set(i, j, 1)
			}
		}
		want := make([]float64, min(m, n))
		want[0] = math.Sqrt(float64(m * n))
		checkSVD(t, ones, want)
	}
}

func TestRangeBasisSpansTheColumns(t *testing.T) {
	for _, n := range []int{1, 2, 30, 64} {
		for name, values := range spectra(n) {
			for _, shape := range shapes(n) {
				a, u, _ := withSpectrum(uint64(n), shape[0], shape[1], values)
				q, s, err := RangeBasis(a)
				if err != nil {
					t.Fatal(err)
				}
				m, cols := a.Dims()
				rank := Rank(s, m, cols)
				if rank == 0 {
					continue
				}
				if _, got := q.Dims(); got != rank {
					t.Fatalf("%s: basis has %d columns, rank is %d", name, got, rank)
				}
				if name == "rank deficient" && rank != (n+2)/3 {
					t.Errorf("rank %d of a %d×%d matrix of rank %d", rank, m, cols, (n+2)/3)
				}
				within(t, "loss of orthogonality", orthogonality(q), 4*eps*float64(m))
				// Every column of A lies in the span.
				var coef, back mat.Dense
				coef.Mul(q.T(), a)
				back.Mul(q, &coef)
				within(t, name+": distance of A from the span", maxDiff(t, a, &back), 4*eps*float64(max(m, cols))*Norm(a))
				if name == "rank deficient" {
					coef.Reset()
					coef.Mul(q.T(), leadingColumns(u, rank))
					within(t, "distance of the true basis", orthogonality(&coef), 8*eps*float64(m))
				}
			}
		}
	}
	q, s, err := RangeBasis(mat.NewDense(5, 3, nil))
	if err != nil || !q.IsEmpty() || len(s) != 3 || Rank(s, 5, 3) != 0 {
		t.Errorf("range of zero: %v, %v, %v", q, s, err)
	}
}
