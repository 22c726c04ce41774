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
	rows    rows         // nil when only moments are known
	noisy   bool         // rounding is a considerable part of a predicting feature
	grain   func() grain // what rounding can do to the rows; nil if nothing is known
	others  bool         // other samples are predicted than those that are fitted
	// borrowed says that the rows are copies of their own, which may be given back.
	borrowed bool
}

// ridgeSolver solves (B+λI)W = YᵀX for one training set after the other: W = S·YᵀX,
// where S is the inverse of B+λI, or, when λ = 0, its pseudo-inverse over the numerical
// rank of Y. It uses the Cholesky factor of B+λI where that is well conditioned, and
// otherwise a decomposition of the rows.
type ridgeSolver struct {
	w      *mat.Dense // coefficients, q×p
	lambda float64
	factor *factor
	normal bool    // the Cholesky factor is in use
	rows   *rowFit // the decomposition that is in use in its place; nil without rows
	noise  grain   // of the predictors
	others bool    // see predictors
	rank   int     // number of dimensions that predict
	least  float64 // see fitted
	tied   bool    // see plsFit
}

func newRidgeSolver(p, q int) *ridgeSolver {
	return &ridgeSolver{w: mat.NewDense(q, p, nil), factor: newFactor(q)}
}

// decompose prepares for a training set. It leaves the coefficients for later.
func (s *ridgeSolver) decompose(train predictors, lambda float64) error {
	s.lambda, s.rows, s.noise, s.others = lambda, nil, grain{}, train.others
	s.setLeast(train)
	s.normal = (lambda > 0 || !train.noisy) && s.factor.decompose(train.moments.yy, lambda)
	s.rank = len(s.factor.scale)
	if s.normal {
		return nil
	}
	if train.grain != nil {
		s.noise = train.grain()
	}
	if train.rows == nil {
		return nil
	}
	x, y := train.rows()
	var err error
	if s.rows, err = newRowFit(x, y, s.noise, lambda); err == nil {
		s.rank = len(s.rows.sigma)
	}
	return err
}

// setLeast notes how small a prediction may be. A penalty makes all of them smaller, the
// largest by tr B/(tr B+λ) at least.
func (s *ridgeSolver) setLeast(train predictors) {
	share := leastPrediction
	if s.lambda > 0 {
		total := linalg.Trace(train.moments.yy)
		share *= total / (total + s.lambda)
	}
	s.least = share * share
}

// fit computes the coefficients for a training set.
func (s *ridgeSolver) fit(train predictors, lambda float64) error {
	if err := s.decompose(train, lambda); err != nil {
		return err
	}
	return s.coefficients(train.moments)
}

// coefficients writes W after decompose.
func (s *ridgeSolver) coefficients(m *foldMoments) error {
	switch {
	case s.normal:
		transpose(s.w, m.xy)
		s.factor.solve(s.w)
	case s.rows != nil:
		s.rows.coefficientsTo(s.w)
	default:
		return s.fitGram(m)
	}
	return nil
}

// explained writes what of the X of a training set least squares explains, which is
// Σx̂² and Σxx̂ of each feature: with B = D⁻¹RᵀRD⁻¹ the squares of the columns of
// R⁻ᵀD·YᵀX, which take half the solution of the normal equations and no product.
func (s *ridgeSolver) explained(m *foldMoments) fitted {
	f := newFitted(len(m.xx))
	copy(f.total, m.xx)
	transpose(s.w, m.xy)
	s.factor.whitenLeft(s.w)
	columnSquaresTo(f.predicted, s.w)
	copy(f.product, f.predicted)
	return f
}

// fitGram is fit for an ill-conditioned B when only moments are known.
func (s *ridgeSolver) fitGram(m *foldMoments) error {
	w := whitenGram(m.yy, int(m.n), s.noise.columns)
	if w == nil {
		return undefined("the predicting features are too nearly dependent to be told apart by their second moments")
	}
	_, s.rank = w.Dims()
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
	if q, r := w.Dims(); s.lambda == 0 && r < q && s.others {
		// Of all coefficients that fit equally, those of least norm lie in the span of
		// the rows within the rank, which is that of BW.
		var span, least mat.Dense
		span.Mul(m.yy, w)
		inside, _ := linalg.QR(&span)
		least.Mul(inside, linalg.CrossGram(inside, s.w))
		s.w.Copy(&least)
	}
	return nil
}

// apply replaces M by S·M.
func (s *ridgeSolver) apply(m *mat.Dense) { s.factor.solve(m) }
