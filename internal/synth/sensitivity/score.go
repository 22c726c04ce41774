package sensitivity

import (
	"errors"
	"fmt"
	"math"

	"simtool/internal/measures"
	"simtool/internal/stats"
)

// Point is the score of a measure after a change of a set of components.
type Point struct {
	Measure   string // as in the specification
	Set       Set
	Variance  float64
	Explained float64
	Score     float64 // mean over repeats
	SD        float64 // over repeats; NaN for a single one
	N         int     // repeats
	Theory    float64 // NaN where there is no closed form
	Err       error   // a *measures.UndefinedError where the measure has no value
}

// Plan holds a change and the measures that score it.
type Plan struct {
	Change   Change
	Measures []measures.Named
	Repeats  int // of random changes, at least 1
	Seed     uint64
}

// Reference holds components and their data, prepared once for all scores.
type Reference struct {
	*Components
	system *measures.System
}

// NewReference prepares the data of c for scoring.
func NewReference(c *Components) (*Reference, error) {
	system, err := measures.NewSystem(c.Data())
	return &Reference{c, system}, err
}

// Score changes a set of components and scores the result against X, which is the
// reference, by each measure of the plan. The random numbers of a repeat depend on
// the seed, the change, the set and the number of the repeat alone.
func (r *Reference) Score(plan Plan, set Set) ([]Point, error) {
	repeats := plan.Repeats
	if !plan.Change.Random() {
		repeats = 1
	}
	points := make([]Point, len(plan.Measures))
	values := make([][]float64, len(plan.Measures))
	for k := range repeats {
		rng := stats.Stream(plan.Seed, fmt.Sprintf("sensitivity/%s/%s/%d", plan.Change, set, k))
		y, err := r.Apply(plan.Change, set, rng)
		if err != nil {
			return nil, err
		}
		system, err := measures.NewSystem(y)
		if err != nil {
			return nil, err
		}
		pair, err := measures.NewPair(r.system, system)
		if err != nil {
			return nil, err
		}
		for i, m := range plan.Measures {
			score, err := m.Score(pair)
			var undefined *measures.UndefinedError
			switch {
			case errors.As(err, &undefined):
				points[i].Err = err
			case err != nil:
				return nil, fmt.Errorf("%s: %w", m.Name, err)
			default:
				values[i] = append(values[i], score.Value)
			}
		}
	}
	for i, m := range plan.Measures {
		p := &points[i]
		p.Measure, p.Set, p.Variance, p.Explained, p.N = m.Name, set, r.Variance(set), r.Explained(set), repeats
		p.Score, p.SD, p.Theory = math.NaN(), math.NaN(), math.NaN()
		if p.Err == nil {
			p.Score, p.SD = meanAndSD(values[i])
		}
		if v, ok := r.Theory(m, plan.Change, set); ok {
			p.Theory = v
		}
	}
	return points, nil
}

// Unchanged returns the score of X with itself.
func (r *Reference) Unchanged(m measures.Measure) (float64, error) {
	pair, err := measures.NewPair(r.system, r.system)
	if err != nil {
		return 0, err
	}
	score, err := m.Score(pair)
	return score.Value, err
}

// meanAndSD returns the mean and the standard deviation, NaN for a single value.
func meanAndSD(v []float64) (mean, sd float64) {
	for _, x := range v {
		mean += x
	}
	mean /= float64(len(v))
	if len(v) == 1 {
		return mean, math.NaN()
	}
	for _, x := range v {
		sd += (x - mean) * (x - mean)
	}
	return mean, math.Sqrt(sd / float64(len(v)-1))
}
