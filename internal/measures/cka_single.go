package measures

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"

	"simtool/internal/linalg"
)

// BindSingle implements SinglePrecision for the biased estimator of linear CKA.
func (m cka) BindSingle(x *System, q int) (Objective, bool, error) {
	if m.kernel.kind != "linear" || m.estimator != biased {
		return nil, false, nil
	}
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, false, err
	}
	core := &singleGramCore{as: m.as}
	o := newSingleObjective(x, q, core, func() (Objective, error) { return m.Bind(x, q) })
	n, p := o.x.Rows, o.x.Cols
	if core.samples = n < p+q; core.samples {
		core.kx, core.ky = linalg.NewSingle(n, n), linalg.NewSingle(n, n)
		singleGram(blas.NoTrans, 1, o.x, core.kx)
	} else {
		core.c, core.b = linalg.NewSingle(p, q), linalg.NewSingle(q, q)
	}
	core.self = x.gramSquares()
	return o, true, nil
}

// singleGramCore is gramObjective without diagonals: s = ⟨Kx,Ky⟩/(‖Kx‖‖Ky‖).
type singleGramCore struct {
	as      string
	self    float64        // ‖Kx‖²
	c, b    blas32.General // features × features
	samples bool           // fewer samples than features
	kx, ky  blas32.General
}

func (o *singleGramCore) gradient(d *singleObjective, _ float64) (score, factor float64, enough bool, err error) {
	var xy, yy float64
	if o.samples {
		singleGram(blas.NoTrans, 1, d.yc, o.ky)
		xy, yy = singleInner(o.kx, o.ky), linalg.SingleSquares(o.ky)
	} else {
		singleGemm(blas.Trans, 1, d.x, d.yc, 0, o.c)
		singleGram(blas.Trans, 1, d.yc, o.b)
		xy, yy = linalg.SingleSquares(o.c), linalg.SingleSquares(o.b)
	}
	// Of the divided data.
	self := o.self / (d.sx * d.sx) / (d.sx * d.sx)
	unit := cosineScale(self, yy)
	cosine := xy * unit
	if cosine > singleCosine {
		return 0, 0, false, nil
	}
	score, slope := chain(o.as, cosine)
	alpha, beta := 2*slope*unit, -2*slope*cosine/yy
	// alpha is tiny: the larger of the two becomes 1, for float32 has few powers.
	factor = max(math.Abs(alpha), math.Abs(beta))
	if factor == 0 {
		factor = 1
	}
	if o.samples {
		// One product for both: M = α·Kx + β·Ky.
		a, b := float32(alpha/factor), float32(beta/factor)
		for i, v := range o.ky.Data {
			o.ky.Data[i] = a*o.kx.Data[i] + b*v
		}
		singleGemm(blas.NoTrans, 1, o.ky, d.yc, 0, d.g)
	} else {
		singleGemm(blas.NoTrans, alpha/factor, d.x, o.c, 0, d.g)
		singleGemm(blas.NoTrans, beta/factor, d.yc, o.b, 1, d.g)
	}
	return score, factor / d.sy, true, nil
}

// singleInner returns ⟨a,b⟩, added up in float64.
func singleInner(a, b blas32.General) float64 {
	return blas32.DDot(
		blas32.Vector{N: len(a.Data), Inc: 1, Data: a.Data}, blas32.Vector{N: len(b.Data), Inc: 1, Data: b.Data})
}
