package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
	"simtool/internal/mlem"
	"simtool/internal/stats"
)

// metricCell is a metric that is known, the recordings that are made with it, and the
// settings of the fits.
type metricCell struct {
	name    string
	change  func(*mlem.Simulation)
	options func(*mlem.Options)
	// population is whether the noise is in standard deviations of all patterns of the metric,
	// not in those of the recording.
	population bool
	look       func(context.Context, mlem.Simulation, *mlem.Features, *mlem.Simulated) ([]observation, error) // nil: mlem fit
}

// metricCells are those of the table, for each number of stimuli. Half of the weights of
// the features are 0.
func metricCells() []metricCell {
	signed := func(noise float64) func(*mlem.Simulation) {
		return func(s *mlem.Simulation) {
			s.Generator, s.Features, s.Noise, s.Sparsity = mlem.SignedCode, 4, noise, 0.25
		}
	}
	correlated := func(s *mlem.Simulation) { s.Correlation = 0.5 }
	products := func(o *mlem.Options) {
		o.Interactions.All, o.InteractionImportance, o.DropOne = true, true, false
	}
	return []metricCell{
		{name: "noise 2"},
		{name: "noise 5", change: func(s *mlem.Simulation) { s.Noise = 5 }},
		{name: "noise 2, features correlated by .5", change: correlated},
		{name: "noise 2, numbers alone", change: func(s *mlem.Simulation) { s.Kinds = []mlem.Kind{mlem.Numeric} }},
		{name: "noise 2, score r2", options: func(o *mlem.Options) { o.Score = mlem.ScoreR2 }},
		{name: "signed, all products, noise 1", change: signed(1), options: products},
		{name: "signed, all products, noise 1 of the population", change: signed(1), options: products, population: true},
		{name: "noise 2, mlem explain", look: ofExplanation},
		{name: "features correlated by .5, mlem explain", change: correlated, look: ofExplanation},
		{name: "noise 1 to 4, mlem profiles", look: ofProfiles},
		{name: "noise 2, mlem encode", look: ofEncoding(mlem.ChoiceAuto)},
		{name: "noise 2, mlem encode --choose unit", look: ofEncoding(mlem.ChoiceUnit)},
	}
}

// metricRow is a line of the table: intervals of one kind, of several features or folds.
type metricRow struct {
	what    string
	members map[string]*metricMember
}

// metricMember is a number whose interval is looked at, such as the weight of a feature.
type metricMember struct {
	truth     float64 // NaN: the mean over runs
	values    []float64
	intervals []stats.Interval // zero where there is none

	given, covered int
	width          float64
}

// metrics writes the coverage of the intervals of mlem fit.
func metrics(w io.Writer, only *regexp.Regexp, runs int, seed uint64, workers int) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, `# Validation: intervals of mlem fit

Of each known metric %d recordings were simulated, with stimuli and noise of their own, and
fitted with the settings that mlem fit has unless a row says otherwise: `+"`make validation-mlem`"+` writes
this page (`+"`go run ./internal/bench/validation -mlem -runs %d%s`"+`). The Monte-Carlo error of a
coverage of 95 %% is ±%.1f points for one feature.

The truth of a weight is that of the metric; that of a score or an importance is its mean
over the recordings, what a fit to so many stimuli is worth. *covered* counts the intervals
that hold it, *least* and *most* are those of the features or folds that a row is of, *given*
the share of fits with an interval.

Intervals that hold more than 97 %%, and why:

- Importances of features without weight are skewed, 0 or a little below where w ≥ 0 holds the
  weight at 0 and with a tail above: the interval is extended to 0 and to the error of the
  permutations.
- The error of the permutations of an importance is taken from its values over permutations and
  folds, and is in the influences of stimuli as well. For a single feature it stands for what
  else is missing: without it intervals of features with weight held 91 to 93 %%. For an
  interaction it is most of the variance and counts once; counted twice, intervals held
  99.3 to 99.6 %%.
- A weight of 0 is at the edge of the metrics. Intervals of weights are percentiles, extended to
  those that are corrected for bias, which matters where noise is large.
- The influence of a stimulus on a held-out score has the noise of its pairs in it, which is thus
  counted for both stimuli of a pair. Counted once, the intervals of 60 stimuli held the truth
  in 88 to 92 %% of 200 to 300 recordings: what a new fit adds to the error is about as large, and is not
  known otherwise. Of 200 stimuli both are small.
- The noise of a recording is in standard deviations of its own patterns, so that recordings
  have the same ratio of signal to noise, where samples of a population have not. Rows *of the
  population* have noise of one size: scores of signed metrics, which the ratio decides, then
  hold what they should.
- The jackknife of mlem explain counts what is of a single pair twice as well, which is most of
  the variance where nothing is related. Shares of the variance that are 0 cannot be
  negative: their intervals reach 0. What is skewed near 0 has percentiles of resampled stimuli
  beside the jackknife, and a part that models share only has an interval where it is at least
  1.5 standard errors: of correlated features, plain intervals of parts held the truth in 65 to
  90 %% of 600 recordings of 60 stimuli, and those of averages in 87 to 92 %%. The *least* of shared parts is that of one
  with an interval in a few recordings, just those where it is large by chance.
- mlem profiles takes the errors of importances as independent. Models that are fitted to the
  same stimuli have much of theirs in common, which moves no distance. A distance that is no
  larger than what noise alone gives has an interval that holds 0 and that.

Intervals of mlem encode have the choice of the penalties in their error, by resampled stimuli.
Parts of bands have none where units share a choice, as they do here.

| recordings | stimuli | interval of | covered | least | most | given | width |
|---|---|---|---|---|---|---|---|
`, runs, runs, selected(only), 196*math.Sqrt(0.95*0.05/float64(runs)))
	for _, c := range metricCells() {
		for _, n := range []int{60, 200} {
			if !only.MatchString(fmt.Sprintf("%s, n=%d", c.name, n)) {
				continue
			}
			rows, err := c.run(n, runs, seed, workers)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			for _, r := range rows {
				fmt.Fprintln(out, r.markdown(c.name, n))
			}
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}

// selected is how the command line selects rows, "" for all.
func selected(only *regexp.Regexp) string {
	if only.String() == "." {
		return ""
	}
	return fmt.Sprintf(" -only '%s'", only)
}

// observation is a number with its interval, of a member of a row.
type observation struct {
	what, member string
	truth, value float64 // truth NaN: the mean over runs
	interval     stats.Interval
}

// run looks at recordings of n stimuli and counts.
func (c metricCell) run(n, runs int, seed uint64, workers int) ([]*metricRow, error) {
	sim := mlem.DefaultSimulation()
	sim.Stimuli, sim.Features, sim.Noise, sim.Sparsity, sim.Seed = n, 6, 2, 0.5, 3
	if c.change != nil {
		c.change(&sim)
	}
	sd, err := c.populationSD(sim, seed)
	if err != nil {
		return nil, err
	}
	found, failed := make([][]observation, runs), make([]error, runs)
	jobs := make(chan int)
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			for k := range jobs {
				own := sim
				own.DataSeed = seed*1_000_000 + uint64(k) + 1
				found[k], failed[k] = c.observe(own, sd)
			}
		})
	}
	for k := range runs {
		jobs <- k
	}
	close(jobs)
	wait.Wait()
	if err = errors.Join(failed...); err != nil {
		return nil, err
	}
	var rows []*metricRow
	at := map[string]*metricRow{}
	for _, one := range slices.Concat(found...) {
		row := at[one.what]
		if row == nil {
			row = &metricRow{what: one.what, members: map[string]*metricMember{}}
			at[one.what], rows = row, append(rows, row)
		}
		row.add(one)
	}
	for _, r := range rows {
		r.count()
	}
	return rows, nil
}

// populationSD returns the standard deviation of the patterns without noise over many
// recordings, 0 where the noise is that of each.
func (c metricCell) populationSD(sim mlem.Simulation, seed uint64) (float64, error) {
	const recordings = 50
	if !c.population {
		return 0, nil
	}
	variance := 0.0
	for k := range recordings {
		sim.DataSeed = (seed+1)*2_000_000 + uint64(k)
		recording, err := mlem.Simulate(context.Background(), sim)
		if err != nil {
			return 0, err
		}
		sd := deviation(recording.Clean)
		variance += sd * sd / recordings
	}
	return math.Sqrt(variance), nil
}

// deviation is the standard deviation of all values about the means of units.
func deviation(y *mat.Dense) float64 {
	c, _ := linalg.Center(y)
	n, units := c.Dims()
	return mat.Norm(c, 2) / math.Sqrt(float64(n*units))
}

// observe simulates a recording and does with it as the command does by default.
func (c metricCell) observe(sim mlem.Simulation, sd float64) ([]observation, error) {
	ctx := context.Background()
	recording, err := mlem.Simulate(ctx, sim)
	if err != nil {
		return nil, err
	}
	if sd > 0 {
		var noise mat.Dense
		noise.Sub(recording.Y, recording.Clean)
		noise.Scale(sd/deviation(recording.Clean), &noise)
		recording.Y.Add(recording.Clean, &noise)
	}
	features, _, err := mlem.NewFeatures(recording.Table, mlem.FeatureOptions{})
	if err != nil {
		return nil, err
	}
	if c.look != nil {
		return c.look(ctx, sim, features, recording)
	}
	r, score, err := fit(ctx, features, recording.Y, func(o *mlem.Options) {
		o.DropOne = true
		if c.options != nil {
			c.options(o)
		}
	})
	if err != nil {
		return nil, err
	}
	return ofFit(recording, r, score), nil
}

// fit fits as the commands do by default, without p values, and says by which score.
func fit(ctx context.Context, features *mlem.Features, patterns *mat.Dense, change func(*mlem.Options)) (*mlem.Result, mlem.Statistic, error) {
	y, err := mlem.NewNeural(patterns, mlem.NeuralOptions{})
	if err != nil {
		return nil, "", err
	}
	o := mlem.DefaultOptions()
	o.Shrink, o.RowEffects, o.Null, o.Jobs = mlem.AutoShrink, true, 0, 1
	change(&o)
	r, err := mlem.Fit(ctx, features, []*mlem.Neural{y}, o)
	if err != nil {
		return nil, "", err
	}
	return r[0], o.Score, nil
}

// truths returns the true weight of a pair of features by their names.
func truths(recording *mlem.Simulated) func(a, b string) float64 {
	at := map[string]int{}
	for i, c := range recording.Table.Columns {
		at[c.Name] = i
	}
	return func(a, b string) float64 { return recording.W.At(at[a], at[b]) }
}

func kindOf(weight float64) string {
	if weight == 0 {
		return "without weight"
	}
	return "with weight"
}

// ofFit lists the intervals of a fit.
func ofFit(recording *mlem.Simulated, r *mlem.Result, by mlem.Statistic) []observation {
	var out []observation
	weight := truths(recording)
	for _, w := range r.Weights {
		truth := weight(w.A, w.B)
		what := "weight of features "
		if w.A != w.B {
			what = "weight of products "
		}
		out = append(out, observation{what + kindOf(truth), w.A + "*" + w.B, truth, w.Weight, w.Interval})
	}
	for _, s := range r.Scores {
		if s.Split != "in-sample" {
			out = append(out, observation{"score, " + s.Split, s.Split, math.NaN(), s.Of(by), s.Interval})
		}
	}
	for _, m := range r.Importance {
		what := "importance, " + string(m.Method)
		if m.Method != mlem.Interaction {
			what += ", " + kindOf(weight(m.Feature, m.Feature))
		}
		out = append(out, observation{what, m.Feature, math.NaN(), m.Value, m.Interval})
	}
	return out
}

// ofExplanation lists the intervals of mlem explain, of two features that are a group and
// the others.
func ofExplanation(ctx context.Context, _ mlem.Simulation, features *mlem.Features, recording *mlem.Simulated) ([]observation, error) {
	y, err := mlem.NewNeural(recording.Y, mlem.NeuralOptions{Power: 1})
	if err != nil {
		return nil, err
	}
	o := mlem.DefaultExplainOptions()
	names := features.Names()
	o.Jobs, o.Null, o.FeatureGroups = 1, 39, []mlem.FeatureGroup{{Name: "group", Features: names[:2]}}
	got, err := mlem.Explain(ctx, features, y, o)
	if err != nil {
		return nil, err
	}
	weight := truths(recording)
	var out []observation
	for _, s := range got.Shares {
		what := "explain, " + string(s.Quantity)
		switch {
		case slices.Contains(names, s.Model):
			what += ", " + kindOf(weight(s.Model, s.Model))
		case s.Model == "group":
			what += ", group"
		}
		out = append(out, observation{what, s.Model, math.NaN(), s.Value, s.Interval})
	}
	return out, nil
}

// ofEncoding lists the intervals of mlem encode, whose penalties are chosen in some way.
func ofEncoding(by mlem.BandedChoice) func(context.Context, mlem.Simulation, *mlem.Features, *mlem.Simulated) ([]observation, error) {
	return func(ctx context.Context, _ mlem.Simulation, features *mlem.Features, recording *mlem.Simulated) ([]observation, error) {
		o := mlem.DefaultBandedOptions()
		o.Jobs, o.Draws, o.Choice = 1, 20, by
		got, err := mlem.FitBanded(ctx, features, recording.Y, o)
		if err != nil {
			return nil, err
		}
		weight := truths(recording)
		out := []observation{{"encode, mean over units", "all", math.NaN(), got.Total[got.Units].R2, got.Total[got.Units].Interval}}
		for b, name := range got.Bands {
			part := got.Parts[b][got.Units]
			out = append(out, observation{"encode, part of a band " + kindOf(weight(name, name)), name, math.NaN(), part.R2, part.Interval})
		}
		for u := range 4 {
			out = append(out, observation{"encode, a unit", mlem.UnitName(u), math.NaN(), got.Total[u].R2, got.Total[u].Interval})
		}
		return out, nil
	}
}

// add adds an observation to its member.
func (r *metricRow) add(o observation) {
	m := r.members[o.member]
	if m == nil {
		m = &metricMember{truth: o.truth}
		r.members[o.member] = m
	}
	m.values, m.intervals = append(m.values, o.value), append(m.intervals, o.interval)
}

// count counts the intervals that hold the truth.
func (r *metricRow) count() {
	for _, m := range r.members {
		if math.IsNaN(m.truth) {
			m.truth = 0
			for _, v := range m.values {
				m.truth += v / float64(len(m.values))
			}
		}
		for _, i := range m.intervals {
			if i == (stats.Interval{}) {
				continue
			}
			m.given++
			m.width += i.Hi - i.Lo
			if i.Lo <= m.truth && m.truth <= i.Hi {
				m.covered++
			}
		}
	}
}

func (r *metricRow) markdown(name string, n int) string {
	var given, covered, all int
	var width float64
	least, most := 1.0, 0.0
	for _, m := range r.members {
		given, covered, all, width = given+m.given, covered+m.covered, all+len(m.values), width+m.width
		if m.given > 0 {
			share := float64(m.covered) / float64(m.given)
			least, most = min(least, share), max(most, share)
		}
	}
	if given == 0 {
		return fmt.Sprintf("| %s | %d | %s | – | – | – | 0 %% | – |", name, n, r.what)
	}
	return fmt.Sprintf("| %s | %d | %s | %.1f %% | %.1f %% | %.1f %% | %.1f %% | %.3f |", name, n, r.what,
		100*float64(covered)/float64(given), 100*least, 100*most, 100*float64(given)/float64(all), width/float64(given))
}
