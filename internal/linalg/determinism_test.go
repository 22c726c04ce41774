package linalg

import (
	"runtime"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// Results are the same bits for any number of processors.
func TestResultsDoNotDependOnProcessors(t *testing.T) {
	const n = 320
	a := gaussian(1, n, n)
	tall := gaussian(2, 3*n, n/2)
	sym := Gram(a)
	repeated := gaussian(3, 2*n, 40)
	for i := n; i < 2*n; i++ {
		copy(repeated.RawRowView(i), repeated.RawRowView(i-n/2))
	}
	operations := map[string]func() []*mat.Dense{
		"EigSym": func() []*mat.Dense {
			s, v, err := EigSym(sym)
			return results(t, err, row(s), v)
		},
		"EigSymValues": func() []*mat.Dense {
			s, err := EigSymValues(sym)
			return results(t, err, row(s))
		},
		"SVD": func() []*mat.Dense {
			u, s, v, err := SVD(tall)
			return results(t, err, u, row(s), v)
		},
		"Polar": func() []*mat.Dense {
			p, s, err := Polar(a)
			return results(t, err, p, row([]float64{s}))
		},
		"QR": func() []*mat.Dense {
			q, r := QR(tall)
			return results(t, nil, q, r)
		},
		"LeastSquares": func() []*mat.Dense {
			w, _, err := LeastSquares(tall, gaussian(5, 3*n, 7))
			return results(t, err, w)
		},
		"Centered": func() []*mat.Dense {
			long, wide := NewCentered(gaussian(6, 5000, 40)), NewCentered(gaussian(7, 5000, 400))
			return results(t, nil, long.Gram(), long.CrossGram(wide), wide.Gram(), row(wide.ColumnSquares()), row(wide.RowSquares()))
		},
		"RowFactor": func() []*mat.Dense {
			c := NewCentered(gaussian(8, 300, 2000))
			nearly := NewCentered(withLastNear(c.x))
			return results(t, nil, c.OuterGram(), c.RowFactor(c.OuterGram()), nearly.RowFactor(nearly.OuterGram()), c.upperFactorByStrips())
		},
		"SqDistances": func() []*mat.Dense {
			block := mat.NewDense(n/2, n, nil)
			NewDistances(a).BlockTo(block, n/3, 0)
			return results(t, nil, row(SqDistances(a)), row(SqDistances(repeated)), block)
		},
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for name, run := range operations {
		runtime.GOMAXPROCS(1)
		want := run()
		for _, procs := range []int{2, 5} {
			runtime.GOMAXPROCS(procs)
			for i, got := range run() {
				if !slices.Equal(got.RawMatrix().Data, want[i].RawMatrix().Data) {
					t.Errorf("%s: result %d with %d processors differs from that with one", name, i, procs)
				}
			}
		}
	}
}

// results fails the test on an error and collects matrices.
func results(t *testing.T, err error, m ...*mat.Dense) []*mat.Dense {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// row makes a matrix of one row.
func row(values []float64) *mat.Dense { return mat.NewDense(1, len(values), values) }

// withLastNear returns a copy of x whose last two rows are nearly the same.
func withLastNear(x *mat.Dense) *mat.Dense {
	out := mat.DenseCopyOf(x)
	n, _ := x.Dims()
	row, other := out.RawRowView(n-2), out.RawRowView(n-3)
	for j, v := range other {
		row[j] = v + 1e-4*row[j]
	}
	return out
}
