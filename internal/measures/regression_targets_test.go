package measures

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// The scores of features have as their mean that of pool=none, and are those of each
// feature predicted by itself.
func TestTargets(t *testing.T) {
	x, y := contractPair()
	n, _ := x.Dims()
	p := pairOf(t, datasetOf(x), datasetOf(y))
	for _, name := range []string{
		"linreg:pool=none", "ridge:lambda=auto:per=target:pool=none:cv=5", "ridge:as=correlation:pool=none:cv=4:folds=splits",
		"pls:pool=none:as=correlation-squared", "kernel-ridge:pool=none:cv=5", "linreg:direction=y-from-x:pool=none:cv=5",
	} {
		m, ok := TargetsOf(measureOf(t, name))
		if !ok {
			t.Fatalf("%s: no targets", name)
		}
		targets, err := m.Targets(p)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := sum(targets)/float64(len(targets)), scoreOf(t, m, x, y); math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: the mean of the features is %v, the score %v", name, got, want)
		}
		if m.Card().Family == "pls" {
			continue // whose components are those of all features together
		}
		from, to := y, x
		if m.TargetsY() {
			from, to = x, y
		}
		for j, got := range targets {
			one := mat.DenseCopyOf(to.Slice(0, n, j, j+1))
			alone := pairOf(t, datasetOf(one), datasetOf(from))
			if m.TargetsY() {
				alone = alone.Swap()
			}
			s, err := m.Score(alone)
			if err != nil || math.Abs(s.Value-got) > 1e-10 {
				t.Errorf("%s: feature %d has %v, and %v by itself (%v)", name, j, got, s.Value, err)
			}
		}
	}
	if _, ok := TargetsOf(measureOf(t, "linreg:pool=columns")); ok {
		t.Error("linreg:pool=columns has rows of features")
	}
}

// The ceiling of a feature is the root of what Spearman and Brown make of the correlation of
// two halves, and that of their mean or median the mean or median of these; of a feature
// without a common part there is none.
func TestColumnCeilings(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 81))
	const n, p, q = 120, 5, 4
	y := gaussian(rng, n, q)
	var signal mat.Dense
	signal.Mul(y, gaussian(rng, q, p))
	half := func() *mat.Dense {
		h := mat.DenseCopyOf(&signal)
		h.Apply(func(_, j int, v float64) float64 { return v + float64(1+j)*rng.NormFloat64()/2 }, h)
		return h
	}
	a, b := half(), half()
	for i := range n { // the last feature of the halves is opposite
		b.Set(i, p-1, 1-a.At(i, p-1)/2)
	}
	mean := mat.NewDense(n, p, nil)
	mean.Add(a, b)
	mean.Scale(0.5, mean)
	r := NewRepeats(systemOf(t, datasetOf(mean)), []*System{systemOf(t, datasetOf(a)), systemOf(t, datasetOf(b))})
	var want []float64
	for j := range p - 1 {
		rho := stat.Correlation(mat.Col(nil, j, a), mat.Col(nil, j, b), nil)
		want = append(want, math.Sqrt(2*rho/(1+rho)))
	}
	pair := &Pair{X: r.Mean, Y: systemOf(t, datasetOf(y))}
	m, _ := TargetsOf(measureOf(t, "linreg:as=correlation:pool=none:cv=5"))
	got, err := m.TargetCeilings(r)
	if err != nil {
		t.Fatal(err)
	}
	for j, v := range want {
		if math.Abs(got[j]-v) > 1e-12 {
			t.Errorf("feature %d: ceiling %v, want %v", j, got[j], v)
		}
	}
	if !math.IsNaN(got[p-1]) {
		t.Errorf("the ceiling of opposite halves is %v", got[p-1])
	}
	scores, err := m.Targets(pair)
	if err != nil {
		t.Fatal(err)
	}
	shares := 0.0
	for j, v := range want {
		shares += scores[j] / v / float64(len(want))
	}
	average := sum(want) / float64(len(want))
	sorted := slices.Sorted(slices.Values(want))
	middle := (sorted[1] + sorted[2]) / 2
	for name, c := range map[string]struct{ ceiling, share float64 }{
		"linreg:as=correlation:pool=none:cv=5":   {average, shares},
		"linreg:as=correlation:pool=mean:cv=5":   {average, 0.5 / average},
		"linreg:as=correlation:pool=median:cv=5": {middle, 0.5 / middle},
	} {
		c0, err := measureOf(t, name).(Ceiled).Ceiling(pair, r, nil, 0.5)
		if err != nil || math.Abs(c0.Value-c.ceiling) > 1e-12 || math.Abs(c0.Share(0.5)-c.share) > 1e-12 {
			t.Errorf("%s: ceiling %v, share %v (%v), want %v and %v", name, c0.Value, c0.Share(0.5), err, c.ceiling, c.share)
		}
	}
	if c, err := measureOf(t, "linreg:as=correlation-squared:pool=mean:cv=5").(Ceiled).Ceiling(pair, r, nil, 0.5); err != nil || !(c.Value < average) {
		t.Errorf("the ceiling of the square is %v (%v)", c.Value, err)
	}
}
