package measures

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data/datatest"
	"simtool/internal/linalg"
)

// distanceMeasures are the names of all differentiable measures of pairs of
// samples.
func distanceMeasures() []string {
	names := []string{"distance-correlation", "distance-correlation:squared=true", "distance-correlation:squared=true:estimator=debiased"}
	for _, rdm := range []string{"sqeuclidean", "euclidean", "correlation", "cosine", "gaussian", "gaussian:sigma=3", "manhattan", "mahalanobis"} {
		for _, compare := range []string{compareCosine, comparePearson, compareCosineCov, compareCorrCov} {
			names = append(names, "rsa:rdm="+rdm+":compare="+compare)
		}
	}
	for _, kernel := range []string{"rbf", "rbf:sigma=3", "laplace"} {
		for _, estimator := range []string{biased, debiased, lange} {
			names = append(names, "cka:kernel="+kernel+":estimator="+estimator)
		}
	}
	return names
}

func bound(t testing.TB, name string, x *mat.Dense, q int) (Differentiable, Objective) {
	t.Helper()
	m, err := Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	d, ok := AsDifferentiable(m)
	if !ok {
		t.Fatalf("%s has no gradient", name)
	}
	o, err := d.Bind(systemOf(t, datasetOf(x)), q)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return d, o
}

// related returns systems of given widths with a common part, away from 0.
func related(rng *rand.Rand, n, p, q int) (x, y *mat.Dense) {
	x, y = gaussian(rng, n, p), gaussian(rng, n, q)
	for i := range n {
		for k := range q {
			y.Set(i, k, y.At(i, k)+x.At(i, k%p)+2)
		}
	}
	return x, y
}

// TestDistanceGradientsInEveryShape holds gradients to differences where there
// are more features than samples, where moments and where pairs are the way,
// and for few samples.
func TestDistanceGradientsInEveryShape(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	for _, shape := range [][3]int{{12, 3, 20}, {12, 20, 3}, {25, 10, 14}, {25, 15, 2}, {30, 5, 4}, {6, 9, 8}, {9, 2, 2}} {
		n, p, q := shape[0], shape[1], shape[2]
		x, y := related(rng, n, p, q)
		for _, name := range distanceMeasures() {
			if strings.Contains(name, "mahalanobis") && max(p, q) >= n-1 || strings.Contains(name, "rdm=correlation") && min(p, q) <= 2 {
				continue // undefined, or two points in a plane
			}
			t.Run(name, func(t *testing.T) {
				d, _ := bound(t, name, x, q)
				checkGradient(t, d, "random", x, y)
			})
		}
	}
}

// TestMomentGradientsAgainstPairs compares the two ways to the gradient of one
// comparison.
func TestMomentGradientsAgainstPairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(33, 34))
	const n, p, q = 40, 9, 6
	x, y := related(rng, n, p, q)
	for _, compare := range []string{compareCosine, comparePearson, compareCosineCov, compareCorrCov} {
		s := systemOf(t, datasetOf(x))
		moments, err := bindSquaredDistances(s, compare, q, false)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := moments.(*gramObjective); !ok {
			t.Fatalf("%s: %T of %d samples", compare, moments, n)
		}
		pairs, err := dissimilarity{kind: rdmSqEuclidean}.bindPairs(s, projectionOf(compare, n), asScore, q)
		if err != nil {
			t.Fatal(err)
		}
		a, b := mat.NewDense(n, q, nil), mat.NewDense(n, q, nil)
		va, errA := moments.Gradient(a, y)
		vb, errB := pairs.Gradient(b, y)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if !near(va, vb, 1e-13) {
			t.Errorf("%s: values %v and %v", compare, va, vb)
		}
		size := linalg.Norm(a)
		if a.Sub(a, b); !(linalg.Norm(a) < 1e-12*size) {
			t.Errorf("%s: gradients differ by %.1e", compare, linalg.Norm(a)/size)
		}
	}
}

// TestDistanceGradientsOfDegenerateModels: repeated samples, a model of lower
// rank, and both. Moving repeats together is smooth; equal rows must have
// equal slopes where their reference rows are equal too.
func TestDistanceGradientsOfDegenerateModels(t *testing.T) {
	rng := rand.New(rand.NewPCG(35, 36))
	const n, p, q = 24, 7, 5
	x, full := related(rng, n, p, q)
	low := mat.NewDense(n, q, nil)
	low.Mul(full, project(rng, q, 3))
	for kind, base := range map[string]*mat.Dense{"repeated rows": full, "low rank with repeated rows": low} {
		x, y := mat.DenseCopyOf(x), mat.DenseCopyOf(base)
		mix := gaussian(rng, n, n)
		for i := range 6 { // rows 0…5 are repeated as 12…17, in x and in y
			copy(x.RawRowView(12+i), x.RawRowView(i))
			copy(y.RawRowView(12+i), y.RawRowView(i))
			copy(mix.RawRowView(12+i), mix.RawRowView(i))
		}
		var v mat.Dense // keeps the rank and the repeats
		v.Mul(mix, y)
		for _, name := range distanceMeasures() {
			d, o := bound(t, name, x, q)
			g := mat.NewDense(n, q, nil)
			value, err := o.Gradient(g, y)
			if err != nil {
				t.Errorf("%s, %s: %v", name, kind, err)
				continue
			}
			if want := scoreOf(t, d, x, y); !near(value, want, 1e-12) {
				t.Errorf("%s, %s: value %v, but the score is %v", name, kind, value, want)
			}
			size := linalg.Norm(g)
			if !finite(size) {
				t.Errorf("%s, %s: gradient of norm %v", name, kind, size)
			}
			for i := range 6 {
				if gap := distance(g.RawRowView(i), g.RawRowView(12+i)); !(gap <= 1e-10*size) {
					t.Errorf("%s, %s: equal samples have slopes that differ by %.1e", name, kind, gap/size)
				}
			}
			// Mixing samples by a matrix near the identity moves equal rows alike.
			want := directional(t, d, x, y, &v, 1e-6*linalg.Norm(y)/linalg.Norm(&v))
			if got := linalg.Dot(g, &v); math.Abs(got-want) > 1e-7*size*linalg.Norm(&v) {
				t.Errorf("%s, %s: slope %.10g, differences give %.10g", name, kind, got, want)
			}
		}
	}
}

// project returns a q×q matrix of a given rank.
func project(rng *rand.Rand, q, rank int) *mat.Dense {
	var m mat.Dense
	m.Mul(gaussian(rng, q, rank), gaussian(rng, rank, q))
	return &m
}

// TestDistanceGradientsAtIdentityWithRepeats: nothing improves on the best
// score, though √d has no derivative at 0, nor where the model is a copy of
// other units.
func TestDistanceGradientsAtIdentityWithRepeats(t *testing.T) {
	rng := rand.New(rand.NewPCG(37, 38))
	for _, n := range []int{10, 40} {
		x := gaussian(rng, n, 6)
		copy(x.RawRowView(3), x.RawRowView(0))
		copy(x.RawRowView(7), x.RawRowView(0))
		for _, name := range distanceMeasures() {
			_, o := bound(t, name, x, 6)
			g := mat.NewDense(n, 6, nil)
			value, err := o.Gradient(g, x)
			if err != nil || !near(value, 1, 1e-12) || !(linalg.Norm(g) < 1e-10) {
				t.Errorf("%s of %d samples: value %v, gradient of norm %g, error %v", name, n, value, linalg.Norm(g), err)
			}
		}
	}
}

// TestDistanceGradientsDoNotAllocate: an objective owns its memory.
// Mahalanobis distances decompose a matrix, which does not fit in here.
func TestDistanceGradientsDoNotAllocate(t *testing.T) {
	datatest.CountsMemory(t)
	rng := rand.New(rand.NewPCG(39, 40))
	for _, shape := range [][3]int{{60, 10, 12}, {20, 15, 30}} {
		n, p, q := shape[0], shape[1], shape[2]
		x, y := related(rng, n, p, q)
		for _, name := range distanceMeasures() {
			if strings.Contains(name, "mahalanobis") {
				continue
			}
			_, o := bound(t, name, x, q)
			g := mat.NewDense(n, q, nil)
			count := testing.AllocsPerRun(5, func() {
				if _, err := o.Gradient(g, y); err != nil {
					t.Fatal(err)
				}
			})
			if count != 0 {
				t.Errorf("%s of %d×%d: %v allocations", name, n, q, count)
			}
		}
	}
}

// TestDistanceGradientsUndefined: a model without a score has no gradient.
func TestDistanceGradientsUndefined(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 42))
	const n = 8
	x := gaussian(rng, n, 3)
	constant, oneWay, outlier := mat.NewDense(n, 8, nil), mat.NewDense(n, 8, nil), mat.NewDense(n, 8, nil)
	flatRow, zeroRow, simplex := gaussian(rng, n, 8), gaussian(rng, n, 8), identity(n)
	outlier.Set(3, 3, 1)
	for i := range n {
		for k := range 8 {
			constant.Set(i, k, 0.1*float64(k+1))
			oneWay.Set(i, k, float64(i+1)*float64(k*k))
		}
	}
	for k := range 8 {
		flatRow.Set(2, k, 0.1)
		zeroRow.Set(5, k, 0)
	}
	for _, c := range []struct {
		names, want string
		y           *mat.Dense
	}{
		{"rsa rsa:rdm=euclidean rsa:rdm=gaussian:sigma=2 rsa:rdm=manhattan:compare=corr-cov distance-correlation cka:kernel=rbf", "is constant", constant},
		{"rsa:rdm=correlation", "sample 2 (counted from 0) has the same value", flatRow},
		{"rsa:rdm=cosine:compare=pearson", "sample 5 (counted from 0) is 0", zeroRow},
		{"rsa:rdm=correlation rsa:rdm=cosine", "the same direction", oneWay},
		{"rsa:compare=pearson rsa:rdm=euclidean:compare=corr-cov distance-correlation:squared=true:estimator=debiased", "equally dissimilar", simplex},
		{"rsa:rdm=mahalanobis", "same Mahalanobis distance", flatRow},
		{"rsa:rdm=gaussian cka:kernel=laplace", "median distance", outlier},
	} {
		for name := range strings.SplitSeq(c.names, " ") {
			_, o := bound(t, name, x, 8)
			_, err := o.Gradient(mat.NewDense(n, 8, nil), c.y)
			if _, ok := errors.AsType[*UndefinedError](err); !ok || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want an UndefinedError with %q", name, err, c.want)
			}
		}
	}
	for _, name := range []string{"rsa:compare=spearman", "rsa:rdm=crossnobis", "rsa:rdm=precomputed"} {
		m, err := Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := AsDifferentiable(m); ok {
			t.Errorf("%s claims a gradient", name)
		}
	}
}

// TestSelectRank holds selection to sorting, on values of every kind of order.
func TestSelectRank(t *testing.T) {
	rng := rand.New(rand.NewPCG(43, 44))
	for n := 1; n <= 400; n = n*3/2 + 1 {
		for kind, next := range map[string]func(i int) float64{
			"random":     func(int) float64 { return rng.NormFloat64() },
			"tied":       func(int) float64 { return float64(rng.IntN(3)) },
			"ascending":  func(i int) float64 { return float64(i) },
			"descending": func(i int) float64 { return -float64(i) },
			"organ pipe": func(i int) float64 { return -math.Abs(float64(2*i - n)) },
		} {
			values := make([]float64, n)
			for i := range values {
				values[i] = next(i)
			}
			sorted := slices.Sorted(slices.Values(values))
			if lower, upper := middleTwo(slices.Clone(values)); lower != sorted[(n-1)/2] || upper != sorted[n/2] {
				t.Errorf("%d %s values: middle ones %v and %v, want %v and %v", n, kind, lower, upper, sorted[(n-1)/2], sorted[n/2])
			}
			for _, k := range []int{0, n / 3, n - 1} {
				moved := slices.Clone(values)
				selectRank(moved, k)
				if moved[k] != sorted[k] || slices.Max(moved[:k+1]) != moved[k] || slices.Min(moved[k:]) != moved[k] {
					t.Errorf("%d %s values: rank %d is not in its place", n, kind, k)
				}
			}
		}
	}
}

func BenchmarkDistanceGradients(b *testing.B) {
	rng := rand.New(rand.NewPCG(45, 46))
	x, y := related(rng, 600, 100, 100)
	for _, name := range distanceMeasures() {
		b.Run(name, func(b *testing.B) {
			_, o := bound(b, name, x, 100)
			g := mat.NewDense(600, 100, nil)
			for b.Loop() {
				if _, err := o.Gradient(g, y); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
