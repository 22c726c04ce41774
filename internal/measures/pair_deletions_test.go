package measures

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// withoutSamples returns the data of a pair without some samples, as new data.
func withoutSamples(t *testing.T, p *Pair, name string, left []int) *Pair {
	t.Helper()
	var kept []int
	for i := range p.Samples() {
		if !slices.Contains(left, i) {
			kept = append(kept, i)
		}
	}
	out := [2]*data.Dataset{}
	for k, s := range []*System{p.X, p.Y} {
		rows := rowsOf(s.raw, kept)
		if strings.Contains(name, "rdm="+rdmPrecomputed) {
			rows = mat.DenseCopyOf(rowsOf(mat.DenseCopyOf(rows.T()), kept).T())
		}
		out[k] = datasetOf(rows)
		if s.times > 1 {
			out[k].Shape = []int{s.times, len(kept) / s.times, s.p}
		}
	}
	return pairOf(t, out[0], out[1])
}

// TestDeletionsOfPairs compares estimates without units with scores of the samples that
// stay, of measures that are sums over pairs of samples: single samples, and units of
// different sizes that are not contiguous.
func TestDeletionsOfPairs(t *testing.T) {
	const n = 12
	singles := BlockUnits(n, n)
	uneven := &Units{n: n, Rows: [][]int{{0, 5}, {1}, {2, 3, 11}, {4, 6}, {7, 8}, {9, 10}}}
	for _, c := range []struct {
		name  string
		units []*Units
	}{
		{"rsa", []*Units{singles, uneven}},
		{"rsa:compare=pearson", []*Units{singles, uneven}},
		{"rsa:rdm=euclidean", []*Units{singles, uneven}},
		{"rsa:rdm=euclidean:compare=pearson", []*Units{singles, uneven}},
		{"rsa:rdm=correlation", []*Units{singles, uneven}},
		{"rsa:rdm=correlation:compare=pearson", []*Units{singles, uneven}},
		{"rsa:rdm=cosine:compare=pearson", []*Units{singles, uneven}},
		{"rsa:rdm=manhattan:compare=pearson", []*Units{singles, uneven}},
		{"rsa:rdm=gaussian:sigma=2", []*Units{singles, uneven}},
		{"rsa:rdm=precomputed:compare=pearson", []*Units{singles, uneven}},
		{"mutual-knn:k=3", []*Units{singles, uneven}},
		{"mutual-knn:k=2:metric=euclidean", []*Units{singles, uneven}},
		{"mutual-knn:k=4:metric=cosine", []*Units{singles, uneven}},
		{"rank-similarity:k=4", []*Units{singles, uneven}},
		{"rank-similarity:k=3:metric=euclidean", []*Units{singles, uneven}},
		{"lcs-knn:k=4", []*Units{singles, uneven}},
		{"edit-distance-knn:k=4:metric=euclidean", []*Units{singles, uneven}},
		{"cycle-knn:k=2", []*Units{singles, uneven}},
		{"second-order-cosine:k=3", []*Units{singles, uneven}},
		{"second-order-cosine:k=4:values=distance", []*Units{singles, uneven}},
		{"jaccard-knn:k=3:center=false", []*Units{singles, uneven}},
		{"cknna:k=4:metric=cosine", []*Units{singles, uneven}},
		{"cka:kernel=rbf:sigma=2:estimator=debiased", []*Units{singles}},
		{"cka:kernel=laplace:sigma=2:estimator=debiased", []*Units{singles}},
		{"distance-correlation:squared=true:estimator=debiased", []*Units{singles}},
	} {
		p := nullData(t, c.name, n, 3, 20)
		m := named(t, c.name)
		for _, u := range c.units {
			checkDeletions(t, p, c.name, m, u)
		}
	}
	// Distances between conditions, of four repeats: five conditions without one.
	p := nullData(t, "rsa:rdm=crossnobis", 20, 3, 5)
	conditions := &Units{n: 20, Rows: make([][]int, 5)}
	for i := range 20 {
		conditions.Rows[i%5] = append(conditions.Rows[i%5], i)
	}
	for _, name := range []string{"rsa:rdm=crossnobis:noise=none", "rsa:rdm=crossnobis:noise=none:compare=pearson"} {
		checkDeletions(t, p, name, named(t, name), conditions)
	}
	if _, err := deletionsOf(t, named(t, "rsa:rdm=crossnobis")).Deletions(p, BlockUnits(20, 5)); err == nil {
		t.Error("a repeat of a condition was left out of cross-validated distances")
	}
}

func deletionsOf(t *testing.T, m Measure) Estimable {
	t.Helper()
	e, ok := As[Estimable](m)
	if !ok {
		t.Fatal("no estimate")
	}
	return e
}

func checkDeletions(t *testing.T, p *Pair, name string, m Measure, u *Units) {
	t.Helper()
	d, err := deletionsOf(t, m).Deletions(p, u)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if of, ok := m.(rsa); ok && !u.Single() && of.rdm.kind != rdmCrossnobis {
		checkBetween(t, p, name, of, u, d)
		return
	}
	checkScore(t, p, name, d.All, 1e-11)
	for g, rows := range u.Rows {
		checkScore(t, withoutSamples(t, p, name, rows), name, d.One[g], 1e-11)
	}
}

// checkBetween compares estimates with those of the dissimilarities of pairs of samples of
// different units, one by one.
func checkBetween(t *testing.T, p *Pair, name string, m rsa, u *Units, d *Deletions) {
	t.Helper()
	all := [2][]float64{}
	for k, s := range []*System{p.X, p.Y} {
		var err error
		if all[k], err = m.rdm.condensed(s); err != nil {
			t.Fatal(err)
		}
	}
	unit := unitOf(u.Rows, p.Samples())
	for g := -1; g < u.Count(); g++ {
		var x, y []float64
		pair := 0
		for i := range unit {
			for j := i + 1; j < len(unit); j++ {
				if unit[i] != unit[j] && unit[i] != g && unit[j] != g {
					x, y = append(x, all[0][pair]), append(y, all[1][pair])
				}
				pair++
			}
		}
		want := dot(x, y) / math.Sqrt(dot(x, x)*dot(y, y))
		if m.compare == comparePearson {
			want = stat.Correlation(x, y, nil)
		}
		got := d.All
		if g >= 0 {
			got = d.One[g]
		}
		if !(math.Abs(got-want) <= 1e-11) {
			t.Errorf("%s without unit %d: %v, want %v", name, g, got, want)
		}
	}
}

// TestRanksBetweenUnits holds comparisons of ranks between units to those of the
// dissimilarities of these pairs, ranked anew. The influences of all pairs add up to 0, and
// each pair is one of two units: so do the changes without each unit, times the number of
// pairs that stay.
func TestRanksBetweenUnits(t *testing.T) {
	const n = 12
	u := &Units{n: n, Rows: [][]int{{0, 5}, {1}, {2, 3, 11}, {4, 6}, {7, 8}, {9, 10}}}
	unit := unitOf(u.Rows, n)
	p := nullData(t, "rsa:compare=spearman", n, 3, 20)
	for _, compare := range []string{compareSpearman, compareRhoA, compareKendall, compareTauA} {
		name := "rsa:compare=" + compare
		m := named(t, name).(rsa)
		d, err := m.Deletions(p, u)
		if err != nil {
			t.Fatal(err)
		}
		var between [2][]float64
		for k, s := range []*System{p.X, p.Y} {
			all, err := m.rdm.condensed(s)
			if err != nil {
				t.Fatal(err)
			}
			for _, pair := range pairsBetween(unit) {
				between[k] = append(between[k], all[pair])
			}
		}
		x, y := linalg.NewRanking(between[0], nil, true), linalg.NewRanking(between[1], nil, true)
		if want := compareRankings(x, y, compare); !(math.Abs(d.All-want) <= 1e-12) {
			t.Errorf("%s: %v, want %v", name, d.All, want)
		}
		sum := 0.0
		for g, rows := range u.Rows {
			others := float64(n - len(rows)) // pairs that stay: those of all units but g
			left := others * (others - 1) / 2
			for h, more := range u.Rows {
				if h != g {
					left -= choose2(len(more))
				}
			}
			sum += (d.One[g] - d.All) * left
		}
		if !(math.Abs(sum) <= 1e-10) { // each pair is of two units, and influences add up to 0
			t.Errorf("%s: influences add up to %v", name, sum)
		}
	}
}

// TestUnitsOfKernels compares the estimate between units of any kernel with that of
// moments, which has another formula, for a linear one: of its matrix, and of the squared
// distances, whose centred form it is.
func TestUnitsOfKernels(t *testing.T) {
	const n = 14
	p := nullData(t, "cka", n, 3, 20)
	for _, u := range []*Units{BlockUnits(n, n), BlockUnits(n, 5), {n: n, Rows: [][]int{{0, 13}, {1, 2, 3}, {4}, {5, 9, 6}, {7, 8}, {10, 11, 12}}}} {
		want, err := p.unitCKA(u)
		if err != nil {
			t.Fatal(err)
		}
		linear := func(s *System) banded {
			k := linalg.OuterGram(s.raw)
			return banded{n, func(dst *mat.Dense, lo int) {
				dst.Copy(k.Slice(lo, lo+dst.RawMatrix().Rows, lo, n))
			}}
		}
		got, err := betweenUnits(linear(p.X), linear(p.Y), u.Rows)
		if err != nil {
			t.Fatal(err)
		}
		distances, err := betweenUnits(distanceBands(p.X.raw), distanceBands(p.Y.raw), u.Rows)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []*Deletions{got, distances} {
			if !(math.Abs(d.All-want.All) <= 1e-12) {
				t.Errorf("%d units: %v, want %v", u.Count(), d.All, want.All)
			}
			for g, v := range d.One {
				if !(math.Abs(v-want.One[g]) <= 1e-12) {
					t.Errorf("%d units without %d: %v, want %v", u.Count(), g, v, want.One[g])
				}
			}
		}
	}
}

// weightedRanks returns the weighted share of values below each value, and half of those
// that equal it, less one half.
func weightedRanks(values, weights []float64) []float64 {
	total := sum(weights)
	out := make([]float64, len(values))
	for i, v := range values {
		for j, w := range values {
			if w < v {
				out[i] += weights[j] / total
			} else if w == v {
				out[i] += weights[j] / total / 2
			}
		}
		out[i] -= 0.5
	}
	return out
}

// weightedComparison is a comparison of two lists of values by its definition, where the
// observations have weights.
func weightedComparison(compare string, x, y, weights []float64) float64 {
	total := sum(weights)
	if !concordant(compare) {
		u, v := weightedRanks(x, weights), weightedRanks(y, weights)
		var xy, xx, yy float64
		for i, w := range weights {
			xy += w / total * u[i] * v[i]
			xx += w / total * u[i] * u[i]
			yy += w / total * v[i] * v[i]
		}
		if compare == compareRhoA {
			n := float64(len(x))
			return 12 * xy * n * n / (n*n - 1)
		}
		return xy / math.Sqrt(xx*yy)
	}
	var both, inX, inY float64
	sign := func(a, b float64) float64 {
		switch {
		case a < b:
			return -1
		case a > b:
			return 1
		}
		return 0
	}
	for i := range x {
		for j := range x {
			w, a, b := weights[i]*weights[j], sign(x[i], x[j]), sign(y[i], y[j])
			both += w * a * b
			inX += w * a * a
			inY += w * b * b
		}
	}
	if compare == compareTauA {
		return both / (total * total)
	}
	return both / math.Sqrt(inX*inY)
}

// TestInfluenceOnRanks compares the influence of each pair with the derivative of the
// comparison by the weight of the pair, of data with ties and without.
func TestInfluenceOnRanks(t *testing.T) {
	const count, step = 40, 1e-5
	rng := rand.New(rand.NewPCG(8, 9))
	for _, levels := range []float64{5, 1e9} {
		x, y := make([]float64, count), make([]float64, count)
		for i := range x {
			x[i] = math.Floor(levels * rng.Float64())
			y[i] = math.Floor(levels*rng.Float64()/2 + x[i]/2)
		}
		rx, ry := linalg.NewRanking(x, nil, true), linalg.NewRanking(y, nil, false)
		for _, compare := range []string{compareSpearman, compareRhoA, compareKendall, compareTauA} {
			influence := rankInfluence(rx, ry, compare == compareSpearman)
			factor := 1.0
			if concordant(compare) {
				influence = concordanceInfluence(rx, ry, compare == compareKendall)
				if compare == compareTauA {
					// Of the share of pairs of different observations.
					factor = float64(count) / float64(count-1)
				}
			}
			for pair := range count {
				at := func(w float64) float64 {
					weights := make([]float64, count)
					for i := range weights {
						weights[i] = 1
					}
					weights[pair] += w
					return weightedComparison(compare, x, y, weights)
				}
				want := factor * count * (at(step) - at(-step)) / (2 * step)
				if got := influence(pair); !(math.Abs(got-want) <= 1e-6) {
					t.Fatalf("%s of %g levels, pair %d: %v, want %v", compare, levels, pair, got, want)
				}
			}
		}
	}
}

// TestDeletionsOfTiedNeighbours leaves samples out of counts, of which many are equally
// near, and of more samples than are kept at hand.
func TestDeletionsOfTiedNeighbours(t *testing.T) {
	const n = 80
	for _, name := range []string{"mutual-knn:k=3:metric=euclidean", "mutual-knn:k=3", "cknna:k=4", "rank-similarity:k=4:metric=euclidean", "cycle-knn:k=1:metric=euclidean"} {
		for _, round := range []bool{false, true} {
			p := nullData(t, name, n, 2, 3)
			if round {
				for _, s := range []*System{p.X, p.Y} {
					s.raw.Apply(func(_, _ int, v float64) float64 { return math.Round(2 * v) }, s.raw)
				}
				p = pairOf(t, datasetOf(p.X.raw), datasetOf(p.Y.raw))
			}
			checkDeletions(t, p, name, named(t, name), BlockUnits(n, n))
			checkDeletions(t, p, name, named(t, name), BlockUnits(n, 7))
		}
	}
}

// TestConditionsOfDistances compares the mean over all orders of the conditions of
// repeated data, and the scores of some, with those of new data.
func TestConditionsOfDistances(t *testing.T) {
	const repeats, conditions = 4, 5
	for _, name := range []string{"rsa:rdm=crossnobis", "rsa:rdm=crossnobis:compare=pearson", "rsa:rdm=crossnobis:compare=spearman"} {
		p := nullData(t, name, repeats*conditions, 3, 4)
		m := named(t, name)
		units := &Units{n: repeats * conditions, Rows: make([][]int, conditions)}
		for i := range repeats * conditions {
			units.Rows[i%conditions] = append(units.Rows[i%conditions], i)
		}
		all := allOrders(conditions)
		list := make([][]int, len(all))
		for k, perm := range all {
			list[k] = make([]int, units.n)
			for i := range list[k] {
				list[k][i] = i - i%conditions + perm[i%conditions]
			}
		}
		fast, _ := As[Permutable](m)
		scores, ok, err := fast.Permuted(context.Background(), p, ListedOrders(list))
		if !ok || err != nil {
			t.Fatal(ok, err)
		}
		mean := 0.0
		for k, order := range list {
			mean += scores[k] / float64(len(list))
			if want := reorderedScore(t, p, m, order); !(math.Abs(scores[k]-want) <= 1e-10) {
				t.Errorf("%s: %v, want %v", name, scores[k], want)
			}
		}
		exact, _ := As[NullMean](m)
		got, ok, err := exact.NullMean(p, units)
		if !ok || err != nil || !(math.Abs(got-mean) <= 1e-12) {
			t.Errorf("%s: mean %v (%v, %v), want %v", name, got, ok, err, mean)
		}
		rows := natural(units.n)
		rows[0], rows[1] = 1, 0
		if _, _, err := fast.Permuted(context.Background(), p, ListedOrders([][]int{rows})); err == nil {
			t.Errorf("%s: a repeat of one condition changed places with that of another", name)
		}
	}
}
