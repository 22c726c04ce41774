package figure

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"

	"simtool/internal/data"
)

// scorePanels draws rows of scores: along time or conditions where the table has that
// column, as a matrix where several systems were compared with several others, as
// distributions where they are too many for bars, and otherwise as bars.
func scorePanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	axis, err := commonAxis(rs)
	if err != nil {
		return nil, "", "", err
	}
	t := joinScores(rs)
	if !anyFinite(t.value) {
		return nil, "", "", noRows(rs)
	}
	if i := t.repeated(); i >= 0 && len(rs) > 1 {
		return scoresOfRuns(rs, s)
	} else if i >= 0 && s.Facet == "" {
		return nil, "", "", &data.InputError{
			Path: rs[0].Path, Found: fmt.Sprintf("several scores of %s and %s by %s", t.x[i], t.y[i], t.measure[i]), Wanted: "want one",
			Hint: "--facet COLUMN gives each value of a column that tells them apart a panel",
		}
	}
	xs, ys := Distinct(t.x), Distinct(t.y)
	cells := float64(len(xs)) * float64(len(ys))
	if overlap(xs, ys) {
		n := float64(len(Distinct(slices.Concat(xs, ys))))
		cells = n * n
	}
	filled := cells <= sparsest*float64(len(t.value)) // by all measures together
	asMatrix := axis == "" && (s.Form == matrix || s.Form == "" && len(xs) > 1 && len(xs)+len(ys) > 3 && filled)
	if asMatrix && cells > mostMatrix {
		return nil, "", "", &data.InputError{Path: rs[0].Path, Found: fmt.Sprintf("%d × %d systems", len(xs), len(ys)), Wanted: "want fewer for a matrix; bars show how scores are distributed"}
	}
	if t.groups, err = groupsOf(rs, asMatrix, s); err != nil {
		return nil, "", "", err
	}
	if axis != "" {
		if s.Form != "" {
			return nil, "", "", &data.InputError{Path: rs[0].Path, Found: "scores by " + axis, Wanted: "want scores of whole systems to draw as " + s.Form}
		}
		return scoresAlong(axis, t, s)
	}
	if word, at, ok := ordinals(ys); ok && len(xs) == 1 && (s.Form == lines || s.Form == "" && len(ys) >= leastOrdered && len(t.value) <= mostBars) {
		place := map[string]float64{}
		for i, y := range ys {
			place[y] = at[i]
		}
		return scoresOrdered(t, word, place, s)
	} else if s.Form == lines {
		return nil, "", "", &data.InputError{Path: rs[0].Path, Found: "systems that do not differ in a number alone", Wanted: "want one system against several such as layer1, layer2, … to draw as lines"}
	}
	if asMatrix {
		return scoreMatrices(t, s)
	}
	if s.Form == "" && len(t.value) > mostBars {
		return scoreDistributions(t, s)
	}
	return scoreBars(t, s)
}

// sparsest is the largest number of cells of a matrix for each score: all pairs have two, and
// pairs that have no system in common would leave nearly all empty.
const sparsest = 40

// mostMatrix is the largest number of cells of a matrix.
const mostMatrix = 16e6

// scoreAxis returns the column along which a table has scores, or "" for scores of whole
// systems.
func scoreAxis(r *Result) string {
	for _, axis := range []string{"time", "condition"} {
		if r.has(axis) {
			return axis
		}
	}
	return ""
}

// commonAxis returns the axis along which all results have scores.
func commonAxis(rs []*Result) (string, error) {
	words := func(axis string) string {
		if axis == "" {
			return "scores of whole systems"
		}
		return "scores by " + axis
	}
	axis := scoreAxis(rs[0])
	for _, r := range rs {
		if other := scoreAxis(r); other != axis {
			return "", &data.InputError{Path: r.Path, Found: words(other), Wanted: fmt.Sprintf("want %s as in %s", words(axis), rs[0].Path)}
		}
	}
	return axis, nil
}

// scoresOfRuns draws runs that scored the same systems in separate panels.
func scoresOfRuns(rs []*Result, s *Style) (panels []*panel, title, alt string, err error) {
	for _, r := range rs {
		ps, one, words, err := scorePanels([]*Result{r}, s)
		if err != nil {
			return nil, "", "", err
		}
		for _, p := range ps {
			p.title = strings.Trim(r.Label+", "+p.title, ", ")
		}
		panels, title, alt = append(panels, ps...), one, strings.TrimSpace(alt+" "+r.Label+": "+words)
	}
	return panels, title, alt, nil
}

// scoreTable holds the rows of several tables of scores, by column.
type scoreTable struct {
	x, y, measure, err []string
	warning            []string
	value, lo, hi      []float64
	null, ceiling      []float64
	n                  float64 // number of samples, NaN if it differs
	at                 []float64
	groups             *systemGroups // of the systems of all pairs; nil for none
	amongOthers        bool          // other measures have panels beside these
}

// only returns the rows that are asked for.
func (t *scoreTable) only(keep func(i int) bool) *scoreTable {
	out := &scoreTable{n: t.n, groups: t.groups, amongOthers: t.amongOthers}
	for i := range t.value {
		if !keep(i) {
			continue
		}
		out.x, out.y, out.measure = append(out.x, t.x[i]), append(out.y, t.y[i]), append(out.measure, t.measure[i])
		out.err, out.warning = append(out.err, t.err[i]), append(out.warning, t.warning[i])
		out.value, out.lo, out.hi = append(out.value, t.value[i]), append(out.lo, t.lo[i]), append(out.hi, t.hi[i])
		out.null, out.ceiling = append(out.null, t.null[i]), append(out.ceiling, t.ceiling[i])
		if t.at != nil {
			out.at = append(out.at, t.at[i])
		}
	}
	return out
}

// repeated returns the first row with the systems, measure and place of an earlier row,
// or −1.
func (t *scoreTable) repeated() int {
	type item struct {
		x, y, measure string
		at            float64
	}
	seen := map[item]bool{}
	for i := range t.value {
		it := item{x: t.x[i], y: t.y[i], measure: t.measure[i]}
		if t.at != nil {
			it.at = t.at[i]
		}
		if seen[it] {
			return i
		}
		seen[it] = true
	}
	return -1
}

func joinScores(rs []*Result) *scoreTable {
	t := &scoreTable{}
	var n []float64
	for _, r := range rs {
		t.x, t.y = append(t.x, r.texts("x")...), append(t.y, r.texts("y")...)
		t.measure, t.err = append(t.measure, r.texts("measure")...), append(t.err, r.texts("error")...)
		t.value = append(t.value, r.floats("value")...)
		t.lo, t.hi = append(t.lo, r.floats("lo")...), append(t.hi, r.floats("hi")...)
		t.null, t.ceiling = append(t.null, r.floats("null")...), append(t.ceiling, r.floats("ceiling")...)
		t.warning = append(t.warning, r.texts("warning")...)
		n = append(n, r.floats("n")...)
		if axis := scoreAxis(r); axis != "" {
			t.at = append(t.at, r.floats(axis)...)
		}
	}
	t.n = math.NaN()
	for i, v := range n {
		if i > 0 && finite(t.n) && finite(v) && v != t.n {
			t.n = math.NaN()
			break
		}
		if finite(v) {
			t.n = v
		}
	}
	return t
}

// samples returns the number of samples as text for a label.
func (t *scoreTable) samples() string {
	if !finite(t.n) {
		return ""
	}
	return fmt.Sprintf(" (n = %.0f samples)", t.n)
}

// scoreBars draws a bar for each measure and pair. Distances, and measures without a largest
// value, are in units of their own and have a panel each.
func scoreBars(t *scoreTable, s *Style) ([]*panel, string, string, error) {
	if kinds, of := s.axes(t); len(kinds) > 1 {
		return barsByKind(t, kinds, of, s)
	}
	pairs, xs := t.pairs(), Distinct(t.x)
	measures, systems := Distinct(t.measure), s.ordered(Distinct(pairs))
	short := shortNames(systems)
	p := s.newPanel("score"+t.samples(), "")
	groups, bars := measures, systems
	key := func(i int) (group, bar string) { return t.measure[i], pairs[i] }
	groupNames, barNames := measures, short
	if len(measures) == 1 && !t.amongOthers {
		groups, bars = systems, []string{""}
		key = func(i int) (group, bar string) { return pairs[i], "" }
		groupNames, barNames = short, nil
		p.x = measures[0] + t.samples()
	}
	position := map[string]int{}
	for i, g := range groups {
		position[g] = len(groups) - 1 - i
	}
	thick := 0.8 / float64(len(bars))
	rows := map[string][]int{} // of the table, of each bar
	for i := range t.value {
		_, bar := key(i)
		rows[bar] = append(rows[bar], i)
	}
	failed, doubted := 0, 0
	for b, bar := range bars {
		fill := s.line(0).Color
		if barNames != nil {
			fill = s.line(s.series(bar)).Color
		}
		h := &hbars{thick: thick * 0.9, fill: fill, style: s}
		for _, i := range rows[bar] {
			group, _ := key(i)
			v := t.value[i]
			at := float64(position[group]) + thick*(float64(len(bars)-1)/2-float64(b))
			h.at, h.value = append(h.at, at), append(h.value, v)
			h.low, h.high = append(h.low, t.lo[i]), append(h.high, t.hi[i])
			h.null, h.ceiling = append(h.null, t.null[i]), append(h.ceiling, t.ceiling[i])
			h.doubted = append(h.doubted, t.warning[i] != "")
			if t.warning[i] != "" && finite(v) {
				doubted++
			}
			if !finite(v) {
				failed++
				continue
			}
			p.marks = append(p.marks, mark{x: v / 2, y: at, w: math.Abs(v), h: thick, text: scoreText(t, i, strings.Trim(shortNames([]string{pairs[i]})[0]+", "+t.measure[i], ", "))})
		}
		p.plot.Add(h)
		if barNames != nil {
			p.key(fillKey(barNames[b], fill))
		}
	}
	p.namedRows(groupNames, vg.Length(len(bars)))
	t.annotate(p)
	p.rangeX(0, 0)
	if p.plot.X.Max <= 1 {
		p.plot.X.Max = 1
	} else {
		p.plot.X.Max *= 1.03
	}
	var found []string
	named := systems[:min(mostNamed, len(systems))]
	for _, m := range measures[:min(mostNamed, len(measures))] {
		var words []string
		for i, v := range t.value {
			if k := slices.Index(named, pairs[i]); t.measure[i] == m && finite(v) && k >= 0 {
				words = append(words, short[k]+" "+hundredths(v))
			}
		}
		if words != nil {
			found = append(found, m+": "+strings.Join(words, ", "))
		}
	}
	alt := fmt.Sprintf("Bars of %d scores: %s of %s against %s.", len(t.value)-failed, list(measures), list(short), list(shortNames(xs))) + sentence(found)
	if doubted > 0 {
		alt += fmt.Sprintf(" Hatched, for the data do not support them without a reservation: %d.", doubted)
	}
	if failed > 0 {
		alt += fmt.Sprintf(" Undefined, and without a bar: %d.", failed)
	}
	panels := []*panel{p}
	if len(bars) > mostColours {
		var err error
		if panels, err = panelsOfBars(t, s); err != nil {
			return nil, "", "", err
		}
	}
	return panels, "Similarity to " + list(shortNames(xs)), alt, nil
}

// axisOf returns what the measure is drawn along: "score" for scores with a largest value
// and for measures of which nothing is known, and for others the measure itself.
func (s *Style) axisOf(measure string) string {
	if r, known := s.rangeOf(measure); known && (r.Distance || !finite(r.Max)) {
		return measure
	}
	return "score"
}

// axes returns what the measures of a table are drawn along, in order of appearance, and
// that of each row.
func (s *Style) axes(t *scoreTable) (axes, of []string) {
	for _, m := range t.measure {
		of = append(of, s.axisOf(m))
	}
	return Distinct(of), of
}

// barsByKind draws the bars of each axis in a panel of its own.
func barsByKind(t *scoreTable, axes, of []string, s *Style) ([]*panel, string, string, error) {
	var panels []*panel
	var alts []string
	title := ""
	for _, axis := range axes {
		part := t.only(func(i int) bool { return of[i] == axis })
		if !anyFinite(part.value) {
			continue
		}
		part.amongOthers = true
		ps, words, alt, err := scoreBars(part, s)
		if err != nil {
			return nil, "", "", err
		}
		for _, p := range ps {
			if axis != "score" {
				p.x = s.unitOf(axis) + part.samples()
			}
		}
		panels, alts, title = append(panels, ps...), append(alts, alt), words
	}
	for _, p := range panels {
		p.perRow = 1
	}
	return panels, title, strings.Join(alts, " "), nil
}

// unitOf names the values of a measure at an axis.
func (s *Style) unitOf(measure string) string {
	if r, known := s.rangeOf(measure); known && r.Distance {
		return "distance"
	}
	return "score"
}

// mostColours is the largest number of systems that have a colour each.
const mostColours = 12

// panelsOfBars draws a panel for each measure, with a named bar for each of many systems.
func panelsOfBars(t *scoreTable, s *Style) ([]*panel, error) {
	var panels []*panel
	for _, m := range Distinct(t.measure) {
		one := t.only(func(i int) bool { return t.measure[i] == m })
		one.amongOthers = false
		if !anyFinite(one.value) {
			continue
		}
		ps, _, _, err := scoreBars(one, s)
		if err != nil {
			return nil, err
		}
		ps[0].title, ps[0].x = m, s.unitOf(m)+t.samples()
		panels = append(panels, ps...)
	}
	return panels, nil
}

// namedRows sets the y axis to named rows, each with some bars.
func (p *panel) namedRows(names []string, bars vg.Length) {
	p.rowNames = reversed(names)
	p.plot.Y.Tick.Marker = nameTicks(reversed(p.style.shortened(names, p.style.widestName())))
	p.plot.Y.Tick.Length = 0
	p.rangeY(-0.5, float64(len(names))-0.5)
	p.height = min(highestPanel, 24+vg.Length(len(names))*max(10.5, 3+bars*4.5))
}

// scoresAlong draws scores over time bins or conditions.
func scoresAlong(axis string, t *scoreTable, s *Style) ([]*panel, string, string, error) {
	var panels []*panel
	measures, all := Distinct(t.measure), s.ordered(Distinct(t.y))
	systems := evenly(all, mostCurves)
	short := shortNames(systems)
	label := map[string]string{"time": binLabel, "condition": "condition"}[axis]
	style := s.sequence(systems)
	type series struct{ measure, system string }
	rows := map[series][]int{}
	for i := range t.value {
		of := series{t.measure[i], t.y[i]}
		rows[of] = append(rows[of], i)
	}
	for _, m := range measures {
		p := s.newPanel(label, m+t.samples())
		if len(measures) > 1 {
			p.small()
			p.y = "score" + t.samples()
			p.title = m
		}
		for k, system := range systems {
			place := s.series(system)
			c := t.curveOf(rows[series{m, system}], func(i int) float64 { return t.at[i] })
			if axis == "time" {
				p.curve(c, style(k), short[k], len(systems) == 1)
				if every := s.keyEvery(systems); k%every == 0 {
					p.key(key{name: short[k], line: style(k)})
				}
				continue
			}
			p.points(c.at, c.value, s.glyph(place), short[k])
			p.intervalY(c.at, c.lo, c.hi, s.line(place))
			p.doubted(c.at, c.value, c.warning, s.line(place).Color)
			p.key(key{name: short[k], glyph: s.glyph(place)})
		}
		p.rangeY(0, 0)
		widen(&p.plot.X)
		widen(&p.plot.Y)
		panels = append(panels, p)
	}
	t.noteRows(panels[0])
	if len(systems) < len(all) {
		panels[0].notes = append(panels[0].notes, fmt.Sprintf("%d of %d systems, evenly spaced in their order; the table has the others.", len(systems), len(all)))
	}
	alt := fmt.Sprintf("Scores by %s of %s, for each %s.", list(measures), list(short), label)
	return panels, "Similarity to " + list(shortNames(Distinct(t.x))) + " by " + label, alt, nil
}

// keyEvery returns of how many systems one is named in the legend: of many whose colours are
// in the order of a number a few say what the others are.
func (s *Style) keyEvery(systems []string) int {
	if _, _, ok := ordinals(systems); !ok || len(systems) <= mostColours {
		return 1
	}
	return (len(systems) + 4) / 5
}

// mostCurves is the largest number of systems that have a line each, of 28 patterns.
const mostCurves = 28

// evenly returns at most a number of names, evenly spaced, the first and the last among them.
func evenly(names []string, most int) []string {
	if len(names) <= most {
		return names
	}
	var out []string
	for k := range most {
		out = append(out, names[k*(len(names)-1)/(most-1)])
	}
	return out
}

// scoreText returns the text of one score under the pointer.
func scoreText(t *scoreTable, i int, name string) string {
	text := name + ": " + number(t.value[i])
	if finite(t.lo[i]) && finite(t.hi[i]) {
		text += " [" + number(t.lo[i]) + ", " + number(t.hi[i]) + "]"
	}
	return text
}

func overlap(a, b []string) bool {
	return len(Distinct(append(append([]string(nil), a...), b...))) < len(a)+len(b)
}

func anyFinite(values []float64) bool {
	for _, v := range values {
		if finite(v) {
			return true
		}
	}
	return false
}

// mostNamed is the largest number of names in a list of a sentence.
const mostNamed = 4

// list joins names for a sentence, and only the first few of many.
func list(names []string) string {
	if len(names) > mostNamed {
		return strings.Join(names[:mostNamed], ", ") + " and " + strconv.Itoa(len(names)-mostNamed) + " more"
	}
	return strings.Join(names, ", ")
}
