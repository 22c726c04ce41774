package optimize

import (
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/measures"
	"simtool/internal/stats"
	"simtool/internal/synth/synthtest"
)

func TestParseGoal(t *testing.T) {
	for spec, want := range map[string]struct {
		terms    string
		maximise bool
	}{
		"cka":                              {"cka", true},
		"procrustes":                       {"procrustes", false},
		"procrustes-angular-score":         {"procrustes-angular-score", true},
		"cka*0.5+nbs*0.5":                  {"cka*0.5+nbs*0.5", true},
		"0.5*cka + 2*nbs":                  {"cka*0.5+nbs*2", true},
		"cka*1e-1+nbs*1e+2":                {"cka*0.1+nbs*100", true},
		"nbs-0.25*cka":                     {"nbs*1+cka*-0.25", true},
		"cka+procrustes*-0.1":              {"cka*1+procrustes*-0.1", true},
		"procrustes-0.5*cka":               {"procrustes*1+cka*-0.5", false},
		"ridge:lambda=1e+2:cv=5+cka":       {"ridge:lambda=1e+2:cv=5*1+cka*1", true},
		"ridge:lambda=1e-2+cka-angular*-1": {"ridge:lambda=1e-2*1+cka-angular*-1", true},
	} {
		g, err := ParseGoal(spec)
		if err != nil {
			t.Errorf("%s: %v", spec, err)
			continue
		}
		if g.String() != want.terms || g.Maximise != want.maximise {
			t.Errorf("%s: read as %s, maximised %v; want %s, %v", spec, g, g.Maximise, want.terms, want.maximise)
		}
		if again, err := ParseGoal(g.String()); err != nil || again.String() != g.String() {
			t.Errorf("%s: not read back from %s: %v", spec, g, err)
		}
	}
}

func TestParseGoalRefuses(t *testing.T) {
	for _, spec := range []string{
		"", "+", "ckb", "cka+", "cka*x", "cka*0", "cka*NaN", "cka*-1", "cka+procrustes",
		"rsa:compare=spearman", "cka:nosuch=1", "cka*0.5+mutual-knn*0.5",
	} {
		_, err := ParseGoal(spec)
		if _, ok := errors.AsType[*measures.NameError](err); !ok {
			t.Errorf("%q: error %v, want one about the name", spec, err)
		}
	}
}

// The value and the gradient are the weighted sums of those of the terms.
func TestWeightedSum(t *testing.T) {
	x, y := datasetOf(t, synthtest.Waves(12, 4, 1.7)), synthtest.Waves(12, 3, 0.9)
	system, err := measures.NewSystem(x)
	if err != nil {
		t.Fatal(err)
	}
	at := func(spec string) *problem {
		p, err := bindProblem(goalOf(t, spec), system, y)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.evaluate(); err != nil {
			t.Fatal(err)
		}
		return p
	}
	sum, a, b := at("cka*0.3-2*procrustes"), at("cka"), at("procrustes")
	synthtest.Near(t, "score", sum.score, 0.3*a.score-2*b.score, 1e-14)
	for i, g := range sum.gradient() {
		// The losses of cka and of the sum are minus the scores.
		synthtest.Near(t, "gradient", g, 0.3*a.gradient()[i]+2*b.gradient()[i], 1e-14)
	}
	if got := sum.goal.scores; got[0] != a.score || got[1] != b.score {
		t.Errorf("terms %v, want %v and %v", got, a.score, b.score)
	}
}

// TestStartAtTheReference: at X itself nothing is left of a gradient but rounding errors,
// which no method may follow.
func TestStartAtTheReference(t *testing.T) {
	x := normal(stats.Stream(5, "reference"), 20, 4)
	for _, spec := range []string{"cka", "linreg", "cca", "svcca", "gulp", "nbs", "procrustes", "cka:as=angular", "cka*0.5+nbs*0.5"} {
		for _, factor := range []float64{1, 1e-8} {
			goal, err := ParseGoal(spec)
			if err != nil {
				t.Fatal(err)
			}
			var scaled mat.Dense
			scaled.Scale(factor, x)
			d, err := data.New(mat.DenseCopyOf(&scaled).RawMatrix().Data, 20, 4)
			if err != nil {
				t.Fatal(err)
			}
			system, err := measures.NewSystem(d)
			if err != nil {
				t.Fatal(err)
			}
			bound, err := goal.bind(system, 4, false)
			if err != nil {
				t.Fatal(err)
			}
			p := &problem{goal: bound, maximise: goal.Maximise, target: math.NaN(), y: mat.DenseCopyOf(&scaled), g: mat.NewDense(20, 4, nil)}
			if err := p.evaluate(); err != nil {
				t.Fatal(err)
			}
			if p.gradNorm != 0 {
				t.Errorf("%s in units of %g: gradient of norm %g at the reference", spec, factor, p.gradNorm)
			}
			// A hundredth of a step away there is one.
			moved := normal(stats.Stream(6, "moved"), 20, 4)
			for i, v := range moved.RawMatrix().Data {
				p.y.RawMatrix().Data[i] += 1e-2 * factor * v
			}
			if err := p.evaluate(); err != nil {
				t.Fatal(err)
			}
			if p.gradNorm == 0 {
				t.Errorf("%s in units of %g: no gradient beside the reference", spec, factor)
			}
		}
	}
}
