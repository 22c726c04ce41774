package linalg

import (
	"math"
	"slices"

	lapackgonum "gonum.org/v1/gonum/lapack/gonum"
)

// rootFreeQL is the QL iteration for the eigenvalues of a symmetric tridiagonal matrix
// without square roots, after Pal, Walker and Kahan (Parlett, The symmetric eigenvalue
// problem, 1980, §8.15; LAPACK's dsterf).
type rootFreeQL struct {
	d, ee  []float64 // the diagonal, and the squares of the entries beside it
	sweeps int
}

// tridiagonalValues overwrites d with the eigenvalues, ascending, of the tridiagonal matrix
// with diagonal d and off-diagonal e, and destroys e. Entries should be below negligible or
// within a few powers of ten of 1.
func tridiagonalValues(d, e []float64) bool {
	n := len(d)
	q := rootFreeQL{d: d, ee: e, sweeps: sweepsPerValue * n}
	for i, v := range e {
		e[i] = v * v
	}
	for start := 0; start < n; {
		end := q.unreduced(start, n-1)
		if !q.block(start, end) {
			return false
		}
		start = end + 1
	}
	slices.Sort(d)
	return true
}

// unreduced returns the end of the unreduced block that begins at start, at most last. It
// sets the entry that ends it to zero.
func (q *rootFreeQL) unreduced(start, last int) int {
	d, ee := q.d, q.ee
	for i := start; i < last; i++ {
		if ee[i] <= eps*eps/4*math.Abs(d[i]*d[i+1]) {
			ee[i] = 0
			return i
		}
	}
	return last
}

// block finds the eigenvalues of rows l to last.
func (q *rootFreeQL) block(l, last int) bool {
	if d := q.d[l : last+1]; math.Abs(d[len(d)-1]) < math.Abs(d[0]) {
		reverse(d) // the smaller end comes first
		reverse(q.ee[l:last])
	}
	for l <= last {
		m := q.unreduced(l, last)
		switch {
		case m == l:
			l++
		case m == l+1:
			q.d[l], q.d[m], _, _ = lapackgonum.Implementation{}.Dlaev2(q.d[l], math.Sqrt(q.ee[l]), q.d[m])
			q.ee[l] = 0
			l += 2
		case q.sweeps == 0:
			return false
		default:
			q.sweeps--
			q.sweep(l, m)
		}
	}
	return true
}

// sweep is a step of QL on rows l to m. With the squared cosine c = p/(p+b) of a rotation
// and the entry γ on the diagonal, the next ones are γ' = c(α−σ) − (1−c)γ and p' = γ'²/c.
// Both are written as fractions with the numerator p(α−σ) − bγ, so that p' does not have to
// wait for γ'.
func (q *rootFreeQL) sweep(l, m int) {
	const small = 0x1p-900 // products of three numbers of this size are not trusted
	d, ee := q.d, q.ee
	root := math.Sqrt(ee[l])
	g := (d[l+1] - d[l]) / (2 * root)
	shift := d[l] - root/(g+math.Copysign(math.Sqrt(g*g+1), g))
	s, c := 0.0, 1.0
	gamma := d[m] - shift
	p := gamma * gamma
	for i := m - 1; i >= l; i-- {
		b, alpha := ee[i], d[i]
		r := p + b
		if i+1 < m {
			ee[i+1] = s * r
		}
		previous, previousGamma := c, gamma
		s, c = b/r, p/r
		if denominator := r * p; denominator > small {
			numerator := p*(alpha-shift) - b*gamma
			gamma = numerator / r
			p = numerator * numerator / denominator
		} else {
			gamma = c*(alpha-shift) - s*gamma
			p = previous * b
			if c != 0 {
				p = gamma * gamma / c
			}
		}
		d[i+1] = previousGamma + (alpha - gamma)
	}
	ee[l] = s * p
	d[l] = shift + gamma
}
