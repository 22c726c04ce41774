package mlem

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/stats"
)

// profileOf has features a, b, … in columns and layers in rows.
func profileOf(name string, rows ...[]float64) Profile {
	p := Profile{Name: name, X: mat.NewDense(len(rows), len(rows[0]), nil)}
	for l, row := range rows {
		p.X.SetRow(l, row)
		p.Layers = append(p.Layers, string(rune('0'+l)))
	}
	for f := range rows[0] {
		p.Features = append(p.Features, string(rune('a'+f)))
	}
	return p
}

// leastCost tries every walk through n and m layers.
func leastCost(i, j, n, m int, cost func(i, j int) float64) float64 {
	if i == n-1 && j == m-1 {
		return 0
	}
	best := math.Inf(1)
	for _, step := range [][3]int{{1, 1, 2}, {1, 0, 1}, {0, 1, 1}} {
		if k, l := i+step[0], j+step[1]; k < n && l < m {
			best = min(best, float64(step[2])*cost(k, l)+leastCost(k, l, n, m, cost))
		}
	}
	return best
}

// TestWarpAgainstAllWalks: the cost is the least of all walks, and that of its own path.
func TestWarpAgainstAllWalks(t *testing.T) {
	rng := stats.Stream(1, "walks")
	for range 30 {
		n, m := 1+rng.IntN(5), 1+rng.IntN(5)
		costs := normalMatrix(n, m, rng)
		cost := func(i, j int) float64 { return math.Abs(costs.At(i, j)) }
		got, ok := warp(n, m, 0, cost)
		want := (2*cost(0, 0) + leastCost(0, 0, n, m, cost)) / float64(n+m)
		own := 2 * cost(0, 0)
		for k, step := range got.Path[1:] {
			before := got.Path[k]
			own += float64(step[0]-before[0]+step[1]-before[1]) * cost(step[0], step[1])
		}
		if !ok || math.Abs(got.Distance-want) > 1e-12 || math.Abs(own/float64(n+m)-want) > 1e-12 {
			t.Errorf("%d and %d layers: %g by %v (which costs %g), want %g", n, m, got.Distance, got.Path, own/float64(n+m), want)
		}
	}
}

// TestProfilesThatAreStretched: a model that does the same in twice the layers is at the
// distance 0, by the layers that do the same; one that does the opposite is not.
func TestProfilesThatAreStretched(t *testing.T) {
	short := profileOf("short", []float64{0.1, 0.9}, []float64{0.5, 0.5}, []float64{0.9, 0.1})
	long := profileOf("long", []float64{0.1, 0.9}, []float64{0.1, 0.9}, []float64{0.5, 0.5}, []float64{0.9, 0.1}, []float64{0.9, 0.1})
	back := profileOf("back", []float64{0.9, 0.1}, []float64{0.5, 0.5}, []float64{0.1, 0.9})
	_, pairs, err := CompareProfiles([]Profile{short, long, back}, ProfileOptions{Warp: true})
	if err != nil {
		t.Fatal(err)
	}
	if p := pairs[0][1]; p.Distance != 0 || !slices.Equal(p.Path, [][2]int{{0, 0}, {0, 1}, {1, 2}, {2, 3}, {2, 4}}) {
		t.Errorf("stretched: %+v", p)
	}
	if pairs[1][0].Distance != 0 || pairs[1][0].Path[4] != [2]int{4, 2} || pairs[0][0].Distance != 0 {
		t.Errorf("back: %+v", pairs[1][0])
	}
	// The ends differ by .8 in both features, and no walk passes by them.
	if d := pairs[0][2].Distance; d < 0.8*math.Sqrt2/3 || pairs[2][0].Distance != d {
		t.Errorf("the opposite is at %g", d)
	}
}

// TestProfilesLayerByLayer: the mean distance of layers, and of shapes after scaling.
func TestProfilesLayerByLayer(t *testing.T) {
	a, b := profileOf("a", []float64{3, 0}, []float64{0, 1}), profileOf("b", []float64{6, 0}, []float64{0, 2})
	_, pairs, err := CompareProfiles([]Profile{a, b}, ProfileOptions{})
	if err != nil || pairs[0][1].Distance != 2 {
		t.Errorf("distance %v, want 2 (%v)", pairs[0][1].Distance, err)
	}
	_, pairs, err = CompareProfiles([]Profile{a, b}, ProfileOptions{Scale: true})
	if err != nil || pairs[0][1].Distance > 1e-15 {
		t.Errorf("distance %v of one shape (%v)", pairs[0][1].Distance, err)
	}
	// Layer by layer is a walk of the symmetric form: warping is never further.
	_, warped, err := CompareProfiles([]Profile{a, b}, ProfileOptions{Warp: true})
	if err != nil || warped[0][1].Distance > 2 {
		t.Errorf("warped %v (%v)", warped[0][1].Distance, err)
	}
}

// TestProfilesOfCommonFeatures: features that a model lacks are left out, by name.
func TestProfilesOfCommonFeatures(t *testing.T) {
	a, b := profileOf("a", []float64{1, 5, 2}), profileOf("b", []float64{2, 1})
	b.Features = []string{"c", "a"}
	features, pairs, err := CompareProfiles([]Profile{a, b}, ProfileOptions{Warp: true})
	if err != nil || !slices.Equal(features, []string{"a", "c"}) || pairs[0][1].Distance != 0 {
		t.Errorf("features %v at %v (%v)", features, pairs[0][1], err)
	}
}

// TestProfilesThatCannotBeCompared are refused.
func TestProfilesThatCannotBeCompared(t *testing.T) {
	one, two, four := profileOf("one", []float64{1}), profileOf("two", []float64{1}, []float64{2}), profileOf("four", []float64{1}, []float64{2}, []float64{3}, []float64{4})
	other := profileOf("other", []float64{1})
	other.Features = []string{"z"}
	missing, nothing := profileOf("missing", []float64{math.NaN()}), profileOf("nothing", []float64{0})
	for want, c := range map[string]struct {
		of []Profile
		o  ProfileOptions
	}{
		"1 profiles":             {[]Profile{one}, ProfileOptions{}},
		"a feature in common":    {[]Profile{one, other}, ProfileOptions{}},
		"no importance of \"a\"": {[]Profile{one, missing}, ProfileOptions{Warp: true}},
		"1 layers":               {[]Profile{one, two}, ProfileOptions{}},
		"all 0":                  {[]Profile{one, nothing}, ProfileOptions{Warp: true, Scale: true}},
		"want at most 1 more":    {[]Profile{two, four}, ProfileOptions{Warp: true, Band: 1}},
	} {
		_, _, err := CompareProfiles(c.of, c.o)
		if in, ok := data.AsInputError(err); !ok || !strings.Contains(in.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
