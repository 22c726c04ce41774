package interpret

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"simtool/internal/data"
	"simtool/internal/inference"
	"simtool/internal/measures"
	"simtool/internal/result"
)

// usualGap is the distance of a neighbour where no other score of the measure is given.
const usualGap = 0.05

// leastUnits is the smallest number of independent units that has a standard error.
const leastUnits = 4

// neighbour returns the nearest other score of the measure that is interpreted, or one
// at a distance of 0.05 towards the middle of the scale.
func (r *run) neighbour(t target) float64 {
	nearest := math.NaN()
	for _, other := range r.o.targets {
		if other.named.Name != t.named.Name || other.score == t.score {
			continue
		}
		if math.IsNaN(nearest) || math.Abs(other.score-t.score) < math.Abs(nearest-t.score) {
			nearest = other.score
		}
	}
	if !math.IsNaN(nearest) {
		return nearest
	}
	if t.score-usualGap >= t.named.Card().Min {
		return t.score - usualGap
	}
	return t.score + usualGap
}

// needed says how many samples, and how many neurons, would tell the score from its
// neighbour: with the standard error se of data of this score at n samples, which falls as 1/√n, two such
// scores that are a gap apart differ by z standard errors of their difference at
//
//	n·(z·√2·se/gap)²
//
// samples, z the normal quantile of the level. Samples here are independent units of
// the recording (conditions of 3-d data), in whose number n is given.
func (r *run) needed(ctx context.Context, x *recording, t target, y *mat.Dense) ([]result.Interpretation, error) {
	pair, err := r.withModel(x, y)
	if err != nil {
		return nil, err
	}
	stimuli, err := r.stimuli(ctx, x, t, pair)
	if err != nil {
		return nil, err
	}
	neurons, err := r.neurons(ctx, t, pair)
	return []result.Interpretation{stimuli, neurons}, err
}

// withModel returns the pair of the recording and optimised data.
func (r *run) withModel(x *recording, y *mat.Dense) (*measures.Pair, error) {
	copied := *x.x
	copied.Values = mat.DenseCopyOf(y).RawMatrix().Data
	copied.Shape = append([]int(nil), x.x.Shape...)
	_, q := y.Dims()
	copied.Shape[len(copied.Shape)-1] = q
	copied.Precision = data.Precision{}
	model, err := measures.NewSystem(&copied)
	if err != nil {
		return nil, err
	}
	return measures.NewPair(x.alone.X, model)
}

// times returns by how much the square of an error must fall to tell the score from its
// neighbour.
func (r *run) times(t target, se, neighbour float64) float64 {
	z := distuv.UnitNormal.Quantile((1 + r.o.Level) / 2)
	ratio := z * math.Sqrt2 * se / (neighbour - t.score)
	return ratio * ratio
}

// neurons says how many neurons of the recording would tell the score from its neighbour,
// in the same way, from the error over the neurons of X.
func (r *run) neurons(ctx context.Context, t target, pair *measures.Pair) (result.Interpretation, error) {
	row := r.row(t, "neurons", "")
	row.Reference = r.neighbour(t)
	errs, err := inference.LeaveNeuronsOut(ctx, pair, t.named, measures.PlainAxis, r.env.Seed)
	if ctx.Err() != nil {
		return row, ctx.Err()
	}
	if err != nil {
		row.Note = "not known: " + err.Error()
		return row, nil
	}
	count := pair.X.Width()
	row.Value = max(leastUnits, math.Ceil(float64(count)*r.times(t, errs.X, row.Reference)))
	row.Note = fmt.Sprintf("with the %d neurons at hand the standard error is %.2g", count, errs.X)
	return row, nil
}

// stimuli says how many samples would; see needed.
func (r *run) stimuli(ctx context.Context, x *recording, t target, pair *measures.Pair) (result.Interpretation, error) {
	row := r.row(t, "stimuli", "")
	row.Reference = r.neighbour(t)
	design := x.design // of the recording: optimised data have none of their own
	s, err := t.named.Score(pair)
	if err != nil {
		row.Note = err.Error()
		return row, nil
	}
	a, err := inference.Assess(ctx, pair, t.named, s.Value, design, inference.Options{Mode: inference.Full, Level: r.o.Level, Seed: r.env.Seed})
	if err != nil {
		return row, err
	}
	if math.IsNaN(a.SE) || design.Units == nil {
		row.Note = "not known: there is no standard error"
		for _, text := range append(a.Warnings, a.Notes...) {
			row.Note = fmt.Sprintf("not known: %s", text)
			break
		}
		return row, nil
	}
	row.Value = max(leastUnits, math.Ceil(float64(design.Units.Count())*r.times(t, a.SE, row.Reference)))
	unit := "samples"
	switch design.Kind {
	case inference.Conditions:
		unit = "conditions"
	case inference.Given:
		unit = "units"
	}
	row.Note = fmt.Sprintf("with the %d %s at hand the standard error is %.2g", design.Units.Count(), unit, a.SE)
	return row, nil
}
