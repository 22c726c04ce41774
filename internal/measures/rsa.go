package measures

import "strings"

var rsaFamily = withForms(Family{
	Card: Card{
		Family:         "rsa",
		Title:          "Representational similarity analysis",
		Question:       "Are the pairs of samples that differ much in X those that differ much in Y?",
		Formula:        "compare(D(X),D(Y)) over pairs of samples i < j, D the representational dissimilarity matrix; by default Σ DxDy/√(ΣDx²·ΣDy²) with D_ij = ‖x_i−x_j‖²",
		Params:         []Param{rdmParam, compareParam, rdmSigmaParam, noiseParam, cosineForms()},
		Min:            0,
		Max:            1,
		Identity:       1,
		HigherIsCloser: true,
		Symmetric:      true,
		X:              Euclidean,
		Y:              Euclidean,
		MinSamples:     3,
		References:     []Reference{refKriegeskorte2008, refDiedrichsen2021, refSchutt2023, refWalther2016},
	},
	Aliases: rsaAliases(),
	New:     newRSA,
}, asScore, asScore)

// The publications on RDMs and their comparison.
var (
	refKriegeskorte2008 = Reference{
		Key: "kriegeskorte2008representational", Authors: "Kriegeskorte, Nikolaus and Mur, Marieke and Bandettini, Peter",
		Title: "Representational similarity analysis: connecting the branches of systems neuroscience",
		Venue: "Frontiers in Systems Neuroscience", Year: 2008, DOI: "10.3389/neuro.06.004.2008",
	}
	refDiedrichsen2021 = Reference{
		Key: "diedrichsen2021comparing", Authors: "Diedrichsen, Jörn and Berlot, Eva and Mur, Marieke and Schütt, Heiko H. and Shahbazi, Mahdiyar and Kriegeskorte, Nikolaus",
		Title: "Comparing representational geometries using whitened unbiased-distance-matrix similarity",
		Venue: "Neurons, Behavior, Data Analysis, and Theory", Year: 2021, DOI: "10.51628/001c.27664",
	}
	refSchutt2023 = Reference{
		Key: "schutt2023statistical", Authors: "Schütt, Heiko H. and Kipnis, Alexander D. and Diedrichsen, Jörn and Kriegeskorte, Nikolaus",
		Title: "Statistical inference on representational geometries",
		Venue: "eLife", Year: 2023, DOI: "10.7554/eLife.82566",
	}
	refWalther2016 = Reference{
		Key: "walther2016reliability", Authors: "Walther, Alexander and Nili, Hamed and Ejaz, Naveed and Alink, Arjen and Kriegeskorte, Nikolaus and Diedrichsen, Jörn",
		Title: "Reliability of dissimilarity measures for multi-voxel pattern analysis",
		Venue: "NeuroImage", Year: 2016, DOI: "10.1016/j.neuroimage.2015.12.012",
	}
)

// rsaAliases returns the names of rsatoolbox, the similarity-repository and diffscore.
// There "euclidean" in a name of the form rsa-euclidean-... is the squared distance.
func rsaAliases() []Alias {
	rdms := []struct{ theirs, ours string }{
		{"rdm=squared_euclidean-compare=", rdmSqEuclidean},
		{"rdm=euclidean-compare=", rdmEuclidean},
		{"rdm=correlation-compare=", rdmCorrelation},
		{"rdm=cosine-compare=", rdmCosine},
		{"euclidean-", rdmSqEuclidean},
		{"correlation-", rdmCorrelation},
		{"cosine-", rdmCosine},
		{"rdm=mahalanobis-compare=", rdmMahalanobis},
		{"rdm=crossnobis-compare=", rdmCrossnobis},
		{"rdm=poisson-compare=", rdmPoisson},
		{"poisson-", rdmPoisson},
		{"rdm=poisson_cv-compare=", rdmCrossnobis + ":noise=" + noisePoisson},
	}
	comparisons := []struct{ theirs, ours string }{
		{"cosine", compareCosine},
		{"pearson", comparePearson},
		{"corr", comparePearson},
		{"spearman", compareSpearman},
		{"rho-a", compareRhoA},
		{"rho_a", compareRhoA},
		{"kendall", compareKendall},
		{"tau-b", compareKendall},
		{"tau_b", compareKendall},
		{"tau-a", compareTauA},
		{"tau_a", compareTauA},
		{"cosine_cov", compareCosineCov},
		{"corr_cov", compareCorrCov},
	}
	spec := func(rdm, compare string) string { return "rsa:rdm=" + rdm + ":compare=" + compare }
	aliases := []Alias{
		{"rsatoolbox/rsa-correlation-corr", spec(rdmCorrelation, comparePearson)},
		{"rdm=squared_euclidean-similarity=cosine-score", spec(rdmSqEuclidean, compareCosine)},
		{"rdm=squared_euclidean-similarity=upper_triangular_correlation-score", spec(rdmSqEuclidean, comparePearson)},
		{"rdm=correlation-similarity=cosine-score", spec(rdmCorrelation, compareCosine)},
		{"rdm=correlation-similarity=upper_triangular_correlation-score", spec(rdmCorrelation, comparePearson)},
	}
	for _, r := range rdms {
		for _, c := range comparisons {
			name := "rsa-" + r.theirs + c.theirs
			if name == "rsa-correlation-corr" {
				continue // an alias of cka
			}
			aliases = append(aliases, Alias{name, spec(r.ours, c.ours)})
		}
	}
	return aliases
}

type rsa struct {
	card    Card
	rdm     dissimilarity
	compare string
	// near says that gradients know 1 − s near identity, for the forms of an angle.
	near bool
}

func newRSA(a Args) (Measure, error) {
	rdm, err := dissimilarityOf(a)
	if err != nil {
		return nil, err
	}
	m := rsa{card: a.Card(), rdm: rdm, compare: a.Text("compare")}
	m.card.X = rdm.invariance(m.compare)
	m.card.Y = m.card.X
	m.card.Min = rdm.least(m.compare)
	m.card.FromMoments = rdm.kind == rdmSqEuclidean && m.compare == compareCosineCov
	if rdm.kind == rdmCrossnobis {
		m.card.MinSamples = 6 // 2 repeats of 3 conditions
	}
	m.card.Inflated = m.compare == compareCosine || m.compare == compareCosineCov
	m.card.Differentiable = m.differentiable()
	m.card.Cost = m.cost()
	m.card.Pitfalls = m.pitfalls()
	return m, nil
}

// invariance returns the transformations that do not change a comparison of RDMs. Every
// comparison is invariant to the scale of the dissimilarities, and comparisons of ranks
// to any increasing function of them.
func (d dissimilarity) invariance(compare string) Invariance {
	switch d.kind {
	case rdmCorrelation:
		return Permutation | Scaling
	case rdmCosine:
		return Permutation | Orthogonal | Scaling
	case rdmManhattan:
		return Permutation | Scaling | Translation
	case rdmPoisson:
		return Permutation
	case rdmMahalanobis:
		return Affine
	case rdmPrecomputed:
		return Scaling
	case rdmGaussian:
		if !strings.HasSuffix(d.sigma, medianSuffix) && !rankBased(compare) {
			return Euclidean &^ Scaling
		}
	case rdmCrossnobis:
		switch d.noise {
		case noiseDiagonal:
			return Euclidean &^ Orthogonal
		case noisePoisson:
			return Permutation
		}
	}
	return Euclidean
}

// least returns the lower bound of a comparison. A cosine is nonnegative where
// dissimilarities are. A whitened one is nonnegative where −½H·D·H is positive
// semidefinite, as it is for all kinds that are squared distances in some Hilbert space
// (Schoenberg 1938).
func (d dissimilarity) least(compare string) float64 {
	signed := d.kind == rdmCrossnobis || d.kind == rdmPrecomputed || d.kind == rdmPoisson && compare == compareCosineCov
	if !signed && (compare == compareCosine || compare == compareCosineCov) {
		return 0
	}
	return -1
}

func (m rsa) cost() string {
	switch {
	case rankBased(m.compare):
		return "n²·(p + q + log n)"
	case m.rdm.embeds():
		return "n·p·q"
	case m.rdm.kind == rdmPrecomputed:
		return "n²"
	default:
		return "n²·(p + q)"
	}
}

func (m rsa) pitfalls() []string {
	var list []string
	switch m.rdm.kind {
	case rdmCorrelation:
		list = append(list,
			"the mean over features is removed from every sample, so it changes when features are rotated or their baselines shift",
			"undefined for a sample with the same value in every feature")
	case rdmCosine:
		list = append(list, "depends on where the origin of the responses is; undefined for a sample of zeros")
	case rdmGaussian:
		list = append(list, "a width much smaller than the distances makes all pairs equally dissimilar: report sigma")
	case rdmPoisson:
		list = append(list, "for counts or rates, which are not negative; rates near the 0.1 that is added count little")
	case rdmMahalanobis:
		list = append(list,
			"directions of tiny variance count as much as large ones, noise included",
			"undefined when the features span all dimensions of the samples (n ≤ p + 1), where all pairs are equally far apart")
	case rdmCrossnobis:
		list = append(list,
			"reads the first axis of 3-d data as independent repeats, in both systems; for a model without repeats, or conditions that were not shown equally often, compare RDM files instead (simtool rdm --conditions, then rdm=precomputed)")
	case rdmPrecomputed:
		list = append(list, "X and Y are n × n dissimilarities, not responses, and nothing tells whether both were computed alike")
	}
	switch m.compare {
	case compareCosine:
		if m.rdm.kind != rdmCrossnobis {
			list = append(list, "dissimilarities are not negative, so unrelated data score far above 0: compare with shuffled samples, or use compare=pearson or cosine-cov")
		}
	case compareRhoA, compareTauA:
		list = append(list, "ties keep it below 1 even for identical systems")
	case compareCosineCov:
		if m.rdm.kind == rdmSqEuclidean {
			list = append(list, "the same number as cka")
		}
	}
	if m.rdm.kind == rdmSqEuclidean && (m.compare == compareCosine || m.compare == comparePearson) {
		list = append(list, "the products of squared distances are fourth moments, which a few samples far from the mean rule: where there are such, the interval has two or three degrees of freedom, and compare=spearman is surer")
	}
	return append(list, "the pairs are not independent: p values that treat them so are far too small")
}

// Card implements Measure.
func (m rsa) Card() Card { return m.card }

// NeuronError implements NeuronError.
func (m rsa) NeuronError(Dims) string {
	switch m.rdm.kind {
	case rdmPrecomputed:
		return "dissimilarities have no neurons"
	case rdmCrossnobis:
		return "leaving neurons out is not known to give the error of cross-validated dissimilarities"
	}
	return ""
}

// Score implements Measure.
func (m rsa) Score(p *Pair) (Score, error) {
	if err := m.check(p); err != nil {
		return Score{}, err
	}
	value, err := m.value(p)
	if err != nil {
		return Score{}, err
	}
	if !finite(value) {
		return Score{}, undefined("the dissimilarities overflow or vanish: rescale the data")
	}
	score := Score{Value: value}
	if rankBased(m.compare) {
		score.Warnings, err = m.rdm.doubtfulOrder(p, concordant(m.compare))
	}
	return score, err
}

func (m rsa) value(p *Pair) (float64, error) {
	if t, ok := toldOf[*toldRDM](p, rdmProductsKey{m.rdm, m.compare}); ok {
		return t.value(), nil
	}
	if m.rdm.embeds() && !rankBased(m.compare) {
		z, err := m.rdm.embeddedPair(p)
		if err != nil {
			return 0, err
		}
		if value, ok, err := moments(z, m.compare); ok || err != nil {
			return value, err
		}
	}
	return m.rdm.direct(p, m.compare)
}

// MomentFolds implements FromMoments.
func (rsa) MomentFolds() int { return 0 }

// Memory implements Memory: the dissimilarities of both systems and their ranks or centred
// matrices. Where dissimilarities are squared distances of embedded samples it needs
// moments, and the former only where moments may lose too many digits.
func (m rsa) Memory(d Dims) Need {
	fewer := d // crossnobis compares conditions
	fewer.N = d.items(m.rdm)
	if m.rdm.kind == rdmCrossnobis {
		return together(m.rdm.needRepeats(d), m.directNeed(fewer))
	}
	if !m.rdm.embeds() || rankBased(m.compare) {
		return m.directNeed(d)
	}
	moments := together(m.rdm.needEmbedded(d), d.needMoments().of(embeddedPairKey{m.rdm}))
	if !digitsMayCancel(m.compare, d.N, d.P) && !digitsMayCancel(m.compare, d.N, d.Q) {
		return moments
	}
	return together(moments, m.directNeed(d))
}

// directNeed returns the need of a comparison entry by entry.
func (m rsa) directNeed(d Dims) Need {
	switch {
	case rankBased(m.compare):
		return m.rdm.needRanks(d, m.compare == compareKendall || m.compare == compareTauA)
	case d.tiled():
		return m.rdm.needBanded(d)
	case m.compare == compareCosineCov || m.compare == compareCorrCov:
		return together(m.rdm.need(d), kept(centredKernelKey{m.rdm, m.compare == compareCorrCov}, 2*d.N*d.N), work(d.pairs()))
	default:
		return m.rdm.need(d)
	}
}

type embeddedPairKey struct{ dissimilarity }

// embeddedPair returns the pair of the embedded systems.
func (d dissimilarity) embeddedPair(p *Pair) (*Pair, error) {
	if d.kind == rdmSqEuclidean {
		return p, nil
	}
	return shared(&p.memo, embeddedPairKey{d}, func() (*Pair, error) {
		x, err := d.embedded(p.X)
		if err != nil {
			return nil, err
		}
		y, err := d.embedded(p.Y)
		if err != nil {
			return nil, err
		}
		return &Pair{X: x, Y: y}, nil
	})
}

// check returns an UndefinedError for pairs whose RDMs cannot be compared.
func (m rsa) check(p *Pair) error {
	if m.rdm.kind == rdmPrecomputed {
		// Unlike data, an RDM may have equal rows.
		if n := p.Samples(); n < m.card.MinSamples {
			return undefined("%d samples, but this measure needs at least %d", n, m.card.MinSamples)
		}
		return p.checkSamples(m.card)
	}
	if err := p.check(m.card); err != nil {
		return err
	}
	if m.rdm.kind != rdmCrossnobis {
		return nil
	}
	if x, y := p.X.times, p.Y.times; x != y {
		return undefined("%s has %d repeats, but %s has %d", p.Y.label(), y, p.X.label(), x)
	}
	if c := m.rdm.items(p.X); c < 3 {
		return undefined("%d conditions, but rdm=crossnobis needs at least 3", c)
	}
	return nil
}
