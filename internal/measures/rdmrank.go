package measures

import (
	"math"
	"slices"

	"simtool/internal/linalg"
)

// roundoff is the relative difference of two distances that computing them can
// account for, with the normalisation of the samples before. It is far below
// the gaps of data in general position: of 10⁸ random distances few are this
// close, and half a rank of those changes nothing.
const roundoff = 0x1p-44

// ordering is what rank correlations need to know of a vector of N values.
type ordering struct {
	ranks []float64 // from 1 to N, ties share the average of theirs
	order []int32   // indices in ascending order of value
	ties  float64   // pairs of tied values
}

// order returns the ordering of the dissimilarities.
func (d dissimilarity) order(s *System) (*ordering, error) {
	if d.kind == rdmEuclidean || d.kind == rdmGaussian {
		// Both grow with the squared distance and have its ranks, which the
		// Gaussian would lose where it saturates.
		d = dissimilarity{kind: rdmSqEuclidean}
	}
	return shared(&s.memo, orderKey{d}, func() (*ordering, error) {
		values, err := d.condensed(s)
		if err != nil {
			return nil, err
		}
		if len(values) > math.MaxInt32 {
			return nil, undefined("%d samples have too many pairs to rank", d.items(s))
		}
		order := linalg.Argsort(values)
		o := newOrdering(values, order, d.tied(values[order[len(order)/2]]))
		if o.constant() {
			return nil, sameDissimilarity(s)
		}
		return o, nil
	})
}

type orderKey struct{ dissimilarity }

// tied returns the function that says whether neighbours a ≤ b in the ordering
// are the same dissimilarity.
//
// Distances between the data as they are tie when they are equal to the bit;
// linalg.SqDistances sees to it that they are where the data are integers or
// repeat. The other kinds transform the samples first, which rounds, so that
// dissimilarities that are equal in exact arithmetic (of multiples of a sample,
// of permuted patterns) differ in their last bits, and their order would be
// noise. There the roots tie within roundoff of themselves or of the median,
// whichever is larger.
func (d dissimilarity) tied(median float64) func(a, b float64) bool {
	if !d.embeds() || d.kind == rdmSqEuclidean {
		return func(a, b float64) bool { return a == b }
	}
	typical := math.Sqrt(median)
	return func(a, b float64) bool {
		a, b = math.Sqrt(a), math.Sqrt(b)
		return b-a <= roundoff*max(b, typical)
	}
}

// newOrdering ranks values in a given order, in which neighbours for which tied
// holds are equal.
func newOrdering(values []float64, order []int32, tied func(a, b float64) bool) *ordering {
	o := &ordering{ranks: make([]float64, len(values)), order: order}
	for lo := 0; lo < len(values); {
		hi := lo + 1
		for hi < len(values) && tied(values[o.order[hi-1]], values[o.order[hi]]) {
			hi++
		}
		for _, i := range o.order[lo:hi] {
			o.ranks[i] = float64(lo+1+hi) / 2
		}
		o.ties += choose2(hi - lo)
		lo = hi
	}
	return o
}

// constant reports whether all values are tied.
func (o *ordering) constant() bool { return o.ties == choose2(len(o.ranks)) }

// choose2 returns n(n−1)/2, exactly up to n = 10⁸.
func choose2(n int) float64 { return float64(n) * float64(n-1) / 2 }

// spearman returns the Pearson correlation of the ranks.
func spearman(x, y *ordering) float64 {
	xy, xx, yy := centredProducts(x.ranks, y.ranks)
	return normalised(xy, xx, yy)
}

// rhoA returns the expectation of Spearman's correlation over random breaking
// of the ties: 12·Σ(r−r̄)(s−s̄)/(N³−N).
func rhoA(x, y *ordering) float64 {
	n := float64(len(x.ranks))
	xy, _, _ := centredProducts(x.ranks, y.ranks)
	return clip(12 * xy / (n * (n*n - 1)))
}

// kendall returns Kendall's τ, with the number of concordant less that of
// discordant pairs divided by all pairs (τ-a), or by the geometric mean of the
// pairs that are not tied in x and in y (τ-b). It counts by Knight's method: in
// the order of x, discordant pairs are the inversions of y, which a merge sort
// counts in O(N log N).
//
// Knight, W. R. (1966). A computer method for calculating Kendall's tau with
// ungrouped data. Journal of the American Statistical Association 61, 436-439.
func kendall(x, y *ordering, correctTies bool) float64 {
	n := len(x.ranks)
	seq := make([]float64, n)
	for at, i := range x.order {
		seq[at] = y.ranks[i]
	}
	joint := 0.0
	for lo := 0; lo < n; {
		hi := lo + 1
		for hi < n && x.ranks[x.order[hi]] == x.ranks[x.order[lo]] {
			hi++
		}
		slices.Sort(seq[lo:hi]) // pairs that are tied in x are not inversions
		joint += tiedPairs(seq[lo:hi])
		lo = hi
	}
	all := choose2(n)
	untied := all - x.ties - y.ties + joint
	difference := untied - 2*inversions(seq)
	if !correctTies {
		return difference / all
	}
	return clip(difference / math.Sqrt(all-x.ties) / math.Sqrt(all-y.ties))
}

// tiedPairs counts the pairs of equal values in a sorted slice.
func tiedPairs(sorted []float64) float64 {
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
func inversions(seq []float64) float64 {
	count := 0.0
	from, to := seq, make([]float64, len(seq))
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

// merge merges two sorted runs and counts the pairs in which the element of the
// left run is the larger.
func merge(dst, left, right []float64) float64 {
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
