package measures

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// wellConditioned bounds the condition number of a Gram matrix with unit
// diagonal up to which normal equations are trusted: the relative error they
// add is about the condition number times 2⁻⁵², so 1e-10. Beyond it the same
// quantities come from an orthogonal decomposition of the samples themselves.
const wellConditioned = 1e6

// factor is the Cholesky decomposition RᵀR of D·M·D, where M is symmetric
// positive definite and the diagonal D scales its diagonal to 1. It keeps its
// memory from one matrix to the next.
type factor struct {
	r     *mat.Dense // R in the upper triangle
	scale []float64  // D
	work  []float64
	iwork []int
}

func newFactor(n int) *factor {
	return &factor{r: mat.NewDense(n, n, nil), scale: make([]float64, n), work: make([]float64, 3*n), iwork: make([]int, n)}
}

// of decomposes M + λI. It returns false when that is singular or its
// condition (in the 1-norm, after scaling) exceeds wellConditioned.
func (f *factor) of(m *mat.Dense, lambda float64) bool {
	for i := range f.scale {
		d := m.At(i, i) + lambda
		if !(d > 0) {
			return false
		}
		f.scale[i] = 1 / math.Sqrt(d)
	}
	for i, si := range f.scale {
		from, to := m.RawRowView(i), f.r.RawRowView(i)
		to[i] = 1
		for j := i + 1; j < len(to); j++ {
			to[j] = from[j] * si * f.scale[j]
		}
	}
	sym := blas64.Symmetric{Uplo: blas.Upper, N: len(f.scale), Stride: f.r.RawMatrix().Stride, Data: f.r.RawMatrix().Data}
	norm := lapack64.Lansy(lapack.MaxColumnSum, sym, f.work)
	if _, ok := lapack64.Potrf(sym); !ok {
		return false
	}
	return lapack64.Pocon(sym, norm, f.work, f.iwork)*wellConditioned >= 1
}

// triangle views R.
func (f *factor) triangle() blas64.Triangular {
	raw := f.r.RawMatrix()
	return blas64.Triangular{Uplo: blas.Upper, Diag: blas.NonUnit, N: raw.Rows, Stride: raw.Stride, Data: raw.Data}
}

// solve replaces B by (M+λI)⁻¹B.
func (f *factor) solve(b *mat.Dense) {
	scaleRows(b, f.scale)
	lapack64.Potrs(f.triangle(), b.RawMatrix())
	scaleRows(b, f.scale)
}

// unwhiten replaces B by W·B = D·R⁻¹B, where ZW is orthonormal if M = ZᵀZ and
// λ = 0.
func (f *factor) unwhiten(b *mat.Dense) {
	blas64.Trsm(blas.Left, blas.NoTrans, 1, f.triangle(), b.RawMatrix())
	scaleRows(b, f.scale)
}

type (
	whitenerKey struct{}
	basisKey    struct{}
)

// whitener returns W with ZW orthonormal and the columns of Z as its span, or
// nil when the features of the system are too nearly dependent to be whitened
// through their Gram matrix.
func (s *System) whitener() *mat.Dense {
	return always(&s.memo, whitenerKey{}, func() *mat.Dense {
		gram := s.gram()
		n := gram.RawMatrix().Rows
		f := newFactor(n)
		if !f.of(gram, 0) {
			if s.momentsOnly() {
				return whitenGram(gram)
			}
			return nil
		}
		w := identity(n)
		f.unwhiten(w)
		return w
	})
}

// whitenGram returns W, p×r, with WᵀAW = I for a singular or ill-conditioned
// Gram matrix A, all that can be done when the samples are out of reach. Of the
// spectrum of A scaled to a unit diagonal only what lies above p·2⁻⁵² of its
// largest value can be told from rounding, so that directions whose standard
// deviation is less than about 1e-7 of the largest are left out.
func whitenGram(a *mat.Dense) *mat.Dense {
	p := a.RawMatrix().Rows
	scales := make([]float64, p)
	scaled := mat.NewDense(p, p, nil)
	for i := range scales {
		if d := a.At(i, i); d > 0 {
			scales[i] = 1 / math.Sqrt(d)
		}
	}
	scaled.Apply(func(i, j int, v float64) float64 { return v * scales[i] * scales[j] }, a)
	values, vectors, err := linalg.EigSym(scaled)
	if err != nil {
		return nil
	}
	r := linalg.Rank(values, p, p)
	w := mat.DenseCopyOf(vectors.Slice(0, p, 0, r))
	w.Apply(func(i, j int, v float64) float64 { return v * scales[i] / math.Sqrt(values[j]) }, w)
	return w
}

// basis returns Q, n×r, an orthonormal basis of the column space of Xc with r
// its numerical rank.
func (s *System) basis() (*mat.Dense, error) {
	return shared(&s.memo, basisKey{}, func() (*mat.Dense, error) {
		if w := s.whitener(); w != nil {
			var q mat.Dense
			q.Mul(s.compact(), w)
			return &q, nil
		}
		q, _, err := linalg.RangeBasis(s.compact())
		return q, err
	})
}

// canonical returns N = Q_XᵀQ_Y, whose singular values are the canonical
// correlations of the systems.
func (p *Pair) canonical() (*mat.Dense, error) {
	return shared(&p.memo, basisKey{}, func() (*mat.Dense, error) {
		if wx, wy := p.X.whitener(), p.Y.whitener(); wx != nil && wy != nil {
			var left, n mat.Dense
			left.Mul(wx.T(), p.cross())
			n.Mul(&left, wy)
			return &n, nil
		}
		qx, err := p.X.basis()
		if err != nil {
			return nil, err
		}
		qy, err := p.Y.basis()
		if err != nil {
			return nil, err
		}
		return linalg.CrossGram(qx, qy), nil
	})
}
