package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// The divergence of two Poisson distributions of the means r and r' is
// r·log(r/r') − r + r'. In both directions together it is
//
//	(r − r')·(log r − log r').
//
// A gamma prior of the mean 1 that weighs as much as a tenth of an observation keeps
// rates above 0: r = (x + priorWeight)/(1 + priorWeight).
//
// Schütt, H. H. et al. (2023). Statistical inference on representational geometries.
// eLife 12, e82566.
const priorWeight = 0.1

// rates returns r and log r of a system. It returns an *UndefinedError for a negative
// number.
func rates(s *System) (rate, logs *mat.Dense, err error) {
	rate, logs = mat.DenseCopyOf(s.raw), mat.DenseCopyOf(s.raw)
	for i := range s.n {
		r, l := rate.RawRowView(i), logs.RawRowView(i)
		for k, v := range r {
			if v < 0 {
				return nil, nil, undefined("%s: sample %d (counted from 0) has the value %g, but the dissimilarities of counts want none below 0", s.label(), i, v)
			}
			r[k] = (v + priorWeight) / (1 + priorWeight)
			l[k] = math.Log(r[k])
		}
	}
	return rate, logs, nil
}

// poissonBands returns the divergences of the samples.
func poissonBands(s *System) (banded, error) {
	rate, logs, err := rates(s)
	if err != nil {
		return banded{}, err
	}
	return directBands(s.n, func(i, j int) float64 {
		total := 0.0
		a, b, la, lb := rate.RawRowView(i), rate.RawRowView(j), logs.RawRowView(i), logs.RawRowView(j)
		for k, r := range a {
			total += (r - b[k]) * (la[k] - lb[k])
		}
		return total
	}), nil
}

// poissonRepeats returns the cross-validated divergences of the conditions of repeats r:
// the mean over r ≠ r' of Σ_k δ_rk·λ_r'k, for the differences δ of rates and λ of their
// logarithms. Noise that is independent between repeats does not change the expectation
// of a product of differences that are 0 on average.
func poissonRepeats(s *System) (banded, error) {
	rate, logs, err := rates(s)
	if err != nil {
		return banded{}, err
	}
	repeats, conditions := s.times, s.n/s.times
	total := func(m *mat.Dense) *mat.Dense {
		out := mat.NewDense(conditions, s.p, nil)
		for i := range s.n {
			addScaled(out.RawRowView(i%conditions), 1, m.RawRowView(i))
		}
		return out
	}
	allRates, allLogs := total(rate), total(logs)
	count := float64(repeats) * float64(repeats-1)
	return directBands(conditions, func(i, j int) float64 {
		sum := 0.0
		a, b, la, lb := allRates.RawRowView(i), allRates.RawRowView(j), allLogs.RawRowView(i), allLogs.RawRowView(j)
		for k, r := range a {
			sum += (r - b[k]) * (la[k] - lb[k])
		}
		for r := range repeats {
			first := r * conditions
			a, b, la, lb := rate.RawRowView(first+i), rate.RawRowView(first+j), logs.RawRowView(first+i), logs.RawRowView(first+j)
			for k, v := range a {
				sum -= (v - b[k]) * (la[k] - lb[k])
			}
		}
		return sum / count
	}), nil
}
