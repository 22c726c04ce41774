package figure

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Join is a step of the clustering of systems: two clusters become one.
type Join struct {
	Left, Right int     // the first system of each, in the order of the systems
	Height      float64 // their distance
}

// leaves returns the order of n systems in which no branches of a tree cross: of two
// clusters that are joined, the one of the earlier system stands first.
func leaves(n int, tree []Join) []int {
	of := make([][]int, n)
	for i := range of {
		of[i] = []int{i}
	}
	for _, j := range tree {
		of[j.Left] = append(of[j.Left], of[j.Right]...)
		of[j.Right] = nil
	}
	if n == 0 {
		return nil
	}
	return of[0]
}

// byLikeness orders systems by the clusters of the scores of all pairs by the first
// measure; of scores, what is missing to the largest is the dissimilarity. A missing one
// counts as the largest. The tree is nil where the style has no clustering.
func (t *scoreTable) byLikeness(systems []string, s *Style) ([]string, []Join) {
	if s.Clusters == nil || len(systems) < 2 {
		return systems, nil
	}
	measure := t.measure[0]
	r, _ := s.rangeOf(measure)
	at := map[[2]string]float64{}
	low, high := math.Inf(1), math.Inf(-1)
	for i, v := range t.value {
		if t.measure[i] == measure && finite(v) {
			at[[2]string{t.x[i], t.y[i]}] = v
			low, high = math.Min(low, v), math.Max(high, v)
		}
	}
	tree := s.Clusters(len(systems), func(i, j int) float64 {
		v, ok := at[[2]string{systems[i], systems[j]}]
		if !ok {
			v, ok = at[[2]string{systems[j], systems[i]}]
		}
		switch {
		case ok && r.Distance:
			return v
		case ok:
			return high - v
		case r.Distance:
			return high
		}
		return high - low
	})
	order := leaves(len(systems), tree)
	out := make([]string, len(order))
	for place, i := range order {
		out[place] = systems[i]
	}
	return out, tree
}

// treeSpace is the height of a tree above a matrix.
const treeSpace = vg.Length(24)

// drawTree draws the tree of the columns of a matrix above it: each join is a bracket at
// the height of its distance. Those too narrow to be seen are left out.
func (p *panel) drawTree(data draw.Canvas) {
	x, _ := p.plot.Transforms(&data)
	n := len(p.tree) + 1
	place := make([]float64, n) // of the middle of the cluster of each first system
	for at, i := range leaves(n, p.tree) {
		place[i] = (float64(at)+0.5)/float64(max(1, p.perCell)) - 0.5
	}
	most := 0.0
	for _, j := range p.tree {
		most = math.Max(most, j.Height)
	}
	line := draw.LineStyle{Color: p.style.Theme.Ink, Width: hairline}
	height := make([]vg.Length, n)
	for _, j := range p.tree {
		top := vg.Length(0)
		if most > 0 {
			top = vg.Length(math.Max(0, j.Height)/most) * (treeSpace - 4)
		}
		base := data.Max.Y + 1.5
		left, right := x(place[j.Left]), x(place[j.Right])
		if right-left >= hairline {
			data.StrokeLines(line, []vg.Point{{X: left, Y: base + height[j.Left]}, {X: left, Y: base + top}, {X: right, Y: base + top}, {X: right, Y: base + height[j.Right]}})
		}
		place[j.Left], height[j.Left] = (place[j.Left]+place[j.Right])/2, top
	}
}
