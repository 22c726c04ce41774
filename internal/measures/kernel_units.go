package measures

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// mostKernelRows is the number of samples up to which single ones are left out of kernel
// matrices; of more, blocks are.
const mostKernelRows = 30

// unitEntries holds what estimates between units of items need of the entries of two
// symmetric matrices: of each item its sums with the items of each unit but its own, and
// of each unit the sums of products of its items with those of other units.
type unitEntries struct {
	items      [][]int
	n          int
	x, y       entrySums
	xy, xx, yy []float64
}

// entrySums are the sums of the entries of a matrix in the row of each item over other
// units: over each of them, and over all.
type entrySums struct {
	over  *mat.Dense // items × units
	whole []float64
}

// betweenUnits returns the cosine of two symmetric matrices, kernels or distances, from
// pairs of items of different units, centred without bias, and without each unit. See
// unitHSIC, of which it is the form for matrices that are no Gram matrices: with
// r_i = Σ_j K_ij over the other units, s_i likewise from L, and R_g = Σ_{i∈g} r_i,
//
//	H = Σ K_ij·L_ij − 2 Σ_g [Σ_{i∈g} r_i·s_i + (V_g−V)R_g]/(N−n_g).
//
// It is the same for K_ij + f_i + f_j, so that the means are subtracted first.
func betweenUnits(x, y banded, items [][]int) (*Deletions, error) {
	if len(items) < 4 {
		return nil, undefined("%d independent units, but the estimate needs at least 4", len(items))
	}
	n := x.n
	for _, rows := range items {
		if 2*len(rows) >= n-len(rows) {
			return nil, undefined("one unit has %d of %d samples, too many to centre the others without it", len(rows), n)
		}
	}
	k := newUnitEntries(x, y, items)
	out := &Deletions{One: make([]float64, len(items))}
	for g := -1; g < len(items); g++ {
		v, err := unitCosine(k.hsic(g, k.x, k.y, k.xy), k.hsic(g, k.x, k.x, k.xx), k.hsic(g, k.y, k.y, k.yy))
		switch {
		case err != nil && g >= 0:
			return nil, undefined("without one of %d units %s", len(items), err)
		case err != nil:
			return nil, err
		case g < 0:
			out.All = v
		default:
			out.One[g] = v
		}
	}
	return out, nil
}

func newUnitEntries(x, y banded, items [][]int) *unitEntries {
	n, count := x.n, len(items)
	k := &unitEntries{
		items: items, n: n,
		x: entrySums{over: mat.NewDense(n, count, nil)}, y: entrySums{over: mat.NewDense(n, count, nil)},
		xy: make([]float64, count), xx: make([]float64, count), yy: make([]float64, count),
	}
	unit := unitOf(items, n)
	meanX, meanY := x.extent().mean(), y.extent().mean()
	memory := make([]float64, min(bandRows, n)*n)
	x.each(func(lo int, band *mat.Dense) {
		other := y.at(memory, lo)
		for r := range band.RawMatrix().Rows {
			i := lo + r
			own := unit[i]
			rx, ry := k.x.over.RawRowView(i), k.y.over.RawRowView(i)
			ys := other.RawRowView(r)[r+1:]
			for c, v := range band.RawRowView(r)[r+1:] {
				j := i + 1 + c
				g := unit[j]
				if g == own {
					continue
				}
				a, b := v-meanX, ys[c]-meanY
				rx[g] += a
				ry[g] += b
				k.x.over.RawRowView(j)[own] += a
				k.y.over.RawRowView(j)[own] += b
				k.xy[own] += a * b
				k.xy[g] += a * b
				k.xx[own] += a * a
				k.xx[g] += a * a
				k.yy[own] += b * b
				k.yy[g] += b * b
			}
		}
	})
	k.x.whole, k.y.whole = rowSums(k.x.over), rowSums(k.y.over)
	return k
}

// hsic returns H without unit k, or of all for k = −1, given the sums of two matrices and
// of their products.
func (u *unitEntries) hsic(k int, x, y entrySums, products []float64) float64 {
	total, out := float64(u.n), sum(products)
	if k >= 0 {
		total -= float64(len(u.items[k]))
		out -= 2 * products[k]
	}
	rest := func(s entrySums) (each, of []float64) {
		each, of = slices.Clone(s.whole), make([]float64, len(u.items))
		for g, rows := range u.items {
			for _, i := range rows {
				if k >= 0 {
					each[i] -= s.over.At(i, k)
				}
				of[g] += each[i]
			}
		}
		return each, of
	}
	ex, rx := rest(x)
	ey, ry := rest(y)
	above, below := 0.0, 1.0
	for g, rows := range u.items {
		if g != k {
			left := total - 2*float64(len(rows))
			above += ry[g] / left
			below += float64(len(rows)) / left
		}
	}
	mean := above / below
	for g, rows := range u.items {
		if g == k {
			continue
		}
		size := float64(len(rows))
		mixed := ((ry[g]-size*mean)/(total-2*size) - mean) * rx[g]
		for _, i := range rows {
			mixed += ex[i] * ey[i]
		}
		out -= 2 * mixed / (total - size)
	}
	return out
}

// keptDistances returns the squared distances between the samples, from those that are kept
// of few samples.
func (s *System) keptDistances() (banded, error) {
	return dissimilarity{kind: rdmSqEuclidean}.keptBands(s)
}

// kernelDeletions returns the estimates of the cosine of kernels that are no Gram matrices
// of moments. Widths are those of all samples.
func (m cka) kernelDeletions(p *Pair, u *Units) (*Deletions, error) {
	type kernelUnitsKey struct {
		kernel
		units *Units
	}
	return shared(&p.memo, kernelUnitsKey{m.kernel, u}, func() (*Deletions, error) {
		x, err := m.kernel.values(p.X)
		if err != nil {
			return nil, err
		}
		y, err := m.kernel.values(p.Y)
		if err != nil {
			return nil, err
		}
		return betweenUnits(x, y, u.Rows)
	})
}

// values returns the kernel of different samples by bands.
func (k kernel) values(s *System) (banded, error) {
	sigma, err := k.width(s)
	if err != nil {
		return banded{}, err
	}
	b, err := s.keptDistances()
	if err != nil {
		return banded{}, err
	}
	k.wide = k.isWide(s, sigma)
	return b.mapped(func(d float64) float64 { return k.value(d, sigma) }), nil
}

// whitenedDeletions returns estimates of the whitened comparison, which centres the
// dissimilarities: without the bias of that.
func (m rsa) whitenedDeletions(p *Pair, u *Units, items [][]int) (*Deletions, error) {
	if m.rdm.embeds() {
		z, err := m.rdm.embeddedPair(p)
		if err != nil {
			return nil, err
		}
		return z.unitCKA(u)
	}
	x, err := m.rdm.keptBands(p.X)
	if err != nil {
		return nil, err
	}
	y, err := m.rdm.keptBands(p.Y)
	if err != nil {
		return nil, err
	}
	return betweenUnits(x, y, items)
}

// Estimator implements Estimable: the cosine of U-centred distances, between units.
func (m distanceCorrelation) Estimator() (Estimator, bool) {
	e := Estimator{Axis: FisherAxis, MostRows: mostKernelRows, Flops: kernelDeletionFlops}
	if !m.squared {
		e.Report = signedRoot
	}
	return e, true
}

// signedRoot returns √s, and −√−s for negative estimates of a square.
func signedRoot(s float64) float64 { return math.Copysign(math.Sqrt(math.Abs(s)), s) }

// Deletions implements Estimable.
func (m distanceCorrelation) Deletions(p *Pair, u *Units) (*Deletions, error) {
	if err := p.check(m.card); err != nil {
		return nil, err
	}
	d := dissimilarity{kind: rdmEuclidean}
	x, err := d.keptBands(p.X)
	if err != nil {
		return nil, err
	}
	y, err := d.keptBands(p.Y)
	if err != nil {
		return nil, err
	}
	return betweenUnits(x, y, u.Rows)
}
