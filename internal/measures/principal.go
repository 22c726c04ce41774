package measures

import (
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

type (
	spectrumKey  struct{}
	principalKey struct{}
)

// spectrum is the eigendecomposition of ZᵀZ of the compact matrix, values
// descending: the variances along the principal axes times n.
type spectrum struct {
	values  []float64
	vectors *mat.Dense
}

func (s *System) spectrum() (spectrum, error) {
	return shared(&s.memo, spectrumKey{}, func() (spectrum, error) {
		values, vectors, err := linalg.EigSym(s.gram())
		return spectrum{values, vectors}, err
	})
}

// principal is the thin singular value decomposition Z = U·diag(sigma)·Vᵀ of
// the compact matrix without V: the normalised scores of the principal
// components in u, n×k, and their norms.
type principal struct {
	u     *mat.Dense
	sigma []float64
}

// decomposition returns all principal components.
func (s *System) decomposition() (principal, error) {
	return shared(&s.memo, principalKey{}, func() (principal, error) {
		u, sigma, _, err := linalg.SVD(s.compact())
		return principal{u, sigma}, err
	})
}

// components returns the leading k principal components. They are taken from
// the eigenvectors of the Gram matrix where these determine them, as U = ZV
// with columns scaled to norm 1, and from a singular value decomposition of
// the samples where the variance of the last is too small against the first.
func (s *System) components(k int) (principal, error) {
	e, err := s.spectrum()
	if err != nil {
		return principal{}, err
	}
	if e.values[k-1]*wellConditioned >= e.values[0] {
		n, m := s.compact().Dims()
		u := mat.NewDense(n, k, nil)
		u.Mul(s.compact(), e.vectors.Slice(0, m, 0, k))
		sigma := columnNorms(u)
		divideColumns(u, sigma)
		return principal{u, sigma}, nil
	}
	all, err := s.decomposition()
	if err != nil {
		return principal{}, err
	}
	return all.leading(k), nil
}

// allComponents returns as many principal components as the compact matrix has
// columns, of which the last may have the norm 0.
func (s *System) allComponents() (principal, error) {
	_, m := s.compact().Dims()
	return s.components(m)
}

// leading returns the first k components, without copying them.
func (c principal) leading(k int) principal {
	n, m := c.u.Dims()
	if k == m {
		return c
	}
	return principal{c.u.Slice(0, n, 0, k).(*mat.Dense), c.sigma[:k]}
}

// scaled returns the components times a weight each.
func (c principal) scaled(weights []float64) *mat.Dense {
	out := mat.DenseCopyOf(c.u)
	for i := range out.RawMatrix().Rows {
		row := out.RawRowView(i)
		for j, w := range weights {
			row[j] *= w
		}
	}
	return out
}

// columnNorms returns the norm of each column.
func columnNorms(x *mat.Dense) []float64 {
	_, p := x.Dims()
	norms := make([]float64, p)
	for j := range norms {
		norms[j] = mat.Norm(x.ColView(j), 2)
	}
	return norms
}

func divideColumns(x *mat.Dense, by []float64) {
	for i := range x.RawMatrix().Rows {
		row := x.RawRowView(i)
		for j, v := range by {
			row[j] /= v
		}
	}
}
