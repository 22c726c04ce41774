package inference

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"simtool/internal/measures"
)

// Advice is one thing that a person should know before reporting a score.
type Advice struct {
	Topic   string // rows, units, folds, or the name of a measure
	Level   Level
	Finding string
	Remedy  string  // what to do, "" for nothing
	Null    float64 // expected score of random pairings, NaN where that is not known
}

// Level says how much an advice matters.
type Level string

// The levels.
const (
	Good    Level = "good"    // fit to be reported as it is
	Note    Level = "note"    // fit to be reported with what the advice says
	Caution Level = "caution" // the data hardly support it
)

const (
	// closeToBest is the share of the way from 0 to the best value from which on
	// random pairings leave nothing to tell, slight that below which they do no harm.
	closeToBest, slight = 0.8, 0.1
)

// AdviseRows says what the order of the samples of a pair means for intervals, tests and
// folds.
func AdviseRows(p *measures.Pair, d Design) []Advice {
	blank := unknown()
	var out []Advice
	units := Advice{Topic: "units", Level: Good, Null: blank}
	switch {
	case d.Refusal != "":
		units.Level, units.Finding = Caution, d.Refusal
		units.Remedy = "name the independent units with --units FILE:COLUMN; without them report no interval and no p value"
	case d.Kind == Conditions:
		units.Finding = fmt.Sprintf("the independent units are the %d conditions, not the %d samples: samples of neighbouring times are alike", d.Units.Count(), p.Samples())
		units.Remedy = "report intervals over conditions, and p values of permuted conditions"
	case d.Kind == Given:
		units.Finding = fmt.Sprintf("the independent units are the %d that are named, not the %d samples", d.Units.Count(), p.Samples())
		units.Remedy = "report intervals over them, and p values of whole units that are exchanged"
		if !d.Units.EqualSizes() {
			units.Level = Note
			units.Remedy = "report intervals over them; units of different sizes cannot be exchanged, so that there is no p value"
		}
	case d.Length > 1:
		units.Level = Note
		units.Finding = fmt.Sprintf("consecutive samples are alike over %d samples: rows that are sorted by category, or a flattened recording", d.Length)
		units.Remedy = "name the categories with --units FILE:COLUMN, or keep time × condition as axes; rows may not be permuted"
	default:
		units.Finding = fmt.Sprintf("consecutive samples are not alike: the %d rows count as independent", p.Samples())
		units.Remedy = "rows may be permuted and held out one by one; if they are repeats of the same stimuli, average them first"
	}
	if d.Units != nil && d.Refusal == "" && d.Units.Count() < fewUnits {
		units.Level = Caution
		units.Finding += fmt.Sprintf("; %d units give wide intervals", d.Units.Count())
	}
	out = append(out, units)
	folds := Advice{Topic: "folds", Level: Good, Null: blank}
	switch {
	case d.groups != nil:
		folds.Finding, folds.Remedy = fmt.Sprintf("the %d groups that are named stay whole", len(d.groups)), "hold out whole groups, as in linreg:cv=5 with --groups"
	case d.Kind == Given:
		folds.Level = Note
		folds.Finding, folds.Remedy = "samples of a unit are alike, so that units should not be cut by folds", "hold out whole units: name them with --groups as well"
	case d.Kind == Conditions:
		folds.Finding, folds.Remedy = "contiguous folds would hold out stretches of time, whose neighbours are fitted", "hold out whole conditions, as in linreg:cv=5:folds=conditions (the default set does)"
	case d.Length > 1:
		folds.Level = Note
		folds.Finding, folds.Remedy = "neighbours of held-out samples are in the training set only at the ends of contiguous folds", "keep the folds contiguous, and longer than the stretch over which samples are alike; never shuffle the rows"
	default:
		folds.Finding, folds.Remedy = "any folds of rows do", "contiguous folds, as in linreg:cv=5"
	}
	return append(out, folds)
}

// AdviseMeasure says what a measure means for a pair: the warnings of its score, how far
// random pairings come, and whether there is an interval. A pair of a system with itself
// stands for a model of the same geometry.
func AdviseMeasure(ctx context.Context, p *measures.Pair, m measures.Named, d Design, o Options) (Advice, error) {
	out := Advice{Topic: m.Name, Level: Good, Null: unknown()}
	score, err := m.Score(p)
	if err != nil {
		out.Level, out.Finding, out.Remedy = Caution, "undefined: "+err.Error(), "leave it out"
		return out, nil
	}
	a, err := Assess(ctx, p, m, score.Value, d, o)
	if err != nil {
		return out, err
	}
	out.Null = a.Null
	out.judge(m.Card(), a, intervalOf(m, d))
	warnings := slices.Concat(score.Warnings, measures.Cautions(m, p), a.Warnings)
	if len(warnings) > 0 {
		if out.Level == Good {
			out.Remedy = "report it with what the finding says, or another measure in its place"
		}
		out.Level = Caution
		out.Finding = joinSentences(out.Finding, strings.Join(warnings, "; "))
	}
	return out, nil
}

// intervalOf reports whether the measure has an interval for such a design, however dear.
func intervalOf(m measures.Measure, d Design) bool {
	estimable, ok := measures.As[measures.Estimable](m)
	if ok {
		_, ok = estimable.Estimator()
	}
	return ok && d.Refusal == ""
}

// judge says how far random pairings come on the way to the best value, and what to report
// of a measure that has an interval or not.
func (out *Advice) judge(card measures.Card, a Assessment, interval bool) {
	best, worst := card.Identity, 0.0
	if math.IsNaN(best) {
		best = 1 // held out, identical systems come near it
	}
	if !card.HigherIsCloser {
		worst = card.Max
	}
	share := math.NaN()
	if span := best - worst; span != 0 && !math.IsInf(span, 0) {
		share = (a.Null - worst) / span
	}
	switch {
	case math.IsNaN(share):
		out.Level = Note
		out.Finding, out.Remedy = "its value for random pairings is not known here", "compare with random pairings: --permutations 999 --inference full"
	case share > 1-1e-9:
		out.Level = Caution
		out.Finding, out.Remedy = fmt.Sprintf("random pairings score %.3g, the best value there is", a.Null), "leave it out: it is the same for every model"
	case share >= closeToBest:
		out.Level = Caution
		out.Finding = fmt.Sprintf("random pairings score %.3g already, near the best value %.3g: the value alone tells next to nothing", a.Null, best)
		out.Remedy = "report calibrated or corrected in place of the value, or another measure"
		if !interval {
			out.Remedy = "report calibrated in place of the value, or another measure"
		}
	case share > slight:
		out.Level = Note
		out.Finding = fmt.Sprintf("random pairings score %.3g", a.Null)
		out.Remedy = "report corrected with its interval, and null beside the value"
		if !interval {
			out.Remedy = "report calibrated, and null beside the value: there is no interval"
		}
	default:
		out.Finding = fmt.Sprintf("random pairings score %.3g", a.Null)
		out.Remedy = "the value can be reported with its interval"
		if !interval {
			out.Remedy = "the value can be reported: there is no interval"
		}
	}
}

func joinSentences(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "; ")
}

// Methods returns a paragraph for a methods section: the measures that are fit to be
// reported, the interval and the test, with the publications that they rest on.
func Methods(named []measures.Named, d Design, o Options, version string) string {
	var parts []string
	for _, m := range named {
		c := m.Card()
		part := fmt.Sprintf("%s (%s", strings.ToLower(c.Title[:1])+c.Title[1:], m.Name)
		for _, r := range c.References {
			part += "; " + Cite(r)
		}
		parts = append(parts, part+")")
	}
	text := "Similarity was measured by " + listed(parts) + "."
	switch {
	case d.Refusal != "" || d.Units == nil:
		text += " No intervals are given, because the independent units are not known."
	case d.Kind == Conditions:
		text += fmt.Sprintf(" Intervals of %g %% are those of a jackknife over the %d conditions around an estimate without the bias of few samples.", 100*o.Level, d.Units.Count())
	case d.Kind == Rows:
		text += fmt.Sprintf(" Intervals of %g %% are those of a jackknife over the %d samples, in blocks where the measure needs these, around an estimate without the bias of few samples.", 100*o.Level, d.Units.Count())
	default:
		text += fmt.Sprintf(" Intervals of %g %% are those of a jackknife over %d units around an estimate without the bias of few samples.", 100*o.Level, d.Units.Count())
	}
	text += " Values are compared with the expected value under random pairing of the stimuli; p values, where given, are shares of random pairings that score as well (Phipson and Smyth 2010)."
	return text + " Computed with simtool " + version + "."
}

// Cite returns a publication as it is cited in a text, "Kornblith et al. 2019".
func Cite(r measures.Reference) string {
	authors := strings.Split(r.Authors, " and ")
	last := func(name string) string {
		family, _, _ := strings.Cut(name, ",")
		return family
	}
	switch len(authors) {
	case 1:
		return fmt.Sprintf("%s %d", last(authors[0]), r.Year)
	case 2:
		return fmt.Sprintf("%s and %s %d", last(authors[0]), last(authors[1]), r.Year)
	default:
		return fmt.Sprintf("%s et al. %d", last(authors[0]), r.Year)
	}
}

// listed joins phrases with commas and an "and".
func listed(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}
