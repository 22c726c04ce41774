package sensitivity

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/measures"
)

// Components is a dataset with its principal components. It is safe for
// concurrent use.
type Components struct {
	x          *data.Dataset
	means      []float64  // of the columns of x
	lambda     []float64  // λᵢ = σᵢ², descending
	coordinate *mat.Dense // σᵢ·uᵢ in row i, r×n
	axis       *mat.Dense // vᵢ in row i, r×p
}

// Decompose finds the components of x, n×p, over its numerical rank r (see
// measures.Dimensions), about the column means. If keep is positive and less than r, the components beyond it are
// removed from the data first; Data returns the result. Decompose returns a
// *data.InputError for values that are not finite and for data that are constant.
func Decompose(x *data.Dataset, keep int) (*Components, error) {
	if err := x.CheckFinite(); err != nil {
		return nil, err
	}
	m := x.Matrix()
	n, p := m.Dims()
	dimensions, err := measures.Dimensions(x)
	if err != nil {
		return nil, err
	}
	xc, means := linalg.Center(m)
	u, s, v, err := linalg.SVD(xc)
	if err != nil {
		return nil, fmt.Errorf("principal components: %w", err)
	}
	r := min(dimensions, linalg.Rank(s, n, p))
	if r == 0 {
		return nil, &data.InputError{Path: x.Source.Path, Found: "every sample has the same values", Wanted: "want data with principal components"}
	}
	cut := keep > 0 && keep < r
	if cut {
		r = keep
	}
	c := &Components{
		x: x, means: means, lambda: make([]float64, r),
		coordinate: mat.DenseCopyOf(u.Slice(0, n, 0, r).T()), axis: mat.DenseCopyOf(v.Slice(0, p, 0, r).T()),
	}
	for i := range r {
		c.lambda[i] = s[i] * s[i]
		floats.Scale(s[i], c.coordinate.RawRowView(i))
	}
	if cut {
		c.x = c.without(Set{})
	}
	return c, nil
}

// without returns the sum of the means and of all components but those of a set.
// Subtracting these from X instead would leave rounding errors, which act as a
// component for measures that ignore variance.
func (c *Components) without(set Set) *data.Dataset {
	y := zerosLike(c.x)
	m := y.Matrix()
	n, p := m.Dims()
	for i := range n {
		copy(m.RawRowView(i), c.means)
	}
	for _, part := range []Set{{0, set.first}, {set.end, c.Len()}} {
		if part.Len() > 0 {
			addComponents(m, c.coordinate.Slice(part.first, part.end, 0, n).(*mat.Dense), c.axis.Slice(part.first, part.end, 0, p).(*mat.Dense))
		}
	}
	return y
}

// addComponents adds Σ coordinateᵢᵀ·axisᵢ over rows to m.
func addComponents(m, coordinates, axis *mat.Dense) {
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, coordinates.RawMatrix(), axis.RawMatrix(), 1, m.RawMatrix())
}

// zerosLike returns a dataset of zeros with the shape of x.
func zerosLike(x *data.Dataset) *data.Dataset {
	return &data.Dataset{Values: make([]float64, len(x.Values)), Shape: slices.Clone(x.Shape), Features: x.Features, Source: x.Source}
}

// Data returns the dataset of the components.
func (c *Components) Data() *data.Dataset { return c.x }

// Scores returns the coordinates σᵢuᵢ of all samples on the principal axes, n×r.
func (c *Components) Scores() *mat.Dense { return mat.DenseCopyOf(c.coordinate.T()) }

// Len returns the number of components r.
func (c *Components) Len() int { return len(c.lambda) }

// Variance returns the variance of a set of components over samples,
// Σλᵢ/(n−1).
func (c *Components) Variance(set Set) float64 {
	return floats.Sum(c.lambda[set.first:set.end]) / float64(c.x.Samples()-1)
}

// Explained returns the share of the variance of a set of components: Σλᵢ over the
// set, divided by Σλᵢ over all.
func (c *Components) Explained(set Set) float64 {
	return floats.Sum(c.lambda[set.first:set.end]) / floats.Sum(c.lambda)
}

// Spare returns the number of directions that are orthogonal to all components and
// have mean zero: n − 1 − r.
func (c *Components) Spare() int { return c.x.Samples() - 1 - c.Len() }

// Apply returns X with the components of a set changed. It does not change means and
// other components. Random changes use rng. Apply returns a *data.InputError when the
// change needs more directions than Spare.
func (c *Components) Apply(change Change, set Set, rng *rand.Rand) (*data.Dataset, error) {
	if change.Kind == Remove {
		return c.without(set), nil
	}
	n, k := c.x.Samples(), set.Len()
	moves := mat.NewDense(k, n, nil) // the change of each coordinate
	switch change.Kind {
	case Scale:
		for j := range k {
			floats.AddScaled(moves.RawRowView(j), change.Amount-1, c.coordinate.RawRowView(set.first+j))
		}
	case Noise:
		for j := range k {
			sd := change.Amount * floats.Norm(c.coordinate.RawRowView(set.first+j), 2) / sqrt(n-1)
			for i, row := 0, moves.RawRowView(j); i < n; i++ {
				row[i] = sd * rng.NormFloat64()
			}
		}
	case Replace, Rotate:
		if k > c.Spare() {
			return nil, &data.InputError{
				Path:   c.x.Source.Path,
				Found:  fmt.Sprintf("%d principal components of %d samples", c.Len(), n),
				Wanted: fmt.Sprintf("want at most %d to %s %d at once", n-1-k, change.Kind, k),
				Hint:   "remove, scale and noise need no new directions, or leave out the last components with --keep",
			}
		}
		c.directions(moves, rng)
		cosine, sine := change.angle()
		for j := range k {
			coordinate, move := c.coordinate.RawRowView(set.first+j), moves.RawRowView(j)
			size := sine * floats.Norm(coordinate, 2)
			for i, v := range coordinate {
				move[i] = size*move[i] - (1-cosine)*v
			}
		}
	}
	y := zerosLike(c.x)
	copy(y.Values, c.x.Values)
	addComponents(y.Matrix(), moves, c.axis.Slice(set.first, set.end, 0, c.x.Width()).(*mat.Dense))
	return y, nil
}

// directions fills the rows of w with orthonormal vectors that are orthogonal to
// every component and to the constant, uniformly at random.
func (c *Components) directions(w *mat.Dense, rng *rand.Rand) {
	k, n := w.Dims()
	for j := range k {
		row := w.RawRowView(j)
		for i := range row {
			row[i] = rng.NormFloat64()
		}
		for range 2 { // the second pass removes the rounding errors of the first
			floats.AddConst(-floats.Sum(row)/float64(n), row)
			for i, lambda := range c.lambda {
				earlier := c.coordinate.RawRowView(i)
				floats.AddScaled(row, -floats.Dot(earlier, row)/lambda, earlier)
			}
			for i := range j {
				floats.AddScaled(row, -floats.Dot(w.RawRowView(i), row), w.RawRowView(i))
			}
			floats.Scale(1/floats.Norm(row, 2), row)
		}
	}
}
