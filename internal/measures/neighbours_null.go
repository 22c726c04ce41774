package measures

import (
	"context"
	"math"
)

// NullMean implements NullMean. Over all pairings of the samples the k neighbours of a
// sample in X are any k of the n−1 others in Y, so that the number that both share is
// hypergeometric, k²/(n−1) on average. Over pairings of whole units the mean is known for
// a value that is proportional to it; see bilinear.nullMean.
func (m knn) NullMean(p *Pair, units *Units) (float64, bool, error) {
	if p.segments != nil {
		return 0, false, nil
	}
	if err := p.check(m.card); err != nil {
		return 0, false, err
	}
	n, k := p.Samples(), m.near.k
	if units != nil {
		if !m.cosine {
			return 0, false, nil
		}
		return p.sharedByUnits(m.near, units)
	}
	mean := 0.0
	for shared := range k + 1 {
		mean += chanceToShare(n, k, shared) * m.value(shared, k)
	}
	return mean, true, nil
}

// chanceToShare returns the probability that two lists of k of n−1 samples have a number
// of samples in common.
func chanceToShare(n, k, shared int) float64 {
	if shared < 2*k-n+1 {
		return 0
	}
	return math.Exp(logChoose(k, shared) + logChoose(n-1-k, k-shared) - logChoose(n-1, k))
}

// logChoose returns the logarithm of the binomial coefficient.
func logChoose(n, k int) float64 {
	gamma := func(v int) float64 {
		g, _ := math.Lgamma(float64(v + 1))
		return g
	}
	return gamma(n) - gamma(k) - gamma(n-k)
}

// sharedByUnits returns the mean share of neighbours over pairings of whole units.
func (p *Pair) sharedByUnits(h neighbourhood, u *Units) (float64, bool, error) {
	count, each, ok := u.wholeUnits()
	if !ok || count < 2 {
		return 0, false, nil
	}
	unit, place := unitOf(u.Rows, u.n), make([]int, u.n)
	for _, rows := range u.Rows {
		for t, i := range rows {
			place[i] = t
		}
	}
	blocks := func(s *System) (within, between []float64, err error) {
		nb, err := s.neighbours(h)
		if err != nil {
			return nil, nil, err
		}
		within, between = make([]float64, each*each), make([]float64, each*each)
		for i := range u.n {
			index, _ := nb.of(i)
			for _, j := range index {
				to := between
				if unit[i] == unit[j] {
					to = within
				}
				to[place[i]*each+place[j]]++
			}
		}
		return within, between, nil
	}
	wx, bx, err := blocks(p.X)
	if err != nil {
		return 0, false, err
	}
	wy, by, err := blocks(p.Y)
	if err != nil {
		return 0, false, err
	}
	c := float64(count)
	return (dot(wx, wy)/c + dot(bx, by)/(c*(c-1))) / float64(u.n*h.k), true, nil
}

// common finds for each sample its neighbours in X that are its neighbours in Y in some
// order of the samples of Y: mark prepares sample i, and at says where among the
// neighbours in Y sample j is, negative if it is not one.
type common struct {
	y     neighbours
	order []int
	seen  []int32 // the last sample for which another was a neighbour, from 1
	place []int32
}

func newCommon(y neighbours, order []int) *common {
	return &common{y, order, make([]int32, len(order)), make([]int32, len(order))}
}

func (c *common) mark(i int) {
	index, _ := c.y.of(c.order[i])
	for at, j := range index {
		c.seen[j], c.place[j] = int32(i+1), int32(at)
	}
}

func (c *common) at(i int, j int32) int {
	if k := c.order[j]; c.seen[k] == int32(i+1) {
		return int(c.place[k])
	}
	return -1
}

// Permuted implements Permutable: neighbours are found once.
func (m knn) Permuted(ctx context.Context, p *Pair, o Orders) ([]float64, bool, error) {
	x, y, err := m.near.both(p, m.card)
	if err != nil {
		return nil, false, err
	}
	n := p.Samples()
	scores, err := o.Each(ctx, func(order []int) (float64, error) {
		c := newCommon(y, order)
		total := 0.0
		for i := range n {
			c.mark(i)
			index, _ := x.of(i)
			shared := 0
			for _, j := range index {
				if c.at(i, j) >= 0 {
					shared++
				}
			}
			total += m.value(shared, m.near.k)
		}
		return total / float64(n), nil
	})
	return scores, err == nil, err
}

// both returns the neighbours in both systems.
func (h neighbourhood) both(p *Pair, card Card) (x, y neighbours, err error) {
	if err = p.check(card); err != nil {
		return x, y, err
	}
	if x, err = p.X.neighbours(h); err != nil {
		return x, y, err
	}
	y, err = p.Y.neighbours(h)
	return x, y, err
}

// Permuted implements Permutable: neighbours are found once, and the estimates of each
// system by itself do not change.
func (m cknna) Permuted(ctx context.Context, p *Pair, o Orders) ([]float64, bool, error) {
	x, y, err := m.near.both(p, m.card)
	if err != nil {
		return nil, false, err
	}
	xx, yy := hsicOf(intersect(x, x)), hsicOf(intersect(y, y))
	unit, err := cosineOf(1, xx, yy, debiased)
	if err != nil {
		return nil, false, err
	}
	n := p.Samples()
	scores, err := o.Each(ctx, func(order []int) (float64, error) {
		c := newCommon(y, order)
		masked := maskedKernels{start: make([]int, 1, n+1)}
		for i := range n {
			c.mark(i)
			index, nearest := x.of(i)
			_, other := y.of(order[i])
			for k, j := range index {
				if at := c.at(i, j); at >= 0 {
					masked.index = append(masked.index, j)
					masked.k = append(masked.k, nearest[k])
					masked.l = append(masked.l, other[at])
				}
			}
			masked.start = append(masked.start, len(masked.index))
		}
		return unit * hsicOf(masked), nil
	})
	return scores, err == nil, err
}
