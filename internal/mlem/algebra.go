package mlem

import (
	"context"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// algebra gives the moments of the pairs of a sampling from moments of its stimuli, up to the
// fourth: no pair is formed. It needs coordinates z, whose differences δ = z_i − z_j the
// regressors multiply, and squared Euclidean distances r = ‖y_i − y_j‖². With
// M_S = Σ_i m_i Π_{a∈S} z_ia over the stimuli, m_i copies of each and N = Σm_i, sums over
// pairs i<j with the weights m_i·m_j are
//
//	Σ δ_aδ_b       = N M_ab − M_aM_b
//	Σ δ_aδ_bδ_cδ_d = N M_abcd − M_abc M_d − M_abd M_c − M_acd M_b − M_bcd M_a + M_ab M_cd + M_ac M_bd + M_ad M_bc
//	Σ r            = N Σms − Y·Y
//	Σ r²           = N Σms² + (Σms)² − 4 Σmsy·Y + 2⟨Q,Q⟩
//	Σ δ_aδ_b r     = N S_ab − S_a M_b − S_b M_a + Σms M_ab − 2(V_ab·Y − V_a·V_b)
//
// with s = ‖y‖², Y = Σmy, Q = Σmyyᵀ, S and V like M with s and with y. A stimulus and its
// copy, whose differences are 0, only count: the number of pairs is (N² − Σm²)/2. Moments of
// clusters, of whose stimuli m is the same, are formed once, and weighted sums of them are
// those of a sampling, whatever the number of stimuli is. z and y are about their means over
// all stimuli, which changes no difference and keeps the digits.
type algebra struct {
	pairs    [][2]int // elementary products of coordinates, a ≤ b
	of       [][]int  // elementary products that each term sums
	double   []bool   // terms that count twice
	place    [][]int  // number of the elementary product of two coordinates, −1 for none
	z        *mat.Dense
	moments  *mat.Dense // clusters × numbers, see view
	clusters []stimulusMoments
}

// stimulusMoments are sums over the stimuli of a cluster, or weighted ones over clusters.
type stimulusMoments struct {
	n      float64
	first  []float64  // M_a
	second *mat.Dense // M_ab, coordinates × coordinates
	third  *mat.Dense // M_abc, elementary products × coordinates
	fourth *mat.Dense // M_abcd, elementary products × elementary products
}

// newAlgebra returns the algebra of a sample, or nil where the pairs themselves are needed:
// for absolute differences that are multiplied, missing values, and pairs that are left
// out. The distances have no part in it, so that representations do not change the sums
// of each other.
func newAlgebra(s *sample, g *design, start []int) *algebra {
	if !s.usesAllPairs() || !g.hasAlgebra(s.features) {
		return nil
	}
	lifted := s.features.under(Signed)
	columns := lifted.coordinates()
	first := lifted.firstCoordinates()
	e := len(columns)
	a := &algebra{z: mat.NewDense(len(s.id), e, nil), place: make([][]int, e)}
	for i := range a.place {
		a.place[i] = slices.Repeat([]int{-1}, e)
	}
	for j, c := range columns {
		a.z.SetCol(j, c.values)
	}
	a.z, _ = linalg.Center(a.z)
	for _, term := range g.terms {
		from, to, tied := term.A, term.B, term.Tied
		if g.first == nil { // the main effect of a feature
			from, to, tied = first[term.A], first[term.A], first[term.A+1]-first[term.A]-1
		}
		var own []int
		for k := range tied + 1 {
			own = append(own, a.product(from+k, to+k))
		}
		a.of = append(a.of, own)
		a.double = append(a.double, from != to)
	}
	_, all := a.numbers()
	if all*(len(start)-1) > mostMoments {
		return nil
	}
	a.moments = mat.NewDense(len(start)-1, all, nil)
	for c := range len(start) - 1 {
		a.sumCluster(a.moments.RawRowView(c), start[c], start[c+1])
		a.clusters = append(a.clusters, a.view(a.moments.RawRowView(c)))
	}
	return a
}

// hasAlgebra reports whether the regressors multiply differences of coordinates, of which none
// is missing.
func (g *design) hasAlgebra(f *Features) bool {
	return (!g.interacts() || g.first != nil) && !slices.ContainsFunc(f.columns, func(c column) bool {
		return c.kind == Precomputed || c.kind == Circular && g.first == nil || slices.ContainsFunc(c.values, func(v float64) bool { return v != v })
	})
}

// mostMoments bounds the moments of all clusters. Where there are more, pairs are formed.
const mostMoments = 32 << 20

// numbers returns how many moments there are up to the second, and up to the fourth.
func (g *algebra) numbers() (second, fourth int) {
	e, pairs := len(g.place), len(g.pairs)
	second = 1 + e + e*e
	return second, second + pairs*(e+pairs)
}

// view returns the moments in a row of them; one that ends with the second has no higher.
func (g *algebra) view(row []float64) stimulusMoments {
	e, pairs := len(g.place), len(g.pairs)
	next := func(rows, cols int) *mat.Dense {
		part := mat.NewDense(rows, cols, row[:rows*cols])
		row = row[rows*cols:]
		return part
	}
	m := stimulusMoments{n: next(1, 1).At(0, 0), first: next(1, e).RawRowView(0), second: next(e, e)}
	if len(row) > 0 {
		m.third, m.fourth = next(pairs, e), next(pairs, pairs)
	}
	return m
}

// takes reports whether the sums with the distances of a representation come from moments:
// these are squared lengths, their moments fit into memory, and products of matrices of them
// are shorter than forming all distances and regressors.
func (g *algebra) takes(d *Neural) bool {
	if g == nil || !d.squaredLength() {
		return false
	}
	n, q := d.points.Dims()
	return takesMoments(float64(n), float64(q), float64(len(g.clusters)), float64(len(g.place)), float64(len(g.pairs)))
}

// takesMoments is algebra.takes for squared lengths of n × q patterns, c clusters and so many
// coordinates and products. A regressor of a pair takes as long as some multiplications of a
// product of matrices.
func takesMoments(n, q, c, coordinates, products float64) bool {
	const most = 64 << 20 // numbers
	const perRegressor = 32
	bySamples, byUnits := squaresWork(n, q, c)
	work := n*q*(coordinates+products) + c*c*q*(products+coordinates*coordinates/2) + min(bySamples, byUnits)
	return work <= n*n/2*(q+perRegressor*products) && c*(coordinates*q+(products+coordinates)*c) <= most
}

// squaredLength reports whether the regressed distances are squared Euclidean ones.
func (d *Neural) squaredLength() bool {
	return d.points != nil && d.minus == nil && d.matrix == nil && d.warp == nil && d.power == 1 && d.Distance != Manhattan
}

// product returns the number of the elementary product of two coordinates.
func (g *algebra) product(i, j int) int {
	if g.place[i][j] < 0 {
		g.place[i][j], g.place[j][i] = len(g.pairs), len(g.pairs)
		g.pairs = append(g.pairs, [2]int{min(i, j), max(i, j)})
	}
	return g.place[i][j]
}

// sumCluster writes the moments of the stimuli [lo,hi) to a row of them.
func (g *algebra) sumCluster(row []float64, lo, hi int) {
	z, u := g.products(lo, hi)
	row[0] = float64(hi - lo)
	m := g.view(row)
	for i := range hi - lo {
		addScaled(m.first, z.RawRowView(i), 1)
	}
	linalg.GramTo(m.second, z)
	linalg.GramTo(m.fourth, u)
	linalg.CrossGramTo(m.third, u, z)
}

// products returns the coordinates of the stimuli [lo,hi) and their elementary products.
func (g *algebra) products(lo, hi int) (z, u *mat.Dense) {
	_, e := g.z.Dims()
	z = mat.DenseCopyOf(g.z.Slice(lo, hi, 0, e))
	u = mat.NewDense(hi-lo, len(g.pairs), nil)
	for i := range hi - lo {
		row, to := z.RawRowView(i), u.RawRowView(i)
		for k, p := range g.pairs {
			to[k] = row[p[0]] * row[p[1]]
		}
	}
	return z, u
}

// samplingsAtOnce is the number of samplings whose moments are formed by one product of
// matrices. It does not depend on the number of workers.
const samplingsAtOnce = 16

// eachSamplings calls body for some samplings [lo,hi) at a time with their multiplicities of
// the clusters, a row each.
func (g *algebra) eachSamplings(ctx context.Context, jobs int, s samplings, body func(lo, hi int, m *mat.Dense)) error {
	n := len(s.rows)
	return forEach(ctx, jobs, (n+samplingsAtOnce-1)/samplingsAtOnce, func(_, at int) error {
		lo, hi := at*samplingsAtOnce, min((at+1)*samplingsAtOnce, n)
		m := mat.NewDense(hi-lo, len(g.clusters), nil)
		for r := lo; r < hi; r++ {
			m.SetRow(r-lo, s.rows[r])
		}
		body(lo, hi, m)
		return nil
	})
}

// weighted returns the moments of samplings with the given multiplicities of the clusters, up
// to a number of them.
func (g *algebra) weighted(m mat.Matrix, numbers int) *mat.Dense {
	var out mat.Dense
	out.Mul(m, g.moments.Slice(0, len(g.clusters), 0, numbers))
	return &out
}

// sumRegressors writes the moments of the regressors of every sampling to a row of sums.
func (g *algebra) sumRegressors(ctx context.Context, jobs int, s samplings, shift shift, row func(r int) []float64) error {
	_, numbers := g.numbers()
	return g.eachSamplings(ctx, jobs, s, func(lo, hi int, m *mat.Dense) {
		all := g.weighted(m, numbers)
		fourths := mat.NewDense(len(g.pairs), len(g.pairs), nil)
		for r := lo; r < hi; r++ {
			own := g.view(all.RawRowView(r - lo))
			g.sum(row(r), &own, g.pairsOf(m.RawRowView(r-lo), own.n), fourths, shift)
		}
	})
}

// pairsOf returns the number of pairs of a sampling with N stimuli.
func (g *algebra) pairsOf(m []float64, n float64) float64 {
	copies := 0.0
	for k, v := range m {
		copies += v * v * g.clusters[k].n
	}
	return (n*n - copies) / 2
}

// termSums returns Σx of every term over the pairs of a sampling.
func (g *algebra) termSums(m *stimulusMoments) []float64 {
	elementary := make([]float64, len(g.pairs))
	for k, ab := range g.pairs {
		i, j := ab[0], ab[1]
		elementary[k] = m.n*m.second.At(i, j) - m.first[i]*m.first[j]
	}
	sums := make([]float64, len(g.of))
	for t := range sums {
		sums[t] = g.gather(t, elementary)
	}
	return sums
}

// sum writes the moments of the regressors of the pairs of a sampling, count of them, to a
// row of sums. fourths is room for those of elementary products.
func (g *algebra) sum(row []float64, m *stimulusMoments, count float64, fourths *mat.Dense, s shift) {
	p := len(g.of)
	to, sums := viewMoments(row, p), g.termSums(m)
	row[0] = count
	for t := range p {
		to.x[t] = sums[t] - count*s.x[t]
	}
	g.fourths(fourths, m)
	values := fourths.RawMatrix()
	packed := to.xx
	for t := range p {
		for u := t; u < p; u++ {
			total := 0.0
			for _, k := range g.of[t] {
				for _, l := range g.of[u] {
					total += values.Data[min(k, l)*values.Stride+max(k, l)]
				}
			}
			if g.double[t] {
				total *= 2
			}
			if g.double[u] {
				total *= 2
			}
			packed[u-t] = total - s.x[t]*sums[u] - s.x[u]*sums[t] + count*s.x[t]*s.x[u]
		}
		packed = packed[p-t:]
	}
}

// gather sums the elementary products of a term.
func (g *algebra) gather(t int, elementary []float64) float64 {
	total := 0.0
	for _, k := range g.of[t] {
		total += elementary[k]
	}
	if g.double[t] {
		total *= 2
	}
	return total
}

// fourths writes Σδ_aδ_bδ_cδ_d over the pairs of a sampling, for elementary products ab ≤ cd.
func (g *algebra) fourths(out *mat.Dense, m *stimulusMoments) {
	n := len(g.pairs)
	seconds := make([]float64, n) // by elementary product
	for k, ab := range g.pairs {
		seconds[k] = m.second.At(ab[0], ab[1])
	}
	third, first := m.third.RawMatrix(), m.first
	for k, ab := range g.pairs {
		a, b := ab[0], ab[1]
		ma, mb := m.second.RawRowView(a), m.second.RawRowView(b)
		own, fourth := m.third.RawRowView(k), m.fourth.RawRowView(k)
		fa, fb := first[a], first[b]
		to := out.RawRowView(k)
		for l := k; l < n; l++ {
			c, d := g.pairs[l][0], g.pairs[l][1]
			other := third.Data[l*third.Stride:]
			to[l] = m.n*fourth[l] - (own[c]*first[d] + own[d]*first[c] + other[a]*fb + other[b]*fa) +
				seconds[k]*seconds[l] + ma[c]*mb[d] + ma[d]*mb[c]
		}
	}
}
