package linalg

import (
	"math"

	lapackgonum "gonum.org/v1/gonum/lapack/gonum"
)

// bidiagonalQR is the QR iteration with implicit shifts for the singular values of an upper
// bidiagonal matrix, with shifts of zero where a shift would cost small values their
// relative accuracy (Demmel and Kahan, Accurate singular values of bidiagonal matrices,
// 1990; LAPACK's dbdsqr). The rotations of a sweep are recorded and then applied to all
// vectors at once.
type bidiagonalQR struct {
	d, e    []float64
	u, v    rowSpace     // rows become left and right singular vectors
	cs      [2][]float64 // rotations of v and of u, two numbers for each row
	least   float64      // entries of e up to it are zero
	reverse bool
	mirror  int
	sweeps  int
}

// relativeTolerance is the size of an entry of e beside what it would change, below which
// it is zero.
const relativeTolerance = 45 * eps

// run overwrites d with the singular values, descending, destroys e, and sorts the vectors
// with them.
func (q *bidiagonalQR) run() bool {
	n := len(q.d)
	q.sweeps = sweepsPerValue * n
	q.least = q.threshold()
	for m := n; m > 1; {
		l := q.blockStart(0, m)
		switch m - l {
		case 1:
			m--
		case 2:
			q.solveTwo(l)
			m -= 2
		default:
			if !q.chase(l, m) {
				return false
			}
		}
	}
	for i, s := range q.d {
		if s < 0 || s == 0 && math.Signbit(s) {
			q.negate(i)
		}
	}
	for i := range q.d {
		q.d[i] = -q.d[i]
	}
	sortAscending(q.d, q.u, q.v)
	for i := range q.d {
		q.d[i] = -q.d[i]
	}
	return true
}

// dropColumn makes a matrix with an extra column, whose entry is the last of e, upper
// bidiagonal and square: rotations of the right take the extra column away and leave a lower
// bidiagonal matrix, and rotations of the left make that an upper one.
func (q *bidiagonalQR) dropColumn() {
	d, e := q.d, q.e
	right, left := q.cs[0][:0], q.cs[1][:0]
	for i := range d {
		c, s, r := rotation(d[i], e[i])
		d[i], e[i] = r, 0
		if i+1 < len(d) {
			e[i], d[i+1] = s*d[i+1], c*d[i+1]
		}
		right = append(right, c, s)
	}
	q.v.rotate(0, false, right)
	for i := range len(d) - 1 {
		c, s, r := rotation(d[i], e[i])
		d[i] = r
		e[i], d[i+1] = s*d[i+1], c*d[i+1]
		left = append(left, c, s)
	}
	q.u.rotate(0, false, left)
}

// negate makes value i positive.
func (q *bidiagonalQR) negate(i int) {
	q.d[i] = -q.d[i]
	if q.v.n > 0 {
		row := q.v.row(i)
		for j := range row {
			row[j] = -row[j]
		}
	}
}

// threshold bounds the entries of e that change no singular value by more than a small
// multiple of eps of itself: it is a part of a lower bound of the smallest.
func (q *bidiagonalQR) threshold() float64 {
	n := len(q.d)
	mu := math.Abs(q.d[0])
	least := mu
	for i, v := range q.e[:n-1] {
		if least == 0 {
			break
		}
		mu = math.Abs(q.d[i+1]) * (mu / (mu + math.Abs(v)))
		least = min(least, mu)
	}
	return max(relativeTolerance*least/math.Sqrt(float64(n)), 0x1p-1000)
}

// blockStart returns the first row, from lowest on, of the unreduced block that ends
// before row m. It sets the entry of e above it to zero.
func (q *bidiagonalQR) blockStart(lowest, m int) int {
	for l := m - 1; l > lowest; l-- {
		if math.Abs(q.e[l-1]) <= q.least {
			q.e[l-1] = 0
			return l
		}
	}
	return lowest
}

// chase works on the block of rows l to m−1 until it is diagonal or falls apart.
func (q *bidiagonalQR) chase(l, m int) bool {
	d, e := q.d[l:m], q.e[l:m-1]
	if math.Abs(d[0]) < math.Abs(d[len(d)-1]) {
		// The transpose in reverse has its larger end above.
		q.reverse, q.mirror = true, l+m-1
		reverse(d)
		reverse(e)
		defer func() {
			q.reverse = false
			reverse(d)
			reverse(e)
		}()
	}
	for m-l > 1 {
		first := q.blockStart(l, m)
		switch {
		case first == m-1:
			m--
		case first == m-2:
			q.solveTwo(first)
			m -= 2
		case first > l:
			return true
		case q.sweeps == 0:
			return false
		default:
			smallest, changed := q.converged(l, m)
			if changed {
				continue
			}
			q.sweeps--
			q.sweep(l, m, q.shift(l, m, smallest))
		}
	}
	return true
}

// converged looks for an entry of e in the block that is small beside the smallest
// singular value of the rows above it, and sets it to zero. It returns a bound of the
// smallest value of the block.
func (q *bidiagonalQR) converged(l, m int) (smallest float64, split bool) {
	d, e := q.d, q.e
	if math.Abs(e[m-2]) <= relativeTolerance*math.Abs(d[m-1]) {
		e[m-2] = 0
		return 0, true
	}
	mu := math.Abs(d[l])
	smallest = mu
	for i := l; i < m-1; i++ {
		v := math.Abs(e[i])
		if v <= relativeTolerance*mu {
			e[i] = 0
			return 0, true
		}
		mu = math.Abs(d[i+1]) * (mu / (mu + v))
		smallest = min(smallest, mu)
	}
	return smallest, false
}

// shift is the smaller singular value of the last two rows, or zero where that would ruin
// the relative accuracy of the smallest values, or would be lost.
func (q *bidiagonalQR) shift(l, m int, smallest float64) float64 {
	largest := 0.0
	for _, v := range q.d[l:m] {
		largest = max(largest, math.Abs(v))
	}
	for _, v := range q.e[l : m-1] {
		largest = max(largest, math.Abs(v))
	}
	if float64(len(q.d))*relativeTolerance*(smallest/largest) <= eps/2 {
		return 0
	}
	shift, _ := lapackgonum.Implementation{}.Dlas2(q.d[m-2], q.e[m-2], q.d[m-1])
	if first := math.Abs(q.d[l]); first > 0 && (shift/first)*(shift/first) < eps/2 {
		return 0
	}
	return shift
}

// solveTwo decomposes rows l and l+1.
func (q *bidiagonalQR) solveTwo(l int) {
	d, e := q.d, q.e
	small, large, sr, cr, sl, cl := lapackgonum.Implementation{}.Dlasv2(d[l], e[l], d[l+1])
	d[l], d[l+1], e[l] = large, small, 0
	q.apply(l, l+2, append(q.cs[0][:0], cr, sr), append(q.cs[1][:0], cl, sl))
}

// apply applies recorded rotations of the right and of the left to the vectors of rows l
// to m−1.
func (q *bidiagonalQR) apply(l, m int, right, left []float64) {
	if q.reverse {
		q.v.rotate(q.mirror-m+1, true, left)
		q.u.rotate(q.mirror-m+1, true, right)
		return
	}
	q.v.rotate(l, false, right)
	q.u.rotate(l, false, left)
}

// sweep chases the bulge from row l down to m−1.
func (q *bidiagonalQR) sweep(l, m int, shift float64) {
	if shift == 0 {
		q.sweepWithoutShift(l, m)
		return
	}
	d, e := q.d[l:m], q.e[l:m-1]
	right, left := q.cs[0][:0], q.cs[1][:0]
	f := (math.Abs(d[0]) - shift) * (math.Copysign(1, d[0]) + shift/d[0])
	g := e[0]
	for i := range e {
		c, s, r := rotation(f, g)
		right = append(right, c, s)
		if i > 0 {
			e[i-1] = r
		}
		f = c*d[i] + s*e[i]
		e[i] = c*e[i] - s*d[i]
		g = s * d[i+1]
		d[i+1] *= c

		c, s, r = rotation(f, g)
		left = append(left, c, s)
		d[i] = r
		f = c*e[i] + s*d[i+1]
		d[i+1] = c*d[i+1] - s*e[i]
		if i+1 < len(e) {
			g = s * e[i+1]
			e[i+1] *= c
		}
	}
	e[len(e)-1] = f
	q.apply(l, m, right, left)
}

// sweepWithoutShift is a sweep that keeps the relative accuracy of all entries: it only
// multiplies and divides.
func (q *bidiagonalQR) sweepWithoutShift(l, m int) {
	d, e := q.d[l:m], q.e[l:m-1]
	right, left := q.cs[0][:0], q.cs[1][:0]
	c, s, r := 1.0, 0.0, 0.0
	cl, sl := 1.0, 0.0
	for i := range e {
		c, s, r = rotation(d[i]*c, e[i])
		if i > 0 {
			e[i-1] = sl * r
		}
		cl, sl, d[i] = rotation(cl*r, d[i+1]*s)
		right, left = append(right, c, s), append(left, cl, sl)
	}
	h := d[len(d)-1] * c
	d[len(d)-1] = h * cl
	e[len(e)-1] = h * sl
	q.apply(l, m, right, left)
}
