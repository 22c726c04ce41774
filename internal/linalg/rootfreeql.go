package linalg

import (
	"math"
	"slices"

	lapackgonum "gonum.org/v1/gonum/lapack/gonum"
)

// rootFreeQL is the QL iteration without square roots and vectors, after Pal, Walker and Kahan
// (Parlett, The symmetric eigenvalue problem, 1980, §8.15; LAPACK's dsterf).
type rootFreeQL tridiagonal // whose entries beside the diagonal, e, are squared

// eigenvalues overwrites d with the eigenvalues of T, ascending, and destroys e. Entries
// should be below negligible or within a few powers of ten of 1.
func (t *tridiagonal) eigenvalues() bool {
	for i, v := range t.e {
		t.e[i] = v * v
	}
	if !iterateQL((*rootFreeQL)(t), t.d) {
		return false
	}
	slices.Sort(t.d)
	return true
}

// unreduced implements qlForm.
func (q *rootFreeQL) unreduced(start, last int) int {
	d, ee := q.d, q.e
	for i := start; i < last; i++ {
		if ee[i] <= eps*eps/4*math.Abs(d[i]*d[i+1]) {
			ee[i] = 0
			return i
		}
	}
	return last
}

// turn implements qlForm.
func (q *rootFreeQL) turn(l, last int) {
	reverse(q.d[l : last+1])
	reverse(q.e[l:last])
}

// turnBack implements qlForm: eigenvalues without vectors have no order.
func (*rootFreeQL) turnBack(int, int) {}

// two implements qlForm.
func (q *rootFreeQL) two(l int) {
	q.d[l], q.d[l+1], _, _ = lapackgonum.Implementation{}.Dlaev2(q.d[l], math.Sqrt(q.e[l]), q.d[l+1])
	q.e[l] = 0
}

// sweep implements qlForm. With the squared cosine c = p/(p+b) of a rotation
// and the entry γ on the diagonal, the next ones are γ' = c(α−σ) − (1−c)γ and p' = γ'²/c.
// Both are written as fractions with the numerator p(α−σ) − bγ, so that p' does not have to
// wait for γ'.
func (q *rootFreeQL) sweep(l, m int) {
	const small = 0x1p-900 // products of three numbers of this size are not trusted
	d, ee := q.d, q.e
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
