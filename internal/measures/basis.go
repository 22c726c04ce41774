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

// wellConditioned is the largest condition number of a Gram matrix with unit diagonal
// for which normal equations are used: the relative error they add is about the
// condition number times 2⁻⁵², so 1e-10. Beyond it the same quantities come from an
// orthogonal decomposition of the samples.
const wellConditioned = 1e6

// negligible is the share of the largest variance below which a feature may consist of
// rounding errors of the others. After scaling to unit variance it would look like a
// dimension; only the singular values of the samples show whether it is one.
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

// decompose decomposes M + λI. It returns false when the matrix is singular, when its
// condition, after scaling, exceeds wellConditioned, or when a feature is negligible
// relative to the others.
func (f *factor) decompose(m *mat.Dense, lambda float64) bool {
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

// probes is the number of starting vectors of inverseNorm.
const probes = 8

// inverseNorm estimates the largest eigenvalue of the inverse from below, by two steps
// of the power method for several vectors at once. With pseudo-random signs it is very
// unlikely that all of them are nearly orthogonal to the eigenvector: mostly the
// estimate is more than a third of the value.
func (f *factor) inverseNorm() float64 {
	state := uint64(1)
	for i := range f.scale {
		row := f.probe.RawRowView(i)
		for c := range row {
			// The top bit of Knuth's linear congruential generator is the sign.
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
	wholeKey      struct{}
)

// gramFactor returns the factor of the Gram matrix, or nil when that is too
// nearly singular, or has directions that rounding may have made.
func (s *System) gramFactor() *factor {
	if s.twin != nil {
		return s.twin.of.gramFactor()
	}
	return always(&s.memo, gramFactorKey{}, func() *factor {
		if s.noisy() {
			return nil
		}
		gram := s.gram()
		f := newFactor(gram.RawMatrix().Rows)
		if !f.decompose(gram, 0) {
			return nil
		}
		return f
	})
}

// whitener returns W such that ZW is an orthonormal basis of the columns of Z. It
// returns nil when the features of the system are too nearly dependent to be whitened
// through their Gram matrix.
func (s *System) whitener() *mat.Dense {
	if s.twin != nil {
		return s.twin.of.whitener()
	}
	return always(&s.memo, whitenerKey{}, func() *mat.Dense {
		f := s.gramFactor()
		switch {
		case f != nil:
			w := identity(len(f.scale))
			f.unwhiten(w)
			return w
		case s.momentsOnly():
			return whitenGram(s.gram(), s.n, s.rounding())
		default:
			return nil
		}
	})
}

// whole is the singular value decomposition of the equilibrated features up to the
// numerical rank: an orthonormal basis Q of their span, and the map W to it, Q = XcW.
type whole struct{ q, w *mat.Dense }

// decomposed returns the basis of the samples themselves where the Gram matrix does not
// suffice. Features are equilibrated, because directions of noise can then be told from
// others by their singular values.
func (s *System) decomposed() (whole, error) {
	return shared(&s.memo, wholeKey{}, func() (whole, error) {
		if s.momentsOnly() {
			return whole{}, s.dependent()
		}
		if s.twin != nil {
			d, err := s.twin.of.decomposed()
			if err != nil {
				return whole{}, err
			}
			return whole{s.twin.rows(d.q), d.w}, nil
		}
		x := mat.DenseCopyOf(s.centred())
		factors := s.equilibrate(x)
		u, values, v, err := linalg.SVD(x)
		if err != nil {
			return whole{}, err
		}
		r := min(dimensions(values, s.n, s.p), s.n-1)
		if r == 0 {
			return whole{}, undefined("%s is constant but for the rounding of its numbers, so it has no similarity to anything", s.label())
		}
		w := mat.DenseCopyOf(v.Slice(0, s.p, 0, r))
		divideColumns(w, values[:r])
		scaleRows(w, factors)
		return whole{mat.DenseCopyOf(u.Slice(0, s.n, 0, r)), w}, nil
	})
}

// whitening returns W, p×r, with XcW an orthonormal basis.
func (s *System) whitening() (*mat.Dense, error) {
	if w := s.whitener(); w != nil && s.slim() {
		return w, nil
	}
	d, err := s.decomposed()
	return d.w, err
}

// whitenGram returns W, p×r, with WᵀAW = I for the Gram matrix A of n samples that is
// singular or ill-conditioned, all that can be done when the samples are out of reach.
// With features in units of what rounding can give them, directions whose singular
// value does not exceed the noise are left out (see dimensions). The eigenvalues have
// errors of p·2⁻⁵² of the largest, so that in addition directions are left out whose
// standard deviation is less than about 1e-7 of the largest.
func whitenGram(a *mat.Dense, n int, rounding []float64) *mat.Dense {
	p := a.RawMatrix().Rows
	units := make([]float64, p)
	known := rounding != nil && slices.Max(rounding) > 0
	least := negligible * slices.Max(diagonal(a))
	for i := range units {
		switch v := a.At(i, i); {
		case known && rounding[i] > 0:
			units[i] = 1 / rounding[i]
		case !known && v > least: // the unit is its own norm
			units[i] = 1 / math.Sqrt(v)
		}
	}
	scaled := mat.NewDense(p, p, nil)
	scaled.Apply(func(i, j int, v float64) float64 { return v * units[i] * units[j] }, a)
	values, vectors, err := linalg.EigSym(scaled)
	if err != nil {
		return nil
	}
	sigma := make([]float64, linalg.Rank(values, p, p))
	for i := range sigma {
		sigma[i] = math.Sqrt(values[i])
	}
	r := len(sigma)
	if known {
		r = dimensions(sigma, n, p)
	}
	if r == 0 {
		return nil
	}
	w := mat.DenseCopyOf(vectors.Slice(0, p, 0, r))
	divideColumns(w, sigma[:r])
	scaleRows(w, units)
	return w
}

// basis returns Q, n×r, an orthonormal basis of the column space of Xc, with r the
// numerical rank.
func (s *System) basis() (*mat.Dense, error) {
	return shared(&s.memo, basisKey{}, func() (*mat.Dense, error) {
		if s.twin != nil {
			q, err := s.twin.of.basis()
			if err != nil {
				return nil, err
			}
			return s.twin.rows(q), nil
		}
		if w := s.whitener(); w != nil {
			var q mat.Dense
			q.Mul(s.compact(), w)
			return &q, nil
		}
		d, err := s.decomposed()
		return d.q, err
	})
}

// span returns the basis, or the map to it where only moments are known, as crossOf
// requires.
func (s *System) span() (*mat.Dense, error) {
	if !s.momentsOnly() {
		return s.basis()
	}
	w := s.whitener()
	if w == nil {
		return nil, s.dependent()
	}
	return w, nil
}

// dependent says that second moments have no basis of the features.
func (s *System) dependent() error {
	return undefined("%s: its features are too nearly constant or dependent to be told apart by their second moments", s.label())
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

// needBasis returns the need of the orthonormal bases of both systems, and of their
// whiteners.
func (d Dims) needBasis() Need {
	p, q := d.compact()
	return together(
		d.needCentred(), d.needCompact(), d.needGram(),
		kept(gramFactorKey{}, p*p+q*q), kept(whitenerKey{}, p*p+q*q), kept(basisKey{}, d.N*(p+q)),
		work(linalg.RangeBasisMemory(d.N, d.larger())),
	)
}

// needCanonical returns the need of N, from the Gram matrices or from the bases.
func (d Dims) needCanonical() Need {
	type crossBasisKey struct{}
	p, q := d.compact()
	return together(d.needMoments(), d.needBasis(), kept(crossBasisKey{}, p*q))
}
