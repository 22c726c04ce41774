package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Flip implements Differentiable.
func (m cka) Flip() Differentiable { return m }

// Bind implements Differentiable.
func (m cka) Bind(x *System, q int) (Objective, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, err
	}
	if m.kernel.kind != "linear" {
		return m.bindKernel(x, q)
	}
	t1, t2 := m.weights(x.Samples())
	if m.estimator == biased {
		return newGramObjective(x, q, m.as, t1, t2, nil, noHSIC(biased))
	}
	var hollow *hollowObjective
	if !x.tiled() {
		hollow = &hollowObjective{estimator: m.estimator, x: x}
	}
	return newGramObjective(x, q, m.as, t1, t2, hollow, noHSIC(m.estimator))
}

// gramObjective is the objective of the cosine for an inner product of linear kernel
// matrices,
//
//	h(X,Y) = ‖C‖² + dxᵀT·dy,  T = t₁I + t₂11ᵀ,
//
// with dyᵢ = ‖yᵢ‖², so that
//
//	∂h/∂Y = 2XC + 2·diag(T dx)·Y.
//
// Linear CKA is such a cosine, and so are comparisons of squared Euclidean distances.
type gramObjective struct {
	centring
	as          string
	t1, t2      float64
	x           *mat.Dense
	rowX, rowY  []float64
	self        float64          // h(X,X)
	notPositive error            // the error when h(Y,Y) is not positive
	hollow      *hollowObjective // in use where second moments cancel; nil if there is none
	always      bool             // they do so for the reference

	c, b    *mat.Dense // features × features
	samples bool       // fewer samples than features: work with n×n matrices
	kx, ky  *mat.Dense
}

// newGramObjective binds a reference. It returns notPositive when h(X,X) is not
// positive.
func newGramObjective(x *System, q int, as string, t1, t2 float64, hollow *hollowObjective, notPositive error) (*gramObjective, error) {
	n, p := x.compact().Dims()
	o := &gramObjective{
		centring: newCentring(n, q), as: as, t1: t1, t2: t2, x: x.compact(),
		rowX: x.rowNorms(), rowY: make([]float64, n), notPositive: notPositive, hollow: hollow,
	}
	o.samples = n < p+q && !o.weighted()
	if o.samples {
		o.kx, o.ky = linalg.OuterGram(o.x), mat.NewDense(n, n, nil)
	} else {
		o.c, o.b = mat.NewDense(p, q, nil), mat.NewDense(q, q, nil)
	}
	o.self = x.gramSquares() + o.correction(o.rowX, o.rowX)
	if hollow != nil && cancels(o.self, x.gramSquares(), t1, t2, o.rowX) {
		o.always = true
		return o, hollow.reference()
	}
	if !(o.self > 0) {
		return nil, notPositive
	}
	return o, nil
}

// weighted reports whether the objective depends on the diagonals of the kernel
// matrices.
func (o *gramObjective) weighted() bool { return o.t1 != 0 || o.t2 != 0 }

// correction returns dxᵀT·dy.
func (o *gramObjective) correction(dx, dy []float64) float64 {
	return o.t1*dot(dx, dy) + o.t2*sum(dx)*sum(dy)
}

// Gradient implements Objective:
//
//	s = h(X,Y)/√(h(X,X)·h(Y,Y)),
//	∂s = ∂h(X,Y)/√(h(X,X)·h(Y,Y)) − s/2·∂h(Y,Y)/h(Y,Y).
func (o *gramObjective) Gradient(g, y *mat.Dense) (float64, error) {
	yc := o.centre(y)
	if o.always {
		return o.hollow.gradient(g, y, yc, o.as)
	}
	if o.samples {
		return o.throughSamples(g, yc)
	}
	linalg.CrossGramTo(o.c, o.x, yc)
	linalg.GramTo(o.b, yc)
	xy, yy := linalg.Dot(o.c, o.c), linalg.Dot(o.b, o.b)
	if o.weighted() {
		for i := range o.rowY {
			row := yc.RawRowView(i)
			o.rowY[i] = dot(row, row)
		}
		xy += o.correction(o.rowX, o.rowY)
		square := yy
		yy += o.correction(o.rowY, o.rowY)
		if o.hollow != nil && cancels(yy, square, o.t1, o.t2, o.rowY) {
			return o.hollow.gradient(g, y, yc, o.as)
		}
	}
	if !(yy > 0) {
		return 0, o.notPositive
	}
	unit := cosineScale(o.self, yy)
	cosine := xy * unit
	if near := cosine > exactAngle && (o.as == asAngular || o.as == asAngularScore); near && o.hollow != nil {
		return o.hollow.gradient(g, y, yc, o.as)
	}
	value, slope, err := chainNear(o.as, clip(cosine), func() (float64, error) {
		if o.weighted() {
			return math.Acos(clip(cosine)), nil
		}
		return o.angle(yc, yy), nil
	})
	if err != nil {
		return 0, err
	}
	alpha := slope * unit
	beta := slope * cosine / yy
	gemm(2*alpha, o.x, o.c, 0, g)
	gemm(-2*beta, yc, o.b, 1, g)
	if o.weighted() {
		o.addDiagonal(g, yc, 2*alpha, -2*beta)
	}
	return value, nil
}

// angle returns the angle between Kx and Ky where it is small and no diagonal counts.
func (o *gramObjective) angle(yc *mat.Dense, yy float64) float64 {
	var x, y mat.Dense
	x.Scale(math.Pow(o.self, -0.25), o.x)
	y.Scale(math.Pow(yy, -0.25), yc)
	return chord(outerGap(&x, &y))
}

// addDiagonal adds diag(a·T·dx + b·T·dy)·Y to g, and centres the sum; the other terms
// are centred already.
func (o *gramObjective) addDiagonal(g, yc *mat.Dense, a, b float64) {
	shared := o.t2 * (a*sum(o.rowX) + b*sum(o.rowY))
	clear(o.means)
	for i := range o.rowX {
		w := o.t1*(a*o.rowX[i]+b*o.rowY[i]) + shared
		gi := g.RawRowView(i)
		for j, v := range yc.RawRowView(i) {
			gi[j] += w * v
			o.means[j] += gi[j]
		}
	}
	scale(o.means, 1/float64(len(o.rowX)))
	subtractMeans(g, o.means)
}

// throughSamples computes the gradient for h(X,Y) = ⟨Kx,Ky⟩ from n×n matrices:
// ∂s/∂Y = 2(Kx/(‖Kx‖‖Ky‖) − s·Ky/‖Ky‖²)Y.
func (o *gramObjective) throughSamples(g, yc *mat.Dense) (float64, error) {
	linalg.OuterGramTo(o.ky, yc)
	yy := linalg.Dot(o.ky, o.ky)
	if !(yy > 0) {
		return 0, o.notPositive
	}
	unit := cosineScale(o.self, yy)
	cosine := linalg.Dot(o.kx, o.ky) * unit
	value, slope, err := chainNear(o.as, clip(cosine), func() (float64, error) { return o.angle(yc, yy), nil })
	if err != nil {
		return 0, err
	}
	gemm(2*slope*unit, o.kx, yc, 0, g)
	gemm(-2*slope*cosine/yy, o.ky, yc, 1, g)
	return value, nil
}

// GradientMemory implements GradientMemory.
func (m cka) GradientMemory(d Dims) Need {
	if m.kernel.kind == "linear" {
		angular := m.as == asAngular || m.as == asAngularScore
		moments := d.needGramObjective(m.estimator != biased, angular)
		if m.needsKernels(d.N) && !d.tiled() { // see hollowObjective
			return moments.plus(2*d.N*d.N + d.N*(max(d.P, d.Q)+8))
		}
		return moments
	}
	return m.needPairwiseKernel(d)
}

// needGramObjective returns the need of gramObjective. If it is weighted, it also has
// diagonals; an angle has residuals.
func (d Dims) needGramObjective(weighted, angular bool) Need {
	x := d.reference()
	p, _ := x.compact()
	own := p*d.Q + d.Q*d.Q
	if d.N < p+d.Q && !weighted {
		own = 2 * d.N * d.N
	}
	near := int64(0)
	if angular {
		near = d.N*(p+d.Q) + d.gapMemory(p, d.Q)
	}
	return together(x.needCompact(), x.needGram()).plus(d.N*d.Q + own + near)
}
