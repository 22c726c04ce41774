package linalg

import (
	"math"
	"slices"
)

// dqds finds the singular values of an upper bidiagonal matrix by the differential quotient
// difference algorithm with shifts (Fernando and Parlett, Accurate singular values and
// differential qd algorithms, 1994). A pass takes BᵀB − τI = B'B'ᵀ, with the squares of the
// entries of B and without square roots; each is positive where τ is at most the smallest
// eigenvalue, and all values keep their relative accuracy.
//
// A shift is the smaller squared singular value of the last two rows. One that is too large
// and fails in the last row only, where d < 0 is left, shows that τ + d is a lower bound
// (Rutishauser), and a close one.
type dqds struct {
	q, e   []float64 // squares of the diagonal and beside it
	from   []float64 // q and e before a pass, one after the other
	passes int
	part   float64 // of the smallest d for a shift, where it is not the last
	// d are those of the last pass: of its last row, of the row above that, and the smallest
	// of the others.
	d struct{ least, beforeLast, last float64 }
}

// qdBlock is rows l to m−1, the eigenvalues of which are shift above those of BᵀB. rest is
// what the sum of shifts rounded off.
type qdBlock struct {
	l, m        int
	shift, rest float64
}

// bidiagonalValues overwrites d with the singular values, descending, of the bidiagonal
// matrix with diagonal d and superdiagonal e, and destroys e. Entries should be below
// negligible or within a few powers of ten of 1. work holds 4n numbers.
func bidiagonalValues(d, e, work []float64) bool {
	n := len(d)
	t := dqds{q: work[:n], e: work[n : 2*n], from: work[2*n : 4*n], passes: sweepsPerValue * n, part: 0.25}
	for i, v := range d {
		t.q[i] = v * v
	}
	for i, v := range e[:n-1] {
		t.e[i] = v * v
	}
	if !t.run() {
		qr := bidiagonalQR{d: d, e: e, cs: [2][]float64{work[:2*n], work[2*n:]}}
		return qr.run()
	}
	for i, v := range t.q {
		d[i] = math.Sqrt(v)
	}
	slices.Sort(d)
	slices.Reverse(d)
	return true
}

// run overwrites q with the squared singular values.
func (t *dqds) run() bool { return t.solve(qdBlock{m: len(t.q)}) }

// solve finds the values of a block from its end, with passes that shift it, and those of
// the lower part first where it falls apart.
func (t *dqds) solve(b qdBlock) bool {
	t.begin(b)
	for b.l < b.m {
		switch k := t.split(b); {
		case k == b.m-1:
			t.q[k] += b.shift
			b.m--
			t.d.last, t.d.beforeLast = t.d.beforeLast, t.d.least
			continue
		case k > b.l:
			lower := b
			lower.l = k
			if !t.solve(lower) {
				return false
			}
			b.m = k
			t.begin(b)
			continue
		}
		if !t.advance(&b, t.guess(b)) {
			return false
		}
	}
	return true
}

// begin puts the smaller end of a block last. The first shift is zero.
func (t *dqds) begin(b qdBlock) {
	if q := t.q[b.l:b.m]; q[0] < q[len(q)-1] {
		reverse(q)
		reverse(t.e[b.l : b.m-1])
	}
	t.d.least, t.d.beforeLast, t.d.last = 0, 0, 1
}

// split returns the first row of the last part of a block that stands by itself: the entry
// above it is zero, or too small to change any singular value.
func (t *dqds) split(b qdBlock) int {
	const tolerance = 8 * eps
	small := tolerance * tolerance * b.shift
	if k := b.m - 1; k == b.l || t.e[k-1] <= small+tolerance*tolerance*t.q[k] {
		return k
	}
	for k := b.m - 2; k > b.l; k-- {
		if t.e[k-1] <= small {
			return k
		}
	}
	return b.l
}

// guess returns a shift. Where the last d is the smallest it is close to the eigenvalue;
// elsewhere a growing part of the smallest, which bounds it from above, is tried.
func (t *dqds) guess(b qdBlock) float64 {
	d := t.d
	switch {
	case d.last > d.beforeLast || d.last > d.least:
		part := t.part
		t.part += (1 - part) / 3
		return part * min(d.beforeLast, d.least)
	case d.beforeLast > d.least || b.m-b.l < 3:
		return t.residualBound(b)
	}
	return t.cornerBound(b)
}

// cornerBound estimates the smallest eigenvalue of BBᵀ from its last diagonal entry, less
// the squared entry beside it over its distance from the next one, which the row above
// that reduces. Without a distance it takes Gershgorin's bounds.
func (t *dqds) cornerBound(b qdBlock) float64 {
	last, above := t.q[b.m-1], t.q[b.m-2]+t.e[b.m-2]
	coupling, further := last*t.e[b.m-2], t.q[b.m-2]*t.e[b.m-3]
	distance := above - last
	if rest := 0.75*t.d.least - above; rest > 0 && rest*rest > further {
		distance -= further / rest
	} else {
		distance -= math.Sqrt(further)
	}
	if distance > 0 && distance*distance > coupling {
		return max(last-coupling/distance, t.d.last/2)
	}
	root := math.Sqrt(coupling)
	return max(min(last-root, above-root-math.Sqrt(further)), t.d.last/3)
}

// residualBound bounds the smallest eigenvalue from below by the residual of the vector that
// the last row of the inverse approximates: with the squared norm 1 + s of that vector,
// last·(1−√s)/(1+s) (Parlett and Marques, An implementation of the dqds algorithm, 2000).
func (t *dqds) residualBound(b qdBlock) float64 {
	const most = 0.5 // of s
	s, term := 0.0, 1.0
	for i := b.m - 2; i >= b.l && term > s/100 && s < most; i-- {
		term *= t.e[i] / t.q[i]
		s += term
	}
	s *= 1.05 // for the terms that were left out
	if s < most {
		return t.d.last * (1 - math.Sqrt(s)) / (1 + s)
	}
	return t.d.last / 4
}

// advance makes a pass with the shift tau, or with a smaller one where that fails.
func (t *dqds) advance(b *qdBlock, tau float64) bool {
	n := b.m - b.l
	copy(t.from, t.q[b.l:b.m])
	copy(t.from[n:], t.e[b.l:b.m-1])
	for failures := 0; !t.pass(*b, tau); failures++ {
		t.part = 0.25
		d := t.d.last
		switch {
		case tau == 0 || t.passes == 0 || math.IsNaN(d):
			return false
		case failures > 1:
			tau = 0
		case d < 0 && tau+d > 0:
			tau += d
		default:
			tau /= 4
		}
	}
	sum := b.shift + (tau + b.rest)
	b.rest += tau - (sum - b.shift)
	b.shift = sum
	return true
}

// pass writes the next q and e of a block with the shift tau. It returns false where a d is
// negative or not a number, and keeps that as the last only if it is of the last row.
func (t *dqds) pass(b qdBlock, tau float64) bool {
	t.passes--
	n := b.m - b.l
	q, e := t.from[:n], t.from[n:2*n-1]
	toQ, toE := t.q[b.l:b.m], t.e[b.l:b.m-1]
	d := q[0] - tau
	before, least := math.Inf(1), math.Inf(1)
	for i, v := range e {
		if !(d >= 0) {
			t.d.last = 0
			return false
		}
		least, before = min(least, before), d
		p := d + v
		f := q[i+1] / p
		toQ[i], toE[i] = p, v*f
		d = d*f - tau
	}
	toQ[n-1] = d
	t.d.least, t.d.beforeLast, t.d.last = least, before, d
	return d >= 0
}
