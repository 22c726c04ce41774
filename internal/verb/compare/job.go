package compare

import (
	"context"
	"math"
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

// run is the comparison of models of one recording.
type run struct {
	env     *batch.Env
	o       *Options
	sources []data.Source
	views   []view
	bar     batch.Progress
}

// view is a part of the data that is compared by itself.
type view struct {
	at int // time bin
	// pairs are X with each model. subjects are X and others, for the dual bootstrap.
	pairs    []*measures.Pair
	subjects []*measures.System
	design   inference.Design
}

// job returns the work: one item, because all differences are judged together.
func (o *Options) job(e *batch.Env) (*batch.Job, error) {
	r := &run{env: e, o: o}
	j := &batch.Job{
		Schema: o.table().Schema,
		Noun:   "differences",
		Keys:   []string{strings.Join(o.files(), "\t")},
		Inputs: append(o.files(), o.Units.Files()...),
		AtOnce: 1,
		Work:   r.work,
	}
	if o.Ranks != "" {
		j.Companions = []*batch.Companion{{Setting: "ranks", Path: o.Ranks, Schema: o.ranks().Schema}}
	}
	return j, nil
}

// work does everything.
func (r *run) work(ctx context.Context, _ int) (*batch.Item, error) {
	if err := r.begin(); err != nil {
		return nil, err
	}
	defer r.bar.Close()
	panels, contrasts, err := r.compare(ctx)
	if err != nil {
		return nil, err
	}
	item := &batch.Item{Sources: r.sources}
	table := r.o.table()
	for _, c := range contrasts {
		if c.Err != nil {
			item.Failed++
		}
		item.Rows = append(item.Rows, table.Cells(r.row(c)))
	}
	standings := r.standings(panels, contrasts)
	if r.o.Ranks != "" {
		item.Pieces = []batch.Piece{{Rows: r.rankRows(panels, standings)}}
	}
	r.tell(panels, contrasts, standings)
	return item, ctx.Err()
}

// begin reads the systems and finds out what is independent in them.
func (r *run) begin() error {
	g, err := r.o.read(r.env)
	if err != nil {
		return err
	}
	r.sources = g.sources
	if r.o.Per == "" {
		r.o.named = verb.HoldOutConditions(r.o.named, g.systems[0], g.systems[1], r.env.Seed)
	}
	views, err := r.o.views(g.systems)
	if err != nil {
		return err
	}
	for t, part := range views {
		v := view{at: t}
		x, err := measures.NewSystem(part[0])
		if err != nil {
			return err
		}
		models := len(r.o.paths)
		if v.subjects, err = systemsOf(part[models:]); err != nil {
			return err
		}
		v.subjects = append([]*measures.System{x}, v.subjects...)
		for _, d := range part[1:models] {
			y, err := measures.NewSystem(d)
			if err != nil {
				return err
			}
			p, err := measures.NewPair(x, y)
			if err != nil {
				return err
			}
			v.pairs = append(v.pairs, p)
		}
		r.views = append(r.views, v)
	}
	r.design(g.labels)
	r.bar = r.env.StartProgress("scores", len(r.views)*len(r.o.named)*len(r.views[0].pairs), false)
	return nil
}

// systemsOf makes systems of datasets.
func systemsOf(all []*data.Dataset) ([]*measures.System, error) {
	var out []*measures.System
	for _, d := range all {
		s, err := measures.NewSystem(d)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// compare returns the panels and the contrasts of all models.
func (r *run) compare(ctx context.Context) ([]inference.Panel, []inference.Contrast, error) {
	if r.o.Method == schuett2023 {
		return r.dual(ctx)
	}
	panels, err := r.estimate(ctx)
	if err != nil {
		return nil, nil, err
	}
	return panels, inference.Compare(panels, r.o.Level, r.env.Seed), nil
}

// dual compares by the dual bootstrap, measure by measure of each view.
func (r *run) dual(ctx context.Context) ([]inference.Panel, []inference.Contrast, error) {
	named := r.o.named
	var panels []inference.Panel
	var contrasts []inference.Contrast
	models := len(r.o.paths) - 1
	err := batch.Ordered(ctx, r.env.Jobs, len(r.views)*len(named),
		func(ctx context.Context, i int) (p panelAnd, err error) {
			defer batch.Guard(&err)
			defer linalg.Working()()
			v := r.views[i/len(named)]
			var ys []*measures.System
			for _, p := range v.pairs {
				ys = append(ys, p.Y)
			}
			p.panel, p.contrasts, err = inference.DualBootstrap(ctx, v.subjects, ys, named[i%len(named)], r.o.Level, r.env.Seed)
			if err != nil && ctx.Err() == nil {
				p.panel, p.contrasts, err = inference.FailedPanel(models, err), nil, nil
				p.contrasts = inference.Compare([]inference.Panel{p.panel}, r.o.Level, r.env.Seed)
			}
			return p, err
		},
		func(i int, p panelAnd) error {
			for k := range p.contrasts {
				p.contrasts[k].Panel = i
			}
			panels, contrasts = append(panels, p.panel), append(contrasts, p.contrasts...)
			r.bar.Add(models)
			return nil
		})
	inference.Holm(contrasts)
	return panels, contrasts, err
}

// panelAnd is a panel with its contrasts.
type panelAnd struct {
	panel     inference.Panel
	contrasts []inference.Contrast
}

// design chooses the units, which all differences have in common: of several models those
// of the one with the fewest. In a time bin a condition is one sample.
func (r *run) design(labels verb.SampleLabels) {
	if r.o.Per == "time" {
		conditions := make([]int, r.views[0].pairs[0].Samples())
		for c := range conditions {
			conditions[c] = c
		}
		labels = labels.Select(conditions)
	}
	s := labels.Structure()
	if r.o.Per == "time" {
		s.Samples = inference.ConditionAxis
	}
	for _, v := range r.views {
		for _, p := range v.pairs {
			labels.KeepTogether(p)
		}
	}
	pairs := r.views[0].pairs
	designs := make([]inference.Design, len(pairs))
	for k, p := range pairs {
		designs[k] = s.Design(p)
	}
	least := slices.MinFunc(designs, func(a, b inference.Design) int { return unitsOf(a) - unitsOf(b) })
	for i := range r.views {
		r.views[i].design = least
	}
}

// unitsOf counts the units of a design, 0 for one that has none.
func unitsOf(d inference.Design) int {
	if d.Refusal != "" {
		return 0
	}
	return d.Units.Count()
}

// estimate returns the panels: measure by measure of each view.
func (r *run) estimate(ctx context.Context) ([]inference.Panel, error) {
	models, named := len(r.o.paths)-1, r.o.named
	panels := make([]inference.Panel, 0, len(r.views)*len(named))
	err := batch.Ordered(ctx, r.env.Jobs, len(r.views)*len(named)*models,
		func(ctx context.Context, i int) (e *inference.Estimate, err error) {
			defer batch.Guard(&err)
			defer linalg.Working()()
			v := r.views[i/(len(named)*models)]
			return r.estimateOne(ctx, v, v.pairs[i%models], named[i/models%len(named)])
		},
		func(i int, e *inference.Estimate) error {
			if i%models == 0 {
				panels = append(panels, nil)
			}
			at := len(panels) - 1
			panels[at] = append(panels[at], e)
			r.bar.Add(1)
			return nil
		})
	return panels, err
}

func (r *run) estimateOne(ctx context.Context, v view, p *measures.Pair, m measures.Named) (*inference.Estimate, error) {
	score, err := m.Score(p)
	switch {
	case err != nil:
		return inference.Failed(err), nil
	case math.IsNaN(score.Value) || math.IsInf(score.Value, 0):
		return inference.Failed(&measures.UndefinedError{Reason: "the value is not a finite number"}), nil
	}
	return inference.NewEstimate(ctx, p, m, score.Value, v.design, inference.Options{Level: r.o.Level, Seed: r.env.Seed, Permutations: r.o.Permutations})
}

// row renders a contrast.
func (r *run) row(c inference.Contrast) result.Contrast {
	named := r.o.named
	models := r.o.paths[1:]
	return result.Contrast{
		X: r.o.paths[0], Y1: models[c.First], Y2: models[c.Second], Measure: named[c.Panel%len(named)].Name,
		Diff: c.Diff, Lo: c.Lo, Hi: c.Hi, T: c.T, DF: c.DF, PValue: c.PValue, PAdj: c.PAdj, QBH: c.QBH,
		Note: strings.Join(c.Notes, "; "), Warning: strings.Join(c.Warnings, "; "), Error: batch.RowText(c.Err),
		Time: r.views[c.Panel/len(named)].at,
	}
}
