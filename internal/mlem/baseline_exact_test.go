package mlem

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// ridgeByHand regresses a column of y on x, both centred, with the penalty of the
// smallest error when every sample is left out in turn.
func ridgeByHand(x *mat.Dense, y []float64) (beta, mx []float64, my, margin float64) {
	n, p := x.Dims()
	fit := func(keep []int, lambda float64) (beta, mx []float64, my float64) {
		xc, mx := linalg.Center(pickRows(x, keep))
		yc, m := linalg.Center(mat.NewDense(len(keep), 1, pick(y, keep)))
		g := linalg.Gram(xc)
		for j := range p {
			g.Set(j, j, g.At(j, j)+lambda)
		}
		var b mat.Dense
		if err := b.Solve(g, linalg.CrossGram(xc, yc)); err != nil {
			panic(err)
		}
		return mat.Col(nil, 0, &b), mx, m[0]
	}
	best, second, chosen := math.Inf(1), math.Inf(1), 0.0
	for e := -3; e <= 5; e++ {
		lambda, loss := math.Pow(10, float64(e)), 0.0
		for out := range n {
			beta, mx, my := fit(slices.Delete(seq(n), out, out+1), lambda)
			r := y[out] - my
			for j := range p {
				r -= (x.At(out, j) - mx[j]) * beta[j]
			}
			loss += r * r
		}
		if loss < best {
			best, second, chosen = loss, best, lambda
		} else if loss < second {
			second = loss
		}
	}
	beta, mx, my = fit(seq(n), chosen)
	return beta, mx, my, (second - best) / best
}

// TestRidgeUnitsOfManyUnits leaves every sample out, of 120 units of all strengths of
// noise, so that a wrong leverage chooses another penalty for some of them.
func TestRidgeUnitsOfManyUnits(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	checked := 0
	for range 40 {
		n, p := 6+rng.IntN(6), 1+rng.IntN(4)
		x, y := randomMatrix(rng, n, p), mat.NewDense(n, 3, nil)
		for u := range 3 {
			noise := math.Exp(2 * rng.NormFloat64())
			for i := range n {
				y.Set(i, u, x.At(i, 0)+noise*rng.NormFloat64())
			}
		}
		got, _, err := ridgeUnits(x, y)
		if err != nil {
			t.Fatal(err)
		}
		for u := range 3 {
			beta, _, _, margin := ridgeByHand(x, mat.Col(nil, u, y))
			if margin < 1e-6 {
				continue // rounding decides
			}
			checked++
			for j, want := range beta {
				if math.Abs(got.At(j, u)-want) > 1e-9*(1+math.Abs(want)) {
					t.Errorf("%d samples of %d features: coefficient %g, want %g", n, p, got.At(j, u), want)
				}
			}
		}
	}
	if checked < 80 {
		t.Errorf("only %d units were compared", checked)
	}
}

// TestEncodingHoldsOut compares R² of every unit, about the means of training, and
// the implied weights with fits to the other folds, one after the other.
func TestEncodingHoldsOut(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 7))
	features, y, neural := twoFeatures(t, rng, 13, 0.6)
	y.Apply(func(i, u int, v float64) float64 { return v + 4 + float64(u) }, y)
	o := DefaultOptions()
	o.Folds = 3
	got, err := FitEncoding(t.Context(), features, y, neural, o)
	if err != nil {
		t.Fatal(err)
	}
	f := prepared(t, features, neural, o)
	x := mat.NewDense(13, 2, nil)
	for a, c := range features.columns {
		x.SetCol(a, c.values)
	}
	for u, r2 := range got.R2 {
		residual, total := 0.0, 0.0
		for k := range 3 {
			var train, test []int
			for place, id := range f.sample.id {
				if f.layout.fold[f.sample.cluster[place]] == k {
					test = append(test, id)
				} else {
					train = append(train, id)
				}
			}
			beta, mx, my, _ := ridgeByHand(pickRows(x, train), pick(mat.Col(nil, u, y), train))
			for _, i := range test {
				r := y.At(i, u) - my
				total += r * r
				for j := range beta {
					r -= (x.At(i, j) - mx[j]) * beta[j]
				}
				residual += r * r
			}
		}
		if want := 1 - residual/total; math.Abs(r2-want) > 1e-9 {
			t.Errorf("unit %d: R² %.12g, want %.12g", u, r2, want)
		}
	}
	for a := range 2 {
		want := 0.0
		for u := range 3 {
			beta, _, _, _ := ridgeByHand(x, mat.Col(nil, u, y))
			want += beta[a] * beta[a]
		}
		if math.Abs(got.W.At(a, a)-want) > 1e-9 {
			t.Errorf("implied weight %d is %.12g, want %.12g", a, got.W.At(a, a), want)
		}
	}
}

// TestImpliedWeightOfCategories: patterns at (0,0), (3,4) and (3,0) are 25, 9 and 16
// apart when squared.
func TestImpliedWeightOfCategories(t *testing.T) {
	beta := mat.NewDense(4, 2, []float64{7, 7, 0, 0, 3, 4, 3, 0})
	if got := impliedWeight(beta, []int{0, 1, 1, 1}, 1, Categorical); math.Abs(got-50./3) > 1e-14 {
		t.Errorf("weight %g, want 50/3", got)
	}
	if got := impliedWeight(beta, []int{0, 1, 1, 1}, 0, Numeric); got != 98 {
		t.Errorf("weight %g of a number, want 98", got)
	}
}

// TestDecodingHoldsOut compares areas with those of decoders that are fitted to the
// standardised patterns of the other folds, one after the other, by counting pairs:
// of categories, and of a number of which half of the training stimuli have the
// median, which is not above it.
func TestDecodingHoldsOut(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 8))
	const n, units = 24, 2
	codes, grades := make([]int, n), make([]float64, n)
	y := mat.NewDense(n, units, nil)
	for i := range n {
		codes[i], grades[i] = rng.IntN(3), float64(max(0, i%6-2))
		y.SetRow(i, []float64{30 * (float64(codes[i]%2) + rng.NormFloat64()), grades[i] + 2*rng.NormFloat64()})
	}
	features, _, err := NewFeatures(tableOf(categorical("c", []string{"a", "b", "c"}, codes...), numeric("g", grades...)), FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	o := DefaultOptions()
	o.Folds = 3
	got, err := FitDecoding(t.Context(), features, y, o)
	if err != nil {
		t.Fatal(err)
	}
	neural, err := NewNeural(y, NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	f := prepared(t, features, neural, o)
	sum, count := make([]float64, 2), make([]int, 2)
	for k := range 3 {
		var train, test []int
		for place, id := range f.sample.id {
			if f.layout.fold[f.sample.cluster[place]] == k {
				test = append(test, id)
			} else {
				train = append(train, id)
			}
		}
		standard := func(rows []int) *mat.Dense {
			out := pickRows(y, rows)
			for u := range units {
				v := pick(mat.Col(nil, u, y), train)
				mean, sd := meanSD(v)
				sd *= math.Sqrt(float64(len(v)-1) / float64(len(v)))
				for i := range rows {
					out.Set(i, u, (out.At(i, u)-mean)/sd)
				}
			}
			return out
		}
		sorted := slices.Sorted(slices.Values(pick(grades, train)))
		median := (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
		tests := []struct {
			feature  int
			positive func(i int) bool
		}{
			{0, func(i int) bool { return codes[i] == 0 }},
			{0, func(i int) bool { return codes[i] == 1 }},
			{0, func(i int) bool { return codes[i] == 2 }},
			{1, func(i int) bool { return grades[i] > median }},
		}
		for _, c := range tests {
			of := func(rows []int) (is []bool, some int) {
				for _, i := range rows {
					is = append(is, c.positive(i))
					if c.positive(i) {
						some++
					}
				}
				return is, some
			}
			trained, some := of(train)
			tested, positives := of(test)
			if some == 0 || some == len(train) || positives == 0 || positives == len(test) {
				continue
			}
			l, err := stats.FitLogistic(standard(train), trained, 1)
			if err != nil {
				t.Fatal(err)
			}
			scores, area := l.Scores(standard(test)), 0.0
			for i, v := range scores {
				for j, u := range scores {
					if tested[i] && !tested[j] {
						area += (1 + sign(v-u)) / 2
					}
				}
			}
			sum[c.feature] += area / float64(positives*(len(test)-positives))
			count[c.feature]++
		}
	}
	for a, d := range got {
		if want := sum[a] / float64(count[a]); math.Abs(d.AUC-want) > 1e-12 || d.N != count[a] {
			t.Errorf("%s: area %.12g of %d, want %.12g of %d", d.Feature, d.AUC, d.N, want, count[a])
		}
	}
}

func sign(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// TestInnerFoldsOfFRRSA: the inner sets of an outer fold have none of its stimuli,
// an inner test set none of its training set, and repetitions deal anew.
func TestInnerFoldsOfFRRSA(t *testing.T) {
	features, _, neural := twoFeatures(t, rand.New(rand.NewPCG(6, 9)), 40, 0.5)
	o := DefaultOptions()
	o.Folds, o.Bootstrap, o.Permutations = 4, 0, 0
	f := prepared(t, features, neural, o)
	const folds, repeats = 5, 3
	s, inner := f.nestedSamplings(folds, repeats)
	for k := range 4 {
		if len(inner[k]) != folds*repeats {
			t.Fatalf("%d inner sets, want %d", len(inner[k]), folds*repeats)
		}
		different := map[string]bool{}
		tested := make([]float64, f.layout.clusters())
		for i, pair := range inner[k] {
			train, test := s.rows[pair[0]], s.rows[pair[1]]
			size := 0.0
			for c, own := range f.layout.fold {
				inside := 1.0
				if own == k {
					inside = 0
				}
				if train[c]+test[c] != inside || s.rows[1+k][c] != inside {
					t.Errorf("outer fold %d, cluster %d of fold %d: trained %g times, tested %g times", k, c, own, train[c], test[c])
				}
				size += test[c]
				tested[c] += test[c]
			}
			if size != 6 {
				t.Errorf("%g of 30 clusters are tested in one of 5 inner folds", size)
			}
			if i%folds == 0 {
				different[fmt.Sprint(test)] = true
			}
		}
		if len(different) != repeats {
			t.Errorf("%d different divisions in %d repetitions", len(different), repeats)
		}
		for c, n := range tested {
			if want := map[bool]float64{true: 0, false: repeats}[f.layout.fold[c] == k]; n != want {
				t.Errorf("cluster %d is tested %g times, want %g", c, n, want)
			}
		}
	}
}

// TestCeilingOfThreeRepeats by its formulas: lower, the mean correlation of a repeat
// with the mean of the others, and upper, the root of R·r/(1+(R−1)·r).
func TestCeilingOfThreeRepeats(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 10))
	truth := randomMatrix(rng, 12, 4)
	var repeats []*mat.Dense
	for range 3 {
		y := randomMatrix(rng, 12, 4)
		y.Add(y, truth)
		repeats = append(repeats, y)
	}
	// Correlation distances do not see that the others are added up, not averaged.
	o := NeuralOptions{Distance: Correlation}
	distances := func(y *mat.Dense) []float64 {
		d, err := NewNeural(y, o)
		if err != nil {
			t.Fatal(err)
		}
		return d.condensed()
	}
	lower, r := 0.0, 0.0
	for k := range repeats {
		others := mat.NewDense(12, 4, nil)
		for j, y := range repeats {
			if j != k {
				others.Add(others, y)
			}
			if j < k {
				rho, _ := stats.Spearman(distances(y), distances(repeats[k]))
				r += rho / 3
			}
		}
		rho, _ := stats.Spearman(distances(repeats[k]), distances(others))
		lower += rho / 3
	}
	got, err := NoiseCeiling(repeats, o)
	if err != nil {
		t.Fatal(err)
	}
	if upper := math.Sqrt(3 * r / (1 + 2*r)); math.Abs(got.Lower-lower) > 1e-12 || math.Abs(got.Upper-upper) > 1e-12 {
		t.Errorf("ceiling %+v, want %.6f and %.6f", got, lower, upper)
	}
}

// TestStudyHasOtherRecordings at each replicate, the same for all methods.
func TestStudyHasOtherRecordings(t *testing.T) {
	s := DefaultStudy()
	items, err := s.Items()
	if err != nil {
		t.Fatal(err)
	}
	seeds := map[string]uint64{}
	for _, it := range items {
		key := fmt.Sprint(it.Sweep, it.Simulation.Noise, it.Simulation.Stimuli, it.Replicate)
		if seed, ok := seeds[key]; ok && seed != it.Simulation.Seed {
			t.Errorf("%s: another recording than other methods have", it.Key)
		}
		seeds[key] = it.Simulation.Seed
		if want := s.Seed + uint64(it.Replicate); it.Simulation.Seed != want {
			t.Errorf("%s: seed %d, want %d", it.Key, it.Simulation.Seed, want)
		}
	}
}

// TestSimulatedNoise: the noise in the same patterns has the requested standard
// deviation, relative to that of the patterns.
func TestSimulatedNoise(t *testing.T) {
	s := DefaultSimulation()
	s.Noise = 0
	clean, err := Simulate(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	s.Noise = 2.5
	noisy, err := Simulate(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	centred, _ := linalg.Center(clean.Y)
	var noise mat.Dense
	noise.Sub(noisy.Y, clean.Y)
	ratio := math.Pow(linalg.Norm(&noise)/linalg.Norm(centred), 2)
	if n := float64(s.Stimuli * s.Hidden); math.Abs(ratio/6.25-1) > 4*math.Sqrt(2/n) {
		t.Errorf("the noise has %g times the variance of the patterns, want 6.25", ratio)
	}
}

// TestSimulatedFeatures: numbers are uniform, and binary features of Gaussian
// variables that correlate by ρ agree with the probability ½ + asin(ρ)/π.
func TestSimulatedFeatures(t *testing.T) {
	s := DefaultSimulation()
	s.Stimuli, s.Features, s.Correlation, s.Kinds = 6000, 3, 0.4, []Kind{Binary, Binary, Numeric}
	table := s.table(stats.Stream(3, "features"))
	agree := 0
	for i, c := range table.Columns[0].Codes {
		if c == table.Columns[1].Codes[i] {
			agree++
		}
	}
	within(t, "agree", agree, s.Stimuli, 0.5+math.Asin(0.4)/math.Pi)
	column := table.Columns[2]
	tail := 0
	for _, v := range column.Values {
		if v < 0.1 || v > 0.9 {
			tail++
		}
	}
	within(t, "in the outer fifth", tail, s.Stimuli, 0.2)
}
