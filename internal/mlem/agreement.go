package mlem

import (
	"fmt"
	"math"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// Statistic is a measure of how well predicted distances agree with neural ones.
type Statistic string

// The statistics.
const (
	ScoreSpearman Statistic = "spearman" // the correlation of ranks
	ScorePearson  Statistic = "pearson"  // the correlation
	ScoreR2       Statistic = "r2"       // 1 − Σ(y−ŷ)²/Σ(y−ȳ)², of predictions scaled as in the training set
)

// Statistics are the names of all.
func Statistics() []string {
	return []string{string(ScoreSpearman), string(ScorePearson), string(ScoreR2)}
}

// check resolves the default.
func (s Statistic) check() (Statistic, error) {
	switch s {
	case "":
		return ScoreSpearman, nil
	case ScoreSpearman, ScorePearson, ScoreR2:
		return s, nil
	}
	return "", &data.InputError{Found: fmt.Sprintf("unknown score %q", s), Wanted: "want " + data.WordList(Statistics())}
}

// agreement scores predictions x against the neural distances y of the pairs of a set. It is not safe for
// concurrent use; each goroutine needs its own clone.
type agreement struct {
	statistic Statistic
	y         []float64
	ties      ties
	mean, sd  float64                // of y
	ranks     *stats.RankCorrelation // of y, for Spearman
	sort      linalg.Sorter
}

// newAgreement fixes the distances, which it may change.
func newAgreement(y []float64, t ties, s Statistic) *agreement {
	a := &agreement{statistic: s, y: y, ties: t}
	if s.ofRanks() {
		a.sort.RanksWithin(y, y, t.distances)
		a.ranks = stats.NewRankCorrelation(y)
	}
	a.mean, a.sd = meanRMS(y)
	return a
}

// clone returns a copy that shares the distances only.
func (a *agreement) clone() *agreement {
	c := &agreement{statistic: a.statistic, y: a.y, ties: a.ties, mean: a.mean, sd: a.sd}
	if a.ranks != nil {
		c.ranks = a.ranks.Clone()
	}
	return c
}

// constant reports whether the distances are all equal.
func (a *agreement) constant() bool {
	if a.ranks != nil {
		return allEqual(a.y)
	}
	return !vary(a.y, a.ties.distances)
}

// influence replaces predictions by the influence of each pair on the score, and returns
// the score: to first order, giving a pair the weight 1+ε among N changes it by ε/N times
// its influence. With u and v the standardised x and y, that on Pearson's r is
//
//	uv − r·(u² + v²)/2,
//
// and that on R² is (1−R²)·v² − (y−ŷ)²/Var y. Spearman's ρ has the influence of
// stats.RankCorrelation. linear, where it is not nil, gets scale times a vector whose mean
// product with standardised distances (ranks for Spearman) is the score up to the constant
// that is returned: the score of the same predictions for distances in another order. The
// score is 0 where x is constant.
func (a *agreement) influence(x []float64, fit foldFit, linear []float64, scale float64) (score, constant float64) {
	if a.ranks != nil {
		a.sort.RanksWithin(x, x, a.ties.predictions)
		if linear != nil {
			addStandardised(linear, x, scale)
		}
		score, _ = a.ranks.Influence(x, x)
		return score, 0
	}
	n := float64(len(x))
	if a.sd == 0 {
		clear(x)
		return 0, 0
	}
	if a.statistic == ScoreR2 {
		var residual, offset float64
		for p, v := range x {
			r := a.y[p] - fit.intercept - fit.scale*v
			residual += r * r / n
			r = fit.intercept + fit.scale*v - a.mean
			offset += r * r / n
			if linear != nil {
				linear[p] += scale * 2 * fit.scale / a.sd * v
			}
		}
		variance := a.sd * a.sd
		score = 1 - residual/variance
		for p, v := range x {
			r, y := a.y[p]-fit.intercept-fit.scale*v, (a.y[p]-a.mean)/a.sd
			x[p] = (1-score)*y*y - r*r/variance
		}
		return score, -scale * offset / variance
	}
	mean, sd := meanRMS(x)
	if sd <= 1e-14*math.Abs(mean) {
		clear(x)
		return 0, 0
	}
	for p, v := range x {
		x[p] = (v - mean) / sd
		score += x[p] * (a.y[p] - a.mean) / a.sd / n
	}
	if linear != nil {
		for p, u := range x {
			linear[p] += scale * u
		}
	}
	for p, u := range x {
		v := (a.y[p] - a.mean) / a.sd
		x[p] = u*v - score/2*(u*u+v*v)
	}
	return max(-1, min(1, score)), 0
}

// score is influence without the influences. It may change the predictions.
func (a *agreement) score(x []float64, fit foldFit) float64 {
	if a.ranks == nil {
		score, _ := a.influence(x, fit, nil, 0)
		return score
	}
	a.sort.RanksWithin(x, x, a.ties.predictions)
	if a.sd == 0 {
		return 0
	}
	mean, sd := meanRMS(x)
	if sd == 0 {
		return 0
	}
	rho := 0.0
	for p, r := range x {
		rho += (r - mean) * (a.y[p] - a.mean)
	}
	return max(-1, min(1, rho/float64(len(x))/sd/a.sd))
}

// meanRMS returns the mean and the root mean square deviation from it.
func meanRMS(v []float64) (mean, sd float64) {
	n := float64(len(v))
	for _, x := range v {
		mean += x / n
	}
	for _, x := range v {
		sd += (x - mean) * (x - mean) / n
	}
	return mean, math.Sqrt(sd)
}

// ofRanks reports whether only the order of distances matters.
func (s Statistic) ofRanks() bool { return s == ScoreSpearman || s == "" }

// standardise returns values with mean 0 and mean square 1: of ranks for Spearman, else
// the values themselves. It may change y.
func (s Statistic) standardise(y []float64) []float64 {
	if s.ofRanks() {
		return standardRanks(y)
	}
	mean, sd := meanRMS(y)
	if sd == 0 {
		sd = math.Inf(1)
	}
	for i := range y {
		y[i] = (y[i] - mean) / sd
	}
	return y
}

// interval returns the interval of a score with a standard error: symmetric in Fisher's z
// for a correlation, and in −log(1−R²) for R².
func (s Statistic) interval(value, se, level float64) stats.Interval {
	switch {
	case !(se > 0) && !(math.Abs(value) == 1):
		return stats.Interval{}
	case s != ScoreR2:
		return stats.CorrelationInterval(value, se, level)
	case value == 1:
		return stats.Interval{Lo: 1, Hi: 1}
	}
	z := stats.NormalInterval(0, se/(1-value), level)
	return stats.Interval{Lo: 1 - (1-value)*math.Exp(z.Hi), Hi: 1 - (1-value)*math.Exp(z.Lo)}
}
