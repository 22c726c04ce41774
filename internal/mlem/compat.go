package mlem

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/stats"
)

// Compat is a fit by the stochastic procedure of the released package.
type Compat struct {
	W         *mat.Dense // features × features, of unit Frobenius norm
	BatchSize int
	Steps     int
	Score     float64 // Spearman's ρ on a fresh batch, in-sample
}

// FitCompat follows the released MLEM package (Jalouzot et al. 2024) for those
// who must reproduce its numbers:
//
//   - Batches of pairs are drawn with replacement; a pair may join a stimulus with
//     itself. The batch size grows by 1.2 from 256 until correlations between
//     features vary by less than .01 over 16 batches.
//   - Neural distances are scaled to [0,1] by their running range and squared.
//   - With interactions, products count once, so that off-diagonal weights come out
//     twice as large relative to the diagonal as in dᵀWd.
//   - w = softplus(θ), or W = LLᵀ with softplus on the diagonal of L, scaled to unit
//     norm.
//   - AdamW with rate 0.1 and without decay maximises the correlation of a fresh
//     batch in each of at most 1,000 steps, and stops after 50 steps without an
//     improvement. The last parameters are the result.
//
// The package's "differentiable Spearman" uses soft ranks, which are affine in the
// values at the strength it sets. It is therefore Pearson's correlation, which this
// function computes.
//
// Random numbers differ from the package's, so results agree in distribution only.
// The result depends on the seed. Options used are Seed and MaxMemory; interactions
// adds all products.
func FitCompat(ctx context.Context, features *Features, neural *Neural, interactions bool, o Options) (*Compat, error) {
	n := features.Stimuli()
	if neural.Stimuli() != n || n < 4 {
		return nil, &data.InputError{Path: neural.Name, Found: fmt.Sprintf("%d stimuli and %d in the features", neural.Stimuli(), n), Wanted: "want as many, at least 4"}
	}
	if need := 4 * n * n; o.MaxMemory > 0 && need > o.MaxMemory {
		return nil, &data.InputError{Found: fmt.Sprintf("distances of %d stimuli need %d MB", n, need>>20), Wanted: fmt.Sprintf("want at most %d MB", o.MaxMemory>>20)}
	}
	g, err := newDesign(features.Names(), Interactions{All: interactions})
	if err != nil {
		return nil, err
	}
	c := &compat{
		features: features, design: g, n: n, distances: neural.condensed(), power: neural.Power(),
		rng: stats.Stream(o.Seed, "mlem/compat"), lo: math.Inf(1), hi: math.Inf(-1),
	}
	out := &Compat{BatchSize: c.batchSize()}
	c.start()
	m, v := make([]float64, len(c.theta)), make([]float64, len(c.theta))
	const rate, beta1, beta2, maxSteps, patience = 0.1, 0.9, 0.999, 1000, 50
	best, idle := math.Inf(-1), 0
	for out.Steps < maxSteps && idle < patience {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out.Steps++
		score, gradient := c.ascend(out.BatchSize)
		for i, d := range gradient {
			m[i] += (1 - beta1) * (d - m[i])
			v[i] += (1 - beta2) * (d*d - v[i])
			c1, c2 := 1-math.Pow(beta1, float64(out.Steps)), 1-math.Pow(beta2, float64(out.Steps))
			c.theta[i] += rate * (m[i] / c1) / (math.Sqrt(v[i]/c2) + 1e-8)
		}
		if score > best {
			best, idle = score, 0
		} else {
			idle++
		}
	}
	w := c.weights()
	out.W = g.matrix(w)
	x, y := c.batch(out.BatchSize)
	p := make([]float64, out.BatchSize)
	mat.NewVecDense(len(p), p).MulVec(x, mat.NewVecDense(len(w), w))
	if rho := spearman(p, y, ties{features.ties(), 2 * neural.ties}); rho == rho { // squares
		out.Score = rho
	}
	return out, nil
}

// compat is the state of FitCompat.
type compat struct {
	features  *Features
	design    *design
	n         int
	distances []float64 // the regressed distances, condensed
	power     float64
	rng       *rand.Rand
	lo, hi    float64 // range of distances seen so far
	theta     []float64
	factor    *mat.Dense // L
	norm      float64
}

// draw returns a batch of pairs, with replacement.
func (c *compat) draw(size int) (first, second []int32) {
	first, second = make([]int32, size), make([]int32, size)
	for p := range first {
		first[p], second[p] = int32(c.rng.IntN(c.n)), int32(c.rng.IntN(c.n))
	}
	return first, second
}

// batch returns the regressors and targets of fresh pairs.
func (c *compat) batch(size int) (x *mat.Dense, y []float64) {
	first, second := c.draw(size)
	x, y = mat.NewDense(size, len(c.design.terms), nil), make([]float64, size)
	d := newTiles(c.features, size)
	for d.next(first, second) {
		for p := range d.n {
			row, own := x.RawRowView(d.at+p), d.row(p)
			for t, term := range c.design.terms {
				row[t] = own[term.A] * own[term.B]
			}
		}
	}
	for p, i := range first {
		a, b := int(min(i, second[p])), int(max(i, second[p]))
		if a != b {
			y[p] = c.distances[condensedIndex(c.n, a, b)]
		}
		if c.power == 2 {
			y[p] = math.Sqrt(max(y[p], 0))
		}
		c.lo, c.hi = min(c.lo, y[p]), max(c.hi, y[p])
	}
	for p := range y {
		v := (y[p] - c.lo) / (c.hi - c.lo + 1e-8)
		y[p] = v * v
	}
	return x, y
}

// batchSize grows the batch until correlations between features are stable.
func (c *compat) batchSize() int {
	const smallest, largest, factor, trials, threshold = 256, 1 << 20, 1.2, 16, 0.01
	f := c.design.features
	for size := smallest; ; size = int(float64(size) * factor) {
		if size >= largest {
			return largest
		}
		var worst float64
		sums, squares := make([]float64, f*f), make([]float64, f*f)
		for range trials {
			first, second := c.draw(size)
			columns := make([][]float64, f)
			for a := range columns {
				columns[a] = make([]float64, size)
				c.features.columns[a].distances(columns[a], 1, first, second)
			}
			for a := range f {
				for b := range a {
					r, _ := stats.Pearson(columns[a], columns[b])
					sums[a*f+b] += r
					squares[a*f+b] += r * r
				}
			}
		}
		for i, s := range sums {
			worst = max(worst, (squares[i]-s*s/trials)/(trials-1))
		}
		if math.Sqrt(worst) < threshold {
			return size
		}
	}
}

// start draws the first parameters.
func (c *compat) start() {
	c.theta = make([]float64, len(c.design.terms))
	for i := range c.theta {
		c.theta[i] = c.rng.Float64()
		if c.design.interacts() {
			c.theta[i] = 2*c.theta[i] - 1
		}
	}
}

// weights returns one coefficient for each term.
func (c *compat) weights() []float64 {
	w := make([]float64, len(c.theta))
	if !c.design.interacts() {
		for i, t := range c.theta {
			w[i] = softplus(t)
		}
		c.norm = blas64.Nrm2(blas64.Vector{N: len(w), Data: w, Inc: 1})
		for i := range w {
			w[i] /= c.norm
		}
		return w
	}
	f := c.design.features
	c.factor = mat.NewDense(f, f, nil)
	for t, term := range c.design.terms {
		v := c.theta[t]
		if term.A == term.B {
			v = softplus(v)
		}
		c.factor.Set(term.B, term.A, v) // A ≤ B: lower triangle
	}
	var m mat.Dense
	m.Mul(c.factor, c.factor.T())
	c.norm = mat.Norm(&m, 2)
	for t, term := range c.design.terms {
		w[t] = m.At(term.A, term.B) / c.norm
	}
	return w
}

// ascend returns the correlation on a fresh batch and its gradient with respect
// to the parameters.
func (c *compat) ascend(size int) (score float64, gradient []float64) {
	w := c.weights()
	x, y := c.batch(size)
	p := mat.NewVecDense(size, nil)
	p.MulVec(x, mat.NewVecDense(len(w), w))
	u, pn := unitCentred(p.RawVector().Data)
	v, _ := unitCentred(y)
	score = dot(u, v)
	for i := range v {
		v[i] = (v[i] - score*u[i]) / pn
	}
	gw := mat.NewVecDense(len(w), nil)
	gw.MulVec(x.T(), mat.NewVecDense(size, v))
	g := gw.RawVector().Data
	gradient = make([]float64, len(w))
	if !c.design.interacts() {
		along := dot(g, w)
		for i := range gradient {
			gradient[i] = (g[i] - along*w[i]) / c.norm * sigmoid(c.theta[i])
		}
		return score, gradient
	}
	// g is the gradient of the upper triangle; W = M/‖M‖, M = LLᵀ.
	f := c.design.features
	along := dot(g, w)
	dm := mat.NewDense(f, f, nil)
	for t, term := range c.design.terms {
		dm.Set(term.A, term.B, dm.At(term.A, term.B)+(g[t]-along*w[t])/c.norm)
		if term.A != term.B {
			dm.Set(term.B, term.A, dm.At(term.B, term.A)-along*w[t]/c.norm)
		}
	}
	var sym, dl mat.Dense
	sym.Add(dm, dm.T())
	dl.Mul(&sym, c.factor)
	for t, term := range c.design.terms {
		gradient[t] = dl.At(term.B, term.A)
		if term.A == term.B {
			gradient[t] *= sigmoid(c.theta[t])
		}
	}
	return score, gradient
}

// unitCentred returns x less its mean, divided by its length, and that length.
func unitCentred(x []float64) (u []float64, length float64) {
	mean, _ := meanSD(x)
	u = make([]float64, len(x))
	for i, v := range x {
		u[i] = v - mean
	}
	length = max(blas64.Nrm2(blas64.Vector{N: len(u), Data: u, Inc: 1}), 1e-300)
	for i := range u {
		u[i] /= length
	}
	return u, length
}

func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
