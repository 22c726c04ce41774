package collection

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/stats"
)

// upper returns the entries i < j, row by row.
func upper(d *mat.Dense) []float64 {
	n, _ := d.Dims()
	var out []float64
	for i := range n {
		out = append(out, d.RawRowView(i)[i+1:]...)
	}
	return out
}

func correlate(a, b []float64) (float64, bool) { return stats.Pearson(a, b) }

// permuted returns a matrix with its rows and columns in another order.
func permuted(d *mat.Dense, order []int) *mat.Dense {
	n := len(order)
	out := mat.NewDense(n, n, nil)
	for i, a := range order {
		from, to := d.RawRowView(a), out.RawRowView(i)
		for j, b := range order {
			to[j] = from[b]
		}
	}
	return out
}

// Mantel returns the correlation of the distances of two matrices of the same systems, and
// the share of random orders of the systems of the second, this one among them, with as
// large a correlation (Mantel 1967). ok is false where one of them is constant.
func Mantel(a, b *mat.Dense, draws int, rng *rand.Rand) (r, p float64, ok bool) {
	x := upper(a)
	if r, ok = correlate(x, upper(b)); !ok {
		return math.NaN(), math.NaN(), false
	}
	return r, share(r, draws, func() float64 {
		v, _ := correlate(x, upper(permuted(b, rng.Perm(b.RawMatrix().Rows))))
		return v
	}), true
}

// PartialMantel is Mantel of what a third matrix does not explain linearly of the two: the
// partial correlation (r_ab − r_ac·r_bc)/√((1−r_ac²)(1−r_bc²)), with random orders of the
// systems of the second (Smouse, Long and Sokal 1986).
func PartialMantel(a, b, c *mat.Dense, draws int, rng *rand.Rand) (r, p float64, ok bool) {
	x, z := upper(a), upper(c)
	ac, ok := correlate(x, z)
	if !ok {
		return math.NaN(), math.NaN(), false
	}
	partial := func(y []float64) float64 {
		ab, _ := correlate(x, y)
		bc, _ := correlate(y, z)
		return (ab - ac*bc) / math.Sqrt((1-ac*ac)*(1-bc*bc))
	}
	if _, ok := correlate(x, upper(b)); !ok {
		return math.NaN(), math.NaN(), false
	}
	if r = partial(upper(b)); math.IsNaN(r) || math.IsInf(r, 0) {
		return math.NaN(), math.NaN(), false
	}
	return r, share(r, draws, func() float64 { return partial(upper(permuted(b, rng.Perm(b.RawMatrix().Rows)))) }), true
}

// share returns (1 + #{draw ≥ observed})/(1 + draws), ties within rounding.
func share(observed float64, draws int, draw func() float64) float64 {
	count := 1
	for range draws {
		if draw() >= observed-1e-12 {
			count++
		}
	}
	return float64(count) / float64(1+draws)
}

// Groups compares the distances within labelled groups with those between them.
type Groups struct {
	Within, Between float64 // means
	P               float64 // share of random labellings whose difference is as large
}

// CompareGroups returns the mean distances of two systems of one group and of two, and the
// p value of their difference between − within over random orders of the labels. ok is
// false where there is no pair of one of the kinds.
func CompareGroups(d *mat.Dense, label []int, draws int, rng *rand.Rand) (g Groups, ok bool) {
	means := func(label []int) (within, between float64) {
		var sums, sizes [2]float64
		for i := range label {
			for j := i + 1; j < len(label); j++ {
				kind := 0
				if label[i] != label[j] {
					kind = 1
				}
				sums[kind] += d.At(i, j)
				sizes[kind]++
			}
		}
		return sums[0] / sizes[0], sums[1] / sizes[1]
	}
	g.Within, g.Between = means(label)
	if math.IsNaN(g.Within) || math.IsNaN(g.Between) {
		return g, false
	}
	shuffled := make([]int, len(label))
	g.P = share(g.Between-g.Within, draws, func() float64 {
		for i, from := range rng.Perm(len(label)) {
			shuffled[i] = label[from]
		}
		within, between := means(shuffled)
		return between - within
	})
	return g, true
}

// Walk is a way through systems in their order.
type Walk struct {
	Along    []float64 // length of the way up to each system
	Geodesic float64   // distance of the last from the first
}

// Length is that of the whole way.
func (w Walk) Length() float64 { return w.Along[len(w.Along)-1] }

// WalkThrough returns the way through systems in an order.
func WalkThrough(d *mat.Dense, order []int) Walk {
	w := Walk{Along: make([]float64, len(order)), Geodesic: d.At(order[0], order[len(order)-1])}
	for k := 1; k < len(order); k++ {
		w.Along[k] = w.Along[k-1] + d.At(order[k-1], order[k])
	}
	return w
}
