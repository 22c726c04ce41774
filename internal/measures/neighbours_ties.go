package measures

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"simtool/internal/linalg"
)

// settleTies replaces the last of the nearest samples, and all that are equally near
// but for rounding, by those of them that have the lowest indices. allow is of minus
// the similarity, which ascends like a distance. It returns the variance of the number of
// neighbours that a random choice among them would share with others, of which half are
// among them.
func settleTies(best []candidate, similarity []float64, self int, allow linalg.Allowance) (chance float64) {
	k := len(best)
	last := -best[k-1].similarity
	var near []candidate
	for j, v := range similarity {
		if j != self && mayTie(-v, last, allow) {
			near = append(near, candidate{-v, int32(j)})
		}
	}
	if len(near) <= 1 {
		return 0
	}
	slices.SortFunc(near, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.similarity, b.similarity), cmp.Compare(a.index, b.index))
	})
	values := make([]float64, len(near))
	for i, c := range near {
		values[i] = c.similarity
	}
	lo, hi := linalg.TieAround(values, slices.Index(values, last), allow)
	tie := near[lo:hi]
	slices.SortFunc(tie, func(a, b candidate) int { return cmp.Compare(a.index, b.index) })
	from := 0
	for from < k && -best[from].similarity < values[lo] {
		from++
	}
	for i := from; i < k; i++ {
		c := tie[i-from]
		best[i] = candidate{-c.similarity, c.index}
	}
	all, chosen := float64(len(tie)), float64(k-from)
	if all == chosen {
		return 0
	}
	return chosen * (all - chosen) / (all - 1) / 4
}

// choiceOfNeighbours warns where the share of neighbours in common depends on which of
// equally near samples are the nearest, and where that of their places in order does if
// ordered is set.
func (h neighbourhood) choiceOfNeighbours(p *Pair, ordered bool) ([]string, error) {
	var list []string
	for _, s := range []*System{p.X, p.Y} {
		nb, err := s.neighbours(h)
		if err != nil {
			return nil, err
		}
		chance := nb.chance
		if ordered {
			chance += float64(nb.tied) / 4
		}
		doubt := math.Sqrt(chance) / float64(s.n*h.k)
		if doubt > mattersOfOrder {
			list = append(list, fmt.Sprintf("%s: %d of %d samples have several neighbours that are equally near but for rounding, of which the first in the file come first: in another order of the samples the value would differ by about %.1g. Compare whole dissimilarities, by rsa", s.label(), nb.undecided(ordered), s.n, doubt))
		}
	}
	return list, nil
}

// byNearness sorts neighbours that are in the order of their index, the nearest first.
// Those that are equally near but for rounding stay in the order of their index; it
// returns the number of them.
func byNearness(best []candidate, allow linalg.Allowance) (tied int) {
	slices.SortStableFunc(best, func(a, b candidate) int { return cmp.Compare(b.similarity, a.similarity) })
	var values []float64
	for at := 1; at < len(best); at++ {
		if !mayTie(-best[at].similarity, -best[at-1].similarity, allow) {
			continue
		}
		if values == nil {
			for _, c := range best {
				values = append(values, -c.similarity)
			}
		}
		_, end := linalg.TieAround(values, at-1, allow)
		if end > at {
			tied += end - at + 1
		}
		slices.SortFunc(best[at-1:end], func(a, b candidate) int { return cmp.Compare(a.index, b.index) })
		at = max(at, end)
	}
	return tied
}

// mayTie reports whether a value is so near to the last that neighbours between them may
// make one tie. The allowance is that of the larger: there is none at 0.
func mayTie(v, last float64, allow linalg.Allowance) bool {
	const window = 8
	gap := math.Abs(v - last)
	return gap == 0 || finite(gap) && gap <= window*allow(max(v, last))
}

// similarityAllowance returns for each sample the difference up to which two of its
// similarities with others are equal. The rounding of the data changes directions by its
// share in the two samples, and inner products by its product with the other sample;
// that of the computation adds to it.
func (s *System) similarityAllowance(h neighbourhood) func(i int) linalg.Allowance {
	if h.metric == metricEuclidean {
		allow := squaredAllowance(s, s.doubt())
		return func(int) linalg.Allowance {
			return func(b float64) float64 { return allow(max(0, b)) }
		}
	}
	if h.metric == metricCosine {
		means := make([]float64, s.p)
		if h.centre {
			means = s.centredPanels().Means()
		}
		doubts := s.directionDoubts(false, func(row []float64) { addScaled(row, -1, means) })
		typical := slices.Sorted(slices.Values(doubts))[s.n/2]
		computed := operations(s.p) * epsilon
		return func(i int) linalg.Allowance {
			doubt := s.precisionOfTies().TieMargin()*max(doubts[i], typical) + computed
			const farthest = 2 // of rows of norm √½ from their mean, squared
			return keyAllowance(allowanceOfSquares(s.p, doubt, farthest), doubt, s.p)
		}
	}
	z := s.directionOrigin(h)
	norms := make([]float64, s.n)
	for i := range norms {
		norms[i] = math.Sqrt(dot(z.RawRowView(i), z.RawRowView(i)))
	}
	sorted := slices.Sorted(slices.Values(norms))
	typical, longest := sorted[s.n/2], sorted[s.n-1]
	doubt, computed := s.doubt(), operations(s.p)*epsilon
	return func(i int) linalg.Allowance {
		constant := doubt*(norms[i]+typical) + computed*norms[i]*longest
		return func(float64) float64 { return constant }
	}
}
