package inference

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"simtool/internal/data"
	"simtool/internal/measures"
	"simtool/internal/stats"
)

// Over says what an interval is about: what was drawn from a larger population.
type Over string

// What was drawn.
const (
	Stimuli Over = "stimuli" // the neurons are the ones that matter
	Neurons Over = "neurons" // the stimuli are
	Both    Over = "both"
)

// Overs are all of them.
var Overs = []string{string(Stimuli), string(Neurons), string(Both)}

func (o Over) stimuli() bool { return o != Neurons }
func (o Over) neurons() bool { return o == Neurons || o == Both }

const (
	// fewNeurons is the number of neurons below which the value for infinitely many
	// of them is warned of, wideNeuronSE the standard error of it over stimuli and
	// neurons above which it is warned of, and widestNeuronSE that above which it is
	// refused: among data whose errors are mostly larger, the small ones are too small.
	fewNeurons     = 20
	wideNeuronSE   = 0.2
	widestNeuronSE = 0.3
	// farAbove is the number of standard errors by which an estimate may be above all
	// values that are possible. One in twenty is if the truth is the largest of them.
	farAbove = 1.645
	// leastNeurons is the number of neurons below which leaving some out says nothing.
	leastNeurons = 4
)

// NeuronEstimate is the value of a measure for some number of neurons.
type NeuronEstimate struct {
	Value           float64 // of the curve
	Corrected       float64 // without the bias of the recorded neurons' number
	Lo, Hi          float64
	SE              float64 // over what was asked for
	SEX, SEY, SEAll float64 // over neurons of X, of Y, and over everything
	Share           float64 // of one unit of samples in its variance
	Most            float64 // no value is larger
}

// estimateOver returns the estimate of a curve over neurons with its interval. Variances of
// the one-way jackknives over neurons of X, of Y, and units of samples add up; Student's
// t has the degrees of freedom of Welch and Satterthwaite. The bias over neurons,
//
//	c + (p−1)(c − mean c₍ⱼ₎) + (q−1)(c − mean c₍ₖ₎),
//
// is removed: the ratio leans upwards where there are few. The interval is symmetric, for
// the estimate may be above 1.
func estimateOver(d *measures.NeuronDeletions, over Over, level float64) NeuronEstimate {
	seX, _ := spread(d.X)
	seY, _ := spread(d.Y)
	seUnits, share := spread(d.Units)
	out := NeuronEstimate{
		Most: d.Most, Value: d.All, SEX: seX, SEY: seY, Share: share, SEAll: math.Hypot(seUnits, math.Hypot(seX, seY)),
		Corrected: d.All + float64(len(d.X)-1)*(d.All-stats.Mean(d.X)) + float64(len(d.Y)-1)*(d.All-stats.Mean(d.Y)),
	}
	variance, quotient := 0.0, 0.0
	add := func(se float64, count int) {
		variance += se * se
		quotient += se * se * se * se / float64(count-1)
	}
	if over.stimuli() {
		add(seUnits, len(d.Units))
	}
	if over.neurons() {
		add(seX, len(d.X))
		add(seY, len(d.Y))
	}
	out.SE = math.Sqrt(variance)
	half := 0.0
	if variance > 0 {
		half = out.SE * distuv.StudentsT{Sigma: 1, Nu: variance * variance / quotient}.Quantile((1+level)/2)
	}
	out.Lo, out.Hi = out.Corrected-half, out.Corrected+half
	return out
}

// refusal says why an estimate for infinitely many neurons is not to be given, or "".
func (n NeuronEstimate) refusal() string {
	switch {
	case !(n.SEAll <= widestNeuronSE):
		return fmt.Sprintf("its standard error over stimuli and neurons is %.2g, more than %g: too few neurons or stimuli for a value at infinitely many neurons", n.SEAll, widestNeuronSE)
	case n.Corrected-farAbove*n.SEAll > n.Most, n.Lo > n.Most:
		return fmt.Sprintf("the estimate for more neurons, %.3g, is too far above %g: the neurons of x and of y are no independent samples, but share their noise, as a recording does with a part of itself", n.Corrected, n.Most)
	}
	return ""
}

// overLimit sets the estimate for infinitely many neurons, and reports whether the
// measure has one.
func (w *worker) overLimit(e measures.Estimator, units *measures.Units) (bool, error) {
	m, ok := measures.As[measures.NeuronLimit](w.measure)
	if !ok || !m.HasNeuronCurve() {
		return false, nil
	}
	curve, err := m.NeuronCurve(w.pair, units)
	var d *measures.NeuronDeletions
	if err == nil {
		d, err = curve.At(math.Inf(1), math.Inf(1))
	}
	switch {
	case err != nil && w.pair.MomentsOnly():
		w.note("no interval over neurons: %s", err)
		return true, nil
	case err != nil:
		w.warn("no interval over neurons: %s", err)
		return true, nil
	}
	est := estimateOver(d, w.options.Over, w.options.Level)
	if reason := est.refusal(); reason != "" {
		w.warn("no interval over neurons: %s", reason)
		return true, nil
	}
	e.Own = "corrected is for infinitely many neurons"
	e.Axis = measures.PlainAxis
	w.set(Interval{Centre: est.Corrected, Lo: est.Lo, Hi: est.Hi, SE: est.SE, Share: est.Share}, e, w.basis(units.Count(), len(d.X), len(d.Y)))
	w.out.Warnings = append(w.out.Warnings, est.cautions(w.pair.Dims())...)
	return true, nil
}

// cautions say what is doubtful about an estimate for infinitely many neurons.
func (n NeuronEstimate) cautions(d measures.Dims) []string {
	var out []string
	if few := min(d.P, d.Q); few < fewNeurons {
		out = append(out, fmt.Sprintf("%s are few for a value at infinitely many: want at least %d of each system", data.Counted(int(few), "neuron"), fewNeurons))
	} else if n.SEAll > wideNeuronSE {
		out = append(out, fmt.Sprintf("the value at infinitely many neurons has a standard error of %.2g over stimuli and neurons, which is itself uncertain", n.SEAll))
	}
	return out
}

// named is the measure with its name.
func (w *worker) named() measures.Named {
	if n, ok := w.measure.(measures.Named); ok {
		return n
	}
	return measures.Named{Name: w.card.Name, Measure: w.measure}
}

// basis returns the number of units that an interval rests on, the smallest of those that
// it is over.
func (w *worker) basis(units, x, y int) int {
	switch w.options.Over {
	case Neurons:
		return min(x, y)
	case Both:
		return min(units, x, y)
	default:
		return units
	}
}

// overDeletions widens an interval over stimuli by the errors over neurons for recordings
// of as many, or replaces its width by them: half widths add as roots of variances do. ok
// is false where there are no such errors.
func (w *worker) overDeletions(i Interval, e measures.Estimator, units int) (out Interval, basis int, ok bool, err error) {
	m, is := measures.As[measures.NeuronError](w.measure)
	dims := w.pair.Dims()
	groups := min(mostBlocks, int(dims.P)) + min(mostBlocks, int(dims.Q))
	reason := "leaving neurons out is not known to give the error of this measure"
	if is {
		reason = m.NeuronError(dims)
	}
	if reason == "" && !w.affordable(float64(groups)) {
		reason = fmt.Sprintf("it takes %d scores; --inference full computes it", groups)
	}
	if reason != "" {
		w.note("no interval over neurons: %s", reason)
		return i, 0, false, nil
	}
	errs, err := LeaveNeuronsOut(w.ctx, w.pair, w.measure, e.Axis, w.options.Seed)
	if err != nil {
		if w.ctx.Err() != nil {
			return i, 0, false, w.ctx.Err()
		}
		w.note("no interval over neurons: %s", err)
		return i, 0, false, nil
	}
	w.note("the interval is about recordings of as many neurons")
	return errs.widen(i, e.Axis, w.options), w.basis(units, errs.GroupsX, errs.GroupsY), true, nil
}

// NeuronErrors are jackknife standard errors over the neurons of X and of Y, on the axis
// of an interval, with the number of groups that each rests on.
type NeuronErrors struct {
	X, Y             float64
	GroupsX, GroupsY int
}

// LeaveNeuronsOut returns the errors of a score over neurons. Neurons are dealt out to at
// most 15 random groups a system, for those that were recorded together stand together,
// and the score is computed again without each group. It returns an *UndefinedError where
// there are fewer than 4 neurons.
func LeaveNeuronsOut(ctx context.Context, p *measures.Pair, m measures.Measure, axis measures.IntervalAxis, seed uint64) (NeuronErrors, error) {
	d := p.Dims()
	out := NeuronErrors{}
	if few := min(d.P, d.Q); few < leastNeurons {
		return out, &measures.UndefinedError{Reason: fmt.Sprintf("%s, want at least %d", data.Counted(int(few), "neuron"), leastNeurons)}
	}
	for side, count := range []int{int(d.P), int(d.Q)} {
		groups := neuronGroups(count, seed, uint64(side))
		z := make([]float64, len(groups))
		for g, group := range groups {
			if err := ctx.Err(); err != nil {
				return out, err
			}
			choice := [2][]int{}
			slices.Sort(group)
			choice[side] = allBut(count, group)
			rest, err := p.WithNeurons(choice[0], choice[1])
			if err != nil {
				return out, err
			}
			s, err := m.Score(rest)
			if err != nil {
				return out, err
			}
			z[g] = axis.To(s.Value)
		}
		se, _ := spread(z)
		if side == 0 {
			out.X, out.GroupsX = se, len(groups)
		} else {
			out.Y, out.GroupsY = se, len(groups)
		}
	}
	return out, nil
}

// neuronGroups deals neurons out to groups.
func neuronGroups(count int, seed, side uint64) [][]int {
	order := rand.New(rand.NewPCG(seed, 0x6e657572<<32|side)).Perm(count) // "neur"
	groups := make([][]int, min(mostBlocks, count))
	for k, j := range order {
		groups[k%len(groups)] = append(groups[k%len(groups)], j)
	}
	return groups
}

// Half returns half the width of the interval over neurons on the axis.
func (n NeuronErrors) Half(level float64) float64 {
	t := func(count int) float64 {
		return distuv.StudentsT{Sigma: 1, Nu: float64(count - 1)}.Quantile((1 + level) / 2)
	}
	return math.Hypot(t(n.GroupsX)*n.X, t(n.GroupsY)*n.Y)
}

// widen adds the errors to an interval.
func (n NeuronErrors) widen(i Interval, axis measures.IntervalAxis, o Options) Interval {
	z, half := axis.To(i.Centre), n.Half(o.Level)
	se := math.Hypot(n.X, n.Y) / axis.Slope(i.Centre)
	below, above := half, half
	if o.Over.stimuli() {
		below, above = math.Hypot(half, z-axis.To(i.Lo)), math.Hypot(half, axis.To(i.Hi)-z)
		se = math.Hypot(se, i.SE)
	}
	return Interval{Centre: i.Centre, Lo: axis.From(z - below), Hi: axis.From(z + above), SE: se, Share: i.Share, NoCentre: i.NoCentre}
}
