package linalg

import (
	"math"

	"gonum.org/v1/gonum/blas/blas64"
)

// unblockedOrder is the largest order of a matrix that is reduced one reflector at a time.
const unblockedOrder = 192

// reflection returns what maps a vector with the first entry alpha and the squared norm ss
// of the others to beta·e₁: H = I − tau·v·vᵀ, v = (1, inverse·others). Others whose squares
// are about to underflow are taken for zeros.
func reflection(alpha, ss float64) (beta, tau, inverse float64) {
	if ss < 0x1p-900 {
		return alpha, 0, 0
	}
	beta = -math.Copysign(math.Sqrt(alpha*alpha+ss), alpha)
	return beta, (beta - alpha) / beta, 1 / (alpha - beta)
}

// reflect makes x the vector of the reflection that maps it to beta·e₁. work holds a number.
func reflect(x, work []float64) (beta, tau float64) {
	others := x[1:]
	beta, tau, inverse := reflection(x[0], dot(others, others, work))
	x[0] = 1
	for i := range others {
		others[i] *= inverse
	}
	return beta, tau
}

// dot returns Σ x_i·y_i. work holds a number, which would be allocated otherwise.
func dot(x, y, work []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	kernels.Dots(1, len(x), x, len(x), y, work[:1])
	return work[0]
}

// reduceSymmetric is tridiagonalize one reflector at a time, for a matrix that fits into a
// near cache and has both triangles. A step subtracts the update of the last reflector
// and multiplies by the next one while it passes over the matrix once. work holds 3n+1 numbers.
func reduceSymmetric(a blas64.General, d, e, tau, work []float64) {
	n, ld := a.Rows, a.Stride
	// The update that is still to be subtracted is v·wᵀ + w·vᵀ, from row i on.
	none, w, sums, one := work[:n], work[n:2*n], work[2*n:3*n], work[3*n:]
	clear(none)
	clear(w)
	v := none
	for i := range n {
		row := a.Data[i*ld : i*ld+n]
		if i > 0 {
			vi, wi := v[i], w[i]
			for j := i; j < n; j++ {
				row[j] -= vi*w[j] + wi*v[j]
			}
		}
		d[i] = row[i]
		clear(row[:i+1])
		if i == n-1 {
			return
		}
		next := row[i+1:]
		e[i], tau[i] = reflect(next, one)
		m := n - i - 1
		y := sums[i+1:]
		kernels.RankTwoSums(m, m, a.Data[(i+1)*ld+i+1:], ld, v[i+1:], w[i+1:], w[i+1:], v[i+1:], next, y)
		half := tau[i] * tau[i] / 2 * dot(y, next, one)
		for j, x := range next {
			y[j] = tau[i]*y[j] - half*x
		}
		v, w, sums = row, sums, w
	}
}

// reduce is bidiagonalize one reflector at a time, for a matrix p that fits into a near
// cache. A step passes over the matrix twice: it subtracts the update of the last reflectors
// and multiplies by the next one of the left, then by that of the right. work holds
// 4n+1 numbers.
func (r *bidiagonalReduction) reduce(work []float64) {
	n, ld, a := r.p.Rows, r.p.Stride, r.p.Data
	// The update that is still to be subtracted is v·yᵀ + x·uᵀ, from row and column i on.
	x, y, sums, none, one := work[:n], work[n:2*n], work[2*n:3*n], work[3*n:4*n], work[4*n:]
	clear(x)
	clear(y)
	clear(none)
	u, v := none, none
	for i := range n {
		next := r.q.Data[i*r.q.Stride : i*r.q.Stride+n]
		clear(next[:i])
		yi, ui := y[i], u[i]
		for l := i; l < n; l++ {
			next[l] = a[l*ld+i] - v[l]*yi - x[l]*ui
		}
		r.d[i], r.tauQ[i] = reflect(next[i:], one)
		row := a[i*ld : i*ld+n]
		if i == n-1 {
			clear(row)
			r.tauP[i] = 0
			return
		}
		m := n - i - 1
		z := sums[i+1:]
		kernels.RankTwoSums(m+1, m, a[i*ld+i+1:], ld, v[i:], y[i+1:], x[i:], u[i+1:], next[i:], z)
		clear(row[:i+1])
		right := row[i+1:]
		for j := range z {
			z[j] *= r.tauQ[i]
			right[j] -= z[j]
		}
		r.e[i], r.tauP[i] = reflect(right, one)
		kernels.Dots(m, m, a[(i+1)*ld+i+1:], ld, right, x[i+1:])
		along := dot(z, right, one)
		for l := i + 1; l < n; l++ {
			x[l] = r.tauP[i] * (x[l] - next[l]*along)
		}
		u, v, y, sums = row, next, sums, y
	}
}

// formTransposed writes Qᵀ = H_{k−1}⋯H_0, n×n, of reflectors as applyReflectors takes them:
// vector i is row i of v, n wide, with zeros before column i+shift. work holds 2n numbers.
func formTransposed(q []float64, v blas64.General, tau []float64, shift int, work []float64) {
	n := v.Cols
	clear(q[:n*n])
	for i := range n {
		q[i*n+i] = 1
	}
	if len(tau) == 0 {
		return
	}
	// z is the product of Q so far with the vector that comes next.
	z, sums := work[:n], work[n:2*n]
	copy(z, v.Data[:n])
	for i, t := range tau {
		for j := range z {
			z[j] *= t
		}
		vector := v.Data[i*v.Stride : i*v.Stride+n]
		next := vector // of which the sums are not used
		if i+1 < len(tau) {
			next = v.Data[(i+1)*v.Stride : (i+1)*v.Stride+n]
		}
		from := i + shift
		kernels.RankOneSums(n-from, n-shift, q[from*n+shift:], n, vector[from:], z[shift:], next[from:], sums[shift:])
		z, sums = sums, z
	}
}
