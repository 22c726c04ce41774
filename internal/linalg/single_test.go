package linalg

import (
	"errors"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/mat"
)

// The polar factor of float32 is that of float64 where singular values are told from 0.
func TestSinglePolar(t *testing.T) {
	for _, c := range []struct {
		m, n  int
		least float64 // singular value, of 1
	}{{1, 1, 1}, {7, 7, 0.5}, {30, 12, 1e-1}, {12, 30, 1e-2}, {90, 90, 1e-3}, {140, 130, 1e-4}, {20, 20, 1e-5}} {
		u, v := orthonormal(1, c.m, min(c.m, c.n)), orthonormal(2, c.n, min(c.m, c.n))
		us := mat.DenseCopyOf(u)
		for j := range min(c.m, c.n) {
			s := math.Pow(c.least, float64(j)/math.Max(1, float64(min(c.m, c.n)-1)))
			for i := range c.m {
				us.Set(i, j, 1e3*s*us.At(i, j))
			}
		}
		var a mat.Dense
		a.Mul(us, v.T())
		single := NewSingle(c.m, c.n)
		for i := range c.m {
			for j := range c.n {
				single.Data[i*c.n+j] = float32(a.At(i, j))
				a.Set(i, j, float64(single.Data[i*c.n+j]))
			}
		}
		want, nuclear, err := Polar(&a)
		if err != nil {
			t.Fatal(err)
		}
		work := NewSinglePolar(c.m, c.n)
		for range 2 { // the work space is reused
			p, norm, err := work.Polar(single)
			if err != nil {
				t.Fatal(err)
			}
			worst := 0.0
			for i := range c.m {
				for j := range c.n {
					worst = max(worst, math.Abs(float64(p.Data[i*p.Stride+j])-want.At(i, j)))
				}
			}
			if worst > 2e-5 || math.Abs(norm/nuclear-1) > 1e-6 {
				t.Errorf("%d×%d, least %g: P differs by %g, the norm by %g", c.m, c.n, c.least, worst, norm/nuclear-1)
			}
		}
	}
}

// Matrices without full rank have a partial isometry, and zero has none.
func TestSinglePolarOfSingularMatrices(t *testing.T) {
	a := blas32.General{Rows: 3, Cols: 3, Stride: 3, Data: []float32{2, 0, 0, 0, 3, 0, 0, 0, 0}}
	p, nuclear, err := NewSinglePolar(3, 3).Polar(a)
	if err != nil || math.Abs(nuclear-5) > 1e-5 {
		t.Fatalf("nuclear norm %v, %v, want 5", nuclear, err)
	}
	for i, want := range []float64{1, 0, 0, 0, 1, 0, 0, 0, 0} {
		if math.Abs(float64(p.Data[i])-want) > 1e-5 {
			t.Errorf("element %d is %v, want %v", i, p.Data[i], want)
		}
	}
	p, nuclear, err = NewSinglePolar(3, 3).Polar(NewSingle(3, 3))
	if err != nil || nuclear != 0 || SingleSquares(p) != 0 {
		t.Errorf("of zero: %v, %v, %v", p.Data, nuclear, err)
	}
	a.Data[4] = float32(math.Inf(1))
	if _, _, err = NewSinglePolar(3, 3).Polar(a); !errors.Is(err, ErrNotFinite) {
		t.Errorf("of infinity: %v", err)
	}
}

func BenchmarkSinglePolar(b *testing.B) {
	for _, n := range []int{100, 200, 500} {
		r := rand.New(rand.NewPCG(15, 32))
		a := NewSingle(n, n)
		for i := range a.Data {
			a.Data[i] = float32(r.NormFloat64() / float64(1+i/n))
		}
		w := NewSinglePolar(n, n)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				if _, _, err := w.Polar(a); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
