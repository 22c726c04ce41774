package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Flip implements Differentiable.
func (m riemannian) Flip() Differentiable { return m }

// Bind implements Differentiable.
func (m riemannian) Bind(x *System, q int) (Objective, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, err
	}
	a, err := m.secondMoments(x)
	if err != nil {
		return nil, err
	}
	root, err := inverseRoot(a)
	if err != nil {
		return nil, undefined("%s: the samples span fewer directions than there are between them, and shrinkage=0 gives the others no variance", x.label())
	}
	n := x.Samples()
	return &riemannianObjective{
		centring: newCentring(n, q), m: m, root: root, basis: differences(n),
		z: mat.NewDense(n-1, q, nil), toZ: mat.NewDense(n-1, q, nil), b: mat.NewDense(n-1, n-1, nil),
	}, nil
}

type riemannianObjective struct {
	centring
	m           riemannian
	root, basis *mat.Dense // A^(−½), V
	z, toZ, b   *mat.Dense // VᵀY, its derivative, ZZᵀ
}

// Gradient implements Objective. With A^(−½)BA^(−½) = UΛUᵀ, W = A^(−½)U and the value δ
//
//	∂δ/∂B = W·diag((log λ − c)/(δλ))·Wᵀ = G,
//	∂δ/∂Z = 2·((1−s)G + s·tr G/(n−1)·I)·Z,  Z = VᵀYc.
func (o *riemannianObjective) Gradient(g, y *mat.Dense) (float64, error) {
	yc := o.centre(y)
	if sumSquares(yc) == 0 {
		return 0, constantModel()
	}
	linalg.CrossGramTo(o.z, o.basis, yc)
	linalg.OuterGramTo(o.b, o.z)
	shrink(o.b, o.m.shrinkage)
	values, vectors, err := linalg.EigSym(sandwich(o.root, o.b))
	if err != nil {
		return 0, err
	}
	n := len(values)
	if !(values[n-1] > float64(n)*epsilon*values[0]) {
		return 0, undefined("the model spans too few directions: use more shrinkage")
	}
	logs := make([]float64, n)
	for k, v := range values {
		logs[k] = math.Log(v)
	}
	mean := 0.0
	if o.m.fit == fitScale {
		mean = sum(logs) / float64(n)
	}
	value := spreadOf(logs, o.m.fit == fitScale)
	if value < leastAngle*float64(n) {
		g.Zero()
		return value, nil
	}
	var w, weighted, slope mat.Dense
	w.Mul(o.root, vectors)
	weighted.CloneFrom(&w)
	for k, v := range values {
		logs[k] = (logs[k] - mean) / (value * v)
	}
	scaleColumns(&weighted, logs)
	slope.Mul(&weighted, w.T())
	shrink(&slope, o.m.shrinkage)
	o.toZ.Mul(&slope, o.z)
	gemm(2, o.basis, o.toZ, 0, g)
	return value, nil
}

// GradientMemory implements GradientMemory.
func (m riemannian) GradientMemory(d Dims) Need {
	return m.rdm.needBanded(d.reference()).plus(10*d.N*d.N + linalg.EigSymMemory(d.N) + d.pairs() + 3*d.N*d.Q)
}
