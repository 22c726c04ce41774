package measures

import (
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// Pair holds two systems that responded to the same samples: the reference X, and Y,
// which is compared with it. It computes each quantity of both systems once, and is safe
// for concurrent use.
type Pair struct {
	memo
	X, Y     *System
	segments *Segments // set if only the moments of the pair are in memory
	again    Reread    // reads the samples again; nil where that is not possible
	hold     int64     // bytes that samples which are read again may take in memory
	told     told      // what is known of inner products of vectors
	// groups are samples that folds keep together; nil where each stands alone.
	groups [][]int
	given  *givenSplit // in place of folds; nil for none
}

// NewPair joins two systems. It fails when they differ in the number of
// samples.
func NewPair(x, y *System) (*Pair, error) {
	if n, m := x.Samples(), y.Samples(); n != m {
		return nil, data.Samples.Unequal(data.Extent{Path: y.name, Samples: m, Width: y.Width()}, data.Extent{Path: x.label(), Samples: n, Width: x.Width()})
	}
	return &Pair{X: x, Y: y}, nil
}

// Samples returns n.
func (p *Pair) Samples() int { return p.X.Samples() }

// Swap returns the pair with the systems exchanged. It keeps the quantities of each
// system; those of both are computed again.
func (p *Pair) Swap() *Pair {
	if p.segments != nil {
		out := newMomentPair(p.Y, p.X, p.segments.swap())
		out.again, out.hold = p.again.swap(), p.hold
		return out
	}
	return &Pair{X: p.Y, Y: p.X, groups: p.groups, given: p.given}
}

// Apart has a pair of a system with itself compute on a system of its own, which begins with
// what the system keeps already, and keeps the rest no longer than the pair: of many systems
// whose pairs with others need no more than inner products of vectors, no matrix stays. It
// does nothing for other pairs, and is to be called before anything is computed.
func (p *Pair) Apart() {
	if p.X != p.Y {
		return
	}
	own := p.X.scratch()
	own.twin = p.X.twin
	own.entries = p.X.all()
	p.X, p.Y = own, own
}

// Discard gives back the memory of large matrices of both systems, for pairs that follow.
// Neither the pair nor its systems may be used after it.
func (p *Pair) Discard() {
	for _, s := range []*System{p.X, p.Y} {
		if k, ok := known[*mat.Dense](&s.memo, outerKey{}); ok {
			linalg.GiveBack(k)
		}
		s.memo = memo{}
		if p.X == p.Y {
			return
		}
	}
}

// KeepTogether makes folds of whole groups of samples, such as the trials of a session. It
// is to be called before anything is computed. Of no more than one group it does nothing.
func (p *Pair) KeepTogether(groups [][]int) {
	if len(groups) > 1 {
		p.groups = groups
	}
}

// HoldOut gives a split in place of the folds of measures that hold samples out: these are
// fitted to the samples train and scored on the samples test, numbers in increasing order,
// in one fold. Other samples are not used (but for the median distance that the width of a
// kernel is a multiple of), nor are the groups of KeepTogether. It is to be
// called before anything is computed.
func (p *Pair) HoldOut(train, test []int) { p.given = &givenSplit{train, test} }

// givenSplit is a split of the samples that does not follow from a plan.
type givenSplit struct{ train, test []int }

// check returns an UndefinedError for a split that nothing can be fitted or scored by.
func (g *givenSplit) check(p *Pair) error {
	switch {
	case p.segments != nil:
		return undefined("a given split needs the samples themselves, but only second moments are known")
	case len(g.train) < 2:
		return undefined("%d training samples in the given split: want at least 2", len(g.train))
	case len(g.test) == 0:
		return undefined("no test samples in the given split")
	}
	return nil
}

// MomentsOnly reports whether only the moments of the samples are known.
func (p *Pair) MomentsOnly() bool { return p.segments != nil }

// check returns an UndefinedError unless the pair has the samples that a
// measure needs and both systems vary.
func (p *Pair) check(card Card) error {
	if err := p.checkSamples(card); err != nil {
		return err
	}
	if err := p.X.enough(card.MinSamples); err != nil {
		return err
	}
	return p.Y.varies()
}

// checkSamples returns an UndefinedError if a measure needs samples and only moments are
// known.
func (p *Pair) checkSamples(card Card) error {
	if p.segments != nil && !card.FromMoments {
		return undefined("%s needs the samples themselves, but only second moments are known", card.Name)
	}
	return nil
}

// checkFolds returns an UndefinedError if the pair cannot be split by a plan.
func (p *Pair) checkFolds(plan foldPlan) error {
	if p.given != nil {
		return p.given.check(p)
	}
	if p.segments != nil {
		return p.segments.checkFolds(plan.k)
	}
	if p.groups != nil {
		return plan.enough(len(p.groups), "groups")
	}
	return plan.check(p.X)
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
		if p.X.slim() && p.Y.slim() {
			return p.X.centredPanels().CrossGram(p.Y.centredPanels())
		}
		return linalg.CrossGram(p.X.compact(), p.Y.compact())
	})
}

// identical reports whether the centred data are the same to the bit. Angles are then
// exactly 0, without a computation.
func (p *Pair) identical() bool {
	return always(&p.memo, identicalKey{}, func() bool {
		if p.X == p.Y {
			return true
		}
		if p.segments != nil {
			return p.segments.Identical
		}
		return p.X.centredPanels().Equal(p.Y.centredPanels())
	})
}

// rows computes corresponding samples of two systems on demand. It is nil when only
// moments are known.
type rows func() (x, y *mat.Dense)

// existingRows returns rows that already exist.
func existingRows(x, y *mat.Dense) rows {
	return func() (*mat.Dense, *mat.Dense) { return x, y }
}

// compacts returns the compact matrices.
func (p *Pair) compacts() rows {
	if p.segments != nil {
		return nil
	}
	return func() (x, y *mat.Dense) { return p.X.compact(), p.Y.compact() }
}

// alignment returns the best rotation of X to Y.
func (p *Pair) alignment() (alignment, error) {
	return shared(&p.memo, polarKey{}, func() (alignment, error) {
		return align(p.compacts(), p.cross(), p.X.compactTrace(), p.Y.compactTrace(), p.identical())
	})
}
