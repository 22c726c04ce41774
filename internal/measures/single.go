package measures

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// SinglePrecision is implemented by measures whose gradient needs little but products of
// matrices. These take half the time in float32, and a descent that only needs a direction
// does not notice.
type SinglePrecision interface {
	Differentiable
	// BindSingle is Bind for an objective by products of float32: scores are right to
	// about 1e-6, gradients to 1e-4 of their size. Where a score is so close to identity
	// that this would not hold, the objective computes in float64. ok is false if the
	// measure has none for its present parameters.
	BindSingle(x *System, q int) (o Objective, ok bool, err error)
}

// singleCosine is the cosine above which products of float32 leave too few digits of a
// gradient, which is a difference there, and of an angle.
const singleCosine = 0.9999

// singleObjective computes an objective by products of float32. Data are divided by powers
// of two, so that their values are about 1.
type singleObjective struct {
	core   singleCore
	x      blas32.General // Xc/sx
	sx, sy float64
	xx     float64 // ‖Xc‖²
	yc, g  blas32.General
	means  []float64

	bind  func() (Objective, error) // the same in float64
	exact Objective                 // made when it is needed
}

// singleCore is the part of a singleObjective that differs between measures.
type singleCore interface {
	// gradient writes ∂s/∂Y, up to the factor that it returns, into o.g. yy is ‖Yc‖², of
	// the data that are not divided. enough is false where float64 is called for.
	gradient(o *singleObjective, yy float64) (score, factor float64, enough bool, err error)
}

func newSingleObjective(x *System, q int, core singleCore, bind func() (Objective, error)) *singleObjective {
	compact := x.compact()
	n, p := compact.Dims()
	o := &singleObjective{
		core: core, xx: x.trace(), bind: bind, means: make([]float64, q),
		x: linalg.NewSingle(n, p), yc: linalg.NewSingle(n, q), g: linalg.NewSingle(n, q),
	}
	o.sx = powerNear(math.Sqrt(o.xx / float64(n*p)))
	for i := range n {
		to := o.x.Data[i*p:]
		for j, v := range compact.RawRowView(i) {
			to[j] = float32(v / o.sx)
		}
	}
	return o
}

// powerNear returns the power of two next to a positive number, and 1 for others.
func powerNear(v float64) float64 {
	if !(v > 0) || math.IsInf(v, 1) {
		return 1
	}
	_, e := math.Frexp(v)
	return math.Ldexp(1, min(max(e, -1000), 1000))
}

// Gradient implements Objective.
func (o *singleObjective) Gradient(g, y *mat.Dense) (float64, error) {
	yy := o.centre(y)
	if !(yy > 0) {
		return 0, constantModel()
	}
	score, factor, enough, err := o.core.gradient(o, yy)
	if err != nil {
		return 0, err
	}
	if !enough {
		if o.exact == nil {
			if o.exact, err = o.bind(); err != nil {
				return 0, err
			}
		}
		return o.exact.Gradient(g, y)
	}
	for i, v := range o.g.Data {
		g.RawMatrix().Data[i] = factor * float64(v)
	}
	return score, nil
}

// centre writes Yc/sy and returns ‖Yc‖².
func (o *singleObjective) centre(y *mat.Dense) float64 {
	linalg.ColumnMeansTo(o.means, y)
	n, q := y.Dims()
	o.sy = powerNear(linalg.Norm(y) / math.Sqrt(float64(n*q)))
	inverse := 1 / o.sy
	for i := range n {
		to, means := o.yc.Data[i*q:(i+1)*q], o.means[:q]
		for j, v := range y.RawRowView(i)[:q] {
			to[j] = float32((v - means[j]) * inverse)
		}
	}
	return linalg.SingleSquares(o.yc) * o.sy * o.sy
}

// singleGemm computes c = α·op(a)·b + β·c.
func singleGemm(trans blas.Transpose, alpha float64, a, b blas32.General, beta float64, c blas32.General) {
	blas32.Gemm(trans, blas.NoTrans, float32(alpha), a, b, float32(beta), c)
}

// singleGram writes α·YᵀY, or α·YYᵀ for NoTrans, with both of its triangles.
func singleGram(trans blas.Transpose, alpha float64, y, c blas32.General) {
	blas32.Syrk(trans, float32(alpha), y, 0, blas32.Symmetric{N: c.Rows, Stride: c.Stride, Data: c.Data, Uplo: blas.Upper})
	mirrorSingle(c)
}

// mirrorSingle copies the upper triangle to the lower, by squares that stay near.
func mirrorSingle(c blas32.General) {
	const square = 32
	n := c.Rows
	for i0 := 0; i0 < n; i0 += square {
		for j0 := 0; j0 <= i0; j0 += square {
			for i := i0; i < min(i0+square, n); i++ {
				for j := j0; j < min(j0+square, i); j++ {
					c.Data[i*n+j] = c.Data[j*n+i]
				}
			}
		}
	}
}

// SingleBytes bounds the bytes in use by an objective of BindSingle, beside those of the one
// in float64 that it may call for.
func SingleBytes(d Dims) int64 {
	x := d.reference()
	p, _ := x.compact()
	const half = word / 2
	data := half * (d.N*p + 2*d.N*d.Q)
	gram := half * (p*d.Q + d.Q*d.Q)
	if d.N < p+d.Q {
		gram = half * 2 * d.N * d.N
	}
	rotation := half*p*d.Q + word*linalg.SinglePolarMemory(p, d.Q)
	prediction := half*(2*d.Q*d.Q+2*d.Q*p) + word*(2*d.Q*d.Q+d.Q*p)
	return data + max(gram, rotation, prediction)
}
