package linalg

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// gaussian returns an r×c matrix of independent standard normal values.
func gaussian(seed uint64, r, c int) *mat.Dense {
	rng := rand.New(rand.NewPCG(seed, 1))
	a := mat.NewDense(r, c, nil)
	for i := range r {
		row := a.RawRowView(i)
		for j := range row {
			row[j] = rng.NormFloat64()
		}
	}
	return a
}

// orthonormalMatrices keeps the results of orthonormal, because tests need the same
// matrices with many spectra.
var orthonormalMatrices = map[[3]int]*mat.Dense{}

// orthonormal returns an r×c matrix with orthonormal columns, by two passes of
// modified Gram-Schmidt so that it depends on no code under test. It must not be
// written to.
func orthonormal(seed uint64, r, c int) *mat.Dense {
	key := [3]int{int(seed), r, c}
	if q, ok := orthonormalMatrices[key]; ok {
		return q
	}
	columns := mat.DenseCopyOf(gaussian(seed, r, c).T())
	for i := range c {
		v := columns.RawRowView(i)
		for range 2 {
			for j := range i {
				w := columns.RawRowView(j)
				var dot float64
				for k := range v {
					dot += v[k] * w[k]
				}
				for k := range v {
					v[k] -= dot * w[k]
				}
			}
		}
		var ss float64
		for _, x := range v {
			ss += x * x
		}
		for k := range v {
			v[k] /= math.Sqrt(ss)
		}
	}
	q := mat.DenseCopyOf(columns.T())
	orthonormalMatrices[key] = q
	return q
}

// withSpectrum returns the m×n matrix U·diag(s)·Vᵀ and its factors, len(s) being
// at most min(m,n).
func withSpectrum(seed uint64, m, n int, s []float64) (a, u, v *mat.Dense) {
	u, v = orthonormal(seed, m, len(s)), orthonormal(seed+1000, n, len(s))
	us := scaledColumns(u, s)
	a = mat.NewDense(m, n, nil)
	a.Mul(us, v.T())
	return a, u, v
}

// symmetricWithSpectrum returns Q·diag(values)·Qᵀ, exactly symmetric.
func symmetricWithSpectrum(seed uint64, values []float64) *mat.Dense {
	n := len(values)
	q := orthonormal(seed, n, n)
	ql := scaledColumns(q, values)
	a := mat.NewDense(n, n, nil)
	a.Mul(ql, q.T())
	for i := range n {
		for j := range i {
			a.Set(i, j, a.At(j, i))
		}
	}
	return a
}

// maxDiff returns max|a−b| over the entries of two matrices of one shape.
func maxDiff(t *testing.T, a, b mat.Matrix) float64 {
	t.Helper()
	r, c := a.Dims()
	if rb, cb := b.Dims(); r != rb || c != cb {
		t.Fatalf("shapes %d×%d and %d×%d differ", r, c, rb, cb)
	}
	var m float64
	for i := range r {
		for j := range c {
			m = max(m, math.Abs(a.At(i, j)-b.At(i, j)))
		}
	}
	return m
}

// orthogonality returns max|QᵀQ − I|.
func orthogonality(q *mat.Dense) float64 {
	_, c := q.Dims()
	var g mat.Dense
	g.Mul(q.T(), q)
	var m float64
	for i := range c {
		for j := range c {
			want := 0.0
			if i == j {
				want = 1
			}
			m = max(m, math.Abs(g.At(i, j)-want))
		}
	}
	return m
}

// scaledColumns returns a·diag(f).
func scaledColumns(a *mat.Dense, f []float64) *mat.Dense {
	out := mat.DenseCopyOf(a)
	rows, _ := a.Dims()
	for i := range rows {
		row := out.RawRowView(i)
		for j := range row {
			row[j] *= f[j]
		}
	}
	return out
}

// scaled returns f·a.
func scaled(f float64, a *mat.Dense) *mat.Dense {
	var s mat.Dense
	s.Scale(f, a)
	return &s
}

// within fails the test when got > bound or is NaN.
func within(t *testing.T, name string, got, bound float64) {
	t.Helper()
	if !(got <= bound) {
		t.Errorf("%s is %.3g, want at most %.3g", name, got, bound)
	}
}
