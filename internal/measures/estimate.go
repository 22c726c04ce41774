package measures

import "math"

// Estimable is a measure of whose value for all stimuli, those that were not shown
// included, there is an estimate with a standard error. Leaving units of samples out
// gives both; the arithmetic of the jackknife belongs to whoever asks. The file of the
// measure's family implements it.
type Estimable interface {
	Measure
	// Estimator says what Deletions returns for the present parameters. ok is false
	// where there is no estimate that is known to be right.
	Estimator() (e Estimator, ok bool)
	// Deletions returns the estimates from all units and without some of them. It
	// returns an *UndefinedError where one of them is undefined.
	Deletions(p *Pair, u *Units) (*Deletions, error)
}

// Estimator describes an estimate.
type Estimator struct {
	Axis IntervalAxis // on which its errors are symmetric
	// Doubled says that estimates without each two units are needed: they correct the
	// bias of the estimate itself, which is that of a plug-in value.
	Doubled bool
	// Rows says that each sample may be a unit; otherwise rows are put together in
	// blocks, unless there are no more than MostRows. MostUnits bounds the number of
	// units, 0 for no bound.
	Rows      bool
	MostRows  int
	MostUnits int
	// Group puts units together in the way that the estimate needs, such as within
	// folds. nil joins neighbours.
	Group func(p *Pair, u *Units) *Units
	// Report turns an estimate into the form that the measure reports, such as an
	// angle. It is monotone. nil stands for the identity.
	Report func(float64) float64
	// Refuse returns the reason why there is no interval for data of such sizes, ""
	// where there is one. calibrated is the calibrated value, NaN where it is
	// unknown. It may be nil.
	Refuse func(d Dims, units int, calibrated float64) string
	// Flops counts the multiplications of Deletions.
	Flops func(d Dims, units int) float64
	// Moments counts the numbers in the second moments that are kept of each unit; nil
	// where none are.
	Moments func(d Dims) int64
	// Doubt returns the reason why the interval may be too short for the samples of a
	// pair, "" where there is none. It may be nil.
	Doubt func(p *Pair) string
	// Robust says that samples far from the rest do not make its errors too small, as
	// where it rests on ranks.
	Robust bool
	// KeepsNull says that what random pairings score is no bias, so that the estimate of
	// systems that have nothing in common is about that, not 0: distances between points
	// of many dimensions are all much the same, for any number of samples.
	KeepsNull bool
	// Reason says why there is no estimate.
	Reason string
	// Own says that the estimate is no estimate of the population's value, but of
	// what the measure is for this number of samples, as a held-out R² is.
	Own string
}

// Deletions are estimates from all units (All), without unit g (One[g]), and, for an
// estimator that is doubled, without g and h (Two[g][h], symmetric; the diagonal is
// not used).
type Deletions struct {
	All float64
	One []float64
	Two [][]float64
	// HeldOut is another estimate of the same value, which is not doubled. The
	// interval is the hull of both, and the centre is this one, jackknifed, unless
	// NoCentre says why it is none.
	HeldOut  *Deletions
	NoCentre string
	// Linear says that One are All less the influence of each unit: their errors are
	// those of the value, not of its place on the axis.
	Linear bool
	// Uneven says that units differ much in their influence on the estimate, so that
	// the error is less sure than their number tells.
	Uneven bool
	// Tails is the fourth moment of the samples as a multiple of that of normal ones where
	// the estimate takes fourth moments and samples lie farther out than normal ones do, 0
	// elsewhere. Its error then is less sure than the influences of the units tell.
	Tails float64
	// Jackknifed says that the estimate from all units has a bias in proportion to the
	// inverse of their number, which the centre is to be without.
	Jackknifed bool
}

// IntervalAxis is the axis on which an interval is symmetric.
type IntervalAxis int

// The axes of intervals.
const (
	PlainAxis   IntervalAxis = iota // the value itself
	FisherAxis                      // artanh s, for cosines and correlations
	LogLossAxis                     // −log(1−s), for explained variance
)

// To returns the position of a value on the axis.
func (a IntervalAxis) To(s float64) float64 {
	switch a {
	case FisherAxis:
		const most = 1 - 1e-15
		return math.Atanh(max(-most, min(most, s)))
	case LogLossAxis:
		return -math.Log(max(1e-300, 1-s))
	default:
		return s
	}
}

// From returns the value at a position, the inverse of To.
func (a IntervalAxis) From(z float64) float64 {
	switch a {
	case FisherAxis:
		return math.Tanh(z)
	case LogLossAxis:
		return -math.Expm1(-z)
	default:
		return z
	}
}

// Slope returns the derivative of To at a value.
func (a IntervalAxis) Slope(s float64) float64 {
	switch a {
	case FisherAxis:
		return 1 / max(1e-15, (1-s)*(1+s))
	case LogLossAxis:
		return 1 / max(1e-15, 1-s)
	default:
		return 1
	}
}

// mostBlocks is the number of blocks of rows, or of groups of conditions, that a double
// jackknife leaves out: 121 estimates whatever the number of samples. With 10 the
// intervals are wider, with 20 no better.
const mostBlocks = 15
