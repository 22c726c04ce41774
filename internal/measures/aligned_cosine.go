package measures

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

var alignedCosineFamily = withForms(Family{
	Card: Card{
		Family:   "aligned-cosine",
		Title:    "Aligned cosine similarity",
		Question: "Does every single sample point the same way in X and in Y after the best rotation of the features?",
		Formula:  "mean over samples of cos(x_i·Q, y_i), Q the orthogonal matrix that minimises ‖XQ − Y‖, the narrower system padded with zeros",
		Params: []Param{
			boolean("center", true, "remove the column means first; published code does not"),
			overlapForms(),
		},
		Min:            -1,
		Max:            1,
		Identity:       1,
		HigherIsCloser: true,
		Symmetric:      true,
		Inflated:       true,
		X:              Permutation | Orthogonal | Scaling,
		Y:              Permutation | Orthogonal | Scaling,
		MinSamples:     2,
		Cost:           "n·p·q + min(p,q)²·max(p,q)",
		Pitfalls: []string{
			"every sample counts alike, however short, while the long ones decide the rotation",
			"undefined for a sample of zeros, and where the rotation is not determined because the systems share fewer dimensions than either has",
			"with center=false a common offset makes all samples point the same way, and their cosines close to 1",
		},
		References: []Reference{{
			Key: "hamilton2016diachronic", Authors: "Hamilton, William L. and Leskovec, Jure and Jurafsky, Dan",
			Title: "Diachronic word embeddings reveal statistical laws of semantic change",
			Venue: "Annual Meeting of the Association for Computational Linguistics", Conference: true, Year: 2016, DOI: "10.18653/v1/P16-1141",
		}, refKlabunde2025, refSchonemann1966},
	},
	Aliases: []Alias{
		{"aligned_cosine_similarity", "aligned-cosine:center=false"},
		{"aligned_cossim", "aligned-cosine:center=false"},
	},
	New: func(a Args) (Measure, error) {
		m := alignedCosine{card: a.Card(), centred: a.Bool("center")}
		if m.centred {
			m.card.X |= Translation
			m.card.Y |= Translation
		}
		m.card.Differentiable = m.centred
		return m, nil
	},
}, asScore, asScore)

type alignedCosine struct {
	card    Card
	centred bool
}

// Card implements Measure.
func (m alignedCosine) Card() Card { return m.card }

// NeuronError implements NeuronError.
func (m alignedCosine) NeuronError(Dims) string {
	return "leaving neurons out is not known to give the error of cosines after a rotation"
}

// samples returns the samples whose directions are compared, and their norms. Of centred
// systems these are the compact matrices: their features are rotated. No rotation takes
// what rounding adds to a sample across the dimensions of its system onto a dimension of
// the other, so that it would only lower the cosine. Where it is a share f of the shortest
// sample, that is by f²/2, and it is taken out if that could be told.
func (m alignedCosine) samples(s *System) (z *mat.Dense, lengths []float64, err error) {
	const share = 1e-6
	z = s.raw
	if m.centred {
		z = s.compact()
	}
	if lengths, err = m.lengths(s, z); err != nil {
		return nil, nil, err
	}
	if floats.Norm(s.rounding(), 2) <= share*slices.Min(lengths)*math.Sqrt(float64(s.n)) {
		return z, lengths, nil
	}
	q, err := m.dimensions(s)
	if err != nil {
		return nil, nil, err
	}
	if n, p := z.Dims(); q.RawMatrix().Cols < min(n, p) {
		var kept mat.Dense
		kept.Mul(q, linalg.CrossGram(q, z))
		z = &kept
		lengths, err = m.lengths(s, z)
	}
	return z, lengths, err
}

// dimensions returns an orthonormal basis of the samples, up to their numerical rank.
func (m alignedCosine) dimensions(s *System) (*mat.Dense, error) {
	if m.centred {
		d, err := s.decomposed()
		return d.q, err
	}
	scaled := mat.DenseCopyOf(s.raw)
	factors := columnNorms(scaled)
	for j, norm := range factors {
		own := s.precision.Spacing(s.largest()[j]) * math.Sqrt(float64(s.n))
		if s.precision.FewDigits() {
			own = min(own, writtenShare*norm)
		}
		if own > 0 {
			factors[j] = 1 / own
		}
	}
	scaleColumns(scaled, factors)
	u, values, _, err := linalg.SVD(scaled)
	if err != nil {
		return nil, err
	}
	return mat.DenseCopyOf(u.Slice(0, s.n, 0, dimensions(values, s.n, s.p))), nil
}

// Score implements Measure.
func (m alignedCosine) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	x, lengthX, err := m.samples(p.X)
	if err != nil {
		return Score{}, err
	}
	y, lengthY, err := m.samples(p.Y)
	if err != nil {
		return Score{}, err
	}
	_, polar, err := m.rotation(linalg.CrossGram(x, y), x, y, p.X.grain(), p.Y.grain())
	if err != nil {
		return Score{}, err
	}
	var turned mat.Dense
	turned.Mul(x, polar)
	total := 0.0
	for i := range p.Samples() {
		total += dot(turned.RawRowView(i), y.RawRowView(i)) / lengthX[i] / lengthY[i]
	}
	return Score{Value: clip(total / float64(p.Samples()))}, nil
}

// rotation returns the polar factor of C = XᵀY, which maps samples of X like Q, and its
// derivative. Q is determined on the samples if C has as many dimensions as the system
// that has fewer, where what rounding of the numbers makes is no dimension.
func (m alignedCosine) rotation(cross, x, y *mat.Dense, ownX, ownY grain) (spectralDerivative, *mat.Dense, error) {
	u, s, v, err := linalg.SVD(cross)
	if err != nil {
		return spectralDerivative{}, nil, err
	}
	n, _ := x.Dims()
	r, least, err := commonDimensions(cross, squares(columnNorms(x)), squares(columnNorms(y)), float64(n), ownX, ownY)
	if err != nil {
		return spectralDerivative{}, nil, err
	}
	d, polar := polarDerivative(u, s[:r], v, least)
	if len(d.s) < len(s) {
		have, err := fewerDimensions(x, y, ownX, ownY)
		if err != nil {
			return d, nil, err
		}
		if len(d.s) < have {
			return d, nil, undefined("the rotation is not determined: the systems have %d dimensions in common, and each has %d or more", len(d.s), have)
		}
	}
	return d, polar, nil
}

// fewerDimensions returns the smaller rank of two matrices, as far as their cross products
// could tell, which have the squares of these singular values, and as far as rounding of
// their numbers does not explain them.
func fewerDimensions(x, y *mat.Dense, ownX, ownY grain) (int, error) {
	least := math.MaxInt
	for _, side := range []struct {
		z   *mat.Dense
		own grain
	}{{x, ownX}, {y, ownY}} {
		s, err := linalg.SingularValues(side.z)
		if err != nil {
			return 0, err
		}
		n, p := side.z.Dims()
		computed := s[0] * math.Sqrt(operations(max(n, p))*epsilon)
		least = min(least, linalg.RankAbove(s, n, p, max(computed, side.own.floor)))
	}
	return least, nil
}

// lengths returns the norms of the samples. A sample that is 0 but for rounding has no
// direction.
func (m alignedCosine) lengths(s *System, z *mat.Dense) ([]float64, error) {
	least := 0.0
	if m.centred {
		least = 2 * computedEps(s.precision) * floats.Norm(s.largest(), 2)
	}
	out := make([]float64, s.n)
	for i := range out {
		if out[i] = floats.Norm(z.RawRowView(i), 2); !(out[i] > least) {
			where := "zero"
			if m.centred {
				where = "the mean of all samples"
			}
			return nil, undefined("sample %d (counted from 0) of %s is %s, so it has no direction to compare: use center=%t", i, s.label(), where, !m.centred)
		}
	}
	return out, nil
}

// Memory implements Memory: cross products, their decomposition and the rotation, and the
// turned samples; ranks where the systems have dependent features, and samples without
// rounding.
func (m alignedCosine) Memory(d Dims) Need {
	p, q := d.P, d.Q
	widest := max(p, q)
	base := work(2*d.N*widest + linalg.SVDMemory(d.N, widest))
	if m.centred {
		p, q = d.compact()
		base = together(d.needCompact(), d.needRank())
	}
	svd := max(linalg.SVDMemory(p, q)+3*p*q, linalg.SVDMemory(d.N, max(p, q)))
	return together(base, work(2*p*q+svd+d.N*(p+2*q)))
}

// refittedRotation says why there is no estimate.
const refittedRotation = "the rotation is fitted to the samples that it is judged by, which leaving samples out is not known to correct"

// Estimator implements Estimable: there is no estimate.
func (m alignedCosine) Estimator() (Estimator, bool) {
	return Estimator{Reason: refittedRotation}, false
}

// Deletions implements Estimable.
func (m alignedCosine) Deletions(*Pair, *Units) (*Deletions, error) {
	return nil, undefined(refittedRotation)
}

// Flip implements Differentiable.
func (m alignedCosine) Flip() Differentiable { return m }

// Bind implements Differentiable for centred samples. Without, a common offset turns all
// samples into one direction, and their angles into rounding errors.
func (m alignedCosine) Bind(x *System, q int) (Objective, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, err
	}
	z, lengths, err := m.samples(x)
	if err != nil {
		return nil, err
	}
	n, p := z.Dims()
	unit := mat.DenseCopyOf(z)
	for i, v := range lengths {
		scale(unit.RawRowView(i), 1/v)
	}
	return &alignedCosines{
		alignedCosine: m, centring: newCentring(n, q), x: z, noise: x.grain(), unit: unit, own: mat.NewDense(n, q, nil),
		cross: mat.NewDense(p, q, nil), inner: mat.NewDense(p, q, nil),
	}, nil
}

type alignedCosines struct {
	alignedCosine
	centring
	x, unit      *mat.Dense // of the reference, and its samples scaled to norm 1
	noise        grain      // of the reference
	own          *mat.Dense // those of Y
	cross, inner *mat.Dense
}

// Gradient implements Objective. With û_i = x_i/‖x_i‖, v̂_i = y_i/‖y_i‖, c_i = û_i·P·v̂_i and
// P the polar factor of C = XᵀY,
//
//	∂s/∂y_i = (û_i·P − c_i·v̂_i)/(n‖y_i‖) + x_i·∂s/∂C,  ∂s/∂P = Σ û_iᵀv̂_i/n.
func (o *alignedCosines) Gradient(g, y *mat.Dense) (float64, error) {
	z := o.centre(y)
	if sumSquares(z) == 0 {
		return 0, constantModel()
	}
	n := z.RawMatrix().Rows
	linalg.CrossGramTo(o.cross, o.x, z)
	d, polar, err := o.rotation(o.cross, o.x, z, o.noise, grain{})
	if err != nil {
		return 0, err
	}
	o.own.Copy(z)
	total := 0.0
	gemm(1, o.unit, polar, 0, g)
	for i := range n {
		v, to := o.own.RawRowView(i), g.RawRowView(i)
		norm := floats.Norm(v, 2)
		if !(norm > 0) {
			return 0, undefined("sample %d (counted from 0) of the model is zero, so it has no direction to compare", i)
		}
		scale(v, 1/norm)
		c := dot(to, v)
		total += c
		addScaled(to, -c, v)
		scale(to, 1/(float64(n)*norm))
	}
	linalg.CrossGramTo(o.inner, o.unit, o.own)
	scaleMatrix(o.inner, 1/float64(n))
	d.adjoint(o.cross, o.inner)
	gemm(1, o.x, o.cross, 1, g)
	meanTo(o.means, g)
	subtractMeans(g, o.means)
	return clip(total / float64(n)), nil
}

// GradientMemory implements GradientMemory.
func (m alignedCosine) GradientMemory(d Dims) Need {
	x := d.reference()
	p, _ := x.compact()
	svd := max(linalg.SVDMemory(p, d.Q)+6*p*d.Q, linalg.SVDMemory(d.N, max(p, d.Q)))
	return together(x.needCompact(), x.needRank()).plus(2*d.N*p + 2*d.N*d.Q + 3*p*d.Q + svd)
}
