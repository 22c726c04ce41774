package optimize

import (
	"context"
	"fmt"
	"math"
	"slices"

	"simtool/internal/data"
	"simtool/internal/inference"
	"simtool/internal/measures"
	"simtool/internal/synth/optimize"
)

// place is where a score lies between unrelated and identical data.
type place struct {
	null       float64 // expected score if the samples were paired at random, NaN where unknown
	calibrated float64 // (score − null)/(best − null)
}

// nowhere is the place of a score of which nothing is known.
var nowhere = place{math.NaN(), math.NaN()}

// placeOf returns the place of the score of a restart: of a weighted sum the null and the
// best value are the sums of those of its terms. There is no interval beside it, because Y
// was made to have the score on these very samples: none of it was sampled.
func (r *optimization) placeOf(ctx context.Context, out *optimize.Outcome) (place, error) {
	if out.Err != nil || out.Y == nil {
		return nowhere, nil
	}
	pair, err := r.pairWith(out)
	if err != nil {
		return nowhere, err
	}
	design := inference.NewDesign(pair, inference.Auto, nil)
	options := inference.Options{Mode: inference.AutoMode, Level: 0.95, Seed: r.env.Seed}
	null, best := 0.0, 0.0
	for _, term := range r.config.Goal.Terms {
		score, err := term.Measure.Score(pair)
		if err != nil {
			return nowhere, nil //nolint:nilerr // an undefined score has no place
		}
		of, _, err := inference.Expected(ctx, pair, term.Measure, score.Value, design, options)
		if err != nil {
			return nowhere, err
		}
		null += term.Weight * of
		best += term.Weight * term.Measure.Card().Identity
	}
	p := place{null, (out.Score - null) / (best - null)}
	if math.IsInf(p.calibrated, 0) || math.Abs(best-null) <= 1e-12*max(1, math.Abs(best)) {
		p.calibrated = math.NaN()
	}
	return p, nil
}

// pairWith returns the pair of the reference and the data of a restart.
func (r *optimization) pairWith(out *optimize.Outcome) (*measures.Pair, error) {
	shape := slices.Clone(r.x.Shape)
	_, shape[len(shape)-1] = out.Y.Dims()
	y, err := data.New(out.Y.RawMatrix().Data, shape...)
	if err != nil {
		return nil, err
	}
	var systems [2]*measures.System
	for i, d := range []*data.Dataset{r.x, y} {
		if systems[i], err = measures.NewSystem(d); err != nil {
			return nil, err
		}
	}
	return measures.NewPair(systems[0], systems[1])
}

// String says where the score lies, "" where that is not known.
func (p place) String() string {
	switch {
	case math.IsNaN(p.null):
		return ""
	case math.IsNaN(p.calibrated):
		return fmt.Sprintf("; samples paired at random score %.3g", p.null)
	}
	return fmt.Sprintf("; samples paired at random score %.3g, so that it is %.3g of the way to identical data", p.null, p.calibrated)
}
