package mlem

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"simtool/internal/stats"
)

// smallSample is 23 stimuli with two representations, in clusters of 1 to 4.
func smallSample(t *testing.T) (*sample, *design, []int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(8, 9))
	const n = 23
	x, z := make([]float64, n), make([]float64, n)
	codes := make([]int, n)
	for i := range n {
		x[i], z[i], codes[i] = rng.Float64(), rng.NormFloat64(), rng.IntN(3)
	}
	f, _, err := NewFeatures(tableOf(numeric("x", x...), categorical("c", []string{"a", "b", "c"}, codes...), numeric("z", z...)), FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	a, err := NewNeural(randomMatrix(rng, n, 6), NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := NewNeural(randomMatrix(rng, n, 6), NeuralOptions{Distance: Manhattan})
	if err != nil {
		t.Fatal(err)
	}
	g, err := newDesign(f.Names(), Interactions{Pairs: [][2]string{{"z", "x"}, {"x", "c"}}})
	if err != nil {
		t.Fatal(err)
	}
	s := &sample{features: f, neural: []*Neural{a, b}, id: seq(n), group: seq(n)}
	return s, g, []int{0, 1, 3, 6, 10, 14, 18, 22, 23}
}

// TestMoments compares covariances of weighted pairs with those of gonum's stat
// over an explicit list of pairs.
func TestMoments(t *testing.T) {
	s, g, start := smallSample(t)
	s.level = make([]int, len(s.id))
	s.level[5], s.level[20] = 1, 1
	m := make([]float64, len(start)-1)
	stats.Multiplicities(m, rand.New(rand.NewPCG(1, 1)))
	rows := samplings{[][]float64{{1, 1, 1, 1, 1, 1, 1, 1}, {1, 0, 1, 1, 0, 0, 1, 1}, m}}
	a := newAccumulator(s, g, start, 0)
	got, err := a.run(t.Context(), rows, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	cluster := func(i int) int {
		c := 0
		for start[c+1] <= i {
			c++
		}
		return c
	}
	first, second := s.pairs()
	p := len(g.terms)
	for r, weight := range rows.rows {
		w := make([]float64, len(first))
		for q := range first {
			w[q] = weight[cluster(int(first[q]))] * weight[cluster(int(second[q]))]
		}
		x := mat.NewDense(len(first), p, nil)
		d := newTiles(s.features, len(first))
		for d.next(first, second) {
			for q := range d.n {
				g.products(x.RawRowView(d.at+q), d.row(q))
			}
		}
		for k, y := range s.neural {
			q := got[r].problem(g.terms, a.shift, k)
			v := y.condensed()
			target := make([]float64, len(first))
			var total float64
			for i := range first {
				target[i] = v[condensedIndex(len(s.id), int(first[i]), int(second[i]))]
				total += w[i]
			}
			unbiased := (total - 1) / total // gonum divides by Σw−1
			for i := range p {
				ci := mat.Col(nil, i, x)
				if want := stat.Covariance(ci, target, w) * unbiased; math.Abs(q.b[i]-want) > 1e-11*(1+math.Abs(want)) {
					t.Errorf("sampling %d, distance %d: cov(x%d,y) = %g, want %g", r, k, i, q.b[i], want)
				}
				for j := range p {
					if want := stat.Covariance(ci, mat.Col(nil, j, x), w) * unbiased; math.Abs(q.g.At(i, j)-want) > 1e-12 {
						t.Errorf("sampling %d: cov(x%d,x%d) = %g, want %g", r, i, j, q.g.At(i, j), want)
					}
				}
				if want := stat.Mean(ci, w); math.Abs(q.meanX[i]-want) > 1e-12 {
					t.Errorf("sampling %d: mean of x%d is %g, want %g", r, i, q.meanX[i], want)
				}
			}
			if want := stat.Variance(target, w) * unbiased; math.Abs(q.yy-want) > 1e-11*want || q.count != total {
				t.Errorf("sampling %d, distance %d: variance %g of %g pairs, want %g of %g", r, k, q.yy, q.count, want, total)
			}
		}
	}
}

func TestMomentsAreTheSameForAnyJobs(t *testing.T) {
	s, g, start := smallSample(t)
	rows := samplings{[][]float64{{1, 1, 1, 1, 1, 1, 1, 1}}}
	one, err := newAccumulator(s, g, start, 1).run(t.Context(), rows, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	many, err := newAccumulator(s, g, start, 7).run(t.Context(), rows, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range one[0].xx {
		if many[0].xx[i] != v {
			t.Fatalf("entry %d is %v with one worker and %v with seven", i, v, many[0].xx[i])
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	s, g, start := smallSample(t)
	rows := samplings{make([][]float64, 1000)}
	if _, err := newAccumulator(s, g, start, 1).run(t.Context(), rows, 1000, nil); err == nil {
		t.Error("a thousand samplings in a kilobyte are no error")
	}
}

func TestThinIsBalanced(t *testing.T) {
	for _, n := range []int{50, 51} {
		s := &sample{id: seq(n)}
		if !s.thin(300, rand.New(rand.NewPCG(2, 2))) {
			t.Fatal("nothing left out")
		}
		first, second := s.pairs()
		count := make([]int, n)
		for p := range first {
			count[first[p]]++
			count[second[p]]++
		}
		for i, c := range count {
			if c != 2*(300/n) {
				t.Errorf("n = %d: stimulus %d is in %d pairs, want %d", n, i, c, 2*(300/n))
			}
		}
	}
}

func TestLayoutKeepsGroupsTogether(t *testing.T) {
	group := make([]int, 90)
	for i := range group {
		group[i] = i % 17
	}
	l := newLayout(group, nil, 4, 10, rand.New(rand.NewPCG(4, 4)))
	cluster := l.clusterOf()
	home := map[int]int{}
	seen := make([]bool, len(group))
	size := make([]int, 4)
	for place, i := range l.order {
		if c, ok := home[group[i]]; ok && c != cluster[place] {
			t.Errorf("group %d is in clusters %d and %d", group[i], c, cluster[place])
		}
		home[group[i]] = cluster[place]
		seen[i] = true
		size[l.fold[cluster[place]]]++
	}
	for i, s := range seen {
		if !s {
			t.Errorf("stimulus %d is nowhere", i)
		}
	}
	for k, s := range size {
		if s < 16 || s > 30 {
			t.Errorf("fold %d has %d of 90 stimuli", k, s)
		}
	}
}
