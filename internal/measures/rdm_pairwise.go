package measures

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// PairwiseKinds are the kinds of dissimilarity that PairwiseRDM computes.
func PairwiseKinds() []string {
	return []string{rdmSqEuclidean, rdmEuclidean, rdmCorrelation, rdmCosine, rdmGaussian, rdmManhattan, rdmPoisson}
}

// PairwiseRDM returns the dissimilarities of the samples of data with missing values,
// which are NaN: each is computed from the m features that both samples have. Sums over
// features, of squared distances, absolute differences and divergences of counts, are
// multiplied by p/m, so that they estimate the sum over all p features as if the missing
// ones differed as much as the others. Correlations and cosines are those of the m values.
// Without missing values the matrix is that of SettledRDM but for rounding.
//
// Two samples without a common feature (a common two for a correlation), or of which one
// has no variance in those, have the dissimilarity NaN, which a warning says. Such a matrix
// need not be that of distances in any space, as it would be without missing values.
//
// It returns a *NameError for an invalid spec, and an *UndefinedError where no two samples
// can be compared.
func PairwiseRDM(x *data.Dataset, spec string) (m *mat.Dense, warnings []string, err error) {
	d, err := parseRDM(spec)
	if err != nil {
		return nil, nil, err
	}
	if !slices.Contains(PairwiseKinds(), d.kind) {
		return nil, nil, &NameError{Name: spec, Reason: fmt.Sprintf("%s weighs features by their covariance, which samples with missing values do not share: want %s", d.kind, data.WordList(PairwiseKinds()))}
	}
	filled, err := NewSystem(filledIn(x))
	if err != nil {
		return nil, nil, err
	}
	f, err := d.common(filled)
	if err != nil {
		return nil, nil, err
	}
	n, width := x.Samples(), x.Width()
	values := directBands(n, func(i, j int) float64 {
		return f(x.Values[i*width:(i+1)*width], x.Values[j*width:(j+1)*width])
	}).triangle(nil)
	open := 0
	for _, v := range values {
		if math.IsNaN(v) {
			open++
		} else if math.IsInf(v, 0) {
			return nil, nil, overflowing(filled)
		}
	}
	if open == len(values) {
		return nil, nil, undefined("%s: no two samples have enough features in common", filled.label())
	}
	if open > 0 {
		warnings = append(warnings, fmt.Sprintf("%s: %d of %d dissimilarities are NaN, of samples that have too few features in common", filled.label(), open, len(values)))
	}
	squared := d
	if d.kind == rdmGaussian { // settled while they are squared distances
		squared = dissimilarity{kind: rdmSqEuclidean}
	}
	doubt, err := squared.settlePairwise(filled, values)
	if err != nil {
		return nil, nil, err
	}
	if doubt > 0 {
		warnings = append(warnings, openOrder(filled, doubt))
	}
	if d.kind == rdmGaussian {
		err = d.saturate(filled, values)
	}
	return square(values, n), warnings, err
}

// filledIn returns a copy in which the mean of a feature stands for its missing values.
func filledIn(x *data.Dataset) *data.Dataset {
	out := *x
	out.Values = slices.Clone(x.Values)
	width := x.Width()
	for k := range width {
		sum, count := 0.0, 0.0
		for i := k; i < len(x.Values); i += width {
			if v := x.Values[i]; !math.IsNaN(v) {
				sum += v
				count++
			}
		}
		mean := sum / max(1, count)
		for i := k; i < len(x.Values); i += width {
			if math.IsNaN(x.Values[i]) {
				out.Values[i] = mean
			}
		}
	}
	return &out
}

// common returns the dissimilarity of two rows by the features that both have, the squared
// distance for the Gaussian.
func (d dissimilarity) common(s *System) (func(a, b []float64) float64, error) {
	sum := func(term func(a, b float64) float64) func(a, b []float64) float64 {
		return func(a, b []float64) float64 {
			total, m := 0.0, 0.0
			for k, v := range a {
				if w := b[k]; !math.IsNaN(v) && !math.IsNaN(w) {
					total += term(v, w)
					m++
				}
			}
			return total * (float64(len(a)) / m) // NaN for none
		}
	}
	squared := sum(func(a, b float64) float64 { return (a - b) * (a - b) })
	switch d.kind {
	case rdmSqEuclidean, rdmGaussian:
		return squared, nil
	case rdmEuclidean:
		return func(a, b []float64) float64 { return math.Sqrt(squared(a, b)) }, nil
	case rdmManhattan:
		return sum(func(a, b float64) float64 { return math.Abs(a - b) }), nil
	case rdmPoisson:
		if _, _, err := rates(s); err != nil {
			return nil, err
		}
		return sum(func(a, b float64) float64 {
			a, b = (a+priorWeight)/(1+priorWeight), (b+priorWeight)/(1+priorWeight)
			return (a - b) * (math.Log(a) - math.Log(b))
		}), nil
	default:
		return func(a, b []float64) float64 { return commonCosine(a, b, d.kind == rdmCorrelation) }, nil
	}
}

// commonCosine returns 1 less the cosine, or the correlation, of the values that both rows
// have, as half the squared distance of the unit vectors, which has its digits near 0.
func commonCosine(a, b []float64, centre bool) float64 {
	var u, v []float64
	for k := range a {
		if !math.IsNaN(a[k]) && !math.IsNaN(b[k]) {
			u, v = append(u, a[k]), append(v, b[k])
		}
	}
	for _, w := range [][]float64{u, v} {
		before := dot(w, w)
		if centre && len(w) > 0 {
			centreRow(w)
		}
		after := dot(w, w)
		if !(after > before*roundoff*roundoff) { // a constant but for rounding
			return math.NaN()
		}
		norm := math.Sqrt(after)
		scale(w, 1/norm)
	}
	total := 0.0
	for k, x := range u {
		total += (x - v[k]) * (x - v[k])
	}
	return atMostTwo(total / 2)
}

// saturate replaces squared distances by 1−exp(−d²/(2σ²)).
func (d dissimilarity) saturate(s *System, values []float64) error {
	sigma, relative, err := kernel{kind: "rbf", sigma: d.sigma}.factor()
	if err != nil {
		return err
	}
	if relative {
		lower, upper := middleTwo(slices.DeleteFunc(slices.Clone(values), math.IsNaN))
		if sigma *= (math.Sqrt(lower) + math.Sqrt(upper)) / 2; sigma == 0 {
			return undefined("%s: the median distance between samples is 0, so sigma=%s gives no width", s.label(), d.sigma)
		}
	}
	for i, v := range values {
		values[i] = -math.Expm1(-v / (2 * sigma * sigma))
	}
	return nil
}

// settlePairwise replaces dissimilarities that are equal but for the rounding of the data
// by their mean. It returns the doubt of their order that remains where it matters, and
// then leaves them as they are.
func (d dissimilarity) settlePairwise(s *System, values []float64) (doubt float64, err error) {
	var at []int
	var known []float64
	for i, v := range values {
		if !math.IsNaN(v) {
			at, known = append(at, i), append(known, v)
		}
	}
	largest := slices.Max(known)
	part := max(roundoff, 8*s.precision.Eps())
	allow := linalg.Allowance(func(float64) float64 { return part * largest })
	if !d.cosine() && d.kind != rdmPoisson {
		if allow, err = d.allowance(s, largest); err != nil {
			return 0, err
		}
	}
	r := linalg.NewRanking(known, allow, true)
	if r.Doubt > mattersOfOrder {
		return r.Doubt, nil
	}
	meanOfTies(known, r, widestTie(known))
	for k, i := range at {
		values[i] = known[k]
	}
	return 0, nil
}
