package measures

import (
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Score implements Measure. Where only moments of the pair are known it warns if they
// do not hold the value that the samples have.
func (m Named) Score(p *Pair) (Score, error) {
	s, err := m.Measure.Score(p)
	if err == nil && p.segments != nil {
		s.Warnings = append(s.Warnings, momentCautions(m.Card(), s.Value, p)...)
	}
	return s, err
}

// momentCautions says what second moments cannot tell. They have rounding errors of
// 2⁻⁵² of the largest, which are 1e-8 of a distance, and of a direction.
func momentCautions(c Card, value float64, p *Pair) []string {
	var lines []string
	if nearIdentity(c, value, p) && !p.identical() {
		lines = append(lines, "the systems are so nearly equal that second moments do not tell how far apart they are: score the samples themselves")
	}
	needsAll := c.Family == "pls" || c.Family == "shape"
	for _, side := range []struct {
		system    *System
		invariant Invariance
	}{{p.X, c.X}, {p.Y, c.Y}} {
		affine := side.invariant&Linear != 0 && !needsAll
		if (affine || needsAll) && side.system.hidesDirections(affine) {
			lines = append(lines, side.system.label()+": some directions are so small beside others that second moments hold few of their digits, or none: score the samples themselves")
		}
	}
	return lines
}

// nearIdentity reports whether a distance or an angle is so small that rounding of second
// moments is a considerable part of it.
func nearIdentity(c Card, value float64, p *Pair) bool {
	const small = 1e-6
	if strings.Contains(c.Name, asAngularScore) {
		return 1-value < small
	}
	if c.HigherIsCloser || c.Identity != 0 {
		return false
	}
	scale := 1.0
	if c.Y&Scaling == 0 {
		total := p.X.trace() + p.Y.trace()
		scale = max(total, math.Sqrt(total))
	}
	return value < small*scale
}

type hiddenKey struct{ equal bool }

// hidesDirections reports whether the Gram matrix has a direction whose variance is less
// than 1e-9 of the largest, but more than rounding of the data explains; if equal is set,
// with features in equal units. Constant features are no directions.
func (s *System) hidesDirections(equal bool) bool {
	return always(&s.memo, hiddenKey{equal}, func() bool {
		const least = 1e-9
		a := s.gram()
		units := make([]float64, a.RawMatrix().Rows)
		explained := 0.0 // the variance that rounding of the data may give a direction
		noise := s.rounding()
		for i, v := range diagonal(a) {
			if v <= noise[i]*noise[i] {
				continue
			}
			units[i] = 1
			if equal {
				units[i] = 1 / math.Sqrt(v)
			}
			explained = max(explained, noise[i]*units[i])
		}
		scaled := mat.DenseCopyOf(a)
		scaleRows(scaled, units)
		scaleColumns(scaled, units)
		values, _, err := linalg.EigSym(scaled)
		if err != nil {
			return false
		}
		for i := len(values) - 1; i >= 0; i-- {
			if units[i] == 0 {
				values = values[:len(values)-1] // one direction for each constant feature
			}
		}
		explained *= explained * max(1, float64(s.p)/float64(s.n))
		return slices.ContainsFunc(values, func(v float64) bool {
			return v < least*values[0] && !(v >= 0 && v <= explained)
		})
	})
}
