package mlem

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// SignedCode is the generator of linear codes: patterns are y = Lᵀz of the coordinates z of
// the stimuli, with L normal and gains of the features that are lognormal. Squared
// distances are exactly δᵀWδ with W = LLᵀ, whose axes are correlated: a signed metric
// finds it, and no product of absolute differences can tell +w from −w.
const SignedCode Generator = "signed"

// MLP is a random network: y = B·tanh(A·g∘z) with lognormal gains g of the features. No
// metric is true of it. Its W is diagonal, the importance of each feature for the distances
// without noise: the loss of their rank correlation with themselves when the feature is
// shuffled at the input.
const MLP Generator = "mlp"

// singleCoordinates returns the coordinates of features that have one each: numbers scaled
// to their range, and two levels at ∓½.
func singleCoordinates(t *data.Table) *mat.Dense {
	z := mat.NewDense(t.Rows(), len(t.Columns), nil)
	for f, c := range t.Columns {
		if c.Kind == data.Numeric {
			lo, hi := c.Values[0], c.Values[0]
			for _, v := range c.Values {
				lo, hi = min(lo, v), max(hi, v)
			}
			for i, v := range c.Values {
				z.Set(i, f, (v-lo)/(hi-lo))
			}
			continue
		}
		for i, code := range c.Codes {
			z.Set(i, f, vertex(code, 0))
		}
	}
	return z
}

// gains draws lognormal gains of the features, and 0 for the share of Sparsity.
func (s *Simulation) gains(rng *rand.Rand) []float64 {
	g := make([]float64, s.Features)
	zeros := min(int(s.Sparsity*float64(s.Features)), s.Features-1)
	for i, f := range rng.Perm(s.Features) {
		v := math.Exp(rng.NormFloat64())
		if i >= zeros {
			g[f] = v
		}
	}
	return g
}

func normalMatrix(rows, columns int, rng *rand.Rand) *mat.Dense {
	m := mat.NewDense(rows, columns, nil)
	for i := range rows {
		for j := range columns {
			m.Set(i, j, rng.NormFloat64())
		}
	}
	return m
}

// linearCode returns points zᵀL and W = LLᵀ of unit norm.
func (s *Simulation) linearCode(t *data.Table, rng *rand.Rand) (points, w *mat.Dense) {
	l := normalMatrix(s.Features, s.Features, rng)
	for f, g := range s.gains(rng) {
		for j := range s.Features {
			l.Set(f, j, g*l.At(f, j)/math.Sqrt(float64(s.Features)))
		}
	}
	w, points = new(mat.Dense), new(mat.Dense)
	w.Mul(l, l.T())
	norm := linalg.Norm(w)
	points.Mul(singleCoordinates(t), scaled(1/math.Sqrt(norm), l))
	return points, scaled(1/norm, w)
}

// network returns the patterns of a random network, and the importance of each feature for
// their distances.
func (s *Simulation) network(t *data.Table, rng *rand.Rand) (y, w *mat.Dense, err error) {
	const permutations = 10
	hidden := 2 * s.Hidden
	a, b := normalMatrix(s.Features, hidden, rng), normalMatrix(hidden, s.Hidden, rng)
	g := s.gains(rng)
	run := func(z *mat.Dense) *mat.Dense {
		x := mat.DenseCopyOf(z)
		n, _ := x.Dims()
		for i := range n {
			for f := range g {
				x.Set(i, f, g[f]*x.At(i, f))
			}
		}
		var h, out mat.Dense
		h.Mul(x, a)
		h.Apply(func(_, _ int, v float64) float64 { return math.Tanh(v) }, &h)
		out.Mul(&h, b)
		return &out
	}
	z := singleCoordinates(t)
	z, _ = linalg.Center(z)
	y = run(z)
	intact, err := patternDistances(y)
	if err != nil {
		return nil, nil, err
	}
	w = mat.NewDense(s.Features, s.Features, nil)
	for f := range s.Features {
		own := mat.Col(nil, f, z)
		for range permutations {
			shuffled := mat.DenseCopyOf(z)
			shuffled.SetCol(f, pick(own, rng.Perm(len(own))))
			d, err := patternDistances(run(shuffled))
			if err != nil {
				return nil, nil, err
			}
			rho, _ := stats.Spearman(d, intact)
			w.Set(f, f, w.At(f, f)+(1-rho)/permutations)
		}
	}
	return y, scaled(1/linalg.Norm(w), w), nil
}

func patternDistances(y *mat.Dense) ([]float64, error) {
	d, err := NewNeural(y, NeuralOptions{})
	if err != nil {
		return nil, err
	}
	return d.condensed(), nil
}

// conjoin appends to points a coordinate for each of some pairs of features, the product
// of theirs about their means: units that respond to both together. No metric over the
// features has it; W is that of the rest.
func (s *Simulation) conjoin(t *data.Table, points *mat.Dense) *mat.Dense {
	z, _ := linalg.Center(singleCoordinates(t))
	n, p := points.Dims()
	out := mat.NewDense(n, p+s.Conjunctions, nil)
	out.Slice(0, n, 0, p).(*mat.Dense).Copy(points)
	for k := range s.Conjunctions {
		for i := range n {
			out.Set(i, p+k, 2*z.At(i, 2*k)*z.At(i, 2*k+1))
		}
	}
	return out
}

// leaveOut takes a share of the values of the table away.
func (s *Simulation) leaveOut(t *data.Table, rng *rand.Rand) {
	for _, c := range t.Columns {
		for i := range c.Len() {
			switch {
			case rng.Float64() >= s.Missing:
			case c.Kind == data.Numeric:
				c.Values[i] = math.NaN()
			default:
				c.Codes[i] = -1
			}
		}
	}
}
