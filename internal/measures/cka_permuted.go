package measures

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Permuted implements Permutable: a sum over pairs of samples of fixed kernel matrices,
// or, for linear kernels of few features or very many samples, ‖C‖² of fixed samples.
func (m cka) Permuted(ctx context.Context, p *Pair, o Orders) ([]float64, bool, error) {
	if p.segments != nil {
		return nil, false, nil
	}
	if err := p.check(m.card); err != nil {
		return nil, false, err
	}
	if m.kernel.kind == kernelLinear && p.momentsAreFewer() && m.momentsSuffice(p.X) && m.momentsSuffice(p.Y) {
		scores, err := m.permutedMoments(ctx, p, o)
		return o.refined(ctx, p, m, scores, err, nearlyAligned(m.as))
	}
	if p.X.tiled() {
		return nil, false, nil
	}
	b, err := m.bilinear(p)
	if err != nil {
		return nil, false, err
	}
	scores, err := b.permuted(ctx, o)
	return o.refined(ctx, p, m, scores, err, nearlyAligned(m.as))
}

// momentsAreFewer reports whether the moments of a pairing take fewer multiplications
// than the pairs of samples, or these are too many to keep.
func (p *Pair) momentsAreFewer() bool {
	return p.X.tiled() || p.X.compactWidth()*p.Y.compactWidth() < p.Samples()
}

// momentsSuffice reports whether the estimate h(X,X) of a system has its digits as a
// difference of moments.
func (m cka) momentsSuffice(s *System) bool {
	d, square := s.rowNorms(), s.gramSquares()
	t1, t2 := m.weights(s.n)
	return m.estimator == biased || !cancels(square+m.correction(d, d), square, t1, t2, d)
}

// permutedMoments scores pairings by their cross moments.
func (m cka) permutedMoments(ctx context.Context, p *Pair, o Orders) ([]float64, error) {
	dx, dy := p.X.rowNorms(), p.Y.rowNorms()
	cosine, err := cosineOf(1, p.X.gramSquares()+m.correction(dx, dx), p.Y.gramSquares()+m.correction(dy, dy), m.estimator)
	if err != nil {
		return nil, err
	}
	b := bilinear{factor: cosine, form: formOf(m.as)}
	x, y := p.X.compact(), p.Y.compact()
	return o.Each(ctx, func(order []int) (float64, error) {
		c := linalg.CrossGram(x, rowsOf(y, order))
		moved := make([]float64, len(order))
		for i, j := range order {
			moved[i] = dy[j]
		}
		return b.value(linalg.Dot(c, c) + m.correction(dx, moved)), nil
	})
}

type ckaBilinearKey struct {
	kernel
	estimator string
}

// bilinear returns the kernel matrices, centred for the estimator.
func (m cka) bilinear(p *Pair) (bilinear, error) {
	b := bilinear{diagonal: m.estimator == biased, form: formOf(m.as)}
	var err error
	if b.x, err = m.kernelMatrix(p.X); err != nil {
		return b, err
	}
	if b.y, err = m.kernelMatrix(p.Y); err != nil {
		return b, err
	}
	b.factor, err = shared(&p.memo, ckaBilinearKey{m.kernel, m.estimator}, func() (float64, error) {
		return cosineOf(1, linalg.Dot(b.x, b.x), linalg.Dot(b.y, b.y), m.estimator)
	})
	return b, err
}

// kernelMatrix returns the kernel matrix of a system, centred for the estimator.
func (m cka) kernelMatrix(s *System) (*mat.Dense, error) {
	if m.kernel.kind != kernelLinear || m.estimator != biased {
		return m.kernel.matrix(s, m.estimator)
	}
	return s.outer(), nil
}

// kernelNull returns the mean over pairings of the samples, or of whole units, where the
// kernel matrices are formed.
func (m cka) kernelNull(p *Pair, units *Units) (float64, bool, error) {
	if p.segments != nil || p.X.tiled() {
		return 0, false, nil
	}
	if err := p.check(m.card); err != nil {
		return 0, false, err
	}
	b, err := m.bilinear(p)
	if err != nil {
		return math.NaN(), false, err
	}
	var rows [][]int
	if units != nil {
		rows = units.Rows
	}
	mean, ok := b.nullMean(rows)
	return mean, ok, nil
}
