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
type product struct {
	m, n, k     int
	alpha, beta float64
	a, b        matrix
	c           []float64
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
func (p *product) block(i, m, j, n int) product {
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
func (p *product) slice(k0, k1 int) product {
	q := *p
	q.k = k1 - k0
	q.a = p.a.from(0, k0)
	q.b = p.b.from(k0, 0)
	return q
}

// misses reports whether a block of C lies outside the region.
func (p *product) misses(i, m, j, n int) bool {
	switch p.region {
	case upper:
		return j+n-1-i < p.diag
	case lower:
		return j-(i+m-1) > p.diag
	}
	return false
}

// covers reports whether a block of C lies wholly inside the region.
func (p *product) covers(i, m, j, n int) bool {
	switch p.region {
	case upper:
		return j-(i+m-1) >= p.diag
	case lower:
		return j+n-1-i <= p.diag
	}
	return true
}

// columns returns the range of columns of row i inside the region, from 0 to n.
func (p *product) columns(i int) (from, to int) {
	switch p.region {
	case upper:
		return min(max(i+p.diag, 0), p.n), p.n
	case lower:
		return 0, min(max(i+p.diag+1, 0), p.n)
	}
	return 0, p.n
}

// scale multiplies the region of C by beta; 0 overwrites.
func (p *product) scale() {
	if p.beta == 1 {
		return
	}
	for i := range p.m {
		from, to := p.columns(i)
		scaleRow(p.beta, p.c[i*p.ldc+from:i*p.ldc+to])
	}
}

// scaleRow multiplies x by beta; 0 overwrites, whatever x holds.
func scaleRow(beta float64, x []float64) {
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
func (p *product) add(sum []float64) {
	for i := range p.m {
		from, to := p.columns(i)
		if from < to {
			gonum.Implementation{}.Daxpy(to-from, p.alpha, sum[i*p.n+from:], 1, p.c[i*p.ldc+from:], 1)
		}
	}
}
