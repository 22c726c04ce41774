package kernel

// gather returns the n values of a BLAS vector as consecutive ones. This is x itself
// if they are consecutive, and otherwise a copy in buf, which grows as needed.
func gather(buf *[]float64, n int, x []float64, inc int) []float64 {
	if inc == 1 {
		return x[:n]
	}
	*buf = grow(*buf, n)
	at := first(n, inc)
	for i := range *buf {
		(*buf)[i] = x[at]
		at += inc
	}
	return *buf
}

// accumulate computes y ← alpha·sums + beta·y for a BLAS vector y. If beta is 0,
// y is not read.
func accumulate(alpha float64, sums []float64, beta float64, y []float64, inc int) {
	at := first(len(sums), inc)
	for _, s := range sums {
		if beta == 0 {
			y[at] = alpha * s
		} else {
			y[at] = beta*y[at] + alpha*s
		}
		at += inc
	}
}

// first is the index of the first element of a BLAS vector: the last in memory
// if the increment is negative.
func first(n, inc int) int {
	if inc < 0 {
		return (1 - n) * inc
	}
	return 0
}

// fitsVector reports whether x holds n > 0 values inc apart.
func fitsVector(n int, x []float64, inc int) bool {
	return n > 0 && inc != 0 && len(x) > (n-1)*max(inc, -inc)
}

// scaled writes alpha·x to buf, which is grown as needed.
func scaled(buf *[]float64, alpha float64, x []float64) []float64 {
	*buf = grow(*buf, len(x))
	for i, v := range x {
		(*buf)[i] = alpha * v
	}
	return *buf
}

// callEntries bounds the entries of a matrix that one call of a row kernel reads:
// assembly cannot be interrupted, and the collector should not wait for it.
const callEntries = 1 << 18

// byRows calls f for the kernels of four rows and of one until it has covered m
// rows of n values, with the first row of each call and the number of groups.
func (e *engine) byRows(m, n int, f func(k *rowKernels, from, groups int)) {
	from := 0
	for i := range e.rows {
		k := &e.rows[i]
		most := max(1, callEntries/(n*k.size))
		for groups := (m - from) / k.size; groups > 0; groups = (m - from) / k.size {
			groups = min(groups, most)
			f(k, from, groups)
			from += groups * k.size
		}
	}
}
