package linalg

import (
	"math"

	lapackgonum "gonum.org/v1/gonum/lapack/gonum"
)

// implicitQL is the QL iteration with implicit shifts of Wilkinson (LAPACK's dsteqr). The
// rotations of a sweep are recorded and then applied to all vectors at once.
type implicitQL struct {
	d, e []float64
	z    rowSpace  // the rows become eigenvectors
	cs   []float64 // two numbers for each row

	// A block that has its larger end below is worked on in reverse: entry j of d belongs
	// to row mirror−j.
	reversed bool
	mirror   int
}

// run overwrites d with the eigenvalues in no particular order, and destroys e.
func (q *implicitQL) run() bool { return iterateQL(q, q.d) }

// unreduced implements qlForm.
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

// turn implements qlForm.
func (q *implicitQL) turn(l, last int) {
	q.reversed, q.mirror = true, l+last
	reverse(q.d[l : last+1])
	reverse(q.e[l:last])
}

// turnBack implements qlForm: the eigenvalues go to the rows that are theirs.
func (q *implicitQL) turnBack(l, last int) {
	q.reversed = false
	reverse(q.d[l : last+1])
}

// two implements qlForm.
func (q *implicitQL) two(l int) {
	var c, s float64
	q.d[l], q.d[l+1], c, s = lapackgonum.Implementation{}.Dlaev2(q.d[l], q.e[l], q.d[l+1])
	q.e[l] = 0
	q.apply(l, l+1, false, append(q.cs[:0], c, s))
}

// apply applies recorded rotations to the rows of entries l to m.
func (q *implicitQL) apply(l, m int, upwards bool, cs []float64) {
	if q.reversed {
		l, upwards = q.mirror-m, !upwards
	}
	q.z.rotate(l, upwards, cs)
}

// sweep implements qlForm: it chases the bulge from m up to l.
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
