package linalg

import (
	"math"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Magnitudes are in the order of their bits, those of infinity above all numbers and those
// of NaN above all. Integers are compared without a branch, several at a time, which takes
// a quarter of the time of the comparison of numbers.

// magnitude returns the bits of |v|.
func magnitude(v float64) uint64 { return math.Float64bits(v) &^ (1 << 63) }

// LargestMagnitude returns max|v| of values: NaN if one is NaN, 0 of none.
func LargestMagnitude(values []float64) float64 {
	var m0, m1, m2, m3 uint64
	for len(values) >= 4 {
		m0, m1 = max(m0, magnitude(values[0])), max(m1, magnitude(values[1]))
		m2, m3 = max(m2, magnitude(values[2])), max(m3, magnitude(values[3]))
		values = values[4:]
	}
	for _, v := range values {
		m0 = max(m0, magnitude(v))
	}
	return math.Float64frombits(max(m0, m1, m2, m3))
}

// RaiseMagnitudes raises largest[j] to max_i|x_ij| for each column j of x, and makes it NaN
// if there is a NaN. The numbers of largest are not negative.
func RaiseMagnitudes(largest []float64, x *mat.Dense) {
	raiseMagnitudes(largest, x.RawMatrix())
}

func raiseMagnitudes(largest []float64, x blas64.General) {
	i := 0
	for ; i+4 <= x.Rows; i += 4 {
		r0, r1, r2, r3 := rowVector(x, i).Data, rowVector(x, i+1).Data, rowVector(x, i+2).Data, rowVector(x, i+3).Data
		r1, r2, r3, largest := r1[:len(r0)], r2[:len(r0)], r3[:len(r0)], largest[:len(r0)]
		for j, v := range r0 {
			m := max(max(magnitude(v), magnitude(r1[j])), max(magnitude(r2[j]), magnitude(r3[j])))
			largest[j] = math.Float64frombits(max(magnitude(largest[j]), m))
		}
	}
	for ; i < x.Rows; i++ {
		for j, v := range rowVector(x, i).Data {
			largest[j] = math.Float64frombits(max(magnitude(largest[j]), magnitude(v)))
		}
	}
}

// maxAbs returns the largest magnitude in a, NaN if there is a NaN.
func maxAbs(a blas64.General) float64 {
	if a.Stride == a.Cols {
		return LargestMagnitude(a.Data[:a.Rows*a.Cols])
	}
	var m uint64
	for i := range a.Rows {
		m = max(m, magnitude(LargestMagnitude(rowVector(a, i).Data)))
	}
	return math.Float64frombits(m)
}

// maxAbsUpper returns the largest magnitude in the upper triangle of a square
// matrix, NaN if there is a NaN.
func maxAbsUpper(a blas64.General) float64 {
	var m uint64
	for i := range a.Rows {
		m = max(m, magnitude(LargestMagnitude(rowVector(a, i).Data[i:])))
	}
	return math.Float64frombits(m)
}
