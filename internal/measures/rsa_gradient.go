package measures

import (
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// differentiable reports whether there is a gradient. Ranks have none, and neither have
// dissimilarities that are not computed from an n×q matrix.
func (m rsa) differentiable() bool {
	switch m.rdm.kind {
	case rdmPoisson, rdmCrossnobis, rdmPrecomputed:
		return false
	}
	return !rankBased(m.compare)
}

// Flip implements Differentiable.
func (m rsa) Flip() Differentiable { return m }

// Bind implements Differentiable.
func (m rsa) Bind(x *System, q int) (Objective, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, err
	}
	if !m.rdm.embeds() {
		return m.rdm.bindPairs(x, projectionOf(m.compare, x.Samples()), asScore, q)
	}
	z, err := m.rdm.embedded(x)
	if err != nil {
		return nil, err
	}
	inner, err := bindSquaredDistances(z, m.compare, q, m.near)
	if err != nil {
		return nil, err
	}
	n := x.Samples()
	switch m.rdm.kind {
	case rdmCorrelation, rdmCosine:
		return &ofDirections{Objective: inner, centred: m.rdm.kind == rdmCorrelation, z: mat.NewDense(n, q, nil)}, nil
	case rdmMahalanobis:
		return newWhitenedObjective(inner, n, q), nil
	default:
		return inner, nil
	}
}

// bindPairs returns the objective of projected dissimilarities.
func (d dissimilarity) bindPairs(x *System, p projection, as string, q int) (Objective, error) {
	values, err := d.condensed(x)
	if err != nil {
		return nil, err
	}
	f, err := newRadial(d.kind, d.sigma, len(values))
	if err != nil {
		return nil, err
	}
	return newPairwise(x, values, 0, f, p, as, q)
}

// bindSquaredDistances returns the objective of a comparison of squared
// Euclidean distances: through moments in O(n·p·q) where samples are many, and
// through the n×n distances themselves otherwise, and where near asks for 1 − s.
func bindSquaredDistances(x *System, compare string, q int, near bool) (Objective, error) {
	n := x.Samples()
	if !near && throughMoments(compare, int64(n), int64(x.compactWidth()), int64(q)) {
		t1, t2 := momentWeights(compare, n)
		return newGramObjective(x, q, asScore, t1, t2, nil, undefined("all dissimilarities of a system are 0"))
	}
	return dissimilarity{kind: rdmSqEuclidean}.bindPairs(x, projectionOf(compare, n), asScore, q)
}

// throughMoments reports whether there are so many samples, relative to p and q features,
// that moments are faster and keep their digits.
func throughMoments(compare string, n, p, q int64) bool {
	enough := p + q
	if compare == comparePearson || compare == compareCorrCov {
		// The mean of the distances cancels against ‖K‖² as (tr K)²/(n−1) does,
		// which is at most rank/(n−1) of it.
		enough = max(enough, 2*p, 2*q)
	}
	return n >= enough
}

// momentWeights returns t₁ and t₂ for which the inner product of compared squared
// distances is, up to a factor, ‖C‖² + dxᵀ(t₁I + t₂11ᵀ)dy. They are the coefficients of
// aᵀb and Σa·Σb in the sums of the function moments.
func momentWeights(compare string, samples int) (t1, t2 float64) {
	n := float64(samples)
	switch compare {
	case compareCosine:
		return n / 2, 0.5
	case comparePearson:
		return n / 2, -(n + 1) / (2 * (n - 1))
	case compareCorrCov:
		return 0, -1 / (n - 1)
	default: // compareCosineCov
		return 0, 0
	}
}

// ofDirections is an objective of the samples scaled to the norm √½, after their mean
// over features is removed if centred is set. Squared distances of such samples are
// correlation and cosine distances. With z = √½·r/‖r‖,
//
//	∂s/∂r = √½/‖r‖·(γ − 2z·zᵀγ),  γ = ∂s/∂z,
//
// minus its mean over features if they were centred.
type ofDirections struct {
	Objective
	centred bool
	z       *mat.Dense
}

// Gradient implements Objective.
func (o *ofDirections) Gradient(g, y *mat.Dense) (float64, error) {
	if err := o.set(y); err != nil {
		return 0, err
	}
	value, err := o.Objective.Gradient(g, o.z)
	if err != nil {
		return 0, err
	}
	for i := range y.RawMatrix().Rows {
		z, gi := o.z.RawRowView(i), g.RawRowView(i)
		addScaled(gi, -2*dot(z, gi), z)
		shift := 0.0
		if o.centred {
			shift = sum(gi) / float64(len(gi))
		}
		toRow := 0.5 / projected(y.RawRowView(i), z, o.centred)
		for k := range gi {
			gi[k] = toRow * (gi[k] - shift)
		}
	}
	return value, nil
}

// gap implements nearObjective for an inner objective that does.
func (o *ofDirections) gap() (float64, error) { return o.Objective.(nearObjective).gap() }

// projected returns rᵀz = √½‖r‖ of a row that was normalised to z. A centred z has the
// same product with the uncentred row; the first value is subtracted because an offset
// would cost digits.
func projected(row, z []float64, centred bool) float64 {
	origin := 0.0
	if centred {
		origin = row[0]
	}
	product := 0.0
	for k, v := range row {
		product += (v - origin) * z[k]
	}
	return product
}

// set normalises a new Y.
func (o *ofDirections) set(y *mat.Dense) error {
	o.z.Copy(y)
	same := true
	for i := range y.RawMatrix().Rows {
		row := o.z.RawRowView(i)
		if !normalise(row, o.centred, data.Precision{}) {
			if o.centred {
				return undefined("the model: sample %d (counted from 0) has the same value in every feature, so it has no correlation with other samples", i)
			}
			return undefined("the model: sample %d (counted from 0) is 0 in every feature, so it has no cosine with other samples", i)
		}
		same = same && distance(row, o.z.RawRowView(0)) <= roundoff
	}
	if same {
		return undefined("the model: every two samples point in the same direction, so all their dissimilarities are 0")
	}
	return nil
}

// GradientMemory implements GradientMemory. Many samples are compared through moments; see
// bindSquaredDistances.
func (m rsa) GradientMemory(d Dims) Need {
	x := d.reference()
	if !m.rdm.embeds() {
		return m.rdm.need(x).plus(d.pairwiseMemory(m.rdm.kind, m.rdm.sigma))
	}
	inner := m.squaredDistancesNeed(d)
	if m.rdm.kind != rdmSqEuclidean {
		inner = inner.of(embeddedKey{m.rdm})
	}
	all := together(m.rdm.needEmbedded(x), inner)
	switch m.rdm.kind {
	case rdmMahalanobis:
		return all.plus(2*d.N*d.Q + d.columnSpaceMemory())
	case rdmSqEuclidean:
		return all
	default:
		return all.plus(d.N * d.Q)
	}
}

// squaredDistancesNeed returns the need of the objective of bindSquaredDistances.
func (m rsa) squaredDistancesNeed(d Dims) Need {
	x := d.reference()
	if !m.near && throughMoments(m.compare, d.N, d.P, d.Q) {
		return d.needGramObjective(m.compare != compareCosineCov, false)
	}
	return x.needDistances().plus(d.pairwiseMemory(rdmSqEuclidean, ""))
}
