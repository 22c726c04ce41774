package measures

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// BindSingle implements SinglePrecision for R² of X by least squares from Y, in sample.
func (m linreg) BindSingle(x *System, q int) (Objective, bool, error) {
	if !m.leastSquares || m.solve != nil || m.plan.k != 0 || m.columns || m.as != asR2 || m.direction != xFromY || x.Samples() <= q+1 {
		return nil, false, nil
	}
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, false, err
	}
	_, p := x.compact().Dims()
	core := &singlePredictionCore{
		gram: linalg.NewSingle(q, q), c: linalg.NewSingle(q, p), w: linalg.NewSingle(q, p),
		gram64: mat.NewDense(q, q, nil), w64: mat.NewDense(q, p, nil), ww: linalg.NewSingle(q, q),
	}
	return newSingleObjective(x, q, core, func() (Objective, error) { return m.Bind(x, q) }), true, nil
}

// singlePredictionCore is prediction by products of float32. With W = (YᵀY)⁻¹YᵀX,
//
//	s = tr(WᵀYᵀX)/‖X‖²,  ∂s/∂Y = 2(X·Wᵀ − Y·WWᵀ)/‖X‖².
//
// The system is solved in float64.
type singlePredictionCore struct {
	gram, c, w, ww blas32.General
	gram64, w64    *mat.Dense
}

func (o *singlePredictionCore) gradient(d *singleObjective, _ float64) (score, factor float64, enough bool, err error) {
	singleGram(blas.Trans, 1, d.yc, o.gram)
	singleGemm(blas.Trans, 1, d.yc, d.x, 0, o.c)
	widen(o.gram64, o.gram)
	widen(o.w64, o.c)
	r, ok := linalg.Cholesky(o.gram64)
	if !ok || !linalg.FarFromSingular(r) {
		return 0, 0, false, nil
	}
	t := blas64.Triangular{N: o.gram.Rows, Data: r.RawMatrix().Data, Stride: r.RawMatrix().Stride, Uplo: blas.Upper, Diag: blas.NonUnit}
	blas64.Trsm(blas.Left, blas.Trans, 1, t, o.w64.RawMatrix())
	xx := d.xx / (d.sx * d.sx)
	if score = linalg.Dot(o.w64, o.w64) / xx; score > singleCosine {
		return 0, 0, false, nil
	}
	blas64.Trsm(blas.Left, blas.NoTrans, 1, t, o.w64.RawMatrix())
	for i, v := range o.w64.RawMatrix().Data {
		o.w.Data[i] = float32(v)
	}
	singleGram(blas.NoTrans, 1, o.w, o.ww)
	blas32.Gemm(blas.NoTrans, blas.Trans, 1, d.x, o.w, 0, d.g)
	singleGemm(blas.NoTrans, -1, d.yc, o.ww, 1, d.g)
	return score, 2 / xx / d.sy, true, nil
}

// widen writes a matrix of contiguous rows.
func widen(dst *mat.Dense, a blas32.General) {
	to := dst.RawMatrix().Data
	for i, v := range a.Data {
		to[i] = float64(v)
	}
}
