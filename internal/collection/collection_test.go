package collection

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// distancesOf returns the Euclidean distances of points.
func distancesOf(points *mat.Dense) *mat.Dense {
	n, _ := points.Dims()
	d := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			d.Set(i, j, between(points, i, j))
		}
	}
	return d
}

func randomPoints(seed uint64, n, p int) *mat.Dense {
	rng := rand.New(rand.NewPCG(seed, 3))
	out := mat.NewDense(n, p, nil)
	for i := range n {
		for j := range p {
			out.Set(i, j, rng.NormFloat64())
		}
	}
	return out
}

// Points of a plane are found again but for a rotation, by both maps.
func TestMapsFindPointsOfAPlane(t *testing.T) {
	d := distancesOf(randomPoints(1, 12, 2))
	for name, of := range map[string]func(*mat.Dense, int) (Map, error){"classical": Classical, "metric": Metric} {
		m, err := of(d, 2)
		if err != nil {
			t.Fatal(err)
		}
		if m.Stress > 1e-7 || m.Negative > 1e-12 || math.Abs(m.Shares[0]+m.Shares[1]-1) > 1e-12 {
			t.Errorf("%s: stress %g, negative %g, shares %v", name, m.Stress, m.Negative, m.Shares)
		}
		if !mat.EqualApprox(distancesOf(m.Places), d, 1e-7) {
			t.Errorf("%s: distances differ", name)
		}
	}
}

// Of distances that no plane has the metric map has less stress than the classical one, and
// no step in any direction makes it smaller.
func TestMetricMapHasTheLeastStress(t *testing.T) {
	d := distancesOf(randomPoints(2, 15, 8))
	classical, err := Classical(d, 2)
	if err != nil {
		t.Fatal(err)
	}
	metric, err := Metric(d, 2)
	if err != nil {
		t.Fatal(err)
	}
	if !(metric.Stress < 0.9*classical.Stress) {
		t.Errorf("stress %g, classical %g", metric.Stress, classical.Stress)
	}
	const h = 1e-4
	for i := range 15 {
		for k := range 2 {
			moved := mat.DenseCopyOf(metric.Places)
			moved.Set(i, k, moved.At(i, k)+h)
			up := stress(d, moved)
			moved.Set(i, k, moved.At(i, k)-2*h)
			if slope := (up - stress(d, moved)) / (2 * h); math.Abs(slope) > 1e-3 {
				t.Errorf("system %d: the stress has slope %g", i, slope)
			}
		}
	}
}

// The simplex with edges 1 has equal eigenvalues ½: n−1 dimensions.
func TestMapOfASimplex(t *testing.T) {
	d := mat.NewDense(4, 4, []float64{0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0})
	m, err := Classical(d, 2)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(m.Participation-3) > 1e-12 || math.Abs(m.Shares[0]-1./3) > 1e-12 {
		t.Errorf("participation %g, shares %v", m.Participation, m.Shares)
	}
}

func TestTriangles(t *testing.T) {
	if got := CheckTriangles(distancesOf(randomPoints(3, 9, 3))); got.Broken != 0 || got.Triples != 9*8/2*7 {
		t.Errorf("Euclidean distances: %+v", got)
	}
	d := mat.NewDense(3, 3, []float64{0, 1, 5, 1, 0, 2, 5, 2, 0})
	if got := CheckTriangles(d); got != (Triangle{Triples: 3, Broken: 1, Worst: 2, I: 0, J: 2, K: 1}) {
		t.Errorf("got %+v", got)
	}
}

// The tree of a known example: 0 and 1 at 2, then 3 and 4 at 3, then 2 with the first.
func TestTree(t *testing.T) {
	d := mat.NewDense(5, 5, []float64{
		0, 2, 6, 10, 9,
		2, 0, 5, 9, 8,
		6, 5, 0, 4.5, 5,
		10, 9, 4.5, 0, 3,
		9, 8, 5, 3, 0,
	})
	tree := Tree(d)
	// (4.5+5)/2 = 4.75 joins 2 with 3 and 4; the rest is the mean over six pairs.
	want := []float64{2, 3, 4.75, (6 + 5 + 10 + 9 + 9 + 8) / 6.}
	for k, join := range tree {
		if math.Abs(join.Height-want[k]) > 1e-12 {
			t.Errorf("join %d at %g, want %g", k, join.Height, want[k])
		}
	}
	if !slices.Equal(tree[2].Members, []int{2, 3, 4}) {
		t.Errorf("third cluster %v", tree[2].Members)
	}
	if got := Cut(tree, 2); !slices.Equal(got, []int{0, 0, 1, 1, 1}) {
		t.Errorf("two clusters %v", got)
	}
	if got := Cut(tree, 3); !slices.Equal(got, []int{0, 0, 1, 2, 2}) {
		t.Errorf("three clusters %v", got)
	}
	other := slices.Clone(tree)
	other[0].Members = []int{0, 2}
	if got := Support(tree, [][]Join{tree, other}); !slices.Equal(got, []float64{0.5, 1, 1, 1}) {
		t.Errorf("support %v", got)
	}
	// Two points at 0 and two at 1, d = .1 within: a = .1, b = 1 for each.
	two := mat.NewDense(4, 4, []float64{0, .1, 1, 1, .1, 0, 1, 1, 1, 1, 0, .1, 1, 1, .1, 0})
	cluster, s := BestCut(two, Tree(two), 3)
	if !slices.Equal(cluster, []int{0, 0, 1, 1}) || math.Abs(s-0.9) > 1e-12 {
		t.Errorf("clusters %v with silhouette %g, want 0.9", cluster, s)
	}
	if r, ok := Cophenetic(two, Tree(two)); !ok || math.Abs(r-1) > 1e-12 {
		t.Errorf("cophenetic correlation of an ultrametric: %g", r)
	}
}

// Points spread evenly over a line and a square have about these dimensions.
func TestIntrinsicDimension(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for dimension := 1; dimension <= 3; dimension++ {
		const n = 600
		points := mat.NewDense(n, 5, nil)
		for i := range n {
			for k := range dimension {
				points.Set(i, k, rng.Float64())
			}
		}
		got, ok := IntrinsicDimension(distancesOf(points))
		if !ok || math.Abs(got-float64(dimension)) > 0.15*float64(dimension)+.1 {
			t.Errorf("dimension %d: %g", dimension, got)
		}
	}
	if _, ok := IntrinsicDimension(mat.NewDense(5, 5, nil)); ok {
		t.Error("equal systems have a dimension")
	}
}

func TestMedoidsAndOutliers(t *testing.T) {
	d := distancesOf(mat.NewDense(5, 1, []float64{0, 1, 2, 3, 40}))
	medoid, means := Medoid(d, []int{0, 1, 2, 3, 4})
	if medoid != 2 || means[2] != (2+1+1+38)/4. {
		t.Errorf("medoid %d, means %v", medoid, means)
	}
	if z := Outlying(means); !(z[4] > 3.5) || z[2] > 0 {
		t.Errorf("outlying %v", z)
	}
	if got := Neighbours(d, 3); !slices.Equal(got, []int{2, 1, 0, 4}) {
		t.Errorf("neighbours %v", got)
	}
}

// A path along a line is its geodesic; a detour is longer.
func TestWalk(t *testing.T) {
	d := distancesOf(mat.NewDense(3, 1, []float64{0, 3, 1}))
	w := WalkThrough(d, []int{0, 1, 2})
	if w.Length() != 5 || w.Geodesic != 1 || w.Along[1] != 3 {
		t.Errorf("%+v", w)
	}
}

// p values of Mantel and of groups under their nulls are uniform, and where there is
// something they are small.
func TestPermutationTests(t *testing.T) {
	const runs, draws, n = 300, 19, 9
	rng := rand.New(rand.NewPCG(5, 5))
	var mantel, partial, groups int
	for run := range runs {
		seed := uint64(1000 + 3*run)
		a, b, c := distancesOf(randomPoints(seed, n, 3)), distancesOf(randomPoints(seed+1, n, 3)), distancesOf(randomPoints(seed+2, n, 3))
		if _, p, _ := Mantel(a, b, draws, rng); p <= 0.1 {
			mantel++
		}
		if _, p, _ := PartialMantel(a, b, c, draws, rng); p <= 0.1 {
			partial++
		}
		if g, _ := CompareGroups(a, []int{0, 0, 0, 0, 1, 1, 1, 1, 1}, draws, rng); g.P <= 0.1 {
			groups++
		}
	}
	// 30 ± 4·√(300·.1·.9)
	for name, count := range map[string]int{"Mantel": mantel, "partial Mantel": partial, "groups": groups} {
		if count < 9 || count > 51 {
			t.Errorf("%s: %d of %d true nulls rejected at .1", name, count, runs)
		}
	}
	a := distancesOf(randomPoints(6, 10, 3))
	if r, p, ok := Mantel(a, a, 99, rng); !ok || math.Abs(r-1) > 1e-12 || p > 0.02 {
		t.Errorf("a matrix with itself: r %g, p %g", r, p)
	}
	// The partial correlation of x and y = x + z given z is that of x and y − z.
	x, z := distancesOf(randomPoints(7, 10, 3)), distancesOf(randomPoints(8, 10, 3))
	sum := mat.NewDense(10, 10, nil)
	sum.Add(x, z)
	if r, _, ok := PartialMantel(x, sum, z, 9, rng); !ok || math.Abs(r-1) > 1e-12 {
		t.Errorf("partial correlation %g, want 1", r)
	}
	two := distancesOf(mat.NewDense(6, 1, []float64{0, .1, .2, 5, 5.1, 5.2}))
	if g, ok := CompareGroups(two, []int{0, 0, 0, 1, 1, 1}, 99, rng); !ok || !(g.Between > 10*g.Within) || g.P > 0.3 {
		t.Errorf("two groups: %+v", g)
	}
}
