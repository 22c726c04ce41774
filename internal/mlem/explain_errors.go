package mlem

import (
	"context"
	"fmt"
	"math"
	"slices"

	"simtool/internal/stats"
)

// divide numbers the sets of stimuli that are left out or resampled together: groups, or as
// many of them at a time as leave a hundred sets.
func (x *explaining) divide() {
	const most = 100
	groups := slices.Max(x.group) + 1
	x.sets = min(groups, most)
	place := stats.Stream(x.Seed, "mlem/explain/jackknife").Perm(groups)
	x.set = make([]int, len(x.id))
	for i, group := range x.group {
		x.set[i] = place[group] % x.sets
	}
}

// jackknife returns the standard error of each number on its own scale, NaN for fewer than
// three groups of stimuli: √((G−1)/G Σ(θ₍g₎ − θ̄)²) over G groups that are left out in turn.
func (x *explaining) jackknife(ctx context.Context, asked []asked, values []float64) ([]float64, error) {
	errors := make([]float64, len(values))
	if x.sets < 3 {
		for i := range errors {
			errors[i] = math.NaN()
		}
		return errors, nil
	}
	without := make([][]float64, x.sets)
	err := forEach(ctx, x.Jobs, x.sets, func(_, g int) error {
		out := make([]bool, len(x.id))
		for i, own := range x.set {
			out[i] = own == g
		}
		without[g] = measure(asked, correlationsOf(x.standardised(out)))
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range errors {
		own := make([]float64, x.sets)
		for g := range own {
			own[g] = asked[i].scale.forward(without[g][i])
		}
		_, sd := meanSD(own)
		errors[i] = sd * float64(x.sets-1) / math.Sqrt(float64(x.sets))
	}
	return errors, nil
}

// resampled is the standard error and the interval of a number over resampled stimuli.
type resampled struct {
	se float64
	stats.Interval
}

// resampled resamples the numbers that are skewed near 0: correlations, and what follows from
// their squares and products. Where such a number is small by chance, the jackknife finds a
// small error in it just then, and in what several correlated models share it finds next to
// none; resampled stimuli give it the error that it has beside the chance.
//
// The stimuli of each set weigh an exponential variable, a pair the product of those of its
// stimuli (Bayesian bootstrap: Rubin 1981, doi:10.1214/aos/1176345338); ranks stay as
// they are. Correlations are those of pairs that exist, so that models that determine each
// other still do. Percentiles; nothing for fewer than three sets.
func (x *explaining) resampled(ctx context.Context, asked []asked, vectors [][]float64) (map[int]resampled, error) {
	const draws = 999
	if x.sets < 3 {
		return nil, nil
	}
	var at []int
	list := asked[:0:0]
	for i, a := range asked {
		if a.skewed() && a.note == "" {
			at, list = append(at, i), append(list, a)
		}
	}
	b := x.blocks(vectors)
	values := make([][]float64, draws)
	err := forEach(ctx, x.Jobs, draws, func(_, r int) error {
		rng := stats.Stream(x.Seed, fmt.Sprintf("mlem/explain/resampled/%d", r))
		weight := make([]float64, x.sets)
		for g := range weight {
			weight[g] = rng.ExpFloat64()
		}
		values[r] = measure(list, b.correlations(weight))
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := map[int]resampled{}
	for k, a := range list {
		own := make([]float64, draws)
		for r := range own {
			own[r] = values[r][k]
		}
		i := a.reported(stats.PercentileInterval(own, x.Level))
		for r := range own {
			own[r] = a.value(own[r])
		}
		_, sd := meanSD(own)
		out[at[k]] = resampled{sd, i}
	}
	return out, nil
}
