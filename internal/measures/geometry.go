package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Angled is a measure whose score is the cosine of an angle between two systems, or a
// function of it, so that the angle is a distance: between unit vectors it keeps the
// triangle inequality. The file of the measure's family implements it.
type Angled interface {
	Measure
	// Angle returns the angle, in radians, that belongs to a score. ok is false where
	// the score of the present parameters is no such cosine.
	Angle(score float64) (angle float64, ok bool)
}

// Geometry says how scores of a measure become distances.
type Geometry struct {
	Name   string // in words
	Metric bool   // the distances are those of a metric space
	of     func(score float64) float64
}

// Distance returns the distance that belongs to a score.
func (g Geometry) Distance(score float64) float64 { return g.of(score) }

// GeometryOf returns the geometry of a measure: the value itself of a distance, the angle
// of a cosine, and otherwise what is missing from the score of identical systems, of which
// nothing says that it keeps the triangle inequality.
func GeometryOf(m Measure) Geometry {
	card := m.Card()
	if !card.HigherIsCloser {
		return Geometry{"the value, which is a distance", card.Symmetric, func(v float64) float64 { return v }}
	}
	if a, ok := As[Angled](m); ok {
		if _, ok := a.Angle(1); ok {
			return Geometry{"the angle, arccos of the score", true, func(v float64) float64 {
				angle, _ := a.Angle(v)
				return angle
			}}
		}
	}
	best := card.Identity
	if math.IsNaN(best) || math.IsInf(best, 0) {
		best = 1
	}
	return Geometry{"what is missing from the score of identical systems", false, func(v float64) float64 { return best - v }}
}

// Angle implements Angled.
func (m cka) Angle(score float64) (float64, bool) { return math.Acos(clip(score)), m.as == asScore }

// Angle implements Angled for comparisons that are cosines.
func (m rsa) Angle(score float64) (float64, bool) {
	return math.Acos(clip(score)), !concordant(m.compare) && m.compare != compareRhoA
}

// Angle implements Angled: the square of the root is the cosine.
func (m distanceCorrelation) Angle(score float64) (float64, bool) {
	if !m.squared {
		score *= math.Abs(score)
	}
	return math.Acos(clip(score)), true
}

// Angle implements Angled.
func (m nbs) Angle(score float64) (float64, bool) { return math.Acos(clip(score)), m.as == asScore }

// OfDissimilarities is a measure that compares dissimilarities of samples, of which systems
// have a mean. The file of the measure's family implements it.
type OfDissimilarities interface {
	Measure
	// MeanedRDM returns the dissimilarities of a system that the measure compares.
	MeanedRDM(s *System) (*mat.Dense, error)
}

// MeanedRDM implements OfDissimilarities.
func (m rsa) MeanedRDM(s *System) (*mat.Dense, error) {
	values, err := m.rdm.condensed(s)
	if err != nil {
		return nil, err
	}
	return square(values, m.rdm.items(s)), nil
}
