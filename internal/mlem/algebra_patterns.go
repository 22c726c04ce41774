package mlem

import (
	"context"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// patternMoments are the moments of C clusters with the patterns y of one representation, in
// the words of algebra, and products of them where these are fewer. A prime marks another
// cluster.
type patternMoments struct {
	scale    float64    // of the squared distances
	s, ss    []float64  // Σs, Σs² of each cluster
	sz, szz  *mat.Dense // Σs·z_a, clusters × coordinates, and Σs·z_az_b, clusters × elementary products
	inner    *mat.Dense // Y·Y′, clusters × clusters
	skew     *mat.Dense // Σsy·Y′, clusters × clusters
	squares  *mat.Dense // ⟨Q,Q′⟩ = Σ(y·y′)², clusters × clusters
	products *mat.Dense // V_ab·Y′, (clusters · elementary products) × clusters
	single   *mat.Dense // V_a·Y′, (clusters · coordinates) × clusters
	v        *mat.Dense // V_a, (clusters · coordinates) × units
}

// patterns returns the moments of the clusters with the patterns of a representation.
func (g *algebra) patterns(ctx context.Context, d *Neural, start []int, jobs int) (*patternMoments, error) {
	c, e, pairs := len(g.clusters), len(g.place), len(g.pairs)
	y := aboutMeans(d.points)
	_, q := y.Dims()
	m := &patternMoments{
		scale: d.scale, s: make([]float64, c), ss: make([]float64, c), sz: mat.NewDense(c, e, nil), szz: mat.NewDense(c, pairs, nil),
		products: mat.NewDense(c*pairs, c, nil), single: mat.NewDense(c*e, c, nil), v: mat.NewDense(c*e, q, nil),
		inner: mat.NewDense(c, c, nil), skew: mat.NewDense(c, c, nil),
	}
	own := func(k int) *mat.Dense { return y.Slice(start[k], start[k+1], 0, q).(*mat.Dense) }
	sums, sy := mat.NewDense(c, q, nil), mat.NewDense(c, q, nil) // Y, Σsy
	err := forEach(ctx, jobs, c, func(_, k int) error {
		rows := own(k)
		n, _ := rows.Dims()
		z, u := g.products(start[k], start[k+1])
		by := mat.NewDense(n, 2+e, nil) // 1, s and z, which patterns are multiplied with
		for i := range n {
			s := squaredNorm(rows.RawRowView(i))
			row := by.RawRowView(i)
			row[0], row[1] = 1, s
			copy(row[2:], z.RawRowView(i))
			m.s[k] += s
			m.ss[k] += s * s
			addScaled(m.sz.RawRowView(k), z.RawRowView(i), s)
			addScaled(m.szz.RawRowView(k), u.RawRowView(i), s)
		}
		with := linalg.CrossGram(by, rows)
		sums.SetRow(k, with.RawRowView(0))
		sy.SetRow(k, with.RawRowView(1))
		m.v.Slice(k*e, (k+1)*e, 0, q).(*mat.Dense).Copy(with.Slice(2, 2+e, 0, q))
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = forEach(ctx, jobs, c, func(_, k int) error {
		_, u := g.products(start[k], start[k+1])
		m.products.Slice(k*pairs, (k+1)*pairs, 0, c).(*mat.Dense).Mul(linalg.CrossGram(u, own(k)), sums.T())
		return nil
	})
	if err != nil {
		return nil, err
	}
	m.inner.Mul(sums, sums.T())
	m.skew.Mul(sy, sums.T())
	m.single.Mul(m.v, sums.T())
	m.squares, err = squaresOfProducts(ctx, y, start, jobs)
	return m, err
}

// aboutMeans returns x, or x about the means of its columns where these are not small beside
// what varies: sums of fourth powers would lose the digits of it.
func aboutMeans(x *mat.Dense) *mat.Dense {
	const small = 1e-4 // of the squares, which takes no more than that from a digit
	n, q := x.Dims()
	means := make([]float64, q)
	linalg.ColumnMeansTo(means, x)
	if squaredNorm(means)*float64(n) <= small*linalg.Dot(x, x) {
		return x
	}
	centred := mat.NewDense(n, q, nil)
	linalg.CenterTo(centred, means, x)
	return centred
}

// squaresOfProducts returns Σ(y·y′)² over the rows y of one cluster and y′ of another, for
// all pairs of clusters: from the products themselves, or as inner products of matrices
// Q = Σyyᵀ, whichever is shorter.
func squaresOfProducts(ctx context.Context, y *mat.Dense, start []int, jobs int) (*mat.Dense, error) {
	n, q := y.Dims()
	if bySamples, byUnits := squaresWork(float64(n), float64(q), float64(len(start)-1)); bySamples < byUnits {
		return squaresBySamples(ctx, y, start, jobs)
	}
	return squaresByUnits(ctx, y, start, jobs)
}

// squaresWork returns the numbers of multiplications of the two ways of squaresOfProducts, for
// n rows of q units in c clusters.
func squaresWork(n, q, c float64) (bySamples, byUnits float64) {
	return n * n * q / 2, n*q*q/2 + c*c*q*q/4
}

// squaresBySamples squares and sums the products of rows.
func squaresBySamples(ctx context.Context, y *mat.Dense, start []int, jobs int) (*mat.Dense, error) {
	const most = 1 << 16 // products at a time
	c := len(start) - 1
	_, q := y.Dims()
	out := mat.NewDense(c, c, nil)
	err := forEach(ctx, jobs, c, func(_, a int) error {
		rows := y.Slice(start[a], start[a+1], 0, q)
		n := start[a+1] - start[a]
		for b := a; b < c; {
			end := b + 1
			for end < c && n*(start[end+1]-start[b]) <= most {
				end++
			}
			var products mat.Dense
			products.Mul(rows, y.Slice(start[b], start[end], 0, q).T())
			for to := b; to < end; to++ {
				part := products.Slice(0, n, start[to]-start[b], start[to+1]-start[b]).(*mat.Dense)
				out.Set(a, to, linalg.Dot(part, part))
			}
			b = end
		}
		return nil
	})
	for a := range c {
		for b := range a {
			out.Set(a, b, out.At(b, a))
		}
	}
	return out, err
}

// squaresByUnits takes inner products of Q of the clusters, some rows of all of them at a
// time. Elements behind the block of the diagonal count twice.
func squaresByUnits(ctx context.Context, y *mat.Dense, start []int, jobs int) (*mat.Dense, error) {
	const most = 4 << 20 // numbers
	c := len(start) - 1
	_, q := y.Dims()
	height := max(1, min(64, q, most/(c*q)))
	out := mat.NewDense(c, c, nil)
	block := make([]float64, c*height*q)
	for lo := 0; lo < q; lo += height {
		hi := min(lo+height, q)
		rows, cols := hi-lo, q-lo
		all := mat.NewDense(c, rows*cols, block[:c*rows*cols])
		err := forEach(ctx, jobs, c, func(_, k int) error {
			own := mat.NewDense(rows, cols, all.RawRowView(k))
			linalg.CrossGramTo(own, y.Slice(start[k], start[k+1], lo, hi).(*mat.Dense), y.Slice(start[k], start[k+1], lo, q).(*mat.Dense))
			for i := range rows {
				for j, v := range own.RawRowView(i)[rows:] {
					own.Set(i, rows+j, math.Sqrt2*v)
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		raw := out.RawMatrix()
		blas64.Syrk(blas.NoTrans, 1, all.RawMatrix(), 1, blas64.Symmetric{N: c, Data: raw.Data, Stride: raw.Stride, Uplo: blas.Lower})
	}
	for a := range c {
		for b := range a {
			out.Set(b, a, out.At(a, b))
		}
	}
	return out, nil
}

// sumDistances writes Σr, Σr² and Σx·r of the pairs of every sampling, less the shift, for a
// representation with the given moments.
func (g *algebra) sumDistances(ctx context.Context, jobs int, s samplings, of *patternMoments, shift shift, y float64, row func(r int) []float64) error {
	clusters, e, pairs := len(g.clusters), len(g.place), len(g.pairs)
	_, q := of.v.Dims()
	v := mat.NewDense(clusters, e*q, of.v.RawMatrix().Data)
	numbers, _ := g.numbers()
	return g.eachSamplings(ctx, jobs, s, func(lo, hi int, m *mat.Dense) {
		all := g.weighted(m, numbers)
		var products, inner, skew, squares, sz, szz, sums mat.Dense
		products.Mul(of.products, m.T()) // V_ab of each cluster times Y
		inner.Mul(m, of.inner)
		skew.Mul(m, of.skew)
		squares.Mul(m, of.squares)
		sz.Mul(m, of.sz)
		szz.Mul(m, of.szz)
		sums.Mul(m, v)
		elementary := make([]float64, pairs)
		for r := lo; r < hi; r++ {
			at := r - lo
			weights := m.RawRowView(at)
			own := g.view(all.RawRowView(at))
			count := g.pairsOf(weights, own.n)
			size, fourth := dot(weights, of.s), dot(weights, of.ss)
			total := of.scale * (own.n*size - dot(weights, inner.RawRowView(at)))
			square := of.scale * of.scale * (own.n*fourth + size*size - 4*dot(weights, skew.RawRowView(at)) + 2*dot(weights, squares.RawRowView(at)))
			with := mat.NewDense(e, q, sums.RawRowView(at)) // V_a
			single := linalg.OuterGram(with)
			szOwn, szzOwn := sz.RawRowView(at), szz.RawRowView(at)
			for k, ab := range g.pairs {
				i, j := ab[0], ab[1]
				product := 0.0
				for c, weight := range weights {
					product += weight * products.At(c*pairs+k, at)
				}
				elementary[k] = of.scale * (own.n*szzOwn[k] - szOwn[i]*own.first[j] - szOwn[j]*own.first[i] + size*own.second.At(i, j) - 2*(product-single.At(i, j)))
			}
			to := row(r)
			to[0] = total - count*y
			to[1] = square - 2*y*total + count*y*y
			for t, x := range g.termSums(&own) {
				to[2+t] = g.gather(t, elementary) - shift.x[t]*total - y*x + count*shift.x[t]*y
			}
		}
	})
}

// rowSums returns, for each sampling with the multiplicities in a row of weights and c in a row
// of c, Σ c_i r_i times the values of the terms, the coordinates, 1 and m_i, where r_i is the
// sum of the distances of stimulus i less the shift. With N = Σm and S = Σm·s over all stimuli,
//
//	r_i = N·s_i + S − 2 y_i·Σm_c Y_c − shift·(N − m_i),
//
// so that sums over the stimuli of a cluster are those of its moments.
func (g *algebra) rowSums(ctx context.Context, m *patternMoments, shift float64, weights, c *mat.Dense, jobs int) (*mat.Dense, error) {
	const atOnce = 16
	samplings, clusters := weights.Dims()
	p, e, pairs := len(g.of), len(g.place), len(g.pairs)
	out := mat.NewDense(samplings, p+e+2, nil)
	err := forEach(ctx, jobs, (samplings+atOnce-1)/atOnce, func(_, at int) error {
		lo, hi := at*atOnce, min((at+1)*atOnce, samplings)
		some := weights.Slice(lo, hi, 0, clusters)
		// Σm_c Y_c times what is summed over each cluster.
		var products, single, inner mat.Dense
		products.Mul(m.products, some.T())
		single.Mul(m.single, some.T())
		inner.Mul(m.inner, some.T())
		elementary := make([]float64, pairs)
		for r := lo; r < hi; r++ {
			counts, own := weights.RawRowView(r), c.RawRowView(r)
			n, s := 0.0, 0.0
			for k, count := range counts {
				n += count * g.clusters[k].n
				s += count * m.s[k]
			}
			to := out.RawRowView(r)
			z := to[p : p+e]
			clear(elementary)
			for k, factor := range own {
				if factor == 0 {
					continue
				}
				x := &g.clusters[k]
				rest := m.scale*s - shift*(n-counts[k]) // of r_i, the same for the stimuli of a cluster
				form := func(sv, v, vy float64) float64 { return factor * (m.scale*(n*sv-2*vy) + rest*v) }
				for l, ab := range g.pairs {
					elementary[l] += form(m.szz.At(k, l), x.second.At(ab[0], ab[1]), products.At(k*pairs+l, r-lo))
				}
				for a := range z {
					z[a] += form(m.sz.At(k, a), x.first[a], single.At(k*e+a, r-lo))
				}
				one := form(m.s[k], x.n, inner.At(k, r-lo))
				to[p+e] += one
				to[p+e+1] += one * counts[k]
			}
			for t := range p {
				to[t] = g.gather(t, elementary)
			}
		}
		return nil
	})
	return out, err
}
