package sensitivity

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
	"simtool/internal/measures"
	"simtool/internal/stats"
	"simtool/internal/synth/optimize"
	"simtool/internal/synth/probe"
)

// Learning describes the order in which data that are optimised towards X encode its
// components.
type Learning struct {
	Explained []float64 // of each component
	// Push is the root mean square, over random Y, of ‖uᵢᵀ∂s/∂Y‖·‖Yc‖: the rate at
	// which component i grows in Y at first. It predicts the order.
	Push []float64
	// Threshold is the score at which the R² of component i from Y crosses half-way
	// from its start to 1, or NaN.
	Threshold []float64
	Iteration []float64 // the iteration of Threshold
	// Agreement is the rank correlation of −Push and Iteration over the components
	// that were learnt. It is 1 when the order is as predicted, and NaN for fewer than
	// two components.
	Agreement float64
	Outcome   *optimize.Outcome
}

// Trajectory holds the settings of an optimisation.
type Trajectory struct {
	Method  optimize.Method
	MaxIter int
	Stop    float64 // score at which the optimisation ends; NaN for none
	Draws   int     // number of random Y over which Push is averaged, at least 1
	Seed    uint64
}

// Learning predicts the order in which a measure learns the components of X from its
// gradient at random Y of the width of X, and compares it with the order in an
// optimised trajectory. At random Y, uᵢᵀ∂s/∂Y of CKA is λᵢ·uᵢᵀY times a constant, so
// that components grow in proportion to their variance. For NBS it is σᵢ times a row
// of a rotation, so that they grow in proportion to their standard deviation. It
// returns an error for a measure without gradient.
func (r *Reference) Learning(ctx context.Context, m measures.Named, t Trajectory) (*Learning, error) {
	goal, err := optimize.ParseGoal(m.Name)
	if err != nil {
		return nil, err
	}
	l := &Learning{}
	for i := range r.Len() {
		l.Explained = append(l.Explained, r.Explained(Single(i)))
	}
	if l.Push, err = r.push(goal, t); err != nil {
		return nil, fmt.Errorf("%s: %w", m.Name, err)
	}
	config := optimize.DefaultConfig(goal)
	config.Method, config.MaxIter, config.Stop, config.Seed, config.Jobs = t.Method, t.MaxIter, t.Stop, t.Seed, 1
	if config.PCs, err = probe.NewPCAnalysis(r.x); err != nil {
		return nil, err
	}
	outcomes, err := optimize.Run(ctx, r.x, config)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Name, err)
	}
	if l.Outcome = outcomes[0]; l.Outcome == nil || l.Outcome.Reason == optimize.Interrupted {
		return nil, context.Cause(ctx)
	}
	l.follow()
	return l, nil
}

// push computes Learning.Push.
func (r *Reference) push(goal *optimize.Goal, t Trajectory) ([]float64, error) {
	n, p := r.x.Samples(), r.x.Width()
	objective, err := goal.Terms[0].Measure.Bind(r.system, p)
	if err != nil {
		return nil, err
	}
	push := make([]float64, r.Len())
	y, g := mat.NewDense(n, p, nil), mat.NewDense(n, p, nil)
	for k := range t.Draws {
		rng := stats.Stream(t.Seed, fmt.Sprintf("sensitivity/draw/%d", k))
		values := y.RawMatrix().Data
		for i := range values {
			values[i] = rng.NormFloat64()
		}
		if _, err := objective.Gradient(g, y); err != nil {
			return nil, err
		}
		yc, _ := linalg.Center(y)
		size := linalg.Norm(yc)
		var along mat.Dense
		along.Mul(r.coordinate, g)
		for i := range push {
			row := along.RawRowView(i)
			push[i] += floats.Dot(row, row) * size * size / r.lambda[i]
		}
	}
	for i, v := range push {
		push[i] = math.Sqrt(v / float64(t.Draws))
	}
	return push, nil
}

// follow computes thresholds and agreement from the records of the trajectory.
func (l *Learning) follow() {
	records := l.Outcome.Records
	scores, iterations := make([]float64, len(records)), make([]float64, len(records))
	for k, record := range records {
		scores[k], iterations[k] = record.Score, float64(record.Iteration)
	}
	values := make([]float64, len(records))
	var predicted, found []float64
	for i := range l.Push {
		for k, record := range records {
			values[k] = record.R2[i]
		}
		score, ok := probe.Threshold(scores, values, 0.5)
		iteration, _ := probe.Threshold(iterations, values, 0.5)
		if !ok {
			score, iteration = math.NaN(), math.NaN()
		} else {
			predicted, found = append(predicted, -l.Push[i]), append(found, iteration)
		}
		l.Threshold, l.Iteration = append(l.Threshold, score), append(l.Iteration, iteration)
	}
	l.Agreement = math.NaN()
	if len(found) > 1 {
		if rho, ok := stats.Spearman(predicted, found); ok {
			l.Agreement = rho
		}
	}
}
