package inference

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"simtool/internal/data"
	"simtool/internal/measures"
)

// pairOf makes a pair of systems of values in row-major order.
func pairOf(t testing.TB, x, y []float64, shapeX, shapeY []int) *measures.Pair {
	t.Helper()
	var systems [2]*measures.System
	for i, v := range []struct {
		values []float64
		shape  []int
	}{{x, shapeX}, {y, shapeY}} {
		d, err := data.New(v.values, v.shape...)
		if err != nil {
			t.Fatal(err)
		}
		if systems[i], err = measures.NewSystem(d); err != nil {
			t.Fatal(err)
		}
	}
	p, err := measures.NewPair(systems[0], systems[1])
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// normals returns n draws.
func normals(rng *rand.Rand, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = rng.NormFloat64()
	}
	return out
}

// plainCKA is the linear CKA of two matrices of n rows, from sums alone.
func plainCKA(x, y []float64, n int) float64 {
	centred := func(v []float64) [][]float64 {
		width := len(v) / n
		out := make([][]float64, n)
		for i := range out {
			out[i] = slices.Clone(v[i*width : (i+1)*width])
		}
		for j := range width {
			m := 0.0
			for i := range n {
				m += out[i][j] / float64(n)
			}
			for i := range n {
				out[i][j] -= m
			}
		}
		return out
	}
	product := func(a, b [][]float64) float64 {
		total := 0.0
		for j := range a[0] {
			for k := range b[0] {
				s := 0.0
				for i := range n {
					s += a[i][j] * b[i][k]
				}
				total += s * s
			}
		}
		return total
	}
	a, b := centred(x), centred(y)
	return product(a, b) / math.Sqrt(product(a, a)*product(b, b))
}

// everyOrder calls f with each permutation of 0 … n−1 (Heap's algorithm).
func everyOrder(n int, f func(perm []int)) {
	perm := make([]int, n)
	for i := range perm {
		perm[i] = i
	}
	var heap func(k int)
	heap = func(k int) {
		if k == 1 {
			f(perm)
			return
		}
		for i := range k {
			heap(k - 1)
			if k%2 == 0 {
				perm[i], perm[k-1] = perm[k-1], perm[i]
			} else {
				perm[0], perm[k-1] = perm[k-1], perm[0]
			}
		}
	}
	heap(n)
}

// assessed returns what stands beside a measure of a pair, with permutations.
func assessed(t testing.TB, p *measures.Pair, name string, s Structure, draws int) Assessment {
	t.Helper()
	return assessedBy(t, p, name, s, Options{Mode: AutoMode, Level: 0.95, Permutations: draws, Seed: 3})
}

func assessedBy(t testing.TB, p *measures.Pair, name string, s Structure, o Options) Assessment {
	t.Helper()
	list, err := measures.ParseList(name, 1)
	if err != nil {
		t.Fatal(err)
	}
	score, err := list[0].Score(p)
	if err != nil {
		t.Fatal(err)
	}
	a, err := Assess(context.Background(), p, list[0], score.Value, s.Design(p), o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// arranged returns rows in another order.
func arranged(v []float64, width int, order []int) []float64 {
	var out []float64
	for _, i := range order {
		out = append(out, v[i*width:(i+1)*width]...)
	}
	return out
}

// Few rows, conditions or units are put into all of their orders. The p value is that of
// a program that does so by itself.
func TestPValueOfAllOrders(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	count := func(n int, x, y []float64, orders func(f func(order []int)), width int) float64 {
		value, above, all := plainCKA(x, y, n), 0, 0
		orders(func(order []int) {
			all++
			if plainCKA(x, arranged(y, width, order), n) >= value-1e-12 {
				above++
			}
		})
		return float64(above) / float64(all)
	}
	// 6 rows.
	x, y := normals(rng, 6*3), normals(rng, 6*2)
	for i := range 6 {
		y[2*i] += 0.7 * x[3*i]
	}
	want := count(6, x, y, func(f func([]int)) { everyOrder(6, f) }, 2)
	p := pairOf(t, x, y, []int{6, 3}, []int{6, 2})
	if got := assessed(t, p, "cka", Structure{Kind: Rows}, 19).PValue; got != want {
		t.Errorf("6 rows: p = %v, want %v", got, want)
	}
	// 6 rows in groups of 3.
	want = count(6, x, y, func(f func([]int)) {
		everyOrder(3, func(a []int) {
			first := slices.Clone(a)
			everyOrder(3, func(b []int) {
				f([]int{2 * first[0], 1 + 2*b[0], 2 * first[1], 1 + 2*b[1], 2 * first[2], 1 + 2*b[2]})
			})
		})
	}, 2)
	groups := [][]int{{0, 2, 4}, {1, 3, 5}}
	if got := assessed(t, p, "cka", Structure{Kind: Rows, Groups: groups}, 19).PValue; got != want {
		t.Errorf("6 rows in two groups: p = %v, want %v", got, want)
	}
	// 4 conditions at 5 times, a common time course removed: condition is the faster axis.
	x, y = normals(rng, 20*3), normals(rng, 20*2)
	without := func(v []float64, width int) []float64 {
		out := slices.Clone(v)
		for t := range 5 {
			for j := range width {
				m := 0.0
				for c := range 4 {
					m += v[(4*t+c)*width+j] / 4
				}
				for c := range 4 {
					out[(4*t+c)*width+j] -= m
				}
			}
		}
		return out
	}
	for i := range 20 {
		x[3*i] += 3 * math.Sin(float64(i/4))
		y[2*i] += 3*math.Sin(float64(i/4)) + 0.5*x[3*i+1]
	}
	byConditions := func(f func([]int)) {
		everyOrder(4, func(perm []int) {
			order := make([]int, 20)
			for i := range order {
				order[i] = i/4*4 + perm[i%4]
			}
			f(order)
		})
	}
	want = count(20, without(x, 3), without(y, 2), byConditions, 2)
	p = pairOf(t, x, y, []int{5, 4, 3}, []int{5, 4, 2})
	a := assessed(t, p, "cka", Structure{Kind: Auto}, 19)
	if a.PValue != want {
		t.Errorf("4 conditions: p = %v, want %v", a.PValue, want)
	}
	if !strings.Contains(a.Note(), "without the mean over conditions at each time") || !strings.Contains(a.Note(), "all 24 orders") {
		t.Errorf("4 conditions: note %q", a.Note())
	}
	if want == count(20, x, y, byConditions, 2) {
		t.Error("the common time course does not matter for these data: they test nothing")
	}
	// Units of two samples each, which stay together.
	want = count(20, x, y, func(f func([]int)) {
		everyOrder(5, func(perm []int) {
			order := make([]int, 20)
			for i := range order {
				order[i] = 4*perm[i/4] + i%4
			}
			f(order)
		})
	}, 2)
	var units [][]int
	for g := range 5 {
		units = append(units, []int{4 * g, 4*g + 1, 4*g + 2, 4*g + 3})
	}
	p = pairOf(t, x, y, []int{20, 3}, []int{20, 2})
	if got := assessed(t, p, "cka", Structure{Kind: Given, Units: units}, 19).PValue; got != want {
		t.Errorf("5 given units: p = %v, want %v", got, want)
	}
	// All shifts of one series.
	want = count(20, x, y, func(f func([]int)) {
		for s := range 20 {
			order := make([]int, 20)
			for i := range order {
				order[i] = (i + s) % 20
			}
			f(order)
		}
	}, 2)
	a = assessed(t, p, "cka", Structure{Kind: Blocks}, 19)
	if a.PValue != want {
		t.Errorf("shifts of 20 samples: p = %v, want %v", a.PValue, want)
	}
}

// Draws stay within groups, keep units whole and each place is as likely as another; the
// same draws are made for every pair.
func TestRandomPairings(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 2))
	p := pairOf(t, normals(rng, 36), normals(rng, 36), []int{36, 1}, []int{36, 1})
	var units, groups [][]int
	for g := range 18 {
		units = append(units, []int{g, g + 18})
	}
	for g := range 2 {
		var rows []int
		for i := range 18 {
			rows = append(rows, 2*i+g)
		}
		groups = append(groups, rows)
	}
	d := Structure{Kind: Given, Units: units, Groups: groups}.Design(p)
	const draws = 3000
	r, err := d.Pairings(p, 9, draws)
	if err != nil {
		t.Fatal(err)
	}
	if r.Count != draws || r.All {
		t.Fatalf("%d pairings, all: %v; want %d random ones", r.Count, r.All, draws)
	}
	var at [36]int
	for k := range draws {
		order := r.Order(k)
		if sorted := slices.Sorted(slices.Values(order)); sorted[0] != 0 || sorted[35] != 35 || len(slices.Compact(sorted)) != 36 {
			t.Fatalf("%v is no permutation", order)
		}
		for i, from := range order {
			if from%2 != i%2 || (from < 18) != (i < 18) || order[i%18]+18 != order[i%18+18] {
				t.Fatalf("%v breaks a unit or leaves a group", order)
			}
		}
		at[order[4]]++
	}
	// 9 places of one group: 333 each, standard deviation 17.2.
	for g := 0; g < 18; g += 2 {
		if at[g] < 260 || at[g] > 410 {
			t.Errorf("unit %d came to place 4 in %d of %d draws, want about %d", g, at[g], draws, draws/9)
		}
	}
	again, err := d.Pairings(pairOf(t, normals(rng, 72), normals(rng, 36), []int{36, 2}, []int{36, 1}), 9, draws)
	if err != nil {
		t.Fatal(err)
	}
	one := r.Order(17)
	two := again.Order(17)
	if !slices.Equal(one, two) {
		t.Error("another pair has other draws")
	}
}

// Where nothing may be exchanged there is no p value, and the reason says what to do.
func TestRefusedPairings(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 3))
	walk := func(n, width int) []float64 {
		v := make([]float64, n*width)
		for i := width; i < len(v); i++ {
			v[i] = v[i-width] + rng.NormFloat64()
		}
		return v
	}
	smooth := pairOf(t, walk(120, 3), walk(120, 3), []int{120, 3}, []int{120, 3})
	series := pairOf(t, walk(120, 3), walk(120, 3), []int{120, 1, 3}, []int{120, 1, 3})
	noise := pairOf(t, normals(rng, 36), normals(rng, 36), []int{12, 3}, []int{12, 3})
	for name, c := range map[string]struct {
		pair   *measures.Pair
		s      Structure
		says   string // a fragment of the warning
		pvalue bool
	}{
		"sorted samples":      {smooth, Structure{Kind: Auto}, "--units FILE:COLUMN", false},
		"a series":            {series, Structure{Kind: Auto}, "shifts of fewer than 30", true},
		"blocks":              {smooth, Structure{Kind: Blocks}, "shifts of fewer than 30", true},
		"rows after all":      {smooth, Structure{Kind: Rows}, "", true},
		"unequal units":       {noise, Structure{Kind: Given, Units: [][]int{{0, 1}, {2, 3}, {4, 5}, {6, 7, 8, 9, 10, 11}}}, "keep 2 samples of each", false},
		"groups through":      {noise, Structure{Kind: Given, Units: [][]int{{0, 1, 2}, {3, 4, 5}, {6, 7, 8}, {9, 10, 11}}, Groups: [][]int{{0, 1, 2, 3}, {4, 5, 6, 7, 8, 9, 10, 11}}}, "do not cut through units", false},
		"alone":               {noise, Structure{Kind: Given, Units: [][]int{{0, 1, 2, 3, 4, 5}, {6, 7, 8, 9, 10, 11}}, Groups: [][]int{{0, 1, 2, 3, 4, 5}, {6, 7, 8, 9, 10, 11}}}, "alone in its group", false},
		"three orders":        {noise, Structure{Kind: Given, Units: [][]int{{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9, 10, 11}}}, "too few for a pvalue below 0.05", true},
		"no conditions":       {noise, Structure{Kind: Conditions}, "want time × condition × neuron", false},
		"groups of a series":  {series, Structure{Kind: Auto, Groups: [][]int{{0}, {1}}}, "shifted as a whole", false},
		"conditions as rows":  {noise, Structure{Kind: Auto, Samples: ConditionAxis}, "", true},
		"conditions, by name": {noise, Structure{Kind: Conditions, Samples: ConditionAxis}, "", true},
	} {
		a := assessed(t, c.pair, "cka", c.s, 39)
		warning := strings.Join(a.Warnings, "; ")
		if c.says != "" && !strings.Contains(warning, c.says) {
			t.Errorf("%s: warning %q, want one that says %q", name, warning, c.says)
		}
		if math.IsNaN(a.PValue) == c.pvalue {
			t.Errorf("%s: p = %v, warning %q", name, a.PValue, warning)
		}
	}
}

// A true null is rejected as often as it should be, by each of the ways to pair at
// random: 20 pairings give p ≤ .05 once in 20. 400 runs give 20 ± 4.4 rejections; the
// band is that of 99.9 %.
func TestRejectionsOfATrueNull(t *testing.T) {
	const runs, least, most = 400, 7, 36
	smooth := func(rng *rand.Rand, times, conditions, width int) []float64 {
		v := normals(rng, times*conditions*width)
		for i := conditions * width; i < len(v); i++ {
			v[i] = 0.9*v[i-conditions*width] + 0.44*v[i]
		}
		return v
	}
	var groups [][]int
	for g := range 4 {
		groups = append(groups, []int{4 * g, 4*g + 1, 4*g + 2, 4*g + 3})
	}
	for name, c := range map[string]struct {
		structure Structure
		draw      func(rng *rand.Rand) *measures.Pair
		broken    bool // an invalid design, which must reject too often
	}{
		"rows": {Structure{Kind: Auto}, func(rng *rand.Rand) *measures.Pair {
			return pairOf(t, normals(rng, 36), normals(rng, 24), []int{12, 3}, []int{12, 2})
		}, false},
		"conditions": {Structure{Kind: Auto}, func(rng *rand.Rand) *measures.Pair {
			return pairOf(t, smooth(rng, 10, 8, 3), smooth(rng, 10, 8, 3), []int{10, 8, 3}, []int{10, 8, 3})
		}, false},
		"rows of smooth conditions": {Structure{Kind: Rows}, func(rng *rand.Rand) *measures.Pair {
			return pairOf(t, smooth(rng, 10, 8, 3), smooth(rng, 10, 8, 3), []int{10, 8, 3}, []int{10, 8, 3})
		}, true},
		"groups": {Structure{Kind: Rows, Groups: groups}, func(rng *rand.Rand) *measures.Pair {
			x, y := normals(rng, 48), normals(rng, 48)
			for i := range 48 {
				offset := 3 * float64(i/12) // the groups differ, in both systems
				x[i] += offset
				y[i] -= offset
			}
			return pairOf(t, x, y, []int{16, 3}, []int{16, 3})
		}, false},
		"rows across groups": {Structure{Kind: Rows}, func(rng *rand.Rand) *measures.Pair {
			x, y := normals(rng, 48), normals(rng, 48)
			for i := range 48 {
				offset := 3 * float64(i/12)
				x[i] += offset
				y[i] -= offset
			}
			return pairOf(t, x, y, []int{16, 3}, []int{16, 3})
		}, true},
		"series": {Structure{Kind: Auto}, func(rng *rand.Rand) *measures.Pair {
			return pairOf(t, smooth(rng, 700, 1, 2), smooth(rng, 700, 1, 2), []int{700, 1, 2}, []int{700, 1, 2})
		}, false},
	} {
		rejected := 0
		for run := range runs {
			a := assessed(t, c.draw(rand.New(rand.NewPCG(uint64(run), 77))), "cka", c.structure, 19)
			if math.IsNaN(a.PValue) {
				t.Fatalf("%s: no p value: %v", name, a.Warnings)
			}
			if a.PValue <= 0.05 {
				rejected++
			}
		}
		if in := rejected >= least && rejected <= most; in == c.broken {
			t.Errorf("%s: %d of %d true nulls rejected at .05 (band %d to %d, broken: %v)", name, rejected, runs, least, most, c.broken)
		}
	}
}
