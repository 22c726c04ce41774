package collection

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// compacted returns systems of centred data in which those of more features than samples
// are n×(n−1) matrices Z with ZZᵀ = XXᵀ, which are rotations of them; a mean under rotations
// is then the same in n−1 dimensions. It returns the largest width as well.
func compacted(centred []*mat.Dense) (narrow []*mat.Dense, width int) {
	narrow = make([]*mat.Dense, len(centred))
	for k, x := range centred {
		narrow[k] = x
		if n, p := x.Dims(); p > n {
			c := linalg.NewCentered(x)
			narrow[k] = c.RowFactor(c.OuterGram())
		}
		_, w := narrow[k].Dims()
		width = max(width, w)
	}
	return narrow, width
}

// axesOf returns B, d×width with orthonormal columns, of which the first rotate the compact
// matrix z of a system back to its features: x = zBᵀ, padded with columns of zeros. Columns
// in which z has nothing are orthogonal to the others.
func axesOf(x, z *mat.Dense, d, width int) (*mat.Dense, error) {
	axes := mat.NewDense(d, width, nil)
	_, p := x.Dims()
	_, w := z.Dims()
	polar, _, err := linalg.Polar(linalg.CrossGram(x, z)) // of VZᵀZ
	if err != nil {
		return nil, err
	}
	axes.Slice(0, p, 0, w).(*mat.Dense).Copy(polar)
	values, vectors, err := linalg.EigSym(linalg.Gram(axes))
	if err != nil {
		return nil, err
	}
	rank := 0
	for rank < width && values[rank] > 0.5 {
		rank++
	}
	if rank == width {
		return axes, nil
	}
	rng := rand.New(rand.NewPCG(1, 1))
	free := mat.NewDense(d, width-rank, nil)
	for i := range free.RawMatrix().Data {
		free.RawMatrix().Data[i] = rng.NormFloat64()
	}
	var seen mat.Dense
	seen.Mul(axes, linalg.CrossGram(axes, free))
	free.Sub(free, &seen)
	if free, _, err = linalg.Polar(free); err != nil {
		return nil, err
	}
	var more mat.Dense
	more.Mul(free, vectors.Slice(0, width, rank, width).T())
	axes.Add(axes, &more)
	return axes, nil
}

// turnBack rotates the mean and the aligned systems to the axes of features.
func (m *Mean) turnBack(axes *mat.Dense) {
	for _, a := range append([]*mat.Dense{m.Mean}, m.Aligned...) {
		small := mat.DenseCopyOf(a)
		a.Reset()
		a.Mul(small, axes.T())
	}
}
