package influence

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"runtime"
	"slices"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/inference"
	"simtool/internal/linalg"
	"simtool/internal/measures"
	"simtool/internal/result"
	"simtool/internal/verb"
)

// item is a measure and a kind of units.
type item struct {
	measure measures.Named
	kind    string
}

// run is the work on one pair.
type run struct {
	env   *batch.Env
	o     *Options
	paths []string
	given *given
	pair  *measures.Pair
	items []item
	bar   batch.Progress
}

// Job returns the work: an item for each measure and kind of units.
func (o *Options) Job(e *batch.Env, args []string) (*batch.Job, error) {
	if err := o.complete(e, args); err != nil {
		return nil, err
	}
	g, err := o.read(e, args)
	if err != nil {
		return nil, err
	}
	pair, err := verb.NewPair(g.x, g.y)
	if err != nil {
		return nil, err
	}
	g.labels.KeepTogether(pair)
	r := &run{env: e, o: o, paths: args, given: g, pair: pair}
	if err := r.plan(); err != nil {
		return nil, err
	}
	r.bar = e.StartProgress("units", 0, false)
	j := &batch.Job{
		Schema: result.InfluenceTable.Schema, Noun: "rows", Inputs: append(slices.Clone(args), o.Units.Files()...),
		// Units are done several at once, which memory is for.
		AtOnce: 1,
		Memory: func(int) (int64, error) { return r.memory(), nil },
		Begin: func(items []int) error {
			for _, i := range items {
				r.bar.Expect(r.units(r.items[i].kind))
			}
			return nil
		},
		Work:  r.work,
		Close: func() { r.bar.Close() },
	}
	for i, it := range r.items {
		j.Keys = append(j.Keys, fmt.Sprintf("%d\t%s\t%s", i, it.measure.Name, it.kind))
	}
	return j, nil
}

// takesDistances reports whether all measures take dissimilarities.
func (o *Options) takesDistances() bool {
	for _, m := range o.named {
		if !data.TakesDistances(m.Name) {
			return false
		}
	}
	return true
}

// plan lists the items. Without a choice these are the samples, or the conditions of 3-d
// data, and the neurons of both systems.
func (r *run) plan() error {
	for _, m := range r.o.named {
		kinds := r.o.Wrt
		if len(kinds) == 0 {
			kinds = []string{bySamples}
			if r.given.times > 0 {
				kinds = []string{byConditions}
			}
			if !data.TakesDistances(m.Name) {
				kinds = append(kinds, byX, byY)
			}
		}
		for _, kind := range kinds {
			if (kind == byConditions || kind == byTimes) && r.given.times == 0 {
				return &data.InputError{
					Path: r.paths[0], Found: "samples without times and conditions", Wanted: "want time × condition × neuron for --wrt " + kind,
					Hint: "--wrt samples asks each row",
				}
			}
			r.items = append(r.items, item{m, kind})
		}
	}
	return nil
}

// units counts the units of a kind.
func (r *run) units(kind string) int {
	switch kind {
	case byX:
		return len(r.given.neurons[inference.X])
	case byY:
		return len(r.given.neurons[inference.Y])
	}
	units, _ := r.given.groups(kind)
	return len(units)
}

// work asks the units of an item.
func (r *run) work(ctx context.Context, i int) (*batch.Item, error) {
	defer linalg.Working()()
	it := r.items[i]
	s := &inference.Subject{
		Measure: it.measure, X: r.given.x, Y: r.given.y, Pair: r.pair,
		Distances: data.TakesDistances(it.measure.Name), Groups: r.given.labels.Structure().Groups, SlopesOnly: r.o.SlopesOnly, Advance: r.bar.Add,
	}
	units, f, err := r.ask(ctx, s, it.kind)
	out := &batch.Item{Sources: r.given.sources}
	row := result.Influence{X: r.paths[0], Y: r.paths[1], Measure: it.measure.Name, Wrt: it.kind}
	if _, undefined := errors.AsType[*measures.UndefinedError](err); undefined {
		nan := math.NaN()
		row.Unit, row.Value, row.Influence, row.Without, row.Change, row.Share = -1, nan, nan, nan, nan, nan
		row.Error = batch.RowText(err)
		out.Rows, out.Failed = [][]any{result.InfluenceTable.Cells(row)}, 1
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	r.warn(it.measure, f.Warnings)
	rests := f.Rests()
	for _, k := range r.shown(f) {
		u := f.Units[k]
		row.Unit, row.Name, row.Method = units[k].number, units[k].name, string(f.Method)
		row.Value, row.Influence, row.Without, row.Change, row.Share = f.Value, u.Slope, u.Without, u.Change, u.Share
		row.Warning = ""
		if u.Missing != "" {
			row.Warning = "no score without it: " + batch.OneLine(u.Missing)
		}
		if k == rests {
			what := r.rest(it, f.Value, units[k], u)
			row.Warning = strings.TrimPrefix(row.Warning+"; "+what, "; ")
			r.env.TellOnce(what)
		}
		out.Rows = append(out.Rows, result.InfluenceTable.Cells(row))
	}
	return out, nil
}

// shown returns the units that have rows, in their order. Those that change the score most
// come first where only some are wanted, and before them those without which it is none.
func (r *run) shown(f *inference.Influences) []int {
	units := make([]int, len(f.Units))
	for k := range units {
		units[k] = k
	}
	if r.o.Top == 0 {
		return units
	}
	size := func(k int) float64 {
		switch u := f.Units[k]; {
		case u.Missing != "":
			return math.Inf(1)
		case math.IsNaN(u.Change):
			return math.Abs(u.Slope)
		default:
			return math.Abs(u.Change)
		}
	}
	slices.SortStableFunc(units, func(a, b int) int { return cmp.Compare(size(b), size(a)) })
	return units[:min(r.o.Top, len(units))]
}

// ask returns the units of a kind and what they are worth.
func (r *run) ask(ctx context.Context, s *inference.Subject, kind string) ([]unit, *inference.Influences, error) {
	side := inference.X
	switch kind {
	case byY:
		side = inference.Y
		fallthrough
	case byX:
		f, err := s.Features(ctx, side)
		return r.given.neurons[side], f, err
	}
	units, groups := r.given.groups(kind)
	f, err := s.Samples(ctx, groups)
	return units, f, err
}

// warn tells what is the matter with a score, whatever its units.
func (r *run) warn(m measures.Named, warnings []string) {
	lines := append([]string{m.Note}, warnings...)
	for _, line := range append(lines, measures.Cautions(m, r.pair)...) {
		if line != "" {
			r.env.TellOnce(m.Name + ": " + line)
		}
	}
}

// nouns say in a sentence what a unit of a kind is.
var nouns = map[string]string{
	bySamples: "sample", byConditions: "condition", byTimes: "time", byX: "neuron of X", byY: "neuron of Y",
}

// rest says that a score rests on a unit.
func (r *run) rest(it item, value float64, u unit, of inference.Influence) string {
	text := fmt.Sprintf("%s of %s and %s rests on one %s (%s): ", it.measure.Name, r.paths[0], r.paths[1], nouns[it.kind], u)
	if of.Missing != "" {
		return text + "there is no score without it"
	}
	if math.IsNaN(of.Without) {
		return text + fmt.Sprintf("%.3g, and by its derivative about %.3g without it", value, value-of.Slope)
	}
	return text + fmt.Sprintf("%.3g, and %.3g without it", value, of.Without)
}

// memory bounds the data, and what deletions take that are done at once: copies of the
// data, or their moments on the way to each unit and a block of samples, and a score;
// before that a gradient; and numbers of all pairs of samples.
func (r *run) memory() int64 {
	n, p, q := int64(r.given.x.Samples()), int64(r.given.x.Width()), int64(r.given.y.Width())
	dims := measures.Dims{N: n, P: p, Q: q, Times: max(1, int64(r.given.times))}
	data, moments := 8*n*(p+q), 8*(p*p+q*q+p*q)
	score := measures.ScoreBytes(r.o.named, dims)
	gradient, pairs, each := int64(0), int64(0), data
	for _, m := range r.o.named {
		if _, ok := measures.As[measures.OfPairs](m); ok {
			pairs = 4 * 8 * n * n // what is compared, and what is left of it
		}
		if _, ok := measures.AsFromMoments(m); ok && n >= p+q {
			const block = 512
			halvings := int64(bits.Len64(uint64(n)))
			each = max(each, (halvings+4)*moments+8*block*(p+q))
		}
		if _, ok := measures.AsDifferentiable(m); ok {
			gradient = max(gradient, 2*data+measures.GradientBytes(m, dims), 2*data+measures.GradientBytes(m, measures.Dims{N: n, P: q, Q: p, Times: dims.Times}))
		}
	}
	// Deletions of small data leave garbage faster than the collector looks for it.
	const hasty = 12 << 20
	return batch.WithGarbage(hasty + 3*data + score + pairs + max(gradient, int64(runtime.GOMAXPROCS(0))*(score+each)))
}
