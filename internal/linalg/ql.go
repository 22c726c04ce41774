package linalg

import "math"

// sweepsPerValue bounds the sweeps of the implicit QL and QR iterations for each value.
// Two are usual.
const sweepsPerValue = 30

// qlForm is a form of the QL iteration with shifts for a symmetric tridiagonal matrix
// (Parlett, The symmetric eigenvalue problem, 1980, §8): what it keeps of the matrix, and how
// a step of it goes.
type qlForm interface {
	// unreduced returns the end of the unreduced block that begins at start, at most last.
	// It sets the entry that ends it to zero.
	unreduced(start, last int) int
	// turn reverses the order of the rows l to last, and turnBack undoes that where it
	// matters.
	turn(l, last int)
	turnBack(l, last int)
	// two finds the eigenvalues of the rows l and l+1, a block of their own.
	two(l int)
	// sweep is a step on the rows l to m, an unreduced block.
	sweep(l, m int)
}

// iterateQL has a form find the eigenvalues of a matrix, whose diagonal is d, in place of d,
// in no particular order. Entries should be below negligible or within a few powers of ten
// of 1. It reports whether the sweeps were enough.
func iterateQL(q qlForm, d []float64) bool {
	n := len(d)
	sweeps := sweepsPerValue * n
	for start := 0; start < n; {
		end := q.unreduced(start, n-1)
		// The smaller end comes first.
		turned := math.Abs(d[end]) < math.Abs(d[start])
		if turned {
			q.turn(start, end)
		}
		for l := start; l <= end; {
			switch m := q.unreduced(l, end); {
			case m == l:
				l++
			case m == l+1:
				q.two(l)
				l += 2
			case sweeps == 0:
				return false
			default:
				sweeps--
				q.sweep(l, m)
			}
		}
		if turned {
			q.turnBack(start, end)
		}
		start = end + 1
	}
	return true
}
