package mlem

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// bandedLattice is 24 stimuli of five columns in three bands and three units, by whole
// numbers.
func bandedLattice() *bandedDesign {
	const n, p, q = 24, 5, 3
	d := &bandedDesign{x: mat.NewDense(n, p, nil), y: mat.NewDense(n, q, nil), band: []int{0, 0, 1, 2, 2}}
	for i := range n {
		for j := range p {
			d.x.Set(i, j, float64((i*7+j*13+i*j*3)%17)/17)
		}
		for u := range q {
			d.y.Set(i, u, float64((i*5+u*11+i*i*(u+1))%19)/19+2*d.x.At(i, u)-d.x.At(i, (u+2)%5))
		}
	}
	return d
}

func rows(x *mat.Dense, index []int) *mat.Dense { return pickRows(x, index) }

var (
	latticeShares = [][]float64{{1. / 3, 1. / 3, 1. / 3}, {0.8, 0.1, 0.1}, {0.1, 0.8, 0.1}, {0, 0.5, 0.5}}
	latticeAlphas = []float64{0.01, 0.1, 1, 10}
)

// weightsOf returns the coefficients of all units.
func weightsOf(t *testing.T, d *bandedDesign, chosen []bandedChoice) *mat.Dense {
	t.Helper()
	fits, err := d.fits(chosen)
	if err != nil {
		t.Fatal(err)
	}
	_, p := d.x.Dims()
	w := mat.NewDense(p, len(chosen), nil)
	for _, f := range fits {
		for k, u := range f.units {
			w.SetCol(u, mat.Col(nil, k, f.w))
		}
	}
	return w
}

// TestBandedAgainstHimalaya: the choice of each unit, its cross-validated error and the
// coefficients of all stimuli are those of himalaya 0.4 (solve_group_ridge_random_search with
// these shares, penalties and folds, and an intercept).
func TestBandedAgainstHimalaya(t *testing.T) {
	d := bandedLattice()
	tests := make([][]int, 4)
	for i := range 24 {
		tests[i%4] = append(tests[i%4], i)
	}
	found, err := d.bandedSearch(latticeShares, latticeAlphas, tests, nil, func() error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	chosen, errors := found.chosen(ChoiceUnit), found.scores
	for u, want := range []bandedChoice{{latticeShares[2], 0.01}, {latticeShares[0], 0.1}, {latticeShares[3], 0.01}} {
		if !slices.Equal(chosen[u].shares, want.shares) || chosen[u].alpha != want.alpha {
			t.Errorf("unit %d: %v, want %v", u, chosen[u], want)
		}
		// It adds 1e-10·ln α, so that of equal ones the larger penalty wins.
		error := []float64{-0.16123572924449078, -0.10868679516307223, -0.0435822663574795}[u] - 1e-10*math.Log(want.alpha)
		if math.Abs(errors[u]-error) > 1e-14 {
			t.Errorf("unit %d: error %.17g, want %.17g", u, errors[u], error)
		}
	}
	w := weightsOf(t, d, chosen)
	want := mat.NewDense(5, 3, []float64{
		1.8868637054673563, 0.08418652104354206, 0,
		-0.10596313605774862, 1.742746913849302, 0,
		-1.1496062563956821, -0.0459836352404898, 1.9475670312740232,
		0.10806492909384524, -0.8507324909664372, 0.0611793154482072,
		0.10675057182960537, -0.02584989371619936, -0.5117873955124926,
	})
	if !mat.EqualApprox(w, want, 1e-13) {
		t.Errorf("weights %v, want %v", mat.Formatted(w), mat.Formatted(want))
	}
}

// TestBandedPartsAgainstHimalaya: the product measure of himalaya's r2_score_split, of the
// last six stimuli for a fit to the others.
func TestBandedPartsAgainstHimalaya(t *testing.T) {
	d := bandedLattice()
	train, test := seq(24)[:18], seq(24)[18:]
	own := &bandedDesign{rows(d.x, train), rows(d.y, train), d.band}
	choice := bandedChoice{latticeShares[1], latticeAlphas[1]}
	fits, err := own.fits([]bandedChoice{choice, choice, choice})
	if err != nil || len(fits) != 1 {
		t.Fatal(err, len(fits))
	}
	s := newBandedSums(3, 24, 3)
	one := slices.Repeat([]float64{1}, 5)
	s.add(&bandedSet{train: train, test: test, design: own, scale: one}, fits[0], d.x, d.y)
	for b, want := range [][]float64{
		{0.5444283087060139, 0.6048683512394999, 0.02088201087135302},
		{0.20008604030123853, -0.02136750459434571, 0.6697853642271491},
		{-0.00613531423562906, 0.21472097758907754, 0.0074182351648126},
	} {
		got := s.explains(s.parts[b], s.partsMoved[b], make([]float64, 4), seq(24), 0.95)
		for u, v := range want {
			if math.Abs(got[u].R2-v) > 1e-13 {
				t.Errorf("band %d of unit %d: %.16g, want %.16g", b, u, got[u].R2, v)
			}
		}
		if mean := (want[0] + want[1] + want[2]) / 3; math.Abs(got[3].R2-mean) > 1e-13 {
			t.Errorf("band %d: mean %g, want %g", b, got[3].R2, mean)
		}
	}
}

// TestBandedWithMoreColumnsThanStimuli: stimuli × stimuli give the coefficients of columns ×
// columns, of the normal equations.
func TestBandedWithMoreColumnsThanStimuli(t *testing.T) {
	d := bandedLattice()
	few := &bandedDesign{rows(d.x, seq(4)), rows(d.y, seq(4)), d.band}
	choice := bandedChoice{latticeShares[2], 0.3}
	w := weightsOf(t, few, []bandedChoice{choice, choice, choice})
	x, _ := linalg.Center(few.x)
	y, _ := linalg.Center(few.y)
	g := linalg.Gram(x)
	for j, b := range d.band {
		g.Set(j, j, g.At(j, j)+choice.alpha/choice.shares[b])
	}
	var want mat.Dense
	if err := want.Solve(g, linalg.CrossGram(x, y)); err != nil {
		t.Fatal(err)
	}
	if !mat.EqualApprox(w, &want, 1e-12) {
		t.Errorf("weights %v, want %v", mat.Formatted(w), mat.Formatted(&want))
	}
}

// TestBandedWithoutAStimulus: what a stimulus moves through the fit comes near the change of
// the sums when the fit does without it; in a lattice whose leverages are small.
func TestBandedWithoutAStimulus(t *testing.T) {
	d := bandedLattice()
	train, test := seq(24)[:18], seq(24)[18:]
	choice := bandedChoice{latticeShares[1], 10}
	sumsOf := func(train []int) *bandedSums {
		own := &bandedDesign{rows(d.x, train), rows(d.y, train), d.band}
		fits, err := own.fits([]bandedChoice{choice, choice, choice})
		if err != nil {
			t.Fatal(err)
		}
		// Deviations from the mean of all training stimuli, which is another matter.
		fits[0].means.y = means(rows(d.y, seq(24)[:18]))
		s := newBandedSums(3, 24, 3)
		s.add(&bandedSet{train: train, test: test, design: own, scale: slices.Repeat([]float64{1}, 5)}, fits[0], d.x, d.y)
		return s
	}
	whole := sumsOf(train)
	for b := range 3 {
		var xy, xx, yy float64
		for out := range train {
			part := sumsOf(slices.Delete(slices.Clone(train), out, out+1))
			for u := range 3 {
				want, got := 0.0, whole.partsMoved[b].At(out, u)
				for _, i := range test {
					want += whole.parts[b].At(i, u) - part.parts[b].At(i, u)
				}
				xy, xx, yy = xy+want*got, xx+want*want, yy+got*got
			}
		}
		if r := xy / math.Sqrt(xx*yy); r < 0.95 || math.Abs(math.Sqrt(yy/xx)-1) > 0.15 {
			t.Errorf("band %d: first order and refits have the cosine %.4f, and sizes as %.3f", b, r, math.Sqrt(yy/xx))
		}
	}
}

func means(x *mat.Dense) []float64 {
	_, m := linalg.Center(x)
	return m
}

// TestBandShares: points of the search are on the simplex, and have the mean and the variance
// of the Dirichlet distributions: of concentration c each of B shares has the mean 1/B and
// the variance (1/B)(1−1/B)/(cB+1).
func TestBandShares(t *testing.T) {
	const bands, draws = 3, 20_000
	all := bandShares(bands, draws, 1)
	if len(all) != draws+bands+1 {
		t.Fatalf("%d points", len(all))
	}
	var sum, squares [2]float64
	for r, s := range all[bands+1:] {
		if total := s[0] + s[1] + s[2]; math.Abs(total-1) > 1e-12 || slices.Min(s) < 0 {
			t.Fatalf("shares %v", s)
		}
		sum[r%2] += s[0]
		squares[r%2] += s[0] * s[0]
	}
	for k, c := range []float64{0.1, 1} {
		mean := sum[k] / (draws / 2)
		variance := squares[k]/(draws/2) - mean*mean
		want := 2. / 9 / (c*bands + 1)
		if math.Abs(mean-1./3) > 4*math.Sqrt(want/(draws/2)) || math.Abs(variance/want-1) > 0.04 {
			t.Errorf("concentration %g: mean %.4f and variance %.4f, want %.4f and %.4f", c, mean, variance, 1./3, want)
		}
	}
}

// bandedRecording is n stimuli of numbers a, b and c and 6 units that a and b move, with
// noise.
func bandedRecording(t *testing.T, n int, noise float64) (*Features, *mat.Dense) {
	t.Helper()
	rng := stats.Stream(3, "banded")
	y := mat.NewDense(n, 6, nil)
	var columns [3][]float64
	for i := range n {
		for k := range columns {
			columns[k] = append(columns[k], rng.Float64())
		}
		for u := range 6 {
			y.Set(i, u, float64(u+1)*columns[0][i]+float64(2-u)*columns[1][i]+noise*rng.NormFloat64())
		}
	}
	f, _, err := NewFeatures(tableOf(numeric("a", columns[0]...), numeric("b", columns[1]...), numeric("c", columns[2]...)), FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return f, y
}

// TestBandedOfALinearCode: without noise all is explained, by the bands that make the units;
// parts add up to the whole, for each unit and the mean.
func TestBandedOfALinearCode(t *testing.T) {
	f, y := bandedRecording(t, 60, 0)
	o := DefaultBandedOptions()
	o.Bands = []FeatureGroup{{Name: "rest", Features: []string{"b", "c"}}}
	o.Penalties = []float64{1e-9, 1}
	got, err := FitBanded(t.Context(), f, y, o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Bands, []string{"rest", "a"}) || len(got.Total) != 7 {
		t.Fatalf("bands %v, %d rows", got.Bands, len(got.Total))
	}
	for u, total := range got.Total {
		if math.Abs(total.R2-1) > 1e-9 {
			t.Errorf("unit %d: R² %g", u, total.R2)
		}
		if sum := got.Parts[0][u].R2 + got.Parts[1][u].R2; math.Abs(sum-total.R2) > 1e-12 {
			t.Errorf("unit %d: the parts add up to %g, the whole is %g", u, sum, total.R2)
		}
	}
	if p := got.Parts[0][2].R2; math.Abs(p) > 1e-9 { // unit 2 is moved by a alone
		t.Errorf("b and c explain %g of a unit of a alone", p)
	}
}

// TestBandedHoldsGroupsOut: stimuli that are copies of each other explain each other's noise,
// unless they are held out together.
func TestBandedHoldsGroupsOut(t *testing.T) {
	const n = 15
	rng := stats.Stream(5, "copies")
	y := mat.NewDense(2*n, 4, nil)
	var names, levels []string
	var codes []int
	for k := range n {
		names = append(names, string(rune('A'+k)))
	}
	for i := range 2 * n {
		levels, codes = append(levels, names[i%n]), append(codes, i%n)
		for u := range 4 {
			if i < n {
				y.Set(i, u, rng.NormFloat64())
			} else {
				y.Set(i, u, y.At(i-n, u))
			}
		}
	}
	f, _, err := NewFeatures(tableOf(categorical("which", names, codes...)), FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	o := DefaultBandedOptions()
	apart, err := FitBanded(t.Context(), f, y, o)
	if err != nil {
		t.Fatal(err)
	}
	o.Groups = levels
	together, err := FitBanded(t.Context(), f, y, o)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := apart.Total[4].R2, together.Total[4].R2; a < 0.4 || b > 0.05 {
		t.Errorf("R² %g of copies in several folds, %g in one", a, b)
	}
}

// TestBandedDoesNotDependOnWorkers: the result has the same bits.
func TestBandedDoesNotDependOnWorkers(t *testing.T) {
	f, y := bandedRecording(t, 40, 1)
	var all [2]*Banded
	for i, jobs := range []int{1, 3} {
		o := DefaultBandedOptions()
		o.Jobs, o.Draws = jobs, 10
		var err error
		if all[i], err = FitBanded(t.Context(), f, y, o); err != nil {
			t.Fatal(err)
		}
	}
	for u := range all[0].Total {
		if all[0].Total[u] != all[1].Total[u] {
			t.Errorf("unit %d: %v and %v", u, all[0].Total[u], all[1].Total[u])
		}
	}
}

// TestBandedRefuses tells what cannot be fitted.
func TestBandedRefuses(t *testing.T) {
	f, y := bandedRecording(t, 12, 1)
	for want, change := range map[string]func(o *BandedOptions){
		"1 folds":                      func(o *BandedOptions) { o.Folds = 1 },
		"12 stimuli in 12 groups":      func(o *BandedOptions) { o.Folds = 7 },
		"penalties [0]":                func(o *BandedOptions) { o.Penalties = []float64{0} },
		`feature "a" in the bands "p"`: func(o *BandedOptions) { o.Bands = []FeatureGroup{{"p", []string{"a"}}, {"q", []string{"a", "b"}}} },
		`feature "x" in group "p"`:     func(o *BandedOptions) { o.Bands = []FeatureGroup{{"p", []string{"x"}}} },
		"a confidence level of 1":      func(o *BandedOptions) { o.Level = 1 },
	} {
		o := DefaultBandedOptions()
		change(&o)
		_, err := FitBanded(t.Context(), f, y, o)
		if in, ok := data.AsInputError(err); !ok || !strings.Contains(in.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
