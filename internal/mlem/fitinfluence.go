package mlem

import (
	"context"

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
// stimuli suffice for a variance, and sixty-four where each of many products of features is
// a player. Without a bootstrap there is no jackknife: the
// result is nil, and intervals treat the weights as fixed.
func (f *fitting) fitInfluence(ctx context.Context, k int, players []player, plans []permutationPlan, w []float64, pen penalty) ([][]float64, error) {
	stimuli := 100
	if f.InteractionImportance {
		stimuli = 64
	}
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
	shared := newAgreement(e.distances(k), e.ties(k), f.Score)
	metrics := mat.NewDense(len(w), len(weights)+1, nil)
	fits := make([]foldFit, len(weights)+1)
	for c, v := range append(weights, w) {
		metrics.SetCol(c, v)
		m := f.full
		if c < len(weights) {
			m = f.leaveOut[c]
		}
		fits[c] = f.fitOf(m, k, v)
	}
	own := make([]*agreement, workers(f.Jobs, len(players)))
	intact := e.scores(metrics, fits, shared)
	err = forEach(ctx, f.Jobs, len(players), func(worker, i int) error {
		columns := plans[i].draw(e.sample, stats.Stream(f.Seed, "mlem/fit-influence/"+players[i].name+"/"+players[i].group))
		replaced, s := *e.features, *e.sample
		replaced.columns = append([]column(nil), e.features.columns...)
		for j, a := range players[i].features {
			replaced.columns[a] = columns[j]
		}
		s.features = &replaced
		permuted := &evaluation{sample: &s, design: e.design, first: e.first, second: e.second}
		if own[worker] == nil {
			own[worker] = shared.clone()
		}
		without := permuted.scores(metrics, fits, own[worker])
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

// scores returns the score of the predictions of every column of metrics.
func (e *evaluation) scores(metrics *mat.Dense, fits []foldFit, a *agreement) []float64 {
	var predictions mat.Dense
	predictions.Mul(metrics.T(), e.regressors().T())
	out := make([]float64, len(fits))
	for c := range out {
		out[c] = a.score(predictions.RawRowView(c), fits[c])
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
