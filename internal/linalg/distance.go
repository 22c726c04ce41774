package linalg

import "gonum.org/v1/gonum/mat"

// SqDistances returns the squared Euclidean distances between the rows of the
// n×p matrix x: the upper triangle i<j row by row, n(n−1)/2 values (the order of
// SciPy's pdist).
func SqDistances(x *mat.Dense) []float64 {
	n, _ := x.Dims()
	d := make([]float64, 0, n*(n-1)/2)
	for i := range n {
		a := x.RawRowView(i)
		for j := i + 1; j < n; j++ {
			d = append(d, sqDistance(a, x.RawRowView(j)))
		}
	}
	return d
}

// sqDistance returns Σ(a_k−b_k)², summed in the order of k.
func sqDistance(a, b []float64) float64 {
	var sum float64
	for k, v := range a {
		d := v - b[k]
		sum += d * d
	}
	return sum
}
