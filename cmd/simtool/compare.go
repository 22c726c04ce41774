package main

import (
	"context"
	"math"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/measures"
)

// scoreRow is one row of the result.
type scoreRow struct {
	pair    pathPair
	measure string
	value   float64
	n, p, q int // 0 where unknown
	warning string
	err     error
	at      int // index of the view, for --per
}

// scorer scores pairs of inputs.
type scorer struct {
	a         *app
	options   *scoreOptions
	shelf     *shelf
	reference *input // held for all items, nil for none
	hash      bool   // digests of inputs are wanted
	itemJobs  int    // items at once
	jobs      int    // scores of one item at once
	progress  *progress
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
		return s.compareStreamed(ctx, p)
	}
	named := s.options.measuresOf(p)
	x, y := s.shelf.take(p.x), s.shelf.take(p.y)
	defer s.shelf.put(x)
	defer s.shelf.put(y)
	for _, in := range []*input{x, y} {
		if in.err != nil {
			return nil, in.err
		}
	}
	views, err := it.views(x.data, y.data, s.options.per)
	if err != nil {
		return nil, err
	}
	s.progress.expect((len(views) - 1) * len(named))
	warning := gridWarning(x.data, y.data)
	viewJobs := min(s.jobs, len(views))
	rows := make([]scoreRow, 0, len(views)*len(named))
	err = batch.Ordered(ctx, viewJobs, len(views),
		func(ctx context.Context, i int) (rows []scoreRow, err error) {
			defer guard(&err)
			pair, dropped, err := s.join(x, y, views[i])
			if err != nil {
				return nil, err
			}
			frame := scoreRow{
				pair: p, n: pair.Samples(), p: pair.X.Width(), q: pair.Y.Width(),
				warning: joinWarnings(warning, dropped), at: views[i].index,
			}
			return s.scores(ctx, pair, named, frame, max(1, s.jobs/viewJobs))
		},
		func(_ int, one []scoreRow) error {
			rows = append(rows, one...)
			return nil
		})
	return rows, err
}

// scores scores one view of a pair; frame is the row without its score.
func (s *scorer) scores(ctx context.Context, pair *measures.Pair, named []measures.Named, frame scoreRow, jobs int) ([]scoreRow, error) {
	rows := make([]scoreRow, 0, len(named))
	err := batch.Ordered(ctx, jobs, len(named),
		func(ctx context.Context, i int) (row scoreRow, err error) {
			defer guard(&err)
			if ctx.Err() != nil {
				return scoreRow{}, ctx.Err()
			}
			return scoreOne(pair, named[i], frame), nil
		},
		func(_ int, row scoreRow) error {
			rows = append(rows, row)
			s.progress.add(1)
			return nil
		})
	return rows, err
}

func scoreOne(pair *measures.Pair, m measures.Named, row scoreRow) scoreRow {
	row.measure = m.Name
	score, err := m.Score(pair)
	switch {
	case err != nil:
		row.err = err
	case math.IsNaN(score.Value) || math.IsInf(score.Value, 0):
		row.err = &measures.UndefinedError{Reason: "the value is not a finite number"}
	default:
		row.value = score.Value
		row.warning = joinWarnings(append([]string{row.warning, m.Note}, score.Warnings...)...)
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

// join makes the pair of a view of two inputs, and says what was done to missing
// values of either.
func (s *scorer) join(x, y *input, v view) (pair *measures.Pair, warning string, err error) {
	if policy := s.options.input.policy(); !policy.Refuses() {
		kept, err := policy.Apply(data.Samples, []*data.Dataset{v.of(x.data), v.of(y.data)})
		if err != nil {
			return nil, "", err
		}
		if kept.Changed() {
			pair, err := newPair(kept.Systems[0], kept.Systems[1])
			return pair, kept.Warning(), err
		}
	}
	xs, err := x.system(v)
	if err != nil {
		return nil, "", err
	}
	ys, err := y.system(v)
	if err != nil {
		return nil, "", err
	}
	pair, err = measures.NewPair(xs, ys)
	return pair, "", err
}

func newPair(x, y *data.Dataset) (*measures.Pair, error) {
	xs, err := measures.NewSystem(x)
	if err != nil {
		return nil, err
	}
	ys, err := measures.NewSystem(y)
	if err != nil {
		return nil, err
	}
	return measures.NewPair(xs, ys)
}

// joinWarnings joins the warnings that are not empty.
func joinWarnings(warnings ...string) string {
	var some []string
	for _, w := range warnings {
		if w != "" {
			some = append(some, w)
		}
	}
	return strings.Join(some, "; ")
}

// scoreColumns are the columns of the result, in their documented order. The
// column that --per adds comes last.
var scoreColumns = []string{"x", "y", "measure", "value", "lo", "hi", "n", "p", "q", "warning", "error"}

// cells renders the row in the order of scoreColumns. Intervals stay empty.
func (r *scoreRow) cells(per string) []any {
	cells := []any{r.pair.x, r.pair.y, r.measure, nil, nil, nil, known(r.n), known(r.p), known(r.q), text(r.warning), nil}
	if r.err != nil {
		cells[10] = rowError(r.err)
	} else {
		cells[3] = r.value
	}
	switch {
	case per == "":
	case r.at < 0:
		cells = append(cells, nil)
	default:
		cells = append(cells, r.at)
	}
	return cells
}

// rowError is the message of an error in a row, without line breaks.
func rowError(err error) string {
	if e, ok := data.AsInputError(err); ok {
		return oneLine(e.Error())
	}
	return oneLine(err.Error())
}

func known(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}
