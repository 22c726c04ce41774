package rdm

import (
	"fmt"
	"math"
	"slices"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/measures"
	"simtool/internal/verb"
)

// ofTrials compares the conditions of trials that labels name. Trials with missing values
// that --missing leaves out take their labels with them.
func (o *Options) ofTrials(e *batch.Env, d *data.Dataset) (*output, error) {
	if d.Is3D() {
		return nil, &data.InputError{Path: d.Source.Path, Found: data.ShapeString(d.Shape), Wanted: "want trial × neuron for --conditions; without it, crossnobis takes 3-d data for repeat × condition × neuron"}
	}
	conditions, err := verb.ReadLabelColumn("--conditions", o.Conditions, &o.Input, d)
	if err != nil {
		return nil, err
	}
	if len(conditions.Words) < 2 {
		return nil, &data.InputError{Path: conditions.Source.Path, Found: fmt.Sprintf("one condition, %q, for all trials", conditions.Words[0]), Wanted: "want at least two to compare"}
	}
	along := []data.Along{data.AlongSlice(conditions.Source.Path, "labels of --conditions", &conditions.Codes)}
	runs := &verb.LabelColumn{}
	if o.Runs != "" {
		if runs, err = verb.ReadLabelColumn("--runs", o.Runs, &o.Input, d); err != nil {
			return nil, err
		}
		along = append(along, data.AlongSlice(runs.Source.Path, "labels of --runs", &runs.Codes))
	}
	kept, err := o.Input.Keep(e, data.Samples, []*data.Dataset{d}, along...)
	if err != nil {
		return nil, err
	}
	for c, word := range conditions.Words {
		if !slices.Contains(conditions.Codes, c) {
			return nil, &data.InputError{Path: d.Source.Path, Found: fmt.Sprintf("missing values in every trial of condition %q", word), Wanted: "want a complete trial of each"}
		}
	}
	out, err := o.trials(kept.Systems[0], conditions.Codes, runs.Codes, len(conditions.Words))
	if err != nil {
		return nil, err
	}
	out.names = conditions.Words
	out.sources = append(kept.Sources(), conditions.Source)
	if o.Runs != "" && runs.Source.Path != conditions.Source.Path {
		out.sources = append(out.sources, runs.Source)
	}
	return out, nil
}

// trials compares conditions by trials without missing values.
func (o *Options) trials(d *data.Dataset, conditions, runs []int, count int) (*output, error) {
	system, err := measures.NewSystem(d)
	if err != nil {
		return nil, err
	}
	t := measures.Trials{System: system, Of: conditions, Runs: runs, Conditions: count}
	matrix, deviations, warnings, err := measures.TrialRDM(t, o.Kind)
	if err != nil {
		return nil, o.refused(err)
	}
	return &output{matrix: matrix, errors: deviations, warnings: warnings, sources: []data.Source{d.Source}}, nil
}

// ofRepeats takes repeat × condition × neuron data for trials of runs, without those with
// missing values: conditions that were repeated less often than others.
func (o *Options) ofRepeats(d *data.Dataset) (*output, error) {
	count := d.Shape[1]
	var rows, conditions, runs []int
	for i := range d.Samples() {
		if row := d.Values[i*d.Width() : (i+1)*d.Width()]; !slices.ContainsFunc(row, math.IsNaN) {
			rows, conditions, runs = append(rows, i), append(conditions, i%count), append(runs, i/count)
		}
	}
	for c := range count {
		if !slices.Contains(conditions, c) {
			return nil, &data.InputError{Path: d.Source.Path, Found: fmt.Sprintf("missing values in every repeat of condition %d (counted from 0)", c), Wanted: "want a complete repeat of each"}
		}
	}
	out, err := o.trials(d.Subset(rows), conditions, runs, count)
	if err == nil && len(rows) < d.Samples() {
		out.warnings = slices.Insert(out.warnings, 0, fmt.Sprintf("%s: left out %d of %d repeats of conditions, which have missing values", d.Source.Path, d.Samples()-len(rows), d.Samples()))
	}
	return out, err
}

// ofCommonFeatures compares each pair of samples by the features that both have.
func (o *Options) ofCommonFeatures(d *data.Dataset) (*output, error) {
	matrix, warnings, err := measures.PairwiseRDM(d, o.Kind)
	if err != nil {
		return nil, o.refused(err)
	}
	return &output{matrix: matrix, warnings: warnings, sources: []data.Source{d.Source}}, nil
}
