package mlem

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// directions writes the rows of y divided by their length to u, which may be y, after
// removing the mean of each row if centre is set.
func directions(u, y *mat.Dense, centre bool) error {
	n, q := y.Dims()
	u.Copy(y)
	for i := range n {
		row := u.RawRowView(i)
		size := mat.Norm(u.RowView(i), 2)
		if centre {
			var mean float64
			for _, v := range row {
				mean += v
			}
			mean /= float64(q)
			for k := range row {
				row[k] -= mean
			}
		}
		norm := mat.Norm(u.RowView(i), 2)
		if norm <= 1e-14*size || norm == 0 {
			kind := "zero"
			if centre {
				kind = "constant"
			}
			return &data.InputError{Found: fmt.Sprintf("a %s pattern at stimulus %d", kind, i), Wanted: "want patterns with a direction"}
		}
		for k := range row {
			row[k] /= norm
		}
	}
	return nil
}

// whiten writes centred patterns z with ‖z_i−z_j‖² = (y_i−y_j)ᵀΣ⁻¹(y_i−y_j), which may take
// the place of y: with Σ = RᵀR, z = y·R⁻¹.
func whiten(z, y, noise *mat.Dense) error {
	_, q := y.Dims()
	if r, c := noise.Dims(); r != q || c != q {
		return &data.InputError{Found: fmt.Sprintf("a noise covariance of %d × %d", r, c), Wanted: fmt.Sprintf("want %d × %d for %d units", q, q, q)}
	}
	r, ok := linalg.Cholesky(noise)
	if !ok {
		return &data.InputError{
			Found: "a noise covariance that is not positive definite", Wanted: "want an invertible one",
			Hint: "shrink it towards its diagonal, or estimate it from more samples than units",
		}
	}
	linalg.CenterTo(z, make([]float64, q), y)
	raw := r.RawMatrix()
	blas64.Trsm(blas.Right, blas.NoTrans, 1, blas64.Triangular{
		N: q, Data: raw.Data, Stride: raw.Stride, Uplo: blas.Upper, Diag: blas.NonUnit,
	}, z.RawMatrix())
	return nil
}

// repeatedRows marks the rows that occur more than once. Their squared norms are the same;
// most rows have one of their own and are not looked at. It compares hashes: different rows
// with one hash are marked too, which costs time but is not wrong.
func repeatedRows(x *mat.Dense, norms []float64) []bool {
	n := len(norms)
	alike := repeated(n, func(i int) (uint64, bool) { return math.Float64bits(norms[i]), true })
	return repeated(n, func(i int) (uint64, bool) {
		if !alike[i] {
			return 0, false
		}
		return hashOf(x.RawRowView(i)), true
	})
}

// repeated marks the numbers below n whose keys occur more than once, among those that have
// one.
func repeated(n int, key func(i int) (value uint64, has bool)) []bool {
	again := make([]bool, n)
	first := make(map[uint64]int32, n)
	for i := range n {
		value, has := key(i)
		if !has {
			continue
		}
		if at, known := first[value]; known {
			again[i], again[at] = true, true
			continue
		}
		first[value] = int32(i)
	}
	return again
}

// hashOf returns a hash of the bits of numbers, in the manner of FNV with words for bytes.
func hashOf(v []float64) uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	for _, x := range v {
		h = (h ^ math.Float64bits(x)) * prime
		h ^= h >> 32 // upper bits of numbers, where these differ, reach lower ones too
	}
	return h
}

// rowNorms returns the squared norms of rows.
func rowNorms(x *mat.Dense) []float64 {
	if x == nil {
		return nil
	}
	const grain = 512
	n, _ := x.Dims()
	norms := make([]float64, n)
	linalg.Parallel(n, grain, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			norms[i] = squaredNorm(x.RawRowView(i))
		}
	})
	return norms
}

// squaredNorm returns Σv², with several sums that do not wait for each other.
func squaredNorm(v []float64) float64 {
	var a, b, c, d float64
	for len(v) >= 4 {
		a += v[0] * v[0]
		b += v[1] * v[1]
		c += v[2] * v[2]
		d += v[3] * v[3]
		v = v[4:]
	}
	for _, x := range v {
		a += x * x
	}
	return a + b + c + d
}

// arrangeRows returns the rows of x in index, in that order, in the memory of x, which holds
// the others behind them. No row is in index twice.
func arrangeRows(x *mat.Dense, index []int) *mat.Dense {
	const grain = 64 // columns that move together
	n, q := x.Dims()
	from := make([]int, 0, n) // the row that comes to each place
	from = append(from, index...)
	used := make([]bool, n)
	for _, i := range index {
		used[i] = true
	}
	for i := range n {
		if !used[i] {
			from = append(from, i)
		}
	}
	linalg.Parallel(q, grain, func(lo, hi int) {
		first := make([]float64, hi-lo)
		done := make([]bool, n)
		for start := range n {
			if done[start] || from[start] == start {
				continue
			}
			copy(first, x.RawRowView(start)[lo:hi])
			at := start
			for ; from[at] != start; at = from[at] {
				copy(x.RawRowView(at)[lo:hi], x.RawRowView(from[at])[lo:hi])
				done[at] = true
			}
			copy(x.RawRowView(at)[lo:hi], first)
			done[at] = true
		}
	})
	return x.Slice(0, len(index), 0, q).(*mat.Dense)
}

func pickRows(x *mat.Dense, index []int) *mat.Dense {
	_, q := x.Dims()
	out := mat.NewDense(len(index), q, nil)
	for i, at := range index {
		copy(out.RawRowView(i), x.RawRowView(at))
	}
	return out
}

// checkFinite names the first value that is not a number.
func checkFinite(y *mat.Dense) error {
	n, _ := y.Dims()
	for i := range n {
		for k, v := range y.RawRowView(i) {
			if v-v != 0 {
				return &data.InputError{Found: fmt.Sprintf("%v at stimulus %d, unit %d", v, i, k), Wanted: "want finite numbers"}
			}
		}
	}
	return nil
}

// sequence returns 0, 1, …, n−1.
func sequence(n int) []int32 {
	s := make([]int32, n)
	for i := range s {
		s[i] = int32(i)
	}
	return s
}

// allPairs lists the pairs i<j of n stimuli, row by row.
func allPairs(n int) (first, second []int32) {
	first, second = make([]int32, 0, n*(n-1)/2), make([]int32, 0, n*(n-1)/2)
	for i := range n {
		for j := i + 1; j < n; j++ {
			first = append(first, int32(i))
			second = append(second, int32(j))
		}
	}
	return first, second
}
