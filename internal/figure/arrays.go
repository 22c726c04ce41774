package figure

import (
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"simtool/internal/data"
)

// isRDM reports whether an array is a matrix of dissimilarities: square,
// symmetric, its diagonal 0.
func isRDM(r *Result) bool {
	d := r.Array
	if d == nil || d.Is3D() || d.Samples() != d.Width() || d.Samples() < 2 {
		return false
	}
	n := d.Samples()
	for i := range n {
		for j := range i + 1 {
			a, b := d.Values[i*n+j], d.Values[j*n+i]
			if i == j && a != 0 || math.Abs(a-b) > 1e-12*(math.Abs(a)+math.Abs(b)) {
				return false
			}
		}
	}
	return true
}

// isRecording reports whether an array has samples and features enough for a
// plane.
func isRecording(r *Result) bool {
	return r.Array != nil && r.Array.Samples() >= 3 && r.Array.Width() >= 2
}

// mostCells is how many rows of a matrix are drawn one by one. Larger ones are
// averaged over blocks.
const mostCells = 512

// rdmPanels draws matrices of dissimilarities.
func rdmPanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	var panels []*panel
	sizes := ""
	for _, r := range rs {
		n := r.Array.Samples()
		block := (n + mostCells - 1) / mostCells
		size := (n + block - 1) / block
		values := blockMeans(r.Array.Values, n, block)
		g := &grid{rows: size, columns: size, bar: spread(dissimilarity(r), values), at: func(i, j int) float64 { return values[i*size+j] }}
		axis := fmt.Sprintf("sample (n = %d)", n)
		p := s.heatMap(axis, "", g, nil, nil)
		if block > 1 {
			p.x = fmt.Sprintf("sample (n = %d, averaged by %d)", n, block)
		}
		p.square = true
		if len(rs) > 1 {
			p.title = r.Label
			p.small()
			p.plot.Y.Tick.Marker = fromTop{size}
			p.square = true
		}
		panels = append(panels, p)
		sizes += fmt.Sprintf(" %s is %d by %d, from %s to %s.", r.Label, n, n, number(g.bar.low), number(g.bar.high))
	}
	title := "Dissimilarities"
	if len(rs) == 1 {
		title += " of " + rs[0].Label
	}
	return panels, title, "Matrix of dissimilarities." + sizes, nil
}

// dissimilarity names what a matrix holds, if its manifest says so.
func dissimilarity(r *Result) string {
	if r.Manifest != nil {
		if kind, ok := r.Manifest.Config["rdm"].(string); ok {
			return kind + " dissimilarity"
		}
	}
	return "dissimilarity"
}

// blockMeans averages an n×n matrix over square blocks.
func blockMeans(values []float64, n, block int) []float64 {
	if block == 1 {
		return values
	}
	size := (n + block - 1) / block
	out, count := make([]float64, size*size), make([]float64, size*size)
	for i := range n {
		for j := range n {
			at := i/block*size + j/block
			out[at] += values[i*n+j]
			count[at]++
		}
	}
	for i := range out {
		out[i] /= count[i]
	}
	return out
}

// planePanels draws recordings in the plane of their first two principal
// components, which is the classical scaling (MDS) of the Euclidean distances
// of all conditions at all times. Conditions are lines over time that begin at
// a ring; samples without time are points.
func planePanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	var panels []*panel
	alt := "Samples in the plane of the first two principal components."
	for _, r := range rs {
		xy, share, err := principalPlane(r.Array)
		if err != nil {
			return nil, "", "", err
		}
		p := s.newPanel(
			fmt.Sprintf("PC 1 (%.0f %% of variance)", 100*share[0]),
			fmt.Sprintf("PC 2 (%.0f %% of variance)", 100*share[1]))
		if len(rs) > 1 {
			p.small()
			p.title = r.Label
		}
		if r.Array.Is3D() {
			p.courses(r, xy)
			alt = fmt.Sprintf("Courses of %d conditions over %d time bins in the plane of the first two principal components.", r.Array.Shape[1], r.Array.Shape[0])
		} else {
			p.samples(r, xy)
		}
		widen(&p.plot.X)
		widen(&p.plot.Y)
		equalUnits(p)
		panels = append(panels, p)
	}
	title := "Plane of most variance"
	if n := rs[0].Array.Samples(); len(rs) == 1 {
		title += fmt.Sprintf(" (n = %d samples)", n)
	}
	return panels, title, alt, nil
}

// classes gives the colour and the key of each condition: by its label, or all
// alike.
func (r *Result) classes(n int) (class []int, names []string) {
	class = make([]int, n)
	if r.Labels == nil || r.Labels.Len() != n {
		return class, nil
	}
	index := map[string]int{}
	for i := range n {
		name := "missing"
		switch {
		case r.Labels.IsMissing(i):
		case r.Labels.Kind == data.Numeric:
			name = number(r.Labels.Values[i])
		default:
			name = r.Labels.Levels[r.Labels.Codes[i]]
		}
		k, ok := index[name]
		if !ok {
			k = len(names)
			index[name] = k
			names = append(names, r.Labels.Name+" "+name)
		}
		class[i] = k
	}
	return class, names
}

// courses draws each condition's line over time.
func (p *panel) courses(r *Result, xy []plotter.XY) {
	s := p.style
	times, conditions := r.Array.Shape[0], r.Array.Shape[1]
	class, names := r.classes(conditions)
	for c := range conditions {
		x, y := make([]float64, times), make([]float64, times)
		for t := range times {
			x[t], y[t] = xy[t*conditions+c].X, xy[t*conditions+c].Y
		}
		style := s.line(class[c])
		style.Width = 0.8
		p.line(x, y, style, "condition "+strconv.Itoa(c))
		start := s.glyph(class[c])
		start.Shape, start.Radius = glyphs[3], 1.6
		p.points(x[:1], y[:1], start, "start of condition "+strconv.Itoa(c))
	}
	for k, name := range names {
		p.key(key{name: name, line: s.line(k)})
	}
	start := s.glyph(0)
	start.Shape, start.Color = glyphs[3], s.Theme.Muted
	p.key(key{name: "first time bin", glyph: start})
}

// samples draws points.
func (p *panel) samples(r *Result, xy []plotter.XY) {
	class, names := r.classes(len(xy))
	for k := range max(1, len(names)) {
		var x, y []float64
		for i, at := range xy {
			if class[i] == k {
				x, y = append(x, at.X), append(y, at.Y)
			}
		}
		name := "sample"
		if names != nil {
			name = names[k]
			p.key(key{name: name, glyph: p.style.glyph(k)})
		}
		p.points(x, y, p.style.glyph(k), name)
	}
}

// equalUnits makes a unit equally long on both axes by widening the shorter.
func equalUnits(p *panel) {
	p.square = true
	span := math.Max(p.plot.X.Max-p.plot.X.Min, p.plot.Y.Max-p.plot.Y.Min)
	for _, axis := range []*plot.Axis{&p.plot.X, &p.plot.Y} {
		room := (span - (axis.Max - axis.Min)) / 2
		axis.Min, axis.Max = axis.Min-room, axis.Max+room
	}
}

// principalPlane returns the samples in the plane of their first two principal
// components, and the shares of variance of these. The sign of a component,
// which is arbitrary, makes its largest coordinate positive.
func principalPlane(d *data.Dataset) ([]plotter.XY, [2]float64, error) {
	n, p := d.Samples(), d.Width()
	x := mat.NewDense(n, p, append([]float64(nil), d.Values...))
	for j := range p {
		sum := 0.0
		for i := range n {
			sum += x.At(i, j)
		}
		for i := range n {
			x.Set(i, j, x.At(i, j)-sum/float64(n))
		}
	}
	// The Gram matrix of the shorter side has the same spectrum.
	var gram mat.SymDense
	wide := p > n
	if wide {
		gram.SymOuterK(1, x)
	} else {
		gram.SymOuterK(1, x.T())
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(&gram, true) {
		return nil, [2]float64{}, &data.InputError{Path: d.Source.Path, Found: "no principal components", Wanted: "want finite values"}
	}
	values := eigen.Values(nil)
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	total := mat.Trace(&gram)
	if total <= 0 {
		return nil, [2]float64{}, &data.InputError{Path: d.Source.Path, Found: "every sample has the same values", Wanted: "want some variance to draw"}
	}
	xy := make([]plotter.XY, n)
	var share [2]float64
	for k := range 2 {
		at := len(values) - 1 - k
		share[k] = math.Max(0, values[at]) / total
		scores := make([]float64, n)
		column := vectors.ColView(at)
		if wide {
			for i := range scores {
				scores[i] = column.AtVec(i) * math.Sqrt(math.Max(0, values[at]))
			}
		} else {
			mat.NewVecDense(n, scores).MulVec(x, column)
		}
		orient(scores)
		for i, v := range scores {
			if k == 0 {
				xy[i].X = v
			} else {
				xy[i].Y = v
			}
		}
	}
	return xy, share, nil
}

// orient turns a component round if its largest coordinate is negative.
func orient(scores []float64) {
	largest := 0.0
	for _, v := range scores {
		if math.Abs(v) > math.Abs(largest)*(1+1e-9) {
			largest = v
		}
	}
	if largest < 0 {
		for i := range scores {
			scores[i] = -scores[i]
		}
	}
}
