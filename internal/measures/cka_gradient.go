package measures

import (
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
	n, p := x.compact().Dims()
	o := &linearCKA{cka: m, x: x.compact(), centring: newCentring(n, q)}
	o.rowX = x.rowNorms()
	o.rowY = make([]float64, n)
	o.samples = n < p+q && m.estimator == biased
	xx := x.gramSquares()
	if o.samples {
		o.kx, o.ky = linalg.OuterGram(o.x), mat.NewDense(n, n, nil)
	} else {
		o.c, o.b = mat.NewDense(p, q, nil), mat.NewDense(q, q, nil)
	}
	if o.estimatorX = o.correction(o.rowX, o.rowX) + xx; !(o.estimatorX > 0) {
		return nil, undefined("the %s estimate of %s's own HSIC is not positive, so it cannot be normalised", m.estimator, x.label())
	}
	return o, nil
}

// linearCKA is the objective of linear CKA. Each estimator of HSIC is
//
//	h(X,Y) = ‖C‖² + dxᵀT·dy
//
// with T of weights, so with dyᵢ = ‖yᵢ‖²
//
//	∂h/∂Y = 2XC + 2·diag(T dx)·Y.
type linearCKA struct {
	cka
	centring
	x          *mat.Dense
	rowX, rowY []float64
	estimatorX float64 // h(X,X)

	c, b    *mat.Dense // features × features
	samples bool       // fewer samples than features: work with n×n matrices
	kx, ky  *mat.Dense
}

// Gradient implements Objective:
//
//	s = h(X,Y)/√(h(X,X)·h(Y,Y)),
//	∂s = ∂h(X,Y)/√(h(X,X)·h(Y,Y)) − s/2·∂h(Y,Y)/h(Y,Y).
func (o *linearCKA) Gradient(g, y *mat.Dense) (float64, error) {
	yc := o.centre(y)
	if o.samples {
		return o.throughSamples(g, yc)
	}
	linalg.CrossGramTo(o.c, o.x, yc)
	linalg.GramTo(o.b, yc)
	xy, yy := linalg.Dot(o.c, o.c), linalg.Dot(o.b, o.b)
	if o.estimator != biased {
		for i := range o.rowY {
			row := yc.RawRowView(i)
			o.rowY[i] = dot(row, row)
		}
		xy += o.correction(o.rowX, o.rowY)
		yy += o.correction(o.rowY, o.rowY)
	}
	cosine, err := cosineOf(xy, o.estimatorX, yy, o.estimator)
	if err != nil {
		return 0, err
	}
	value, slope := chain(o.as, cosine)
	alpha := slope * cosineScale(o.estimatorX, yy)
	beta := slope * cosine / yy
	gemm(2*alpha, o.x, o.c, 0, g)
	gemm(-2*beta, yc, o.b, 1, g)
	if o.estimator != biased {
		o.addDiagonal(g, yc, 2*alpha, -2*beta)
	}
	return value, nil
}

// addDiagonal adds diag(a·T·dx + b·T·dy)·Y to g, and centres it again: the
// other terms are centred as they come.
func (o *linearCKA) addDiagonal(g, yc *mat.Dense, a, b float64) {
	t1, t2 := o.weights(len(o.rowX))
	shared := t2 * (a*sum(o.rowX) + b*sum(o.rowY))
	clear(o.means)
	for i := range o.rowX {
		w := t1*(a*o.rowX[i]+b*o.rowY[i]) + shared
		gi := g.RawRowView(i)
		for j, v := range yc.RawRowView(i) {
			gi[j] += w * v
			o.means[j] += gi[j]
		}
	}
	scale(o.means, 1/float64(len(o.rowX)))
	subtractMeans(g, o.means)
}

// throughSamples is the biased estimator with Kx and Ky:
// ∂s/∂Y = 2(Kx/(‖Kx‖‖Ky‖) − s·Ky/‖Ky‖²)Y.
func (o *linearCKA) throughSamples(g, yc *mat.Dense) (float64, error) {
	linalg.OuterGramTo(o.ky, yc)
	yy := linalg.Dot(o.ky, o.ky)
	cosine, err := cosineOf(linalg.Dot(o.kx, o.ky), o.estimatorX, yy, o.estimator)
	if err != nil {
		return 0, err
	}
	value, slope := chain(o.as, cosine)
	gemm(2*slope*cosineScale(o.estimatorX, yy), o.kx, yc, 0, g)
	gemm(-2*slope*cosine/yy, o.ky, yc, 1, g)
	return value, nil
}
