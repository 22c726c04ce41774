package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"

	"simtool/internal/data"
	"simtool/internal/inference"
	"simtool/internal/measures"
)

// nullCell is a population of systems that have nothing in common but what the design
// knows of, and the design by which they are paired at random.
type nullCell struct {
	name      string
	structure inference.Structure
	measures  []string
	draws     int
	runs      int // at most, 0 for as many as are asked for
	note      string
	draw      func(rng *rand.Rand) *measures.Pair
}

// nullCells are the cells of the table.
func nullCells() []nullCell {
	blocks := func(count, each int) [][]int {
		out := make([][]int, count)
		for g := range out {
			for i := range each {
				out[g] = append(out[g], g*each+i)
			}
		}
		return out
	}
	auto := inference.Structure{Kind: inference.Auto}
	return []nullCell{
		{"rows: 40 × 20 and 40 × 20", auto, []string{"cka", "nbs", "rsa"}, 99, 0, "", func(rng *rand.Rand) *measures.Pair {
			return pairOfValues(noise(rng, 40*20), noise(rng, 40*20), []int{40, 20}, []int{40, 20})
		}},
		{"rows: 6 × 3 and 6 × 2, all 720 orders", auto, []string{"cka"}, 99, 0, "", func(rng *rand.Rand) *measures.Pair {
			return pairOfValues(noise(rng, 18), noise(rng, 12), []int{6, 3}, []int{6, 2})
		}},
		{"conditions: 12 at 30 times, correlated over 5", auto, []string{"cka", "nbs"}, 99, 0, "", func(rng *rand.Rand) *measures.Pair {
			return pairOfValues(smoothed(rng, 30, 12*4, 5), smoothed(rng, 30, 12*4, 5), []int{30, 12, 4}, []int{30, 12, 4})
		}},
		{"conditions: 12 at 30 times with one time course, the same in both systems", auto, []string{"cka"}, 99, 0, "", func(rng *rand.Rand) *measures.Pair {
			x, y, course := smoothed(rng, 30, 12*4, 5), smoothed(rng, 30, 12*4, 5), smoothed(rng, 30, 4, 5)
			for i := range x {
				common := 3 * course[i/(12*4)*4+i%4]
				x[i] += common
				y[i] += common
			}
			return pairOfValues(x, y, []int{30, 12, 4}, []int{30, 12, 4})
		}},
		{"conditions: 5 at 20 times, all 120 orders", auto, []string{"cka"}, 99, 0, "", func(rng *rand.Rand) *measures.Pair {
			return pairOfValues(smoothed(rng, 20, 5*3, 4), smoothed(rng, 20, 5*3, 4), []int{20, 5, 3}, []int{20, 5, 3})
		}},
		{"conditions as rows: 12 at 30 times", inference.Structure{Kind: inference.Rows}, []string{"cka"}, 99, 0, "wrong on purpose", func(rng *rand.Rand) *measures.Pair {
			return pairOfValues(smoothed(rng, 30, 12*4, 5), smoothed(rng, 30, 12*4, 5), []int{30, 12, 4}, []int{30, 12, 4})
		}},
		{"units: 12 categories of 5 samples", inference.Structure{Kind: inference.Given, Units: blocks(12, 5)}, []string{"cka"}, 99, 0, "", func(rng *rand.Rand) *measures.Pair {
			return pairOfValues(clustered(rng, 12, 5, 4), clustered(rng, 12, 5, 4), []int{60, 4}, []int{60, 4})
		}},
		{"units as rows: 12 categories of 5 samples", inference.Structure{Kind: inference.Rows}, []string{"cka"}, 99, 0, "wrong on purpose", func(rng *rand.Rand) *measures.Pair {
			return pairOfValues(clustered(rng, 12, 5, 4), clustered(rng, 12, 5, 4), []int{60, 4}, []int{60, 4})
		}},
		{"groups: 5 sessions of 8 samples that differ in both systems", inference.Structure{Kind: inference.Rows, Groups: blocks(5, 8)}, []string{"cka"}, 99, 0, "", func(rng *rand.Rand) *measures.Pair {
			return pairOfValues(clustered(rng, 5, 8, 4), clustered(rng, 5, 8, 4), []int{40, 4}, []int{40, 4})
		}},
		{"series: 60 correlation lengths of 5 samples", auto, []string{"cka", "nbs"}, 99, 0, "", func(rng *rand.Rand) *measures.Pair {
			return pairOfValues(smoothed(rng, 300, 4, 5), smoothed(rng, 300, 4, 5), []int{300, 1, 4}, []int{300, 1, 4})
		}},
		{"series: 120 correlation lengths of 5 samples", auto, []string{"cka"}, 99, 0, "", func(rng *rand.Rand) *measures.Pair {
			return pairOfValues(smoothed(rng, 600, 4, 5), smoothed(rng, 600, 4, 5), []int{600, 1, 4}, []int{600, 1, 4})
		}},
		{"series: 15 correlation lengths of 5 samples", auto, []string{"cka"}, 99, 0, "warned of", func(rng *rand.Rand) *measures.Pair {
			return pairOfValues(smoothed(rng, 75, 4, 5), smoothed(rng, 75, 4, 5), []int{75, 1, 4}, []int{75, 1, 4})
		}},
		{"rows: independent noise, 100 × 1000 and 100 × 1000", auto, []string{
			"cka", "cka:estimator=debiased", "nbs", "procrustes:as=angular-score", "svcca", "linreg:cv=5",
			"ridge:lambda=auto:cv=5", "rsa", "rsa:rdm=correlation:compare=spearman",
		}, 39, 200, "", func(rng *rand.Rand) *measures.Pair {
			return pairOfValues(noise(rng, 100*1000), noise(rng, 100*1000), []int{100, 1000}, []int{100, 1000})
		}},
	}
}

// noise returns standard normal values.
func noise(rng *rand.Rand, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = rng.NormFloat64()
	}
	return out
}

// smoothed returns times × width values, each column a stationary Gaussian series with the
// autocorrelation exp(−t²/2ℓ²): white noise under a Gaussian window of width ℓ/√2.
func smoothed(rng *rand.Rand, times, width int, length float64) []float64 {
	reach := int(4 * length)
	window := make([]float64, 2*reach+1)
	norm := 0.0
	for k := range window {
		d := float64(k-reach) / length
		window[k] = math.Exp(-d * d)
		norm += window[k] * window[k]
	}
	white := noise(rng, (times+2*reach)*width)
	out := make([]float64, times*width)
	for t := range times {
		for k, w := range window {
			for j := range width {
				out[t*width+j] += w / math.Sqrt(norm) * white[(t+k)*width+j]
			}
		}
	}
	return out
}

// clustered returns samples that share most of their variance with those of their group.
func clustered(rng *rand.Rand, groups, each, width int) []float64 {
	centres, out := noise(rng, groups*width), noise(rng, groups*each*width)
	for i := range out {
		out[i] = 0.5*out[i] + centres[i/(each*width)*width+i%width]
	}
	return out
}

// pairOfValues makes a pair; the shapes are the cell's own, so that nothing can fail.
func pairOfValues(x, y []float64, shapeX, shapeY []int) *measures.Pair {
	system := func(values []float64, shape []int) *measures.System {
		d, err := data.New(values, shape...)
		if err != nil {
			panic(err)
		}
		s, err := measures.NewSystem(d)
		if err != nil {
			panic(err)
		}
		return s
	}
	p, err := measures.NewPair(system(x, shapeX), system(y, shapeY))
	if err != nil {
		panic(err)
	}
	return p
}

// nullOutcome is the p value of one run.
type nullOutcome struct {
	pvalue, calibrated float64
	within             bool
	err                error
}

// nulls writes the table of true nulls.
func nulls(w io.Writer, only *regexp.Regexp, runs int, seed uint64, workers int) error {
	fmt.Fprintf(w, `# Validation: how often a true null is rejected

Systems that have nothing in common were drawn up to %d times, and paired at random by the
design that score chooses for their axes (%s).
The Monte-Carlo error of a rate of 5 %% is ±%.1f points. *D* is the distance of Kolmogorov and
Smirnov between p values and a uniform distribution, with its 1 %% point (and what the steps of
p values add to it). The pairs of independent noise are scored by the default measures, but for
cca and linreg, which are 1 whatever 100 samples of 1000 features are; calibrated is – where
the null lies as near to the best value as rounding.

| population | measure | runs | p ≤ .05 | p ≤ .01 | D (1 %% point) | mean calibrated | said to be within its null | |
|---|---|---|---|---|---|---|---|---|
`, runs, "`make validation-nulls`", 196*math.Sqrt(0.05*0.95/float64(runs)))
	for _, c := range nullCells() {
		if !only.MatchString(c.name) {
			continue
		}
		count := runs
		if c.runs > 0 {
			count = min(runs, c.runs)
		}
		for _, name := range c.measures {
			list, err := measures.ParseList(name, 1)
			if err != nil {
				return err
			}
			out := each(count, workers, func(i int) nullOutcome { return c.once(list[0], i, seed) })
			for _, o := range out {
				if o.err != nil {
					return fmt.Errorf("%s, %s: %w", c.name, name, o.err)
				}
			}
			fmt.Fprintln(w, c.markdown(name, out))
		}
	}
	return nil
}

// once draws a pair and tests it.
func (c nullCell) once(m measures.Named, run int, seed uint64) nullOutcome {
	p := c.draw(rand.New(rand.NewPCG(seed, uint64(run))))
	s, err := m.Score(p)
	if err != nil {
		return nullOutcome{err: err}
	}
	o := inference.Options{Mode: inference.AutoMode, Level: 0.95, Permutations: c.draws, Seed: seed}
	a, err := inference.Assess(context.Background(), p, m, s.Value, c.structure.Design(p), o)
	if err == nil && math.IsNaN(a.PValue) {
		err = fmt.Errorf("no p value: %v", a.Warnings)
	}
	within := slices.ContainsFunc(a.Notes, func(n string) bool {
		return len(n) > len(inference.WithinNull) && n[:len(inference.WithinNull)] == inference.WithinNull
	})
	return nullOutcome{a.PValue, a.Calibrated, within, err}
}

func (c nullCell) markdown(measure string, out []nullOutcome) string {
	n := float64(len(out))
	var values []float64
	five, one, sum, within := 0, 0, 0.0, 0
	for _, o := range out {
		values = append(values, o.pvalue)
		if o.pvalue <= 0.05+1e-12 {
			five++
		}
		if o.pvalue <= 0.01+1e-12 {
			one++
		}
		if o.within {
			within++
		}
		sum += o.calibrated
	}
	slices.Sort(values)
	distance := 0.0
	for i, v := range values {
		distance = max(distance, math.Abs(float64(i+1)/n-v), math.Abs(v-float64(i)/n))
	}
	return fmt.Sprintf("| %s | %s | %d | %.1f %% | %.1f %% | %.3f (%.3f) | %s | %.0f %% | %s |", c.name, measure, len(out),
		100*float64(five)/n, 100*float64(one)/n, distance, 1.628/math.Sqrt(n)+1/float64(c.draws+1), number(sum/n), 100*float64(within)/n, c.note)
}
