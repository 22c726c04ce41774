package mlem

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"simtool/internal/data"
	"simtool/internal/stats"
)

// latticeRDM is a matrix of small whole numbers.
func latticeRDM(k, n int) *mat.Dense {
	d := mat.NewDense(n, n, nil)
	for a := range n {
		for b := a + 1; b < n; b++ {
			v := float64((a*5+b*7*(k+1)+a*b*(k+2))%13 + 1)
			d.Set(a, b, v)
			d.Set(b, a, v)
		}
	}
	return d
}

// lattices are three models and dissimilarities that resemble the first two.
func lattices(t *testing.T, n int) (*Features, *Neural) {
	t.Helper()
	models := []*mat.Dense{latticeRDM(1, n), latticeRDM(2, n), latticeRDM(3, n)}
	y := latticeRDM(0, n)
	for i := range n {
		for j := range n {
			y.Set(i, j, y.At(i, j)+2*models[0].At(i, j)+models[1].At(i, j))
		}
	}
	f, err := NewFeatureDistances([]string{"a", "b", "c"}, models)
	if err != nil {
		t.Fatal(err)
	}
	neural, err := NewGiven(y, NeuralOptions{Power: 1})
	if err != nil {
		t.Fatal(err)
	}
	return f, neural
}

func explained(t *testing.T, f *Features, y *Neural, change func(*ExplainOptions)) map[string]Share {
	t.Helper()
	o := DefaultExplainOptions()
	o.Null = 0
	if change != nil {
		change(&o)
	}
	e, err := Explain(t.Context(), f, y, o)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]Share{}
	for _, s := range e.Shares {
		out[strings.TrimSpace(string(s.Quantity)+" "+s.Model)] = s
	}
	return out
}

// TestExplainedAgainstReference: correlations and partial correlations are those of
// mne-rsa 1.0 (metrics spearman, pearson, partial-spearman and partial), coefficients those
// of its metric regression on standardised values, and shares of the variance those of
// NumPy's least squares on each set of models.
func TestExplainedAgainstReference(t *testing.T) {
	f, y := lattices(t, 9)
	for by, want := range map[Statistic]map[string]float64{
		ScorePearson: {
			"correlation a": 0.7962001556686578, "correlation b": 0.4408392226549224, "correlation c": 0.05346878596245386,
			"partial a": 0.8856918752452446, "partial b": 0.7211243493003764, "partial c": -0.038083649052447,
			"beta a": 0.7946493067292917, "beta b": 0.44170689812031844, "beta c": -0.01617581068017765,
			"alone a": 0.633934687886795, "alone b": 0.19433922023099637, "alone c": 0.002858911072298631,
			"total": 0.8265567263695036, "unique a": 0.8265567263695036 - 0.19534515246373496,
			"unique b": 0.8265567263695036 - 0.6386445438365342, "unique c": 0.8265567263695036 - 0.8263048050553058,
			"shared a & b": 0.6386445438365342 + 0.19534515246373496 - 0.8265567263695036 - 0.002858911072298631,
		},
		ScoreSpearman: {
			"correlation a": 0.7667480131609103, "correlation b": 0.4028207422772294, "correlation c": -0.08492121468886014,
			"partial a": 0.8496585320694707, "partial b": 0.6688968967800116, "partial c": -0.262074276922181,
			"alone c": 0.007211612704231651, "total": 0.7739701006292115, "unique b": 0.7739701006292115 - 0.5909530738539538,
		},
	} {
		got := explained(t, f, y, func(o *ExplainOptions) { o.Score = by })
		for name, v := range want {
			if s, ok := got[name]; !ok || math.Abs(s.Value-v) > 1e-13 {
				t.Errorf("%s: %s is %.16g, want %.16g", by, name, s.Value, v)
			}
		}
		parts, averages := 0.0, 0.0
		for _, s := range got {
			switch s.Quantity {
			case ShareUnique, ShareShared:
				parts += s.Value
			case ShareAverage:
				averages += s.Value
			}
		}
		if total := got["total"].Value; math.Abs(parts-total) > 1e-13 || math.Abs(averages-total) > 1e-13 {
			t.Errorf("%s: the parts add up to %g and the averages to %g, want %g", by, parts, averages, total)
		}
	}
}

// TestExplainedWithoutAStimulus: the standard error of a partial correlation is the
// jackknife of explanations that do without a stimulus.
func TestExplainedWithoutAStimulus(t *testing.T) {
	const n = 9
	f, y := lattices(t, n)
	for _, by := range []Statistic{ScoreSpearman, ScorePearson} {
		change := func(o *ExplainOptions) { o.Score = by }
		got := explained(t, f, y, change)
		for _, name := range []string{"partial a", "correlation c", "beta b", "average a", "shared a & c"} {
			var without []float64
			for out := range n {
				index := slices.DeleteFunc(seq(n), func(i int) bool { return i == out })
				v := explained(t, f.subset(index), y.subset(index), change)[name].Value
				if q := got[name].Quantity; q == SharePartial || q == ShareCorrelation {
					v = math.Atanh(v)
				}
				without = append(without, v)
			}
			_, sd := meanSD(without)
			want := sd * (n - 1) / math.Sqrt(n)
			s := got[name]
			se := s.SE
			if s.Quantity == SharePartial || s.Quantity == ShareCorrelation {
				se /= 1 - s.Value*s.Value
			}
			if math.Abs(se/want-1) > 1e-9 {
				t.Errorf("%s: the standard error of %s (%g) is %.12g, want %.12g", by, name, s.Value, se, want)
			}
			half := 1.959963984540054 * want
			lo, hi := s.Value-half, min(s.Value+half, 1)
			if s.Quantity == SharePartial || s.Quantity == ShareCorrelation {
				lo, hi = math.Tanh(math.Atanh(s.Value)-half), math.Tanh(math.Atanh(s.Value)+half)
			}
			const rounding = 1e-9
			switch i := s.Interval; {
			case s.Note != "":
			case i.Lo > lo+rounding || i.Hi < hi-rounding:
				t.Errorf("%s: the interval of %s is %v, want [%g, %g] or more", by, name, i, lo, hi)
			case (s.Quantity == SharePartial || s.Quantity == ShareBeta) && i.Hi-i.Lo > hi-lo+rounding:
				t.Errorf("%s: the interval of %s is %v, want no more than [%g, %g]", by, name, i, lo, hi)
			}
		}
	}
}

// TestExplainedBlocks: correlations from sums over sets of stimuli are those of all pairs,
// each with the product of the weights of its two stimuli.
func TestExplainedBlocks(t *testing.T) {
	const n, sets = 9, 4
	first, second := allPairs(n)
	set, weight := []int{0, 3, 1, 2, 0, 1, 3, 3, 2}, []float64{0.3, 2, 1.1, 0.7}
	x := &explaining{evaluation: &evaluation{first: first, second: second}, set: set, sets: sets}
	var vectors [][]float64
	for k := range 3 {
		v := make([]float64, len(first))
		for p := range v {
			v[p] = latticeRDM(k, n).At(int(first[p]), int(second[p]))
		}
		vectors = append(vectors, v)
	}
	vectors = append(vectors, addScaled(slices.Clone(vectors[1]), vectors[2], -2)) // the two determine it
	got := x.blocks(vectors).correlations(weight)
	w := make([]float64, len(first))
	for p := range w {
		w[p] = weight[set[first[p]]] * weight[set[second[p]]]
	}
	for a := range vectors {
		for b := range vectors {
			if want := stat.Correlation(vectors[a], vectors[b], w); math.Abs(got[a][b]-want) > 1e-14 {
				t.Errorf("the correlation of %d and %d is %.16g, want %.16g", a, b, got[a][b], want)
			}
		}
	}
	if _, _, left := got.regress([]int{0, 1, 2}); left > dependent {
		t.Errorf("of a model that two others determine %g is left, want nothing", left)
	}
}

// TestExplainedResampled: intervals of correlations, and of their squares, reach the
// percentiles of correlations whose stimuli have exponential weights.
func TestExplainedResampled(t *testing.T) {
	const n, draws = 9, 4000
	f, y := lattices(t, n)
	got := explained(t, f, y, func(o *ExplainOptions) { o.Score = ScorePearson })
	d := y.condensed()
	first, second := allPairs(n)
	rng := stats.Stream(8, "explained")
	beyond := 0.0
	for k, name := range []string{"a", "b", "c"} {
		x, w := make([]float64, len(first)), make([]float64, len(first))
		for p := range x {
			x[p] = latticeRDM(k+1, n).At(int(first[p]), int(second[p]))
		}
		values := make([]float64, draws)
		for r := range values {
			var weight [n]float64
			for i := range weight {
				weight[i] = rng.ExpFloat64()
			}
			for p := range w {
				w[p] = weight[first[p]] * weight[second[p]]
			}
			values[r] = stat.Correlation(x, d, w)
		}
		want := stats.PercentileInterval(values, 0.95)
		slack := 0.05 * (want.Hi - want.Lo) // for the error of percentiles of 999 draws
		s := got["correlation "+name]
		if i := s.Interval; i.Lo > want.Lo+slack || i.Hi < want.Hi-slack {
			t.Errorf("the interval of the correlation with %s is %v, want %v or more", name, i, want)
		}
		if i := got["alone "+name].Interval; i.Hi < want.Hi*want.Hi-2*slack {
			t.Errorf("the interval of what %s explains is %v, want the squares of %v or more", name, i, want)
		}
		half := 1.959963984540054 * s.SE / (1 - s.Value*s.Value)
		beyond = max(beyond, math.Tanh(math.Atanh(s.Value)-half)-want.Lo-slack, want.Hi-slack-math.Tanh(math.Atanh(s.Value)+half))
	}
	if beyond <= 0 {
		t.Error("the jackknife alone reaches as far: the test says nothing")
	}
}

// TestExplainedCoverage: of three models that are correlated, of which the distances of the
// third have no part in those that are explained, intervals of what each explains alone and
// on average hold the mean over recordings, and parts that they share have an interval only
// where they are larger than their error.
func TestExplainedCoverage(t *testing.T) {
	const runs, n = 150, 40
	held, given := map[string]int{}, map[string]int{}
	var all []map[string]Share
	mean := map[string]float64{}
	for r := range runs {
		rng := stats.Stream(5, fmt.Sprintf("explained/%d", r))
		var columns [3][]float64
		y := mat.NewDense(n, 3, nil)
		for i := range n {
			common := rng.NormFloat64()
			for k := range columns {
				columns[k] = append(columns[k], common+rng.NormFloat64())
			}
			for u := range 3 {
				y.Set(i, u, rng.NormFloat64())
			}
			y.Set(i, 0, y.At(i, 0)+columns[0][i])
			y.Set(i, 1, y.At(i, 1)+columns[1][i])
		}
		f, _, err := NewFeatures(tableOf(numeric("a", columns[0]...), numeric("b", columns[1]...), numeric("c", columns[2]...)), FeatureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		neural, err := NewNeural(y, NeuralOptions{Power: 1})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, explained(t, f, neural, func(o *ExplainOptions) { o.Seed = uint64(r) }))
		for name, s := range all[r] {
			mean[name] += s.Value / runs
		}
	}
	for _, one := range all {
		for name, s := range one {
			if s.Quantity == ShareShared && s.Interval != (stats.Interval{}) && math.Abs(s.Value) < 1.5*s.SE {
				t.Fatalf("%s is %g with an error of %g and has the interval %v", name, s.Value, s.SE, s.Interval)
			}
			if (s.Note == "") != (s.Interval != stats.Interval{}) {
				t.Fatalf("%s has the interval %v and the note %q", name, s.Interval, s.Note)
			}
			if s.Note == "" {
				given[name]++
				if s.Interval.Lo <= mean[name] && mean[name] <= s.Interval.Hi {
					held[name]++
				}
			}
		}
	}
	shared, sharedHeld := 0, 0
	for name := range given {
		if strings.HasPrefix(name, "shared") {
			shared, sharedHeld = shared+given[name], sharedHeld+held[name]
			continue
		}
		if sd := math.Sqrt(0.95 * 0.05 * runs); float64(held[name]) < 0.95*runs-3*sd || given[name] < runs {
			t.Errorf("%d of %d intervals of %s hold the mean, want 95 %% of %d", held[name], given[name], name, runs)
		}
	}
	if shared < 20 || float64(sharedHeld) < 0.9*float64(shared) {
		t.Errorf("%d of %d intervals of shared parts hold the mean, want 9 of 10 of at least 20", sharedHeld, shared)
	}
}

// TestExplainedByEnumeration: p values come near those of all permutations of five
// stimuli, computed from the definition: what is permuted is what the others leave.
func TestExplainedByEnumeration(t *testing.T) {
	const n = 5
	f, y := lattices(t, n)
	got := explained(t, f, y, func(o *ExplainOptions) { o.Score, o.Null = ScorePearson, 4000 })
	first, second := allPairs(n)
	vector := func(of func(i, j int) float64) []float64 {
		out := make([]float64, len(first))
		for p := range out {
			out[p] = of(int(first[p]), int(second[p]))
		}
		return out
	}
	d := y.condensed()
	var x [3][]float64
	for k := range x {
		x[k] = vector(func(i, j int) float64 { return latticeRDM(k+1, n).At(i, j) })
	}
	residual := func(v []float64, columns ...[]float64) []float64 {
		m := mat.NewDense(len(v), len(columns)+1, nil)
		for k, c := range columns {
			m.SetCol(k, c)
		}
		for p := range v {
			m.Set(p, len(columns), 1)
		}
		var w mat.Dense
		if err := w.Solve(m, mat.NewDense(len(v), 1, slices.Clone(v))); err != nil {
			t.Fatal(err)
		}
		var fit mat.Dense
		fit.Mul(m, &w)
		out := slices.Clone(v)
		for p := range out {
			out[p] -= fit.At(p, 0)
		}
		return out
	}
	r2 := func(columns ...[]float64) float64 {
		left, all := residual(d, columns...), residual(d)
		return 1 - dot(left, left)/dot(all, all)
	}
	for k, name := range []string{"a", "b", "c"} {
		others := [][]float64{x[(k+1)%3], x[(k+2)%3]}
		left := residual(x[k], others...)
		square := map[[2]int]float64{}
		for p, v := range left {
			square[[2]int{int(first[p]), int(second[p])}] = v
		}
		as, count := 0, 0
		observed := r2(append([][]float64{left}, others...)...)
		for _, order := range everyOrder(n) {
			moved := vector(func(i, j int) float64 {
				a, b := order[i], order[j]
				return square[[2]int{min(a, b), max(a, b)}]
			})
			count++
			if r2(append([][]float64{moved}, others...)...) >= observed-1e-9 {
				as++
			}
		}
		want := float64(as) / float64(count)
		if p := got["unique "+name].P; math.Abs(p-want) > 4*math.Sqrt(want*(1-want)/4000)+1e-3 {
			t.Errorf("p of what %s adds is %.4f, all permutations give %.4f", name, p, want)
		}
		if got["partial "+name].P != got["unique "+name].P {
			t.Errorf("%s: the p values of the partial correlation and of the unique part differ", name)
		}
	}
}

// TestExplainedGroups: a group is one model, and what it explains is that of its members.
func TestExplainedGroups(t *testing.T) {
	f, y := lattices(t, 9)
	single := explained(t, f, y, nil)
	got := explained(t, f, y, func(o *ExplainOptions) {
		o.FeatureGroups, o.Null = []FeatureGroup{{Name: "ab", Features: []string{"a", "b"}}}, 99
	})
	if len(got) != 11 {
		t.Errorf("%d numbers of a group and a feature: %v", len(got), got)
	}
	want := single["total"].Value - single["unique c"].Value
	if s := got["alone ab"]; math.Abs(s.Value-want) > 1e-13 || s.P > 0.05 {
		t.Errorf("the group explains %g (p %g), want %g", s.Value, s.P, want)
	}
	if s := single["total"]; s.Interval != (stats.Interval{}) || !strings.HasPrefix(s.Note, "no interval: without permutations") {
		t.Errorf("the interval of a share of several models that nothing is known of: %+v", s)
	}
	if s := got["alone c"]; s.Interval == (stats.Interval{}) || s.Interval.Lo != 0 {
		t.Errorf("the interval of a share near 0: %+v", s)
	}
	if _, ok := got["correlation ab"]; ok {
		t.Error("a group of two has a correlation")
	}
}

// TestExplainedByTheSameTwice: what other models determine has no partial correlation, says
// so, and adds nothing.
func TestExplainedByTheSameTwice(t *testing.T) {
	_, y := lattices(t, 9)
	f, err := NewFeatureDistances([]string{"a", "b", "again"}, []*mat.Dense{latticeRDM(1, 9), latticeRDM(2, 9), latticeRDM(1, 9)})
	if err != nil {
		t.Fatal(err)
	}
	got := explained(t, f, y, func(o *ExplainOptions) { o.Null = 49 })
	for _, name := range []string{"a", "again"} {
		if s := got["partial "+name]; !math.IsNaN(s.Value) || s.Note == "" || s.Interval != (stats.Interval{}) {
			t.Errorf("the partial correlation of %s is %+v", name, s)
		}
		if s := got["unique "+name]; s.Value != 0 || s.Interval != (stats.Interval{}) || !strings.HasPrefix(s.Note, "no interval: it is 0 ") {
			t.Errorf("%s explains %+v alone", name, s)
		}
	}
	for name, s := range got {
		if s.Interval == (stats.Interval{}) && s.Note == "" {
			t.Errorf("%s has no interval and no reason", name)
		}
	}
	if a, both := got["alone a"].Value, got["shared a & again"].Value+got["shared a & b & again"].Value; math.Abs(a-both) > 1e-12 {
		t.Errorf("a explains %g and shares %g", a, both)
	}
}

// TestExplainRefuses tells what cannot be explained.
func TestExplainRefuses(t *testing.T) {
	f, y := lattices(t, 9)
	constant := mat.NewDense(9, 9, nil)
	for i := range 9 {
		for j := range 9 {
			if i != j {
				constant.Set(i, j, 0.3)
			}
		}
	}
	flat, err := NewFeatureDistances([]string{"flat"}, []*mat.Dense{constant})
	if err != nil {
		t.Fatal(err)
	}
	for want, run := range map[string]func(o *ExplainOptions) (*Features, *Neural){
		"all equal of feature \"flat\"": func(*ExplainOptions) (*Features, *Neural) { return flat, y },
		"8 stimuli":                     func(*ExplainOptions) (*Features, *Neural) { return f, y.subset(seq(8)) },
		"the score r2":                  func(o *ExplainOptions) (*Features, *Neural) { o.Score = ScoreR2; return f, y },
		"1 pairs":                       func(*ExplainOptions) (*Features, *Neural) { return f.subset(seq(2)), y.subset(seq(2)) },
	} {
		o := DefaultExplainOptions()
		features, neural := run(&o)
		_, err := Explain(t.Context(), features, neural, o)
		if in, ok := data.AsInputError(err); !ok || !strings.Contains(fmt.Sprint(in), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
