package jointrange

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/inference"
	"simtool/internal/measures"
)

// alone returns the pair of X with itself, which stands for data of its geometry, by its
// axes where it has some. x is X as it is scored.
func alone(d *data.Dataset, x *mat.Dense) (*measures.Pair, error) {
	shape := []int{x.RawMatrix().Rows, x.RawMatrix().Cols}
	if d != nil && d.Is3D() {
		shape = []int{d.Shape[0], d.Shape[1], shape[1]}
	}
	same, err := data.New(x.RawMatrix().Data, shape...)
	if err != nil {
		return nil, err
	}
	s, err := measures.NewSystem(same)
	if err != nil {
		return nil, err
	}
	return measures.NewPair(s, s)
}

// null returns the expected score of a random pairing of the samples of data with the
// geometry of X, found out once. It is NaN where X may change, for then there is no such
// geometry, or where the measure does not tell it at little cost.
func (r *run) null(ctx context.Context, p *problem, m measures.Named) (float64, error) {
	if p.Both {
		return math.NaN(), nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if v, ok := r.nulls[m.Name]; ok {
		return v, nil
	}
	score, err := m.Score(p.alone)
	if err != nil {
		r.nulls[m.Name] = math.NaN()
		return math.NaN(), nil //nolint:nilerr // what cannot be scored has no null
	}
	design := inference.NewDesign(p.alone, inference.Auto, nil)
	v, _, err := inference.Expected(ctx, p.alone, m, score.Value, design, inference.Options{Mode: inference.AutoMode, Level: 0.95, Seed: r.env.Seed})
	if err == nil && ctx.Err() == nil {
		r.nulls[m.Name] = v
	}
	return v, err
}

// nullsOf returns the nulls of a pair of measures.
func (r *run) nullsOf(ctx context.Context, pair [2]measures.Named) (a, b float64, err error) {
	p, err := r.problem()
	if err != nil {
		return math.NaN(), math.NaN(), err
	}
	if a, err = r.null(ctx, p, pair[0]); err != nil {
		return a, math.NaN(), err
	}
	b, err = r.null(ctx, p, pair[1])
	return a, b, err
}
