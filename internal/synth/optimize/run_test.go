package optimize

import (
	"bytes"
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/measures"
	"simtool/internal/synth/probe"
	"simtool/internal/synth/synthtest"
)

// everything returns a configuration with all analyses.
func everything(t *testing.T, x *data.Dataset, method Method) Config {
	t.Helper()
	config := DefaultConfig(goalOf(t, "nbs"))
	config.Method, config.Restarts, config.MaxIter = method, 3, 25
	var err error
	if config.PCs, err = probe.NewPCAnalysis(x); err != nil {
		t.Fatal(err)
	}
	labels := &data.Column{Name: "half", Kind: data.Numeric}
	for c := range x.Shape[1] {
		labels.Values = append(labels.Values, float64(c%2))
	}
	decoder, err := probe.NewDecoder(labels, x.Shape[0], probe.DefaultDecoder())
	if err != nil {
		t.Fatal(err)
	}
	config.Decoders = []*probe.Decoder{decoder}
	if config.Also, err = measures.ParseList("cka,linreg,rsa", 1); err != nil {
		t.Fatal(err)
	}
	config.Schedule = Schedule{PerDecade: 10}
	return config
}

// timed returns a recording of 3 bins × 12 conditions × 4 neurons.
func timed(t *testing.T) *data.Dataset {
	t.Helper()
	x, err := data.New(synthtest.Waves(36, 4, 1.7).RawMatrix().Data, 3, 12, 4)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// A run that is interrupted and continues from its checkpoint gives the same bits as
// an uninterrupted run, for every method.
func TestResumeIsExact(t *testing.T) {
	x := timed(t)
	for i, method := range append(Methods(), DefaultAdam()) {
		config := everything(t, x, method)
		if i == len(Methods()) {
			config.Precision = Single
		}
		want, err := Run(context.Background(), x, config)
		if err != nil {
			t.Fatal(err)
		}
		// At each of these iterations the first restart interrupts the run.
		states := make([]*State, config.Restarts)
		for _, stopAt := range []int{0, 4, 5, 7} {
			ctx, cancel := context.WithCancel(context.Background())
			logs := make([]*log, config.Restarts)
			config.Resume = states
			config.Recorder = func(i int) Recorder {
				logs[i] = &log{}
				if i == 0 {
					logs[i].stopAt, logs[i].cancel = stopAt, cancel
				}
				return logs[i]
			}
			outcomes, err := Run(ctx, x, config)
			cancel()
			if err != nil {
				t.Fatal(err)
			}
			if outcomes[0].Reason != Interrupted || outcomes[0].Iterations != stopAt {
				t.Fatalf("%s: %s at iteration %d, want interrupted at %d", method, outcomes[0].Reason, outcomes[0].Iterations, stopAt)
			}
			next := slices.Clone(states)
			for i, l := range logs {
				if l != nil && l.saved != nil {
					next[i] = l.saved
				}
			}
			states = next
		}
		config.Resume, config.Recorder = states, nil
		got, err := Run(context.Background(), x, config)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: a resumed run differs: %+v, want %+v", method, got[0], want[0])
		}
	}
}

// Any number of concurrent restarts gives the same bits, and a restart does not
// depend on their number.
func TestJobsDoNotMatter(t *testing.T) {
	for _, precision := range []Precision{Double, Single} {
		checkJobsDoNotMatter(t, precision)
	}
}

func checkJobsDoNotMatter(t *testing.T, precision Precision) {
	t.Helper()
	x := timed(t)
	config := everything(t, x, DefaultAdam())
	config.Jobs, config.Precision = 1, precision
	one, err := Run(context.Background(), x, config)
	if err != nil {
		t.Fatal(err)
	}
	config.Jobs, config.Restarts = 4, 2
	many, err := Run(context.Background(), x, config)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(one[:2], many) {
		t.Error("results depend on the number of jobs")
	}
	config.Only = []int{1}
	part, err := Run(context.Background(), x, config)
	if err != nil {
		t.Fatal(err)
	}
	if part[0] != nil || !reflect.DeepEqual(part[1], many[1]) {
		t.Error("a restart that runs alone gives something else")
	}
	if mat.Equal(one[0].Y, one[1].Y) {
		t.Error("two restarts are the same")
	}
	if best := config.Best(many); best.Score != max(many[0].Score, many[1].Score) {
		t.Errorf("best score %v of %v and %v", best.Score, many[0].Score, many[1].Score)
	}
}

// Records agree with the measures and probes of the same data.
func TestRecords(t *testing.T) {
	x := timed(t)
	config := everything(t, x, DefaultLBFGS())
	config.Restarts, config.MaxIter = 1, 7
	config.Snapshot = SnapshotPlan{Scores: []float64{0.5, 0.9, 2}, Iterations: []int{0, 3}}
	o, l := runOne(t, x, config)
	var recorded []int
	for _, r := range o.Records {
		recorded = append(recorded, r.Iteration)
	}
	// Ten a decade, and the last iterate.
	if !slices.Equal(recorded, []int{0, 1, 2, 3, 4, 6, 7}) {
		t.Fatalf("iterates %v were recorded", recorded)
	}
	last := o.Records[6]
	linear, orthogonal, err := config.PCs.R2(o.Y)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(last.R2, linear) || !slices.Equal(last.R2Orthogonal, orthogonal) {
		t.Errorf("R² %v, want %v", last.R2, linear)
	}
	decoding, err := config.Decoders[0].Decode(o.Y, nil)
	if err != nil {
		t.Fatal(err)
	}
	synthtest.Near(t, "accuracy", last.Decodings[0].Accuracy, decoding.Accuracy, 1e-12)
	pair := pairOf(t, x, o.Y)
	for i, m := range config.Also {
		s, err := m.Score(pair)
		if err != nil {
			t.Fatal(err)
		}
		synthtest.Near(t, m.Name, last.Also[i], s.Value, 1e-12)
	}
	nbs, err := measures.Parse("nbs")
	if err != nil {
		t.Fatal(err)
	}
	s, err := nbs.Score(pair)
	if err != nil {
		t.Fatal(err)
	}
	synthtest.Near(t, "score", last.Score, s.Value, 1e-12)

	// Snapshots: the two iterations, and the first at or beyond each score.
	var asked []float64
	for _, s := range l.snapshots {
		if math.IsNaN(s.Asked) {
			if s.Iteration != 0 && s.Iteration != 3 {
				t.Errorf("a snapshot of iteration %d", s.Iteration)
			}
			continue
		}
		asked = append(asked, s.Asked)
		if s.Score < s.Asked || s.Iteration > 0 && l.scores[s.Iteration-1] >= s.Asked {
			t.Errorf("score %v at iteration %d was asked for, and is %v", s.Asked, s.Iteration, s.Score)
		}
	}
	if len(l.snapshots) != 4 || !slices.Equal(asked, []float64{0.5, 0.9}) {
		t.Errorf("%d snapshots, of scores %v", len(l.snapshots), asked)
	}
}

func pairOf(t *testing.T, x *data.Dataset, y *mat.Dense) *measures.Pair {
	t.Helper()
	a, err := measures.NewSystem(x)
	if err != nil {
		t.Fatal(err)
	}
	b, err := measures.NewSystem(datasetOf(t, y))
	if err != nil {
		t.Fatal(err)
	}
	p, err := measures.NewPair(a, b)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestReasonsToEnd(t *testing.T) {
	x := datasetOf(t, synthtest.Waves(12, 4, 1.7))
	config := DefaultConfig(goalOf(t, "procrustes"))
	config.Stop = 0.5
	o, _ := runOne(t, x, config)
	if o.Reason != ReachedStop || o.Score > 0.5 {
		t.Errorf("%s at a distance of %v, want one of 0.5 to stop at", o.Reason, o.Score)
	}
	config.Stop, config.MaxIter = math.NaN(), 4
	if o, _ = runOne(t, x, config); o.Reason != ReachedMax || o.Iterations != 4 {
		t.Errorf("%s at iteration %d, want max-iter at 4", o.Reason, o.Iterations)
	}
	config.MaxIter, config.Target = 2000, 0.7
	if o, _ = runOne(t, x, config); o.Reason != ReachedStop || math.Abs(o.Score-0.7) > config.Tolerance {
		t.Errorf("%s at a distance of %v, want 0.7", o.Reason, o.Score)
	}
	// Adam does not converge to a target that is out of reach.
	config.Target, config.Patience = -1, 20
	o, l := runOne(t, x, config)
	best := slices.Index(l.scores, slices.Min(l.scores))
	if o.Reason != Impatient || o.Iterations != best+20 {
		t.Errorf("%s at iteration %d, want patience to end 20 after %d", o.Reason, o.Iterations, best)
	}
}

// failing is a recorder whose disk is full.
type failing struct{ log }

var errFull = errors.New("no space left")

func (*failing) Point(Point) error { return errFull }

func TestErrors(t *testing.T) {
	x := datasetOf(t, synthtest.Waves(12, 4, 1.7))
	config := DefaultConfig(goalOf(t, "cka"))
	config.Restarts = 4
	config.Recorder = func(int) Recorder { return &failing{} }
	if _, err := Run(context.Background(), x, config); !errors.Is(err, errFull) {
		t.Errorf("error %v, want that of the recorder", err)
	}
	config.Recorder = nil
	constant := datasetOf(t, mat.NewDense(12, 4, nil))
	var undefined *measures.UndefinedError
	if _, err := Run(context.Background(), constant, config); !errors.As(err, &undefined) {
		t.Errorf("constant data: error %v, want an undefined score", err)
	}
	for name, change := range map[string]func(*Config){
		"no goal":           func(c *Config) { c.Goal = nil },
		"no restart":        func(c *Config) { c.Restarts = 0 },
		"a start of 11":     func(c *Config) { c.Restarts, c.Start = 1, synthtest.Waves(11, 4, 1) },
		"a start for all":   func(c *Config) { c.Start = synthtest.Waves(12, 4, 1) },
		"a second width":    func(c *Config) { c.Restarts, c.Start, c.Width = 1, synthtest.Waves(12, 4, 1), 3 },
		"no schedule":       func(c *Config) { c.Schedule = Schedule{} },
		"a bad method":      func(c *Config) { c.Method = Adam{} },
		"few checkpoints":   func(c *Config) { c.Resume = make([]*State, 1) },
		"a strange state":   func(c *Config) { c.Restarts, c.Resume = 1, []*State{{Rows: 2, Cols: 2, Y: make([]float64, 4)}} },
		"a fifth restart":   func(c *Config) { c.Only = []int{0, 4} },
		"a restart twice":   func(c *Config) { c.Only = []int{1, 1} },
		"negative patience": func(c *Config) { c.Patience = -1 },
	} {
		c := config
		change(&c)
		if _, err := Run(context.Background(), x, c); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	for _, file := range []string{"", "nonsense"} {
		if _, err := ReadState(bytes.NewBufferString(file), ""); err == nil {
			t.Errorf("%q was read as a checkpoint", file)
		}
	}
}

func TestSchedule(t *testing.T) {
	var got []int
	s := Schedule{PerDecade: 5}
	for i := 0; i <= 1000; i = s.next(i) {
		got = append(got, i)
	}
	// 10^(1/5) ≈ 1.58: 1, 2, 4 (of 3.17), 7 (6.3), 12 (11.1), 20 (19.02), …
	want := []int{0, 1, 2, 4, 7, 12, 20, 32, 51, 81, 129, 205, 325, 516, 818}
	if !slices.Equal(got, want) {
		t.Errorf("iterations %v, want %v", got, want)
	}
}

// TestEqualLossesAreNoImprovement: patience counts from the first of them.
func TestEqualLossesAreNoImprovement(t *testing.T) {
	r := &restart{cfg: new(Config), state: &State{BestLoss: math.Inf(1), NextRecord: -1}, problem: new(problem)}
	for i, loss := range []float64{3, 2, 2, 2, 5, 1, 1} {
		r.state.Iteration, r.problem.loss = i, loss
		if err := r.report(); err != nil {
			t.Fatal(err)
		}
		if want := []int{0, 1, 1, 1, 1, 5, 5}[i]; r.state.BestAt != want {
			t.Errorf("after iteration %d the best is that of %d, want %d", i, r.state.BestAt, want)
		}
	}
}
