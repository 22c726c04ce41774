package measures

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// Pair is two systems that responded to the same samples: X the reference and
// Y what is compared with it. It computes what depends on both once, and is
// safe for concurrent use.
type Pair struct {
	memo
	X, Y *System
}

// NewPair joins two systems. It fails when they differ in the number of
// samples.
func NewPair(x, y *System) (*Pair, error) {
	if n, m := x.Samples(), y.Samples(); n != m {
		return nil, &data.InputError{
			Path:   y.name,
			Found:  fmt.Sprintf("%d samples", m),
			Wanted: fmt.Sprintf("but %s has %d", x.label(), n),
			Hint:   "rows are samples: both files must hold the same stimuli in the same order",
		}
	}
	return &Pair{X: x, Y: y}, nil
}

// Samples returns n.
func (p *Pair) Samples() int { return p.X.Samples() }

// Swap returns the pair with the systems exchanged. What depends on one system
// stays computed; what depends on both is computed anew.
func (p *Pair) Swap() *Pair { return &Pair{X: p.Y, Y: p.X} }

// check returns an UndefinedError unless the pair has at least n samples and
// both systems vary.
func (p *Pair) check(n int) error {
	if err := p.X.enough(n); err != nil {
		return err
	}
	return p.Y.varies()
}

type (
	crossKey     struct{}
	identicalKey struct{}
	polarKey     struct{}
)

// cross returns C = ZxᵀZy of the compact matrices: XcᵀYc when both systems
// have no more features than samples.
func (p *Pair) cross() *mat.Dense {
	return always(&p.memo, crossKey{}, func() *mat.Dense {
		return linalg.CrossGram(p.X.compact(), p.Y.compact())
	})
}

// identical reports whether the centred data are the same to the bit. Angles
// are then exactly 0, whatever way they would have been computed.
func (p *Pair) identical() bool {
	return always(&p.memo, identicalKey{}, func() bool {
		if p.X == p.Y {
			return true
		}
		if p.X.Width() != p.Y.Width() {
			return false
		}
		return slices.Equal(p.X.centred().RawMatrix().Data, p.Y.centred().RawMatrix().Data)
	})
}

// alignment returns how X is best rotated to Y.
func (p *Pair) alignment() (alignment, error) {
	return shared(&p.memo, polarKey{}, func() (alignment, error) {
		return align(p.X.compact(), p.Y.compact(), p.cross(), p.X.trace(), p.Y.trace(), p.identical())
	})
}
