package measures

import (
	"fmt"
	"math"

	"simtool/internal/linalg"
)

// Repeats are recordings of the same samples whose noise is independent of each other's,
// and of which a system is the mean.
type Repeats struct {
	memo
	Mean  *System
	Parts []*System // at least two
}

// NewRepeats returns repeats of a system that is their mean.
func NewRepeats(mean *System, parts []*System) *Repeats { return &Repeats{Mean: mean, Parts: parts} }

// Ceiled is a measure of which it is known how high a model scores that is the recording
// without its noise. The file of the measure's family says so.
type Ceiled interface {
	Measure
	// Ceiling returns the score of such a model with X, the mean of the repeats, and what
	// is to be divided by it. value is the score of the pair; u are the units between
	// which noise is independent. It returns an *UndefinedError where the repeats have too
	// little in common.
	Ceiling(p *Pair, r *Repeats, u *Units, value float64) (Ceiling, error)
}

// Ceiling is the score of a perfect model of a noisy recording.
type Ceiling struct {
	Value float64 // in the form of the measure
	// Share returns an estimate, in the form of the measure, as a share of the ceiling.
	Share func(estimate float64) float64
	// Estimate is what is to be divided, NaN for the estimate for all stimuli.
	Estimate float64
	Note     string // how far the ceiling can be trusted, "" for no reservation
	Doubt    string // why it may not mean much, "" where it does
}

// lowCeiling is the share of a similarity between repeats in that of their mean below which
// its root, the ceiling, has a large error.
const lowCeiling = 0.25

// doubtOf says so of a ceiling that is the root of a share.
func doubtOf(ceiling float64) string {
	if ceiling*ceiling >= lowCeiling {
		return ""
	}
	return fmt.Sprintf("the ceiling is low (%.2g): it has a large error, and so has normalised", ceiling)
}

// leastReliability is the reliability below which there is no ceiling: it would be a
// small number known with a large error, which one divides by.
const leastReliability = 0.1

type reliabilityKey struct{}

// reliability returns the share of the variance of the mean that is no noise: over all
// pairs of different repeats,
//
//	R = mean tr(X_rcᵀX_r'c)/‖X̄c‖² = (‖ΣX_rc‖² − Σ‖X_rc‖²)/(k(k−1)·‖X̄c‖²).
//
// For two halves this is what Spearman and Brown make of the correlation of the halves.
func (r *Repeats) reliability() (float64, error) {
	return shared(&r.memo, reliabilityKey{}, func() (float64, error) {
		total := 0.0
		for i, a := range r.Parts {
			for _, b := range r.Parts[:i] {
				total += linalg.Dot(a.centred(), b.centred())
			}
		}
		value := total / float64(r.pairs()) / r.Mean.trace()
		if !(value >= leastReliability) {
			return value, undefined("the repeats of X have too little in common: their reliability is %.2g, below %g", value, leastReliability)
		}
		return value, nil
	})
}

// pairs counts the pairs of different repeats.
func (r *Repeats) pairs() int { return len(r.Parts) * (len(r.Parts) - 1) / 2 }

// shareOf divides by a ceiling.
func shareOf(ceiling float64) func(float64) float64 {
	return func(v float64) float64 { return v / ceiling }
}

// cosineCeiling returns a ceiling of a cosine that is reported in a form: shares are those
// of the cosine.
func cosineCeiling(form string, cosine float64) Ceiling {
	c := Ceiling{Value: cosine, Estimate: math.NaN(), Share: shareOf(cosine)}
	if report := formOf(form); report != nil {
		back := formInverse(form)
		c.Value = report(min(1, cosine))
		c.Share = func(v float64) float64 { return back(v) / cosine }
		c.Note = "normalised is the share of the cosine"
	}
	return c
}

// formInverse returns the inverse of formOf.
func formInverse(form string) func(float64) float64 {
	switch form {
	case asSquared:
		return func(v float64) float64 { return math.Copysign(math.Sqrt(math.Abs(v)), v) }
	case asAngular:
		return math.Cos
	case asAngularScore:
		return func(v float64) float64 { return math.Cos((1 - v) * math.Pi / 2) }
	default:
		if f, ok := formNamed(form); ok && f.back != nil {
			return func(v float64) float64 { return math.Cos(f.back(v)) }
		}
		return func(v float64) float64 { return v }
	}
}

// ErrNoCeiling is the error of a measure, or of a form of it, without a ceiling.
var ErrNoCeiling = undefined("none is known to hold for this measure")

// joinNotes joins two sentences that may be empty.
func joinNotes(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}
