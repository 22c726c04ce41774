package measures

import (
	"math"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

type (
	spectrumKey  struct{}
	principalKey struct{}
)

// spectrum is the eigendecomposition of ZᵀZ for the compact matrix, with descending
// values: the variances along the principal axes times n.
type spectrum struct {
	values  []float64
	vectors *mat.Dense
}

func (s *System) spectrum() (spectrum, error) {
	if s.twin != nil {
		return s.twin.of.spectrum()
	}
	return shared(&s.memo, spectrumKey{}, func() (spectrum, error) {
		values, vectors, err := linalg.EigSym(s.gram())
		return spectrum{values, vectors}, err
	})
}

// principal is the leading part of the singular value decomposition
// Z = U·diag(sigma)·Vᵀ of the compact matrix: the norms of k principal
// components, and their normalised scores U, n×k. Where only moments are known u holds
// the map V·diag(1/sigma) instead, with which U = Zu; crossOf handles both cases.
type principal struct {
	u     *mat.Dense
	sigma []float64
}

// crossOf returns PxᵀPy for weighted components of X and of Y (see principal.scaled).
func (p *Pair) crossOf(x, y *mat.Dense) *mat.Dense {
	if p.segments == nil {
		return linalg.CrossGram(x, y)
	}
	var out mat.Dense
	out.Mul(linalg.CrossGram(x, p.cross()), y)
	return &out
}

// decomposition returns all principal components.
func (s *System) decomposition() (principal, error) {
	return shared(&s.memo, principalKey{}, func() (principal, error) {
		if s.twin != nil {
			d, err := s.twin.of.decomposition()
			if err != nil {
				return principal{}, err
			}
			return principal{s.twin.rows(d.u), d.sigma}, nil
		}
		u, sigma, _, err := linalg.SVD(s.compact())
		return principal{u, sigma}, err
	})
}

// components returns the leading k principal components. They come from the eigenvectors
// of the Gram matrix where these determine them, as U = ZV with columns scaled to norm
// 1, and otherwise, where the variance of the last is too small relative to the first,
// from a singular value decomposition of the samples. Where only moments are known,
// components below rounding are left out.
func (s *System) components(k int) (principal, error) {
	e, err := s.spectrum()
	if err != nil {
		return principal{}, err
	}
	if s.momentsOnly() {
		return e.fromMoments(k), nil
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

// fromMoments returns at most k components without samples. It leaves out eigenvalues of
// ZᵀZ below m·2⁻⁵² of the largest, which are rounding errors.
func (e spectrum) fromMoments(k int) principal {
	m := len(e.values)
	k = min(k, linalg.Rank(e.values, m, m))
	c := principal{mat.DenseCopyOf(e.vectors.Slice(0, m, 0, k)), make([]float64, k)}
	for i := range c.sigma {
		c.sigma[i] = math.Sqrt(e.values[i])
	}
	divideColumns(c.u, c.sigma)
	return c
}

// rankComponents returns the principal components up to the numerical rank of the system.
// Further components are rounding errors, which whitening would amplify.
func (s *System) rankComponents() (principal, error) {
	c, err := s.components(s.gram().RawMatrix().Rows)
	if err != nil {
		return principal{}, err
	}
	r, err := s.rank()
	if err != nil {
		return principal{}, err
	}
	return c.leading(min(r, linalg.Rank(c.sigma, s.Samples(), s.Width()))), nil
}

// rank returns the number of dimensions of the centred data that the rounding of their
// numbers does not explain.
func (s *System) rank() (int, error) {
	if s.gramFactor() != nil {
		return s.compactWidth(), nil
	}
	if w := s.whitener(); w != nil {
		return w.RawMatrix().Cols, nil
	}
	if s.momentsOnly() {
		return s.compactWidth(), nil
	}
	d, err := s.decomposed()
	if err != nil {
		return 0, err
	}
	return d.q.RawMatrix().Cols, nil
}

// leading returns the first k components, without copying them.
func (c principal) leading(k int) principal {
	n, m := c.u.Dims()
	if k == m {
		return c
	}
	return principal{c.u.Slice(0, n, 0, k).(*mat.Dense), c.sigma[:k]}
}

// scaled returns the weighted components U·diag(w), or the map to them.
func (c principal) scaled(weights []float64) *mat.Dense {
	out := mat.DenseCopyOf(c.u)
	scaleColumns(out, weights)
	return out
}

// columnNorms returns the norm of each column.
func columnNorms(x *mat.Dense) []float64 {
	raw := x.RawMatrix()
	norms := make([]float64, raw.Cols)
	for j := range norms {
		norms[j] = blas64.Nrm2(blas64.Vector{N: raw.Rows, Inc: raw.Stride, Data: raw.Data[j:]})
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

// needComponents returns the need of the principal components of both systems. They are
// kept where the Gram matrix does not determine them.
func (d Dims) needComponents() Need {
	p, q := d.compact()
	return together(
		d.needCompact(), d.needGram(), d.needRank(), kept(spectrumKey{}, p*p+q*q), kept(principalKey{}, d.N*(p+q)),
		work(linalg.EigSymMemory(d.larger())), work(linalg.SVDMemory(d.N, d.larger())),
	)
}

// needRank returns the need of the ranks of both systems: of the factors of their Gram
// matrices, and of a decomposition of the samples where these are singular.
func (d Dims) needRank() Need {
	p, q := d.compact()
	widest := max(d.P, d.Q)
	return together(
		kept(gramFactorKey{}, p*p+q*q), kept(wholeKey{}, d.N*(p+q)+p*d.P+q*d.Q),
		work(2*d.N*widest+linalg.SVDMemory(d.N, widest)),
	)
}
