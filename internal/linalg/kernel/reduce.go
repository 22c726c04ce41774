package kernel

import (
	"math"
	"unsafe"
)

// The routines of this file are for decompositions of small matrices: they take no work
// space, use one processor, and expect a matrix that is in the nearest cache.

// Rotate applies a chain of plane rotations to k+1 rows of n values, lda apart, for the k
// pairs (c, s) of cs in order:
//
//	a(j) ← c·a(j) + s·a(j+1),  a(j+1) ← c·a(j+1) − s·a(j),  j = 0, 1, ..., k−1.
//
// Slices that are too short panic.
func (impl Implementation) Rotate(n int, a []float64, lda int, cs []float64) {
	k := len(cs) / 2
	if k == 0 || n == 0 {
		return
	}
	mustHold(k+1, n, a, lda)
	impl.engine.rotate(k, n, &a[0], lda, &cs[0])
}

// RotateUp applies a chain of plane rotations as Rotate does, from the last row upwards:
// for the k pairs (c, s) of cs in order,
//
//	a(j) ← c·a(j) + s·a(j−1),  a(j−1) ← c·a(j−1) − s·a(j),  j = k, k−1, ..., 1.
func (impl Implementation) RotateUp(n int, a []float64, lda int, cs []float64) {
	k := len(cs) / 2
	if k == 0 || n == 0 {
		return
	}
	mustHold(k+1, n, a, lda)
	impl.engine.rotate(k, n, &a[k*lda], -lda, &cs[0])
}

// RankOneSums updates the m×n matrix a, row-major with rows lda apart, and sums its new
// rows with weights:
//
//	a(i,j) ← a(i,j) − x[i]·y[j],  sums[j] ← Σ_i w[i]·a(i,j).
//
// Slices that are too short panic.
func (impl Implementation) RankOneSums(m, n int, a []float64, lda int, x, y, w, sums []float64) {
	if m == 0 || n == 0 {
		clear(sums[:n])
		return
	}
	mustHold(m, n, a, lda)
	x, y, w, sums = x[:m], y[:n], w[:m], sums[:n]
	impl.engine.rank1Sums(m, n, &a[0], lda, &x[0], &y[0], &w[0], &sums[0])
}

// RankTwoSums is RankOneSums with a(i,j) ← a(i,j) − x[i]·y[j] − u[i]·v[j].
func (impl Implementation) RankTwoSums(m, n int, a []float64, lda int, x, y, u, v, w, sums []float64) {
	if m == 0 || n == 0 {
		clear(sums[:n])
		return
	}
	mustHold(m, n, a, lda)
	x, y, u, v, w, sums = x[:m], y[:n], u[:m], v[:n], w[:m], sums[:n]
	impl.engine.rank2Sums(m, n, &a[0], lda, &x[0], &y[0], &u[0], &v[0], &w[0], &sums[0])
}

// Dots sets sums[i] to Σ_j a(i,j)·x[j] for the m×n matrix a, row-major with rows lda
// apart. Slices that are too short panic.
func (impl Implementation) Dots(m, n int, a []float64, lda int, x, sums []float64) {
	if m == 0 || n == 0 {
		clear(sums[:m])
		return
	}
	mustHold(m, n, a, lda)
	x, sums = x[:n], sums[:m]
	impl.engine.rowDotsSerial(m, n, a, lda, x, sums)
}

// Transpose writes the transpose of the m×n matrix a to b, row-major with rows lda and ldb
// apart. Slices that are too short panic.
func (impl Implementation) Transpose(m, n int, a []float64, lda int, b []float64, ldb int) {
	if m == 0 || n == 0 {
		return
	}
	mustHold(m, n, a, lda)
	mustHold(n, m, b, ldb)
	e := impl.engine
	blocks := n / e.lanes
	i := 0
	if blocks > 0 {
		for ; i+e.lanes <= m; i += e.lanes {
			e.transpose(blocks, &a[i*lda], lda, &b[i], ldb)
		}
	}
	for r := range m {
		from := blocks * e.lanes
		if r >= i {
			from = 0
		}
		for j, v := range a[r*lda+from : r*lda+n] {
			b[(from+j)*ldb+r] = v
		}
	}
}

func genericRotate(k, n int, a *float64, lda int, cs *float64) {
	first, step := 0, lda
	if lda < 0 { // a is the last row in memory
		first, lda = k*-lda, -lda
		a = (*float64)(unsafe.Add(unsafe.Pointer(a), -8*first))
	}
	row := rowsOf(k+1, n, a, lda)
	factors := unsafe.Slice(cs, 2*k)
	i := first / lda
	for j := range k {
		c, s := factors[2*j], factors[2*j+1]
		next := i + step/lda
		to := row(next)
		for l, v := range row(i) {
			w := to[l]
			row(i)[l] = math.FMA(c, v, s*w)
			to[l] = math.FMA(-s, v, c*w)
		}
		i = next
	}
}

func genericRank1Sums(m, n int, a *float64, lda int, x, y, w, sums *float64) {
	row := rowsOf(m, n, a, lda)
	xs, ys, ws, out := unsafe.Slice(x, m), unsafe.Slice(y, n), unsafe.Slice(w, m), unsafe.Slice(sums, n)
	clear(out)
	for i, f := range xs {
		for j, v := range row(i) {
			v = math.FMA(-f, ys[j], v)
			row(i)[j] = v
			out[j] = math.FMA(v, ws[i], out[j])
		}
	}
}

func genericRank2Sums(m, n int, a *float64, lda int, x, y, u, v, w, sums *float64) {
	row := rowsOf(m, n, a, lda)
	xs, ys, us, vs := unsafe.Slice(x, m), unsafe.Slice(y, n), unsafe.Slice(u, m), unsafe.Slice(v, n)
	ws, out := unsafe.Slice(w, m), unsafe.Slice(sums, n)
	clear(out)
	for i, f := range xs {
		for j, t := range row(i) {
			t = math.FMA(-us[i], vs[j], math.FMA(-f, ys[j], t))
			row(i)[j] = t
			out[j] = math.FMA(t, ws[i], out[j])
		}
	}
}
