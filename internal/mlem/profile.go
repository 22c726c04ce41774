package mlem

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// Profile is the importance of features over the layers of a model.
type Profile struct {
	Name     string
	Layers   []string
	Features []string
	X        *mat.Dense // layers × features
	SE       *mat.Dense // standard errors of X, 0 where there is none; nil for no errors
}

// ProfileOptions say how profiles are compared.
type ProfileOptions struct {
	Warp  bool // by dynamic time warping; otherwise layer by layer
	Band  int  // largest difference of two layers that are matched, in layers of the longer model; 0: any
	Scale bool // divide each profile by its root mean square, so that their shapes are compared

	// Errors asks for the error of distances, of profiles that have errors.
	Errors bool
	Seed   uint64
}

// ProfilePair is the comparison of two profiles.
type ProfilePair struct {
	Distance float64
	Path     [][2]int // layers that are matched, from the first of both to the last
	SE       float64  // of the distance, NaN without errors
	Noise    float64  // mean distance of repeats of one of the models, see CompareProfiles; NaN without errors
}

// CompareProfiles returns the distance of every two profiles over the features that all of
// them have, in the order of the first. Where models have layers of different numbers, or
// reach the same stage at different depths, dynamic time warping matches them: of all ways
// to walk through both from first to last layer, with steps of one layer in either or in
// both, it takes the one of least cost, where a match of layers i and j costs the Euclidean
// distance of their importances, twice for a step in both (Sakoe and Chiba 1978,
// doi:10.1109/TASSP.1978.1163055, symmetric form). The distance is the cost over the sum of
// the numbers of layers. Layer by layer it is the mean distance of layers.
//
// The distance of curves that share all but noise is not 0 but about the size of the noise,
// and warping fits some of it: Noise is the mean distance of two copies of a profile, each with
// errors of its own, averaged over both models. SE is to first order along the path that is
// taken. Both take errors of importances as independent. Those of fits to the same stimuli are
// not; an error that two models have in common moves no distance.
//
// Errors are *data.InputError: no feature in common, values
// that are missing, layers of different numbers without warping, or further apart than the
// band.
func CompareProfiles(profiles []Profile, o ProfileOptions) (features []string, pairs [][]ProfilePair, err error) {
	if len(profiles) < 2 {
		return nil, nil, &data.InputError{Found: fmt.Sprintf("%d profiles", len(profiles)), Wanted: "want at least two"}
	}
	for _, name := range profiles[0].Features {
		if !slices.ContainsFunc(profiles, func(p Profile) bool { return !slices.Contains(p.Features, name) }) {
			features = append(features, name)
		}
	}
	if features == nil {
		return nil, nil, &data.InputError{Found: "profiles without a feature in common", Wanted: "want at least one"}
	}
	curves, errors := make([]*mat.Dense, len(profiles)), make([]*mat.Dense, len(profiles))
	noise := make([]float64, len(profiles))
	for k, p := range profiles {
		var size float64
		if curves[k], size, err = p.over(features, o.Scale); err != nil {
			return nil, nil, err
		}
		if o.Errors {
			errors[k] = p.errorsOver(features, size)
			noise[k] = o.noiseOf(curves[k], errors[k], fmt.Sprintf("mlem/profiles/%d", k))
		}
	}
	pairs = make([][]ProfilePair, len(profiles))
	for i := range pairs {
		pairs[i] = make([]ProfilePair, len(profiles))
		for j := range i + 1 {
			pair, err := comparePair(profiles, curves, i, j, o)
			if err != nil {
				return nil, nil, err
			}
			pair.SE, pair.Noise = math.NaN(), math.NaN()
			if o.Errors {
				pair.SE, pair.Noise = o.errorOf(pair, curves[i], curves[j], errors[i], errors[j]), (noise[i]+noise[j])/2
			}
			pairs[i][j] = pair
			back := ProfilePair{Distance: pair.Distance, SE: pair.SE, Noise: pair.Noise}
			for _, step := range pair.Path {
				back.Path = append(back.Path, [2]int{step[1], step[0]})
			}
			pairs[j][i] = back
		}
	}
	return features, pairs, nil
}

// over returns layers × features, and what they were divided by.
func (p Profile) over(features []string, scale bool) (*mat.Dense, float64, error) {
	out := mat.NewDense(len(p.Layers), len(features), nil)
	for k, name := range features {
		at := slices.Index(p.Features, name)
		for l := range p.Layers {
			v := p.X.At(l, at)
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, 0, &data.InputError{Path: p.Name, Found: fmt.Sprintf("no importance of %q in %s", name, p.Layers[l]), Wanted: "want one of every feature in every layer"}
			}
			out.Set(l, k, v)
		}
	}
	size := 1.0
	if scale {
		if size = linalg.Norm(out) / math.Sqrt(float64(len(p.Layers)*len(features))); size == 0 {
			return nil, 0, &data.InputError{Path: p.Name, Found: "importances that are all 0", Wanted: "want a profile that has a shape"}
		}
		out.Scale(1/size, out)
	}
	return out, size, nil
}

func comparePair(profiles []Profile, curves []*mat.Dense, i, j int, o ProfileOptions) (ProfilePair, error) {
	a, b := curves[i], curves[j]
	n, _ := a.Dims()
	m, _ := b.Dims()
	cost := func(k, l int) float64 { return math.Sqrt(linalg.SqDistance(a.RawRowView(k), b.RawRowView(l))) }
	if !o.Warp {
		if n != m {
			return ProfilePair{}, &data.InputError{Path: profiles[j].Name, Found: fmt.Sprintf("%d layers", m), Wanted: fmt.Sprintf("want %d as in %s, or warping", n, profiles[i].Name)}
		}
		var pair ProfilePair
		for k := range n {
			pair.Distance += cost(k, k) / float64(n)
			pair.Path = append(pair.Path, [2]int{k, k})
		}
		return pair, nil
	}
	pair, ok := warp(n, m, o.Band, cost)
	if !ok {
		return pair, &data.InputError{
			Path: profiles[j].Name, Found: fmt.Sprintf("%d layers", m),
			Wanted: fmt.Sprintf("want at most %d more or fewer than the %d of %s, as the band is", o.Band, n, profiles[i].Name),
		}
	}
	return pair, nil
}

// warp returns the path of least cost through n and m layers. ok is false where no path
// stays in the band.
func warp(n, m, band int, cost func(i, j int) float64) (pair ProfilePair, ok bool) {
	total := mat.NewDense(n, m, nil)
	at := func(i, j int) float64 {
		if i < 0 || j < 0 {
			return math.Inf(1)
		}
		return total.At(i, j)
	}
	for i := range n {
		for j := range m {
			if band > 0 && max(i-j, j-i) > band {
				total.Set(i, j, math.Inf(1))
				continue
			}
			c := cost(i, j)
			if i == 0 && j == 0 {
				total.Set(i, j, 2*c)
				continue
			}
			total.Set(i, j, min(at(i-1, j-1)+2*c, at(i-1, j)+c, at(i, j-1)+c))
		}
	}
	pair.Distance = total.At(n-1, m-1) / float64(n+m)
	if math.IsInf(pair.Distance, 1) {
		return pair, false
	}
	for i, j := n-1, m-1; ; {
		pair.Path = append(pair.Path, [2]int{i, j})
		if i == 0 && j == 0 {
			break
		}
		c := cost(i, j)
		// The step in both is taken where it costs as little as another.
		switch both, one, other := at(i-1, j-1)+2*c, at(i-1, j)+c, at(i, j-1)+c; {
		case both <= one && both <= other:
			i, j = i-1, j-1
		case one <= other:
			i--
		default:
			j--
		}
	}
	slices.Reverse(pair.Path)
	return pair, true
}
