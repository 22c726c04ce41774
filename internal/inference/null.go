package inference

import (
	"context"
	"fmt"
	"math"

	"simtool/internal/measures"
)

// nullDraws is the number of random pairings whose mean stands for the expected value
// where that is not known exactly.
const nullDraws = 20

// Null holds the scores of pairings at random.
type Null struct {
	// Value is the score of the pairing that is there, of the data that are tested.
	Value  float64
	Scores []float64
	All    bool // Scores are those of all pairings, Value among them
}

// Expected returns what stands beside a score as null and calibrated: the expected score
// of random pairings, and where the value lies between it and that of identical systems.
// They are NaN where the measure has none or, but with Full, where they cost more than
// three scores.
func Expected(ctx context.Context, p *measures.Pair, m measures.Measure, value float64, d Design, o Options) (null, calibrated float64, err error) {
	a := blank()
	w := worker{ctx: ctx, pair: p, measure: m, card: m.Card(), value: value, design: d, options: o, out: &a}
	err = w.null()
	return a.Null, a.Calibrated, err
}

// nullScores returns the scores of pairings of a pair, as many at a time as fit in some
// bytes beside the score, 0 for no limit.
func nullScores(ctx context.Context, p *measures.Pair, m measures.Measure, value float64, r *Pairings, bytes int64) (*Null, error) {
	o := r.Orders()
	if bytes > 0 {
		together, each := measures.PairingBytes(m, p.Dims())
		if together+each > bytes {
			return nil, fmt.Errorf("random pairings take about %d MB of memory beside the score, of which %d are left: give more with --max-memory", (together+each)>>20, bytes>>20)
		}
		o.Workers = int(min((bytes-together)/each, int64(r.Count)))
	}
	scores, err := permuted(ctx, p, m, o)
	return &Null{Value: value, Scores: scores, All: r.All}, err
}

// permuted returns the scores of X and the samples of Y in some orders.
func permuted(ctx context.Context, p *measures.Pair, m measures.Measure, o measures.Orders) ([]float64, error) {
	if fast, ok := measures.As[measures.Permutable](m); ok {
		scores, ok, err := fast.Permuted(ctx, p, o)
		if ok || err != nil {
			return scores, err
		}
	}
	return o.Each(ctx, func(order []int) (float64, error) {
		q, err := p.Reordered(order)
		if err != nil {
			return 0, err
		}
		s, err := m.Score(q)
		return s.Value, err
	})
}

// PValue returns the share of random pairings that score as close as the pairing that
// is there, or closer: (1 + #)/(1 + draws), or #/all where all pairings are known, the
// one that is there among them. Values within 1e-12 of each other are ties. See Phipson
// and Smyth 2010.
func (n *Null) PValue(higherIsCloser bool) float64 {
	count := 0
	slack := 1e-12 * max(1, math.Abs(n.Value))
	for _, v := range n.Scores {
		if higherIsCloser && v >= n.Value-slack || !higherIsCloser && v <= n.Value+slack {
			count++
		}
	}
	if n.All {
		return float64(max(1, count)) / float64(len(n.Scores))
	}
	return float64(1+count) / float64(1+len(n.Scores))
}

// calibrated returns (value − null)/(best − null), NaN where best is null.
func calibrated(value, null, best float64) float64 {
	if math.IsInf(best, 0) || math.Abs(best-null) <= 1e-12*max(1, math.Abs(best)) {
		return unknown()
	}
	return (value - null) / (best - null)
}
