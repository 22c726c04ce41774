package mlem

import (
	"context"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// algebra gives the moments of the pairs between two clusters of stimuli from moments of
// the stimuli of each, up to the fourth: no pair is formed. It needs coordinates z, whose
// differences δ = z_i − z_j the regressors multiply, and squared Euclidean distances
// r = ‖y_i − y_j‖². With M_S = Σ_i Π_{a∈S} z_ia over the stimuli of a cluster, and sums
// over i in A and j in B,
//
//	Σ δ_aδ_b       = n_B M_ab + M′_ab n_A − M_aM′_b − M_bM′_a
//	Σ δ_aδ_bδ_cδ_d = Σ_S (−1)^|S| M_{abcd∖S} M′_S        (the 16 subsets S)
//	Σ r            = n_B Σs + n_A Σs′ − 2 Y·Y′
//	Σ r²           = n_B Σs² + n_A Σs′² + 2ΣsΣs′ − 4(Σsy·Y′ + Y·Σs′y′) + 4⟨Q,Q′⟩
//	Σ δ_aδ_b r     = Σ δ_aδ_b(s_i + s_j) − 2(V_ab·Y′ − V_a·V′_b − V_b·V′_a + Y·V′_ab)
//
// with s = ‖y‖², Y = Σy, Q = Σyyᵀ and V_S = Σ y·Π_{a∈S} z_a; a prime marks B. Pairs within
// a cluster are half of the ordered ones. z and y are about their means over all stimuli,
// which changes no difference and keeps the digits.
type algebra struct {
	pairs    [][2]int // elementary products of coordinates, a ≤ b
	of       [][]int  // elementary products that each term sums
	double   []bool   // terms that count twice
	place    [][]int  // number of the elementary product of two coordinates, −1 for none
	z        *mat.Dense
	clusters []clusterMoments
	kept     []cellSums // by two clusters; nil where they are computed when they are needed
}

// clusterMoments are the sums over the stimuli of a cluster.
type clusterMoments struct {
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
	if !s.usesAllPairs() || g.interacts() && g.first == nil {
		return nil
	}
	for i := range s.features.columns {
		c := &s.features.columns[i]
		if c.kind == Precomputed || c.kind == Circular && g.first == nil || slices.ContainsFunc(c.values, func(v float64) bool { return v != v }) {
			return nil
		}
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
	a.clusters = make([]clusterMoments, len(start)-1)
	for c := range a.clusters {
		a.clusters[c] = a.cluster(start[c], start[c+1])
	}
	return a
}

// takes reports whether the sums with the distances of a representation come from moments:
// these are squared lengths, their moments fit into memory, and products of matrices of them
// are shorter than forming all distances and regressors. A regressor of a pair takes as long
// as some multiplications of a product of matrices.
func (g *algebra) takes(d *Neural) bool {
	if g == nil || !d.squaredLength() {
		return false
	}
	const most = 64 << 20 // numbers
	const perRegressor = 32
	rows, cols := d.points.Dims()
	n, q, c, e, pairs := float64(rows), float64(cols), float64(len(g.clusters)), float64(len(g.place)), float64(len(g.pairs))
	bySamples, byUnits := squaresWork(d.points, len(g.clusters))
	work := n*q*(e+pairs) + c*c*q*(pairs+e*e/2) + min(bySamples, byUnits)
	return work <= n*n/2*(q+perRegressor*pairs) && c*(e*q+(pairs+e)*c) <= most
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

// cluster returns the moments of the stimuli [lo,hi).
func (g *algebra) cluster(lo, hi int) clusterMoments {
	z, u := g.products(lo, hi)
	m := clusterMoments{n: float64(hi - lo), first: make([]float64, len(g.place))}
	for i := range hi - lo {
		addScaled(m.first, z.RawRowView(i), 1)
	}
	m.second, m.fourth, m.third = linalg.Gram(z), linalg.Gram(u), linalg.CrossGram(u, z)
	return m
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

// keepSums keeps what between returns for all cells of a few clusters: every representation
// asks for it again.
func (g *algebra) keepSums(ctx context.Context, jobs int) error {
	const most = 8 << 20 // numbers
	n := len(g.clusters)
	if n*n*len(g.of) > most {
		return nil
	}
	kept := make([]cellSums, n*n)
	err := forEach(ctx, jobs, n, func(_, a int) error {
		for b := a; b < n; b++ {
			c := &kept[a*n+b]
			c.count, c.weight, c.sums = g.between(a, b)
		}
		return nil
	})
	g.kept = kept
	return err
}

// cellSums are the sums over the pairs between two clusters that all representations share.
type cellSums struct {
	count, weight float64
	sums          []float64
}

// sumsOf is between, kept or computed.
func (g *algebra) sumsOf(a, b int) (count, weight float64, sums []float64) {
	if g.kept != nil {
		c := &g.kept[a*len(g.clusters)+b]
		return c.count, c.weight, c.sums
	}
	return g.between(a, b)
}

// between returns the number of pairs between two clusters, the weight of ordered pairs,
// and Σx of every term.
func (g *algebra) between(a, b int) (count, weight float64, sums []float64) {
	x, y := &g.clusters[a], &g.clusters[b]
	weight, count = 1, x.n*y.n
	if a == b {
		weight, count = 0.5, x.n*(x.n-1)/2
	}
	elementary := make([]float64, len(g.pairs))
	for k, ab := range g.pairs {
		i, j := ab[0], ab[1]
		elementary[k] = weight * (y.n*x.second.At(i, j) + x.n*y.second.At(i, j) - x.first[i]*y.first[j] - x.first[j]*y.first[i])
	}
	sums = make([]float64, len(g.of))
	for t := range sums {
		sums[t] = g.gather(t, elementary)
	}
	return count, weight, sums
}

// sum writes the moments of the regressors of the pairs between clusters a and b to a row
// of sums.
func (g *algebra) sum(row []float64, a, b int, s shift) {
	p := len(g.of)
	m := viewMoments(row, p)
	count, weight, sums := g.sumsOf(a, b)
	row[0] = count
	for t := range p {
		m.x[t] = sums[t] - count*s.x[t]
	}
	x, y := &g.clusters[a], &g.clusters[b]
	fourths := g.fourths(x, y)
	packed := m.xx
	for t := range p {
		for u := t; u < p; u++ {
			total := 0.0
			for _, k := range g.of[t] {
				for _, l := range g.of[u] {
					total += fourths.At(min(k, l), max(k, l))
				}
			}
			if g.double[t] {
				total *= 2
			}
			if g.double[u] {
				total *= 2
			}
			packed[u-t] = weight*total - s.x[t]*sums[u] - s.x[u]*sums[t] + count*s.x[t]*s.x[u]
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

// fourths returns Σδ_aδ_bδ_cδ_d over ordered pairs, for elementary products ab ≤ cd.
func (g *algebra) fourths(x, y *clusterMoments) *mat.Dense {
	n := len(g.pairs)
	out := mat.NewDense(n, n, nil)
	own, other := make([]float64, n), make([]float64, n) // second moments by elementary product
	for k, ab := range g.pairs {
		own[k], other[k] = x.second.At(ab[0], ab[1]), y.second.At(ab[0], ab[1])
	}
	third, thirdOther := x.third.RawMatrix(), y.third.RawMatrix()
	first, firstOther := x.first, y.first
	for k, ab := range g.pairs {
		a, b := ab[0], ab[1]
		xa, xb, ya, yb := x.second.RawRowView(a), x.second.RawRowView(b), y.second.RawRowView(a), y.second.RawRowView(b)
		x3, y3 := x.third.RawRowView(k), y.third.RawRowView(k)
		x4, y4 := x.fourth.RawRowView(k), y.fourth.RawRowView(k)
		fa, fb, ga, gb := first[a], first[b], firstOther[a], firstOther[b]
		to := out.RawRowView(k)
		for l := k; l < n; l++ {
			c, d := g.pairs[l][0], g.pairs[l][1]
			cx, cy := third.Data[l*third.Stride:], thirdOther.Data[l*thirdOther.Stride:]
			to[l] = y.n*x4[l] + x.n*y4[l] -
				(x3[c]*firstOther[d] + x3[d]*firstOther[c] + cx[a]*gb + cx[b]*ga) -
				(y3[c]*first[d] + y3[d]*first[c] + cy[a]*fb + cy[b]*fa) +
				own[k]*other[l] + own[l]*other[k] +
				xa[c]*yb[d] + xb[d]*ya[c] + xa[d]*yb[c] + xb[c]*ya[d]
		}
	}
	return out
}
