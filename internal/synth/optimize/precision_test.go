package optimize

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/measures"
	"simtool/internal/synth/probe"
	"simtool/internal/synth/synthtest"
)

// scoreOf scores data by the measure itself.
func scoreOf(t *testing.T, measure string, x, y *mat.Dense) float64 {
	t.Helper()
	m, err := measures.Parse(measure)
	if err != nil {
		t.Fatal(err)
	}
	var systems [2]*measures.System
	for i, z := range []*mat.Dense{x, y} {
		if systems[i], err = measures.NewSystem(datasetOf(t, z)); err != nil {
			t.Fatal(err)
		}
	}
	pair, err := measures.NewPair(systems[0], systems[1])
	if err != nil {
		t.Fatal(err)
	}
	score, err := m.Score(pair)
	if err != nil {
		t.Fatal(err)
	}
	return score.Value
}

// By products of float32, what is told of iterates that are analysed or kept, and of the
// last one, is scored in float64; the others are right to 1e-5, and so is their way.
func TestScoresAreOfFloat64(t *testing.T) {
	for _, measure := range []string{"cka", "nbs", "procrustes:as=angular-score", "linreg"} {
		x := synthtest.PowerLaw(t, 120, 12, 2)
		config := DefaultConfig(goalOf(t, measure))
		config.Stop, config.Precision = 0.95, Single
		config.Snapshot = SnapshotPlan{Scores: []float64{0.7}, Iterations: []int{3}}
		config.Schedule = Schedule{PerDecade: 3}
		var err error
		if config.PCs, err = probe.NewPCAnalysis(x); err != nil {
			t.Fatal(err)
		}
		outcome, told := runOne(t, x, config)
		config.Precision = Double
		double, want := runOne(t, x, config)
		if outcome.Reason != ReachedStop || outcome.Iterations != double.Iterations {
			t.Errorf("%s: %s after %d iterations, in float64 after %d", measure, outcome.Reason, outcome.Iterations, double.Iterations)
			continue
		}
		for i, score := range told.scores {
			if math.Abs(score-want.scores[i]) > 1e-4 {
				t.Errorf("%s: iterate %d scores %v, in float64 %v", measure, i, score, want.scores[i])
			}
		}
		synthtest.Near(t, "last score", outcome.Score, scoreOf(t, measure, x.Matrix(), outcome.Y), 1e-12)
		if told.scores[outcome.Iterations] != outcome.Score {
			t.Errorf("%s: the last iterate scores %v, the outcome %v", measure, told.scores[outcome.Iterations], outcome.Score)
		}
		for _, s := range told.snapshots {
			synthtest.Near(t, "score of a snapshot", s.Score, scoreOf(t, measure, x.Matrix(), s.Y), 1e-12)
		}
		if outcome.Records[2].Score == 0 || outcome.Records[2].Score != told.scores[outcome.Records[2].Iteration] {
			t.Errorf("%s: record of %v, point of %v", measure, outcome.Records[2].Score, told.scores[outcome.Records[2].Iteration])
		}
	}
}

// Patience ends a run where it could not be foreseen; the last score is of float64 too.
func TestLastScoreIsOfFloat64(t *testing.T) {
	x := synthtest.PowerLaw(t, 60, 6, 2)
	config := DefaultConfig(goalOf(t, "cka"))
	config.Method = Adam{Rate: 3, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8} // too long a step
	config.Patience, config.Precision = 1, Single
	outcome, _ := runOne(t, x, config)
	if outcome.Reason != Impatient {
		t.Fatalf("ended by %s", outcome.Reason)
	}
	synthtest.Near(t, "last score", outcome.Score, scoreOf(t, "cka", x.Matrix(), outcome.Y), 1e-12)
}

func TestPrecisionIsChosenAndRefused(t *testing.T) {
	config := func(measure string, method Method, precision Precision) Config {
		c := DefaultConfig(goalOf(t, measure))
		c.Method, c.Precision = method, precision
		return c
	}
	for _, c := range []struct {
		config  Config
		n, p    int
		single  bool
		refused bool
	}{
		{config("cka", DefaultAdam(), Automatic), 600, 100, true, false},
		{config("cka", DefaultAdam(), Automatic), 100, 100, false, false},
		{config("cka", DefaultAdam(), Double), 600, 100, false, false},
		{config("cka", DefaultAdam(), Single), 10, 10, true, false},
		{config("cka", DefaultLBFGS(), Automatic), 600, 100, false, false},
		{config("cka", DefaultLBFGS(), Single), 600, 100, true, true},
		{config("rsa", DefaultAdam(), Automatic), 600, 100, false, false},
		{config("rsa", DefaultAdam(), Single), 600, 100, true, true},
		{config("cka", DefaultAdam(), "float16"), 600, 100, true, true},
	} {
		_, err := c.config.validate(c.n, c.p)
		if (err != nil) != c.refused {
			t.Errorf("%s of %s in %s: %v", c.config.Method, c.config.Goal, c.config.Precision, err)
		}
		if got := c.config.InSingle(c.n, c.p, c.p); err == nil && got != c.single {
			t.Errorf("%s of %s in %s for %d×%d: float32 %v, want %v", c.config.Method, c.config.Goal, c.config.Precision, c.n, c.p, got, c.single)
		}
	}
}
