package mlem

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// directions returns the rows of y divided by their length, after removing the
// mean of each row if centre is set.
func directions(y *mat.Dense, centre bool) (*mat.Dense, error) {
	n, q := y.Dims()
	u := mat.DenseCopyOf(y)
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
			return nil, &data.InputError{Found: fmt.Sprintf("a %s pattern at stimulus %d", kind, i), Wanted: "want patterns with a direction"}
		}
		for k := range row {
			row[k] /= norm
		}
	}
	return u, nil
}

// whiten returns centred patterns z with ‖z_i−z_j‖² = (y_i−y_j)ᵀΣ⁻¹(y_i−y_j):
// with Σ = RᵀR, z = y·R⁻¹.
func whiten(y, noise *mat.Dense) (*mat.Dense, error) {
	_, q := y.Dims()
	if r, c := noise.Dims(); r != q || c != q {
		return nil, &data.InputError{Found: fmt.Sprintf("a noise covariance of %d × %d", r, c), Wanted: fmt.Sprintf("want %d × %d for %d units", q, q, q)}
	}
	r, ok := linalg.Cholesky(noise)
	if !ok {
		return nil, &data.InputError{
			Found: "a noise covariance that is not positive definite", Wanted: "want an invertible one",
			Hint: "shrink it towards its diagonal, or estimate it from more samples than units",
		}
	}
	z, _ := linalg.Center(y)
	raw := r.RawMatrix()
	blas64.Trsm(blas.Right, blas.NoTrans, 1, blas64.Triangular{
		N: q, Data: raw.Data, Stride: raw.Stride, Uplo: blas.Upper, Diag: blas.NonUnit,
	}, z.RawMatrix())
	return z, nil
}

// repeatedRows marks the rows that occur more than once. It compares hashes: different rows
// with one hash are marked too, which costs time but is not wrong.
func repeatedRows(x *mat.Dense) []bool {
	n, q := x.Dims()
	twin := make([]bool, n)
	seen := make(map[uint64]int, n)
	bits := make([]byte, 0, 8*q)
	for i := range n {
		bits = bits[:0]
		for _, v := range x.RawRowView(i) {
			bits = binary.LittleEndian.AppendUint64(bits, math.Float64bits(v))
		}
		hash := fnv.New64a()
		hash.Write(bits)
		if at, ok := seen[hash.Sum64()]; ok {
			twin[i], twin[at] = true, true
			continue
		}
		seen[hash.Sum64()] = i
	}
	return twin
}

func rowNorms(x *mat.Dense) []float64 {
	if x == nil {
		return nil
	}
	n, _ := x.Dims()
	norms := make([]float64, n)
	for i := range norms {
		for _, v := range x.RawRowView(i) {
			norms[i] += v * v
		}
	}
	return norms
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
