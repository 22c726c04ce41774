package figure

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// This file draws the records of optimisations. Every result is one run towards one
// measure; its column restart distinguishes independent starts.

// runs calls draw for each restart of each result.
func runs(rs []*Result, draw func(r *Result)) {
	for _, r := range rs {
		starts := r.texts("restart")
		for _, start := range Distinct(starts) {
			draw(r.where(func(i int) bool { return starts[i] == start }))
		}
	}
}

// scoreLabel names the axis of the optimised score.
func scoreLabel(rs []*Result) string {
	label := "score"
	if m := rs[0].Measure(); m != "" && len(rs) == 1 {
		label = m
	}
	if n := samplesOf(rs); n > 0 {
		label += fmt.Sprintf(" (n = %d)", n)
	}
	return label
}

// trajectoryPanels draws score and norm of the gradient over iterations.
func trajectoryPanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	score, gradient := s.newPanel("iteration", "score"), s.newPanel("iteration", "gradient norm")
	for _, p := range []*panel{score, gradient} {
		p.small()
	}
	longest := 0.0
	for _, r := range rs {
		for _, i := range r.floats("iteration") {
			longest = math.Max(longest, i)
		}
	}
	if longest > 100 {
		score.logX()
		gradient.logX()
	}
	gradient.logY()
	series, only := 0, ""
	var found []string
	for _, r := range rs {
		measures, restarts := r.texts("measure"), r.texts("restart")
		for _, m := range Distinct(measures) {
			for _, start := range Distinct(restarts) {
				part := r.where(func(i int) bool { return measures[i] == m && restarts[i] == start })
				if len(part.Table.Rows) == 0 {
					continue
				}
				name := m
				if len(rs) > 1 && r.Label != m {
					name = r.Label
					if len(Distinct(measures)) > 1 {
						name += ", " + m
					}
				}
				if len(Distinct(restarts)) > 1 {
					name += ", start " + start
				}
				style := s.line(s.series(name))
				x := part.floats("iteration")
				score.line(x, part.floats("score"), style, name)
				gradient.line(x, part.floats("grad_norm"), style, name)
				for _, p := range []*panel{score, gradient} {
					p.key(key{name: name, line: style})
				}
				series++
				only = name
				found = append(found, fmt.Sprintf("%s reaches %.4f", name, last(part.floats("score"))))
			}
		}
	}
	if series == 0 {
		return nil, "", "", noRows(rs)
	}
	title := "Optimisation"
	if series == 1 {
		title = "Optimisation towards " + only
		score.keys, gradient.keys = nil, nil
	}
	if n := samplesOf(rs); n > 0 {
		score.y += fmt.Sprintf(" (n = %d)", n)
	}
	for _, p := range []*panel{score, gradient} {
		widen(&p.plot.X)
		widen(&p.plot.Y)
	}
	return []*panel{score, gradient}, title, fmt.Sprintf("Score and norm of the gradient over up to %.0f iterations, %d runs.", longest, series) + sentence(found), nil
}

// alignment is one form of prediction of a component from the synthesised data.
type alignment struct{ column, title string }

// alignments returns the informative ones of two columns. Where features outnumber
// samples, a linear map predicts every component from the start: its R² is always 1,
// and the column is left out.
func alignments(rs []*Result, linear, orthogonal string) []alignment {
	var out []alignment
	for _, a := range []alignment{{linear, "by a linear map"}, {orthogonal, "by a rotation"}} {
		for _, r := range rs {
			if r.has(a.column) && varies(r.floats(a.column)) {
				out = append(out, a)
				break
			}
		}
	}
	return out
}

// varies reports whether values differ by more than rounding errors.
func varies(values []float64) bool {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if finite(v) {
			low, high = math.Min(low, v), math.Max(high, v)
		}
	}
	return high-low > 1e-6
}

// lowestR2 is the lower end of R² axes. A rotation may predict a component much worse
// than its mean; lower values are of no interest.
const lowestR2 = -0.25

// componentPanels draws R² of each component against the score, with one line for each
// component, coloured by explained variance.
func componentPanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	var panels []*panel
	var shares []float64
	for _, r := range rs {
		shares = append(shares, r.floats("explained_variance")...)
	}
	bar := s.logSpread("explained variance", shares)
	if bar == nil {
		return nil, "", "", noRows(rs)
	}
	ways := alignments(rs, "r2", "r2_orthogonal")
	if len(ways) == 0 {
		return nil, "", "", noRows(rs)
	}
	components := 0
	var found []string
	for _, r := range rs {
		found = append(found, encoded(r, ways[0].column))
		for _, way := range ways {
			p := s.newPanel(scoreLabel([]*Result{r}), "R² of component")
			p.title = way.title
			if len(rs) > 1 {
				p.title = r.Label + ", " + way.title
			}
			if len(ways)*len(rs) > 1 {
				p.small()
			}
			pcs := r.texts("pc")
			names := Distinct(pcs)
			components = max(components, len(names))
			runs([]*Result{r}, func(run *Result) {
				pcs := run.texts("pc")
				for i := len(names) - 1; i >= 0; i-- { // the largest on top
					part := run.where(func(j int) bool { return pcs[j] == names[i] })
					if len(part.Table.Rows) == 0 {
						continue
					}
					style := s.line(0)
					style.Width = 0.8
					share := part.floats("explained_variance")[0]
					style.Color = bar.ramp.at(bar.position(share))
					p.line(part.floats("score"), part.floats(way.column), style, fmt.Sprintf("PC %s (%s of variance)", names[i], number(share)))
				}
			})
			p.rangeY(0, 1)
			p.plot.Y.Min = max(p.plot.Y.Min, lowestR2)
			widen(&p.plot.X)
			panels = append(panels, p)
		}
	}
	for _, p := range panels {
		if len(panels) > 1 {
			p.ramp(bar)
		} else {
			p.bar = bar
		}
	}
	alt := fmt.Sprintf("R² of %d principal components of the data in synthesised data against the score, coloured by explained variance.", components) + sentence(found)
	return panels, "Principal components learnt on the way", alt, nil
}

// ramp explains colours by a few samples in the legend, because a bar next to the panel
// would use too much of its width.
func (p *panel) ramp(b *colourBar) {
	for _, t := range []float64{1, 0.75, 0.5, 0.25, 0} {
		value := math.Exp(math.Log(b.low) + t*(math.Log(b.high)-math.Log(b.low)))
		line := p.style.line(0)
		line.Color, line.Width = b.ramp.at(t), 2
		name := strconv.FormatFloat(100*value, 'g', 2, 64) + " %"
		if t == 1 {
			name += " of variance"
		}
		p.key(key{name: name, line: line})
	}
}

// logSpread returns the colour bar for lines of positive values on a logarithmic scale,
// or nil where there are none. All panels of a figure use the bar of the first call.
func (s *Style) logSpread(label string, values []float64) *colourBar {
	if b := s.scales[label]; b != nil {
		return b
	}
	low, high := math.Inf(1), 0.0
	for _, v := range values {
		if v > 0 && finite(v) {
			low, high = math.Min(low, v), math.Max(high, v)
		}
	}
	if high == 0 {
		return nil
	}
	if low == high {
		low /= 2
	}
	s.scales[label] = &colourBar{label: label, low: low, high: high, scale: logScale{}, ticks: logTicks{4}, ramp: s.Theme.lines()}
	return s.scales[label]
}

// thresholdPanels draws the score at which each component is half learnt against its
// explained variance. Components that were not learnt have no score; they are drawn
// above the others, with one row for each run.
func thresholdPanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	var panels []*panel
	var found []string
	for _, way := range alignments(rs, "score_at_threshold", "score_at_threshold_orthogonal") {
		p := s.newPanel("explained variance", "score when half learnt")
		p.title = way.title
		p.small()
		p.logX()
		p.plot.X.Tick.Marker = logTicks{3}
		var never []unlearnt
		for _, r := range rs {
			measures := r.texts("measure")
			for _, m := range Distinct(measures) {
				part := r.where(func(i int) bool { return measures[i] == m })
				name := m
				if len(rs) > 1 && r.Label != m {
					name = r.Label
				}
				y := part.floats(way.column)
				style := s.glyph(s.series(name))
				p.points(part.floats("explained_variance"), y, style, name)
				p.key(key{name: name, glyph: style})
				never = append(never, unlearnt{name, style, missing(part.floats("explained_variance"), y)})
				if len(panels) == 0 {
					found = append(found, halfLearnt(name, part, way.column))
				}
			}
		}
		p.rangeY(0, 1)
		p.drawUnlearnt(never)
		widen(&p.plot.X)
		widen(&p.plot.Y)
		panels = append(panels, p)
	}
	if len(panels) == 0 {
		return nil, "", "", noRows(rs)
	}
	return panels, counted("Score needed to learn a component", rs, "samples"), "Score at which each principal component is half learnt (its R² half way from that at the start to 1), against its explained variance on a logarithmic axis; components that are not learnt by then are small, above the line." + sentence(found), nil
}

// unlearnt holds the explained variances of the components that a run did not learn.
type unlearnt struct {
	name   string
	style  draw.GlyphStyle
	shares []float64
}

// missing returns the values of x without a y.
func missing(x, y []float64) []float64 {
	var out []float64
	for i := range x {
		if finite(x[i]) && x[i] > 0 && !finite(y[i]) {
			out = append(out, x[i])
		}
	}
	return out
}

// drawUnlearnt draws components that were not learnt, drawUnlearnt a line that is drawUnlearnt all scores.
func (p *panel) drawUnlearnt(runs []unlearnt) {
	runs = slices.DeleteFunc(runs, func(u unlearnt) bool { return len(u.shares) == 0 })
	if len(runs) == 0 {
		return
	}
	const line = 1.03
	row := min(0.055, 0.45/float64(len(runs)))
	for k, u := range runs {
		u.style.Radius = 1.1
		at := line + (float64(k)+0.7)*row
		points := make(plotter.XYs, len(u.shares))
		for i, share := range u.shares {
			points[i] = plotter.XY{X: share, Y: at}
			p.marks = append(p.marks, mark{x: share, y: at, text: fmt.Sprintf("%s: %s, not learnt", u.name, number(share))})
		}
		p.plot.Add(&plotter.Scatter{XYs: points, GlyphStyle: u.style})
	}
	border := p.style.reference([]vg.Length{3, 1.5})
	border.Width = hairline
	p.across(line, border)
	p.rangeY(0, line+float64(len(runs))*row)
	p.key(key{name: "not learnt (above)", line: border})
}

// decodingPanels draws accuracy against the score, with one panel for each label.
func decodingPanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	var labels []string
	for _, r := range rs {
		labels = append(labels, r.texts("label")...)
	}
	var panels []*panel
	var found []string
	for _, label := range Distinct(labels) {
		found = append(found, decoded(label, rs))
		p := s.newPanel(scoreLabel(rs), "decoding accuracy")
		if p.title = label; len(Distinct(labels)) > 1 {
			p.small()
		}
		for _, r := range rs {
			p.key(key{name: r.Label, line: s.line(s.series(r.Label))})
		}
		runs(rs, func(run *Result) {
			names := run.texts("label")
			part := run.where(func(i int) bool { return names[i] == label })
			if len(part.Table.Rows) == 0 {
				return
			}
			p.line(part.floats("score"), part.floats("accuracy"), s.line(s.series(run.Label)), run.Label)
			p.across(part.floats("reference_accuracy")[0], s.reference([]vg.Length{4, 2}))
			p.across(part.floats("chance")[0], s.reference([]vg.Length{1, 1.5}))
		})
		p.key(key{name: "the data", line: s.reference([]vg.Length{4, 2})})
		p.key(key{name: "chance", line: s.reference([]vg.Length{1, 1.5})})
		p.rangeY(0, 1)
		widen(&p.plot.X)
		p.plot.Y.Max = 1.03
		panels = append(panels, p)
	}
	if len(panels) == 0 {
		return nil, "", "", noRows(rs)
	}
	alt := fmt.Sprintf("Accuracy of decoding %s from synthesised data against the score, with that of the data and chance as dashed and dotted lines.", list(Distinct(labels))) + sentence(found)
	return panels, "What can be decoded on the way", alt, nil
}

// alsoPanels draws other measures against the optimised one.
func alsoPanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	var panels []*panel
	var all []string
	for _, r := range rs {
		all = append(all, r.texts("measure")...)
	}
	all = Distinct(all)
	for _, r := range rs {
		p := s.newPanel(scoreLabel([]*Result{r}), "value of other measures")
		if len(rs) > 1 {
			p.small()
			p.title = r.Label
		}
		for _, m := range all {
			style := s.line(s.series(m))
			runs([]*Result{r}, func(run *Result) {
				names := run.texts("measure")
				part := run.where(func(i int) bool { return names[i] == m })
				p.line(part.floats("score"), part.floats("value"), style, m)
			})
			p.key(key{name: m, line: style})
		}
		p.rangeY(0, 1)
		widen(&p.plot.X)
		widen(&p.plot.Y)
		panels = append(panels, p)
	}
	if len(panels) == 0 || len(all) == 0 {
		return nil, "", "", noRows(rs)
	}
	return panels, "Other measures on the way", fmt.Sprintf("Values of %s against the score that was optimised.", list(all)), nil
}
