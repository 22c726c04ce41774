package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

const (
	// farther is the fourth moment, as a multiple of that of normal data, from which on
	// samples count as far out. It must also exceed theirs by standard errors of normal
	// data: by beyondChance for a warning, by beyondHalfChance for a longer interval. Of
	// normal pairs 0 to 5 % are warned of up to n = 100; of t₉ samples 71 % at n = 40 and
	// 98 % at n = 100, of t₇ samples 86 % at n = 40.
	farther, beyondChance, beyondHalfChance = 1.1, 2, 1.5
)

// farOut returns the fourth moment of the distances of samples from their mean, or of the
// single features, as a multiple of that of normal data, the largest of both systems, and
// 0 where none exceeds it by so many standard errors.
func (p *Pair) farOut(deviations float64) float64 {
	return max(p.X.farSamples().beyond(deviations), p.Y.farSamples().beyond(deviations),
		p.X.farFeatures().beyond(deviations), p.Y.farFeatures().beyond(deviations))
}

// fourthMoment is one as a multiple of that of normal data, with the standard deviation
// that the ratio has for them.
type fourthMoment struct{ ratio, deviation float64 }

// beyond returns the ratio, 0 where it is small or may be chance.
func (m fourthMoment) beyond(deviations float64) float64 {
	if !(m.ratio > farther) || !(m.ratio > 1+deviations*m.deviation) {
		return 0
	}
	return m.ratio
}

type (
	farSamplesKey  struct{}
	farFeaturesKey struct{}
)

// farSamples returns the fourth moment of the distance of samples from their mean as a
// multiple of that of normal data with the same covariance,
//
//	τ = n·Σ‖x‖⁴/((trA)² + 2‖A‖²),
//
// because E‖x‖⁴ = (trΣ)² + 2trΣ² for normal x. Of these ‖x‖² is about Γ with shape
// κ = (trA)²/(2‖A‖²), whose moments m₂ = (κ+1)/κ, m₃ = m₂(κ+2)/κ and m₄ = m₃(κ+3)/κ about
// 0, for a mean of 1, give
//
//	n·var τ = (m₄ − m₂² − 4m₂(m₃−m₂) + 4m₂²(m₂−1))/m₂².
func (s *System) farSamples() fourthMoment {
	return always(&s.memo, farSamplesKey{}, func() fourthMoment {
		norms := s.rowNorms()
		n, trace, fourth := float64(s.n), sum(norms), dot(norms, norms)
		// ‖A‖² is at least (trA)² over the number of dimensions, and mostly that suffices.
		if dimensions := float64(min(s.n-1, s.p)); n*fourth <= farther*trace*trace*(1+2/dimensions) {
			return fourthMoment{}
		}
		squares := s.gramSquares()
		if !(squares > 0) {
			return fourthMoment{}
		}
		shape := trace * trace / squares / 2
		m2 := (shape + 1) / shape
		m3 := m2 * (shape + 2) / shape
		m4 := m3 * (shape + 3) / shape
		variance := (m4 - m2*m2 - 4*m2*(m3-m2) + 4*m2*m2*(m2-1)) / (m2 * m2)
		return fourthMoment{n * fourth / (trace*trace + 2*squares), math.Sqrt(variance / n)}
	})
}

// farFeatures is farSamples of the single features, weighted by their variances. The
// kurtosis of a normal feature has the variance 24/n, and those of two features with the
// correlation r the covariance 24r⁴/n.
func (s *System) farFeatures() fourthMoment {
	return always(&s.memo, farFeaturesKey{}, func() fourthMoment {
		const rows = 64
		fourth, memory := make([]float64, s.p), make([]float64, min(rows, s.n)*s.p)
		for lo := 0; lo < s.n; lo += rows {
			n := min(rows, s.n-lo)
			x := mat.NewDense(n, s.p, memory[:n*s.p])
			s.centredPanels().RowsTo(x, lo)
			for i := range n {
				for j, v := range x.RawRowView(i) {
					fourth[j] += v * v * v * v
				}
			}
		}
		v, n := s.columnSquares(), float64(s.n)
		total, weighted := sum(v), 0.0
		for j, m := range fourth {
			if v[j] > 0 {
				weighted += n * m / v[j] / total
			}
		}
		if !(weighted/3 > farther) {
			return fourthMoment{ratio: weighted / 3} // beyond no number of deviations
		}
		return fourthMoment{weighted / 3, math.Sqrt(24 / n / 9 * s.jointKurtosis(v))}
	})
}

// jointKurtosis returns Σ_jk v_j·v_k·r_jk⁴/(Σv)², which is 1 for a single feature. Of more
// features than samples some stand for all.
func (s *System) jointKurtosis(v []float64) float64 {
	const most = 256
	var products *mat.Dense
	kept := v
	if s.slim() {
		products = s.gram()
	} else {
		x, step := s.centred(), (s.p+most-1)/most
		columns := mat.NewDense(s.n, (s.p+step-1)/step, nil)
		kept = make([]float64, 0, most)
		for j := 0; j < s.p; j += step {
			for i := range s.n {
				columns.Set(i, len(kept), x.At(i, j))
			}
			kept = append(kept, v[j])
		}
		products = linalg.Gram(columns)
	}
	joint, total := 0.0, sum(kept)
	for j, a := range kept {
		for k, r := range products.RawRowView(j) {
			if r != 0 {
				square := r / a * r / kept[k]
				joint += a / total * kept[k] / total * square * square
			}
		}
	}
	return joint
}
