package measures

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
	"simtool/internal/measures/exacttest"
)

// stress is a pair of systems that strains arithmetic.
type stress struct {
	name string
	x, y *mat.Dense
	// dependent says that some feature of Y is a combination of others. A derivative
	// and a small change are then along directions that keep the rank.
	dependent bool
	// digits are lost of gradients that have them by the data: the share of the
	// gradient's norm that may be wrong.
	lost float64
}

// stresses returns the grid on which every family is compared with 320 bits.
func stresses() []stress {
	rng := rand.New(rand.NewPCG(13, 11))
	const n, p, q = 14, 4, 3
	pair := func() (x, y *mat.Dense) {
		x, y = gaussian(rng, n, p), gaussian(rng, n, q)
		y.Add(y, x.Slice(0, n, 0, q))
		return x, y
	}
	changed := func(name string, change func(x, y *mat.Dense)) stress {
		x, y := pair()
		change(x, y)
		return stress{name: name, x: x, y: y}
	}
	offset := func(by float64) func(x, y *mat.Dense) {
		return func(x, y *mat.Dense) {
			for _, m := range []*mat.Dense{x, y} {
				m.Apply(func(_, j int, v float64) float64 { return v + by*(1+float64(j)/7) }, m)
			}
		}
	}
	conditioned := func(by float64) func(x, y *mat.Dense) {
		return func(_, y *mat.Dense) {
			scaleColumns(y, []float64{1, 1 / math.Sqrt(by), 1 / by})
			var turned mat.Dense
			turned.Mul(y, rotation3())
			y.Copy(&turned)
		}
	}
	copied := func(jitter float64) func(x, y *mat.Dense) {
		return func(_, y *mat.Dense) {
			for i := range n {
				y.Set(i, 2, y.At(i, 0)*(1+jitter*rng.NormFloat64()))
			}
		}
	}
	near := func(by float64) stress {
		x, _ := pair()
		y := mat.DenseCopyOf(x)
		y.Apply(func(_, _ int, v float64) float64 { return v * (1 + by*rng.NormFloat64()) }, y)
		return stress{name: fmt.Sprintf("Y ≈ X, %.0e", by), x: x, y: y}
	}
	all := []stress{
		changed("plain", func(_, _ *mat.Dense) {}),
		changed("integers", func(x, y *mat.Dense) {
			x.Apply(func(i, j int, _ float64) float64 { return float64((i*(j+2) + i*i/3) % (4 + j)) }, x)
			y.Apply(func(i, j int, _ float64) float64 { return float64((i*(j+3) + i/2) % 5) }, y)
		}),
		changed("one-hot", func(x, y *mat.Dense) {
			x.Apply(func(i, j int, _ float64) float64 { return hot(i%4 == j) }, x)
			y.Apply(func(i, j int, _ float64) float64 { return hot(i/2%3 == j) }, y)
		}),
		changed("offset 1e4", offset(1e4)),
		changed("offset 1e8", offset(1e8)),
		changed("units 1e8, 1e-8", func(x, y *mat.Dense) {
			scaleColumns(x, []float64{1e8, 1, 1, 1e-4})
			scaleColumns(y, []float64{1, 1e-8, 1})
		}),
		changed("cond. 1e6", conditioned(1e6)),
		changed("cond. 1e9", conditioned(1e9)),
		changed("cond. 1e12", conditioned(1e12)),
		changed("a copy", copied(0)),
		changed("copy + 1e-6", copied(1e-6)),
		changed("copy + 1e-8", copied(1e-8)),
		changed("one sample × 1e6", func(x, y *mat.Dense) {
			scale(x.RawRowView(3), 1e6)
			scale(y.RawRowView(3), 1e6)
		}),
		near(1e-8),
		near(1e-10),
		near(1e-12),
		{name: "p ≫ n", x: gaussian(rng, 6, 40), y: gaussian(rng, 6, 2)},
	}
	all[2].dependent, all[9].dependent = true, true
	// Cross products of features of so unequal sizes hold few digits of the small
	// singular values, whose directions count in a gradient.
	all[5].lost, all[12].lost = 1e-7, 1e-4
	// At identity the gradient of a similarity is 0, as a difference of numbers of
	// size 1/‖Y‖.
	all[13].lost, all[14].lost, all[15].lost = 1e-8, 1e-8, 1e-8
	for few := 2; few <= 6; few++ {
		all = append(all, stress{name: fmt.Sprintf("n = %d", few), x: gaussian(rng, few, 2), y: gaussian(rng, few, 1)})
	}
	return all
}

func hot(set bool) float64 {
	if set {
		return 1
	}
	return 0
}

// rotation3 is an orthogonal matrix with no zeros.
func rotation3() *mat.Dense {
	return mat.NewDense(3, 3, []float64{2.0 / 3, -1.0 / 3, 2.0 / 3, 2.0 / 3, 2.0 / 3, -1.0 / 3, -1.0 / 3, 2.0 / 3, 2.0 / 3})
}

// direction is one along which a system moves: V, n×q, or, for a system with dependent
// features, HA and M of (1ȳᵀ + (I+step·HA)·Yc)(I+step·M), which has the rank of Y.
type direction struct{ v, a, m *mat.Dense }

func newDirection(rng *rand.Rand, of *mat.Dense) direction {
	n, q := of.Dims()
	a := gaussian(rng, n, n)
	a.Scale(1/math.Sqrt(float64(n)), a)
	var column mat.Dense
	column.Mul(mat.NewDense(1, n, ones(n)), a)
	a.Apply(func(_, j int, v float64) float64 { return v - column.At(0, j)/float64(n) }, a) // HA
	return direction{gaussian(rng, n, q), a, gaussian(rng, q, q)}
}

func ones(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1
	}
	return out
}

// from moves a system of 320 bits.
func (d direction) from(c stress, y exacttest.Matrix, step exacttest.Number) exacttest.Matrix {
	if c.dependent {
		return exacttest.AlongRank(y, exacttest.From(d.a), exacttest.From(d.m), step)
	}
	return exacttest.Along(y, exacttest.From(d.v), step)
}

// nearby moves each number by a share of the largest distance of its feature from the
// median, or of the largest magnitude for measures to which an offset matters.
func (d direction) nearby(c stress, y *mat.Dense, share exacttest.Number, offset bool) exacttest.Matrix {
	about := y
	if !offset {
		about = hollowOrigin(y, debiased)
	}
	_, q := y.Dims()
	sizes := make([]float64, q)
	for j := range sizes {
		for _, v := range mat.Col(nil, j, about) {
			sizes[j] = max(sizes[j], math.Abs(v))
		}
	}
	own := direction{mat.DenseCopyOf(d.v), d.a, d.m}
	scaleColumns(own.v, sizes)
	return own.from(c, exacttest.From(y), share)
}

// first returns the derivative of from at step 0.
func (d direction) first(c stress, y *mat.Dense) *mat.Dense {
	if !c.dependent {
		return d.v
	}
	yc, _ := linalg.Center(y)
	var left, right mat.Dense
	left.Mul(d.a, yc)
	right.Mul(yc, d.m)
	left.Add(&left, &right)
	for j := range left.RawMatrix().Cols {
		for k := range left.RawMatrix().Cols {
			mean := mat.Sum(y.ColView(k)) / float64(y.RawMatrix().Rows)
			for i := range left.RawMatrix().Rows {
				left.Set(i, j, left.At(i, j)+mean*d.m.At(k, j))
			}
		}
	}
	return &left
}
