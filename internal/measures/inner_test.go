package measures

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// toldPair returns a pair that knows the inner products of its systems' vectors, summed
// here term by term, and the same pair the other way round.
func toldPair(t *testing.T, v *Vectors, x, y *mat.Dense) (p, back *Pair) {
	t.Helper()
	p = pairOf(t, datasetOf(x), datasetOf(y))
	back = &Pair{X: p.Y, Y: p.X}
	form := func(s *System) []float64 {
		to := make([]float64, v.Length)
		if err := v.Form(s, to); err != nil {
			t.Fatal(err)
		}
		return to
	}
	products := func(a, b []float64) []float64 {
		out := make([]float64, len(v.Spans))
		for k, s := range v.Spans {
			for i := range s.N {
				out[k] += a[s.X+i] * b[s.Y+i]
			}
		}
		return out
	}
	a, b := form(p.X), form(p.Y)
	xy := products(a, b)
	v.Tell(p, xy, products(a, a), products(b, b))
	turned := make([]float64, len(xy))
	for k, from := range v.Mirrored() {
		turned[k] = xy[from]
	}
	v.Tell(back, turned, products(b, b), products(a, a))
	return p, back
}

// innerVariants are measures whose scores follow from inner products.
var innerVariants = []string{
	"cka", "cka:as=angular", "cka:estimator=debiased", "cka:estimator=lange",
	"cka:kernel=rbf", "cka:kernel=laplace:estimator=debiased", "cka:kernel=rbf:estimator=lange:as=angular-score",
	"rsa", "rsa:compare=pearson", "rsa:compare=cosine-cov", "rsa:compare=corr-cov",
	"rsa:rdm=correlation:compare=pearson", "rsa:rdm=cosine", "rsa:rdm=mahalanobis:compare=pearson",
	"rsa:rdm=euclidean:compare=pearson", "rsa:rdm=gaussian", "rsa:rdm=manhattan:compare=pearson",
	"rsa:compare=spearman", "rsa:rdm=correlation:compare=rho-a",
	"cca:stat=mean-squared", "eigenspace-overlap", "eigenspace-overlap:center=true", "linreg", "ensd",
	"distance-correlation", "distance-correlation:squared=true:estimator=debiased",
}

// What is computed for all pairs at once gives the numbers of a pair by itself: the score,
// and the estimates without units, whatever these are.
func TestInnerProductsGiveTheNumbersOfAPair(t *testing.T) {
	rng := rand.New(rand.NewPCG(16, 1))
	const n = 52
	x := gaussian(rng, n, 9)
	y := mat.NewDense(n, 12, nil)
	y.Mul(x, gaussian(rng, 9, 12))
	y.Add(y, gaussian(rng, n, 12))
	wide := gaussian(rng, n, 80)
	units := map[string]*Units{"no": nil, "rows": BlockUnits(n, n), "blocks": BlockUnits(n, 7)}
	interleaved := &Units{n: n, Rows: make([][]int, 6)}
	for i := range n {
		interleaved.Rows[i%6] = append(interleaved.Rows[i%6], i)
	}
	units["interleaved"] = interleaved
	for _, name := range innerVariants {
		m, err := Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		inner, ok := As[InnerProduct](m)
		if !ok {
			t.Errorf("%s has no vectors", name)
			continue
		}
		for of, u := range units {
			for which, other := range map[string]*mat.Dense{"slim": y, "wide": wide} {
				if which == "wide" && name == "rsa:rdm=mahalanobis:compare=pearson" {
					continue // every two samples are equally far apart
				}
				v, ok := inner.Vectors(Dims{N: n, P: 400, Q: 400}, u)
				if !ok {
					t.Errorf("%s: no vectors of %s units", name, of)
					continue
				}
				told, back := toldPair(t, v, x, other)
				alone := pairOf(t, datasetOf(x), datasetOf(other))
				what := name + ", " + which + ", " + of + " units"
				sameScore(t, what, m, told, alone)
				if kept := max(numbersOf(told.X), numbersOf(told.Y)); which == "slim" && kept >= n*(n-1)/2 {
					t.Errorf("%s: a system keeps a matrix of %d numbers for a score that is known", what, kept)
				}
				sameScore(t, what+", other way round", m, back, alone.Swap())
				if u != nil && which == "slim" {
					sameDeletions(t, what, m, u, told, alone)
				}
			}
		}
	}
}

// numbersOf returns how many numbers the largest thing has that a system keeps.
func numbersOf(s *System) (most int) {
	for _, entry := range s.all() {
		most = max(most, numbersIn(reflect.ValueOf(entry).Elem().FieldByName("value")))
	}
	return most
}

func numbersIn(v reflect.Value) (count int) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return numbersIn(v.Elem())
		}
	case reflect.Slice:
		return v.Len()
	case reflect.Struct:
		for i := range v.NumField() {
			count += numbersIn(v.Field(i))
		}
	}
	return count
}

// A pair of a system with itself that is apart has the scores of one that is not, and leaves
// nothing with the system, so that many systems, each with itself, keep no matrices.
func TestAPairThatIsApartLeavesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(16, 5))
	x := gaussian(rng, 52, 9)
	for _, name := range innerVariants {
		m, err := Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		s := systemOf(t, datasetOf(x))
		before := len(s.all())
		apart := &Pair{X: s, Y: s}
		apart.Apart()
		if apart.X != apart.Y || apart.X == s {
			t.Fatalf("%s: the pair is not of one system of its own", name)
		}
		alone := systemOf(t, datasetOf(x))
		sameScore(t, name, m, apart, &Pair{X: alone, Y: alone})
		if after := len(s.all()); after != before {
			t.Errorf("%s: the system keeps %d quantities, %d before", name, after, before)
		}
	}
	one, other := systemOf(t, datasetOf(x)), systemOf(t, datasetOf(x))
	two := &Pair{X: one, Y: other}
	two.Apart()
	if two.X != one || two.Y != other {
		t.Error("a pair of two systems is not of them any more")
	}
}

func sameScore(t *testing.T, what string, m Measure, told, alone *Pair) {
	t.Helper()
	got, err1 := m.Score(told)
	want, err2 := m.Score(alone)
	if err1 != nil || err2 != nil {
		t.Errorf("%s: %v, %v", what, err1, err2)
		return
	}
	if math.Abs(got.Value-want.Value) > 1e-12*max(1, math.Abs(want.Value)) || len(got.Warnings) != len(want.Warnings) {
		t.Errorf("%s: %.17g %q, alone %.17g %q", what, got.Value, got.Warnings, want.Value, want.Warnings)
	}
}

func sameDeletions(t *testing.T, what string, m Measure, u *Units, told, alone *Pair) {
	t.Helper()
	e, ok := As[Estimable](m)
	if !ok {
		return
	}
	// Equal units are other values, as those of each pair are.
	again := &Units{n: u.n, Rows: append([][]int(nil), u.Rows...)}
	got, err1 := e.Deletions(told, again)
	want, err2 := e.Deletions(alone, u)
	if undefined := (*UndefinedError)(nil); errors.As(err1, &undefined) && errors.As(err2, &undefined) {
		return
	}
	if err1 != nil || err2 != nil {
		t.Errorf("%s: %v, %v", what, err1, err2)
		return
	}
	if math.Abs(got.All-want.All) > 1e-12 {
		t.Errorf("%s: all units give %.17g, alone %.17g", what, got.All, want.All)
	}
	for g, v := range want.One {
		if math.Abs(got.One[g]-v) > 1e-12 {
			t.Errorf("%s: without unit %d %.17g, alone %.17g", what, g, got.One[g], v)
			break
		}
	}
}

// Systems whose dissimilarities have no pattern have no vector, so that each pair says
// what is wrong.
func TestSystemsWithoutAPatternHaveNoVector(t *testing.T) {
	simplex := mat.NewDense(6, 6, nil)
	for i := range 6 {
		simplex.Set(i, i, 1)
	}
	constant := mat.NewDense(6, 2, []float64{1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2})
	for name, x := range map[string]*mat.Dense{
		"rsa:compare=pearson": simplex, "rsa:rdm=euclidean:compare=pearson": simplex, "rsa:compare=spearman": simplex,
		"distance-correlation:squared=true:estimator=debiased": simplex,
		"cka": constant, "linreg": constant, "cca:stat=mean-squared": constant, "cka:kernel=rbf": constant, "distance-correlation": constant,
	} {
		m, err := Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		inner, _ := As[InnerProduct](m)
		v, ok := inner.Vectors(Dims{N: 6, P: 60, Q: 60}, nil)
		if !ok {
			t.Fatalf("%s has no vectors", name)
		}
		s, err := NewSystem(datasetOf(x))
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Form(s, make([]float64, v.Length)); err == nil {
			t.Errorf("%s: a system without a pattern has a vector", name)
		}
	}
}

// Neighbours that are counted by bits are those that are counted by lists.
func TestBitsCountNeighbours(t *testing.T) {
	rng := rand.New(rand.NewPCG(16, 2))
	const n, k, words = 150, 9, 3
	lists := make([][2][]int32, n)
	var bits [2][]uint64
	for side := range bits {
		bits[side] = make([]uint64, n*words)
	}
	for i := range lists {
		for side := range bits {
			for j := range int32(n) {
				if rng.IntN(n) < k {
					lists[i][side] = append(lists[i][side], j)
					bits[side][i*words+int(j)/64] |= 1 << (j % 64)
				}
			}
		}
	}
	got := make([]int, n)
	commonBits(got, bits[0], bits[1], words)
	for i, l := range lists {
		if want := countCommon(l[0], l[1]); got[i] != want {
			t.Fatalf("sample %d: %d, want %d", i, got[i], want)
		}
	}
}
