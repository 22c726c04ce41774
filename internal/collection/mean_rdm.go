package collection

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// MeanRDM returns the mean of matrices of dissimilarities, each divided by the root of the
// mean square of its entries off the diagonal, times the mean of these roots: systems count
// alike, whatever the scale of their data.
func MeanRDM(matrices []*mat.Dense) *mat.Dense {
	n, _ := matrices[0].Dims()
	out := mat.NewDense(n, n, nil)
	scale := 0.0
	for _, d := range matrices {
		root := math.Sqrt(linalg.Dot(d, d) / float64(n*(n-1)))
		scale += root / float64(len(matrices))
		one := mat.DenseCopyOf(d)
		if root > 0 {
			one.Scale(1/root/float64(len(matrices)), one)
		}
		out.Add(out, one)
	}
	out.Scale(scale, out)
	return out
}
