package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// How a Riemannian comparison fits Y to X before it measures the distance.
const (
	fitScale = "scale"
	fitNoise = "noise"
	fitNone  = "none"
)

var riemannianFamily = Family{
	Card: Card{
		Family:   "rsa-riemannian",
		Title:    "Riemannian comparison of representational dissimilarity matrices",
		Question: "By what factors do the spreads of the samples of Y differ from those of X, over all directions between samples?",
		Formula: "√Σ_i (log λ_i − c)², λ the eigenvalues of A⁻¹B, A and B the matrices −½HDxH and −½HDyH on the differences of samples, each shrunk to (1−s)·A + s·tr A/(n−1)·I; " +
			"c = mean log λ (fit=scale), 0 (none), or with B replaced by B + rI the mean at the r ≥ 0 that makes the value smallest (noise)",
		Params: []Param{
			choice("rdm", "dissimilarity of two samples, as in rsa", rdmSqEuclidean, rdmEuclidean, rdmCorrelation, rdmCosine, rdmMahalanobis),
			number("shrinkage", "0.1", 0, 0.999, "share s of the mean variance that is given to every direction; 0, as published, wants more features than samples"),
			choice("fit", "the scale of Y is free (scale), or its scale and an amount of noise that is added to it (noise, as in published code), or nothing (none)", fitScale, fitNoise, fitNone),
		},
		Max:        math.Inf(1),
		Symmetric:  true,
		MinSamples: 3,
		Cost:       "n²·(p + q) + n³, and with fit=noise some eighty times n³",
		Pitfalls: []string{
			"directions of tiny variance count as much as large ones: shrinkage decides how small a variance is told apart from noise, so report it",
			"grows with the number of samples, whose directions it adds up",
			"published code divides squared distances by the number of features and minimises from one start, so that fit=noise may be smaller here",
		},
		References: []Reference{{
			Key: "shahbazi2021using", Authors: "Shahbazi, Mahdiyar and Shirali, Ali and Aghajan, Hamid and Nili, Hamed",
			Title: "Using distance on the Riemannian manifold to compare representations in brain and in models",
			Venue: "NeuroImage", Year: 2021, DOI: "10.1016/j.neuroimage.2021.118271",
		}, refSchutt2023},
	},
	Aliases: []Alias{
		{"rsa-rdm=squared_euclidean-compare=neg_riem_dist", "rsa-riemannian:shrinkage=0:fit=noise"},
		{"rsa-rdm=correlation-compare=neg_riem_dist", "rsa-riemannian:rdm=correlation:shrinkage=0:fit=noise"},
		{"rsa-rdm=mahalanobis-compare=neg_riem_dist", "rsa-riemannian:rdm=mahalanobis:shrinkage=0:fit=noise"},
	},
	New: func(a Args) (Measure, error) {
		m := riemannian{card: a.Card(), rdm: dissimilarity{kind: a.Text("rdm")}, shrinkage: a.Float("shrinkage"), fit: a.Text("fit")}
		c := &m.card
		c.X = m.rdm.invariance(comparePearson)
		if m.fit == fitNone && !m.rdm.cosine() && m.rdm.kind != rdmMahalanobis {
			c.X &^= Scaling
		}
		c.Y = c.X
		c.Symmetric = m.fit != fitNoise
		c.Differentiable = m.fit != fitNoise && m.rdm.kind == rdmSqEuclidean
		return m, nil
	},
}

// riemannian is the distance of two matrices of second moments that no invertible map of
// both changes.
type riemannian struct {
	card      Card
	rdm       dissimilarity
	shrinkage float64
	fit       string
}

// Card implements Measure.
func (m riemannian) Card() Card { return m.card }

// Score implements Measure.
func (m riemannian) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	a, err := m.secondMoments(p.X)
	if err != nil {
		return Score{}, err
	}
	b, err := m.secondMoments(p.Y)
	if err != nil {
		return Score{}, err
	}
	if p.identical() {
		return Score{}, nil
	}
	root, err := inverseRoot(a)
	if err != nil {
		return Score{}, undefined("%s: the samples span fewer directions than there are between them, and shrinkage=0 gives the others no variance", p.X.label())
	}
	relative := sandwich(root, b)
	if m.fit != fitNoise {
		logs, err := logarithms(relative)
		if err != nil {
			return Score{}, undefined("%s: the dissimilarities are distances of no points, or span too few directions: use more shrinkage", p.Y.label())
		}
		return Score{Value: spreadOf(logs, m.fit == fitScale)}, nil
	}
	value, err := leastWithNoise(relative, sandwich(root, identity(len(root.RawRowView(0)))))
	return Score{Value: value}, err
}

// secondMoments returns VᵀKV + shrinkage for K = −½HDH and an orthonormal basis V of what
// is orthogonal to 1, so that its (n−1)² entries are those of differences of samples.
func (m riemannian) secondMoments(s *System) (*mat.Dense, error) {
	bands, err := m.rdm.bands(s)
	if err != nil {
		return nil, err
	}
	k := square(bands.mapped(func(v float64) float64 { return -v / 2 }).triangle(nil), s.n)
	doubleCentre(k)
	out := amongDifferences(k)
	if !(linalg.Trace(out) > 0) {
		return nil, noDissimilarity(s)
	}
	shrink(out, m.shrinkage)
	return out, nil
}

// amongDifferences returns VᵀKV for the basis V of differences.
func amongDifferences(k *mat.Dense) *mat.Dense {
	n := k.RawMatrix().Rows
	q := differences(n)
	var half, out mat.Dense
	half.Mul(k, q)
	out.Mul(q.T(), &half)
	return &out
}

// differences returns an orthonormal basis of the vectors of n entries that sum to 0, as
// columns (Helmert).
func differences(n int) *mat.Dense {
	v := mat.NewDense(n, n-1, nil)
	for j := 1; j < n; j++ {
		size := 1 / math.Sqrt(float64(j)*float64(j+1))
		for i := range j {
			v.Set(i, j-1, size)
		}
		v.Set(j, j-1, -float64(j)*size)
	}
	return v
}

// shrink replaces A by (1−s)A + s·tr A/n·I.
func shrink(a *mat.Dense, s float64) {
	n := a.RawMatrix().Rows
	mean := linalg.Trace(a) / float64(n)
	scaleMatrix(a, 1-s)
	for i := range n {
		a.Set(i, i, a.At(i, i)+s*mean)
	}
}

// inverseRoot returns A^(−½) of a positive definite matrix.
func inverseRoot(a *mat.Dense) (*mat.Dense, error) {
	values, vectors, err := linalg.EigSym(a)
	if err != nil {
		return nil, err
	}
	n := len(values)
	if !(values[n-1] > float64(n)*epsilon*values[0]) {
		return nil, undefined("singular")
	}
	scaled := mat.DenseCopyOf(vectors)
	for k, v := range values {
		values[k] = 1 / math.Sqrt(v)
	}
	scaleColumns(scaled, values)
	var out mat.Dense
	out.Mul(scaled, vectors.T())
	return &out, nil
}

// sandwich returns RBR.
func sandwich(r, b *mat.Dense) *mat.Dense {
	var half, out mat.Dense
	half.Mul(r, b)
	out.Mul(&half, r)
	for i := range out.RawMatrix().Rows { // symmetric to the bit
		for j := range i {
			out.Set(j, i, out.At(i, j))
		}
	}
	return &out
}

// logarithms returns those of the eigenvalues of a positive definite matrix.
func logarithms(m *mat.Dense) ([]float64, error) {
	values, err := linalg.EigSymValues(m)
	if err != nil {
		return nil, err
	}
	n := len(values)
	if !(values[n-1] > float64(n)*epsilon*values[0]) {
		return nil, undefined("singular")
	}
	for k, v := range values {
		values[k] = math.Log(v)
	}
	return values, nil
}

// spreadOf returns the norm of values, about their mean if that is free.
func spreadOf(values []float64, free bool) float64 {
	mean := 0.0
	if free {
		mean = sum(values) / float64(len(values))
	}
	total := 0.0
	for _, v := range values {
		total += (v - mean) * (v - mean)
	}
	return math.Sqrt(total)
}

// leastWithNoise returns the smallest spread of the logarithms of the eigenvalues of
// C + rD over r ≥ 0, their mean being free: over 41 powers of e around where both have
// one trace, and none, and then by golden section between the neighbours of the best.
func leastWithNoise(c, d *mat.Dense) (float64, error) {
	const steps = 20
	unit := linalg.Trace(c) / linalg.Trace(d)
	work := mat.NewDense(c.RawMatrix().Rows, c.RawMatrix().Rows, nil)
	at := func(power float64) float64 {
		work.Copy(c)
		addMatrix(work, unit*math.Exp(power), d)
		logs, err := logarithms(work)
		if err != nil {
			return math.Inf(1)
		}
		return spreadOf(logs, true)
	}
	best, power := at(math.Inf(-1)), math.Inf(-1)
	for k := -steps; k <= steps; k++ {
		if v := at(float64(k)); v < best {
			best, power = v, float64(k)
		}
	}
	if math.IsInf(best, 1) {
		return 0, undefined("no amount of noise makes the second moments positive definite: use more shrinkage")
	}
	if math.IsInf(power, -1) {
		return best, nil
	}
	const golden = 0.6180339887498949
	lo, hi := power-1, power+1
	x1, x2 := hi-golden*(hi-lo), lo+golden*(hi-lo)
	f1, f2 := at(x1), at(x2)
	for hi-lo > 1e-9 {
		if f1 < f2 {
			hi, x2, f2 = x2, x1, f1
			x1 = hi - golden*(hi-lo)
			f1 = at(x1)
		} else {
			lo, x1, f1 = x1, x2, f2
			x2 = lo + golden*(hi-lo)
			f2 = at(x2)
		}
	}
	return min(best, f1, f2), nil
}

// Memory implements Memory.
func (m riemannian) Memory(d Dims) Need {
	return together(m.rdm.needBanded(d), work(9*d.N*d.N+linalg.EigSymMemory(d.N)+d.pairs()))
}

// NeuronError implements NeuronError.
func (m riemannian) NeuronError(Dims) string {
	return "leaving neurons out is not known to give the error of this comparison"
}

// allDirections says why there is no estimate.
const allDirections = "the value adds up over directions between samples, whose number changes with samples that are left out"

// Estimator implements Estimable: there is no estimate.
func (m riemannian) Estimator() (Estimator, bool) { return Estimator{Reason: allDirections}, false }

// Deletions implements Estimable.
func (m riemannian) Deletions(*Pair, *Units) (*Deletions, error) {
	return nil, undefined(allDirections)
}
