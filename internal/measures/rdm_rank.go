package measures

import (
	"math"
	"slices"

	"simtool/internal/linalg"
)

// order ranks the dissimilarities. Small RDMs, their rankings and the order of the
// dissimilarities are kept and shared. For a large RDM only the ranking is kept: 4 bytes
// a pair of samples, and 4 for the order if keepOrder is set. The dissimilarities need 8
// bytes in memory that the systems use one after the other, and ranking needs some 6
// bytes of work space. With the ranks of the other system this is at most 22 bytes a
// pair, less than three triangles of numbers, and 34 with an order for the merge sort.
func (d dissimilarity) order(s *System, keepOrder bool) (*linalg.Ranking, error) {
	if d.kind == rdmEuclidean || d.kind == rdmGaussian {
		// Both grow with the squared distance and have its ranks, which the
		// Gaussian would lose where it saturates.
		d = dissimilarity{kind: rdmSqEuclidean}
	}
	large := d.items(s) > tiledAbove
	return shared(&s.memo, orderKey{d, keepOrder || !large}, func() (*linalg.Ranking, error) {
		if choose2(d.items(s)) > math.MaxInt32 {
			return nil, undefined("%d samples have too many pairs to rank", d.items(s))
		}
		var values []float64
		if large {
			b, err := d.bands(s)
			if err != nil {
				return nil, err
			}
			memory := triangles.Get().(*[]float64)
			defer triangles.Put(memory)
			*memory = b.triangle(*memory)
			values = *memory
		} else {
			var err error
			if values, err = d.condensed(s); err != nil {
				return nil, err
			}
		}
		largest := largestMagnitude(values)
		if !finite(largest) {
			return nil, overflowing(s)
		}
		allow, err := d.allowance(s, largest)
		if err != nil {
			return nil, err
		}
		if d.cosine() {
			z, err := d.embedded(s)
			if err != nil {
				return nil, err
			}
			values = orderKeys(values, z.raw, large)
		}
		r := linalg.NewRanking(values, allow, keepOrder || !large)
		if r.Ties == choose2(len(values)) {
			return nil, sameDissimilarity(s)
		}
		return r, nil
	})
}

// scanned is the number of values that one goroutine goes through at a time.
const scanned = 1 << 16

// largestMagnitude returns the largest magnitude of values, NaN if one is NaN.
func largestMagnitude(values []float64) float64 {
	parts := make([]float64, (len(values)+scanned-1)/scanned)
	linalg.Parallel(len(values), scanned, func(lo, hi int) {
		parts[lo/scanned] = linalg.LargestMagnitude(values[lo:hi])
	})
	return linalg.LargestMagnitude(parts)
}

type orderKey struct {
	dissimilarity
	order bool
}

// choose2 returns n(n−1)/2, exactly up to n = 10⁸.
func choose2(n int) float64 { return float64(n) * float64(n-1) / 2 }

// spearman returns the Pearson correlation of the ranks.
func spearman(x, y *linalg.Ranking) float64 {
	return normalised(rankProducts(x, y))
}

// rhoA returns the expectation of Spearman's correlation over random breaking
// of the ties: 12·Σ(r−r̄)(s−s̄)/(N³−N).
func rhoA(x, y *linalg.Ranking) float64 {
	n := float64(len(x.Twice))
	xy, _, _ := rankProducts(x, y)
	return clip(12 * xy / (n * (n*n - 1)))
}

// rankProducts returns Σ(r−r̄)(s−s̄), Σ(r−r̄)² and Σ(s−s̄)² of two rankings.
func rankProducts(x, y *linalg.Ranking) (xy, xx, yy float64) {
	mean := float64(len(x.Twice) + 1) // twice the mean of 1 to N
	parts := make([][3]float64, (len(x.Twice)+scanned-1)/scanned)
	linalg.Parallel(len(x.Twice), scanned, func(lo, hi int) {
		var xy, xx, yy float64
		others := y.Twice[lo:hi]
		for i, r := range x.Twice[lo:hi] {
			dx, dy := float64(r)-mean, float64(others[i])-mean
			xy += dx * dy
			xx += dx * dx
			yy += dy * dy
		}
		parts[lo/scanned] = [3]float64{xy, xx, yy}
	})
	for _, p := range parts {
		xy, xx, yy = xy+p[0], xx+p[1], yy+p[2]
	}
	return xy / 4, xx / 4, yy / 4
}

// kendall returns Kendall's τ: the number of concordant pairs minus that of discordant
// pairs, divided by the number of all pairs (τ-a), or by the geometric mean of the
// numbers of pairs that are not tied in x and in y (τ-b). It counts by Knight's method:
// in the order of x, discordant pairs are the inversions of y, which a merge sort counts
// in O(N log N).
//
// Knight, W. R. (1966). A computer method for calculating Kendall's tau with
// ungrouped data. Journal of the American Statistical Association 61, 436-439.
func kendall(x, y *linalg.Ranking, correctTies bool) float64 {
	n := len(x.Order)
	seq := make([]uint32, n)
	for at, i := range x.Order {
		seq[at] = y.Twice[i]
	}
	joint := 0.0
	for lo := 0; lo < n; {
		hi := lo + 1
		for hi < n && x.Twice[x.Order[hi]] == x.Twice[x.Order[lo]] {
			hi++
		}
		slices.Sort(seq[lo:hi]) // pairs that are tied in x are not inversions
		joint += tiedPairs(seq[lo:hi])
		lo = hi
	}
	all := choose2(n)
	untied := all - x.Ties - y.Ties + joint
	difference := untied - 2*inversions(seq)
	if !correctTies {
		return difference / all
	}
	return clip(difference / math.Sqrt(all-x.Ties) / math.Sqrt(all-y.Ties))
}

// tiedPairs counts the pairs of equal values in a sorted slice.
func tiedPairs(sorted []uint32) float64 {
	pairs, run := 0.0, 0
	for i := 1; i < len(sorted); i++ {
		run++
		if sorted[i] != sorted[i-1] {
			run = 0
		}
		pairs += float64(run)
	}
	return pairs
}

// inversions counts the pairs i < j with seq[i] > seq[j], and sorts seq.
func inversions(seq []uint32) float64 {
	count := 0.0
	from, to := seq, make([]uint32, len(seq))
	for width := 1; width < len(seq); width *= 2 {
		for lo := 0; lo < len(seq); lo += 2 * width {
			mid, hi := min(lo+width, len(seq)), min(lo+2*width, len(seq))
			count += merge(to[lo:hi], from[lo:mid], from[mid:hi])
		}
		from, to = to, from
	}
	copy(seq, from)
	return count
}

// merge merges two sorted runs and counts the pairs in which the element of the left run
// is larger.
func merge(dst, left, right []uint32) float64 {
	count := 0
	for k := range dst {
		if len(right) == 0 || len(left) > 0 && left[0] <= right[0] {
			dst[k], left = left[0], left[1:]
			continue
		}
		count += len(left)
		dst[k], right = right[0], right[1:]
	}
	return float64(count)
}

// needRanks returns the need of the rankings of the dissimilarities of both systems, with
// the order of X where all have one or ordered is set, and of a merge sort by it.
func (d dissimilarity) needRanks(of Dims, ordered bool) Need {
	if d.kind == rdmEuclidean || d.kind == rdmGaussian {
		d = dissimilarity{kind: rdmSqEuclidean}
	}
	pairs := of.pairs()
	sorting := linalg.RankingMemory(pairs, false)
	merging := int64(0)
	if ordered {
		merging = pairs // two sequences of ranks
	}
	if !of.tiled() {
		if d.cosine() {
			sorting += pairs // their order keys
		}
		return together(d.need(of), kept(orderKey{d, true}, 2*pairs), work(sorting+merging))
	}
	order := pairs // the ranks of both
	if ordered {
		order += pairs / 2
	}
	return together(d.needBanded(of), kept(orderKey{d, ordered}, order), work(pairs+sorting+d.needBanded(of).work), work(merging))
}
