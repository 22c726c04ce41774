package measures

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// wellConditioned bounds the condition number of a Gram matrix with unit
// diagonal up to which normal equations are trusted: the relative error they
// add is about the condition number times 2⁻⁵², so 1e-10. Beyond it the same
// quantities come from an orthogonal decomposition of the samples themselves.
const wellConditioned = 1e6

// negligible is the share of the largest variance below which a feature may be
// nothing but the rounding errors of the others. Scaled to unit variance it
// would pass for a dimension; whether it is one, only the singular values of the
// samples tell.
const negligible = 1e-20

// factor is the Cholesky decomposition RᵀR of D·M·D, where M is symmetric
// positive definite and the diagonal D scales its diagonal to 1. It keeps its
// memory from one matrix to the next.
type factor struct {
	r     *mat.Dense // R in the upper triangle
	scale []float64  // D
	probe *mat.Dense
}

func newFactor(n int) *factor {
	return &factor{r: mat.NewDense(n, n, nil), scale: make([]float64, n), probe: mat.NewDense(n, probes, nil)}
}

// of decomposes M + λI. It returns false when that is singular, when its
// condition, after scaling, exceeds wellConditioned, or when a feature is
// negligible beside the others.
func (f *factor) of(m *mat.Dense, lambda float64) bool {
	least := negligible * slices.Max(diagonal(m))
	for i := range f.scale {
		d := m.At(i, i) + lambda
		if !(d > least) {
			return false
		}
		f.scale[i] = 1 / math.Sqrt(d)
	}
	squares := float64(len(f.scale))
	for i, si := range f.scale {
		from, to := m.RawRowView(i)[i+1:], f.r.RawRowView(i)[i:]
		to[0] = 1
		to = to[1:]
		for j, sj := range f.scale[i+1:] {
			v := from[j] * si * sj
			to[j] = v
			squares += 2 * v * v
		}
	}
	sym := blas64.Symmetric{Uplo: blas.Upper, N: len(f.scale), Stride: f.r.RawMatrix().Stride, Data: f.r.RawMatrix().Data}
	if _, ok := lapack64.Potrf(sym); !ok {
		return false
	}
	return math.Sqrt(squares)*f.inverseNorm() <= wellConditioned
}

// probes is the number of vectors that inverseNorm starts from.
const probes = 8

// inverseNorm estimates the largest eigenvalue of the inverse from below, by two
// steps of the power method for several vectors at once. Signs that look random
// make it most unlikely that none of them is near the eigenvector: mostly the
// estimate is more than a third of the value.
func (f *factor) inverseNorm() float64 {
	state := uint64(1)
	for i := range f.scale {
		row := f.probe.RawRowView(i)
		for c := range row {
			// Knuth's linear congruential generator, of which the top bit counts.
			state = state*6364136223846793005 + 1442695040888963407
			row[c] = 1 - 2*float64(state>>63)
		}
	}
	before := float64(len(f.scale))
	growth := 0.0
	var sums [probes]float64
	for range 2 {
		blas64.Trsm(blas.Left, blas.Trans, 1, f.triangle(), f.probe.RawMatrix())
		blas64.Trsm(blas.Left, blas.NoTrans, 1, f.triangle(), f.probe.RawMatrix())
		columnSquaresTo(sums[:], f.probe)
		after := slices.Max(sums[:])
		growth, before = math.Sqrt(after/before), after
	}
	return growth
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

// whitenLeft replaces B by WᵀB.
func (f *factor) whitenLeft(b *mat.Dense) {
	scaleRows(b, f.scale)
	blas64.Trsm(blas.Left, blas.Trans, 1, f.triangle(), b.RawMatrix())
}

// whitenRight replaces B by BW.
func (f *factor) whitenRight(b *mat.Dense) {
	scaleColumns(b, f.scale)
	blas64.Trsm(blas.Right, blas.NoTrans, 1, f.triangle(), b.RawMatrix())
}

type (
	gramFactorKey struct{}
	whitenerKey   struct{}
	basisKey      struct{}
)

// gramFactor returns the factor of the Gram matrix, or nil when that is too
// nearly singular.
func (s *System) gramFactor() *factor {
	return always(&s.memo, gramFactorKey{}, func() *factor {
		gram := s.gram()
		f := newFactor(gram.RawMatrix().Rows)
		if !f.of(gram, 0) {
			return nil
		}
		return f
	})
}

// whitener returns W with ZW orthonormal and the columns of Z as its span, or
// nil when the features of the system are too nearly dependent to be whitened
// through their Gram matrix.
func (s *System) whitener() *mat.Dense {
	return always(&s.memo, whitenerKey{}, func() *mat.Dense {
		f := s.gramFactor()
		switch {
		case f != nil:
			w := identity(len(f.scale))
			f.unwhiten(w)
			return w
		case s.momentsOnly():
			return whitenGram(s.gram())
		default:
			return nil
		}
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
	least := negligible * slices.Max(diagonal(a))
	for i := range scales {
		if d := a.At(i, i); d > least {
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
		if fx, fy := p.X.gramFactor(), p.Y.gramFactor(); fx != nil && fy != nil {
			n := mat.DenseCopyOf(p.cross())
			fx.whitenLeft(n)
			fy.whitenRight(n)
			return n, nil
		}
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
