package mlem

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/stats"
)

// profilesWithErrors are two models of 4 and 6 layers and two features, with errors.
func profilesWithErrors() []Profile {
	rng := stats.Stream(8, "profile errors")
	var out []Profile
	for k, layers := range []int{4, 6} {
		p := Profile{Name: string(rune('a' + k)), Features: []string{"f", "g"}, X: mat.NewDense(layers, 2, nil), SE: mat.NewDense(layers, 2, nil)}
		for l := range layers {
			p.Layers = append(p.Layers, string(rune('0'+l)))
			for f := range 2 {
				p.X.Set(l, f, rng.Float64())
				p.SE.Set(l, f, 0.01*(1+rng.Float64()))
			}
		}
		out = append(out, p)
	}
	return out
}

// TestErrorOfProfileDistances: the error is that of the distance by finite differences with
// every importance, warped and layer by layer, in the units of the shapes with --scale.
func TestErrorOfProfileDistances(t *testing.T) {
	for name, o := range map[string]ProfileOptions{"warped": {Warp: true}, "layer by layer": {}, "shapes": {Warp: true, Scale: true}} {
		profiles := profilesWithErrors()
		if !o.Warp {
			profiles[1].X, profiles[1].SE = profiles[1].X.Slice(0, 4, 0, 2).(*mat.Dense), profiles[1].SE.Slice(0, 4, 0, 2).(*mat.Dense)
			profiles[1].Layers = profiles[1].Layers[:4]
		}
		distance := func() float64 {
			_, pairs, err := CompareProfiles(profiles, o)
			if err != nil {
				t.Fatal(err)
			}
			return pairs[0][1].Distance
		}
		variance := 0.0
		for _, p := range profiles {
			for l := range p.Layers {
				for f := range 2 {
					const step = 1e-6
					v := p.X.At(l, f)
					p.X.Set(l, f, v+step)
					more := distance()
					p.X.Set(l, f, v-step)
					slope := (more - distance()) / (2 * step)
					p.X.Set(l, f, v)
					variance += slope * slope * p.SE.At(l, f) * p.SE.At(l, f)
				}
			}
		}
		o.Errors = true
		_, pairs, err := CompareProfiles(profiles, o)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := pairs[0][1].SE, math.Sqrt(variance); math.Abs(got-want) > 1e-8*want || pairs[1][0].SE != got {
			t.Errorf("%s: error %.10g, by finite differences %.10g", name, got, want)
		}
		if o.Warp {
			profiles[0].SE, profiles[1].SE = nil, nil
			if _, pairs, _ = CompareProfiles(profiles, o); pairs[0][1].SE != 0 || pairs[0][1].Noise != 0 {
				t.Errorf("without errors: %+v", pairs[0][1])
			}
		}
	}
}

// TestNoiseOfProfiles: two copies of one importance with errors of standard deviation σ differ
// by 2σ/√π on average, whatever the importance is. One importance has no shape but its sign;
// the shape of two equal ones, of size x, moves with the difference of their errors alone:
// copies differ by 2σ/(x·√π).
func TestNoiseOfProfiles(t *testing.T) {
	one := func(x, se float64, features int) Profile {
		p := Profile{Layers: []string{"1"}, X: mat.NewDense(1, features, nil), SE: mat.NewDense(1, features, nil)}
		for k := range features {
			p.Features = append(p.Features, string(rune('f'+k)))
			p.X.Set(0, k, x)
			p.SE.Set(0, k, se)
		}
		return p
	}
	for _, warped := range []bool{false, true} {
		for _, c := range []struct {
			scale    bool
			features int
			want     float64
		}{
			{false, 1, (0.1 + 0.3) / math.SqrtPi},
			{true, 1, 0},
			{true, 2, (0.1/2 + 0.3/5) / math.SqrtPi},
		} {
			_, pairs, err := CompareProfiles([]Profile{one(2, 0.1, c.features), one(5, 0.3, c.features)}, ProfileOptions{Warp: warped, Scale: c.scale, Errors: true, Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			// The standard error of 200 draws is .75/√200 of the mean.
			if got := pairs[0][1].Noise; math.Abs(got-c.want) > 0.15*c.want+1e-12 {
				t.Errorf("warped %v, scaled %v, %d features: noise %g, want %g", warped, c.scale, c.features, got, c.want)
			}
		}
	}
}
