package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// predictors is a training set: its moments, and its centred rows where the moments do
// not suffice.
type predictors struct {
	moments *foldMoments
	rows    rows // nil when only moments are known
}

// ridgeSolver solves (B+λI)W = YᵀX for one training set after the other: W = S·YᵀX,
// where S is the inverse of B+λI, or, when λ = 0, its pseudo-inverse over the numerical
// rank of Y. It uses the Cholesky factor of B+λI where that is well conditioned, and
// the singular values of Y otherwise.
type ridgeSolver struct {
	w      *mat.Dense // coefficients, q×p
	lambda float64
	factor *factor
	normal bool // the Cholesky factor is in use, and otherwise the singular vectors

	v      *mat.Dense // right singular vectors of Y, q×r
	shrunk []float64  // 1/(s²+λ)
}

func newRidgeSolver(p, q int) *ridgeSolver {
	return &ridgeSolver{w: mat.NewDense(q, p, nil), factor: newFactor(q)}
}

// fit computes the coefficients for a training set.
func (s *ridgeSolver) fit(train predictors, lambda float64) error {
	s.lambda = lambda
	m := train.moments
	if s.normal = s.factor.of(m.yy, lambda); s.normal {
		transpose(s.w, m.xy)
		s.factor.solve(s.w)
		return nil
	}
	if train.rows == nil {
		return s.fitGram(m)
	}
	x, y := train.rows()
	u, sv, v, err := linalg.SVD(y)
	if err != nil {
		return err
	}
	n, q := y.Dims()
	r := len(sv)
	if lambda == 0 {
		r = linalg.Rank(sv, n, q)
	}
	s.shrunk = make([]float64, r)
	if r == 0 {
		s.v = nil
		s.w.Zero()
		return nil
	}
	s.v = v.Slice(0, q, 0, r).(*mat.Dense)
	ux := linalg.CrossGram(u.Slice(0, n, 0, r).(*mat.Dense), x)
	for i := range r {
		s.shrunk[i] = 1 / (sv[i]*sv[i] + lambda)
		scale(ux.RawRowView(i), sv[i]*s.shrunk[i])
	}
	s.w.Mul(s.v, ux)
	return nil
}

// fitGram is fit for an ill-conditioned B when only moments are known.
func (s *ridgeSolver) fitGram(m *foldMoments) error {
	w := whitenGram(m.yy)
	if w == nil {
		return undefined("the predicting features are too nearly dependent to be told apart by their second moments")
	}
	if s.lambda > 0 {
		values, vectors, err := linalg.EigSym(m.yy)
		if err != nil {
			return err
		}
		w = vectors
		for i := range w.RawMatrix().Rows {
			row := w.RawRowView(i)
			for j := range row {
				row[j] /= math.Sqrt(max(0, values[j]) + s.lambda)
			}
		}
	}
	inner := linalg.CrossGram(w, mat.DenseCopyOf(m.xy.T()))
	s.w.Mul(w, inner)
	return nil
}

// apply replaces M by S·M.
func (s *ridgeSolver) apply(m *mat.Dense) {
	switch {
	case s.normal:
		s.factor.solve(m)
	case s.v == nil:
		m.Zero()
	default:
		inner := linalg.CrossGram(s.v, m)
		for i, c := range s.shrunk {
			scale(inner.RawRowView(i), c)
		}
		m.Mul(s.v, inner)
	}
}

// truncated reports whether the fit left out directions beyond the numerical rank.
func (s *ridgeSolver) truncated() bool {
	return !s.normal && s.lambda == 0
}

// project replaces M by its part outside the span of the directions within the rank,
// M − V·Vᵀ·M.
func (s *ridgeSolver) project(m *mat.Dense) {
	if s.v == nil {
		return
	}
	var inside mat.Dense
	inside.Mul(s.v, linalg.CrossGram(s.v, m))
	m.Sub(m, &inside)
}
