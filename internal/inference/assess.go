package inference

import (
	"context"
	"fmt"
	"math"
	"strings"

	"simtool/internal/measures"
	"simtool/internal/stats"
)

// Mode says how much is computed beside a score.
type Mode string

// The modes.
const (
	None     Mode = "none"
	AutoMode Mode = "auto" // as much as costs little; see budget.go
	Full     Mode = "full"
)

// Options say what to compute beside a score.
type Options struct {
	Mode         Mode
	Level        float64 // of intervals, such as 0.95
	Permutations int     // draws for the p value; 0 for none
	Seed         uint64
	Over         Over              // what the interval is about; "" for Stimuli
	Repeats      *measures.Repeats // of X, for the ceiling; nil for none
	Subjects     *Subjects         // besides X, for the ceiling; nil for none
	// Bytes is the memory that an estimate may take beside the score, 0 for no limit.
	Bytes int64
	// Quantile calibrates by the point that 1 − Level of random pairings exceed, in place
	// of their mean. It needs Permutations.
	Quantile bool
}

// Assessment is what stands beside a score. What is unknown is NaN, and a note or a
// warning says why.
type Assessment struct {
	Corrected, Lo, Hi, SE float64
	Null, Calibrated      float64
	PValue                float64
	Ceiling, Normalised   float64
	Units                 int
	Notes, Warnings       []string
	Test                  *Null // what PValue was counted from, nil where there is none
}

// blank returns an assessment that says nothing.
func blank() Assessment {
	x := unknown()
	return Assessment{Corrected: x, Lo: x, Hi: x, SE: x, Null: x, Calibrated: x, PValue: x, Ceiling: x, Normalised: x}
}

// Assess returns what stands beside the value of a measure for a pair.
func Assess(ctx context.Context, p *measures.Pair, m measures.Measure, value float64, d Design, o Options) (Assessment, error) {
	a := blank()
	if o.Mode == None {
		return a, nil
	}
	a.Notes = append(a.Notes, d.Notes...)
	w := worker{ctx: ctx, pair: p, measure: m, card: m.Card(), value: value, design: d, options: o, out: &a}
	for _, step := range []func() error{w.pvalue, w.null, w.interval, w.quantile, w.ceiling, w.subjects} {
		if err := step(); err != nil {
			return a, err
		}
	}
	if w.withinNull() {
		a.Notes = append([]string{WithinNull + ": samples paired at random are as similar"}, a.Notes...)
	}
	return a, ctx.Err()
}

// worker assesses one score.
type worker struct {
	ctx     context.Context
	pair    *measures.Pair
	measure measures.Measure
	card    measures.Card
	value   float64
	design  Design
	options Options
	out     *Assessment
	units   *measures.Units // that the estimate rests on, nil where there is none
	// testIsNull says that the p value rests on the pairings whose mean is null.
	testIsNull bool
	drawn      *Null // pairings whose mean is null, nil where that is known exactly
	keepsNull  bool  // the estimate of systems that have nothing in common is null, not 0
}

func (w *worker) note(format string, args ...any) {
	w.out.Notes = append(w.out.Notes, fmt.Sprintf(format, args...))
}

func (w *worker) warn(format string, args ...any) {
	w.out.Warnings = append(w.out.Warnings, fmt.Sprintf(format, args...))
}

// null sets the expected score of random pairings and the calibrated value.
func (w *worker) null() error {
	mean, exact, err := w.exactNull()
	if !exact {
		if mean, err = w.drawnNull(); err != nil {
			if w.ctx.Err() != nil {
				return w.ctx.Err()
			}
			w.note("no null: %s", err)
			return nil
		}
	}
	w.out.Null = mean
	w.out.Calibrated = calibrated(w.value, mean, w.card.Identity)
	return err
}

// exactNull returns the mean over all pairings of samples, or of whole units of equal
// size. Within groups, and of shifts of a series, none is known.
func (w *worker) exactNull() (float64, bool, error) {
	n, ok := measures.As[measures.NullMean](w.measure)
	if !ok || w.design.groups != nil || w.design.shifted() {
		return 0, false, nil
	}
	return n.NullMean(w.pair, w.design.wholeUnits(w.pair))
}

// drawnNull returns the mean over some pairings, those of the p value where they pair
// the same units of the same data.
func (w *worker) drawnNull() (float64, error) {
	if err := w.pair.Pairable(); err != nil {
		return 0, err
	}
	if w.out.Test != nil && w.testIsNull {
		return w.meanOf(w.out.Test), nil
	}
	if !w.affordable(float64(nullDraws)) {
		return 0, fmt.Errorf("it takes %d scores of random pairings; --inference full computes it", nullDraws)
	}
	r := rowPairings(w.pair.Samples(), w.options.Seed, nullDraws)
	if units := w.design.wholeUnits(w.pair); units != nil || w.design.groups != nil || w.design.shifted() {
		whole := w.design
		if units != nil {
			whole.Units = units
		}
		draws, most := nullDraws, nullDraws
		if w.affordable(exhaustive) {
			most = exhaustive
			if n := w.pair.Samples(); n <= exhaustive && w.design.shifted() {
				draws = n - 1 // all shifts
			}
		}
		var err error
		if r, err = whole.pairings(w.pair, w.options.Seed, draws, most); err != nil {
			return 0, err
		}
	}
	n, err := nullScores(w.ctx, w.pair, w.measure, w.value, r, w.options.Bytes)
	if err != nil {
		return 0, err
	}
	return w.meanOf(n), nil
}

// meanOf returns the mean of scores of random pairings and notes their number.
func (w *worker) meanOf(n *Null) float64 {
	which := "random"
	if n.All {
		which = "possible"
	}
	w.drawn = n
	w.note("null is the mean of %d %s pairings", len(n.Scores), which)
	return stats.Mean(n.Scores)
}

// interval sets the estimate with its interval, or says why there is none.
func (w *worker) interval() error {
	l, ok := w.admitted()
	if !ok {
		return nil
	}
	if w.options.Over.neurons() {
		if done, err := w.overLimit(l.estimator, l.units); done || err != nil {
			return err
		}
	}
	if !w.leaveOut(&l) {
		return nil
	}
	interval, basis := jackknife(l.deletions, l.estimator, w.options.Level), l.units.Count()
	if w.options.Over.neurons() {
		var err error
		if interval, basis, ok, err = w.overDeletions(interval, l.estimator, basis); !ok {
			return err
		}
	}
	w.set(interval, l.estimator, basis)
	return nil
}

// leftOut is what a measure's estimates are with units left out.
type leftOut struct {
	measure   measures.Estimable
	estimator measures.Estimator
	units     *measures.Units
	deletions *measures.Deletions
}

// admitted returns how to estimate the value. ok is false where there is no estimate, and
// a note or a warning says why.
func (w *worker) admitted() (l leftOut, ok bool) {
	l.measure, ok = measures.As[measures.Estimable](w.measure)
	if ok {
		l.estimator, ok = l.measure.Estimator()
	}
	switch {
	case !ok && l.estimator.Reason != "":
		w.note("no interval: %s", l.estimator.Reason)
		return l, false
	case !ok:
		w.note("no interval: none is known to hold for this measure")
		return l, false
	case w.design.Refusal != "":
		w.note("no interval: %s", w.design.Refusal)
		return l, false
	}
	e := l.estimator
	l.units = w.design.unitsFor(w.pair, e)
	w.units = l.units
	dims := w.pair.Dims()
	if e.Refuse != nil {
		if reason := e.Refuse(dims, l.units.Count(), w.out.Calibrated); reason != "" {
			w.warn("no interval: %s", reason)
			return l, false
		}
	}
	if e.Flops != nil && !w.affordableFlops(e.Flops(dims, l.units.Count())) {
		w.note("no interval: it costs more than three scores; --inference full computes it")
		return l, false
	}
	need := measures.EstimateBytes(w.measure, dims)
	if w.options.Over.neurons() {
		need += measures.NeuronBytes(w.named(), dims)
	}
	if w.options.Bytes > 0 && need > w.options.Bytes && !w.pair.MomentsOnly() {
		w.note("no interval: it takes about %d MB of memory beside the score, of which %d are left: give more with --max-memory", need>>20, w.options.Bytes>>20)
		return l, false
	}
	return l, true
}

// leaveOut estimates the value with units left out, or says why it cannot.
func (w *worker) leaveOut(l *leftOut) bool {
	var err error
	l.deletions, err = l.measure.Deletions(w.pair, l.units)
	switch {
	case err != nil && w.pair.MomentsOnly():
		w.note("no interval: %s", err)
	case err != nil:
		w.warn("no interval: %s", err)
	}
	return err == nil
}

// identical is the distance from the best value within which an interval is what rounding
// leaves of a point: of an angle, the root of twice a rounding error.
const identical = 1e-7

// mostShare is the share of a jackknife variance that one unit may have.
const mostShare = 0.65

// set reports an interval in the form of the measure.
func (w *worker) set(i Interval, e measures.Estimator, units int) {
	if math.IsNaN(i.Lo) || math.IsNaN(i.Hi) {
		w.warn("no interval: an estimate with units left out is undefined")
		return
	}
	if e.Report != nil {
		slope := math.Abs(e.Report(i.Centre+1e-6)-e.Report(i.Centre-1e-6)) / 2e-6
		if across := math.Abs(e.Report(i.Hi)-e.Report(i.Lo)) / (i.Hi - i.Lo); slope > 2*across {
			slope = across // near a place without a slope, as √s has at 0
		}
		i.Centre, i.Lo, i.Hi, i.SE = e.Report(i.Centre), e.Report(i.Lo), e.Report(i.Hi), i.SE*slope
		if i.Lo > i.Hi {
			i.Lo, i.Hi = i.Hi, i.Lo
		}
	}
	if best := w.card.Identity; math.Abs(w.value-best) <= 1e-12 && math.Abs(i.Lo-best) <= identical && math.Abs(i.Hi-best) <= identical {
		i.Centre, i.Lo, i.Hi, i.SE, i.Share = best, best, best, 0, 0
	}
	within := func(v float64) float64 { return max(w.card.Min, min(w.card.Max, v)) }
	i.Lo, i.Hi = within(i.Lo), within(i.Hi)
	if i.NoCentre != "" {
		i.Centre = unknown()
		w.note("no corrected: %s", i.NoCentre)
	}
	w.out.Units, w.keepsNull = units, e.KeepsNull
	w.out.Corrected, w.out.Lo, w.out.Hi, w.out.SE = i.Centre, i.Lo, i.Hi, i.SE
	doubt := ""
	if e.Doubt != nil {
		doubt = e.Doubt(w.pair)
	}
	switch {
	case doubt != "":
		w.warn("%s", doubt)
	case !e.Robust:
		w.out.Warnings = append(w.out.Warnings, w.design.Doubts...)
	}
	if units < fewUnits {
		w.warn("%d independent units give a wide interval", units)
	}
	if i.Share > mostShare {
		w.warn("one of %d units has %.0f %% of the variance of the estimate", units, 100*i.Share)
	}
	if e.Own != "" {
		w.note("%s", e.Own)
	}
	if w.value > i.Hi && w.card.HigherIsCloser && i.NoCentre != "" {
		w.note("the value lies above the interval: it is biased upwards by at least %.2g", w.value-i.Hi)
	} else if w.value > i.Hi && w.card.HigherIsCloser {
		w.note("the value lies above the interval: it is biased upwards by about %.2g", w.value-i.Centre)
	} else if math.Abs(w.value-i.Centre) > 0.2 {
		w.note("the value is biased by about %+.2g", w.value-i.Centre)
	}
}

// pvalue sets the p value of random pairings.
func (w *worker) pvalue() error {
	if w.options.Permutations == 0 {
		return nil
	}
	n, r, err := w.test()
	if err != nil {
		if w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		w.warn("no pvalue: %s", err)
		return nil
	}
	w.out.Test = n
	w.testIsNull = !r.Residual && (w.design.Kind != Blocks || w.design.shifted())
	w.out.PValue = n.PValue(w.card.HigherIsCloser)
	w.out.Notes = append(w.out.Notes, r.Notes...)
	w.out.Warnings = append(w.out.Warnings, r.Warnings...)
	if least := 1 / float64(r.Count); r.All && least > 1-w.options.Level {
		w.warn("all %d orders are too few for a pvalue below %.2g", r.Count, 1-w.options.Level)
	} else if least := 1 / float64(r.Count+1); !r.All && least > 1-w.options.Level {
		w.warn("%d random pairings are too few for a pvalue below %.2g: --permutations %d is the least", r.Count, 1-w.options.Level, int(math.Ceil(1/(1-w.options.Level)-1e-9))-1)
	}
	return nil
}

// test returns the scores of random pairings of the data that are tested.
func (w *worker) test() (*Null, *Pairings, error) {
	r, err := w.design.Pairings(w.pair, w.options.Seed, w.options.Permutations)
	if err != nil {
		return nil, nil, err
	}
	p, value := w.pair, w.value
	if r.Residual {
		if p, err = p.WithoutTimeCourse(); err != nil {
			return nil, nil, err
		}
		s, err := w.measure.Score(p)
		if err != nil {
			return nil, nil, fmt.Errorf("without the mean over conditions at each time %w", err)
		}
		value = s.Value
	}
	n, err := nullScores(w.ctx, p, w.measure, value, r, w.options.Bytes)
	return n, r, err
}

// Note joins the notes.
func (a Assessment) Note() string { return joined(a.Notes) }

// joined joins sentences of a cell.
func joined(lines []string) string { return strings.Join(lines, "; ") }
