package mlem

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// Study is a sweep over simulated recordings, as in the MLEM paper's two
// figures: how well each method recovers the true metric as noise grows, and as
// stimuli become fewer.
type Study struct {
	Simulation Simulation // the settings that do not vary
	Noise      []float64  // levels of the sweep over noise
	Stimuli    []int      // sizes of the sweep over stimuli
	Seeds      int        // recordings at each point
	Methods    []string
	Importance bool // test each feature: see StudyRow
	Seed       uint64
}

// DefaultStudy returns the sweeps over noise of 1 to 5 sd at 200 stimuli and
// over 32 to 512 stimuli at noise 2, ten recordings each, of 8 features.
func DefaultStudy() Study {
	s := DefaultSimulation()
	s.Features, s.Noise = 8, 2
	return Study{
		Simulation: s, Noise: []float64{1, 2, 3, 4, 5}, Stimuli: []int{32, 64, 128, 256, 512}, Seeds: 10,
		Methods: []string{"mlem", "mlem-i", "frrsa", "frrsa-i", "rsa"}, Seed: 1,
	}
}

// StudyItem is one method on one recording. Items are independent of each other.
type StudyItem struct {
	Key        string // unique in the study
	Sweep      string // "noise" or "stimuli"
	Method     string
	Replicate  int
	Simulation Simulation // with the recording's own seed
	Importance bool
}

// StudyRow is a row of the study's table.
type StudyRow struct {
	StudyItem
	Recovery *Recovery // nil when all weights of a method are 0
	HeldOut  *float64
	Seconds  float64

	// With Importance: the shares of the features without and with weight whose importance has
	// p < .05, the rank correlation of predictions with the distances without noise, and the
	// cosines of the importances, on observed distances and on those without noise, with
	// those of the true metric. NaN where a method has none.
	TypeI, Power, HeldOutClean, Importance, ImportanceClean float64
}

// Items lists the items in the order of the table. All methods have the same
// recordings.
func (s Study) Items() ([]StudyItem, error) {
	if s.Seeds < 1 || len(s.Methods) == 0 || len(s.Noise)+len(s.Stimuli) == 0 {
		return nil, &data.InputError{Found: fmt.Sprintf("a study of %d seeds, %d methods, %d levels of noise and %d sizes", s.Seeds, len(s.Methods), len(s.Noise), len(s.Stimuli)), Wanted: "want at least one of each"}
	}
	for i, m := range s.Methods {
		if _, err := methodNamed(m); err != nil {
			return nil, err
		}
		if slices.Contains(s.Methods[:i], m) {
			return nil, &data.InputError{Found: fmt.Sprintf("the method %s twice", m)}
		}
	}
	var items []StudyItem
	seen := map[string]bool{}
	add := func(sweep, level string, sim Simulation) error {
		enough := sim
		enough.Stimuli = max(minStimuli, sim.Stimuli) // too few are the error of a row
		if err := enough.check(); err != nil {
			return err
		}
		for r := range s.Seeds {
			sim.Seed = s.Seed + uint64(r)
			for _, m := range s.Methods {
				it := StudyItem{Key: fmt.Sprintf("%s=%s/%d/%s", sweep, level, r, m), Sweep: sweep, Method: m, Replicate: r, Simulation: sim, Importance: s.Importance}
				if seen[it.Key] {
					return &data.InputError{Found: fmt.Sprintf("%s of %s twice", sweep, level)}
				}
				seen[it.Key] = true
				items = append(items, it)
			}
		}
		return nil
	}
	for _, noise := range s.Noise {
		sim := s.Simulation
		sim.Noise = noise
		if err := add("noise", fmt.Sprint(noise), sim); err != nil {
			return nil, err
		}
	}
	for _, n := range s.Stimuli {
		sim := s.Simulation
		sim.Stimuli = n
		if err := add("stimuli", fmt.Sprint(n), sim); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// RunStudyItem simulates the item's recording and applies its method. Apart from
// Seconds the result depends on the item only.
func RunStudyItem(ctx context.Context, it StudyItem, o Options) (*StudyRow, error) {
	sim, err := Simulate(ctx, it.Simulation)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	features, _, err := NewFeatures(sim.Table, FeatureOptions{})
	if err != nil {
		return nil, err
	}
	truth := sim.W
	if len(features.columns) < it.Simulation.Features {
		truth = truthOf(features, sim)
	}
	neural, err := NewNeural(sim.Y, NeuralOptions{})
	if err != nil {
		return nil, err
	}
	o.Seed, o.Progress = it.Simulation.Seed, nil
	c, err := compareAll(ctx, comparisonInput{features: features, y: sim.Y, neural: neural, options: o, tests: it.Importance}, []string{it.Method}, truth)
	if err != nil {
		return nil, err
	}
	nan := math.NaN()
	row := &StudyRow{
		StudyItem: it, Recovery: c[0].Recovery, HeldOut: c[0].HeldOut, Seconds: time.Since(start).Seconds(),
		TypeI: nan, Power: nan, HeldOutClean: nan, Importance: nan, ImportanceClean: nan,
	}
	if it.Importance {
		err = row.test(ctx, c[0], features, sim, truth, o)
	}
	return row, err
}

// test adds to a row what the tests of the features say.
func (r *StudyRow) test(ctx context.Context, c *Comparison, features *Features, sim *Simulated, truth *mat.Dense, o Options) error {
	tests := c.tests
	if c.found != nil {
		clean, err := NewNeural(sim.Clean, NeuralOptions{})
		if err != nil {
			return err
		}
		if tests, r.HeldOutClean, err = c.found.tests(ctx, clean); err != nil {
			return err
		}
		oracle, err := oracleOf(ctx, features, clean, truth, o, r.Simulation)
		if err != nil {
			return err
		}
		observed, without := make([]float64, len(tests)), make([]float64, len(tests))
		for a, t := range tests {
			observed[a], without[a] = t.Observed, t.Clean
		}
		r.Importance, r.ImportanceClean = cosineOf(observed, oracle), cosineOf(without, oracle)
	}
	if tests == nil {
		return nil
	}
	const level = 0.05
	var found, count [2]float64 // without and with weight
	for a, t := range tests {
		kind := 0
		for b := range tests {
			if truth.At(a, b) != 0 {
				kind = 1
			}
		}
		count[kind]++
		if t.P < level {
			found[kind]++
		}
	}
	r.TypeI, r.Power = found[0]/count[0], found[1]/count[1] // NaN for none
	return nil
}

// oracleOf returns the importances that a method which knew the truth would find without
// noise; those of a random network are its truth.
func oracleOf(ctx context.Context, features *Features, clean *Neural, truth *mat.Dense, o Options, s Simulation) ([]float64, error) {
	if s.Generator == MLP {
		n, _ := truth.Dims()
		out := make([]float64, n)
		for a := range out {
			out[a] = truth.At(a, a)
		}
		return out, nil
	}
	metric := Absolute
	if s.Generator == SignedCode {
		metric = Signed
	}
	return oracleImportance(ctx, features, clean, truth, o, metric)
}

// cosineOf returns the cosine of two vectors, NaN where one is 0.
func cosineOf(a, b []float64) float64 {
	return dot(a, b) / math.Sqrt(dot(a, a)*dot(b, b))
}

// truthOf returns the true metric of the features in f. Features that do not vary
// over the stimuli are not in f.
func truthOf(f *Features, sim *Simulated) *mat.Dense {
	var at []int
	for i, c := range sim.Table.Columns {
		if slices.Contains(f.Names(), c.Name) {
			at = append(at, i)
		}
	}
	truth := mat.NewDense(len(at), len(at), nil)
	for i, a := range at {
		for j, b := range at {
			truth.Set(i, j, sim.W.At(a, b))
		}
	}
	return truth
}
