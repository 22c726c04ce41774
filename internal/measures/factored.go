package measures

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// factored is a pair of matrices of the samples, one of each system, whose cross moments
// make a score: value(‖ZxᵀZy‖²). Whatever is fitted or whitened to get them is done once,
// for it does not depend on the pairing.
type factored struct {
	x, y  *mat.Dense // n×a and n×b
	value func(squares float64) float64
}

// permuted scores pairings, by their cross moments or by the n×n matrices ZxZxᵀ and ZyZyᵀ,
// whichever takes fewer multiplications.
func (f factored) permuted(ctx context.Context, o Orders) ([]float64, error) {
	n, a := f.x.Dims()
	_, b := f.y.Dims()
	if n > tiledAbove || a*b < n {
		return o.Each(ctx, func(order []int) (float64, error) {
			return f.value(sumSquares(linalg.CrossGram(f.x, rowsOf(f.y, order)))), nil
		})
	}
	return bilinear{x: linalg.OuterGram(f.x), y: linalg.OuterGram(f.y), diagonal: true, factor: 1, form: f.value}.permuted(ctx, o)
}

// permutedCross scores pairings by a function of the cross moments of matrices of the
// samples.
func permutedCross(ctx context.Context, x, y *mat.Dense, o Orders, score func(c *mat.Dense) (float64, error)) ([]float64, error) {
	return o.Each(ctx, func(order []int) (float64, error) {
		return score(linalg.CrossGram(x, rowsOf(y, order)))
	})
}

// permutable returns an error if a pair cannot be scored, and whether its samples are
// known.
func (p *Pair) permutable(card Card) (bool, error) {
	if p.segments != nil {
		return false, nil
	}
	err := p.check(card)
	return err == nil, err
}

// Permuted implements Permutable: only the cross moments change, and their nuclear norm.
func (m nbs) Permuted(ctx context.Context, p *Pair, o Orders) ([]float64, bool, error) {
	if ok, err := p.permutable(m.card); !ok {
		return nil, false, err
	}
	scores, err := p.permutedAlignment(ctx, o, func(a alignment) (float64, error) {
		s, err := report(m.as, a.cosine(), a.angle)
		return s.Value, err
	})
	return o.refined(ctx, p, m, scores, err, nearlyAligned(m.as))
}

// Permuted implements Permutable, as that of nbs, for rotations of all samples.
func (m procrustes) Permuted(ctx context.Context, p *Pair, o Orders) ([]float64, bool, error) {
	if m.cv > 0 {
		return nil, false, nil
	}
	if ok, err := p.permutable(m.card); !ok {
		return nil, false, err
	}
	near, total := nearlyAligned(m.as), (1-exactAngle)*(p.X.trace()+p.Y.trace())
	switch m.as {
	case asEuclidean:
		near = func(distance float64) bool { return distance*distance < total }
	case asProcrustesSquared:
		near = func(squared float64) bool { return squared < total }
	}
	scores, err := p.permutedAlignment(ctx, o, m.report)
	return o.refined(ctx, p, m, scores, err, near)
}

// permutedAlignment scores the alignments of pairings.
func (p *Pair) permutedAlignment(ctx context.Context, o Orders, score func(a alignment) (float64, error)) ([]float64, error) {
	xx, yy := p.X.trace(), p.Y.trace()
	return permutedCross(ctx, p.X.compact(), p.Y.compact(), o, func(c *mat.Dense) (float64, error) {
		a, err := align(nil, c, xx, yy, false)
		if err != nil {
			return 0, err
		}
		return score(a)
	})
}

// Permuted implements Permutable: the orthonormal bases are those of the systems.
func (m cca) Permuted(ctx context.Context, p *Pair, o Orders) ([]float64, bool, error) {
	if ok, err := p.permutable(m.card); !ok {
		return nil, false, err
	}
	x, err := p.X.basis()
	if err != nil {
		return nil, false, err
	}
	y, err := p.Y.basis()
	if err != nil {
		return nil, false, err
	}
	_, rx := x.Dims()
	_, ry := y.Dims()
	var scores []float64
	if m.squared && m.as == asScore {
		scores, err = factored{x, y, func(s float64) float64 { return min(1, s/float64(min(rx, ry))) }}.permuted(ctx, o)
		return scores, err == nil, err
	}
	scores, err = permutedCross(ctx, x, y, o, func(c *mat.Dense) (float64, error) {
		if m.as == asScore {
			return meanCorrelation(c, false)
		}
		a, err := align(nil, c, float64(rx), float64(ry), false)
		if err != nil {
			return 0, err
		}
		s, err := report(m.as, a.cosine(), a.angle)
		return s.Value, err
	})
	return o.refined(ctx, p, m, scores, err, nearlyAligned(m.as))
}

// Permuted implements Permutable: the smoothers are those of the systems.
func (m gulp) Permuted(ctx context.Context, p *Pair, o Orders) ([]float64, bool, error) {
	if ok, err := p.permutable(m.card); !ok {
		return nil, false, err
	}
	x, err := m.smoother(p.X)
	if err != nil {
		return nil, false, err
	}
	y, err := m.smoother(p.Y)
	if err != nil {
		return nil, false, err
	}
	scores, err := factored{x.root, y.root, func(s float64) float64 {
		delta := max(0, x.square+y.square-2*s)
		if !m.squared {
			delta = math.Sqrt(delta)
		}
		return delta
	}}.permuted(ctx, o)
	small := (1 - exactAngle) * (x.square + y.square)
	if !m.squared {
		small = math.Sqrt(small)
	}
	return o.refined(ctx, p, m, scores, err, func(delta float64) bool { return delta < small })
}

// Permuted implements Permutable: the bases are those of the systems.
func (m eigenspaceOverlap) Permuted(ctx context.Context, p *Pair, o Orders) ([]float64, bool, error) {
	if ok, err := p.permutable(m.card); !ok {
		return nil, false, err
	}
	x, err := m.space(p.X)
	if err != nil {
		return nil, false, err
	}
	y, err := m.space(p.Y)
	if err != nil {
		return nil, false, err
	}
	width := float64(max(p.X.Width(), p.Y.Width()))
	if x.IsEmpty() || y.IsEmpty() {
		return nil, false, nil
	}
	scores, err := factored{x, y, func(s float64) float64 { return min(1, s/width) }}.permuted(ctx, o)
	return scores, err == nil, err
}

// Permuted implements Permutable: only ‖C‖² changes.
func (m ensd) Permuted(ctx context.Context, p *Pair, o Orders) ([]float64, bool, error) {
	if ok, err := p.permutable(m.card); !ok {
		return nil, false, err
	}
	scale := p.X.trace() / p.X.gramSquares() * (p.Y.trace() / p.Y.gramSquares())
	scores, err := factored{p.X.compact(), p.Y.compact(), func(s float64) float64 { return scale * s }}.permuted(ctx, o)
	return scores, err == nil, err
}
