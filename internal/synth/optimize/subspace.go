package optimize

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/measures"
)

// subspace holds coordinates in which n samples become r+1, where r ≤ p+q is the
// rank of [Xc, Y₀c].
//
// Every measure of second moments has a gradient of the form Xc·M + Yc·N, so the
// iterates of a method that is invariant to rotations of the samples never leave
// span[Xc, Y₀c] (plus the means of Y₀, which do not change). With Q an
// orthonormal basis of it, QᵀXc and QᵀYc have the same second moments as Xc and
// Yc. They are not centred, but multiplied by the (r+1)×r matrix H of
// orthonormal columns that sum to zero they are, and then any code that centres
// leaves them alone. So, exactly,
//
//	s(Xc, Yc) = s(BᵀXc, BᵀYc),  ∂s/∂Y = B·∂s/∂(BᵀYc),  B = Q·Hᵀ.
type subspace struct {
	basis *mat.Dense // B, n×(r+1)
	means []float64  // of the columns of Y₀
}

// newSubspace returns the subspace of a start and X and Y₀ in its coordinates.
// ok is false when there are not enough samples for it to help.
func newSubspace(x, y0 *mat.Dense) (s *subspace, xr, yr *mat.Dense, ok bool) {
	n, p := x.Dims()
	_, q := y0.Dims()
	if n <= p+q+1 {
		return nil, nil, nil, false
	}
	xc, _ := linalg.Center(x)
	yc, means := linalg.Center(y0)
	// Of one size, neither side is lost in the rank of both.
	sizeX, sizeY := linalg.Norm(xc), linalg.Norm(yc)
	if sizeX == 0 || sizeY == 0 {
		return nil, nil, nil, false
	}
	both := mat.NewDense(n, p+q, nil)
	both.Slice(0, n, 0, p).(*mat.Dense).Scale(1/sizeX, xc)
	both.Slice(0, n, p, p+q).(*mat.Dense).Scale(1/sizeY, yc)
	basis, _, err := linalg.RangeBasis(both)
	if err != nil || basis.IsEmpty() {
		return nil, nil, nil, false
	}
	b := centredCoordinates(basis)
	return &subspace{basis: b, means: means}, linalg.CrossGram(b, xc), linalg.CrossGram(b, yc), true
}

// centredCoordinates returns Q·Hᵀ with the Helmert matrix H, whose column j is
// (1, …, 1, −j, 0, …, 0)/√(j(j+1)) with j ones.
func centredCoordinates(q *mat.Dense) *mat.Dense {
	n, r := q.Dims()
	b := mat.NewDense(n, r+1, nil)
	for i := range n {
		from, to := q.RawRowView(i), b.RawRowView(i)
		tail := 0.0 // Σ over the columns whose ones reach this far
		for j := r; j >= 1; j-- {
			c := from[j-1] / math.Sqrt(float64(j)*float64(j+1))
			to[j] = tail - float64(j)*c
			tail += c
		}
		to[0] = tail
	}
	return b
}

// lift writes the iterate with coordinates yr, 1·meansᵀ + B·yr, into y.
func (s *subspace) lift(y, yr *mat.Dense) {
	for i := range y.RawMatrix().Rows {
		copy(y.RawRowView(i), s.means)
	}
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, s.basis.RawMatrix(), yr.RawMatrix(), 1, y.RawMatrix())
}

// agrees reports whether a goal takes the same value and gradient at the start in
// both coordinates, to rounding. Measures that are more than second moments of
// the samples (held-out folds, distances between samples, debiased estimators)
// do not, and none agrees at random data by chance.
func (s *subspace) agrees(g *Goal, full *problem, xr, yr *mat.Dense) bool {
	reduced, err := newProblem(g, xr, yr)
	if err != nil {
		return false
	}
	score, err := reduced.goal.Gradient(reduced.g, reduced.y)
	if err != nil || !(math.Abs(score-full.score) <= 1e-9*math.Max(1, math.Abs(score))) {
		return false
	}
	lifted := mat.NewDense(full.g.RawMatrix().Rows, full.g.RawMatrix().Cols, nil)
	lifted.Mul(s.basis, reduced.g)
	// full.g is the gradient of the loss, which is the score times a slope.
	size := full.gradNorm
	floats.Scale(full.slope, lifted.RawMatrix().Data)
	floats.Sub(lifted.RawMatrix().Data, full.gradient())
	return linalg.Norm(lifted) <= 1e-7*math.Abs(full.slope)*size
}

// newProblem binds a goal to a reference and takes a copy of the first iterate.
func newProblem(g *Goal, x, y *mat.Dense) (*problem, error) {
	n, p := x.Dims()
	set, err := data.New(x.RawMatrix().Data, n, p)
	if err != nil {
		return nil, err
	}
	system, err := measures.NewSystem(set)
	if err != nil {
		return nil, err
	}
	return bindProblem(g, system, y)
}

func bindProblem(g *Goal, x *measures.System, y *mat.Dense) (*problem, error) {
	n, q := y.Dims()
	bound, err := g.bind(x, q)
	if err != nil {
		return nil, err
	}
	return &problem{goal: bound, maximise: g.Maximise, target: math.NaN(), y: mat.DenseCopyOf(y), g: mat.NewDense(n, q, nil)}, nil
}
