package kernel

import "gonum.org/v1/gonum/blas/gonum"

// region says which elements of C a product computes.
type region int

const (
	all   region = iota
	upper        // columns j ≥ row i
	lower        // columns j ≤ row i
)

// product is the job C ← alpha·A·B + beta·C on a region of C. Elements outside
// the region are neither read nor written.
type product[T float] struct {
	m, n, k     int
	alpha, beta T
	a, b        matrix[T]
	c           []T
	ldc         int

	region region
	// diag is j-i on the diagonal that bounds the region. It is 0 for a whole C and
	// may differ from 0 when C is a block of a larger triangle.
	diag int
	// gram is set when B is the transpose of A, so that a panel of B is also
	// one of A.
	gram bool
}

// block returns the product restricted to a block of C. Only a block on the
// diagonal of a gram product is itself a gram product.
func (p *product[T]) block(i, m, j, n int) product[T] {
	q := *p
	q.m, q.n = m, n
	q.a = p.a.from(i, 0)
	q.b = p.b.from(0, j)
	q.c = p.c[i*p.ldc+j:]
	q.diag = p.diag + i - j
	q.gram = p.gram && i == j
	if q.covers(0, m, 0, n) {
		q.region, q.diag = all, 0
	}
	return q
}

// slice returns the product over the terms from k0 to k1 alone.
func (p *product[T]) slice(k0, k1 int) product[T] {
	q := *p
	q.k = k1 - k0
	q.a = p.a.from(0, k0)
	q.b = p.b.from(k0, 0)
	return q
}

// misses reports whether a block of C lies outside the region.
func (p *product[T]) misses(i, m, j, n int) bool {
	switch p.region {
	case upper:
		return j+n-1-i < p.diag
	case lower:
		return j-(i+m-1) > p.diag
	}
	return false
}

// covers reports whether a block of C lies wholly inside the region.
func (p *product[T]) covers(i, m, j, n int) bool {
	switch p.region {
	case upper:
		return j-(i+m-1) >= p.diag
	case lower:
		return j+n-1-i <= p.diag
	}
	return true
}

// columns returns the range of columns of row i inside the region, from 0 to n.
func (p *product[T]) columns(i int) (from, to int) {
	switch p.region {
	case upper:
		return min(max(i+p.diag, 0), p.n), p.n
	case lower:
		return 0, min(max(i+p.diag+1, 0), p.n)
	}
	return 0, p.n
}

// scale multiplies the region of C by beta; 0 overwrites.
func (p *product[T]) scale() {
	if p.beta == 1 {
		return
	}
	for i := range p.m {
		from, to := p.columns(i)
		scaleRow(p.beta, p.c[i*p.ldc+from:i*p.ldc+to])
	}
}

// scaleRow multiplies x by beta; 0 overwrites, whatever x holds.
func scaleRow[T float](beta T, x []T) {
	switch beta {
	case 0:
		clear(x)
	case 1:
	default:
		for j := range x {
			x[j] *= beta
		}
	}
}

// add adds alpha times the region of an m×n matrix to that of C.
func (p *product[T]) add(sum []T) {
	for i := range p.m {
		from, to := p.columns(i)
		if from < to {
			addScaled(p.alpha, sum[i*p.n+from:i*p.n+to], p.c[i*p.ldc+from:])
		}
	}
}

// addScaled adds alpha·x to y.
func addScaled[T float](alpha T, x, y []T) {
	switch alpha := any(alpha).(type) {
	case float64:
		gonum.Implementation{}.Daxpy(len(x), alpha, any(x).([]float64), 1, any(y).([]float64), 1)
	case float32:
		gonum.Implementation{}.Saxpy(len(x), alpha, any(x).([]float32), 1, any(y).([]float32), 1)
	}
}
