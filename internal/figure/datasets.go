package figure

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
)

// This file shows runs on several data sets beside each other.

// drawing is the function that draws the results of a kind.
type drawing = func(rs []*Result, s *Style) (ps []*panel, title, alt string, err error)

// dataset is the runs on one data set.
type dataset struct {
	name string
	runs []*Result
}

// datasets groups runs by the data that they were made of, in order of appearance. Those
// whose data are unknown are together.
func datasets(rs []*Result) []dataset {
	var out []dataset
	of := map[string]int{}
	var paths []string
	for _, r := range rs {
		source := r.Reference()
		key := cmp.Or(source.SHA256, source.Path)
		at, ok := of[key]
		if !ok {
			at = len(out)
			of[key] = at
			out = append(out, dataset{})
			paths = append(paths, cmp.Or(source.Path, "unknown data"))
		}
		out[at].runs = append(out[at].runs, r)
	}
	for i, name := range shortNames(paths) {
		out[i].name = name
	}
	return out
}

// byData draws the runs on each of several data sets in panels of their own. A run is
// called by its measure, which looks the same everywhere.
func byData(draw drawing) drawing {
	return func(rs []*Result, s *Style) (panels []*panel, title, alt string, err error) {
		groups := datasets(rs)
		if len(groups) < 2 {
			return draw(rs, s)
		}
		for _, g := range groups {
			var runs []*Result
			for _, r := range g.runs {
				own := *r
				own.Label = cmp.Or(r.Measure(), r.Label)
				runs = append(runs, &own)
			}
			ps, one, words, err := draw(runs, s)
			if err != nil {
				return nil, "", "", err
			}
			for _, p := range ps {
				p.title = strings.Trim(g.name+", "+p.title, ", ")
				p.height, p.minWidth = smallPanel, smallPanel
			}
			panels, title, alt = append(panels, ps...), one, strings.TrimSpace(alt+" "+g.name+": "+words)
		}
		if at := strings.Index(title, " (n ="); at > 0 {
			title = title[:at]
		}
		return panels, title, alt, nil
	}
}

// decodingForms draws decoding along the optimisation, or a summary of it.
func decodingForms(rs []*Result, s *Style) ([]*panel, string, string, error) {
	if s.Form == matrix {
		return decodeMatrix(rs, s)
	}
	return byData(decodingPanels)(rs, s)
}

// mostOfIt is the share of what the data say above chance that counts as decoded.
const mostOfIt = 0.9

// scoreToDecode returns the score from which on a label is decoded: the first at which the
// accuracy above chance is mostOfIt of that of the data. ok is false where the run never
// gets there, or the data do not say anything.
func scoreToDecode(run *Result) (score float64, ok bool) {
	scores, accuracy := run.floats("score"), run.floats("accuracy")
	reference, chance := run.floats("reference_accuracy"), run.floats("chance")
	for i := range scores {
		if reference[i] > chance[i] && finite(scores[i]) && (accuracy[i]-chance[i])/(reference[i]-chance[i]) >= mostOfIt {
			return scores[i], true
		}
	}
	return nan, false
}

// decodeMatrix draws the score that a measure needs before labels are decoded, by measure
// and data set: the mean over labels. Where there is none the cell says why, and it is empty
// where the measure was not run on the data.
func decodeMatrix(rs []*Result, s *Style) ([]*panel, string, string, error) {
	groups := datasets(rs)
	var measures, names []string
	for _, r := range rs {
		measures = append(measures, cmp.Or(r.Measure(), r.Label))
	}
	measures = Distinct(measures)
	cells, why := make([][]float64, len(measures)), make([][]string, len(measures))
	var all []float64
	var found []string
	for i, m := range measures {
		cells[i], why[i] = make([]float64, len(groups)), make([]string, len(groups))
		var words []string
		for j, g := range groups {
			cells[i][j] = nan
			var reached []float64
			ran, missing := false, false
			for _, r := range g.runs {
				if cmp.Or(r.Measure(), r.Label) != m {
					continue
				}
				ran = true
				labels, reference, chance := r.texts("label"), r.floats("reference_accuracy"), r.floats("chance")
				for _, label := range Distinct(labels) {
					part := r.where(func(k int) bool { return labels[k] == label })
					at := slices.Index(labels, label)
					if !(reference[at] > chance[at]) {
						continue // the data do not say it
					}
					score, ok := scoreToDecode(part)
					missing = missing || !ok
					reached = append(reached, score)
				}
			}
			switch {
			case !ran:
				words = append(words, "not run on "+g.name)
				continue
			case len(reached) == 0:
				why[i][j] = "no label"
				words = append(words, "no label can be decoded in "+g.name)
				continue
			case missing:
				why[i][j] = "not reached"
				words = append(words, "not reached in "+g.name)
				continue
			}
			sum := 0.0
			for _, v := range reached {
				sum += v
			}
			cells[i][j] = sum / float64(len(reached))
			all = append(all, cells[i][j])
			words = append(words, fmt.Sprintf("%.2f in %s", cells[i][j], g.name))
		}
		found = append(found, m+": "+strings.Join(words, ", "))
	}
	if len(all) == 0 {
		return nil, "", "", noRows(rs)
	}
	for _, g := range groups {
		names = append(names, g.name)
	}
	bar := spread("score when decoded", all)
	bar.low, bar.high, bar.ramp = 0, max(1, bar.high), viridis
	s.chosen(bar)
	g := &grid{
		rows: len(measures), columns: len(groups), numbers: true, bar: bar,
		at:    func(i, j int) float64 { return cells[i][j] },
		empty: func(i, j int) string { return why[i][j] },
	}
	p := s.heatMap("", "", g, measures, names)
	p.height = 34 + 16*vg.Length(len(measures))
	alt := fmt.Sprintf("Score that data need, by measure and data set, before their labels are decoded with %.0f %% of the accuracy above chance that the data allow: the mean over labels.", 100*mostOfIt) + sentence(found)
	return []*panel{p}, "Score needed to decode", alt, nil
}
