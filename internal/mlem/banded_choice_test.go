package mlem

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/stats"
)

// ridgeErrors are the squared errors of each unit in a test set, averaged over it, of ridge
// regression by normal equations from the other stimuli.
func ridgeErrors(t *testing.T, d *bandedDesign, c bandedChoice, test []int) []float64 {
	t.Helper()
	n, p := d.x.Dims()
	_, q := d.y.Dims()
	var train []int
	for i := range n {
		if !slices.Contains(test, i) {
			train = append(train, i)
		}
	}
	x, y := pickRows(d.x, train), pickRows(d.y, train)
	mx, my := means(x), means(y)
	x, y = centredBy(x, mx), centredBy(y, my)
	var kept []int
	for j := range p {
		if c.shares[d.band[j]] > 0 {
			kept = append(kept, j)
		}
	}
	x = pickColumns(x, kept)
	var g, b, w, fit mat.Dense
	g.Mul(x.T(), x)
	b.Mul(x.T(), y)
	for k, j := range kept {
		g.Set(k, k, g.At(k, k)+c.alpha/c.shares[d.band[j]])
	}
	if err := w.Solve(&g, &b); err != nil {
		t.Fatal(err)
	}
	fit.Mul(pickColumns(centredBy(pickRows(d.x, test), mx), kept), &w)
	out := make([]float64, q)
	for i, at := range test {
		for u := range q {
			r := d.y.At(at, u) - my[u] - fit.At(i, u)
			out[u] += r * r / float64(len(test))
		}
	}
	return out
}

// TestBandedChoices: the shared choice has the least sum over units of errors in terms of their
// variance, and the choice between both is by the errors in each fold of what the others
// choose, by brute force.
func TestBandedChoices(t *testing.T) {
	d := bandedLattice()
	tests := make([][]int, 4)
	for i := range 24 {
		tests[i%4] = append(tests[i%4], i)
	}
	found, err := d.bandedSearch(latticeShares, latticeAlphas, tests, nil, func() error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	variance := make([]float64, 3)
	for u := range variance {
		_, sd := meanSD(mat.Col(nil, u, d.y))
		variance[u] = sd * sd * 23 // the sum of squares about the mean
	}
	var choices []bandedChoice
	var errors [][][]float64 // by choice, fold and unit
	for _, s := range latticeShares {
		for _, a := range latticeAlphas {
			c := bandedChoice{s, a}
			choices = append(choices, c)
			var own [][]float64
			for _, test := range tests {
				own = append(own, ridgeErrors(t, d, c, test))
			}
			errors = append(errors, own)
		}
	}
	// best is the choice with the least error over the folds but one, −1 for all, of some units.
	best := func(without int, units ...int) int {
		at, least := -1, math.Inf(1)
		for c := range choices {
			sum := 0.0
			for k := range tests {
				for _, u := range units {
					if k != without {
						sum += errors[c][k][u] / variance[u]
					}
				}
			}
			if sum < least {
				at, least = c, sum
			}
		}
		return at
	}
	shared := choices[best(-1, 0, 1, 2)]
	if !slices.Equal(found.shared.shares, shared.shares) || found.shared.alpha != shared.alpha {
		t.Errorf("the shared choice is %v, want %v", found.shared, shared)
	}
	for u := range 3 {
		gain := 0.0 // errors are averaged over the four folds
		for k := range tests {
			gain += (errors[best(k, 0, 1, 2)][k][u] - errors[best(k, u)][k][u]) / variance[u] / 4
		}
		if math.Abs(found.gain[u]-gain) > 1e-13 {
			t.Errorf("unit %d gains %.15g, want %.15g", u, found.gain[u], gain)
		}
	}
	for _, c := range []struct {
		gain []float64
		want bool
	}{{[]float64{0.1, 0.2, 0.3}, true}, {[]float64{0.1, 0.2, -0.1}, false}, {[]float64{0, 0, 0}, false}, {[]float64{0.01}, true}} {
		if got := (&bandedFound{gain: c.gain}).favoursUnits(); got != c.want { // mean .2 and .067, error .058 and .088
			t.Errorf("gains %v favour units: %v", c.gain, got)
		}
	}
	favoured := found.favoursUnits()
	for by, want := range map[BandedChoice]bool{ChoiceUnit: true, ChoiceShared: false, ChoiceAuto: favoured} {
		if got := slices.Equal(found.chosen(by)[0].shares, found.each[0].shares) && found.chosen(by)[0].alpha == found.each[0].alpha &&
			found.chosen(by)[2].alpha == found.each[2].alpha && slices.Equal(found.chosen(by)[2].shares, found.each[2].shares); got != want {
			t.Errorf("%s: of each unit is %v, want %v", by, got, want)
		}
	}
}

// TestBandedChoiceSuitsTheData: penalties are shared where stimuli are few, and of each unit
// where units differ in what moves them and stimuli are many; the prediction of new stimuli
// gains by either.
func TestBandedChoiceSuitsTheData(t *testing.T) {
	r2 := func(n int, noise float64, by BandedChoice) float64 {
		rng := stats.Stream(11, "banded choice")
		const units, features = 12, 8
		var columns [features][]float64
		y := mat.NewDense(n, units, nil)
		for i := range n {
			for k := range columns {
				columns[k] = append(columns[k], rng.NormFloat64())
			}
			for u := range units { // each unit has a feature of its own, at another strength
				y.Set(i, u, float64(1+u%4)*columns[u%features][i]+noise*float64(1+u%5)*rng.NormFloat64())
			}
		}
		table := tableOf()
		for k, c := range columns {
			table.Columns = append(table.Columns, numeric(string(rune('a'+k)), c...))
		}
		f, _, err := NewFeatures(table, FeatureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		o := DefaultBandedOptions()
		o.Choice, o.Draws = by, 30
		got, err := FitBanded(t.Context(), f, y, o)
		if err != nil {
			t.Fatal(err)
		}
		return got.Total[units].R2
	}
	few := map[BandedChoice]float64{}
	many := map[BandedChoice]float64{}
	for _, by := range []BandedChoice{ChoiceAuto, ChoiceUnit, ChoiceShared} {
		few[by], many[by] = r2(24, 6, by), r2(150, 1, by)
	}
	if few[ChoiceAuto] < few[ChoiceShared]-0.02 || few[ChoiceShared] < few[ChoiceUnit]+0.05 {
		t.Errorf("R² of few stimuli: %v", few)
	}
	if many[ChoiceAuto] != many[ChoiceUnit] || many[ChoiceUnit] < many[ChoiceShared]+0.005 {
		t.Errorf("R² of many stimuli: %v", many)
	}
}

// TestBandedRedraws: the choices of resampled stimuli are those with the least error where each
// stimulus counts as often as it was drawn, by brute force.
func TestBandedRedraws(t *testing.T) {
	d := bandedLattice()
	tests := make([][]int, 4)
	for i := range 24 {
		tests[i%4] = append(tests[i%4], i)
	}
	draws := bandedMultiplicities(seq(24), 3)
	found, err := d.bandedSearch(latticeShares, latticeAlphas, tests, draws, func() error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if len(found.redrawn) != bandedDraws {
		t.Fatalf("%d draws", len(found.redrawn))
	}
	weight := d.unitWeights()
	others := 0
	for r := range bandedDraws {
		var bestShared bandedChoice
		best, each := math.Inf(1), []float64{math.Inf(1), math.Inf(1), math.Inf(1)}
		var bestEach [3]bandedChoice
		for _, s := range latticeShares {
			for _, a := range latticeAlphas {
				c := bandedChoice{s, a}
				var sums [3]float64
				for _, test := range tests {
					for _, i := range test { // of one stimulus of the test set alone
						own := ridgeErrorsOf(t, d, c, test, i)
						for u, v := range own {
							sums[u] += draws.At(r, i) * v
						}
					}
				}
				shared := 0.0
				for u, v := range sums {
					shared += weight[u] * v
					if v < each[u] {
						each[u], bestEach[u] = v, c
					}
				}
				if shared < best {
					best, bestShared = shared, c
				}
			}
		}
		vote := found.redrawn[r]
		if !slices.Equal(vote.shared.shares, bestShared.shares) || vote.shared.alpha != bestShared.alpha {
			t.Errorf("draw %d: shared choice %v, want %v", r, vote.shared, bestShared)
		}
		for u, want := range bestEach {
			if !slices.Equal(vote.choice[u].shares, want.shares) || vote.choice[u].alpha != want.alpha {
				t.Errorf("draw %d, unit %d: choice %v, want %v", r, u, vote.choice[u], want)
			}
		}
		if !slices.Equal(vote.shared.shares, found.shared.shares) || vote.shared.alpha != found.shared.alpha {
			others++
		}
	}
	if others == 0 {
		t.Error("all draws choose alike: the lattice tests nothing")
	}
}

// ridgeErrorsOf are the squared errors of one stimulus of a test set, of each unit.
func ridgeErrorsOf(t *testing.T, d *bandedDesign, c bandedChoice, test []int, at int) []float64 {
	t.Helper()
	rest := slices.DeleteFunc(slices.Clone(test), func(i int) bool { return i == at })
	all, without := ridgeErrors(t, d, c, test), make([]float64, 3)
	// The error of the others, of the same fit: sums less the one stimulus.
	var train []int
	for i := range 24 {
		if !slices.Contains(test, i) {
			train = append(train, i)
		}
	}
	own := &bandedDesign{pickRows(d.x, append(slices.Clone(train), rest...)), pickRows(d.y, append(slices.Clone(train), rest...)), d.band}
	part := ridgeErrors(t, own, c, seq(len(train) + len(rest))[len(train):])
	for u := range without {
		without[u] = all[u]*float64(len(test)) - part[u]*float64(len(rest))
	}
	return without
}

// TestBandedChoiceIsInTheError: parts that a choice gives are those that the fit adds up, and
// what choices of resampled stimuli differ by is in the error; parts have no interval where
// units share a choice.
func TestBandedChoiceIsInTheError(t *testing.T) {
	f, y := bandedRecording(t, 40, 3)
	fit := func(change func(o *BandedOptions)) *Banded {
		o := DefaultBandedOptions()
		o.Draws, o.Choice = 10, ChoiceUnit
		change(&o)
		got, err := FitBanded(t.Context(), f, y, o)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	one := fit(func(o *BandedOptions) {
		o.Draws, o.Penalties = 0, []float64{1}
		o.Bands = []FeatureGroup{{"all", []string{"a", "b", "c"}}}
	})
	shared := fit(func(o *BandedOptions) {
		o.Draws, o.Penalties, o.Choice = 0, []float64{1}, ChoiceShared
		o.Bands = []FeatureGroup{{"all", []string{"a", "b", "c"}}}
	})
	for u := range one.Total { // there is nothing to choose
		if one.Total[u] != shared.Total[u] || one.Parts[0][u].Interval == (stats.Interval{}) {
			t.Errorf("unit %d: %v, shared %v, part %v", u, one.Total[u], shared.Total[u], one.Parts[0][u])
		}
		if p := shared.Parts[0][u]; p.Interval != (stats.Interval{}) || p.Note == "" || p.SE != 0 {
			t.Errorf("unit %d: a part with a shared choice has %v", u, p)
		}
	}
	// The variance over choices, from scores of each draw by a set of its own.
	x, owner, err := f.columnsOf()
	if err != nil {
		t.Fatal(err)
	}
	train, test := seq(40)[:30], seq(40)[30:]
	set := bandedSet{train: train, test: test, design: &bandedDesign{pickRows(x, train), pickRows(y, train), owner}}
	set.scale = set.design.scaleBands(3)
	for r := range bandedDraws {
		c := bandedChoice{latticeShares[r%3], latticeAlphas[r%4]}
		set.redrawn = append(set.redrawn, slices.Repeat([]bandedChoice{c}, 6))
	}
	squares := []float64{2, 2, 2, 2, 2, 2}
	got, err := bandedSets{set}.choiceVariance(t.Context(), 3, x, y, squares, 1)
	if err != nil {
		t.Fatal(err)
	}
	for b := range 3 {
		values := make([][]float64, 7)
		for _, chosen := range set.redrawn {
			fits, err := set.design.fits(chosen)
			if err != nil {
				t.Fatal(err)
			}
			s := newBandedSums(3, 40, 6)
			s.add(&set, fits[0], x, y)
			mean := 0.0
			for u := range 6 {
				v := mat.Sum(s.parts[b].ColView(u)) / 2
				mean += v / 6
				values[u] = append(values[u], v)
			}
			values[6] = append(values[6], mean)
		}
		for u, v := range values {
			if _, sd := meanSD(v); math.Abs(got.parts[b][u]-sd*sd) > 1e-12*(1+sd*sd) || sd == 0 {
				t.Errorf("band %d, unit %d: variance %g, want %g", b, u, got.parts[b][u], sd*sd)
			}
		}
	}
}
