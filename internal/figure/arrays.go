package figure

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"simtool/internal/data"
)

// isRecording reports whether an array has enough samples and features for a plane and
// is not a matrix of similarities.
func isRecording(d *data.Dataset) bool {
	return d.Samples() >= 3 && d.Width() >= 2 && !isSymmetric(d)
}

// planePanels draws recordings in the plane of their first two principal
// components, which is the classical scaling (MDS) of the Euclidean distances
// of all conditions at all times. Conditions are lines over time that begin at
// a ring; samples without time are points.
func planePanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	var panels []*panel
	var found []string
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
			p.conditionLines(r, xy)
			alt = fmt.Sprintf("Courses of %d conditions over %d time bins in the plane of the first two principal components.", r.Array.Shape[1], r.Array.Shape[0])
		} else {
			p.samples(r, xy)
		}
		widen(&p.plot.X)
		widen(&p.plot.Y)
		equalUnits(p)
		panels = append(panels, p)
		found = append(found, fmt.Sprintf("%s has %.0f %% and %.0f %% of its variance in the plane", r.Label, 100*share[0], 100*share[1]))
	}
	title := "Plane of most variance"
	if n := rs[0].Array.Samples(); len(rs) == 1 {
		title += fmt.Sprintf(" (n = %d samples)", n)
	}
	return panels, title, alt + sentence(found), nil
}

// mostNumbers is the largest number of different numbers that are taken for classes.
const mostNumbers = 7

// colourScale returns the colour of each condition on a scale of its numeric label, and adds
// the bar of the scale. It returns nil unless there are more numbers than can be classes.
func (p *panel) colourScale(r *Result, n int) func(i int) color.Color {
	if r.Labels == nil || r.Labels.Len() != n || r.Labels.Kind != data.Numeric {
		return nil
	}
	if len(Distinct(r.labelNames())) <= mostNumbers {
		return nil
	}
	p.bar = spread(r.Labels.Name, r.Labels.Values)
	p.bar.ramp = p.style.Theme.lines()
	return func(i int) color.Color {
		if r.Labels.IsMissing(i) {
			return p.style.Theme.Muted
		}
		return p.bar.ramp.at(p.bar.position(r.Labels.Values[i]))
	}
}

// labelNames returns the labels of conditions as text.
func (r *Result) labelNames() []string {
	names := make([]string, r.Labels.Len())
	for i := range names {
		switch {
		case r.Labels.IsMissing(i):
			names[i] = "missing"
		case r.Labels.Kind == data.Numeric:
			names[i] = number(r.Labels.Values[i])
		default:
			names[i] = r.Labels.Levels[r.Labels.Codes[i]]
		}
	}
	return names
}

// classes returns the class of each condition, by its label, and the names of classes.
// Without labels all conditions are in one class.
func (r *Result) classes(n int) (class []int, names []string) {
	class = make([]int, n)
	if r.Labels == nil || r.Labels.Len() != n {
		return class, nil
	}
	index := map[string]int{}
	for i, name := range r.labelNames() {
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

// conditionLines draws the line of each condition over time.
func (p *panel) conditionLines(r *Result, xy []plotter.XY) {
	s := p.style
	times, conditions := r.Array.Shape[0], r.Array.Shape[1]
	class, names := r.classes(conditions)
	colour := p.colourScale(r, conditions)
	if colour != nil {
		names = nil
	}
	for c := range conditions {
		x, y := make([]float64, times), make([]float64, times)
		for t := range times {
			x[t], y[t] = xy[t*conditions+c].X, xy[t*conditions+c].Y
		}
		style := s.line(class[c])
		style.Width = 0.8
		start := s.glyph(class[c])
		start.Shape, start.Radius = glyphs[3], 1.6
		if colour != nil {
			style.Color, style.Dashes, start.Color = colour(c), nil, colour(c)
		}
		p.line(x, y, style, "condition "+strconv.Itoa(c))
		p.points(x[:1], y[:1], start, "start of condition "+strconv.Itoa(c))
	}
	for k, name := range names {
		p.key(key{name: name, line: s.line(k)})
	}
	start := s.glyph(0)
	start.Shape, start.Color = glyphs[3], s.Theme.Muted
	p.key(key{name: "first time bin", glyph: start})
}

// samples draws samples as points.
func (p *panel) samples(r *Result, xy []plotter.XY) {
	if colour := p.colourScale(r, len(xy)); colour != nil {
		names := r.labelNames()
		for i, at := range xy {
			style := p.style.glyph(0)
			style.Color = colour(i)
			p.points([]float64{at.X}, []float64{at.Y}, style, r.Labels.Name+" "+names[i])
		}
		return
	}
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

// equalUnits makes a unit equally long on both axes: it widens the shorter axis.
func equalUnits(p *panel) {
	p.square = true
	span := math.Max(p.plot.X.Max-p.plot.X.Min, p.plot.Y.Max-p.plot.Y.Min)
	for _, axis := range []*plot.Axis{&p.plot.X, &p.plot.Y} {
		room := (span - (axis.Max - axis.Min)) / 2
		axis.Min, axis.Max = axis.Min-room, axis.Max+room
	}
}

// principalPlane returns the samples in the plane of their first two principal
// components, and the shares of variance of these.
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
	values, vectors, ok := eigenPairs(&gram)
	total := mat.Trace(&gram)
	if !ok || total <= 0 {
		return nil, [2]float64{}, &data.InputError{Path: d.Source.Path, Found: "every sample has the same values", Wanted: "want some variance to draw"}
	}
	xy := make([]plotter.XY, n)
	var share [2]float64
	for k := range 2 {
		share[k] = math.Max(0, values[k]) / total
		scores := make([]float64, n)
		if wide {
			for i := range scores {
				scores[i] = vectors.At(i, k) * math.Sqrt(math.Max(0, values[k]))
			}
		} else {
			mat.NewVecDense(n, scores).MulVec(x, vectors.ColView(k))
		}
		setCoordinate(xy, k, scores)
	}
	return xy, share, nil
}

// eigenPairs returns the eigenvalues of a symmetric matrix, the largest first, and
// their eigenvectors as columns. ok is false where they cannot be computed, as for
// values that are not finite.
func eigenPairs(a *mat.SymDense) (values []float64, vectors *mat.Dense, ok bool) {
	var eigen mat.EigenSym
	if !eigen.Factorize(a, true) {
		return nil, nil, false
	}
	values = eigen.Values(nil)
	slices.Reverse(values)
	var ascending mat.Dense
	eigen.VectorsTo(&ascending)
	n := len(values)
	vectors = mat.NewDense(n, n, nil)
	for k := range n {
		vectors.SetCol(k, mat.Col(nil, n-1-k, &ascending))
	}
	return values, vectors, true
}

// setCoordinate sets the coordinate k of points, with the sign that makes the largest
// positive: the sign of an eigenvector is arbitrary.
func setCoordinate(xy []plotter.XY, k int, scores []float64) {
	extreme := 0.0
	for _, v := range scores {
		if math.Abs(v) > math.Abs(extreme)*(1+1e-9) {
			extreme = v
		}
	}
	for i, v := range scores {
		if extreme < 0 {
			v = -v
		}
		if k == 0 {
			xy[i].X = v
		} else {
			xy[i].Y = v
		}
	}
}
