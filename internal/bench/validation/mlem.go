package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"regexp"
	"sync"

	"simtool/internal/mlem"
	"simtool/internal/stats"
)

// metricCell is a metric that is known, the recordings that are made with it, and the
// settings of the fits.
type metricCell struct {
	name    string
	change  func(*mlem.Simulation)
	options func(*mlem.Options)
}

// metricCells are those of the table, for each number of stimuli. Half of the weights of
// the features are 0.
func metricCells() []metricCell {
	signed := func(noise float64) func(*mlem.Simulation) {
		return func(s *mlem.Simulation) {
			s.Generator, s.Features, s.Noise, s.Sparsity = mlem.SignedCode, 4, noise, 0.25
		}
	}
	products := func(o *mlem.Options) {
		o.Interactions.All, o.InteractionImportance, o.DropOne = true, true, false
	}
	return []metricCell{
		{name: "noise 1", change: func(s *mlem.Simulation) { s.Noise = 1 }},
		{name: "noise 2"},
		{name: "noise 2, other weights", change: func(s *mlem.Simulation) { s.Seed = 5 }},
		{name: "noise 5", change: func(s *mlem.Simulation) { s.Noise = 5 }},
		{name: "noise 2, features correlated by .5", change: func(s *mlem.Simulation) { s.Correlation = 0.5 }},
		{name: "noise 2, numbers alone", change: func(s *mlem.Simulation) { s.Kinds = []mlem.Kind{mlem.Numeric} }},
		{name: "noise 2, 3 repeats", options: func(o *mlem.Options) { o.Repeats = 3 }},
		{name: "noise 2, score pearson", options: func(o *mlem.Options) { o.Score = mlem.ScorePearson }},
		{name: "noise 2, score r2", options: func(o *mlem.Options) { o.Score = mlem.ScoreR2 }},
		{name: "signed, all products, noise 1", change: signed(1), options: products},
		{name: "signed, all products, noise 2", change: signed(2), options: products},
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
this page (`+"`go run ./internal/bench/validation -mlem -runs %d`"+`). The Monte-Carlo error of a
coverage of 95 %% is ±%.1f points for one feature.

The truth of a weight is that of the metric; that of a score or an importance is its mean
over the recordings, what a fit to so many stimuli is worth. *covered* counts the intervals
that hold it, *least* and *most* are those of the features or folds that a row is of, *given*
the share of fits with an interval.

| recordings | stimuli | interval of | covered | least | most | given | width |
|---|---|---|---|---|---|---|---|
`, runs, runs, 196*math.Sqrt(0.95*0.05/float64(runs)))
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

// fitted is a recording and what was found in it.
type fitted struct {
	recording *mlem.Simulated
	result    *mlem.Result
	score     mlem.Statistic
	err       error
}

// run fits recordings of n stimuli and counts.
func (c metricCell) run(n, runs int, seed uint64, workers int) ([]*metricRow, error) {
	sim := mlem.DefaultSimulation()
	sim.Stimuli, sim.Features, sim.Noise, sim.Sparsity, sim.Seed = n, 6, 2, 0.5, 3
	if c.change != nil {
		c.change(&sim)
	}
	fits := make([]fitted, runs)
	jobs := make(chan int)
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			for k := range jobs {
				own := sim
				own.DataSeed = seed*1_000_000 + uint64(k) + 1
				fits[k] = c.fit(own)
			}
		})
	}
	for k := range runs {
		jobs <- k
	}
	close(jobs)
	wait.Wait()
	var rows []*metricRow
	for _, f := range fits {
		if f.err != nil {
			return nil, f.err
		}
		rows = add(rows, f)
	}
	for _, r := range rows {
		r.count()
	}
	return rows, nil
}

// fit simulates a recording and fits it as mlem fit does by default.
func (c metricCell) fit(sim mlem.Simulation) (out fitted) {
	ctx := context.Background()
	if out.recording, out.err = mlem.Simulate(ctx, sim); out.err != nil {
		return out
	}
	features, _, err := mlem.NewFeatures(out.recording.Table, mlem.FeatureOptions{})
	if out.err = err; err != nil {
		return out
	}
	y, err := mlem.NewNeural(out.recording.Y, mlem.NeuralOptions{})
	if out.err = err; err != nil {
		return out
	}
	o := mlem.DefaultOptions()
	o.Shrink, o.RowEffects, o.Null, o.Jobs, o.DropOne = mlem.AutoShrink, true, 0, 1, true
	if c.options != nil {
		c.options(&o)
	}
	out.score = o.Score
	r, err := mlem.Fit(ctx, features, []*mlem.Neural{y}, o)
	if out.err = err; err == nil {
		out.result = r[0]
	}
	return out
}

// add adds what a fit found to the rows that it belongs to.
func add(rows []*metricRow, f fitted) []*metricRow {
	member := func(what, name string, truth, value float64, interval stats.Interval) {
		var row *metricRow
		for _, r := range rows {
			if r.what == what {
				row = r
			}
		}
		if row == nil {
			row = &metricRow{what: what, members: map[string]*metricMember{}}
			rows = append(rows, row)
		}
		m := row.members[name]
		if m == nil {
			m = &metricMember{truth: truth}
			row.members[name] = m
		}
		m.values, m.intervals = append(m.values, value), append(m.intervals, interval)
	}
	at := map[string]int{}
	for i, c := range f.recording.Table.Columns {
		at[c.Name] = i
	}
	weight := func(a, b string) float64 { return f.recording.W.At(at[a], at[b]) }
	kind := func(w float64) string {
		if w == 0 {
			return "without weight"
		}
		return "with weight"
	}
	for _, w := range f.result.Weights {
		truth := weight(w.A, w.B)
		what := "weight of features "
		if w.A != w.B {
			what = "weight of products "
		}
		member(what+kind(truth), w.A+"*"+w.B, truth, w.Weight, w.Interval)
	}
	for _, s := range f.result.Scores {
		if s.Split != "in-sample" {
			member("score, "+s.Split, s.Split, math.NaN(), s.Of(f.score), s.Interval)
		}
	}
	for _, m := range f.result.Importance {
		what := "importance, " + string(m.Method)
		if m.Method != mlem.Interaction {
			what += ", " + kind(weight(m.Feature, m.Feature))
		}
		member(what, m.Feature, math.NaN(), m.Value, m.Interval)
	}
	return rows
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
