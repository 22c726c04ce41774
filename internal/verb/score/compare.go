package score

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/inference"
	"simtool/internal/linalg"
	"simtool/internal/measures"
	"simtool/internal/result"
	"simtool/internal/verb"
)

// scoreRow is one row of the result.
type scoreRow struct {
	pair     Pair
	measure  string
	value    float64
	n, p, q  int // 0 where unknown
	warning  string
	folds    string // which stand in place of those of the measure's name
	err      error
	at       int             // index of the view, for --per
	target   string          // feature that is predicted, "" for all
	pAdj     float64         // of all views; 0 where there is none
	pCluster float64         // of the cluster of times; 0 where there is none
	likes    []data.Likeness // of x and y, by name

	assessment *inference.Assessment // nil where there is none
}

// scorer scores pairs of inputs.
type scorer struct {
	env       *batch.Env
	options   *Options
	table     result.Of[result.Score]
	inputs    *inputs
	reference *input  // held for all items, nil for none
	hash      bool    // digests of inputs are wanted
	itemJobs  int     // items at once
	jobs      int     // scores of one item at once
	matrix    *matrix // of all pairs, nil where there is none
	tiles     *tiles  // of all pairs where they are read block by block
	progress  batch.Progress

	mu    sync.Mutex
	looks map[string]*look // of files

	sized   sync.Once
	largest int64 // bytes of the largest pair and its work
}

// compare scores an item by all of its measures. It returns an error when the
// pair cannot be compared at all; a measure that has no value for the pair is
// a row with an error.
func (s *scorer) compare(ctx context.Context, it scoreItem) ([]scoreRow, error) {
	p := it.pair
	stream, err := s.plan(p)
	if err != nil {
		return nil, err
	}
	if stream {
		return s.compareStreamed(ctx, p, s.openAlone(p))
	}
	named := s.options.measuresOf(p)
	x, y := s.inputs.take(p.X), s.inputs.take(p.Y)
	defer s.inputs.put(x)
	defer s.inputs.put(y)
	for _, in := range []*input{x, y} {
		if in.err != nil {
			return nil, in.err
		}
	}
	file := x.data
	if x, y, err = s.aligned(x, y); err != nil {
		return nil, err
	}
	labels, err := s.labels(file, x.data, y.data)
	if err != nil {
		return nil, err
	}
	views, err := it.views(x.data, y.data, s.options.Per)
	if err != nil {
		return nil, err
	}
	if s.options.Per == "" && !s.options.HeldOut.Given() {
		named = verb.HoldOutConditions(named, x.data, y.data, s.env.Seed)
	}
	s.progress.Expect((len(views) - 1) * len(named))
	warning, likes := verb.GridWarning(x.data, y.data), []data.Likeness{x.likeness(), y.likeness()}
	if turned := data.TransposedPair(x.data, y.data); turned != "" {
		likes = append(likes, data.Likeness{Text: turned})
	}
	viewJobs := min(s.jobs, len(views))
	rows := make([]scoreRow, 0, len(views)*len(named))
	err = batch.Ordered(ctx, viewJobs, len(views),
		func(ctx context.Context, i int) (rows []scoreRow, err error) {
			defer batch.Guard(&err)
			labels := views[i].labelsOf(labels, x.data)
			pair, others, dropped, err := s.join(x, y, views[i], &labels)
			if err != nil && views[i].axis != "" && batch.OfItem(err) {
				return s.failedRows(scoreItem{pair: p, at: views[i].index}, err), nil
			}
			if err != nil {
				return nil, err
			}
			frame := scoreRow{
				pair: p, n: pair.Samples(), p: pair.X.Width(), q: pair.Y.Width(),
				warning: joinWarnings(warning, dropped), at: views[i].index, likes: likes,
			}
			if views[i].axis != "" && !x.shared && !y.shared && s.options.Inference.Mode == string(inference.None) {
				defer pair.Discard()
			}
			at := framed{frame, views[i].axis, labels, others, [2][]string{x.data.Features, y.data.Features}}
			return s.scores(ctx, pair, named, at, max(1, s.jobs/viewJobs))
		},
		func(_ int, one []scoreRow) error {
			rows = append(rows, one...)
			return nil
		})
	if err == nil && s.options.joint() {
		adjust(rows, named, s.options.Per)
	}
	return rows, err
}

// labels returns the labels of the samples of two inputs, which were put in order; file
// is the first as it is in its file.
func (s *scorer) labels(file, x, y *data.Dataset) (verb.SampleLabels, error) {
	if x.Samples() != y.Samples() {
		return verb.SampleLabels{}, nil // which is refused elsewhere
	}
	labels, err := s.options.Inference.Units.Labels(file, x, y)
	if err == nil {
		labels.Roles, err = s.options.HeldOut.Roles(file, x, y)
	}
	return labels, err
}

// framed is what scores of one view have in common: a row without its score, the axis
// of the view, the labels of its samples, and what else is known of X.
type framed struct {
	row    scoreRow
	axis   string
	labels verb.SampleLabels
	others others
	names  [2][]string // of the features of X and of Y
}

// scores scores one view of a pair.
func (s *scorer) scores(ctx context.Context, pair *measures.Pair, named []measures.Named, frame framed, jobs int) ([]scoreRow, error) {
	rows := make([]scoreRow, 0, len(named))
	frame.labels.KeepTogether(pair)
	design := s.design(pair, frame)
	err := batch.Ordered(ctx, jobs, len(named),
		func(ctx context.Context, i int) (some []scoreRow, err error) {
			defer batch.Guard(&err)
			defer linalg.Working()()
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			row := s.scoreOne(pair, named[i], frame.row)
			if note := frame.labels.FoldNote(named[i]); note != "" {
				row.folds = note
			}
			if row.err != nil {
				return []scoreRow{row}, nil
			}
			if err := s.assess(ctx, pair, frame.others, named[i], design, &row); err != nil {
				return nil, err
			}
			return withTargets(pair, named[i], frame.others, targetNamesOf(named[i], frame.names[0], frame.names[1]), row)
		},
		func(_ int, some []scoreRow) error {
			rows = append(rows, some...)
			s.progress.Add(1)
			return nil
		})
	return rows, err
}

func (s *scorer) scoreOne(pair *measures.Pair, m measures.Named, row scoreRow) scoreRow {
	row.measure, row.folds = m.Name, m.Folds
	score, err := m.Score(pair)
	switch {
	case err != nil:
		row.err = err
	case math.IsNaN(score.Value) || math.IsInf(score.Value, 0):
		row.err = &measures.UndefinedError{Reason: "the value is not a finite number"}
	default:
		row.value = score.Value
		lines := []string{row.warning, m.Note}
		for _, like := range row.likes {
			if like.Text != "" && (!like.Distances || !data.TakesDistances(m.Name)) {
				s.env.TellOnce(like.Text)
				lines = append(lines, like.Text)
			}
		}
		lines = append(lines, score.Warnings...)
		row.warning = joinWarnings(append(lines, measures.Cautions(m, pair)...)...)
	}
	return row
}

// failedRows are the rows of an item that cannot be compared.
func (s *scorer) failedRows(it scoreItem, err error) []scoreRow {
	named := s.options.measuresOf(it.pair)
	rows := make([]scoreRow, len(named))
	for i, m := range named {
		rows[i] = scoreRow{pair: it.pair, measure: m.Name, err: err, at: it.at}
	}
	return rows
}

// aligned returns two inputs whose rows belong together, by the names of their
// samples; they are the inputs themselves where they do as they stand.
func (s *scorer) aligned(x, y *input) (xs, ys *input, err error) {
	xd, yd, err := s.options.Input.Join(s.env, x.data, y.data)
	if err != nil {
		return nil, nil, err
	}
	var repeats []*data.Dataset
	for _, d := range x.repeats {
		if d, _, err = s.options.Input.Join(s.env, d, y.data); err != nil {
			return nil, nil, err
		}
		repeats = append(repeats, d)
	}
	return x.with(xd, repeats), y.with(yd, nil), nil
}

// join makes the pair of a view of two inputs, to which missing values have been
// done what the options say. labels lose the samples that the pair loses.
func (s *scorer) join(x, y *input, v view, labels *verb.SampleLabels) (pair *measures.Pair, more others, warning string, err error) {
	policy := s.options.Input.Policy()
	if !policy.Refuses() {
		all := []*data.Dataset{v.of(x.data), v.of(y.data)}
		for _, d := range x.repeats {
			all = append(all, v.of(d))
		}
		kept, err := policy.Apply(data.Samples, all, labels.Along()...)
		if err != nil {
			return nil, others{}, "", err
		}
		if kept.Changed() {
			if v.axis == "" {
				s.inputs.leftOut(x, kept.Systems[0])
				s.inputs.leftOut(y, kept.Systems[1])
			}
			pair, err := verb.NewPair(kept.Systems[0], kept.Systems[1])
			if err != nil {
				return nil, others{}, "", err
			}
			more, err := s.newOthers(pair.X, kept.Systems[2:])
			return pair, more, kept.Warning(), err
		}
	}
	xs, err := x.system(v)
	if err != nil {
		return nil, others{}, "", err
	}
	ys, err := y.system(v)
	if err != nil {
		return nil, others{}, "", err
	}
	if more, err = s.othersOf(x, v, xs); err != nil {
		return nil, others{}, "", err
	}
	if pair, err = measures.NewPair(xs, ys); err == nil && v == (view{}) {
		s.matrix.tell(pair)
	}
	return pair, more, "", err
}

// joinWarnings joins the warnings that are not empty, each once.
func joinWarnings(warnings ...string) string {
	var some []string
	for _, w := range warnings {
		if w != "" && !slices.Contains(some, w) {
			some = append(some, w)
		}
	}
	return strings.Join(some, "; ")
}

// row renders the row for the table. The column that --per adds is empty for a pair
// whose views are unknown.
func (r *scoreRow) row(per string) result.Score {
	a := unassessed
	if r.assessment != nil {
		a = *r.assessment
	}
	out := result.Score{
		X: r.pair.X, Y: r.pair.Y, Measure: r.measure, Value: r.value, Lo: a.Lo, Hi: a.Hi,
		N: r.n, P: r.p, Q: r.q,
		Corrected: a.Corrected, SE: a.SE, Null: a.Null, Calibrated: a.Calibrated, PValue: a.PValue,
		Ceiling: a.Ceiling, Normalised: a.Normalised, Units: a.Units, Note: joinWarnings(r.folds, a.Note()),
		Warning: r.warning, Error: batch.RowText(r.err), Time: -1, Condition: -1,
		PAdj: result.Positive(r.pAdj), PCluster: result.Positive(r.pCluster), Target: r.target,
	}
	if r.err != nil {
		out.Value = math.NaN()
	}
	switch per {
	case perTime:
		out.Time = r.at
	case "condition":
		out.Condition = r.at
	}
	return out
}
