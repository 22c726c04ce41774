package measures

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// asRoot is the form of distance correlation, the square root of a cosine.
const asRoot = "root"

// pairwise is the objective of the cosine of two centred matrices of a function of the
// distance between samples. With v_ij = f(d_ij) of d_ij = ‖yᵢ−yⱼ‖² (or Σ|y_ik−y_jk|), P
// the centring, and T the multiple of norm 1 of P(v) of the reference,
//
//	s = ⟨T, W⟩/‖W‖,  W = P(v),
//	∂s/∂v = P*(T − s·W/‖W‖)/‖W‖,
//
// where P* is the identity for an orthogonal projection, because T and W lie in its
// range. Symmetric matrices are kept as their entries i < j, row by row, and their
// diagonal.
type pairwise struct {
	centring
	as         string
	f          radial
	projection projection

	target, targetDiagonal []float64 // T

	v, diagonal []float64  // d, then v, then W
	slope       []float64  // f'(d); nil where f is the identity
	gamma       *mat.Dense // YYᵀ, then Γ = ∂/∂d with both triangles
	work        []float64  // squared norms of rows, sums of rows
	missing     float64    // 1 − s of the last Y
}

// newPairwise binds the values v of the reference; self is that of a sample with itself.
func newPairwise(x *System, values []float64, self float64, f radial, p projection, as string, q int) (Objective, error) {
	n := x.Samples()
	o := &pairwise{
		centring: newCentring(n, q), as: as, f: f, projection: p,
		target: slices.Clone(values), targetDiagonal: make([]float64, n),
		v: make([]float64, len(values)), diagonal: make([]float64, n),
		gamma: mat.NewDense(n, n, nil), work: make([]float64, n),
	}
	if !f.linear() {
		o.slope = make([]float64, len(values))
	}
	norm, err := o.centrePairs(o.target, o.targetDiagonal, self)
	if err != nil {
		return nil, undefined("%s: %s", x.label(), err)
	}
	scale(o.target, 1/norm)
	scale(o.targetDiagonal, 1/norm)
	return o, nil
}

// centrePairs replaces values by their centred ones and returns their norm.
func (o *pairwise) centrePairs(v, diagonal []float64, self float64) (float64, error) {
	for i := range diagonal {
		diagonal[i] = self
	}
	whole := math.Sqrt(innerProduct(v, diagonal, v, diagonal))
	o.projection.apply(v, diagonal, o.work)
	norm := math.Sqrt(innerProduct(v, diagonal, v, diagonal))
	switch {
	case whole == 0:
		return 0, errAllZero
	case !finite(whole):
		return 0, errOverflow
	case !(norm > roundoff*whole):
		return 0, errEquallyFar
	}
	return norm, nil
}

var (
	errAllZero    = errors.New("all dissimilarities are 0")
	errOverflow   = errors.New("the dissimilarities overflow: rescale the data")
	errEquallyFar = errors.New("every two samples are equally dissimilar, so there is no pattern to compare")
)

// Gradient implements Objective.
func (o *pairwise) Gradient(g, y *mat.Dense) (float64, error) {
	yc := o.centre(y)
	if sumSquares(yc) == 0 {
		return 0, constantModel()
	}
	if o.f.kind == rdmManhattan {
		o.absoluteDistances(yc)
	} else {
		o.squaredDistances(yc)
	}
	if err := o.f.evaluate(o.v, o.slope); err != nil {
		return 0, err
	}
	norm, err := o.centrePairs(o.v, o.diagonal, o.f.onDiagonal())
	if err != nil {
		return 0, undefined("the model: %s", err)
	}
	cosine := clip(innerProduct(o.target, o.targetDiagonal, o.v, o.diagonal) / norm)
	if o.missing = 1 - cosine; cosine > exactAngle {
		o.missing = gapOf(o.angle(norm))
	}
	value, slope, err := chainNear(o.as, cosine, func() (float64, error) { return angleOfGap(o.missing), nil })
	if err != nil {
		return 0, err
	}
	o.fillGamma(slope/norm, slope*cosine/norm/norm)
	if o.f.kind == rdmManhattan {
		throughAbsolute(g, o.gamma, yc)
	} else {
		throughDistances(g, o.gamma, yc)
	}
	return value, nil
}

// gap implements nearObjective. Of a root, 1 − √(1−g) = g/(1 + √(1−g)).
func (o *pairwise) gap() (float64, error) {
	if o.as == asRoot {
		return o.missing / (1 + math.Sqrt(max(0, 1-o.missing))), nil
	}
	return o.missing, nil
}

// angle returns the angle between T and W, where it is small.
func (o *pairwise) angle(norm float64) float64 {
	gap := 0.0
	for k, t := range o.target {
		d := t - o.v[k]/norm
		gap += 2 * d * d
	}
	for i, t := range o.targetDiagonal {
		d := t - o.diagonal[i]/norm
		gap += d * d
	}
	return chord(math.Sqrt(gap))
}

// cancelled is the share of ‖yᵢ‖²+‖yⱼ‖² below which inner products give less than ten
// digits of ‖yᵢ−yⱼ‖².
const cancelled = 1e-6

// squaredDistances writes ‖yᵢ−yⱼ‖² into v. It sums pairs directly for which inner
// products lose too many digits, so that equal rows are at distance 0.
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
				d = distance(yc.RawRowView(i), yc.RawRowView(i+1+j))
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

// fillGamma writes Γ = f'(d)·P*(αT − βW) with both triangles and a zero diagonal, and
// adds the derivative through a width that depends on the median distance.
func (o *pairwise) fillGamma(alpha, beta float64) {
	if o.projection.hollow {
		for k, t := range o.target {
			o.v[k] = alpha*t - beta*o.v[k]
		}
		o.projection.apply(o.v, o.diagonal, o.work)
		alpha, beta = 0, -1
	}
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
	if o.f.relative {
		o.f.throughWidth(o.gamma)
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

// throughDistances writes ∂L/∂Y = 4(diag(Γ1) − Γ)Y without allocating. Γ = ∂L/∂D is
// symmetric and counts every unordered pair in both orders.
func throughDistances(g, gamma, yc *mat.Dense) {
	gemm(-4, gamma, yc, 0, g)
	for i := range gamma.RawMatrix().Rows {
		w := 4 * sum(gamma.RawRowView(i))
		gi := g.RawRowView(i)
		for j, v := range yc.RawRowView(i) {
			gi[j] += w * v
		}
	}
}

// throughAbsolute writes ∂L/∂y_ik = 2·Σⱼ Γ_ij·sign(y_ik−y_jk) for D_ij = Σ|y_ik−y_jk|,
// with Γ = ∂L/∂D as in throughDistances. The subgradient at a tie is 0.
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

// pairwiseMemory returns the size of pairwise for a function of the distance.
func (d Dims) pairwiseMemory(kind, sigma string) int64 {
	f := radial{kind: kind}
	total := d.N*d.Q + d.N*d.N + 2*d.pairs()
	if f.linear() {
		return total
	}
	total += d.pairs() // slopes
	if _, relative, _ := (kernel{sigma: sigma}).factor(); relative && kind != rdmEuclidean {
		total += 2 * d.pairs()
	}
	return total
}
