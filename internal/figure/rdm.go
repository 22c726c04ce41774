package figure

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot/plotter"

	"simtool/internal/data"
)

// rounding is the tolerance for the difference of the halves of a symmetric matrix, and
// for its diagonal, relative to the largest element: single precision.
const rounding = 1e-6

// isSymmetric reports whether an array is a symmetric matrix.
func isSymmetric(d *data.Dataset) bool {
	if d.Is3D() || d.Samples() != d.Width() || d.Samples() < 2 {
		return false
	}
	n, slack := d.Samples(), rounding*largest(d.Values)
	for i := range n {
		for j := range i {
			if math.Abs(d.Values[i*n+j]-d.Values[j*n+i]) > slack {
				return false
			}
		}
	}
	return true
}

// isRDM reports whether an array is a matrix of dissimilarities: square,
// symmetric, its diagonal 0.
func isRDM(d *data.Dataset) bool { return isSymmetric(d) && offDiagonal(d) < 0 }

// offDiagonal returns the index of the first nonzero element on the diagonal of a
// square matrix, or −1.
func offDiagonal(d *data.Dataset) int {
	n, slack := d.Samples(), rounding*largest(d.Values)
	for i := range n {
		if math.Abs(d.Values[i*n+i]) > slack {
			return i
		}
	}
	return -1
}

// whyNoRDM says why an array is not a matrix of dissimilarities.
func whyNoRDM(d *data.Dataset) string {
	n := d.Samples()
	if d.Is3D() || n != d.Width() {
		return data.ShapeString(d.Shape) + " values, not square"
	}
	if isSymmetric(d) {
		i := offDiagonal(d)
		return fmt.Sprintf("%s on the diagonal in row %d", number(d.Values[i*n+i]), i+1)
	}
	slack := rounding * largest(d.Values)
	for i := range n {
		for j := range i {
			if a, b := d.Values[i*n+j], d.Values[j*n+i]; math.Abs(a-b) > slack {
				return fmt.Sprintf("not symmetric: %s in row %d, column %d, but %s in row %d, column %d", number(a), i+1, j+1, number(b), j+1, i+1)
			}
		}
	}
	return "a single value"
}

// largest returns the largest magnitude of some values.
func largest(values []float64) float64 {
	most := 0.0
	for _, v := range values {
		most = math.Max(most, math.Abs(v))
	}
	return most
}

// mostCells is the largest number of rows of a matrix that are drawn separately. Larger
// matrices are averaged over blocks.
const mostCells = 512

// rdmPanels draws matrices of dissimilarities.
func rdmPanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	if s.Form == mds {
		return scalingPanels(rs, s)
	}
	var panels []*panel
	sizes := ""
	for _, r := range rs {
		n := r.Array.Samples()
		block := (n + mostCells - 1) / mostCells
		size := (n + block - 1) / block
		matrix := r.Array.Values
		sorted := labelledOrder(r, s)
		order, tree, err := clustersOf(r, s, sorted.order != nil)
		if err != nil {
			return nil, "", "", err
		}
		if tree == nil {
			order = sorted.order
		} else if sorted.names != nil {
			sorted.names = picked(sorted.names, order)
		}
		if order != nil {
			matrix = reordered(matrix, order)
		}
		values := blockMeans(matrix, n, block)
		g := &grid{rows: size, columns: size, bar: s.chosen(spread(dissimilarity(r), values)), at: func(i, j int) float64 { return values[i*size+j] }}
		axis := fmt.Sprintf("sample (n = %d)", n)
		p := s.heatMap(axis, "", g, nil, nil)
		if block > 1 {
			p.x = fmt.Sprintf("sample (n = %d, averaged by %d)", n, block)
		}
		if len(rs) > 1 {
			p.title = r.Label
			p.small()
		}
		p.plot.X.Tick.Marker, p.plot.Y.Tick.Marker = countTicks{size, block, false}, countTicks{size, block, true}
		if order != nil && block == 1 {
			p.nameCells(order)
		}
		if block == 1 {
			sorted.name(p, n)
		}
		if tree != nil && sorted.names != nil && block == 1 {
			p.tree, p.perCell = tree, block
			p.x += ", alike ones together"
		} else if tree != nil {
			p.x, p.tree, p.perCell = fmt.Sprintf("sample, alike ones together (n = %d)", n), tree, block
			p.plot.X.Tick.Marker, p.plot.Y.Tick.Marker = sampleTicks{order, false}, sampleTicks{order, true}
		}
		p.square = true
		panels = append(panels, p)
		sizes += fmt.Sprintf(" %s is %d by %d, from %s to %s.", r.Label, n, n, number(g.bar.low), number(g.bar.high))
	}
	title := "Dissimilarities"
	if len(rs) == 1 {
		title += " of " + rs[0].Label
	}
	return panels, title, "Matrix of dissimilarities." + sizes, nil
}

// rdmKind returns the kind of dissimilarities in a matrix, if its manifest says so.
func rdmKind(r *Result) string {
	if r.Manifest == nil {
		return ""
	}
	kind, _ := r.Manifest.Config["rdm"].(string)
	return kind
}

// dissimilarity returns the name of the dissimilarities in a matrix.
func dissimilarity(r *Result) string {
	return strings.TrimSpace(rdmKind(r) + " dissimilarity")
}

// areSquares reports whether dissimilarities are known to be squares of
// distances, or estimates of squares.
func areSquares(r *Result) bool {
	kind, _, _ := strings.Cut(rdmKind(r), ":")
	return slices.Contains([]string{"sqeuclidean", "mahalanobis", "crossnobis"}, kind)
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

// scalingPanels draws matrices of dissimilarities as points in a plane, by classical
// scaling.
func scalingPanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	var panels []*panel
	var found []string
	for _, r := range rs {
		sc, err := classicalScaling(r.Array, areSquares(r))
		if err != nil {
			return nil, "", "", err
		}
		p := s.newPanel(
			fmt.Sprintf("dimension 1 (%.0f %%), stress %.2f", 100*sc.share[0], sc.stress),
			fmt.Sprintf("dimension 2 (%.0f %%)", 100*sc.share[1]))
		if len(rs) > 1 {
			p.small()
			p.title = fmt.Sprintf("%s (stress %.2f)", r.Label, sc.stress)
			p.x = fmt.Sprintf("dimension 1 (%.0f %%)", 100*sc.share[0])
		}
		p.samples(r, sc.xy)
		widen(&p.plot.X)
		widen(&p.plot.Y)
		equalUnits(p)
		panels = append(panels, p)
		found = append(found, fmt.Sprintf("%s has %.0f %% and %.0f %% of its extent in the two dimensions, at a stress of %.3f", r.Label, 100*sc.share[0], 100*sc.share[1], sc.stress))
	}
	title := fmt.Sprintf("Classical scaling of dissimilarities (n = %d)", rs[0].Array.Samples())
	return panels, title, "Samples as points in a plane, by classical scaling (MDS) of their dissimilarities." + sentence(found), nil
}

// scaling is the result of scaling dissimilarities to a plane.
type scaling struct {
	xy     []plotter.XY
	share  [2]float64 // λₖ / Σ|λ| of each dimension
	stress float64    // √(Σ(δ − d)² / Σδ²) over pairs, d their distance in the plane
}

// mostScaled is the largest number of samples of a scaling. Its time grows with the
// third power of the number.
const mostScaled = 2000

// classicalScaling returns the classical multidimensional scaling of
// dissimilarities δ to the plane: the leading eigenvectors of −½ J δ² J, with J
// the centring matrix, times the square roots of their eigenvalues (Torgerson,
// 1952). squares says that the matrix holds δ², whose estimates may be negative.
// Distances in a plane are recovered up to rotation. Dissimilarities that are not
// distances have negative eigenvalues, whose magnitudes the shares include.
func classicalScaling(d *data.Dataset, squares bool) (*scaling, error) {
	square := func(v float64) float64 { return v * v }
	root := func(v float64) float64 { return v }
	if squares {
		square = func(v float64) float64 { return v }
		root = func(v float64) float64 { return math.Sqrt(math.Max(0, v)) }
	}
	n := d.Samples()
	if n > mostScaled {
		return nil, &data.InputError{Path: d.Source.Path, Found: fmt.Sprintf("%d samples", n), Wanted: fmt.Sprintf("want at most %d for a scaling", mostScaled)}
	}
	means, total := make([]float64, n), 0.0
	for i := range n {
		for j := range n {
			means[i] += square(d.Values[i*n+j]) / float64(n)
		}
		total += means[i] / float64(n)
	}
	gram := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			gram.SetSym(i, j, -(square(d.Values[i*n+j])-means[i]-means[j]+total)/2)
		}
	}
	values, vectors, ok := eigenPairs(gram)
	magnitude := 0.0
	for _, v := range values {
		magnitude += math.Abs(v)
	}
	if !ok || magnitude == 0 || values[0] <= 0 {
		return nil, &data.InputError{Path: d.Source.Path, Found: "no distance between any two samples", Wanted: "want dissimilarities that differ from 0"}
	}
	sc := &scaling{xy: make([]plotter.XY, n)}
	for k := range 2 {
		scale := math.Sqrt(math.Max(0, values[k]))
		sc.share[k] = math.Max(0, values[k]) / magnitude
		scores := make([]float64, n)
		for i := range scores {
			scores[i] = vectors.At(i, k) * scale
		}
		setCoordinate(sc.xy, k, scores)
	}
	misfit, size := 0.0, 0.0
	for i := range n {
		for j := range i {
			v := root(d.Values[i*n+j])
			miss := v - math.Hypot(sc.xy[i].X-sc.xy[j].X, sc.xy[i].Y-sc.xy[j].Y)
			misfit, size = misfit+miss*miss, size+v*v
		}
	}
	sc.stress = math.Sqrt(misfit / size)
	return sc, nil
}
