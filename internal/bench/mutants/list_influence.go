package main

// inInfluence are mistakes in what samples and features are worth to a score.
var inInfluence = []mutant{
	{
		name: "influence/slope-of-x-alone", file: "internal/inference/influence_gradient.go",
		old:   "for _, side := range []Side{X, Y} {\n\t\tg, err",
		new:   "for _, side := range []Side{X, X} {\n\t\tg, err",
		tests: "TestSlopesOfWeightedSamples",
	},
	{
		name: "influence/slope-not-halved", file: "internal/inference/influence_gradient.go",
		old:   "rowProduct(z.RawRowView(i), g.RawRowView(i)) / 2",
		new:   "rowProduct(z.RawRowView(i), g.RawRowView(i))",
		tests: "TestSlopesOfWeightedSamples|TestSlopesThatAddUp",
	},
	{
		name: "influence/samples-not-centred", file: "internal/inference/influence_gradient.go",
		old:   "z := linalg.NewCentered(s.of(side).Matrix()).Dense()",
		new:   "z := s.of(side).Matrix()",
		tests: "TestSlopesOfWeightedSamples",
	},
	{
		name: "influence/no-slope-by-count", file: "internal/inference/influence_gradient.go",
		old:   "slopes[i] += slope\n",
		new:   "slopes[i] += 0 * slope\n",
		tests: "TestSlopesOfWeightedSamples",
	},
	{
		name: "influence/features-that-weigh-nothing", file: "internal/inference/influence_gradient.go",
		old:   "|| invariance.Has(measures.Linear)",
		new:   "",
		tests: "TestFeaturesThatWeighNothing",
	},
	{
		name: "influence/pairs-of-one-side", file: "internal/inference/influence_pairs.go",
		old:   "value/2*(xx[i]/total.xx+yy[i]/total.yy)",
		new:   "value*(xx[i]/total.xx)",
		tests: "TestSlopesOfWeightedPairs",
	},
	{
		name: "influence/pairs-about-no-mean", file: "internal/inference/influence_pairs.go",
		old:   "mx, my = pairMean(m.X), pairMean(m.Y)",
		new:   "mx, my = pairMean(m.X), 0",
		tests: "TestSlopesOfWeightedPairs",
	},
	{
		name: "influence/ranks-as-fixed-numbers", file: "internal/inference/influence_ranks.go",
		old:   "stats.NewRankCorrelation(y).Influence(influence, x)",
		new:   "stats.NewRankCorrelation(x).Influence(influence, x)",
		tests: "TestSlopesOfWeightedPairs",
	},
	{
		name: "influence/kendall-ties-are-discordant", file: "internal/inference/influence_ranks.go",
		old:   "float64(lo)-tree.upTo(y[a])",
		new:   "float64(lo)-tree.below(y[a])",
		tests: "TestKendallInfluence",
	},
	{
		name: "influence/half-of-a-half", file: "internal/inference/influence_moments.go",
		old:   "{mid, hi, lo, mid}",
		new:   "{mid, hi, lo, mid - 1}",
		tests: "TestMomentsStandIn",
	},
	{
		name: "influence/moments-unchecked", file: "internal/inference/influence_moments.go",
		old:   "err != nil || !sameScore(v, value)",
		new:   "err != nil || math.IsNaN(v)",
		tests: "TestMomentsStandIn",
	},
	{
		name: "influence/feature-of-the-other-side", file: "internal/inference/influence_moments.go",
		old:   "withoutLines(m.XX, j, j), withoutLines(m.XY, j, -1)",
		new:   "withoutLines(m.XX, j, j), withoutLines(m.XY, 0, -1)",
		tests: "TestMomentsStandIn",
	},
	{
		name: "influence/pairs-within-a-group-twice", file: "internal/inference/influence_pairs_deletion.go",
		old:   "left += within",
		new:   "left -= 0 * within",
		tests: "TestGroupsByHand",
	},
	{
		name: "influence/not-centred-anew", file: "internal/inference/influence_pairs_deletion.go",
		old:   "return left - 2/size*rr + ra*rb/(size*size)",
		new:   "return left",
		tests: "TestGroupsByHand|TestDeletionsByHand",
	},
	{
		name: "influence/digits-of-what-stays", file: "internal/inference/influence_pairs_deletion.go",
		old:   "const keptShare = 1e-3",
		new:   "const keptShare = 0",
		tests: "TestDigitsOfAFarSample",
	},
	{
		name: "influence/ranks-of-all-pairs", file: "internal/inference/influence_ranks_deletion.go",
		old:   "count := float64(size - lost[k])",
		new:   "count := float64(size)",
		tests: "TestTiedRanksByHand",
	},
	{
		name: "influence/kendall-within-a-group", file: "internal/inference/influence_ranks_deletion.go",
		old:   "left.xy += total(within.concordant)",
		new:   "left.xy -= total(within.concordant)",
		tests: "TestTiedRanksByHand",
	},
	{
		name: "influence/rests-on-a-trifle", file: "internal/inference/influence_rest.go",
		old:   "u.Share > restShare && math.Abs(change) > restChange*",
		new:   "u.Share > restShare && math.Abs(change) > 0*",
		tests: "TestRests",
	},
}
