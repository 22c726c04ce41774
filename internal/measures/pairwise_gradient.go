package measures

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// pairwise is the objective of measures that are the cosine of two projected
// matrices of dissimilarities. With v_ij = f(d_ij) of the squared distances
// d_ij = ‖yᵢ−yⱼ‖² (or of Σ|y_ik−y_jk|), P an orthogonal projection and T the
// unit multiple of P(v) of the reference,
//
//	s = ⟨T, W⟩/‖W‖,  W = P(v),
//	∂s/∂v = (T − s·W/‖W‖)/‖W‖,
//
// for both T and W are in the range of P. Everything symmetric is kept as its
// entries i < j, row by row, and its diagonal.
type pairwise struct {
	centring
	rdm        dissimilarity
	projection projection
	root       bool // report √s

	target, targetDiagonal []float64 // T

	v, diagonal []float64  // d, then v, then W
	slope       []float64  // f'(d); nil where f is the identity
	width       *width     // of rdm=gaussian
	gamma       *mat.Dense // YYᵀ, then Γ = ∂/∂d with both triangles
	work        []float64  // squared norms of rows, sums of rows
}

// newPairwise binds the dissimilarities of the reference.
func newPairwise(x *System, rdm dissimilarity, p projection, q int) (*pairwise, error) {
	values, err := rdm.condensed(x)
	if err != nil {
		return nil, err
	}
	n := x.Samples()
	o := &pairwise{
		centring: newCentring(n, q), rdm: rdm, projection: p,
		target: append([]float64(nil), values...), targetDiagonal: make([]float64, n),
		v: make([]float64, len(values)), diagonal: make([]float64, n),
		gamma: mat.NewDense(n, n, nil), work: make([]float64, n),
	}
	switch rdm.kind {
	case rdmEuclidean:
		o.slope = make([]float64, len(values))
	case rdmGaussian:
		o.slope = make([]float64, len(values))
		if o.width, err = newWidth(rdm.sigma, len(values)); err != nil {
			return nil, err
		}
	}
	whole := math.Sqrt(2 * longDot(values, values))
	p.apply(o.target, o.targetDiagonal, o.work)
	norm := math.Sqrt(innerProduct(o.target, o.targetDiagonal, o.target, o.targetDiagonal))
	switch {
	case !(whole > 0):
		return nil, noDissimilarity(x)
	case !(norm > roundoff*whole):
		return nil, sameDissimilarity(x)
	}
	scale(o.target, 1/norm)
	scale(o.targetDiagonal, 1/norm)
	return o, nil
}

// Gradient implements Objective.
func (o *pairwise) Gradient(g, y *mat.Dense) (float64, error) {
	yc := o.centre(y)
	if o.rdm.kind == rdmManhattan {
		o.absoluteDistances(yc)
	} else {
		o.squaredDistances(yc)
	}
	if err := o.evaluate(); err != nil {
		return 0, err
	}
	whole := math.Sqrt(2 * longDot(o.v, o.v))
	o.projection.apply(o.v, o.diagonal, o.work)
	norm := math.Sqrt(innerProduct(o.v, o.diagonal, o.v, o.diagonal))
	switch {
	case whole == 0:
		return 0, constantModel()
	case !finite(whole):
		return 0, undefined("the dissimilarities of the model overflow: rescale the data")
	case !(norm > roundoff*whole):
		return 0, undefined("every two samples of the model are equally dissimilar, so its RDM has no pattern to compare")
	}
	cosine := clip(innerProduct(o.target, o.targetDiagonal, o.v, o.diagonal) / norm)
	value, slope := cosine, 1.0
	if o.root {
		// Where the cosine is 0 its root has no derivative.
		if value, slope = math.Sqrt(max(0, cosine)), 0; value > 0 {
			slope = 0.5 / value
		}
	}
	o.fillGamma(slope/norm, slope*cosine/norm/norm)
	if o.rdm.kind == rdmManhattan {
		throughAbsolute(g, o.gamma, yc)
	} else {
		throughDistances(g, o.gamma, yc)
	}
	return value, nil
}

// cancelled is the share of ‖yᵢ‖²+‖yⱼ‖² below which inner products keep less than
// ten digits of ‖yᵢ−yⱼ‖².
const cancelled = 1e-6

// squaredDistances writes ‖yᵢ−yⱼ‖² into v. Pairs of which inner products
// lose too many digits are summed directly, so that equal rows are at distance
// 0.
func (o *pairwise) squaredDistances(yc *mat.Dense) {
	raw := o.gamma.RawMatrix()
	upper := blas64.Symmetric{Uplo: blas.Upper, N: raw.Rows, Stride: raw.Stride, Data: raw.Data}
	blas64.Syrk(blas.NoTrans, 1, yc.RawMatrix(), 0, upper)
	norms := o.work
	for i := range norms {
		norms[i] = o.gamma.At(i, i)
	}
	at := 0
	for i, norm := range norms {
		inner, others := o.gamma.RawRowView(i)[i+1:], norms[i+1:]
		row := o.v[at : at+len(inner)]
		at += len(inner)
		for j, product := range inner {
			both := norm + others[j]
			d := both - 2*product
			if d < cancelled*both {
				d = distant(yc.RawRowView(i), yc.RawRowView(i+1+j))
				d *= d
			}
			row[j] = d
		}
	}
}

// absoluteDistances writes Σ|y_ik−y_jk| into v.
func (o *pairwise) absoluteDistances(yc *mat.Dense) {
	at := 0
	for i := range o.work {
		for j := i + 1; j < len(o.work); j++ {
			o.v[at] = absDistance(yc.RawRowView(i), yc.RawRowView(j))
			at++
		}
	}
}

// evaluate replaces the distances in v by f of them, and writes f' into slope.
// √d has no derivative at 0; the subgradient 0 is taken.
func (o *pairwise) evaluate() error {
	switch o.rdm.kind {
	case rdmEuclidean:
		for k, d := range o.v {
			root := math.Sqrt(d)
			o.v[k], o.slope[k] = root, 0
			if root > 0 {
				o.slope[k] = 0.5 / root
			}
		}
	case rdmGaussian:
		sigma, err := o.width.of(o.v)
		if err != nil {
			return err
		}
		rate := 1 / (2 * sigma * sigma)
		for k, d := range o.v {
			kernel := math.Exp(-d * rate)
			o.v[k], o.slope[k] = 1-kernel, rate*kernel
			if kernel > 0.875 { // the difference would lose digits
				o.v[k] = -math.Expm1(-d * rate)
			}
		}
	}
	return nil
}

// fillGamma writes Γ = f'(d)·(αT − βW) with both triangles and a zero diagonal,
// and adds what a width that follows the median distance passes on.
func (o *pairwise) fillGamma(alpha, beta float64) {
	at := 0
	for i := range o.work {
		row := o.gamma.RawRowView(i)[i:]
		row[0] = 0
		row = row[1:]
		target, w := o.target[at:at+len(row)], o.v[at:at+len(row)]
		if o.slope == nil {
			for j := range row {
				row[j] = alpha*target[j] - beta*w[j]
			}
		} else {
			slope := o.slope[at : at+len(row)]
			for j := range row {
				row[j] = slope[j] * (alpha*target[j] - beta*w[j])
			}
		}
		at += len(row)
	}
	if o.width != nil && o.width.relative {
		o.width.through(o.gamma)
	}
	mirrorUpper(o.gamma)
}

// mirrorUpper copies the upper triangle onto the lower one, in blocks that stay
// in cache.
func mirrorUpper(m *mat.Dense) {
	const block = 32
	raw := m.RawMatrix()
	for i0 := 0; i0 < raw.Rows; i0 += block {
		for j0 := i0; j0 < raw.Rows; j0 += block {
			for j := j0; j < min(j0+block, raw.Rows); j++ {
				to := raw.Data[j*raw.Stride:]
				for i := i0; i < min(i0+block, j); i++ {
					to[i] = raw.Data[i*raw.Stride+j]
				}
			}
		}
	}
}

// throughAbsolute writes ∂L/∂y_ik = 2·Σⱼ Γ_ij·sign(y_ik−y_jk), Γ = ∂L/∂D of
// D_ij = Σ|y_ik−y_jk| as in throughDistances. The subgradient at a tie is 0.
func throughAbsolute(g, gamma, yc *mat.Dense) {
	g.Zero()
	n := gamma.RawMatrix().Rows
	for i := range n {
		yi, gi := yc.RawRowView(i), g.RawRowView(i)
		for j, w := range gamma.RawRowView(i)[i+1:] {
			yj, gj := yc.RawRowView(i + 1 + j)[:len(yi)], g.RawRowView(i + 1 + j)[:len(yi)]
			for k, v := range yi {
				if d := v - yj[k]; d != 0 {
					step := math.Copysign(2*w, d*w)
					gi[k] += step
					gj[k] -= step
				}
			}
		}
	}
}
