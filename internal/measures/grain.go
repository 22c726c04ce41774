package measures

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// grain is what rounding can give the columns of a matrix that is fitted: nothing
// smaller than that can be told from noise. The zero value knows of no noise.
type grain struct {
	columns []float64 // of each column; nil where columns are not features
	floor   float64   // of any direction
	target  float64   // the floor of what is predicted
	written bool      // text with few digits, which says more than its digits would
}

// grain returns that of the compact matrix.
func (s *System) grain() grain {
	g := grainOf(s.rounding(), s.Samples())
	if s.momentsOnly() {
		g.columns = s.rounding()
	}
	g.written = s.precision.FewDigits()
	return g
}

// grain returns that of Y, which predicts X.
func (p *Pair) grain() grain {
	g := p.Y.grain()
	g.target = p.X.grain().floor
	return g
}

// grainOf returns the grain of n samples of features with the given rounding.
func grainOf(rounding []float64, n int) grain {
	g := grain{}
	for _, v := range rounding {
		g.floor = max(g.floor, v)
	}
	p := len(rounding)
	if p <= n {
		g.columns = rounding
	}
	g.floor *= math.Sqrt(float64(max(n, p)) / float64(n))
	return g
}

// units returns factors that give columns with the given squared norms the norm 1, or 0
// where they are rounding errors, and the largest rounding in these units.
func (g grain) units(squares []float64) (factors []float64, noise float64) {
	const most = 1e-3 // text with few digits says more than its digits would
	factors = make([]float64, len(squares))
	for j, v := range squares {
		own, size := g.floor, math.Sqrt(v)
		if g.columns != nil {
			own = g.columns[j]
		}
		if size > 2*own {
			factors[j] = 1 / size
			noise = max(noise, min(own/size, most))
		}
	}
	return factors, noise
}

// rank returns how many of the descending singular values s of centred samples rounding
// does not explain.
func (g grain) rank(y *mat.Dense, s []float64) (int, error) {
	const small = 1e-13 // of the largest, which the values do not hold anyway
	n, q := y.Dims()
	switch {
	case g.floor <= small*s[0]:
		return len(s), nil
	case g.columns == nil:
		return g.plainRank(s, n, q), nil
	}
	scaled := mat.DenseCopyOf(y)
	g.equilibrate(scaled)
	values, err := linalg.SingularValues(scaled)
	return min(len(s), dimensions(values, n, q)), err
}

// computedGrain is that of a matrix of computed numbers.
func computedGrain(y *mat.Dense) grain {
	n, q := y.Dims()
	rounding := make([]float64, q)
	linalg.RaiseMagnitudes(rounding, y)
	scale(rounding, epsilon*math.Sqrt(float64(n)))
	return grainOf(rounding, n)
}

// noiseShare is the share of its norm that rounding may have in a feature whose second
// moments are trusted.
const noiseShare = 1e-4

// noisy reports whether rounding is a considerable part of a predicting feature, so that
// second moments, scaled to unit variance, would pass it for a signal. It needs a look at
// the data only where means and variances leave a doubt.
func (s *System) noisy() bool {
	if s.twin != nil {
		return s.twin.of.noisy()
	}
	return always(&s.memo, noisyKey{}, func() bool {
		if !s.momentsOnly() && !s.slim() {
			return s.grain().floor > noiseShare*math.Sqrt(slices.Min(diagonal(s.gram())))
		}
		squares := s.columnSquares()
		if !s.momentsOnly() {
			n := float64(s.Samples())
			doubt := false
			means := s.centredPanels().Means()
			least, most := math.Inf(1), 0.0 // of bounds of the magnitudes
			for j, square := range squares {
				norm := math.Sqrt(square)
				size := math.Abs(means[j]) + norm
				least, most = min(least, size), max(most, size)
				doubt = doubt || s.precision.Spacing(size)*math.Sqrt(n) > noiseShare*norm
			}
			if !doubt && least > s.residue(most)*math.Sqrt(n) {
				return false
			}
		}
		for j, r := range s.rounding() {
			if r > noiseShare*math.Sqrt(squares[j]) {
				return true
			}
		}
		return false
	})
}

type noisyKey struct{}

// equilibrate divides columns by their grain and returns the factors. A column that is
// as small as the rounding errors of computing with the largest gets a factor of 0: it
// may be nothing else.
func (g grain) equilibrate(y *mat.Dense) []float64 {
	factors := make([]float64, len(g.columns))
	norms := columnNorms(y)
	n, q := y.Dims()
	least := slices.Max(norms) * float64(max(n, q)) * epsilon
	for j, v := range g.columns {
		if v > 0 && norms[j] > least {
			factors[j] = 1 / v
		}
	}
	scaleColumns(y, factors)
	return factors
}

// plainRank returns the numerical rank of a matrix in the units of the data.
func (g grain) plainRank(values []float64, n, q int) int {
	r := linalg.Rank(values, n, q)
	for r > 0 && values[r-1] <= g.floor {
		r--
	}
	return r
}
