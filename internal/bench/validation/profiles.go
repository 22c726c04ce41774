package main

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/mlem"
	"simtool/internal/stats"
)

// ofProfiles lists the intervals of distances between models of three layers each for the same
// stimuli: a, a copy of a with noise of its own, and b, which has other weights.
func ofProfiles(ctx context.Context, sim mlem.Simulation, features *mlem.Features, recording *mlem.Simulated) ([]observation, error) {
	other := sim
	other.Seed++
	second, err := mlem.Simulate(ctx, other)
	if err != nil {
		return nil, err
	}
	var profiles []mlem.Profile
	for _, model := range []struct {
		name  string
		clean *mat.Dense
		noise []float64
	}{
		{"a", recording.Clean, []float64{1, 2, 3}},
		{"copy", recording.Clean, []float64{1, 2, 3}},
		{"b", second.Clean, []float64{1, 2, 4}},
	} {
		p := mlem.Profile{Name: model.name, Features: features.Names()}
		p.X, p.SE = mat.NewDense(len(model.noise), len(p.Features), nil), mat.NewDense(len(model.noise), len(p.Features), nil)
		for l, noise := range model.noise {
			p.Layers = append(p.Layers, fmt.Sprint(l))
			rng := stats.Stream(sim.DataSeed, fmt.Sprintf("validation/profile/%s/%d", model.name, l))
			sd := noise * deviation(model.clean)
			var y mat.Dense
			y.Apply(func(_, _ int, v float64) float64 { return v + sd*rng.NormFloat64() }, model.clean)
			r, _, err := fit(ctx, features, &y, func(*mlem.Options) {})
			if err != nil {
				return nil, err
			}
			for f, i := range r.Importance {
				p.X.Set(l, f, i.Value)
				p.SE.Set(l, f, (i.Interval.Hi-i.Interval.Lo)/(2*stats.NormalInterval(0, 1, 0.95).Hi))
			}
		}
		profiles = append(profiles, p)
	}
	var out []observation
	for _, way := range []struct {
		name string
		mlem.ProfileOptions
	}{
		{"warped", mlem.ProfileOptions{Warp: true}},
		{"layer by layer", mlem.ProfileOptions{}},
		{"shapes", mlem.ProfileOptions{Warp: true, Scale: true}},
	} {
		way.Errors, way.Seed = true, sim.DataSeed
		_, pairs, err := mlem.CompareProfiles(profiles, way.ProfileOptions)
		if err != nil {
			return nil, err
		}
		for k, what := range []string{"copies of a model", "models that differ"} {
			pair := pairs[0][k+1]
			i, _ := pair.Interval(0.95)
			out = append(out, observation{"profiles, " + what, way.name, math.NaN(), pair.Distance, i})
		}
	}
	return out, nil
}
