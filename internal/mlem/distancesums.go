package mlem

import (
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// distanceSums gives the sums D_ic of the distances of each stimulus i from the others of each
// cluster c, each less the shift. Of squared lengths ‖y_i − y_j‖² they are
//
//	D_ic = n_c‖y_i‖² + Σ_{j∈c}‖y_j‖² − 2 y_iᵀΣ_{j∈c}y_j,
//
// which takes n·C·q multiplications of n stimuli, C clusters and q units. Other distances take
// a pass over all pairs. Patterns are about their mean, which keeps the digits.
type distanceSums struct {
	f     *fitting
	k     int
	means []float64  // of the patterns; nil where a pass over the pairs is needed
	sums  *mat.Dense // Σy of each cluster, clusters × units
	norms []float64  // Σ‖y‖² of each cluster
}

func (f *fitting) newDistanceSums(k int) *distanceSums {
	s := &distanceSums{f: f, k: k}
	d := f.sample.neural[k]
	if !d.squaredLength() {
		return s
	}
	n, q := d.points.Dims()
	s.means = make([]float64, q)
	linalg.ColumnMeansTo(s.means, d.points)
	clusters := f.layout.clusters()
	s.sums, s.norms = mat.NewDense(clusters, q, nil), make([]float64, clusters)
	row := make([]float64, q)
	for i := range n {
		s.centre(row, i)
		c := f.sample.cluster[i]
		s.norms[c] += dot(row, row)
		addScaled(s.sums.RawRowView(c), row, 1)
	}
	return s
}

// centre writes the pattern of stimulus i about the mean.
func (s *distanceSums) centre(to []float64, i int) {
	for u, v := range s.f.sample.neural[s.k].points.RawRowView(i) {
		to[u] = v - s.means[u]
	}
}

// block returns the sums of the stimuli [lo,hi), clusters × stimuli.
func (s *distanceSums) block(lo, hi int) *mat.Dense {
	f, clusters := s.f, s.f.layout.clusters()
	shift := f.shift.y[s.k]
	out := mat.NewDense(clusters, hi-lo, nil)
	if s.means == nil {
		const band = 64 // rows at a time, for one product
		n := len(f.sample.id)
		distances := make([]float64, band*n)
		for i0 := lo; i0 < hi; i0 += band {
			i1 := min(i0+band, hi)
			f.sample.neural[s.k].block(distances[:(i1-i0)*n], i0, i1, 0, n)
			for i := i0; i < i1; i++ {
				for j, v := range distances[(i-i0)*n : (i-i0+1)*n] {
					if i != j {
						c := f.sample.cluster[j]
						out.Set(c, i-lo, out.At(c, i-lo)+v-shift)
					}
				}
			}
		}
		return out
	}
	_, q := s.sums.Dims()
	scale := f.sample.neural[s.k].scale
	y, own := mat.NewDense(hi-lo, q, nil), make([]float64, hi-lo)
	for i := lo; i < hi; i++ {
		row := y.RawRowView(i - lo)
		s.centre(row, i)
		own[i-lo] = dot(row, row)
	}
	out.Mul(s.sums, y.T())
	for c := range clusters {
		size := float64(f.layout.size(c))
		row := out.RawRowView(c)
		for i, v := range row {
			others := size
			if f.sample.cluster[lo+i] == c {
				others--
			}
			row[i] = scale*(size*own[i]+s.norms[c]-2*v) - shift*others
		}
	}
	return out
}
