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
	"simtool/internal/stats"
)

// subspace holds coordinates in which n samples become k+1, with k = p+q.
//
// Every measure of second moments has a gradient of the form Xc·M + Yc·N, so the
// iterates of a method that is invariant to rotations of the samples never leave
// span[Xc, Y₀c] (plus the means of Y₀, which do not change). With the QR
// decomposition [Xc, Y₀c] = Q·R and Y in this span, QᵀXc and QᵀYc have the same
// second moments as Xc and Yc, but they are not centred. H is the (k+1)×k matrix of
// orthonormal columns that sum to zero. H·QᵀXc and H·QᵀYc are centred, so code that
// centres does not change them. Exactly,
//
//	s(Xc, Yc) = s(BᵀXc, BᵀYc),  ∂s/∂Y = B·∂s/∂(BᵀYc),  B = Q·Hᵀ.
//
// Where M = [Xc, Y₀c] is well conditioned, R is the Cholesky factor of MᵀM and
// Q = M·R⁻¹ is never formed.
type subspace struct {
	both  *mat.Dense // M with sides of unit norm, or Q where r is nil
	r     *mat.Dense // R, or nil
	means []float64  // of the columns of Y₀
	work  *mat.Dense // k×q
}

// newSubspace returns the subspace of X and Y₀, and both in its coordinates. ok is
// false when there are not enough samples for a reduction.
func newSubspace(x, y0 *mat.Dense) (s *subspace, xr, yr *mat.Dense, ok bool) {
	n, p := x.Dims()
	_, q := y0.Dims()
	k := p + q
	if n <= k+1 {
		return nil, nil, nil, false
	}
	both := mat.NewDense(n, k, nil)
	means := make([]float64, k)
	left, right := both.Slice(0, n, 0, p).(*mat.Dense), both.Slice(0, n, p, k).(*mat.Dense)
	linalg.CenterTo(left, means[:p], x)
	linalg.CenterTo(right, means[p:], y0)
	// With equal norms neither side is lost in the rounding of the other.
	sizeX, sizeY := linalg.Norm(left), linalg.Norm(right)
	if sizeX == 0 || sizeY == 0 {
		return nil, nil, nil, false
	}
	left.Scale(1/sizeX, left)
	right.Scale(1/sizeY, right)
	s = &subspace{both: both, means: means[p:], work: mat.NewDense(k, q, nil)}
	factor, ok := linalg.Cholesky(linalg.Gram(both))
	if ok && linalg.FarFromSingular(factor) {
		s.r = factor
	} else {
		s.both, factor = linalg.QR(both)
	}
	centred := centre(factor)
	xr, yr = mat.NewDense(k+1, p, nil), mat.NewDense(k+1, q, nil)
	xr.Scale(sizeX, centred.Slice(0, k+1, 0, p))
	yr.Scale(sizeY, centred.Slice(0, k+1, p, k))
	return s, xr, yr, true
}

// helmert returns the scale of column j of the matrix H of centre.
func helmert(j int) float64 { return 1 / math.Sqrt(float64(j)*float64(j+1)) }

// centre returns H·A for a k×m matrix A with the (k+1)×k Helmert matrix H, whose
// column j is (1, …, 1, −j, 0, …, 0)/√(j(j+1)) with j ones.
func centre(a *mat.Dense) *mat.Dense {
	k, m := a.Dims()
	h := mat.NewDense(k+1, m, nil)
	tail := make([]float64, m) // Σ over the columns whose ones reach this row
	for j := k; j >= 1; j-- {
		to := h.RawRowView(j)
		for i, v := range a.RawRowView(j - 1) {
			c := v * helmert(j)
			to[i] = tail[i] - float64(j)*c
			tail[i] += c
		}
	}
	copy(h.RawRowView(0), tail)
	return h
}

// uncentreTo writes Hᵀ·A, k×m, the transpose of centre.
func uncentreTo(dst, a *mat.Dense) {
	k, m := dst.Dims()
	head := make([]float64, m) // Σ of the rows above
	copy(head, a.RawRowView(0))
	for j := 1; j <= k; j++ {
		to := dst.RawRowView(j - 1)
		for i, v := range a.RawRowView(j) {
			to[i] = (head[i] - float64(j)*v) * helmert(j)
			head[i] += v
		}
	}
}

// lift writes the iterate with coordinates yr, 1·meansᵀ + B·yr, into y.
func (s *subspace) lift(y, yr *mat.Dense) {
	uncentreTo(s.work, yr)
	if s.r != nil {
		r := s.r.RawMatrix()
		t := blas64.Triangular{N: r.Rows, Stride: r.Stride, Data: r.Data, Uplo: blas.Upper, Diag: blas.NonUnit}
		blas64.Trsm(blas.Left, blas.NoTrans, 1, t, s.work.RawMatrix())
	}
	for i := range y.RawMatrix().Rows {
		copy(y.RawRowView(i), s.means)
	}
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, s.both.RawMatrix(), s.work.RawMatrix(), 1, y.RawMatrix())
}

// secondMoments reports whether a goal is a function of the second moments of the
// centred samples. It compares the value and gradient on random data with those in
// the coordinates of their subspace. They differ for held-out folds, distances
// between samples and debiased estimators.
func (g *Goal) secondMoments() bool {
	const n, p, q = 48, 5, 4
	rng := stats.Stream(1, "optimize/second moments")
	x, y := normal(rng, n, p), normal(rng, n, q)
	s, xr, yr, _ := newSubspace(x, y)
	full, err := newProblem(g, x, y)
	if err != nil || full.evaluate() != nil {
		return false
	}
	reduced, err := newProblem(g, xr, yr)
	if err != nil || reduced.evaluate() != nil {
		return false
	}
	lifted := mat.NewDense(n, q, nil)
	clear(s.means) // a gradient has no means
	s.lift(lifted, reduced.g)
	floats.Sub(lifted.RawMatrix().Data, full.gradient())
	return math.Abs(full.score-reduced.score) <= 1e-9*max(1, math.Abs(full.score)) && linalg.Norm(lifted) <= 1e-8*full.gradNorm
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
	bound, err := g.bind(x, q, false)
	if err != nil {
		return nil, err
	}
	return &problem{goal: bound, maximise: g.Maximise, target: math.NaN(), y: mat.DenseCopyOf(y), g: mat.NewDense(n, q, nil)}, nil
}
