package inference

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"simtool/internal/data"
	"simtool/internal/measures"
)

// Statement is what a card says on a topic.
type Statement struct{ Topic, Text string }

// The topics of a card.
const (
	BiasTopic     = "bias"
	NullTopic     = "null"
	IntervalTopic = "interval"
	NeuronsTopic  = "neurons"
	CeilingTopic  = "ceiling"
	TestTopic     = "test"
)

// TestMeaning says what a permutation test of any measure is about.
const TestMeaning = "pvalue (--permutations) tests independence: samples, whole conditions of 3-d data, or units are paired at random, and pairings that score as close are counted. It is no test of a value of 0. Systems that share no more than how strongly each sample drives them are not independent, and are told apart from chance as well."

// Describe says of a measure how its value is biased, how its null is known, how its
// interval is computed and where there is none, what is known of its error over neurons
// and of its ceiling, and what its p value tests. All of it is read off the interfaces
// that the measure implements, and off its score of data that have nothing in common.
func Describe(ctx context.Context, m measures.Measure) []Statement {
	e, estimable := estimatorOf(m)
	var out []Statement
	say := func(topic, text string) { out = append(out, Statement{topic, text}) }
	n := nothingInCommon(ctx, m)
	say(BiasTopic, n.bias(m.Card(), e, estimable))
	say(NullTopic, n.null())
	say(IntervalTopic, intervalText(e, estimable))
	say(NeuronsTopic, neuronsText(m, estimable))
	if _, ok := measures.As[measures.Ceiled](m); ok {
		say(CeilingTopic, "from repeats of the recording (--halves, --repeat)")
	} else {
		say(CeilingTopic, "none is known")
	}
	say(TestTopic, TestMeaning)
	return out
}

// estimatorOf returns the estimator of a measure, and whether there is an estimate. One
// that has none may have a reason.
func estimatorOf(m measures.Measure) (measures.Estimator, bool) {
	est, ok := measures.As[measures.Estimable](m)
	if !ok {
		return measures.Estimator{}, false
	}
	return est.Estimator()
}

// The sizes of the data that have nothing in common.
const nothingSamples, nothingFeatures = 100, 50

// nothing is the score of independent normal numbers.
type nothing struct {
	mean         float64
	exact, whole bool  // the mean is known without drawing any, over whole units too
	err          error // why there is none
}

func nothingInCommon(ctx context.Context, m measures.Measure) nothing {
	rng := rand.New(rand.NewPCG(1, 0x6e6f6e65)) // "none"
	var systems [2]*measures.System
	for i := range systems {
		values := make([]float64, nothingSamples*nothingFeatures)
		for k := range values {
			values[k] = rng.NormFloat64()
		}
		d, err := data.New(values, nothingSamples, nothingFeatures)
		if err == nil {
			systems[i], err = measures.NewSystem(d)
		}
		if err != nil {
			return nothing{err: err}
		}
	}
	p, err := measures.NewPair(systems[0], systems[1])
	if err != nil {
		return nothing{err: err}
	}
	score, err := m.Score(p)
	if err != nil {
		return nothing{err: err}
	}
	a := blank()
	w := worker{
		ctx: ctx, pair: p, measure: m, card: m.Card(), value: score.Value, out: &a,
		design: NewDesign(p, Rows, nil), options: Options{Mode: Full, Seed: 1},
	}
	mean, exact, err := w.exactNull()
	if !exact && err == nil {
		mean, err = w.drawnNull()
	}
	out := nothing{mean: mean, exact: exact, err: err}
	if known, ok := measures.As[measures.NullMean](m); ok && err == nil {
		_, out.whole, _ = known.NullMean(p, measures.BlockUnits(nothingSamples, 20))
	}
	return out
}

func (n nothing) bias(card measures.Card, e measures.Estimator, estimable bool) string {
	var parts []string
	if n.err == nil {
		text := fmt.Sprintf("two systems of %d samples × %d features that have nothing in common score %s on average", nothingSamples, nothingFeatures, rounded(n.mean))
		if !math.IsNaN(card.Identity) {
			text += fmt.Sprintf(", identical ones %s", rounded(card.Identity))
		}
		parts = append(parts, text)
	}
	switch {
	case !estimable:
		parts = append(parts, "there is no corrected value")
	case e.Own != "":
		parts = append(parts, e.Own)
	case e.Doubled:
		parts = append(parts, "few samples bias the value; corrected is without the part that is proportional to 1/n")
	default:
		parts = append(parts, "corrected is the estimate between samples, or units of them, that are independent of each other")
	}
	return strings.Join(parts, "; ")
}

// rounded writes a number with two digits, 0 for one that is 0 but for rounding.
func rounded(v float64) string {
	if math.Abs(v) < 1e-12 {
		return "0"
	}
	return fmt.Sprintf("%.2g", v)
}

func (n nothing) null() string {
	switch {
	case n.err != nil:
		return "the mean of random pairings"
	case n.exact && n.whole:
		return "exact, over pairings of samples and of whole conditions"
	case n.exact:
		return fmt.Sprintf("exact over pairings of samples; over whole conditions the mean of %d random pairings", nullDraws)
	default:
		return fmt.Sprintf("the mean of %d random pairings", nullDraws)
	}
}

// axisWords say on which scale an interval is symmetric.
var axisWords = map[measures.IntervalAxis]string{
	measures.PlainAxis:   "symmetric in the value",
	measures.FisherAxis:  "symmetric in artanh of the value",
	measures.LogLossAxis: "symmetric in −log(1 − value)",
}

func intervalText(e measures.Estimator, estimable bool) string {
	if !estimable {
		if e.Reason != "" {
			return "none: " + e.Reason
		}
		return "none is known to hold"
	}
	var of string
	switch {
	case e.Rows:
		of = "samples, or units of them where samples are not independent"
	case e.MostRows > 0:
		of = fmt.Sprintf("samples where there are at most %d, else %d blocks", e.MostRows, mostBlocks)
	case e.MostUnits > 0:
		of = fmt.Sprintf("at most %d units of samples", e.MostUnits)
	default:
		of = fmt.Sprintf("units of samples, %d blocks of rows", mostBlocks)
	}
	text := "jackknife over " + of
	if e.Doubled {
		text = "jackknife, twice, over " + of
	}
	text += ", " + axisWords[e.Axis]
	if e.Robust {
		text += "; samples far from the rest do not shorten it"
	}
	if limits := limitsOf(e); len(limits) > 0 {
		text += "; none, for instance, of " + strings.Join(limits, ", nor of ")
	}
	return text
}

// limitsOf returns examples of data of which there is no interval.
func limitsOf(e measures.Estimator) []string {
	if e.Refuse == nil {
		return nil
	}
	var out []string
	for _, one := range []struct {
		what       string
		n, width   int64
		calibrated float64
	}{
		{"30 samples × 50 features", 30, 50, 0.5},
		{"100 samples × 20 features hardly above their null", 100, 20, 0.05},
	} {
		d := measures.Dims{N: one.n, P: one.width, Q: one.width, Times: 1}
		if reason := e.Refuse(d, mostBlocks, one.calibrated); reason != "" {
			out = append(out, fmt.Sprintf("%s (%s)", one.what, reason))
		}
	}
	return out
}

func neuronsText(m measures.Measure, estimable bool) string {
	var d measures.Dims
	if limit, ok := measures.As[measures.NeuronLimit](m); ok && limit.HasNeuronCurve() {
		return fmt.Sprintf("--over both: the value of infinitely many neurons, from %d of each system on; extrapolate has the curve", fewNeurons)
	}
	with, ok := measures.As[measures.NeuronError](m)
	reason := "leaving neurons out is not known to give the error of this measure"
	if ok {
		reason = with.NeuronError(d)
	}
	switch {
	case reason != "":
		return "no interval over neurons: " + reason
	case !estimable:
		return "no interval over neurons, for there is none over stimuli; extrapolate has the scores of fewer"
	}
	return "--over both: for recordings of as many neurons, by leaving groups of them out"
}
