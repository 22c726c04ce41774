package mlem

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// twoFeatures returns stimuli of two numeric features and a recording of both with
// noise.
func twoFeatures(t *testing.T, rng *rand.Rand, n int, noise float64) (*Features, *mat.Dense, *Neural) {
	t.Helper()
	x, z := make([]float64, n), make([]float64, n)
	y := mat.NewDense(n, 3, nil)
	for i := range n {
		x[i], z[i] = rng.Float64(), rng.Float64()
		y.SetRow(i, []float64{x[i] + noise*rng.NormFloat64(), 0.5*z[i] + noise*rng.NormFloat64(), noise * rng.NormFloat64()})
	}
	f, _, err := NewFeatures(tableOf(numeric("x", x...), numeric("z", z...)), FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := NewNeural(y, NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return f, y, d
}

// pairsBetween returns regressors and distances of the pairs of the stimuli at the
// places that are kept, one after the other.
func (f *fitting) pairsBetween(keep func(place int) bool) (x *mat.Dense, y []float64) {
	d := f.sample.neural[0].condensed()
	n := len(f.sample.id)
	var rows [][]float64
	for i := range n {
		for j := i + 1; j < n; j++ {
			if keep(i) && keep(j) {
				var row []float64
				for _, c := range f.sample.features.columns {
					row = append(row, (c.values[i]-c.values[j])*(c.values[i]-c.values[j]))
				}
				rows = append(rows, row)
				y = append(y, d[condensedIndex(n, i, j)])
			}
		}
	}
	x = mat.NewDense(len(rows), len(rows[0]), nil)
	for i, row := range rows {
		x.SetRow(i, row)
	}
	return x, y
}

// leastSquares returns (G+λ·diag G)⁻¹b of the covariances of two regressors.
func leastSquares(x *mat.Dense, y []float64, lambda float64) []float64 {
	xc, _ := linalg.Center(x)
	yc, _ := linalg.Center(mat.NewDense(len(y), 1, append([]float64(nil), y...)))
	g, b := linalg.Gram(xc), linalg.CrossGram(xc, yc)
	a, c, d := g.At(0, 0)*(1+lambda), g.At(0, 1), g.At(1, 1)*(1+lambda)
	det := a*d - c*c
	return []float64{(d*b.At(0, 0) - c*b.At(1, 0)) / det, (a*b.At(1, 0) - c*b.At(0, 0)) / det}
}

// correlationOf the predictions of w with distances.
func correlationOf(x *mat.Dense, y, w []float64) float64 {
	p := make([]float64, len(y))
	for i := range p {
		p[i] = dot(x.RawRowView(i), w)
	}
	r, _ := stats.Pearson(p, y)
	return r
}

// TestSetsOfPairs compares the moments of the whole data, of the sets that a fit is
// trained and tested on and of those without a cluster with explicit lists of pairs.
func TestSetsOfPairs(t *testing.T) {
	features, _, y := twoFeatures(t, rand.New(rand.NewPCG(3, 1)), 17, 0.2)
	o := DefaultOptions()
	o.Folds, o.Ridge, o.Bootstrap, o.Permutations, o.Constraint = 3, []float64{0, 1}, 1, 1, Unconstrained
	f := prepared(t, features, y, o)
	cluster := f.sample.cluster
	fold := func(place int) int { return f.layout.fold[cluster[place]] }
	check := func(what string, m *moments, keep func(place int) bool) {
		t.Helper()
		x, d := f.pairsBetween(keep)
		if int(m.count) != len(d) {
			t.Errorf("%s has %g pairs, want %d", what, m.count, len(d))
			return
		}
		s, err := f.problem(m, 0, whole).solve(Unconstrained, 0)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range leastSquares(x, d, 0) {
			if math.Abs(s.w[i]-want) > 1e-9*math.Abs(want) {
				t.Errorf("%s: weight %d is %g, want %g", what, i, s.w[i], want)
			}
		}
	}
	check("the whole", f.full, func(int) bool { return true })
	for k := range 3 {
		check("a training set", f.train[k], func(i int) bool { return fold(i) != k })
		check("a fold", f.test[k], func(i int) bool { return fold(i) == k })
		for j := range k {
			check("an inner training set", f.pairOut[j][k], func(i int) bool { return fold(i) != k && fold(i) != j })
		}
	}
	if len(f.leaveOut) != 17 {
		t.Fatalf("%d clusters are left out in turn, want 17", len(f.leaveOut))
	}
	for c, m := range f.leaveOut {
		check("a set without a cluster", m, func(i int) bool { return cluster[i] != c })
	}
	seen := map[int]bool{}
	for k, e := range f.folds {
		for i, id := range e.id {
			if seen[id] {
				t.Errorf("stimulus %d is held out twice", id)
			}
			seen[id] = true
			if at := f.layout.places(k)[i]; fold(at) != k || f.sample.id[at] != id {
				t.Errorf("stimulus %d is scored in fold %d and fitted in %d", id, k, fold(at))
			}
		}
	}
	if len(seen) != 17 {
		t.Errorf("%d of 17 stimuli are held out", len(seen))
	}
}

// TestPenaltyIsChosenInsideTheTrainingSet by loops over folds that leave the tested
// one out altogether, of 60 noisy recordings, in many of which the tested fold would
// choose otherwise.
func TestPenaltyIsChosenInsideTheTrainingSet(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 2))
	o := DefaultOptions()
	o.Folds, o.Bootstrap, o.Permutations, o.Null, o.Constraint = 4, 0, 0, 0, Unconstrained
	o.Ridge = []float64{0, 0.3, 3}
	leaks, chosen := 0, map[float64]int{}
	for range 60 {
		features, _, y := twoFeatures(t, rng, 22, 0.7)
		f := prepared(t, features, y, o)
		fold := func(place int) int { return f.layout.fold[f.sample.cluster[place]] }
		best := func(out int, train func(k, place int) bool) float64 {
			most, penalty := math.Inf(-1), 0.0
			for _, lambda := range o.Ridge {
				sum := 0.0
				for k := range 4 {
					if k == out {
						continue
					}
					x, d := f.pairsBetween(func(i int) bool { return train(k, i) })
					tx, td := f.pairsBetween(func(i int) bool { return fold(i) == k })
					sum += correlationOf(tx, td, leastSquares(x, d, lambda))
				}
				if sum > most {
					most, penalty = sum, lambda
				}
			}
			return penalty
		}
		problem := func(m *moments, set int) *problem { return f.problem(m, 0, set) }
		for out := whole; out < 4; out++ {
			want := best(out, func(k, i int) bool { return fold(i) != k && fold(i) != out })
			if out >= 0 && want != best(out, func(k, i int) bool { return fold(i) != k }) {
				leaks++
			}
			chosen[want]++
			if got, err := f.penalty(out, problem); err != nil || got.ridge != want {
				t.Errorf("without fold %d the penalty is %v (%v), want %g", out, got, err, want)
			}
		}
	}
	if leaks < 10 || len(chosen) != 3 {
		t.Errorf("the tested fold would matter %d times only, penalties %v", leaks, chosen)
	}
}

// TestJackknifeOfTheFit: the decrease of a feature's importance when a cluster is left
// out of the fit, on the same stimuli and with the same permutation, equals that of fits
// to explicit lists of pairs.
func TestJackknifeOfTheFit(t *testing.T) {
	features, _, y := twoFeatures(t, rand.New(rand.NewPCG(3, 3)), 14, 0.4)
	o := DefaultOptions()
	o.Folds, o.Bootstrap, o.Permutations, o.Constraint = 0, 1, 1, Unconstrained
	f := prepared(t, features, y, o)
	x, d := f.pairsBetween(func(int) bool { return true })
	players := f.players()
	plans := []permutationPlan{{features: []int{0}}, {features: []int{1}}}
	w := leastSquares(x, d, 0)
	got, err := f.fitInfluence(t.Context(), 0, players, plans, w, penalty{})
	if err != nil {
		t.Fatal(err)
	}
	for a, p := range players {
		column := plans[a].draw(f.sample, stats.Stream(o.Seed, "mlem/fit-influence/"+p.name+"/"+p.group))[0]
		px := mat.DenseCopyOf(x)
		at := 0
		for i := range column.values {
			for j := i + 1; j < len(column.values); j++ {
				d := column.values[i] - column.values[j]
				px.Set(at, a, d*d)
				at++
			}
		}
		importance := func(w []float64) float64 {
			intact, permuted := make([]float64, len(d)), make([]float64, len(d))
			for i := range d {
				intact[i], permuted[i] = dot(x.RawRowView(i), w), dot(px.RawRowView(i), w)
			}
			rho, _ := stats.Spearman(intact, d)
			without, _ := stats.Spearman(permuted, d)
			return rho - without
		}
		some := 0.0
		for c := range f.layout.clusters() {
			rest, restD := f.pairsBetween(func(i int) bool { return f.sample.cluster[i] != c })
			want := importance(w) - importance(leastSquares(rest, restD, 0))
			some += math.Abs(want)
			if math.Abs(got[a][c]-want) > 1e-9 {
				t.Errorf("%s without cluster %d: %g, want %g", p.name, c, got[a][c], want)
			}
		}
		if some < 1e-3 {
			t.Errorf("no cluster moves the importance of %s", p.name)
		}
	}
}

// TestDropOneByFits: the loss of held-out correlation when the metric is fitted to
// the other feature alone; a feature without weight loses nothing, whatever the
// sample.
func TestDropOneByFits(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	features, _, y := twoFeatures(t, rng, 24, 0.3)
	o := DefaultOptions()
	o.Folds, o.Bootstrap, o.Permutations, o.Null, o.DropOne, o.Constraint = 3, 0, 0, 0, true, Unconstrained
	f := prepared(t, features, y, o)
	r, err := Fit(t.Context(), features, []*Neural{y}, o)
	if err != nil {
		t.Fatal(err)
	}
	want := [2]float64{}
	for k := range 3 {
		fold := func(place int) int { return f.layout.fold[f.sample.cluster[place]] }
		x, d := f.pairsBetween(func(i int) bool { return fold(i) != k })
		tx, td := f.pairsBetween(func(i int) bool { return fold(i) == k })
		predicted := make([]float64, len(td))
		w := leastSquares(x, d, 0)
		for i := range td {
			predicted[i] = dot(tx.RawRowView(i), w)
		}
		rho, _ := stats.Spearman(predicted, td)
		for a := range 2 {
			alone, _ := stats.Pearson(mat.Col(nil, 1-a, x), d) // its sign is that of the weight
			without, _ := stats.Spearman(mat.Col(nil, 1-a, tx), td)
			want[a] += (rho - math.Copysign(without, without*alone)) / 3
		}
	}
	for a, im := range r[0].Importance {
		if math.Abs(im.Value-want[a]) > 1e-9 || !(im.Interval.Lo < im.Value && im.Value < im.Interval.Hi) {
			t.Errorf("%s: %+v, want %.12g", im.Feature, im, want[a])
		}
	}

	// The distances are those of x alone less those of z, which then has no weight.
	n := features.Stimuli()
	given := mat.NewDense(n, n, nil)
	dx, dz := distancesOf(features, 0), distancesOf(features, 1)
	first, second := allPairs(n)
	for p := range dx {
		v := dx[p]*dx[p] + 1 - dz[p]*dz[p]
		given.Set(int(first[p]), int(second[p]), v)
		given.Set(int(second[p]), int(first[p]), v)
	}
	against, err := NewGiven(given, NeuralOptions{Power: 1})
	if err != nil {
		t.Fatal(err)
	}
	o.Constraint = Diagonal
	if r, err = Fit(t.Context(), features, []*Neural{against}, o); err != nil {
		t.Fatal(err)
	}
	if im := r[0].Importance[1]; im.Value != 0 || im.SD != 0 || im.Interval != (stats.Interval{}) {
		t.Errorf("a feature without weight: %+v, want 0 exactly", im)
	}
}

// TestColumnsOfTransforms: every representation has a transform of its own for the
// whole data and for each training set.
func TestColumnsOfTransforms(t *testing.T) {
	f := &fitting{Options: Options{Folds: 3}, transformed: 2, partitions: make([]partition, 2)}
	seen := map[int]bool{}
	for k := range 2 {
		for set := whole; set < 2*3; set++ {
			at := f.distanceIndex(k, set)
			if seen[at] || at < 2 || at >= 2+2*7 {
				t.Errorf("representation %d and set %d are in place %d", k, set, at)
			}
			seen[at] = true
		}
	}
}

// TestTransformsDoNotSeeTheFold: changing the recording of the stimuli of a fold
// changes the transforms of all sets but the one that is trained without it.
func TestTransformsDoNotSeeTheFold(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	features, y, _ := twoFeatures(t, rng, 21, 0.2)
	o := DefaultOptions()
	o.Folds, o.Bootstrap, o.Permutations, o.Null, o.Objective = 3, 0, 0, 0, Spearman
	learned := func(y *mat.Dense) *fitting {
		d, err := NewNeural(y, NeuralOptions{Distance: Manhattan}) // without means of all stimuli
		if err != nil {
			t.Fatal(err)
		}
		return prepared(t, features, d, o)
	}
	before := learned(y)
	for k := range 3 {
		changed := mat.DenseCopyOf(y)
		for _, at := range before.layout.places(k) {
			row := changed.RawRowView(before.sample.id[at])
			for j := range row {
				row[j] = 2*row[j] + rng.Float64()
			}
		}
		after := learned(changed)
		for set := whole; set < 3; set++ {
			a, b := before.sample.neural[before.distanceIndex(0, set)].warp, after.sample.neural[after.distanceIndex(0, set)].warp
			same := len(a.x) == len(b.x)
			for i := range a.x {
				same = same && a.x[i] == b.x[i] && a.y[i] == b.y[i]
			}
			if same != (set == k) {
				t.Errorf("the recording of fold %d changes: transform of set %d is the same: %v", k, set, same)
			}
		}
	}
}
