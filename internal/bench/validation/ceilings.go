package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"regexp"

	"simtool/internal/data"
	"simtool/internal/inference"
	"simtool/internal/measures"
)

// noisyCell is a recording that was repeated with noise of a variance relative to its
// signal, and a model of ρ = .7 of the signal; see contest.
type noisyCell struct {
	n, p, repeats int
	noise         float64
}

func (c noisyCell) String() string {
	return fmt.Sprintf("n=%d p=%d, %d repeats, noise %.3g × signal", c.n, c.p, c.repeats, c.noise)
}

func noisyCells() []noisyCell {
	return []noisyCell{
		{100, 10, 2, 1}, {100, 50, 2, 1}, {100, 50, 2, 3.3}, {100, 10, 5, 1}, {100, 10, 5, 5}, {300, 20, 3, 2}, {40, 10, 2, 0.5},
	}
}

// ceilingOutcome is what stands beside the score of one run.
type ceilingOutcome struct {
	value, corrected, ceiling, normalised float64
	err                                   error
}

// ceilings writes the table of normalised scores.
func ceilings(w io.Writer, only *regexp.Regexp, runs int, seed uint64, workers int) error {
	fmt.Fprintf(w, `# Validation: what noise takes away, the ceiling gives back

`+"`make validation-ceilings`"+` writes this page. Recordings with independent noise in each repeat were drawn %d times, with a model of
ρ = .7 of what is behind the noise. *truth* is the score of the model with a recording
without noise, of all stimuli; *normalised* is to be that, on average, ± its standard deviation
over recordings.

| recording | measure | truth | value | corrected | ceiling | normalised | given |
|---|---|---|---|---|---|---|---|
`, runs)
	for _, c := range noisyCells() {
		if !only.MatchString(c.String()) {
			continue
		}
		for _, name := range []string{"cka", "cka:estimator=debiased", "nbs", "linreg", "ridge", "rsa:compare=pearson", "rsa:compare=spearman"} {
			list, err := measures.ParseList(name, 1)
			if err != nil {
				return err
			}
			out := each(runs, workers, func(i int) ceilingOutcome { return c.once(list[0], i, seed) })
			for _, o := range out {
				if o.err != nil {
					return fmt.Errorf("%s, %s: %w", c, name, o.err)
				}
			}
			fmt.Fprintln(w, c.markdown(name, out))
		}
	}
	return nil
}

// once draws the repeats and scores the model.
func (c noisyCell) once(m measures.Named, run int, seed uint64) ceilingOutcome {
	rng := rand.New(rand.NewPCG(seed, uint64(run)))
	signal, ys := contest{n: c.n, p: c.p, rho: []float64{0.7}}.draw(rng)
	mean := make([]float64, len(signal))
	var parts []*measures.System
	for range c.repeats {
		one := make([]float64, len(signal))
		for i, v := range signal {
			one[i] = v + math.Sqrt(c.noise/float64(i%c.p+1))*rng.NormFloat64()
			mean[i] += one[i] / float64(c.repeats)
		}
		s, err := measures.NewSystem(&data.Dataset{Shape: []int{c.n, c.p}, Values: one})
		if err != nil {
			return ceilingOutcome{err: err}
		}
		parts = append(parts, s)
	}
	p := pairOfValues(mean, ys[0], []int{c.n, c.p}, []int{c.n, c.p})
	s, err := m.Score(p)
	if err != nil {
		return ceilingOutcome{err: err}
	}
	a, err := inference.Assess(context.Background(), p, m, s.Value, inference.NewDesign(p, inference.Rows, nil), inference.Options{
		Mode: inference.Full, Level: 0.95, Seed: 1, Repeats: measures.NewRepeats(p.X, parts),
	})
	return ceilingOutcome{s.Value, a.Corrected, a.Ceiling, a.Normalised, err}
}

// markdown is a row of the table.
func (c noisyCell) markdown(name string, out []ceilingOutcome) string {
	value, _, _ := moment(out, func(o ceilingOutcome) float64 { return o.value })
	corrected, _, _ := moment(out, func(o ceilingOutcome) float64 { return o.corrected })
	ceiling, _, _ := moment(out, func(o ceilingOutcome) float64 { return o.ceiling })
	normalised, sd, given := moment(out, func(o ceilingOutcome) float64 { return o.normalised })
	wanted := fmt.Sprintf("%.3f", latentTruth(name, 0.7))
	if name == "rsa:compare=spearman" || name == "ridge" {
		wanted = "–"
	}
	share := number(normalised)
	if given > 1 {
		share += fmt.Sprintf(" ± %.3f", sd)
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s | %.0f %% |", c, name, wanted, number(value), number(corrected), number(ceiling), share, 100*float64(given)/float64(len(out)))
}

// number renders a number that may be unknown.
func number(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	return fmt.Sprintf("%.3f", v)
}

// moment returns the mean and the standard deviation of numbers that are known.
func moment[T any](out []T, of func(T) float64) (mean, sd float64, count int) {
	var values []float64
	for _, o := range out {
		if v := of(o); !math.IsNaN(v) {
			values = append(values, v)
			mean += v
		}
	}
	mean /= float64(len(values))
	for _, v := range values {
		sd += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(sd / float64(len(values)-1)), len(values)
}
