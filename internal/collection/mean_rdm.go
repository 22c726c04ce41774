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

// MeanRDMPartial is MeanRDM of systems that lack some of n samples: sample i of system k is
// sample to[k][i] of all. An entry is the mean over the systems that have both samples, and
// NaN where none has; so many pairs are counted. Roots are those of the entries that a
// system has: the mean is right as far as the samples that it lacks are like the others.
func MeanRDMPartial(matrices []*mat.Dense, to [][]int, n int) (mean *mat.Dense, unseen int) {
	mean = mat.NewDense(n, n, nil)
	seen := mat.NewDense(n, n, nil)
	scale := 0.0
	for k, d := range matrices {
		size, _ := d.Dims()
		root := math.Sqrt(linalg.Dot(d, d) / float64(size*(size-1)))
		scale += root / float64(len(matrices))
		for i, a := range to[k] {
			for j, b := range to[k] {
				seen.Set(a, b, seen.At(a, b)+1)
				if root > 0 {
					mean.Set(a, b, mean.At(a, b)+d.At(i, j)/root)
				}
			}
		}
	}
	for i := range n {
		for j := range n {
			switch {
			case seen.At(i, j) > 0:
				mean.Set(i, j, scale*mean.At(i, j)/seen.At(i, j))
			case i != j:
				mean.Set(i, j, math.NaN())
				if i < j {
					unseen++
				}
			}
		}
	}
	return mean, unseen
}
