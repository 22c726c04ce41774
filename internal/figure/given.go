package figure

import (
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"

	"simtool/internal/data"
	"simtool/internal/io"
)

// This file gives results the names and times that their user has for them.

// Times are the times of the bins of a recording.
type Times struct {
	At     []float64 // of bin 0, 1, …
	Unit   string    // "" for none
	Onsets []float64 // times of events, such as the onset of the stimulus
	File   string    // for messages
}

// binLabel is the label of an axis of time bins.
const binLabel = "time bin"

// label is the label of an axis of times.
func (t *Times) label() string {
	if t.Unit == "" {
		return "time"
	}
	return "time (" + t.Unit + ")"
}

// applied returns results by time with times in place of the numbers of bins.
func (t *Times) applied(results []*Result) ([]*Result, error) {
	out := slices.Clone(results)
	for k, r := range results {
		if r.Table == nil || r.Table.Index("time") < 0 {
			return nil, &data.InputError{Path: r.Path, Found: "no column time", Wanted: "want results by time, such as those of --per time, for --times"}
		}
		at := r.Table.Index("time")
		timed := *r
		timed.Table = &dataio.Table{Schema: r.Table.Schema, Columns: r.Table.Columns}
		for i, row := range r.Table.Rows {
			bin, ok := dataio.Float(row[at])
			if ok && finite(bin) {
				if bin != math.Trunc(bin) || bin < 0 || int(bin) >= len(t.At) {
					return nil, &data.InputError{
						Path: t.File, Found: fmt.Sprintf("%d times", len(t.At)),
						Wanted: fmt.Sprintf("want one for each bin; row %d of %s is of bin %s", i+1, r.Path, number(bin)),
					}
				}
				row = slices.Clone(row)
				row[at] = t.At[int(bin)]
			}
			timed.Table.Rows = append(timed.Table.Rows, row)
		}
		out[k] = &timed
	}
	return out, nil
}

// step returns the median distance of neighbouring times, 1 for bins.
func (t *Times) step() float64 {
	if t == nil || len(t.At) < 2 {
		return 1
	}
	sorted := slices.Sorted(slices.Values(t.At))
	var steps []float64
	for i, v := range sorted[1:] {
		steps = append(steps, v-sorted[i])
	}
	return median(steps)
}

// mark puts the times at the axes of panels by time, and lines at the onsets.
func (t *Times) mark(panels []*panel) {
	for _, p := range panels {
		for i, note := range p.notes {
			p.notes[i] = t.timed(note)
		}
		if p.x != binLabel {
			continue
		}
		p.x = t.label()
		for _, at := range t.Onsets {
			p.rangeX(at, at)
			p.plot.Add(downLine{at, p.style.reference(onsetDashes)})
		}
		if t.Onsets != nil {
			p.key(key{name: "onset", line: p.style.reference(onsetDashes)})
		}
	}
}

// onsetDashes are those of no other line: ceilings and nulls have the shorter ones.
var onsetDashes = dashes[3]

// downLine is a vertical line over the whole height.
type downLine struct {
	x     float64
	style draw.LineStyle
}

// Plot implements plot.Plotter.
func (l downLine) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	c.StrokeLine2(l.style, x(l.x), c.Min.Y, x(l.x), c.Max.Y)
}

// timed says in words on a figure that bins are times.
func (t *Times) timed(text string) string {
	return strings.NewReplacer("time bins", "times", "in time bin", "at time", binLabel, "time").Replace(text)
}

// named are the columns with names that a user may have others for.
var named = []string{"x", "y", "y1", "y2", "measure", "measure_a", "measure_b", "feature", "feature_a", "feature_b", "group", "label", "method", "representation"}

// asIs stands before a name that is no path, though it looks like one. It has no width.
const asIs = "\u2060"

// renamed returns results with the names of the style. A name of it may leave out folders
// and suffix of a path.
func (s *Style) renamed(results []*Result) []*Result {
	s.measureOf = map[string]string{}
	other := func(column, name string) (string, bool) {
		for _, known := range []string{name, filepath.Base(name), tail(name, 1)} {
			label, ok := s.Names[known]
			if !ok {
				continue
			}
			s.heed(namesSetting, known)
			if strings.HasPrefix(column, "measure") {
				s.measureOf[label] = name
			} else if filepath.Ext(label) != "" || strings.ContainsAny(label, `/\`) {
				label = asIs + label
			}
			return label, true
		}
		return name, false
	}
	out := slices.Clone(results)
	for k, r := range results {
		part := *r
		if label, ok := other("", r.Label); ok {
			part.Label = strings.TrimPrefix(label, asIs)
		}
		if r.Table != nil {
			part.Table = &dataio.Table{Schema: r.Table.Schema, Columns: r.Table.Columns}
			for _, row := range r.Table.Rows {
				row = slices.Clone(row)
				for _, column := range named {
					if at := r.Table.Index(column); at >= 0 {
						if text, ok := row[at].(string); ok {
							row[at], _ = other(column, text)
						}
					}
				}
				part.Table.Rows = append(part.Table.Rows, row)
			}
		}
		part.groups = r.groups.renamed(func(system string) string {
			name, _ := other("x", system)
			return name
		})
		if r.Labels != nil && r.Labels.Kind == data.Categorical {
			labels := *r.Labels
			labels.Levels = slices.Clone(labels.Levels)
			for i, level := range labels.Levels {
				label, _ := other("label", level)
				labels.Levels[i] = strings.TrimPrefix(label, asIs)
			}
			part.Labels = &labels
		}
		out[k] = &part
	}
	s.Listed = slices.Clone(s.Listed)
	for i, listed := range s.Listed {
		if label, ok := s.Names[listed]; ok {
			s.Listed[i] = label
		}
	}
	return out
}

// labelled sets the labels of axes and the title of the legend that the user has chosen.
func (s *Style) labelled(panels []*panel) {
	for _, p := range panels {
		p.x, p.y = cmp.Or(s.XLabel, p.x), cmp.Or(s.YLabel, p.y)
		if s.Legend != "" && len(p.keys) > 0 {
			s.heed(legendSetting, "")
			p.keys = slices.Insert(p.keys, 0, key{name: s.Legend})
		}
	}
}
