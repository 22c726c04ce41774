package mlem

import (
	"context"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// rowPart is what effects of single stimuli explain, beyond the mean, of the sums of a
// sampling: of Σxxᵀ, upper triangle row by row, and of Σx·y of each distance.
//
// Noise e of a stimulus is in all of its distances: ‖(s_i+e_i) − (s_j+e_j)‖² has the noise
// ‖e_i‖² + ‖e_j‖² − 2e_i·e_j beside its products with signals. Over q units of variance
// σ², the effect ‖e_i‖² of a stimulus has the variance 2qσ⁴, and what is left of a pair,
// 2e_i·e_j, has 4qσ⁴ and is uncorrelated between pairs. Least squares that take all of it
// as if it were of single pairs waste most of what the pairs know: the errors of the pairs
// of a stimulus do not average out. Generalised least squares for n stimuli give the part
// of regressors and distances that a sum u_i + u_j can follow the weight
//
//	t = 4qσ⁴ / (4qσ⁴ + (n−2)·2qσ⁴) = 2/n
//
// and the rest the weight 1. Where D² is exactly dᵀWd the metric is found as before.
type rowPart struct {
	xx []float64
	xy [][]float64 // nil of a distance of which effects are not told apart
}

// RowStimuli bounds the number of stimuli whose effects are told apart where that takes a
// pass over all pairs: where features are not compared by coordinates without missing
// values, or distances are not squared lengths; see rowMoments and distanceSums.
const RowStimuli = 5000

// fewRows is how many times as many stimuli as terms take as long by pairs as by moments.
const fewRows = 4

// rowsFit reports whether effects of stimuli can be told apart by a pass over the pairs: all
// of them are used, they are not too many, and the sums over the pairs of each stimulus with
// each cluster fit into memory.
func (f *fitting) rowsFit() bool {
	return f.rowSumsFit(len(f.sample.id), f.layout.clusters(), len(f.design.terms))
}

// rowSumsFit is rowsFit of so many stimuli, clusters and terms.
func (o *Options) rowSumsFit(stimuli, clusters, terms int) bool {
	most := 16 << 20 // numbers
	if o.MaxMemory > 0 {
		most = min(most, o.MaxMemory/4/word)
	}
	return stimuli <= RowStimuli && stimuli*clusters*(terms+1) <= most
}

// tellsRows reports whether effects of stimuli are asked for and can be told apart.
func (f *fitting) tellsRows() bool {
	return f.RowEffects && f.Objective == Pearson && f.sample.usesAllPairs()
}

// rowsByMoments reports whether rowParts takes moments of clusters.
func (f *fitting) rowsByMoments(g *algebra) bool {
	return f.tellsRows() && g != nil && (!f.rowsFit() || len(f.sample.id) >= fewRows*len(f.design.terms))
}

// rowParts sets the row part of the moments of all samplings. With m_i copies of stimulus
// i, M in all, and r_i = Σ_{j≠i} m_j x_ij, the least squares of Σ m_i m_j (x_ij − u_i − u_j)²
// are u_i = (r_i − U)/(M − 2m_i) with U = Σ m_i u_i, and explain of Σ m_i m_j x_ij y_ij
//
//	Σ c_i r_i r′_i − (Σ c_i r_i)(Σ c_i r′_i)/(1 + Σ c_i),  c_i = m_i/(M − 2m_i),
//
// the mean included. Kept is 1 − 2/M of what that is beyond the mean.
//
// It takes no pair where the features have an algebra and the distances are squared lengths,
// unless stimuli are few: a sampling takes n·p operations for each cluster then, as products
// of matrices, and by moments p², as sums of long vectors that do not fit in cache.
func (f *fitting) rowParts(ctx context.Context, s samplings, all []*moments, g *algebra, known map[int]*mat.Dense) error {
	switch {
	case f.rowsByMoments(g):
		return f.rowPartsByMoments(ctx, s, all, g, known)
	case !f.tellsRows() || !f.rowsFit():
		return nil
	}
	n, c, p := len(f.sample.id), f.layout.clusters(), len(f.design.terms)
	x := mat.NewDense(c, n*p, nil)
	if err := f.sumRegressors(ctx, x); err != nil {
		return err
	}
	const block = 16 // samplings at a time
	const most = 16 << 20
	k := len(f.sample.neural)
	atOnce := max(1, most/(n*c))
	for k0 := 0; k0 < k; k0 += atOnce {
		k1 := min(k0+atOnce, k)
		y := make([]*mat.Dense, k1-k0)
		err := forEach(ctx, f.Jobs, len(y), func(_, i int) error {
			y[i] = f.newDistanceSums(k0+i).block(0, n)
			return nil
		})
		if err != nil {
			return err
		}
		blocks := (len(s.rows) + block - 1) / block
		err = forEach(ctx, f.Jobs, blocks, func(_, b int) error {
			lo, hi := b*block, min((b+1)*block, len(s.rows))
			weights := mat.NewDense(block, c, nil)
			for r := lo; r < hi; r++ {
				weights.SetRow(r-lo, s.rows[r])
			}
			own := mat.NewDense(block, n*p, nil)
			own.Mul(weights, x)
			for r := lo; r < hi; r++ {
				f.rowCoefficients(all[r], s.rows[r], own.RawRowView(r-lo), k0 == 0)
			}
			distances := mat.NewDense(block, n, nil)
			for i := range y {
				distances.Mul(weights, y[i])
				for r := lo; r < hi; r++ {
					all[r].rows.xy = append(all[r].rows.xy, f.rowProducts(all[r], k0+i, s.rows[r], own.RawRowView(r-lo), distances.RawRowView(r-lo)))
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// rowWeights returns c_i of the stimuli of each cluster, their sum over stimuli, and the share
// of the row part that is taken away, 0 where a sampling is too small.
func (f *fitting) rowWeights(m []float64) (c []float64, sum, share float64) {
	total, largest := 0.0, 0.0
	for k, v := range m {
		total += v * float64(f.layout.size(k))
		largest = max(largest, v)
	}
	c = make([]float64, len(m))
	if total <= 2*largest {
		return c, 0, 0
	}
	for k, v := range m {
		c[k] = v / (total - 2*v)
		sum += c[k] * float64(f.layout.size(k))
	}
	return c, sum, max(0, 1-2/total)
}

// rowCoefficients sets the part of Σxxᵀ of a sampling from r_i of the regressors of all
// stimuli.
func (f *fitting) rowCoefficients(m *moments, weights, r []float64, first bool) {
	if !first {
		return
	}
	n, p := len(f.sample.id), len(f.design.terms)
	c, sum, share := f.rowWeights(weights)
	m.rows = &rowPart{xx: make([]float64, p*(p+1)/2)}
	if share == 0 {
		return
	}
	scaled, mean := make([]float64, 0, n*p), make([]float64, p)
	used := 0
	for i, cluster := range f.sample.cluster {
		own := c[cluster]
		if own == 0 {
			continue
		}
		used++
		addScaled(mean, r[i*p:(i+1)*p], own)
		scaled = appendRoot(scaled, r[i*p:(i+1)*p], own)
	}
	xx := make([]float64, p*p)
	blas64.Syrk(blas.Trans, share, blas64.General{Rows: used, Cols: p, Stride: p, Data: scaled}, 0, blas64.Symmetric{N: p, Stride: p, Data: xx, Uplo: blas.Upper})
	packed := m.rows.xx
	for t := range p {
		for u := t; u < p; u++ {
			packed[u-t] = xx[t*p+u] - share*(mean[t]*mean[u]/(1+sum)+m.x[t]*m.x[u]/m.count)
		}
		packed = packed[p-t:]
	}
}

// rowProducts returns the part of Σx·y.
func (f *fitting) rowProducts(m *moments, k int, weights, r, y []float64) []float64 {
	p := len(f.design.terms)
	c, sum, share := f.rowWeights(weights)
	out, mean, meanY := make([]float64, p), make([]float64, p), 0.0
	if share == 0 {
		return out
	}
	for i, cluster := range f.sample.cluster {
		own := c[cluster]
		if own == 0 {
			continue
		}
		addScaled(out, r[i*p:(i+1)*p], share*own*y[i])
		addScaled(mean, r[i*p:(i+1)*p], own)
		meanY += own * y[i]
	}
	addScaled(out, mean, -share*meanY/(1+sum))
	sumY, _, _ := m.sums(k)
	return addScaled(out, m.x, -share*sumY/m.count)
}

// sumRegressors writes the sums of the regressors of the pairs of each stimulus with the
// others of each cluster: clusters × (stimuli · terms).
func (f *fitting) sumRegressors(ctx context.Context, to *mat.Dense) error {
	n, p := len(f.sample.id), len(f.design.terms)
	second := make([]int32, n)
	for j := range second {
		second[j] = int32(j)
	}
	return forEach(ctx, f.Jobs, n, func(_, i int) error {
		first := make([]int32, n)
		for j := range first {
			first[j] = int32(i)
		}
		x := make([]float64, p)
		d := newTiles(f.sample.features, n)
		for d.next(first, second) {
			for q := range d.n {
				j := d.at + q
				if i == j {
					continue
				}
				f.design.products(x, d.row(q))
				row := to.RawRowView(f.sample.cluster[j])[i*p : (i+1)*p]
				for t, v := range x {
					row[t] += v - f.shift.x[t]
				}
			}
		}
		return nil
	})
}

// appendRoot appends √c·v.
func appendRoot(to, v []float64, c float64) []float64 {
	at := len(to)
	to = append(to, v...)
	root := math.Sqrt(c)
	for i := at; i < len(to); i++ {
		to[i] *= root
	}
	return to
}

// target is the least squares that a fit solves: those of problem, but with what effects
// of single stimuli explain at their small weight; see rowPart.
func (f *fitting) target(m *moments, k, set int) *problem {
	q := f.problem(m, k, set)
	if m.rows == nil || m.count == 0 {
		return q
	}
	packed := m.rows.xx
	p := len(q.b)
	if m.rows.xy[k] == nil {
		return q
	}
	var fixed []int
	for t := range p {
		if q.g.At(t, t) == 0 {
			fixed = append(fixed, t)
		}
		q.b[t] -= m.rows.xy[k][t] / m.count
		for u := t; u < p; u++ {
			v := q.g.At(t, u) - packed[u-t]/m.count
			q.g.Set(t, u, v)
			q.g.Set(u, t, v)
		}
		packed = packed[p-t:]
	}
	for _, t := range fixed {
		q.fix(t)
	}
	return q
}
