package compare

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/inference"
	"simtool/internal/result"
)

// ranks is the table of the models.
func (o *Options) ranks() result.Of[result.ModelRank] {
	if o.Per != "" {
		return result.ModelRanks.With(o.Per)
	}
	return result.ModelRanks
}

// standings ranks the models of each panel.
func (r *run) standings(panels []inference.Panel, contrasts []inference.Contrast) [][]inference.Standing {
	out := make([][]inference.Standing, len(panels))
	models := len(r.o.paths) - 1
	each := models * (models - 1) / 2
	untold := ""
	for k, p := range panels {
		out[k] = inference.Standings(p, contrasts[k*each:(k+1)*each], 1-r.o.Level)
		if r.o.Permutations > 0 {
			if reason := inference.Best(p, out[k]); reason != "" {
				untold = reason
			}
		}
	}
	if untold != "" {
		r.env.Warn("no p_best: %s", untold)
	}
	return out
}

// rankRows renders the models of all panels.
func (r *run) rankRows(panels []inference.Panel, standings [][]inference.Standing) [][]any {
	var rows [][]any
	table := r.o.ranks()
	for k, p := range panels {
		for i, e := range p {
			a, s := e.Assessment, standings[k][i]
			row := result.ModelRank{
				X: r.o.paths[0], Y: r.o.paths[1+i], Measure: r.measure(k), Value: e.Value, Corrected: a.Corrected, Lo: a.Lo, Hi: a.Hi,
				Null: a.Null, Calibrated: a.Calibrated, Rank: s.Rank, First: s.First, Last: s.Last, Group: s.Group, Z: s.Z,
				PValue: a.PValue, PBest: s.PBest, Units: a.Units, Note: a.Note(), Warning: strings.Join(a.Warnings, "; "),
				Error: batch.RowText(e.Err), Time: r.views[k/len(r.o.named)].at,
			}
			rows = append(rows, table.Cells(row))
		}
	}
	return rows
}

// measure returns the name of the measure of a panel.
func (r *run) measure(panel int) string { return r.o.named[panel%len(r.o.named)].Name }

// mostTold is the number of panels, and of models, that a sentence has room for.
const mostTold = 6

// tell says in sentences which models are better.
func (r *run) tell(panels []inference.Panel, contrasts []inference.Contrast, standings [][]inference.Standing) {
	if len(panels) > mostTold {
		r.tellCount(contrasts)
		return
	}
	for k, p := range panels {
		r.tellPanel(r.measure(k), p, standings[k])
	}
}

// tellPanel lists the models of a panel with their groups.
func (r *run) tellPanel(measure string, _ inference.Panel, standings []inference.Standing) {
	var order []int
	for i, s := range standings {
		if s.Rank > 0 {
			order = append(order, i)
		}
	}
	if len(order) < 2 {
		r.env.Summary("%s: fewer than two models can be compared", measure)
		return
	}
	slices.SortFunc(order, func(i, j int) int { return standings[i].Rank - standings[j].Rank })
	var words []string
	differ := false
	for _, i := range order {
		s := standings[i]
		differ = differ || s.First > 1
		words = append(words, fmt.Sprintf("%s (%s)", r.o.paths[1+i], s.Group))
	}
	if len(words) > mostTold {
		words = append(words[:mostTold-1], fmt.Sprintf("… (%d)", len(order)))
	}
	text := fmt.Sprintf("%s, the closest first: %s; models without a common letter differ (p_adj < %.3g)", measure, strings.Join(words, ", "), 1-r.o.Level)
	if !differ {
		text = fmt.Sprintf("%s: none of %s differs from another (p_adj ≥ %.3g)", measure, data.Counted(len(order), "model"), 1-r.o.Level)
	}
	best := order[0]
	for _, i := range order {
		if standings[i].PBest < standings[best].PBest {
			best = i
		}
	}
	if p := standings[best].PBest; !math.IsNaN(p) {
		text += fmt.Sprintf("; the best of random pairings is as good as %s with p = %.2g", r.o.paths[1+best], p)
	}
	r.env.Summary("%s", text)
}

// tellCount counts the differences of many panels.
func (r *run) tellCount(contrasts []inference.Contrast) {
	tested, found := 0, 0
	least := -1
	for k, c := range contrasts {
		if math.IsNaN(c.PAdj) {
			continue
		}
		tested++
		if c.PAdj < 1-r.o.Level {
			found++
		}
		if least < 0 || c.PValue < contrasts[least].PValue {
			least = k
		}
	}
	if tested == 0 {
		r.env.Summary("no two models can be compared")
		return
	}
	text := fmt.Sprintf("%d of %d differences are clear (p_adj < %.3g)", found, tested, 1-r.o.Level)
	if found > 0 {
		row := r.row(contrasts[least])
		first, second := row.Y1, row.Y2
		if closer := r.o.named[contrasts[least].Panel%len(r.o.named)].Card().HigherIsCloser; closer != (row.Diff > 0) {
			first, second = second, first
		}
		text += fmt.Sprintf("; the clearest: %s is closer than %s by %s", first, second, row.Measure)
		if r.o.Per != "" {
			text += fmt.Sprintf(" in time bin %d", row.Time)
		}
	}
	r.env.Summary("%s", text)
}
