package frontier

import (
	"context"
	"errors"
	"math"
	"reflect"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/measures"
	"simtool/internal/synth/optimize"
	"simtool/internal/synth/synthtest"
)

func named(t *testing.T, name string) measures.Named {
	t.Helper()
	m, err := measures.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return measures.Named{Name: name, Measure: m}
}

func trace(t *testing.T, p Problem, a, b string, levels ...float64) []Row {
	t.Helper()
	rows, err := p.Trace(t.Context(), named(t, a), named(t, b), levels)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// score scores data by a measure, independently of the objective of the search.
func score(t *testing.T, m measures.Named, x, y *mat.Dense) float64 {
	t.Helper()
	var systems [2]*measures.System
	for i, d := range []*mat.Dense{x, y} {
		n, p := d.Dims()
		set, err := data.New(mat.DenseCopyOf(d).RawMatrix().Data, n, p)
		if err != nil {
			t.Fatal(err)
		}
		if systems[i], err = measures.NewSystem(set); err != nil {
			t.Fatal(err)
		}
	}
	pair, err := measures.NewPair(systems[0], systems[1])
	if err != nil {
		t.Fatal(err)
	}
	s, err := m.Score(pair)
	if err != nil {
		t.Fatal(err)
	}
	return s.Value
}

// certified fails unless every row is certified and within its bounds, and its data
// have its scores.
func certified(t *testing.T, p Problem, rows []Row) {
	t.Helper()
	for _, r := range rows {
		what := r.A.Name + " " + strconv.FormatFloat(r.Level, 'g', -1, 64) + ": " + r.B.Name
		if !r.Certified(p.Tolerance) {
			t.Errorf("%s: no certificate: %+v %+v", what, r.Min, r.Max)
			continue
		}
		if r.Min.B < r.Bounds[0]-p.Tolerance || r.Max.B > r.Bounds[1]+p.Tolerance || r.Min.B > r.Max.B+p.Tolerance {
			t.Errorf("%s: [%g, %g] is not within %v", what, r.Min.B, r.Max.B, r.Bounds)
		}
		for _, e := range []*Extreme{r.Min, r.Max} {
			synthtest.Near(t, what+": level of the data", score(t, r.A, e.X, e.Y), r.Level, 1e-6)
			synthtest.Near(t, what+": score of the data", score(t, r.B, e.X, e.Y), e.B, 1e-6)
		}
	}
}

// The oracle is SciPy's SLSQP on the problem for data with the singular vectors of X,
// Y = Σ(yᵢuᵢ + tᵢwᵢ)vᵢᵀ, over every set of nonzero yᵢ, from 8 random starts each. The
// smallest NBS has that form. The largest is nearly of that form: at 0.7 other data
// have 0.0004 more.
func TestCKAAgainstNBS(t *testing.T) {
	p := DefaultProblem(synthtest.Waves(12, 4, 1.7))
	rows := trace(t, p, "cka", "nbs", 0.1, 0.3, 0.5, 0.7, 0.9)
	certified(t, p, rows)
	for i, want := range [][2]float64{
		{0.17380662768864388, 0.4554167824963117},
		{0.30104190984917, 0.7137317115362893},
		{0.3895823896545156, 0.8366681188378616},
		{0.48231867207135373, 0.917879202479195},
		{0.7462701701227935, 0.9768296625241577},
	} {
		synthtest.Near(t, "least nbs", rows[i].Min.B, want[0], 1e-5)
		if got := rows[i].Max.B; got < want[1]-1e-5 || got > want[1]+1e-3 {
			t.Errorf("largest nbs: %.12g, want at least %.12g", got, want[1])
		}
	}
	// The same border with the measures exchanged.
	back := trace(t, p, "nbs", "cka", 0.7137317115362893, 0.7462701701227935)
	certified(t, p, back)
	synthtest.Near(t, "least cka", back[0].Min.B, 0.3, 1e-4)
	synthtest.Near(t, "largest cka", back[1].Max.B, 0.9, 1e-4)
}

// NBS² ≤ R², with equality where the components of Y have the amplitudes of their
// share of X. Data that predict X may have almost no other similarity to it as long
// as a component can be left out.
func TestRegressionAgainstProcrustes(t *testing.T) {
	p := DefaultProblem(synthtest.Waves(20, 6, 1.7))
	rows := trace(t, p, "linreg", "procrustes-angular-score", 0.1, 0.4, 0.6, 0.8, 0.9)
	certified(t, p, rows)
	for _, r := range rows {
		synthtest.Near(t, "largest score", r.Max.B, 1-2*math.Acos(math.Sqrt(r.Level))/math.Pi, 1e-4)
		synthtest.Near(t, "least score", r.Min.B, 0, 1e-4)
	}
}

// The joint range of NBS and the angle of Procrustes is a curve, because each
// determines the other.
func TestACurve(t *testing.T) {
	p := DefaultProblem(synthtest.Waves(14, 5, 1.7))
	rows := trace(t, p, "nbs", "procrustes", 0.2, 0.5, 0.95)
	certified(t, p, rows)
	for _, r := range rows {
		synthtest.Near(t, "least angle", r.Min.B, math.Acos(r.Level), 1e-6)
		synthtest.Near(t, "largest angle", r.Max.B, math.Acos(r.Level), 1e-6)
	}
}

// All pairs of scores of random data on their way to targets around the unit square
// are within the ranges of their levels.
func TestContainsTheGrid(t *testing.T) {
	p := DefaultProblem(Random(20, 10, 1))
	for _, pair := range []struct {
		a, b    string
		targets []Target
	}{
		{"cka", "procrustes-angular-score", Border(3)},
		{"cka", "nbs", Border(3)},
		{"linreg", "procrustes-angular-score", Border(3)},
		{"ridge:lambda=100:cv=5", "procrustes-angular-score", []Target{{0.5, 0}, {0.5, 1}}},
	} {
		a, b := named(t, pair.a), named(t, pair.b)
		for i, target := range pair.targets {
			path, err := p.PathTo(t.Context(), a, b, target, strconv.Itoa(i), 300, optimize.DefaultAdam())
			if err != nil {
				t.Fatal(err)
			}
			if len(path.Scores) != 301 {
				t.Fatalf("%d iterates, want 301", len(path.Scores))
			}
			end := path.End()
			if end.A < 0.005 || end.A > 0.98 {
				continue
			}
			r := trace(t, p, pair.a, pair.b, end.A)[0]
			if end.B < r.Min.B-p.Tolerance || end.B > r.Max.B+p.Tolerance {
				t.Errorf("%s, %s: (%g, %g) is outside of [%g, %g]", pair.a, pair.b, end.A, end.B, r.Min.B, r.Max.B)
			}
		}
	}
}

// Many samples have the same range as few samples with the same covariance.
func TestReduced(t *testing.T) {
	x := synthtest.Waves(40, 3, 1.7)
	p := DefaultProblem(x)
	rows := trace(t, p, "cka", "nbs", 0.3, 0.8)
	certified(t, p, rows)
	if n, q := rows[0].Min.Y.Dims(); n != 40 || q != 3 {
		t.Fatalf("data of %d×%d, want 40×3", n, q)
	}
	xc, _ := linalg.Center(x)
	_, s, v, err := linalg.SVD(xc)
	if err != nil {
		t.Fatal(err)
	}
	// X with the same covariance in 8 samples: Helmert's columns for those of U.
	h := mat.NewDense(8, 3, nil)
	for j := range 3 {
		k := float64(j + 1)
		for i := range j + 1 {
			h.Set(i, j, s[j]/math.Sqrt(k*(k+1)))
		}
		h.Set(j+1, j, -s[j]*k/math.Sqrt(k*(k+1)))
	}
	var small mat.Dense
	small.Mul(h, v.T())
	again := trace(t, DefaultProblem(&small), "cka", "nbs", 0.3, 0.8)
	for i := range rows {
		synthtest.Near(t, "least nbs", again[i].Min.B, rows[i].Min.B, 1e-5)
		synthtest.Near(t, "largest nbs", again[i].Max.B, rows[i].Max.B, 1e-5)
	}
}

// If X is free too, the range is wider, and the bounds still hold.
func TestBothFree(t *testing.T) {
	p := DefaultProblem(synthtest.Waves(9, 3, 1.7))
	fixed := trace(t, p, "cka", "nbs", 0.5)[0]
	p.Both = true
	free := trace(t, p, "cka", "nbs", 0.5)[0]
	if free.Min == nil || free.Max == nil {
		t.Fatal("no data were found")
	}
	if free.Min.B > fixed.Min.B+1e-6 || free.Max.B < fixed.Max.B-1e-6 {
		t.Errorf("[%g, %g] does not contain [%g, %g]", free.Min.B, free.Max.B, fixed.Min.B, fixed.Max.B)
	}
	if free.Min.B < free.Bounds[0]-1e-6 || free.Max.B > free.Bounds[1]+1e-6 {
		t.Errorf("[%g, %g] is not within %v", free.Min.B, free.Max.B, free.Bounds)
	}
	for _, e := range []*Extreme{free.Min, free.Max} {
		synthtest.Near(t, "level of the data", score(t, free.A, e.X, e.Y), 0.5, 1e-6)
		synthtest.Near(t, "score of the data", score(t, free.B, e.X, e.Y), e.B, 1e-6)
	}
}

// Data of two features cannot reach the CKA of three features of equal variance.
func TestOutOfReach(t *testing.T) {
	p := DefaultProblem(mat.NewDense(8, 3, []float64{
		1, 1, 1, 1, 1, -1, 1, -1, 1, 1, -1, -1, -1, 1, 1, -1, 1, -1, -1, -1, 1, -1, -1, -1,
	}))
	p.Width = 2
	rows := trace(t, p, "cka", "nbs", 0.5, 0.9)
	if rows[0].Min == nil || rows[1].Min != nil || rows[1].Max != nil {
		t.Errorf("found %v and %v", rows[0].Min, rows[1].Min)
	}
	low, high, converged, err := p.Reach(t.Context(), named(t, "cka"))
	if err != nil || !converged {
		t.Fatalf("converged: %v (%v)", converged, err)
	}
	synthtest.Near(t, "least cka", low, 0, 1e-3)
	synthtest.Near(t, "largest cka", high, math.Sqrt(2./3), 1e-6)
}

func TestBorder(t *testing.T) {
	want := []Target{{0, 0}, {0.5, 0}, {1, 0}, {1, 0.5}, {1, 1}, {0.5, 1}, {0, 1}, {0, 0.5}}
	if got := Border(3); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestTraceRefuses(t *testing.T) {
	p := DefaultProblem(synthtest.Waves(9, 3, 1.7))
	var name *measures.NameError
	if _, err := p.Trace(t.Context(), named(t, "cka"), named(t, "mutual-knn:k=2"), []float64{0.5}); !errors.As(err, &name) {
		t.Errorf("a measure without gradient: %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("enough")
	cancel(cause)
	if _, err := p.Trace(ctx, named(t, "cka"), named(t, "nbs"), []float64{0.5}); !errors.Is(err, cause) {
		t.Errorf("cancelled: %v", err)
	}
	p.X = mat.NewDense(9, 3, nil)
	if _, err := p.Trace(t.Context(), named(t, "cka"), named(t, "nbs"), []float64{0.5}); err == nil {
		t.Error("constant data have a range")
	}
}
