package measures

import (
	"math"
	"slices"
)

// Pooled is a measure by which a subject can be compared with the mean of several, which
// bounds what any model of them all can reach.
type Pooled interface {
	Measure
	// SubjectBounds returns the score of X with the mean of the other subjects, and with
	// the mean of all of them, X among them. It returns ErrNoCeiling where no mean is
	// known that maximises the scores.
	SubjectBounds(x *System, others []*System) (lower, upper float64, err error)
}

// SubjectBounds implements Pooled. Dissimilarities are put on one scale before they are
// averaged: by their norm for cosines, by mean and standard deviation for Pearson
// correlations, and by ranks where only ranks count. The mean of all subjects, X among
// them, has the highest mean score that anything can have with all of them (for
// Kendall's τ nearly so): it is too high a bound for a model, which has not seen their
// noise. The mean of the others is too low a bound, for it has noise of its own.
//
// Nili, H. et al. (2014). A toolbox for representational similarity analysis. PLoS
// Computational Biology 10, e1003553. Their bounds are the means of these over all
// subjects, each as X.
func (m rsa) SubjectBounds(x *System, others []*System) (lower, upper float64, err error) {
	if m.compare == compareCosineCov || m.compare == compareCorrCov {
		return 0, 0, ErrNoCeiling
	}
	own, err := m.scaled(x)
	if err != nil {
		return 0, 0, err
	}
	rest := make([]float64, len(own))
	for _, s := range others {
		values, err := m.scaled(s)
		if err != nil {
			return 0, 0, err
		}
		if len(values) != len(own) {
			return 0, 0, undefined("%s has dissimilarities of other samples than %s", s.label(), x.label())
		}
		for i, v := range values {
			rest[i] += v
		}
	}
	if lower, err = m.pooledScore(x, own, rest); err != nil {
		return 0, 0, err
	}
	for i, v := range own {
		rest[i] += v
	}
	upper, err = m.pooledScore(x, own, rest)
	return lower, upper, err
}

// scaled returns the dissimilarities of a subject on the scale on which they are averaged.
func (m rsa) scaled(s *System) ([]float64, error) {
	if rankBased(m.compare) {
		r, err := m.rdm.order(s, false)
		if err != nil {
			return nil, err
		}
		out := make([]float64, len(r.Twice))
		for i, v := range r.Twice {
			out[i] = float64(v) / 2
		}
		return out, nil
	}
	values, err := m.rdm.condensed(s)
	if err != nil {
		return nil, err
	}
	out := slices.Clone(values)
	if m.compare == comparePearson {
		mean := sum(out) / float64(len(out))
		for i := range out {
			out[i] -= mean
		}
	}
	norm := math.Sqrt(dot(out, out))
	if !(norm > 0) {
		return nil, noDissimilarity(s)
	}
	for i := range out {
		out[i] /= norm
	}
	return out, nil
}

// pooledScore compares dissimilarities of the samples of a subject.
func (m rsa) pooledScore(x *System, own, mean []float64) (float64, error) {
	n := m.rdm.items(x)
	system := func(name string, values []float64) *System {
		return &System{name: name, n: n, p: n, times: 1, raw: square(values, n)}
	}
	given := m
	given.rdm = dissimilarity{kind: rdmPrecomputed}
	return given.value(&Pair{X: system(x.name, own), Y: system("the mean of the subjects", mean)})
}
