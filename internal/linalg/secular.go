package linalg

import (
	"math"

	"gonum.org/v1/gonum/blas/blas64"
)

// secular is the rank-one eigenproblem to which divide and conquer reduces a
// merge. Its eigenvalues λ_i are the zeros of
//
//	f(λ) = 1 + Σ_j weight_j/(D_j − λ),  D_0 < λ_0 < D_1 < λ_1 < … < D_{k−1} < λ_{k−1},
//
// where D_j = pole_j for eigenvalues of diag(pole) + z·zᵀ, and D_j = pole_j² for
// squared singular values of an arrow matrix; weight_j = z_j² > 0.
//
// Differences of poles and eigenvalues are kept to full relative accuracy, by
// counting from the nearer pole, and z is recomputed from them: eigenvectors of
// that neighbouring problem are orthogonal to working precision without extended
// arithmetic (Gu and Eisenstat, 1994 and 1995).
type secular struct {
	pole    []float64 // ascending
	weight  []float64
	squared bool
	// diff is k×k: row i holds D_j − λ_i.
	diff blas64.General
	// origin_i is the pole nearest to λ_i and offset_i = λ_i − D_origin.
	origin []int
	offset []float64
}

// secularGrain is the number of roots that a goroutine takes at a time.
const secularGrain = 16

// newSecular finds all roots, in the k×k memory diff.
func newSecular(pole, weight []float64, squared bool, diff []float64) (*secular, error) {
	k := len(pole)
	s := &secular{
		pole: pole, weight: weight, squared: squared,
		diff:   blas64.General{Rows: k, Cols: k, Stride: k, Data: diff},
		origin: make([]int, k),
		offset: make([]float64, k),
	}
	var total float64
	for _, w := range weight {
		total += w
	}
	converged := make([]bool, k)
	parallel(k, secularGrain, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			converged[i] = s.findRoot(i, total)
		}
	})
	for _, ok := range converged {
		if !ok {
			return nil, ErrNoConvergence
		}
	}
	return s, nil
}

// gap returns D_j − D_i.
func (s *secular) gap(j, i int) float64 {
	if s.squared {
		return (s.pole[j] - s.pole[i]) * (s.pole[j] + s.pole[i])
	}
	return s.pole[j] - s.pole[i]
}

// value returns eigenvalue i, or singular value i when squared.
func (s *secular) value(i int) float64 {
	p, t := s.pole[s.origin[i]], s.offset[i]
	if s.squared {
		return p + t/(p+math.Sqrt(math.Max(p*p+t, 0)))
	}
	return p + t
}

// fillGaps sets row[j] = D_j − D_o.
func (s *secular) fillGaps(row []float64, o int) {
	p := s.pole[o]
	if s.squared {
		for j, q := range s.pole {
			row[j] = (q - p) * (q + p)
		}
		return
	}
	for j, q := range s.pole {
		row[j] = q - p
	}
}

// findRoot computes λ_i and row i of diff.
func (s *secular) findRoot(i int, total float64) bool {
	k := len(s.pole)
	row := s.diff.Data[i*k : (i+1)*k]
	s.fillGaps(row, i)
	s.origin[i] = i
	if k == 1 {
		s.offset[i] = s.weight[0]
		row[0] = -s.weight[0]
		return true
	}
	// The two poles of the interpolation and the bracket of the root. The last
	// root has no pole above it; total bounds it.
	a, b := i, i+1
	lo, hi := 0.0, total
	if i == k-1 {
		a, b = k-2, k-1
	} else {
		hi = row[b]
	}
	mid := hi / 2
	rest := 1.0
	for j, w := range s.weight {
		if j != a && j != b {
			rest += w / (row[j] - mid)
		}
	}
	f := rest + s.weight[a]/(row[a]-mid) + s.weight[b]/(row[b]-mid)
	switch {
	case f >= 0:
		hi = mid
	case i == k-1:
		lo = mid
	default:
		// Nearer to the upper pole: count from there.
		gap := hi
		s.origin[i] = b
		s.fillGaps(row, b)
		lo, hi = -gap/2, 0
	}
	last := i == k-1
	tau := s.startingPoint(row, a, b, rest, last)
	if !(tau > lo && tau < hi) {
		tau = lo + (hi-lo)/2
	}
	tau, ok := s.iterate(row, i, a, b, tau, lo, hi)
	s.offset[i] = tau
	for j := range row {
		row[j] -= tau
	}
	return ok
}

// startingPoint solves rest + w_a/(δ_a−τ) + w_b/(δ_b−τ) = 0, δ counted from the
// origin, for the root between the two poles, or above both for the last root.
func (s *secular) startingPoint(row []float64, a, b int, rest float64, last bool) float64 {
	wa, wb, da, db := s.weight[a], s.weight[b], row[a], row[b]
	return quadraticRoot(rest, rest*(da+db)+wa+wb, rest*da*db+wa*db+wb*da, last)
}

// quadraticRoot returns the root (p ∓ √(p²−4cq))/2c of c·x² − p·x + q = 0 without
// cancellation, with the minus sign or, when plus, with the plus sign.
func quadraticRoot(c, p, q float64, plus bool) float64 {
	disc := math.Sqrt(math.Abs(p*p - 4*c*q))
	switch {
	case plus && p >= 0:
		return (p + disc) / (2 * c)
	case plus:
		return 2 * q / (p - disc)
	case p > 0:
		return 2 * q / (p + disc)
	default:
		return (p - disc) / (2 * c)
	}
}

// iterate improves tau, counted from the origin, by rational interpolation of f
// with poles a and b (the fixed-weight and middle-way methods of Li, LAPACK
// Working Note 89), kept inside the bracket (lo,hi) of the root by bisection.
func (s *secular) iterate(row []float64, i, a, b int, tau, lo, hi float64) (float64, bool) {
	const maxIterations = 200
	last := i == len(row)-1
	middleWay := last
	previous := math.Inf(1)
	for range maxIterations {
		var psi, dpsi, phi, dphi float64
		for j, w := range s.weight[:a+1] {
			t := 1 / (row[j] - tau)
			u := w * t
			psi += u
			dpsi += u * t
		}
		for j, w := range s.weight[a+1:] {
			t := 1 / (row[a+1+j] - tau)
			u := w * t
			phi += u
			dphi += u * t
		}
		f, df := 1+psi+phi, dpsi+dphi
		// Below this bound the sign of f is that of rounding errors.
		if math.Abs(f) <= 4*eps*(1+math.Abs(psi)+math.Abs(phi)+math.Abs(tau)*df) {
			return tau, true
		}
		if f < 0 {
			lo = tau
		} else {
			hi = tau
		}
		if !last && f*previous > 0 && math.Abs(f) > math.Abs(previous)/10 {
			middleWay = !middleWay
		}
		previous = f

		da, db := row[a]-tau, row[b]-tau
		var c float64
		switch {
		case middleWay:
			c = f - da*dpsi - db*dphi
		case s.origin[i] == a:
			c = f - db*df - (da-db)*s.weight[a]/(da*da)
		default:
			c = f - da*df - (db-da)*s.weight[b]/(db*db)
		}
		if last {
			c = math.Abs(c)
		}
		next := tau + quadraticRoot(c, (da+db)*f-da*db*df, da*db*f, last)
		if (next-tau)*f >= 0 {
			next = tau - f/df // the step points away from the root; Newton's step does not
		}
		if !(next > lo && next < hi) {
			next = lo + (hi-lo)/2
		}
		if next == tau || next == lo || next == hi {
			return tau, true
		}
		tau = next
	}
	return tau, false
}

// neighbour returns the |z_j| of the neighbouring problem whose roots are exactly
// the computed ones, by Löwner's formula z_j² = −Π_i(D_j−λ_i)/Π_{i≠j}(D_j−D_i).
func (s *secular) neighbour() []float64 {
	k := len(s.pole)
	z := make([]float64, k)
	parallel(k, 4*secularGrain, func(lo, hi int) {
		for j := lo; j < hi; j++ {
			z[j] = -s.diff.Data[j*k+j]
		}
		for i := range k {
			row := s.diff.Data[i*k : (i+1)*k]
			for j := lo; j < hi; j++ {
				if i != j {
					z[j] *= row[j] / s.gap(j, i)
				}
			}
		}
	})
	for j, v := range z {
		z[j] = math.Sqrt(math.Abs(v))
	}
	return z
}
