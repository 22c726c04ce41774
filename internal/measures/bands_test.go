package measures

import (
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// tileAbove moves the bound above which systems are tiled, for one test.
func tileAbove(t *testing.T, n int) {
	t.Helper()
	before := tiledAbove
	tiledAbove = n
	t.Cleanup(func() { tiledAbove = before })
}

// pairwiseNames are measures of pairs of samples: every one that is tiled.
func pairwiseNames() []string {
	names := []string{
		"distance-correlation", "distance-correlation:squared=true:estimator=debiased",
		"mutual-knn:metric=euclidean:k=7", "jaccard-knn:k=7", "mutual-knn:k=5",
	}
	for _, kernel := range []string{"rbf", "laplace", "rbf:sigma=40", "laplace:sigma=0.3median"} {
		for _, rest := range []string{"", ":estimator=debiased", ":estimator=lange", ":as=angular"} {
			names = append(names, "cka:kernel="+kernel+rest)
		}
	}
	for _, rdm := range []string{"euclidean", "sqeuclidean", "correlation", "cosine", "manhattan", "mahalanobis", "gaussian", "gaussian:sigma=30"} {
		for _, compare := range compareParam.Choices {
			names = append(names, "rsa:rdm="+rdm+":compare="+compare)
		}
	}
	return names
}

// tiledPair has a number of samples that is no multiple of the rows of a band,
// some of them repeated, and lies away from the origin.
func tiledPair(n int) (x, y *mat.Dense) {
	rng := rand.New(rand.NewPCG(9, uint64(n)))
	const p, q = 23, 17
	x, y = gaussian(rng, n, p), mat.NewDense(n, q, nil)
	y.Mul(x, gaussian(rng, p, q))
	noise := gaussian(rng, n, q)
	noise.Scale(3, noise)
	y.Add(y, noise)
	x.Apply(func(_, j int, v float64) float64 { return v*float64(1+j) + 5 }, x)
	for i := 0; i < n; i += 50 {
		copy(x.RawRowView(i), x.RawRowView(n/2))
	}
	return x, y
}

// TestTilesScoreLikeMatrices: without matrices of pairs every measure has the
// score that it has with them.
func TestTilesScoreLikeMatrices(t *testing.T) {
	x, y := tiledPair(420)
	dx, dy := datasetOf(x), datasetOf(y)
	want := map[string]float64{}
	for _, name := range pairwiseNames() {
		want[name] = valueOf(t, pairOf(t, dx, dy), name)
	}
	tileAbove(t, 0)
	for _, name := range pairwiseNames() {
		got := valueOf(t, pairOf(t, dx, dy), name)
		if !(math.Abs(got-want[name]) <= 1e-12*max(1, math.Abs(want[name]))) {
			t.Errorf("%s = %.16g by tiles, %.16g by matrices", name, got, want[name])
		}
		if math.IsNaN(got) {
			t.Errorf("%s is NaN", name)
		}
	}
}

// TestTilesOfSpecialData: repeats for crossnobis, and RDMs themselves.
func TestTilesOfSpecialData(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 9))
	const repeats, conditions, neurons = 3, 150, 6
	recording := func() *data.Dataset {
		truth := gaussian(rng, conditions, neurons)
		var values []float64
		for range repeats {
			one := gaussian(rng, conditions, neurons)
			one.Add(one, truth)
			values = append(values, one.RawMatrix().Data...)
		}
		d, err := data.New(values, repeats, conditions, neurons)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	rdm := func() *data.Dataset {
		values := linalg.SqDistances(gaussian(rng, conditions, neurons))
		return datasetOf(square(values, conditions))
	}
	pairs := map[string][2]*data.Dataset{"crossnobis": {recording(), recording()}, "precomputed": {rdm(), rdm()}}
	for kind, d := range pairs {
		for _, compare := range compareParam.Choices {
			name := "rsa:rdm=" + kind + ":compare=" + compare
			want := valueOf(t, pairOf(t, d[0], d[1]), name)
			before := tiledAbove
			tiledAbove = 0
			got := valueOf(t, pairOf(t, d[0], d[1]), name)
			tiledAbove = before
			if !(math.Abs(got-want) <= 1e-12) {
				t.Errorf("%s = %.16g by tiles, %.16g by matrices", name, got, want)
			}
		}
	}
}

// TestTilesOfNearlyFlatKernels: a kernel so wide that its entries agree in nine
// digits keeps its score. What is left of it is linear, so that CKA is that of
// the linear kernel but for a term of the order of 1/σ².
func TestTilesOfNearlyFlatKernels(t *testing.T) {
	x, y := tiledPair(300)
	p := pairOf(t, datasetOf(x), datasetOf(y))
	want := valueOf(t, p, "cka")
	tileAbove(t, 0)
	if got := valueOf(t, p, "cka:kernel=rbf:sigma=3e6"); math.Abs(got-want) > 1e-7 {
		t.Errorf("cka of a nearly flat kernel is %.12g, want that of the linear one, %.12g", got, want)
	}
}

// TestTilesDoNotDependOnProcessors: the same bits for any number of them.
func TestTilesDoNotDependOnProcessors(t *testing.T) {
	x, y := tiledPair(200)
	dx, dy := datasetOf(x), datasetOf(y)
	tileAbove(t, 0)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, name := range pairwiseNames() {
		runtime.GOMAXPROCS(1)
		want := valueOf(t, pairOf(t, dx, dy), name)
		for _, procs := range []int{2, 5} {
			runtime.GOMAXPROCS(procs)
			if got := valueOf(t, pairOf(t, dx, dy), name); got != want {
				t.Errorf("%s = %v on %d processors, %v on one", name, got, procs, want)
			}
		}
	}
}

// TestTilesOfIdenticalAndUnusableData: exact zeros, and the refusals that the
// matrices have.
func TestTilesOfIdenticalAndUnusableData(t *testing.T) {
	x, y := tiledPair(200)
	simplex := mat.NewDense(200, 200, nil)
	for i := range 200 {
		simplex.Set(i, i, 1)
	}
	huge := mat.DenseCopyOf(x)
	huge.Scale(1e90, huge)
	refused := []struct {
		x    *mat.Dense
		name string
	}{
		{x, "cka:kernel=rbf:sigma=1e-9"},
		{simplex, "distance-correlation:squared=true:estimator=debiased"},
		{simplex, "rsa:rdm=euclidean:compare=pearson"},
		{simplex, "rsa:compare=spearman"},
		{huge, "rsa:rdm=manhattan"},
		{simplex, "rsa:rdm=gaussian:compare=corr-cov"},
	}
	reasons := make([]string, len(refused))
	for i, c := range refused {
		m, _ := Parse(c.name)
		if _, err := m.Score(pairOf(t, datasetOf(c.x), datasetOf(y))); err != nil {
			reasons[i] = err.Error()
		}
	}
	tileAbove(t, 0)
	for i, c := range refused {
		m, _ := Parse(c.name)
		s, err := m.Score(pairOf(t, datasetOf(c.x), datasetOf(y)))
		if (err == nil) != (reasons[i] == "") || err != nil && err.Error() != reasons[i] {
			t.Errorf("%s: %v (%v) by tiles, %q by matrices", c.name, s, err, reasons[i])
		}
	}
	if joined := strings.Join(reasons, ""); !strings.Contains(joined, "no two samples") || !strings.Contains(joined, "equally") {
		t.Errorf("the refusals are not those that were meant: %q", reasons)
	}
	for _, name := range []string{"cka:kernel=rbf:as=angular", "cka:kernel=laplace:estimator=debiased:as=angular"} {
		if got := valueOf(t, pairOf(t, datasetOf(x), datasetOf(x)), name); got != 0 {
			t.Errorf("%s of identical systems is %v, want exactly 0", name, got)
		}
	}
}
