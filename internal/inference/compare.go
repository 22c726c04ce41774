package inference

import (
	"context"
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"

	"simtool/internal/measures"
	"simtool/internal/stats"
)

// Estimate is what one model scores by one measure, with what the difference from
// another model needs: the estimates without each unit.
type Estimate struct {
	Value      float64 // the score
	Assessment Assessment
	// Missing says why there is no estimate that can be compared, "" where there is one.
	Missing string
	// Err says why there is not even a score.
	Err error

	design    Design
	estimator measures.Estimator
	closer    bool    // higher values are closer
	span      float64 // of the values of the measure
	main      replicates
	heldOut   *replicates // the same value estimated otherwise; see measures.Deletions
}

// Failed is the estimate of a model that has no score.
func Failed(err error) *Estimate { return &Estimate{Value: unknown(), Assessment: blank(), Err: err} }

// replicates is an estimate on its axis, and its positions there without each unit.
type replicates struct {
	units   *measures.Units
	z       float64
	without []float64
	mean    float64 // of without
}

// NewEstimate estimates the value of a measure for a pair. value is the score.
func NewEstimate(ctx context.Context, p *measures.Pair, m measures.Measure, value float64, d Design, o Options) (*Estimate, error) {
	a := blank()
	o.Mode = Full
	a.Notes = append(a.Notes, d.Notes...)
	w := worker{ctx: ctx, pair: p, measure: m, card: m.Card(), value: value, design: d, options: o, out: &a}
	for _, step := range []func() error{w.pvalue, w.null} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	e := &Estimate{Value: value, design: d, closer: w.card.HigherIsCloser, span: w.card.Max - w.card.Min}
	notes, warnings := len(a.Notes), len(a.Warnings)
	l, ok := w.admitted()
	if !ok || !w.leaveOut(&l) {
		e.Missing = strings.TrimPrefix(joined(append(a.Notes[notes:], a.Warnings[warnings:]...)), "no interval: ")
		e.Assessment = a
		return e, ctx.Err()
	}
	if settled(l.deletions) && math.Abs(value-w.card.Identity) <= identical {
		e.Missing = "it scores as X itself does, whatever is left out, so that its score has no error"
		e.Assessment = a
		return e, ctx.Err()
	}
	w.set(jackknife(l.deletions, l.estimator, o.Level), l.estimator, l.units.Count())
	e.Assessment, e.estimator = a, l.estimator
	e.main = newReplicates(l.deletions, l.estimator, l.units)
	if l.deletions.HeldOut != nil {
		other := l.estimator
		other.Doubled = false
		r := newReplicates(l.deletions.HeldOut, other, l.units)
		e.heldOut = &r
	}
	return e, ctx.Err()
}

// newReplicates returns the position of an estimate on its axis, and those without each
// unit. Those of an estimator that is doubled are jackknifed on the scale of the value,
// and moved by the slope of the axis at the estimate.
func newReplicates(d *measures.Deletions, e measures.Estimator, u *measures.Units) replicates {
	r := replicates{units: u, without: make([]float64, len(d.One))}
	if !e.Doubled {
		r.z = e.Axis.To(d.All)
		for g, s := range d.One {
			r.without[g] = e.Axis.To(s)
		}
		r.mean = stats.Mean(r.without)
		return r
	}
	centre, each := rejackknifed(d)
	middle, slope := stats.Mean(each), e.Axis.Slope(centre)
	r.z = e.Axis.To(centre)
	for g, c := range each {
		r.without[g] = r.z + slope*(c-middle)
	}
	r.mean = r.z
	return r
}

// Panel is what is compared: the estimates of several models, in their order, by one
// measure for one part of the data.
type Panel []*Estimate

// FailedPanel is a panel of models that have no score.
func FailedPanel(models int, err error) Panel {
	p := make(Panel, models)
	for i := range p {
		p[i] = Failed(err)
	}
	return p
}

// Contrast is the difference of two models of a panel. What is unknown is NaN.
type Contrast struct {
	Panel, First, Second int
	Diff, Lo, Hi         float64 // first − second, on the scale of the measure
	T                    float64
	DF                   int
	PValue, PAdj, QBH    float64
	Notes, Warnings      []string
	Err                  error

	parts [2]*replicates
	sign  float64
	se    float64
}

// Compare returns the contrasts of each two models in each panel. With z a model's
// estimate on the axis of its measure (Fisher's for correlations), z₍u₎ that without
// unit u and Δ the difference of two models,
//
//	se² = (U−1)/U Σ(Δ₍u₎ − Δ̄)²,  t = Δ/se
//
// has U−1 degrees of freedom: the units are common, so that what they contribute to both
// models cancels. The ends of the interval of Δ go back to the scale of the measure with
// the mean of the two positions held, as does Δ itself; to first order this is the delta
// method, and the interval holds 0 where the test does not reject. PAdj holds for all
// contrasts together, QBH is that of Benjamini and Hochberg (1995).
func Compare(panels []Panel, level float64, seed uint64) []Contrast {
	var out []Contrast
	for k, p := range panels {
		for i := range p {
			for j := i + 1; j < len(p); j++ {
				c := contrast(p[i], p[j], level)
				c.Panel, c.First, c.Second = k, i, j
				out = append(out, c)
			}
		}
	}
	adjust(finestUnits(panels), out, seed)
	discover(out)
	return out
}

// finestUnits returns the units that those of all estimates are merged from.
func finestUnits(panels []Panel) *measures.Units {
	for _, p := range panels {
		for _, e := range p {
			if e.Missing == "" && e.Err == nil {
				return e.design.Units
			}
		}
	}
	return nil
}

// contrast compares two models.
func contrast(a, b *Estimate, level float64) Contrast {
	x := unknown()
	c := Contrast{Diff: x, Lo: x, Hi: x, T: x, PValue: x, PAdj: x, QBH: x}
	for i, e := range []*Estimate{a, b} {
		switch {
		case e.Err != nil:
			c.Err = e.Err
			return c
		case e.Missing != "":
			c.Warnings = append(c.Warnings, fmt.Sprintf("no difference: y%d: %s", i+1, e.Missing))
			return c
		}
	}
	c.take(&a.main, &b.main, a.estimator, level)
	if a.heldOut != nil && b.heldOut != nil {
		// Neither estimate is right everywhere: what both allow is not excluded.
		other := Contrast{}
		other.take(a.heldOut, b.heldOut, a.estimator, level)
		lo, hi := min(c.Lo, other.Lo), max(c.Hi, other.Hi)
		if math.Abs(other.T) < math.Abs(c.T) || math.IsNaN(c.T) {
			c = other
			c.PAdj, c.QBH = x, x
		}
		c.Lo, c.Hi = lo, hi
	}
	c.Lo, c.Hi = max(c.Lo, -a.span), min(c.Hi, a.span)
	c.remark(a)
	return c
}

// take fills a contrast in from replicates of two models.
func (c *Contrast) take(a, b *replicates, e measures.Estimator, level float64) {
	back := func(z float64) float64 {
		if e.Report != nil {
			return e.Report(e.Axis.From(z))
		}
		return e.Axis.From(z)
	}
	middle, delta := (a.z+b.z)/2, a.z-b.z
	at := func(d float64) float64 { return back(middle+d/2) - back(middle-d/2) }
	c.parts, c.sign = [2]*replicates{a, b}, 1
	if back(middle+1e-6) < back(middle-1e-6) {
		c.sign = -1
	}
	c.se, _ = spread(differences(a, b))
	c.DF = len(a.without) - 1
	c.Diff = at(delta)
	if !(c.se > 1e-14*max(1, math.Abs(a.z), math.Abs(b.z))) {
		x := unknown()
		c.T, c.PValue, c.Lo, c.Hi = x, x, c.Diff, c.Diff
		return
	}
	t := distuv.StudentsT{Sigma: 1, Nu: float64(c.DF)}
	reach := t.Quantile((1+level)/2) * c.se
	c.T = c.sign * delta / c.se
	c.PValue = 2 * t.CDF(-math.Abs(c.T))
	c.Lo, c.Hi = at(delta-reach), at(delta+reach)
	if c.Lo > c.Hi {
		c.Lo, c.Hi = c.Hi, c.Lo
	}
}

// remark says what a reader should know of a contrast with estimates like e.
func (c *Contrast) remark(e *Estimate) {
	c.Notes = append(c.Notes, e.design.Notes...)
	if e.estimator.Own != "" {
		c.Notes = append(c.Notes, e.estimator.Own)
	}
	if math.IsNaN(c.T) {
		c.Notes = append(c.Notes, "the difference is the same without any unit, so that it has no test")
		return
	}
	units := c.DF + 1
	if units < fewUnits {
		c.Warnings = append(c.Warnings, fmt.Sprintf("%d independent units give a wide interval", units))
	}
	if _, share := spread(differences(c.parts[0], c.parts[1])); share > mostShare {
		c.Warnings = append(c.Warnings, fmt.Sprintf("one of %d units has %.0f %% of the variance of the difference", units, 100*share))
	}
}

// differences returns Δ₍u₎.
func differences(a, b *replicates) []float64 {
	out := make([]float64, len(a.without))
	for u := range out {
		out[u] = a.without[u] - b.without[u]
	}
	return out
}
