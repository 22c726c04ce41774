package synth

import (
	"fmt"
	"math"
	"slices"

	"simtool/internal/data"
	"simtool/internal/stats"
)

// condition is one condition of the context-dependent decision task of Mante et
// al. (2013, doi:10.1038/nature12742): motion and colour point each to one of
// two sides, and the context says which of them to report.
type condition struct {
	context float64 // +1: report motion, −1: report colour
	motion  float64 // signed strength
	colour  float64 // signed strength
}

// choice returns the side of the stimulus that the context makes relevant:
// every trial is answered correctly.
func (c condition) choice() float64 {
	relevant := c.colour
	if c.context > 0 {
		relevant = c.motion
	}
	if relevant < 0 {
		return -1
	}
	return 1
}

// conditions returns the full factorial design of context × motion × colour,
// colour fastest, with each strength on both sides.
func conditions(strengths []float64) []condition {
	signed := make([]float64, 0, 2*len(strengths))
	for _, s := range strengths {
		signed = append(signed, -s, s)
	}
	slices.Sort(signed)
	design := make([]condition, 0, 2*len(signed)*len(signed))
	for _, context := range []float64{1, -1} {
		for _, motion := range signed {
			for _, colour := range signed {
				design = append(design, condition{context, motion, colour})
			}
		}
	}
	return design
}

// labels returns the table of the conditions: context and choice categorical,
// motion and colour numeric (signed strengths).
func labels(design []condition) *data.Table {
	context := &data.Column{Name: "context", Kind: data.Categorical}
	motion := &data.Column{Name: "motion", Kind: data.Numeric}
	colour := &data.Column{Name: "colour", Kind: data.Numeric}
	choice := &data.Column{Name: "choice", Kind: data.Categorical}
	for _, c := range design {
		addLevel(context, side(c.context, "colour", "motion"))
		motion.Values = append(motion.Values, c.motion)
		colour.Values = append(colour.Values, c.colour)
		addLevel(choice, side(c.choice(), "left", "right"))
	}
	return &data.Table{Columns: []*data.Column{context, motion, colour, choice}}
}

func side(v float64, negative, positive string) string {
	if v < 0 {
		return negative
	}
	return positive
}

// addLevel appends a row to a categorical column.
func addLevel(c *data.Column, level string) {
	code := slices.Index(c.Levels, level)
	if code < 0 {
		code = len(c.Levels)
		c.Levels = append(c.Levels, level)
	}
	c.Codes = append(c.Codes, code)
}

// Time courses, as functions of the time t in ms from stimulus onset. They are
// rational functions, so that they are the same on every platform.

// sustained is 1 throughout: the context is known before the stimulus.
func sustained(float64) float64 { return 1 }

// transient rises from 0 at the onset to 1 at peak and decays again.
func transient(peak float64) func(float64) float64 {
	return func(t float64) float64 {
		if t <= 0 {
			return 0
		}
		r := float64((t / peak) * (t / peak))
		return 4 * r / ((1 + r) * (1 + r))
	}
}

// ramp rises from 0 at the onset through ½ at half towards 1.
func ramp(half float64) func(float64) float64 {
	return func(t float64) float64 {
		if t <= 0 {
			return 0
		}
		r := float64((t / half) * (t / half))
		return r / (1 + r)
	}
}

// component is a latent variable: its tuning to the condition, times its time course.
type component struct {
	name   string
	tuning func(condition) float64
	course func(float64) float64
}

// components lists the latent variables of the task in order of falling
// variance: the course of the trial and the choice are strong, colour is weak.
// The products of two variables are the nonlinear part of mixed selectivity; the
// tuning to strength regardless of side makes all strengths linearly decodable.
var components = []component{
	{"time", func(condition) float64 { return 1 }, transient(200)},
	{"choice", condition.choice, ramp(400)},
	{"context", func(c condition) float64 { return c.context }, sustained},
	{"motion", func(c condition) float64 { return c.motion }, transient(200)},
	{"time-late", func(condition) float64 { return 1 }, ramp(400)},
	{"context-stimulus", func(c condition) float64 { return c.context }, transient(200)},
	{"choice-early", condition.choice, transient(300)},
	{"motion-context", func(c condition) float64 { return c.motion * c.context }, ramp(300)},
	{"colour", func(c condition) float64 { return c.colour }, transient(250)},
	{"colour-context", func(c condition) float64 { return c.colour * c.context }, ramp(300)},
	{"motion-strength", func(c condition) float64 { return math.Abs(c.motion) }, transient(200)},
	{"colour-strength", func(c condition) float64 { return math.Abs(c.colour) }, transient(250)},
}

// taskLatents returns the first k latent variables of the task over the samples
// (time outer, condition inner), each with mean 0 and mean square 1. They are
// uncorrelated: each is the residual of a regression on those before it. Residual
// components follow the named ones; they are smooth noise that differs between
// conditions.
func taskLatents(c RecordingConfig, seed uint64) (names []string, latents [][]float64, err error) {
	design, times := conditions(c.Strengths), c.times()
	for k := range c.Components {
		if k >= len(components) {
			name := fmt.Sprintf("residual-%d", k-len(components)+1)
			names = append(names, name)
			latents = append(latents, smoothLatent(c, seed, "recording/"+name))
			continue
		}
		latent := make([]float64, 0, len(times)*len(design))
		for _, t := range times {
			course := components[k].course(t)
			for _, cond := range design {
				latent = append(latent, components[k].tuning(cond)*course)
			}
		}
		names = append(names, components[k].name)
		latents = append(latents, latent)
	}
	return names, latents, standardize(c, names, latents)
}

// smoothLatent returns a latent variable that is independent smooth noise in every
// condition.
func smoothLatent(c RecordingConfig, seed uint64, key string) []float64 {
	stream := stats.Stream(seed, key)
	count := c.conditionCount()
	latent := make([]float64, c.Bins*count)
	for i := range count {
		for t, v := range smoothNoise(stream, c.Bins, c.Smoothness/c.BinWidth) {
			latent[t*count+i] = v
		}
	}
	return latent
}

// standardize centres the latents, decorrelates them in order and gives them
// mean square 1. It returns a *ParamError if one depends on those before it.
func standardize(c RecordingConfig, names []string, latents [][]float64) error {
	for _, z := range latents {
		center(z)
	}
	if bad := orthonormalize(latents); bad >= 0 {
		return &ParamError{
			Found: fmt.Sprintf("%d bins of %g ms from %g ms before the stimulus, over which component %d (%s) depends on those before it",
				c.Bins, c.BinWidth, c.Onset, bad+1, names[bad]),
			Wanted: "more bins after stimulus onset, two strengths or more, less smoothness, or fewer components",
		}
	}
	for _, z := range latents {
		scale(z, math.Sqrt(float64(len(z))))
	}
	return nil
}
