package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// wellConditioned bounds the condition number of a Gram matrix with unit
// diagonal up to which normal equations are trusted: the relative error they
// add is about the condition number times 2⁻⁵², so 1e-10. Beyond it the same
// quantities come from an orthogonal decomposition of the samples themselves.
const wellConditioned = 1e6

// factor is the Cholesky decomposition RᵀR of D·M·D, where M is symmetric
// positive definite and the diagonal D scales its diagonal to 1.
type factor struct {
	chol  mat.Cholesky
	scale []float64
}

// factorise returns the factor of m, or false when m is singular or its
// condition (in the 1-norm, after scaling) exceeds wellConditioned.
func factorise(m *mat.Dense) (*factor, bool) {
	n := m.RawMatrix().Rows
	f := &factor{scale: make([]float64, n)}
	scaled := mat.NewSymDense(n, nil)
	for i := range n {
		d := m.At(i, i)
		if !(d > 0) {
			return nil, false
		}
		f.scale[i] = 1 / math.Sqrt(d)
	}
	for i := range n {
		row := m.RawRowView(i)
		for j := i; j < n; j++ {
			scaled.SetSym(i, j, row[j]*f.scale[i]*f.scale[j])
		}
	}
	if !f.chol.Factorize(scaled) || !(f.chol.Cond() <= wellConditioned) {
		return nil, false
	}
	return f, true
}

// solve returns M⁻¹B.
func (f *factor) solve(b *mat.Dense) (*mat.Dense, error) {
	var w mat.Dense
	w.CloneFrom(b)
	f.scaleRows(&w)
	if err := f.chol.SolveTo(&w, &w); err != nil {
		return nil, err
	}
	f.scaleRows(&w)
	return &w, nil
}

// whitener returns D·R⁻¹, so that (ZW)ᵀ(ZW) = I when M = ZᵀZ.
func (f *factor) whitener() (*mat.Dense, error) {
	n := len(f.scale)
	var r, inverse mat.TriDense
	f.chol.UTo(&r)
	if err := inverse.InverseTri(&r); err != nil {
		return nil, err
	}
	w := mat.NewDense(n, n, nil)
	for i := range n {
		row := w.RawRowView(i)
		for j := i; j < n; j++ {
			row[j] = f.scale[i] * inverse.At(i, j)
		}
	}
	return w, nil
}

func (f *factor) scaleRows(w *mat.Dense) {
	for i, s := range f.scale {
		scale(w.RawRowView(i), s)
	}
}

type (
	whitenerKey struct{}
	basisKey    struct{}
	rangeKey    struct{}
)

// whitener returns W with ZW orthonormal and the columns of Z as its span, or
// nil when the features of the system are too nearly dependent to be whitened
// through their Gram matrix.
func (s *System) whitener() *mat.Dense {
	return always(&s.memo, whitenerKey{}, func() *mat.Dense {
		f, ok := factorise(s.gram())
		if !ok {
			return nil
		}
		w, err := f.whitener()
		if err != nil {
			return nil
		}
		return w
	})
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

// projection returns Q_YᵀZx: the part of X that Y's features span, in the
// coordinates of Y's basis.
func (p *Pair) projection() (*mat.Dense, error) {
	return shared(&p.memo, rangeKey{}, func() (*mat.Dense, error) {
		if w := p.Y.whitener(); w != nil {
			var out mat.Dense
			out.Mul(w.T(), p.cross().T())
			return &out, nil
		}
		q, err := p.Y.basis()
		if err != nil {
			return nil, err
		}
		return linalg.CrossGram(q, p.X.compact()), nil
	})
}
