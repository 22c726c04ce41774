package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"regexp"

	"simtool/internal/inference"
	"simtool/internal/measures"
)

// contest is a population of models of one recording x = z/√i of p features: model j is
// (ρ_j z + √(1−ρ_j²) w_j)/√i, with w_j its own.
type contest struct {
	n, p  int
	rho   []float64
	heavy bool // every sample has a factor √(3/χ²₅)
}

func (c contest) String() string {
	tails := ""
	if c.heavy {
		tails = ", t₅ rows"
	}
	return fmt.Sprintf("n=%d p=%d ρ=%.3g%s", c.n, c.p, c.rho, tails)
}

// draw returns the recording and its models.
func (c contest) draw(rng *rand.Rand) (x []float64, ys [][]float64) {
	ys = make([][]float64, len(c.rho))
	for range c.n {
		scale := 1.0
		if c.heavy {
			chi := 0.0
			for range 5 {
				v := rng.NormFloat64()
				chi += v * v
			}
			scale = math.Sqrt(3 / chi)
		}
		for i := range c.p {
			z, s := rng.NormFloat64(), scale/math.Sqrt(float64(i+1))
			x = append(x, s*z)
			for j, r := range c.rho {
				ys[j] = append(ys[j], s*(r*z+math.Sqrt(1-r*r)*rng.NormFloat64()))
			}
		}
	}
	return x, ys
}

// latentTruth returns the score of a model of the population by a measure.
func latentTruth(measure string, rho float64) float64 {
	switch measure {
	case "nbs":
		return rho
	default: // cka, linreg, and squared distances of Gaussian data
		return rho * rho
	}
}

// contests are the cells of the table.
func contests() []contest {
	six := func(v float64) []float64 { return []float64{v, v, v, v, v, v} }
	return []contest{
		{n: 50, p: 10, rho: []float64{0.7, 0.7}},
		{n: 50, p: 10, rho: []float64{0.85, 0.7}},
		{n: 50, p: 10, rho: []float64{0.7, 0.7}, heavy: true},
		{n: 100, p: 10, rho: []float64{0.4, 0.4}},
		{n: 100, p: 50, rho: []float64{0.7, 0.7}},
		{n: 100, p: 50, rho: []float64{0.8, 0.7}},
		{n: 300, p: 10, rho: []float64{0.75, 0.7}},
		{n: 60, p: 6, rho: six(0.6)},
		{n: 150, p: 10, rho: six(0.7)},
		{n: 100, p: 10, rho: []float64{0.85, 0.7, 0.7, 0.7, 0.7, 0.7}},
	}
}

// contestOutcome is what one run says.
type contestOutcome struct {
	given, covered, rejected, anyFalse, found bool
	diff                                      float64
	err                                       error
}

// comparisons writes the table of differences of models.
func comparisons(w io.Writer, only *regexp.Regexp, runs int, seed uint64, workers int) error {
	fmt.Fprintf(w, `# Validation: differences of models

`+"`make validation-models`"+` writes this page. Models of one recording were drawn %d times and
compared as simtool compare does it, in rows that are independent. *differ* counts samples in which the first two models
differ at 5 %% (pvalue), *covered* those in which the interval of their difference holds that
of the population, *given* those that were not refused, *any false* those in which any two
equal models differ after the adjustment (p_adj), *any true* those in which any two that are
not equal do. The Monte-Carlo error of 5 %% is ±%.1f points.

| models | measure | difference | mean | given | differ | covered | any false | any true |
|---|---|---|---|---|---|---|---|---|
`, runs, 196*math.Sqrt(0.05*0.95/float64(runs)))
	for _, c := range contests() {
		if !only.MatchString(c.String()) {
			continue
		}
		for _, name := range []string{"cka", "cka:estimator=debiased", "nbs", "linreg", "rsa:compare=pearson"} {
			list, err := measures.ParseList(name, 1)
			if err != nil {
				return err
			}
			out := each(runs, workers, func(i int) contestOutcome { return c.once(list[0], i, seed) })
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

// once draws the models and compares them.
func (c contest) once(m measures.Named, run int, seed uint64) contestOutcome {
	x, ys := c.draw(rand.New(rand.NewPCG(seed, uint64(run))))
	var panel inference.Panel
	var first *measures.Pair
	for _, y := range ys {
		p := pairOfValues(x, y, []int{c.n, c.p}, []int{c.n, c.p})
		if first == nil {
			first = p
		} else if joined, err := measures.NewPair(first.X, p.Y); err == nil {
			p = joined
		}
		s, err := m.Score(p)
		if err != nil {
			return contestOutcome{err: err}
		}
		e, err := inference.NewEstimate(context.Background(), p, m, s.Value, inference.NewDesign(first, inference.Rows, nil), inference.Options{Level: 0.95, Seed: 1})
		if err != nil {
			return contestOutcome{err: err}
		}
		panel = append(panel, e)
	}
	contrasts := inference.Compare([]inference.Panel{panel}, 0.95, seed+uint64(run))
	one := contrasts[0]
	want := latentTruth(m.Name, c.rho[0]) - latentTruth(m.Name, c.rho[1])
	o := contestOutcome{given: !math.IsNaN(one.PValue), diff: one.Diff, rejected: one.PValue < 0.05, covered: one.Lo <= want && want <= one.Hi}
	for _, k := range contrasts {
		if k.PAdj < 0.05 {
			equal := c.rho[k.First] == c.rho[k.Second]
			o.anyFalse, o.found = o.anyFalse || equal, o.found || !equal
		}
	}
	return o
}

// markdown is a row of the table.
func (c contest) markdown(name string, out []contestOutcome) string {
	given, covered, rejected, anyFalse, found, mean := 0, 0, 0, 0, 0, 0.0
	for _, o := range out {
		if o.anyFalse {
			anyFalse++
		}
		if o.found {
			found++
		}
		if !o.given {
			continue
		}
		given++
		mean += o.diff
		if o.covered {
			covered++
		}
		if o.rejected {
			rejected++
		}
	}
	percent := func(k, of int) string {
		if of == 0 {
			return "–"
		}
		return fmt.Sprintf("%.1f %%", 100*float64(k)/float64(of))
	}
	want := latentTruth(name, c.rho[0]) - latentTruth(name, c.rho[1])
	return fmt.Sprintf("| %s | %s | %.3f | %.3f | %s | %s | %s | %s | %s |", c, name, want, mean/float64(given),
		percent(given, len(out)), percent(rejected, given), percent(covered, given), percent(anyFalse, len(out)), percent(found, len(out)))
}
