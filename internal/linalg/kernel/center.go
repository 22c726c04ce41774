package kernel

// Deviations adds Σ_i (a(i,j) − origin[j]) to sums[j] for the m×n matrix a,
// row-major with rows lda apart. Four rows are added to each other before they
// are added to sums; the bits do not depend on the engine. Slices that are too
// short panic.
func (impl Implementation) Deviations(m, n int, a []float64, lda int, origin, sums []float64) {
	if m == 0 || n == 0 {
		return
	}
	mustHold(m, n, a, lda)
	origin, sums = origin[:n], sums[:n]
	impl.engine.byRows(m, n, func(k *rowKernels, from, groups int) {
		k.deviate(groups, n, &a[from*lda], lda, &origin[0], &sums[0])
	})
}

// Center writes (a(i,j) − x[j]) − y[j] to c(i,j) for the m×n matrices a and c,
// row-major with rows lda and ldc apart. They may be the same matrix. Slices that
// are too short panic.
func (impl Implementation) Center(m, n int, a []float64, lda int, x, y, c []float64, ldc int) {
	if m == 0 || n == 0 {
		return
	}
	mustHold(m, n, a, lda)
	mustHold(m, n, c, ldc)
	x, y = x[:n], y[:n]
	step := max(1, callEntries/n)
	for from := 0; from < m; from += step {
		impl.engine.center(min(step, m-from), n, &a[from*lda], lda, &x[0], &y[0], &c[from*ldc], ldc)
	}
}

// mustHold panics unless a holds m rows of n values, ld apart.
func mustHold(m, n int, a []float64, ld int) {
	if !fits(m, n, a, ld) {
		panic("kernel: matrix does not fit its slice")
	}
}
