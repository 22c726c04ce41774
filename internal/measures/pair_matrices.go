package measures

import (
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// OfPairs is a measure that compares one number for each pair of samples in X with one in
// Y. The file of its family implements it.
type OfPairs interface {
	Measure
	// Pairs returns these numbers and how they are compared. It returns nil where the
	// measure does not compare pairs with its present parameters, or has pairs of other
	// things than samples, or where there are too many samples for matrices of them.
	Pairs(p *Pair) (*PairMatrices, error)
}

// PairMatrices are the numbers of all pairs of n samples, whose comparison is a score.
type PairMatrices struct {
	// X and Y are n×n, and nobody may write to them. The diagonal counts for DoublyCentred
	// only. They are symmetric but for PlainPairs.
	X, Y    *mat.Dense
	Product PairProduct
	// Alone says that the numbers of a pair, before they are centred or ranked, depend on
	// its two samples alone, so that those of fewer samples are a part of these.
	Alone bool
	// Form returns the score at a value of the normalised product, and its derivative. It
	// is nil for the value itself.
	Form func(product float64) (value, slope float64)
}

// PairProduct says how numbers of pairs are compared: by which product it is that the
// normalised ⟨X,Y⟩/√(⟨X,X⟩⟨Y,Y⟩) is formed.
type PairProduct int

// The products.
const (
	PlainPairs    PairProduct = iota // Σ_{i≠j} x_ij·y_ij
	CentredPairs                     // the same about the means over i≠j: Pearson's correlation
	DoublyCentred                    // Σ_ij of matrices whose rows and columns add up to 0
	UCentred                         // Σ_{i≠j} of U-centred matrices: Song's estimate
	RankedPairs                      // Pearson's correlation of average ranks: Spearman's
	OrderedPairs                     // Kendall's τ-b of ranks, over pairs of pairs
)

// pairForm returns the form of a cosine as PairMatrices wants it.
func pairForm(as string) func(product float64) (value, slope float64) {
	return func(s float64) (value, slope float64) { return chain(as, s) }
}

// squareRanks returns the average ranks of condensed dissimilarities as a matrix.
func squareRanks(r *linalg.Ranking, n int) *mat.Dense {
	ranks := make([]float64, len(r.Twice))
	for i, twice := range r.Twice {
		ranks[i] = float64(twice) / 2
	}
	return square(ranks, n)
}
