package measures

import (
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// matrixVectors returns the vectors of symmetric n×n matrices whose inner product is
// wanted; matrix forms that of a system, and tell has the inner products.
func matrixVectors(key any, n int, matrix func(s *System) (*mat.Dense, error), tell func(p *Pair, xy, xx, yy float64)) *Vectors {
	_, bounds, _ := blockOrder(BlockUnits(n, min(n, scoreBlocks)))
	v := &Vectors{Key: key}
	v.Spans, v.Length = plain(blockSpans(bounds)...)
	count := len(bounds) - 1
	v.Form = func(s *System, to []float64) error {
		m, err := matrix(s)
		if err == nil {
			copyBlocks(m, bounds, to)
		}
		return err
	}
	v.Tell = func(p *Pair, xy, xx, yy []float64) {
		tell(p, symmetricTotal(xy, count), symmetricTotal(xx, count), symmetricTotal(yy, count))
	}
	return v
}

// copyBlocks copies the blocks (g,h), h ≤ g, of a matrix.
func copyBlocks(m *mat.Dense, bounds []int, to []float64) {
	at := 0
	for g := range len(bounds) - 1 {
		for h := range g + 1 {
			for i := bounds[g]; i < bounds[g+1]; i++ {
				at += copy(to[at:], m.RawRowView(i)[bounds[h]:bounds[h+1]])
			}
		}
	}
}

// products3 are the inner products of two matrices and of each with itself.
type products3 struct{ xy, xx, yy float64 }

// kernelVectors returns the vectors of kernels that are not linear.
func (m cka) kernelVectors(d Dims) (*Vectors, bool) {
	if d.tiled() {
		return nil, false
	}
	key := kernelKey{m.kernel, m.estimator}
	return matrixVectors(key, int(d.N),
		func(s *System) (*mat.Dense, error) {
			if err := s.enough(m.card.MinSamples); err != nil {
				return nil, err
			}
			return m.kernel.matrix(s.scratch(), m.estimator)
		},
		func(p *Pair, xy, xx, yy float64) { p.tell(key, products3{xy, xx, yy}) }), true
}

// Vectors implements InnerProduct.
func (m distanceCorrelation) Vectors(d Dims, _ *Units) (*Vectors, bool) {
	if d.tiled() {
		return nil, false
	}
	key := centredDistancesKey{m.estimator}
	return matrixVectors(key, int(d.N),
		func(s *System) (*mat.Dense, error) {
			if err := s.enough(m.card.MinSamples); err != nil {
				return nil, err
			}
			return centredDistances(s.scratch(), m.estimator)
		},
		func(p *Pair, xy, xx, yy float64) { p.tell(key, products3{xy, xx, yy}) }), true
}

type centredDistancesKey struct{ estimator string }

// projectorKey names the projectors QQᵀ on the spaces of systems.
type projectorKey struct{ centred bool }

type projectorRankKey struct{ centred bool }

// projectorVectors returns the vectors of projectors QQᵀ, whose inner product is
// ‖Q_XᵀQ_Y‖².
func projectorVectors(n int, centred bool) *Vectors {
	key := projectorKey{centred}
	return matrixVectors(key, n,
		func(s *System) (*mat.Dense, error) {
			if err := s.varies(); err != nil {
				return nil, err
			}
			q, err := s.spanOf(centred)
			if err != nil {
				return nil, err
			}
			return linalg.OuterGram(q), nil
		},
		func(p *Pair, xy, _, _ float64) { p.tell(key, xy) })
}

// spanOf returns an orthonormal basis of the features of a system, centred or not, that is
// not kept, and keeps its dimension.
func (s *System) spanOf(centred bool) (q *mat.Dense, err error) {
	if own := s.scratch(); centred {
		q, err = own.basis()
	} else {
		q, err = own.rawBasis()
	}
	if err != nil {
		return nil, err
	}
	seed(&s.memo, projectorRankKey{centred}, q.RawMatrix().Cols)
	return q, nil
}

// toldOverlap returns ‖Q_XᵀQ_Y‖² and the dimensions of both spaces where the projectors of
// the pair are known.
func (p *Pair) toldOverlap(centred bool) (overlap float64, rx, ry int, ok bool) {
	overlap, ok = toldOf[float64](p, projectorKey{centred})
	if !ok {
		return 0, 0, 0, false
	}
	rank := func(s *System) int {
		return always(&s.memo, projectorRankKey{centred}, func() int { return 0 }) // seeded by spanOf
	}
	return overlap, rank(p.X), rank(p.Y), true
}

// Vectors implements InnerProduct for the mean of squared correlations.
func (m cca) Vectors(d Dims, _ *Units) (*Vectors, bool) {
	if m.as != asScore || !m.squared || !kernelsPay(d) {
		return nil, false
	}
	return projectorVectors(int(d.N), true), true
}

// Vectors implements InnerProduct.
func (m eigenspaceOverlap) Vectors(d Dims, _ *Units) (*Vectors, bool) {
	return projectorVectors(int(d.N), m.centred), kernelsPay(d)
}

// Vectors implements InnerProduct for R² of X from Y on the samples of the fit,
// ⟨Kx,Py⟩/tr Kx with the projector Py on the space of Y. A vector holds the blocks of both
// matrices of a system.
func (m linreg) Vectors(d Dims, _ *Units) (*Vectors, bool) {
	if _, ok := m.Scale(); !ok || !kernelsPay(d) {
		return nil, false
	}
	n := int(d.N)
	_, bounds, _ := blockOrder(BlockUnits(n, min(n, scoreBlocks)))
	lengths := blockSpans(bounds)
	halves, half := plain(lengths...)
	v := &Vectors{Key: explainedKey{}, Length: 2 * half}
	for _, s := range halves {
		v.Spans = append(v.Spans, Span{s.X, half + s.X, s.N})
	}
	for _, s := range halves {
		v.Spans = append(v.Spans, Span{half + s.X, s.X, s.N})
	}
	v.Form = func(s *System, to []float64) error {
		if err := s.varies(); err != nil {
			return err
		}
		q, err := s.spanOf(true)
		if err != nil {
			return err
		}
		formBlocks(s.centredPanels().Dense(), bounds, to[:half], nil)
		formBlocks(q, bounds, to[half:], nil)
		return nil
	}
	v.Tell = func(p *Pair, xy, _, _ []float64) {
		p.tell(explainedKey{}, symmetricTotal(xy[:len(lengths)], len(bounds)-1))
	}
	return v, true
}

type explainedKey struct{}
