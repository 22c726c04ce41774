package linalg

import (
	"math"

	lapackgonum "gonum.org/v1/gonum/lapack/gonum"
)

// sweepsPerValue bounds the sweeps of the implicit QL and QR iterations for each value.
// Two are usual.
const sweepsPerValue = 30

// implicitQL is the QL iteration with implicit shifts of Wilkinson for a symmetric
// tridiagonal matrix (Parlett, The symmetric eigenvalue problem, 1980, §8; LAPACK's
// dsteqr). The rotations of a sweep are recorded and then applied to all vectors at once.
type implicitQL struct {
	d, e []float64
	z    rowSpace  // the rows become eigenvectors
	cs   []float64 // two numbers for each row

	// A block that has its larger end below is worked on in reverse: entry j of d belongs
	// to row mirror−j.
	reversed bool
	mirror   int
	sweeps   int
}

// run overwrites d with the eigenvalues in no particular order, and destroys e. Entries
// of d and e should be below negligible or within a few powers of ten of 1.
func (q *implicitQL) run() bool {
	n := len(q.d)
	q.sweeps = sweepsPerValue * n
	for start := 0; start < n; {
		end := q.unreduced(start, n-1)
		if !q.block(start, end) {
			return false
		}
		start = end + 1
	}
	return true
}

// unreduced returns the end of the unreduced block that begins at start, at most last. It
// sets the entry that ends it to zero.
func (q *implicitQL) unreduced(start, last int) int {
	d, e := q.d, q.e
	for i := start; i < last; i++ {
		if v := e[i]; v*v <= eps*eps/4*math.Abs(d[i])*math.Abs(d[i+1]) {
			e[i] = 0
			return i
		}
	}
	return last
}

// block finds the eigenvalues of rows l to last.
func (q *implicitQL) block(l, last int) bool {
	d, e := q.d[l:last+1], q.e[l:last]
	if q.reversed = math.Abs(d[len(d)-1]) < math.Abs(d[0]); q.reversed {
		q.mirror = l + last
		reverse(d)
		reverse(e)
		defer reverse(d)
	}
	for l <= last {
		m := q.unreduced(l, last)
		switch {
		case m == l:
			l++
		case m == l+1:
			var c, s float64
			q.d[l], q.d[m], c, s = lapackgonum.Implementation{}.Dlaev2(q.d[l], q.e[l], q.d[m])
			q.e[l] = 0
			q.apply(l, m, false, append(q.cs[:0], c, s))
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

// apply applies recorded rotations to the rows of entries l to m.
func (q *implicitQL) apply(l, m int, upwards bool, cs []float64) {
	if q.reversed {
		l, upwards = q.mirror-m, !upwards
	}
	q.z.rotate(l, upwards, cs)
}

// sweep chases the bulge from m up to l.
func (q *implicitQL) sweep(l, m int) {
	d, e := q.d, q.e
	at := d[l]
	g := (d[l+1] - at) / (2 * e[l])
	g = d[m] - at + e[l]/(g+math.Copysign(math.Sqrt(g*g+1), g))
	c, s, p, r := 1.0, 1.0, 0.0, 0.0
	cs := q.cs[:0]
	for i := m - 1; i >= l; i-- {
		b := c * e[i]
		c, s, r = rotation(g, s*e[i])
		if i+1 < m {
			e[i+1] = r
		}
		g = d[i+1] - p
		r = (d[i]-g)*s + 2*c*b
		p = s * r
		d[i+1] = g + p
		g = c*r - b
		cs = append(cs, c, s)
	}
	d[l] -= p
	e[l] = g
	q.apply(l, m, true, cs)
}
