package linalg

import (
	"math"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Moments are the second moments of n samples of two systems about their means:
//
//	XX = Σ(x−x̄)(x−x̄)ᵀ, YY = Σ(y−ȳ)(y−ȳ)ᵀ, XY = Σ(x−x̄)(y−ȳ)ᵀ,
//
// sums and not averages, with both triangles filled, and the largest magnitude of each
// feature, which tells what the rounding of its numbers can do. They suffice for every
// measure that is linear in the samples, and moments of disjoint samples can be
// merged.
type Moments struct {
	N            int
	MeanX, MeanY []float64
	MaxX, MaxY   []float64  // max|x_j| and max|y_j|
	XX, YY, XY   *mat.Dense // p×p, q×q, p×q
}

// NewMoments returns the moments of no samples, for systems of p and q
// features.
func NewMoments(p, q int) *Moments {
	return &Moments{
		MeanX: make([]float64, p), MeanY: make([]float64, q), MaxX: make([]float64, p), MaxY: make([]float64, q),
		XX: mat.NewDense(p, p, nil), YY: mat.NewDense(q, q, nil), XY: mat.NewDense(p, q, nil),
	}
}

// Merge adds the moments of other samples of the same systems:
//
//	XX ← XX + XX' + nn'/(n+n')·(x̄'−x̄)(x̄'−x̄)ᵀ
//
// and so on (Chan, Golub and LeVeque 1983, doi 10.1080/00031305.1983.10483115).
// Only positive semidefinite terms are added, so nothing cancels however far
// the means lie apart.
func (m *Moments) Merge(other *Moments) {
	if other.N == 0 {
		return
	}
	n := float64(m.N + other.N)
	share := float64(other.N) / n
	weight := float64(m.N) * share
	dx, dy := make([]float64, len(m.MeanX)), make([]float64, len(m.MeanY))
	moveMean(m.MeanX, dx, other.MeanX, share)
	moveMean(m.MeanY, dy, other.MeanY, share)
	m.XX.Add(m.XX, other.XX)
	m.YY.Add(m.YY, other.YY)
	m.XY.Add(m.XY, other.XY)
	if weight > 0 {
		vx, vy := blas64.Vector{N: len(dx), Inc: 1, Data: dx}, blas64.Vector{N: len(dy), Inc: 1, Data: dy}
		blas64.Ger(weight, vx, vx, m.XX.RawMatrix())
		blas64.Ger(weight, vy, vy, m.YY.RawMatrix())
		blas64.Ger(weight, vx, vy, m.XY.RawMatrix())
	}
	m.N += other.N
	raise(m.MaxX, other.MaxX)
	raise(m.MaxY, other.MaxY)
}

// raise takes the larger of each two entries.
func raise(to, other []float64) {
	for i, v := range other {
		to[i] = max(to[i], v)
	}
}

// moveMean writes d = other − mean and then adds share·d to mean.
func moveMean(mean, d, other []float64, share float64) {
	for i, v := range other {
		d[i] = v - mean[i]
		mean[i] += share * d[i]
	}
}

// Finite reports whether all samples were finite. A sample that is not makes a
// mean NaN or infinite.
func (m *Moments) Finite() bool {
	for _, means := range [][]float64{m.MeanX, m.MeanY} {
		for _, v := range means {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return false
			}
		}
	}
	return true
}
