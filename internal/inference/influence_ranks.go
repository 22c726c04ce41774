package inference

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/measures"
	"simtool/internal/stats"
)

// ofRanks reports whether ranks of pairs are compared.
func ofRanks(m *measures.PairMatrices) bool {
	return m.Product == measures.RankedPairs || m.Product == measures.OrderedPairs
}

// rankSlopes returns the slopes of rank correlations: the influences of the pairs on the
// correlation of all N pairs, for each sample those of its own, over N. Ranks are average
// ranks of values that tie to within rounding, and an influence has what a pair does to
// the ranks of others.
func rankSlopes(m *measures.PairMatrices) []float64 {
	n, _ := m.X.Dims()
	x, y := aboveDiagonal(m.X), aboveDiagonal(m.Y)
	influence := make([]float64, len(x))
	if m.Product == measures.OrderedPairs {
		kendallInfluence(influence, x, y)
	} else {
		stats.NewRankCorrelation(y).Influence(influence, x)
	}
	slopes := make([]float64, n)
	at := 0
	for i := range n {
		for j := i + 1; j < n; j++ {
			v := influence[at] / float64(len(x))
			slopes[i] += v
			slopes[j] += v
			at++
		}
	}
	return slopes
}

// aboveDiagonal returns the entries i < j, row by row.
func aboveDiagonal(m *mat.Dense) []float64 {
	n, _ := m.Dims()
	out := make([]float64, 0, n*(n-1)/2)
	for i := range n {
		out = append(out, m.RawRowView(i)[i+1:]...)
	}
	return out
}

// kendallInfluence writes N·∂τ/∂π_a for the weight π_a of each of N observations in
//
//	τ = Σ_ab π_a·π_b·sgn(x_a−x_b)·sgn(y_a−y_b) / √(Σ_ab π_aπ_b·[x_a≠x_b] · Σ_ab π_aπ_b·[y_a≠y_b]),
//
// Kendall's τ-b, of average ranks.
func kendallInfluence(out, x, y []float64) {
	of := newKendallSums(x, y)
	sum := normalisedSums{total(of.concordant), total(of.differX), total(of.differY)}
	tau := sum.product()
	for a := range out {
		out[a] = 2 * float64(len(x)) * (of.concordant[a]/math.Sqrt(sum.xx)/math.Sqrt(sum.yy) - tau/2*(of.differX[a]/sum.xx+of.differY[a]/sum.yy))
	}
}

// concordances returns Σ_b sgn(x_a−x_b)·sgn(y_a−y_b) for each observation a, of average
// ranks: the numbers of observations below and above a in the order of y, among those
// below and above it in the order of x. A tree of counts has them in O(N·log N).
func concordances(x, y []float64) []float64 {
	n := len(x)
	tree := newCounts(n)
	order := rankOrder(x)
	out := make([]float64, n)
	// Of the observations that were seen before: those below in y, less those above.
	sweep := func(sign float64) {
		clear(tree)
		for lo := 0; lo < n; {
			hi := lo + 1
			for hi < n && x[order[hi]] == x[order[lo]] {
				hi++
			}
			for _, a := range order[lo:hi] {
				below, above := tree.below(y[a]), float64(lo)-tree.upTo(y[a])
				out[a] += sign * (below - above)
			}
			for _, a := range order[lo:hi] {
				tree.add(y[a])
			}
			lo = hi
		}
	}
	sweep(1)
	slices.Reverse(order)
	sweep(-1)
	return out
}

// averageRanks returns the average ranks of whole numbers.
func averageRanks(values []float64) []float64 {
	order := make([]int, len(values))
	for a := range order {
		order[a] = a
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	out := make([]float64, len(values))
	for lo := 0; lo < len(order); {
		hi := lo + 1
		for hi < len(order) && values[order[hi]] == values[order[lo]] {
			hi++
		}
		for _, a := range order[lo:hi] {
			out[a] = float64(lo+hi+1) / 2
		}
		lo = hi
	}
	return out
}

// rankOrder returns the observations in the order of their average ranks, which are
// halves of whole numbers.
func rankOrder(ranks []float64) []int {
	first := make([]int, 2*len(ranks)+2)
	for _, r := range ranks {
		first[int(2*r)+1]++
	}
	for k := 1; k < len(first); k++ {
		first[k] += first[k-1]
	}
	order := make([]int, len(ranks))
	for a, r := range ranks {
		order[first[int(2*r)]] = a
		first[int(2*r)]++
	}
	return order
}

// untied returns, for each observation, how many others have another rank.
func untied(ranks []float64) []float64 {
	tied := make([]float64, 2*len(ranks)+1)
	for _, r := range ranks {
		tied[int(2*r)]++
	}
	out := make([]float64, len(ranks))
	for a, r := range ranks {
		out[a] = float64(len(ranks)) - tied[int(2*r)]
	}
	return out
}

// counts is a Fenwick tree of numbers of observations by twice their rank.
type counts []float64

func newCounts(n int) counts { return make(counts, 2*n+2) }

func (c counts) add(rank float64) {
	for k := int(2 * rank); k < len(c); k += k & -k {
		c[k]++
	}
}

// upTo returns the number of observations of at most that rank.
func (c counts) upTo(rank float64) float64 { return c.sum(int(2 * rank)) }

// below returns the number of observations of a smaller rank.
func (c counts) below(rank float64) float64 { return c.sum(int(2*rank) - 1) }

func (c counts) sum(k int) float64 {
	total := 0.0
	for ; k > 0; k -= k & -k {
		total += c[k]
	}
	return total
}
