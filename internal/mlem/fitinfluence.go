package mlem

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// fitInfluence returns, for every player and cluster, the decrease of the player's
// permutation importance when the cluster is left out of the fit. This jackknife
// uses the same stimuli and the same permutation for all clusters.
//
// The influence of held-out stimuli alone underestimates the variance of an
// importance. A score is flat around the best weights, so their uncertainty hardly
// matters for it. But an importance grows with the weight of its feature, and a
// stimulus that raises it in its fold also raises it through the fit. A hundred
// stimuli suffice for a variance. Without a bootstrap there is no jackknife: the
// result is nil, and intervals treat the weights as fixed.
func (f *fitting) fitInfluence(ctx context.Context, k int, players []player, plans []permutationPlan, w []float64, pen penalty) ([][]float64, error) {
	const stimuli = 100
	out := make([][]float64, len(players))
	n := len(f.whole.id)
	index := make([]int, min(n, stimuli))
	for i := range index {
		index[i] = i * n / len(index)
	}
	e := newEvaluation(f.whole.subset(index), f.design)
	if len(f.leaveOut) == 0 || len(e.first) < 3 {
		return out, nil
	}
	weights, err := f.refit(ctx, f.leaveOut, k, pen)
	if err != nil {
		return nil, err
	}
	y := standardRanks(e.distances(k))
	metrics := mat.NewDense(len(w), len(weights)+1, nil)
	for c, v := range append(weights, w) {
		metrics.SetCol(c, v)
	}
	own := make([]linalg.Sorter, workers(f.Jobs, len(players)))
	intact := e.correlations(metrics, y, &own[0])
	err = forEach(ctx, f.Jobs, len(players), func(worker, i int) error {
		columns := plans[i].draw(e.sample, stats.Stream(f.Seed, "mlem/fit-influence/"+players[i].name+"/"+players[i].group))
		replaced, s := *e.features, *e.sample
		replaced.columns = append([]column(nil), e.features.columns...)
		for j, a := range players[i].features {
			replaced.columns[a] = columns[j]
		}
		s.features = &replaced
		permuted := &evaluation{&s, e.design, e.first, e.second}
		without := permuted.correlations(metrics, y, &own[worker])
		last := len(without) - 1
		moved := make([]float64, last)
		for c := range moved {
			moved[c] = intact[last] - without[last] - (intact[c] - without[c])
		}
		out[i] = moved
		return nil
	})
	return out, err
}

// correlations returns Spearman's correlation with standardised ranks z of the
// predictions of every column of metrics.
func (e *evaluation) correlations(metrics *mat.Dense, z []float64, sort *linalg.Sorter) []float64 {
	var predictions mat.Dense
	predictions.Mul(metrics.T(), e.regressors().T())
	rows, _ := predictions.Dims()
	out := make([]float64, rows)
	for c := range out {
		x := predictions.RawRowView(c)
		sort.Ranks(x, x)
		out[c] = rankDot(x, z)
	}
	return out
}

// standardRanks replaces values by their ranks, of mean 0 and mean square 1.
func standardRanks(x []float64) []float64 {
	new(linalg.Sorter).Ranks(x, x)
	z := make([]float64, len(x))
	addStandardised(z, x, 1)
	return z
}

// rankDot returns Spearman's correlation between the ranks rx and the standardised
// ranks z. It is 0 where all of rx are equal.
func rankDot(rx, z []float64) float64 {
	n := float64(len(rx))
	mean := (n + 1) / 2
	var sum, ss float64
	for i, r := range rx {
		r -= mean
		sum += r * z[i]
		ss += r * r
	}
	if ss == 0 {
		return 0
	}
	return sum / math.Sqrt(ss*n)
}
