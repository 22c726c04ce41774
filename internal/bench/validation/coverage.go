package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"regexp"
	"sync"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/inference"
	"simtool/internal/linalg"
	"simtool/internal/measures"
)

// row is a line of the table: a measure in a cell.
type row struct {
	cell                         cell
	measure                      string
	truth                        float64
	own                          bool // the truth is the mean value over samples of this size
	runs, covered, given, warned int
	plugged, corrected, width    float64 // sums over runs, over intervals
}

func heading(w io.Writer, runs int) {
	fmt.Fprintf(w, `# Validation: how far intervals can be trusted

Of each population %d samples were drawn, and the 95 %% interval of each was compared with
the score of the population: `+"`make validation-inference`"+` writes this page (`+"`go run ./internal/bench/validation -runs %d`"+`).
The Monte-Carlo error of a coverage of 95 %% is ±%.1f points.

*truth* is the score of the population, from its covariances, or by one large sample (≈),
or, where a measure's estimand depends on the number of samples, the mean over the runs (=).
Squared distances of t₄ samples have no population value.
*covered* counts intervals that hold the truth among those that were given, *given* those
that were not refused, *warned* those of them that carry a warning. *bias* is that of the
value and of corrected.
Populations that are called fresh were added when all limits and thresholds had been set on
the others: they confirm them.

| population | measure | truth | covered | given | warned | bias of value | bias of corrected | width |
|---|---|---|---|---|---|---|---|---|
`, runs, runs, 196*math.Sqrt(0.95*0.05/float64(runs)))
}

func (r row) markdown() string {
	kind := ""
	if r.own {
		kind = "="
	} else if r.cell.population.covariance == nil {
		kind = "≈"
	}
	percent := func(k, of int) string {
		if of == 0 {
			return "–"
		}
		return fmt.Sprintf("%.1f %%", 100*float64(k)/float64(of))
	}
	given := float64(r.given)
	return fmt.Sprintf("| %s | %s | %s%.3f | %s | %s | %s | %s | %s | %s |", r.cell, r.measure, kind, r.truth,
		percent(r.covered, r.given), percent(r.given, r.runs), percent(r.warned, r.given),
		number(r.plugged/float64(r.runs)-r.truth), number(r.corrected/given-r.truth), number(r.width/given))
}

// mostPairs is the number of samples up to which measures of pairs are looked at.
const mostPairs = 200

// outcome is a measure of one sample.
type outcome struct {
	value float64
	a     inference.Assessment
	err   error
}

// coverage draws the samples of a cell and counts.
func coverage(ctx context.Context, c cell, match *regexp.Regexp, runs int, seed uint64, workers int) ([]row, error) {
	list, err := measures.ParseList(names, 1)
	if err != nil {
		return nil, err
	}
	var named []measures.Named
	for _, m := range list {
		// Pairs of many samples take long, and their intervals are hardest for few.
		if match.MatchString(m.Name) && (c.measures == nil || c.measures.MatchString(m.Name)) && (c.n <= mostPairs || !measures.TakesPairs(m)) {
			named = append(named, m)
		}
	}
	outcomes := make([][]outcome, runs)
	jobs := make(chan int)
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			for k := range jobs {
				outcomes[k] = sample(ctx, c, named, rand.New(rand.NewPCG(seed, uint64(k))))
			}
		})
	}
	for k := range runs {
		jobs <- k
	}
	close(jobs)
	wait.Wait()
	var rows []row
	for i, m := range named {
		r := row{cell: c, measure: m.Name, runs: runs}
		var interval error
		for _, o := range outcomes {
			interval = errors.Join(interval, o[i].err)
		}
		if interval != nil {
			continue // the measure is undefined here
		}
		est, ok := measures.As[measures.Estimable](m)
		if !ok {
			continue
		}
		e, ok := est.Estimator()
		if !ok {
			continue
		}
		if r.own = e.Own != ""; r.own {
			for _, o := range outcomes {
				r.truth += o[i].value / float64(runs)
			}
		} else if r.truth, err = truth(ctx, c, m); err != nil {
			return nil, err
		}
		if math.IsNaN(r.truth) {
			continue // the population has no such value
		}
		for _, o := range outcomes {
			r.count(o[i])
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// count adds the outcome of a sample.
func (r *row) count(o outcome) {
	r.plugged += o.value
	if math.IsNaN(o.a.Lo) || math.IsNaN(o.a.Hi) {
		return
	}
	r.given++
	if len(o.a.Warnings) > 0 {
		r.warned++
	}
	if o.a.Lo <= r.truth && r.truth <= o.a.Hi {
		r.covered++
	}
	r.corrected += o.a.Corrected
	r.width += o.a.Hi - o.a.Lo
}

// sample draws one sample of a cell and scores it.
func sample(ctx context.Context, c cell, named []measures.Named, rng *rand.Rand) []outcome {
	x, y := c.layout.arrange(rng, c.population, c.n)
	out := make([]outcome, len(named))
	pair, err := pairOf(x, y, c.layout.times)
	for i := range out {
		out[i].err = err
	}
	if err != nil {
		return out
	}
	design := inference.NewDesign(pair, inference.Auto, nil)
	for i, m := range named {
		s, err := m.Score(pair)
		if out[i].value, out[i].err = s.Value, err; err != nil {
			continue
		}
		out[i].a, out[i].err = inference.Assess(ctx, pair, m, s.Value, design, inference.Options{Mode: inference.Full, Level: 0.95, Seed: 1})
	}
	return out
}

// pairOf makes a pair of samples, of time × condition if times is not 0.
func pairOf(x, y *mat.Dense, times int) (*measures.Pair, error) {
	var systems [2]*measures.System
	for i, m := range []*mat.Dense{x, y} {
		n, p := m.Dims()
		shape := []int{n, p}
		if times > 0 {
			shape = []int{times, n / times, p}
		}
		d, err := data.New(m.RawMatrix().Data, shape...)
		if err != nil {
			return nil, err
		}
		if systems[i], err = measures.NewSystem(d); err != nil {
			return nil, err
		}
	}
	return measures.NewPair(systems[0], systems[1])
}

// sameAs names the measure of moments that has the same population value as another:
// estimators of HSIC differ in samples alone, and for Gaussian data squared distances
// correlate as kernels do.
func sameAs(c cell, name string) string {
	switch {
	case name == "cka:estimator=debiased":
		return "cka"
	case name == "rsa:compare=pearson" && !c.population.elliptical && c.population.covariance != nil:
		return "cka"
	default:
		return name
	}
}

// truth returns the score of a population: from its covariances for measures of moments,
// and otherwise from large samples of independent rows.
func truth(ctx context.Context, c cell, m measures.Named) (float64, error) {
	list, err := measures.ParseList(sameAs(c, m.Name), 1)
	if err != nil {
		return 0, err
	}
	m = list[0]
	switch _, ok := measures.AsFromMoments(m); {
	case m.Name == "rsa" || m.Name == "rsa:compare=pearson":
		return known(c.population, m.Name, func() (float64, error) { return ofPairs(c.population, m.Name != "rsa"), nil })
	case !ok:
		return known(c.population, m.Name, func() (float64, error) { return largeSamples(ctx, c, m) })
	}
	const many = 1 << 30
	n := many
	if f := m.Card().Family; f == "ridge" || f == "shape" {
		n = c.n // sums over samples meet a number that does not grow with them
	}
	covariance := c.population.covariance
	if covariance == nil {
		covariance = func() (xx, yy, xy *mat.Dense) { return drawnCovariances(c.population) }
	}
	xx, yy, xy := covariance()
	pair, err := momentPair(xx, yy, xy, n)
	if err != nil {
		return 0, err
	}
	s, err := m.Score(pair)
	return s.Value, err
}

// ofPairs returns the cosine of the squared distances of a population, or their
// correlation, by its closed form or from independent pairs of samples. A sample of which all pairs are taken has
// a few samples that rule it where tails are heavy.
func ofPairs(p population, centre bool) float64 {
	if p.distances != nil {
		return p.distances(centre)
	}
	const draws, n = 8, 200_000
	var count, a, b, aa, bb, ab float64
	for k := range draws {
		x, y := p.draw(rand.New(rand.NewPCG(99, uint64(k))), n)
		for i := 0; i < n; i += 2 {
			u, v := squaredDistance(x, i), squaredDistance(y, i)
			count++
			a, b, aa, bb, ab = a+u, b+v, aa+u*u, bb+v*v, ab+u*v
		}
	}
	if centre {
		aa, bb, ab = aa-a*a/count, bb-b*b/count, ab-a*b/count
	}
	return ab / math.Sqrt(aa*bb)
}

// squaredDistance returns that of a row and the next one.
func squaredDistance(x *mat.Dense, i int) float64 {
	sum := 0.0
	for j, v := range x.RawRowView(i) {
		d := v - x.At(i+1, j)
		sum += d * d
	}
	return sum
}

// populationMeasure names a value of a population.
type populationMeasure struct {
	population string
	p, q       int
	measure    string
}

// knownValues are those that known has found.
var knownValues = map[populationMeasure]float64{}

// known returns a value of a population, and finds it but once: cells of one population
// differ in the number of samples and their layout.
func known(p population, measure string, find func() (float64, error)) (float64, error) {
	key := populationMeasure{p.name, p.p, p.q, measure}
	if v, ok := knownValues[key]; ok {
		return v, nil
	}
	v, err := find()
	if err == nil {
		knownValues[key] = v
	}
	return v, err
}

// largeSamples returns the mean over large samples of the estimate, or of the value where
// there is none.
func largeSamples(ctx context.Context, c cell, m measures.Named) (float64, error) {
	const draws, n = 8, 2000
	total := 0.0
	for k := range draws {
		x, y := c.population.draw(rand.New(rand.NewPCG(99, uint64(k))), n)
		pair, err := pairOf(x, y, 0)
		if err != nil {
			return 0, err
		}
		s, err := m.Score(pair)
		if err != nil {
			return 0, err
		}
		a, err := inference.Assess(ctx, pair, m, s.Value, inference.NewDesign(pair, inference.Blocks, nil), inference.Options{Mode: inference.Full, Level: 0.95, Seed: 1})
		if err != nil {
			return 0, err
		}
		if !math.IsNaN(a.Corrected) {
			s.Value = a.Corrected
		}
		total += s.Value
	}
	return total / draws, nil
}

// drawn are covariances that drawnCovariances has found.
var drawn = map[populationMeasure][3]*mat.Dense{}

// drawnCovariances returns those of one large sample, which it draws but once.
func drawnCovariances(p population) (xx, yy, xy *mat.Dense) {
	key := populationMeasure{p.name, p.p, p.q, ""}
	if _, ok := drawn[key]; !ok {
		xx, yy, xy = covariances(p.draw(rand.New(rand.NewPCG(99, 1)), 400_000))
		drawn[key] = [3]*mat.Dense{xx, yy, xy}
	}
	kept := drawn[key]
	return kept[0], kept[1], kept[2]
}

func covariances(x, y *mat.Dense) (xx, yy, xy *mat.Dense) {
	n, _ := x.Dims()
	cx, _ := linalg.Center(x)
	cy, _ := linalg.Center(y)
	xx, yy, xy = linalg.Gram(cx), linalg.Gram(cy), linalg.CrossGram(cx, cy)
	for _, m := range []*mat.Dense{xx, yy, xy} {
		m.Scale(1/float64(n), m)
	}
	return xx, yy, xy
}

// momentPair returns the pair of n samples that have the covariances of a population.
func momentPair(xx, yy, xy *mat.Dense, n int) (*measures.Pair, error) {
	p, q := xy.Dims()
	m := linalg.NewMoments(p, q)
	m.N = n
	m.XX.Scale(float64(n), xx)
	m.YY.Scale(float64(n), yy)
	m.XY.Scale(float64(n), xy)
	for i := range m.MaxX {
		m.MaxX[i] = math.Sqrt(xx.At(i, i))
	}
	for i := range m.MaxY {
		m.MaxY[i] = math.Sqrt(yy.At(i, i))
	}
	return measures.NewMomentPair("x", "y", &measures.Segments{Moments: []*linalg.Moments{m}, Bounds: []int{n}})
}
