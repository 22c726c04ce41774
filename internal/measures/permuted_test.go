package measures

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// allOrders returns all n! orders.
func allOrders(n int) [][]int {
	if n == 0 {
		return [][]int{{}}
	}
	var out [][]int
	for _, shorter := range allOrders(n - 1) {
		for at := range n {
			order := append(append(append([]int{}, shorter[:at]...), n-1), shorter[at:]...)
			out = append(out, order)
		}
	}
	return out
}

// nullData returns systems of n samples that share a part, as a measure reads them.
func nullData(t *testing.T, name string, n, p, q int) *Pair {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(n), 77))
	x, y := gaussian(rng, n, p), gaussian(rng, n, q)
	for i := range n {
		for j := range min(p, q) {
			y.Set(i, j, y.At(i, j)+x.At(i, j))
		}
	}
	shape := memoryShape{n: n, p: p, q: q}
	a, b, _ := shape.dataFor(t, name, [2]*mat.Dense{x, y})
	return pairOf(t, a, b)
}

// permutableNames are the measures that score pairings fast, and whether the mean over
// all is known.
var permutableNames = []struct {
	name  string
	exact bool
}{
	{"cka", true},
	{"cka:as=angular", false},
	{"cka:estimator=debiased", true},
	{"cka:estimator=lange", true},
	{"cka:kernel=rbf", true},
	{"cka:kernel=rbf:estimator=debiased", true},
	{"cka:kernel=laplace:sigma=2:estimator=lange", true},
	{"distance-correlation", false},
	{"distance-correlation:squared=true", true},
	{"distance-correlation:squared=true:estimator=debiased", true},
	{"mutual-knn:k=2", true},
	{"mutual-knn:k=3:metric=cosine", true},
	{"jaccard-knn:k=2", true},
	{"cknna:k=3", false},
	{"rank-similarity:k=3", true},
	{"rank-similarity:k=4:metric=euclidean", true},
	{"lcs-knn:k=3", false},
	{"edit-distance-knn:k=3:metric=cosine", false},
	{"cycle-knn:k=2", true},
	{"cycle-knn:k=1:metric=euclidean", true},
	{"nbs", false},
	{"nbs:as=angular", false},
	{"procrustes", false},
	{"procrustes:as=euclidean", false},
	{"cca", false},
	{"cca:stat=mean-squared", true},
	{"cca:as=angular", false},
	{"gulp", false},
	{"gulp:squared=true", true},
	{"eigenspace-overlap", false},
	{"eigenspace-overlap:center=true", true},
	{"ensd", true},
	{"linreg", true},
	{"linreg:as=angular", false},
	{"linreg:as=pearson", false},
	{"linreg:direction=symmetric", true},
	{"linreg:direction=y-from-x", true},
	{"ridge", true},
	{"ridge:lambda=3:direction=symmetric", true},
	{"rsa", true},
	{"rsa:compare=pearson", true},
	{"rsa:compare=spearman", true},
	{"rsa:compare=rho-a", true},
	{"rsa:compare=kendall", true},
	{"rsa:compare=tau-a", true},
	{"rsa:compare=cosine-cov", true},
	{"rsa:compare=corr-cov", true},
	{"rsa:rdm=euclidean", true},
	{"rsa:rdm=euclidean:compare=cosine-cov", true},
	{"rsa:rdm=manhattan:compare=corr-cov", true},
	{"rsa:rdm=correlation", true},
	{"rsa:rdm=gaussian:compare=pearson", true},
	{"rsa:rdm=cosine:compare=kendall", true},
	{"rsa:rdm=precomputed", true},
	{"rsa:rdm=precomputed:compare=spearman", true},
}

// TestAllPairings scores all 720 pairings of 6 samples in the fast way and by a pair for
// each, and compares their mean with the closed form.
func TestAllPairings(t *testing.T) {
	const n = 6
	all := allOrders(n)
	for _, c := range permutableNames {
		for _, q := range []int{2, 9} {
			p := nullData(t, c.name, n, 3, q)
			m := named(t, c.name)
			fast, ok := As[Permutable](m)
			if !ok {
				t.Fatalf("%s is not permutable", c.name)
			}
			scores, ok, err := fast.Permuted(context.Background(), p, ListedOrders(all))
			if !ok || err != nil {
				t.Fatalf("%s: ok %v, %v", c.name, ok, err)
			}
			total := 0.0
			for k, order := range all {
				want := reorderedScore(t, p, m, order)
				if !(math.Abs(scores[k]-want) <= 1e-11) {
					t.Fatalf("%s in order %v is %v, want %v", c.name, order, scores[k], want)
				}
				total += want / float64(len(all))
			}
			if !c.exact {
				continue
			}
			exact, _ := As[NullMean](m)
			mean, ok, err := exact.NullMean(p, nil)
			if !ok || err != nil || !(math.Abs(mean-total) <= 1e-12) {
				t.Errorf("%s: mean %v (%v, %v), want %v", c.name, mean, ok, err, total)
			}
		}
	}
}

// TestProductsOfOrders compares scores of products with those of each, for more samples
// than there are rows in a piece.
func TestProductsOfOrders(t *testing.T) {
	const n = 70
	rng := rand.New(rand.NewPCG(1, 2))
	o := Orders{First: 2, Count: 9}
	for range 3 {
		o.Left = append(o.Left, rng.Perm(n))
	}
	for range 4 {
		o.Right = append(o.Right, rng.Perm(n))
	}
	for _, c := range permutableNames {
		p := nullData(t, c.name, n, 4, 100)
		m := named(t, c.name)
		fast, _ := As[Permutable](m)
		scores, _, err := fast.Permuted(context.Background(), p, o)
		if err != nil || len(scores) != o.Count {
			t.Fatal(err)
		}
		for k, v := range scores {
			if want := reorderedScore(t, p, m, o.At(k)); !(math.Abs(v-want) <= 1e-11) {
				t.Errorf("%s: draw %d is %v, want %v", c.name, k, v, want)
			}
		}
	}
}

// TestUnitPairings compares means over pairings of whole conditions with all 120 of them.
func TestUnitPairings(t *testing.T) {
	const times, conditions = 3, 5
	all := allOrders(conditions)
	for _, c := range permutableNames {
		if !c.exact {
			continue
		}
		p := nullData(t, c.name, times*conditions, 3, 4)
		units := &Units{n: times * conditions, Rows: make([][]int, conditions)}
		for i := range times * conditions {
			units.Rows[i%conditions] = append(units.Rows[i%conditions], i)
		}
		m := named(t, c.name)
		exact, _ := As[NullMean](m)
		mean, ok, err := exact.NullMean(p, units)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			continue
		}
		total := 0.0
		for _, perm := range all {
			order := make([]int, times*conditions)
			for g, rows := range units.Rows {
				for k, i := range rows {
					order[i] = units.Rows[perm[g]][k]
				}
			}
			total += reorderedScore(t, p, m, order) / float64(len(all))
		}
		if !(math.Abs(mean-total) <= 1e-12) {
			t.Errorf("%s: mean %v, want %v", c.name, mean, total)
		}
	}
}

func named(t *testing.T, name string) Measure {
	t.Helper()
	m, err := Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// reorderedScore scores X with the samples of Y in another order, as new data.
func reorderedScore(t *testing.T, p *Pair, m Measure, order []int) float64 {
	t.Helper()
	n := p.Samples()
	width := p.Y.Width()
	y := mat.NewDense(n, width, nil)
	square := strings.Contains(m.Card().Name, rdmPrecomputed)
	for i, from := range order {
		for j := range width {
			column := j
			if square {
				column = order[j]
			}
			y.Set(i, j, p.Y.raw.At(from, column))
		}
	}
	x := mat.DenseCopyOf(p.X.raw)
	dx, dy := datasetOf(x), datasetOf(y)
	for _, d := range []*data.Dataset{dx, dy} {
		if p.X.times > 1 {
			d.Shape = []int{p.X.times, n / p.X.times, d.Width()}
		}
	}
	s, err := m.Score(pairOf(t, dx, dy))
	if err != nil {
		t.Fatal(err)
	}
	return s.Value
}

// TestReordered compares scores of a pair in another order, which keeps what the order
// does not change, with those of new data: of all measures, with more features than
// samples and with fewer, and with features that depend on each other.
func TestReordered(t *testing.T) {
	const n = 24
	rng := rand.New(rand.NewPCG(3, 1))
	order := rng.Perm(n)
	dependent := nullData(t, "cka", n, 4, 8)
	for i := range n {
		dependent.Y.raw.Set(i, 7, dependent.Y.raw.At(i, 0)-dependent.Y.raw.At(i, 1))
	}
	pairs := []*Pair{nullData(t, "cka", n, 4, 6), nullData(t, "cka", n, 5, 60), dependent}
	for _, f := range families {
		for _, name := range variantsUpTo(f, 1) {
			if strings.Contains(name, rdmPrecomputed) || strings.Contains(name, rdmCrossnobis) || strings.Contains(name, "conditions") {
				continue
			}
			m := named(t, name)
			for k, p := range pairs {
				p = pairOf(t, datasetOf(p.X.raw), datasetOf(p.Y.raw))
				s, err := m.Score(p)
				if err != nil {
					continue
				}
				q, err := p.Reordered(order)
				if err != nil {
					t.Fatal(err)
				}
				got, err := m.Score(q)
				if errors.Is(err, errNoLogarithm) {
					continue // which some pairings have
				}
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				if want := reorderedScore(t, p, m, order); !(math.Abs(got.Value-want) <= 1e-9*max(1, math.Abs(want))) {
					t.Errorf("%s, data %d: %v, want %v (%v as it is)", name, k, got.Value, want, s.Value)
				}
			}
		}
	}
}
