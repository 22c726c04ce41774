package measures

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// parts are the samples of a training set and of what is left out, both less the
// means of training.
type parts struct{ x, y, restX, restY *mat.Dense }

// partsOf cuts samples into consecutive folds of the given sizes.
func partsOf(x, y *mat.Dense, sizes ...int) []parts {
	n, p := x.Dims()
	_, q := y.Dims()
	var out []parts
	lo := 0
	for _, size := range sizes {
		one := parts{mat.NewDense(n-size, p, nil), mat.NewDense(n-size, q, nil), mat.NewDense(size, p, nil), mat.NewDense(size, q, nil)}
		for i := range n {
			switch {
			case i < lo:
				one.x.SetRow(i, x.RawRowView(i))
				one.y.SetRow(i, y.RawRowView(i))
			case i < lo+size:
				one.restX.SetRow(i-lo, x.RawRowView(i))
				one.restY.SetRow(i-lo, y.RawRowView(i))
			default:
				one.x.SetRow(i-size, x.RawRowView(i))
				one.y.SetRow(i-size, y.RawRowView(i))
			}
		}
		for _, m := range [][2]*mat.Dense{{one.x, one.restX}, {one.y, one.restY}} {
			rows, cols := m[0].Dims()
			for j := range cols {
				mean := mat.Sum(m[0].ColView(j)) / float64(rows)
				less := func(_, c int, v float64) float64 {
					if c == j {
						v -= mean
					}
					return v
				}
				m[0].Apply(less, m[0])
				m[1].Apply(less, m[1])
			}
		}
		out = append(out, one)
		lo += size
	}
	return out
}

// ridgePrediction fits X by Y with a penalty and predicts what was left out.
func (p parts) ridgePrediction(lambda float64) *mat.Dense {
	var b, yx, w, out mat.Dense
	b.Mul(p.y.T(), p.y)
	_, q := p.y.Dims()
	for j := range q {
		b.Set(j, j, b.At(j, j)+lambda)
	}
	yx.Mul(p.y.T(), p.x)
	if err := w.Solve(&b, &yx); err != nil {
		panic(err)
	}
	out.Mul(p.restY, &w)
	return &out
}

func product(a, b mat.Matrix) float64 {
	var m mat.Dense
	m.Mul(a.T(), b)
	return mat.Trace(&m)
}

// TestHeldOutScoresByHand fits on every other fold, one after the other, and scores
// what was left out; 11 samples make folds of 3, 3, 3 and 2, or of 4, 4 and 3. The
// data drift, so that the means of folds differ much.
func TestHeldOutScoresByHand(t *testing.T) {
	x, y := ripples(11, 3, 0.7), ripples(11, 2, 1.3)
	for i := range 11 {
		for j := range 2 {
			y.Set(i, j, y.At(i, j)+x.At(i, j)+0.3*float64(i))
			x.Set(i, j, x.At(i, j)-0.2*float64(i)+5)
		}
	}
	p := pairOf(t, datasetOf(x), datasetOf(y))
	for _, sizes := range [][]int{{3, 3, 3, 2}, {4, 4, 3}, {6, 5}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}} {
		want := map[string]float64{}
		folds := float64(len(sizes))
		for _, one := range partsOf(x, y, sizes...) {
			for name, lambda := range map[string]float64{"linreg:": 0, "ridge:lambda=3:": 3} {
				e := one.ridgePrediction(lambda)
				xx, xe, ee := product(one.restX, one.restX), product(one.restX, e), product(e, e)
				want[name+"cv=%d"] += (1 - (xx-2*xe+ee)/xx) / folds
				want[name+"as=pearson:cv=%d"] += xe / math.Sqrt(xx*ee) / folds
				for j := range 3 {
					xj, ej := one.restX.ColView(j), e.ColView(j)
					xx, xe, ee := mat.Dot(xj, xj), mat.Dot(xj, ej), mat.Dot(ej, ej)
					want[name+"pool=columns:cv=%d"] += (1 - (xx-2*xe+ee)/xx) / folds / 3
				}
			}
			var c, rotation, moved mat.Dense
			c.Mul(one.x.T(), one.y)
			var svd mat.SVD
			svd.Factorize(&c, mat.SVDThin)
			var u, v mat.Dense
			svd.UTo(&u)
			svd.VTo(&v)
			rotation.Mul(&u, v.T())
			moved.Mul(one.restX, &rotation)
			xx, xy, yy := product(one.restX, one.restX), product(&moved, one.restY), product(one.restY, one.restY)
			theta := math.Acos(xy / math.Sqrt(xx*yy))
			want["procrustes:cv=%d"] += theta / folds
			want["procrustes:as=angular-score:cv=%d"] += (1 - 2*theta/math.Pi) / folds
			want["procrustes:as=normalised:cv=%d"] += math.Sqrt(2-2*math.Cos(theta)) / folds
			want["procrustes:as=squared:cv=%d"] += (xx + yy - 2*xy) / folds
			want["procrustes:as=euclidean:cv=%d"] += math.Sqrt(xx+yy-2*xy) / folds
		}
		for name, v := range want {
			checkScore(t, p, fmt.Sprintf(name, len(sizes)), v, 1e-10)
		}
	}
}

// TestFoldsOfConditions: every fold holds whole conditions, all their time bins;
// sizes differ by one condition at most, larger folds first; each condition is in
// each fold for some seeds, as often as its share says.
func TestFoldsOfConditions(t *testing.T) {
	const times, conditions, k, seeds = 3, 7, 3, 2000
	d, err := data.New(make([]float64, times*conditions*2), times, conditions, 2)
	if err != nil {
		t.Fatal(err)
	}
	s := systemOf(t, d)
	firstFold := 0
	for seed := range seeds {
		folds := foldPlan{k: k, shuffled: true, seed: seed}.assign(s)
		seen := make([]int, conditions)
		for f, size := range []int{3, 2, 2} {
			if len(folds[f]) != size*times {
				t.Fatalf("fold %d has %d samples, want %d conditions of %d", f, len(folds[f]), size, times)
			}
			for c := range conditions {
				held := 0
				for bin := range times {
					if slices.Contains(folds[f], bin*conditions+c) {
						held++
					}
				}
				if held != 0 && held != times {
					t.Fatalf("fold %d has %d of the %d time bins of condition %d", f, held, times, c)
				}
				seen[c] += held
			}
		}
		for c, n := range seen {
			if n != times {
				t.Fatalf("condition %d is in the folds %d times", c, n)
			}
		}
		if slices.Contains(folds[0], 4) {
			firstFold++
		}
	}
	if want, sd := seeds*3./7, math.Sqrt(seeds*3./7*4/7); math.Abs(float64(firstFold)-want) > 4*sd {
		t.Errorf("a condition is in the first fold for %d of %d seeds, want %.0f ± %.0f", firstFold, seeds, want, 4*sd)
	}
}

// TestSeedsSplitConditionsOtherwise and scores follow.
func TestSeedsSplitConditionsOtherwise(t *testing.T) {
	x, y := contractPair()
	p := pairOf(t, datasetOf(x), datasetOf(y))
	one, again, other := valueOf(t, p, "linreg:cv=5:folds=conditions:seed=1"), valueOf(t, p, "linreg:cv=5:folds=conditions"), valueOf(t, p, "linreg:cv=5:folds=conditions:seed=2")
	if one != again || one == other || one == valueOf(t, p, "linreg:cv=5") {
		t.Errorf("scores %v, %v and %v of seeds 1, none and 2", one, again, other)
	}
}

// TestConstantFeaturesAreNotAveraged: the mean over features is that of those that
// vary.
func TestConstantFeaturesAreNotAveraged(t *testing.T) {
	x, y := contractPair()
	n, p := x.Dims()
	wide := mat.NewDense(n, p+1, nil)
	wide.Slice(0, n, 0, p).(*mat.Dense).Copy(x)
	for i := range n {
		wide.Set(i, p, 4)
	}
	for _, name := range []string{"linreg:pool=columns", "linreg:pool=columns:cv=4", "ridge:lambda=5:as=pearson:pool=columns:cv=4"} {
		m := measureOf(t, name)
		got, err := m.Score(pairOf(t, datasetOf(wide), datasetOf(y)))
		if err != nil {
			t.Fatal(err)
		}
		if want := scoreOf(t, m, x, y); math.Abs(got.Value-want) > 1e-12 || len(got.Warnings) != 1 {
			t.Errorf("%s = %v with a constant feature, %v without; warnings %q", name, got.Value, want, got.Warnings)
		}
	}
}

// TestFoldsOfConditionsOfSomeSamples: samples of which some are left out stay in folds
// with the others of their condition, and a condition without samples counts for none.
func TestFoldsOfConditionsOfSomeSamples(t *testing.T) {
	d, err := data.New(make([]float64, 7*2), 7, 2)
	if err != nil {
		t.Fatal(err)
	}
	d.ConditionOf = []int{0, 1, 3, 0, 3, 1, 3}
	s := systemOf(t, d)
	for seed := range 50 {
		plan := foldPlan{k: 3, shuffled: true, seed: seed}
		if err := plan.check(s); err != nil {
			t.Fatal(err)
		}
		folds := plan.assign(s)
		slices.SortFunc(folds, slices.Compare)
		if want := [][]int{{0, 3}, {1, 5}, {2, 4, 6}}; !slices.EqualFunc(folds, want, slices.Equal) {
			t.Fatalf("%v, want %v", folds, want)
		}
	}
	if err := (foldPlan{k: 4, shuffled: true}).check(s); err == nil {
		t.Error("4 folds of 3 conditions")
	}
}
