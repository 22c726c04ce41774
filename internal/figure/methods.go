package figure

import (
	"fmt"
	"math"
	"sort"
	"strconv"

	"gonum.org/v1/plot/vg"
)

// This file draws comparisons of methods that find encoded features.

// nominal is the level of the tests of a study, which the type-I error should not exceed.
const nominal = 0.05

// studyPanels draws the recovery of each method in a study against noise and against
// the number of stimuli, as means over recordings with their standard errors; of a study
// that tests each feature, the type-I error and the power of the tests come first.
func studyPanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	r := join(rs)
	sweeps, methods := r.texts("sweep"), r.texts("method")
	quantities := []struct{ column, label string }{
		{"type_i", "type-I error"},
		{"power", "power"},
		{"cosine", "recovery (cosine)"},
		{"held_out_spearman", "held-out Spearman"},
		{"seconds", "seconds"},
	}
	tested := anyFinite(r.floats("type_i")) || anyFinite(r.floats("power"))
	axes := map[string]string{"noise": "noise (sd)", "stimuli": "number of stimuli"}
	var panels []*panel
	replicates := len(Distinct(r.texts("replicate")))
	for _, q := range quantities {
		ofTests := q.column == "type_i" || q.column == "power"
		if ofTests && !anyFinite(r.floats(q.column)) {
			continue // where no feature lacks weight, say
		}
		for _, sweep := range Distinct(sweeps) {
			if !r.has(q.column) || axes[sweep] == "" {
				continue
			}
			p := s.newPanel(axes[sweep], q.label).small()
			p.perRow = len(Distinct(sweeps))
			if sweep == "stimuli" {
				p.logX()
			}
			if q.column == "seconds" {
				p.logY()
			}
			for _, m := range Distinct(methods) {
				k := s.series(m)
				part := r.where(func(i int) bool { return sweeps[i] == sweep && methods[i] == m })
				x, mean, low, high := meansBy(part.floats(sweep), part.floats(q.column))
				p.line(x, mean, s.line(k), m)
				p.intervalY(x, low, high, s.line(k))
				p.key(key{name: m, line: s.line(k)})
			}
			if q.column == "type_i" {
				level := s.reference([]vg.Length{3, 2})
				p.across(nominal, level)
				p.key(key{name: "nominal 0.05", line: level})
			}
			if ofTests {
				p.rangeY(0, 1)
			}
			widen(&p.plot.X)
			widen(&p.plot.Y)
			panels = append(panels, p)
		}
	}
	if len(panels) == 0 {
		return nil, "", "", noRows(rs)
	}
	var found []string
	for _, sweep := range Distinct(sweeps) {
		for _, q := range quantities {
			if words := atEnds(r, sweep, q.column, q.label); words != "" {
				found = append(found, words)
			}
		}
	}
	title := fmt.Sprintf("Recovery of a known metric (mean and s.e. of n = %d recordings)", replicates)
	shown := "Recovery of the truth and held-out correlation of "
	if r.has("seconds") {
		shown = "Recovery of the truth, held-out correlation and time of "
	}
	if tested {
		title = fmt.Sprintf("Features found, and recovery (mean and s.e. of n = %d recordings)", replicates)
		shown = "Type-I error and power of tests of features, r" + shown[1:]
	}
	return panels, title, shown + list(Distinct(methods)) + "." + sentence(found), nil
}

// meansBy returns the mean of y for each distinct x, and the mean minus and plus its
// standard error.
func meansBy(x, y []float64) (at, mean, low, high []float64) {
	groups := map[float64][]float64{}
	for i := range x {
		if finite(x[i]) && finite(y[i]) {
			if groups[x[i]] == nil {
				at = append(at, x[i])
			}
			groups[x[i]] = append(groups[x[i]], y[i])
		}
	}
	sort.Float64s(at)
	for _, v := range at {
		n := float64(len(groups[v]))
		sum, squares := 0.0, 0.0
		for _, u := range groups[v] {
			sum += u
		}
		for _, u := range groups[v] {
			squares += (u - sum/n) * (u - sum/n)
		}
		se := math.NaN()
		if n > 1 {
			se = math.Sqrt(squares / (n - 1) / n)
		}
		mean, low, high = append(mean, sum/n), append(low, sum/n-se), append(high, sum/n+se)
	}
	return at, mean, low, high
}

// comparisonPanels draws the results of methods that find encoded features.
func comparisonPanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	var panels []*panel
	var names []string
	for _, r := range rs {
		for _, name := range r.texts("method") {
			if len(rs) > 1 {
				name = r.Label + ", " + name
			}
			names = append(names, name)
		}
	}
	r := join(rs)
	for _, q := range []struct{ column, label string }{{"held_out_spearman", "held-out Spearman"}, {"cosine", "recovery (cosine)"}} {
		value := r.floats(q.column)
		if !anyFinite(value) {
			continue
		}
		none := make([]float64, len(value))
		h := &hbars{thick: 0.72, fill: s.line(0).Color, style: s, value: value, low: none, high: none}
		p := s.newPanel(q.label, "")
		for i, v := range value {
			none[i] = nan
			h.at = append(h.at, float64(len(value)-1-i))
			p.marks = append(p.marks, mark{x: v / 2, y: h.at[i], w: math.Abs(v), h: 0.72, text: names[i] + ": " + strconv.FormatFloat(v, 'f', 3, 64)})
		}
		p.plot.Add(h)
		p.namedRows(names, 1)
		widen(&p.plot.X)
		panels = append(panels, p)
	}
	if len(panels) == 0 {
		return nil, "", "", noRows(rs)
	}
	return panels, counted("Methods compared", rs, "stimuli"), "Held-out correlation, and recovery of a known truth, of " + list(names) + ".", nil
}
