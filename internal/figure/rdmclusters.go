package figure

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"

	"simtool/internal/data"
)

// clustersOf returns the order of the samples of a matrix of dissimilarities in which alike
// ones stand together, and the tree of their clusters; nil where the style does not ask for
// it. A missing dissimilarity counts as the largest. It refuses more samples than a scaling
// does, whose time grows alike, and samples that labels have sorted already.
func clustersOf(r *Result, s *Style, labelled bool) (order []int, tree []Join, err error) {
	if s.Order != Cluster || s.Clusters == nil {
		return nil, nil, nil
	}
	s.heed(clusterSetting, "")
	n := r.Array.Samples()
	switch {
	case labelled:
		return nil, nil, &data.InputError{
			Path: r.Path, Found: "samples that the labels sort into blocks",
			Wanted: "want either labels or the order cluster, which sorts them by likeness",
		}
	case n > mostScaled:
		return nil, nil, &data.InputError{Path: r.Path, Found: fmt.Sprintf("%d samples", n), Wanted: fmt.Sprintf("want at most %d for the order cluster", mostScaled)}
	}
	values, most := r.Array.Values, math.Inf(-1)
	for _, v := range values {
		if finite(v) {
			most = math.Max(most, v)
		}
	}
	tree = s.Clusters(n, func(i, j int) float64 {
		if v := values[i*n+j]; finite(v) {
			return v
		}
		return most
	})
	return leaves(n, tree), tree, nil
}

// nameCells names each cell of a square matrix by the numbers of its samples, which stand in
// another order.
func (p *panel) nameCells(order []int) {
	for k, m := range p.marks {
		row, column := order[len(order)-1-int(m.y)], order[int(m.x)]
		_, value, _ := strings.Cut(m.text, ": ")
		p.marks[k].text = fmt.Sprintf("%d, %d: %s", row, column, value)
	}
}

// mostNumbered is the largest number of samples whose numbers are shown at an axis.
const mostNumbered = 12

// sampleTicks are the numbers of samples, counted from 0, that stand in another order; of
// many samples there are none, for the numbers of a few do not say where the others are.
type sampleTicks struct {
	order   []int
	fromTop bool
}

// Ticks implements plot.Ticker.
func (t sampleTicks) Ticks(_, _ float64) []plot.Tick {
	if len(t.order) > mostNumbered {
		return nil
	}
	ticks := make([]plot.Tick, len(t.order))
	for place, sample := range t.order {
		at := float64(place)
		if t.fromTop {
			at = float64(len(t.order)-1) - at
		}
		ticks[place] = plot.Tick{Value: at, Label: strconv.Itoa(sample)}
	}
	return ticks
}
