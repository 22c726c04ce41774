package score

import (
	"context"
	"fmt"
	"math"
	"slices"

	"simtool/internal/batch"
	"simtool/internal/inference"
	"simtool/internal/measures"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// Inference says what stands beside a score.
type Inference struct {
	Mode         string
	Level        float64
	Permutations int
	Calibrate    string // by the mean of random pairings, or a quantile of them
	Units        verb.Units
	Over         string // what an interval is about
}

// What calibrated is relative to.
const byMean, byQuantile = "mean", "quantile"

// newInference returns the defaults.
func newInference() Inference {
	return Inference{Mode: string(inference.AutoMode), Level: 0.95, Calibrate: byMean, Units: verb.NewUnits(), Over: string(inference.Stimuli)}
}

// register declares the settings.
func (o *Inference) register(s *setting.Set) {
	s.Choice(&o.Mode, "inference", "", "what stands beside a score: what costs little (auto), everything (full), or nothing", "auto", "full", "none")
	s.Float(&o.Level, "level", "", "level of the intervals")
	s.Int(&o.Permutations, "permutations", "", "random pairings of the samples for pvalue, such as 999; 0 for none")
	s.Rarely(func() {
		s.Choice(&o.Calibrate, "calibrate", "", "calibrated is relative to the mean of random pairings, or (with --permutations) to the quantile --level of them, below which it is 0", byMean, byQuantile)
	})
	o.Units.Register(s)
	s.Rarely(func() {
		s.Choice(&o.Over, "over", "", "what the interval is about: other stimuli and these neurons (stimuli), other neurons and these stimuli (neurons), or both", inference.Overs...)
	})
}

// check refuses what is out of range.
func (o *Inference) check() error {
	switch {
	case !(o.Level > 0 && o.Level < 1):
		return batch.Configf("", "--level %g: want a number between 0 and 1, such as 0.95", o.Level)
	case o.Permutations < 0:
		return batch.Configf("", "--permutations %d: want 0 or more", o.Permutations)
	case o.Permutations > 0 && o.Mode == string(inference.None):
		return batch.Usagef("--permutations goes with --inference auto or full")
	case o.Calibrate == byQuantile && o.Permutations == 0:
		return batch.Usagef("--calibrate quantile wants random pairings, such as --permutations 999")
	case o.Units.Named() && o.Mode == string(inference.None):
		return batch.Usagef("%s goes with --inference auto or full", o.Units.Option())
	}
	return nil
}

// options are those of package inference.
func (o *Inference) options(seed uint64) inference.Options {
	return inference.Options{Mode: inference.Mode(o.Mode), Level: o.Level, Permutations: o.Permutations, Seed: seed, Over: inference.Over(o.Over), Quantile: o.Calibrate == byQuantile}
}

// design returns the independent units of a view of a pair.
func (s *scorer) design(pair *measures.Pair, at framed) *inference.Design {
	if s.options.Inference.Mode == string(inference.None) || s.options.HeldOut.Given() {
		return nil
	}
	structure := at.labels.Structure()
	switch at.axis {
	case perTime:
		structure.Samples = inference.ConditionAxis
	case "condition":
		structure.Samples = inference.TimeAxis
	}
	d := structure.Design(pair)
	return &d
}

// assess completes a row that has a value.
func (s *scorer) assess(ctx context.Context, pair *measures.Pair, more others, m measures.Named, d *inference.Design, row *scoreRow) error {
	if d == nil {
		return nil
	}
	o := s.options.Inference.options(s.env.Seed)
	o.Repeats, o.Subjects = more.repeats, more.subjects
	if s.options.MaxMemory > 0 {
		dims := pair.Dims()
		named, x, y := s.options.measuresOf(row.pair), footprint{dims.N, dims.P, dims.Times}, footprint{dims.N, dims.Q, dims.Times}
		if o.Bytes = s.options.beside(named, x, y); pair.MomentsOnly() {
			o.Bytes = max(1, s.options.maxMemory()-s.options.streamBytes(named, x, y))
		}
	}
	a, err := inference.Assess(ctx, pair, m, row.value, *d, o)
	if err != nil {
		return err
	}
	if len(s.options.Repeats.More) > 0 {
		a.Notes = append([]string{fmt.Sprintf("x is the mean of %d repeats", 1+len(s.options.Repeats.paths))}, a.Notes...)
	}
	row.assessment = &a
	row.warning = joinWarnings(slices.Concat([]string{row.warning}, a.Warnings)...)
	return nil
}

// adjust corrects the p values of the rows of a pair for the number of its views, by
// measure. Times stand in their order, so that neighbours may form clusters; a time that
// could not be scored is in none.
func adjust(rows []scoreRow, named []measures.Named, per string) {
	for _, m := range named {
		var mine []*scoreRow
		var tests []*inference.Null
		for i := range rows {
			if r := &rows[i]; r.measure == m.Name {
				var test *inference.Null
				if r.assessment != nil {
					test = r.assessment.Test
				}
				mine, tests = append(mine, r), append(tests, test)
			}
		}
		higher := m.Card().HigherIsCloser
		adjusted, clustered := inference.Adjusted(tests, higher), inference.Clustered(tests, higher)
		for k, r := range mine {
			if !math.IsNaN(adjusted[k]) {
				r.pAdj = adjusted[k]
			}
			if per == perTime && !math.IsNaN(clustered[k]) {
				r.pCluster = clustered[k]
			}
		}
	}
}

// unassessed is the assessment of a row without one.
var unassessed = inference.Assessment{
	Corrected: math.NaN(), Lo: math.NaN(), Hi: math.NaN(), SE: math.NaN(),
	Null: math.NaN(), Calibrated: math.NaN(), PValue: math.NaN(), Ceiling: math.NaN(), Normalised: math.NaN(),
}
