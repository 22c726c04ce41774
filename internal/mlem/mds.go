package mlem

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// scaleDistances places the stimuli in Hidden dimensions so that their Euclidean
// distances approximate √(dᵀWd).
func (s *Simulation) scaleDistances(ctx context.Context, table *data.Table, w *mat.Dense) (*mat.Dense, error) {
	features, _, err := NewFeatures(table, FeatureOptions{})
	if err != nil {
		return nil, err
	}
	if len(features.columns) != s.Features {
		return nil, &data.InputError{Found: "a simulated feature that does not vary", Wanted: "want more stimuli or another seed"}
	}
	n := s.Stimuli
	first, second := allPairs(n)
	target := mat.NewDense(n, n, nil)
	d := newTiles(features, len(first))
	for d.next(first, second) {
		for p := range d.n {
			row := d.row(p)
			var v float64
			for a, x := range row {
				v += x * dot(w.RawRowView(a), row)
			}
			i, j := int(first[d.at+p]), int(second[d.at+p])
			v = math.Sqrt(max(v, 0))
			target.Set(i, j, v)
			target.Set(j, i, v)
		}
	}
	return smacof(ctx, target, s.Hidden)
}

// smacof returns n points in h dimensions that minimise the stress
// Σ_{i<j}(‖x_i−x_j‖−d_ij)² locally, by majorisation (de Leeuw and Heiser 1980;
// Borg and Groenen 2005, ch. 8): X ← B(X)·X/n. It starts from classical scaling
// and stops when a step lowers the stress by less than 1e-4 of itself, or after 300
// steps.
func smacof(ctx context.Context, d *mat.Dense, h int) (*mat.Dense, error) {
	const maxSteps, tolerance = 300, 1e-4
	n, _ := d.Dims()
	x, err := classicalScaling(d, h)
	if err != nil {
		return nil, err
	}
	b := mat.NewDense(n, n, nil)
	last := math.Inf(1)
	for range maxSteps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		sq := linalg.SqDistances(x)
		var stress float64
		for i := range n {
			b.Set(i, i, 0)
		}
		p := 0
		for i := range n {
			for j := i + 1; j < n; j++ {
				e := math.Sqrt(sq[p])
				p++
				t := d.At(i, j)
				stress += (e - t) * (e - t)
				v := 0.0
				if e > 0 {
					v = t / e
				}
				b.Set(i, j, -v)
				b.Set(j, i, -v)
				b.Set(i, i, b.At(i, i)+v)
				b.Set(j, j, b.At(j, j)+v)
			}
		}
		if last-stress <= tolerance*stress {
			break
		}
		last = stress
		var next mat.Dense
		next.Mul(b, x)
		x = scaled(1/float64(n), &next)
	}
	return x, nil
}

// classicalScaling returns the h leading principal coordinates of a matrix of
// distances (Torgerson 1952, doi:10.1007/BF02288916). Coordinates without a positive
// eigenvalue are zero.
func classicalScaling(d *mat.Dense, h int) (*mat.Dense, error) {
	n, _ := d.Dims()
	g := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			g.Set(i, j, -0.5*d.At(i, j)*d.At(i, j))
		}
	}
	rows, _ := linalg.Center(g)
	var t mat.Dense
	t.CloneFrom(rows.T())
	g, _ = linalg.Center(&t)
	values, vectors, err := linalg.EigSym(g)
	if err != nil {
		return nil, err
	}
	x := mat.NewDense(n, h, nil)
	for k := range min(h, n) {
		if values[k] <= 0 {
			break
		}
		for i := range n {
			x.Set(i, k, vectors.At(i, k)*math.Sqrt(values[k]))
		}
	}
	return x, nil
}
