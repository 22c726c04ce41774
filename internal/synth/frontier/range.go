package frontier

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/measures"
	"simtool/internal/stats"
	"simtool/internal/synth/optimize"
)

// Problem describes the data whose scores are compared: X, n×p, and Y, n×q.
type Problem struct {
	X     *mat.Dense // not constant; the search begins there if Both is set
	Width int        // q
	Both  bool       // X is free too
	// Restarts is the number of random starts, in addition to those made of the
	// components of X.
	Restarts int
	Seed     uint64
	// Tolerance is the largest residual of a certified extreme. The residual is the
	// distance of A from its level, or the rate of change of B along the level set
	// when every direction of Y changes in proportion to its size, whichever is
	// larger; or the distance of B from a bound if that is less.
	Tolerance float64
}

// DefaultProblem returns the default settings for a reference.
func DefaultProblem(x *mat.Dense) Problem {
	_, p := x.Dims()
	return Problem{X: x, Width: p, Restarts: 2, Seed: 1, Tolerance: 1e-4}
}

// Random returns n×p Gaussian data, as a reference for a problem without data.
func Random(n, p int, seed uint64) *mat.Dense {
	return gaussian(n, p, stats.Stream(seed, "frontier/reference"))
}

// Row is the range of B at a level of A.
type Row struct {
	A, B     measures.Named
	Level    float64
	Min, Max *Extreme // nil where the search found no data of that level
	Bounds   [2]float64
}

// Extreme is the smallest or largest B that was found at a level of A.
type Extreme struct {
	B        float64
	Residual float64
	X, Y     *mat.Dense // data with these scores

	values  []float64
	confine func(g []float64)
}

// Certified reports whether both extremes have a residual of at most the
// tolerance.
func (r Row) Certified(tolerance float64) bool {
	return r.Min != nil && r.Max != nil && r.Min.Residual <= tolerance && r.Max.Residual <= tolerance
}

// bound is a problem in the coordinates in which it is solved.
type bound struct {
	Problem
	pair    pair
	reduced *optimize.Reduction
	small   *mat.Dense // X in reduced coordinates
	rank    int        // of X
	starts  []start
}

// bind prepares the search for a pair of measures. It returns a
// *measures.NameError for a measure without gradient, and a
// *measures.UndefinedError for a measure that is undefined for X.
func (p Problem) bind(a, b measures.Named) (*bound, error) {
	oa, err := newObjective(a)
	if err != nil {
		return nil, err
	}
	ob, err := newObjective(b)
	if err != nil {
		return nil, err
	}
	t := &bound{Problem: p, small: p.X}
	n, width := p.X.Dims()
	if !p.Both && fromMoments(a) && fromMoments(b) {
		fill := gaussian(n, p.Width, stats.Stream(p.Seed, "frontier/span"))
		if r, xr, _, ok := optimize.Reduce(p.X, fill); ok {
			t.reduced, t.small = &r, xr
		}
	}
	m, err := newStartMaker(t.small, p.Width, p.Seed)
	if err != nil {
		return nil, err
	}
	t.rank = len(m.s)
	if t.starts, err = m.starts(p.Restarts); err != nil {
		return nil, err
	}
	if p.Both {
		for i := range t.starts {
			t.starts[i] = t.starts[i].withX(p.X.RawMatrix().Data)
		}
		t.pair = &freePair{n: n, p: width, q: p.Width, a: oa, b: ob}
		return t, nil
	}
	rows, _ := t.small.Dims()
	system, err := systemOf(t.small.RawMatrix().Data, rows, width)
	if err != nil {
		return nil, err
	}
	t.pair, err = bindFixed(system, p.Width, oa, ob)
	return t, err
}

// fromMoments reports whether a measure depends on second moments of all samples
// alone.
func fromMoments(m measures.Named) bool {
	f, ok := measures.AsFromMoments(m)
	return ok && f.MomentFolds() == 0
}

// Trace finds the smallest and largest B at levels of A, in increasing order. Each
// level continues from the one before, so that the result depends on the list of
// levels. It stops when ctx is cancelled.
func (p Problem) Trace(ctx context.Context, a, b measures.Named, levels []float64) ([]Row, error) {
	t, err := p.bind(a, b)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, len(levels))
	for i, level := range levels {
		rows[i] = Row{A: a, B: b, Level: level, Bounds: t.bounds(a, b, level)}
	}
	for _, sign := range []float64{1, -1} {
		rng := stats.Stream(p.Seed, "frontier/kick")
		s := &side{pair: t.pair, sign: sign, starts: t.starts, near: nearLevels(a.Card()), tolerance: p.Tolerance, noise: func() []float64 {
			return t.noise(rng)
		}, bound: func(level float64) float64 {
			limits := t.bounds(a, b, level)
			if sign < 0 {
				return -limits[1]
			}
			return limits[0]
		}}
		found, err := s.sweep(ctx, levels)
		if err != nil {
			return nil, err
		}
		for i, e := range found {
			if e == nil {
				continue
			}
			e.X, e.Y = t.data(e.values)
			if sign > 0 {
				rows[i].Min = e
			} else {
				rows[i].Max = e
			}
		}
	}
	return rows, nil
}

// nearLevels returns the largest distance between levels of a measure at which the
// search at one level continues from the other alone: a little more than a fiftieth
// of the range.
func nearLevels(card measures.Card) float64 {
	if size := card.Max - max(card.Min, 0); !math.IsInf(size, 0) {
		return 0.022 * size
	}
	return 0
}

// noise returns random data in the coordinates of the search.
func (t *bound) noise(rng *rand.Rand) []float64 {
	n, p := t.small.Dims()
	y := gaussian(n, t.Width, rng).RawMatrix().Data
	if !t.Both {
		return y
	}
	return append(gaussian(n, p, rng).RawMatrix().Data, y...)
}

// data returns X and Y of a point of the search.
func (t *bound) data(values []float64) (x, y *mat.Dense) {
	n, p := t.X.Dims()
	values = slices.Clone(values)
	switch {
	case t.Both:
		return mat.NewDense(n, p, values[:n*p]), mat.NewDense(n, t.Width, values[n*p:])
	case t.reduced != nil:
		rows, _ := t.small.Dims()
		return t.X, t.reduced.Lift(mat.NewDense(rows, t.Width, values))
	default:
		return t.X, mat.NewDense(n, t.Width, values)
	}
}

// Reach returns the smallest and the largest score by m that Y can have with X, and
// whether the search for them converged.
func (p Problem) Reach(ctx context.Context, m measures.Named) (low, high float64, converged bool, err error) {
	goal, err := optimize.ParseGoal(m.Name)
	if err != nil {
		return 0, 0, false, err
	}
	n, width := p.X.Dims()
	x, err := data.New(p.X.RawMatrix().Data, n, width)
	if err != nil {
		return 0, 0, false, err
	}
	converged = true
	find := func(maximise bool) (float64, error) {
		c := optimize.DefaultConfig(goal)
		c.Method, c.Width, c.Restarts, c.Jobs, c.Seed = optimize.DefaultLBFGS(), p.Width, max(1, p.Restarts), 1, p.Seed
		if maximise != goal.Maximise {
			if c.Target = m.Card().Min; maximise {
				c.Target = m.Card().Max
			}
			if math.IsInf(c.Target, 0) {
				return c.Target, nil
			}
		}
		outcomes, err := optimize.Run(ctx, x, c)
		if err != nil {
			return 0, err
		}
		best := c.Best(outcomes)
		if best == nil {
			return 0, context.Cause(ctx)
		}
		converged = converged && (best.Reason == optimize.Converged || best.Reason == optimize.ReachedStop)
		return best.Score, nil
	}
	if low, err = find(false); err != nil {
		return 0, 0, false, err
	}
	high, err = find(true)
	return low, high, converged, err
}
