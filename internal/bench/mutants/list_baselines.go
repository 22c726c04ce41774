package main

// inBaselines are mistakes in conditional importances, ceilings, and the methods and
// simulations that mlem is compared with and by.
var inBaselines = []mutant{
	{
		name: "mlem/shuffle-across-strata", file: "internal/mlem/conditional.go",
		old:   "index[m[a]] = m[b]",
		new:   "index[m[a]] = m[b-b+a]",
		tests: "TestShufflingStaysWithinStrata", missed: true,
	},
	{
		name: "mlem/conditional-threshold", file: "internal/mlem/conditional.go",
		old:   "math.Abs(q.correlation(a, b)) > 0.5",
		new:   "q.correlation(own, g) > 0.9",
		tests: "TestFeaturesThatAreHeldInPlace",
	},
	{
		name: "mlem/conditional-residuals", file: "internal/mlem/conditional.go",
		old:   "fit.At(i, 0) + y.At(from, 0) - fit.At(from, 0)",
		new:   "y.At(from, 0)",
		tests: "TestResidualsAreShuffled",
	},
	{
		name: "mlem/conditional-thirds", file: "internal/mlem/conditional.go",
		old:   "int(3 * ranks[i])",
		new:   "int(2 * ranks[i])",
		tests: "TestStrataAreThirds", missed: true,
	},
	{
		name: "mlem/conditional-missing", file: "internal/mlem/conditional.go",
		old:   "(ranks[i]-0.5)/max(known, 1)",
		new:   "(ranks[i]-0.5)/float64(len(ranks))",
		tests: "TestStrataAreThirds", missed: true,
	},
	{
		name: "mlem/ceiling-reliability", file: "internal/mlem/ceiling.go",
		old:   "(1 + float64(r-1)*rho)",
		new:   "(1 + rho)",
		tests: "TestCeilingOfThreeRepeats", missed: true,
	},
	{
		name: "mlem/ceiling-pairs-of-repeats", file: "internal/mlem/ceiling.go",
		old:   "rho / float64(r*(r-1)/2)",
		new:   "rho / float64(r-1)",
		tests: "TestCeilingOfThreeRepeats", missed: true,
	},
	{
		name: "mlem/ceiling-lower-with-itself", file: "internal/mlem/ceiling.go",
		old:   "others.Sub(total, y)",
		new:   "others.Sub(total, mat.NewDense(n, q, nil))\n\t\t_ = y",
		tests: "TestCeilingOfThreeRepeats", missed: true,
	},
	{
		name: "mlem/encoding-trains-on-first", file: "internal/mlem/encoding_baseline.go",
		old:   "if !slices.Contains(test, i) {",
		new:   "if i == 0 || !slices.Contains(test, i) {",
		tests: "TestEncodingHoldsOut", missed: true,
	},
	{
		name: "mlem/encoding-leverage", file: "internal/mlem/encoding_baseline.go",
		old:   "max(1-h-1/float64(n), 1e-12)",
		new:   "max(1-h, 1e-12)",
		tests: "TestRidgeUnitsOfManyUnits", missed: true,
	},
	{
		name: "mlem/encoding-larger-of-equals", file: "internal/mlem/encoding_baseline.go",
		old:        "if v < best[j] {",
		new:        "if v <= best[j] {",
		tests:      "TestRidgeUnitsOfManyUnits|TestEncodingHoldsOut",
		equivalent: "the errors of all penalties tie where the features say nothing at the stimuli that differ, and then the coefficients are 0 whatever the penalty",
	},
	{
		name: "mlem/encoding-baseline-zero", file: "internal/mlem/encoding_baseline.go",
		old:   "r = v - means.y[u]",
		new:   "r = v",
		tests: "TestEncodingHoldsOut", missed: true,
	},
	{
		name: "mlem/encoding-implied-weight", file: "internal/mlem/encoding_baseline.go",
		old:   "return sum / max(pairs, 1)",
		new:   "return sum / max(pairs-1, 1)",
		tests: "TestImpliedWeightOfCategories",
	},
	{
		name: "mlem/decoding-trains-on-first", file: "internal/mlem/decoding_baseline.go",
		old:   "if !slices.Contains(s.test, i) {",
		new:   "if i == 0 || !slices.Contains(s.test, i) {",
		tests: "TestDecodingHoldsOut", missed: true,
	},
	{
		name: "mlem/decoding-median", file: "internal/mlem/decoding_baseline.go",
		old:   "return v > median",
		new:   "return v >= median",
		tests: "TestDecodingHoldsOut", missed: true,
	},
	{
		name: "mlem/decoding-scale", file: "internal/mlem/decoding_baseline.go",
		old:   "math.Sqrt(scale[j] / float64(n)); scale[j] > 0",
		new:   "math.Sqrt(scale[j]); scale[j] > 0",
		tests: "TestDecodingHoldsOut", missed: true,
	},
	{
		name: "mlem/frrsa-inner-sees-outer", file: "internal/mlem/frrsa.go",
		old:   "if fold != k {",
		new:   "if fold >= 0 {",
		tests: "TestInnerFoldsOfFRRSA", missed: true,
	},
	{
		name: "mlem/frrsa-inner-train-on-test", file: "internal/mlem/frrsa.go",
		old:   "part[i] >= 0 && part[i] != j",
		new:   "part[i] >= 0",
		tests: "TestInnerFoldsOfFRRSA", missed: true,
	},
	{
		name: "mlem/frrsa-one-stream", file: "internal/mlem/frrsa.go",
		old:   "\"mlem/frrsa/%d/%d\", k, r)",
		new:   "\"mlem/frrsa/%d/%d\", k, r*0)",
		tests: "TestInnerFoldsOfFRRSA", missed: true,
	},
	{
		name: "mlem/study-one-seed", file: "internal/mlem/study.go",
		old:   "sim.Seed = s.Seed + uint64(r)",
		new:   "sim.Seed = s.Seed + 0*uint64(r)",
		tests: "TestStudyHasOtherRecordings", missed: true,
	},
	{
		name: "mlem/simulated-noise", file: "internal/mlem/simulate.go",
		old:   "row[j] += s.Noise * sd * draws.NormFloat64()",
		new:   "row[j] += s.Noise*draws.NormFloat64() + 0*sd",
		tests: "TestSimulatedNoise",
	},
	{
		name: "mlem/simulated-correlation", file: "internal/mlem/simulate.go",
		old:   "math.Sqrt(s.Correlation)*shared[i] + math.Sqrt(1-s.Correlation)",
		new:   "s.Correlation*shared[i] + (1-s.Correlation)",
		tests: "TestSimulatedFeatures", missed: true,
	},
	{
		name: "mlem/isotonic-pools-equals", file: "internal/mlem/monotone.go",
		old:   "if last.sum*b.count < b.sum*last.count {",
		new:   "if last.sum < b.sum {",
		tests: "TestIsotonic", missed: true,
	},
	{
		name: "mlem/transform-of-test", file: "internal/mlem/monotone.go",
		old:   "f.partitions[set/f.Folds][c] != set%f.Folds)",
		new:   "f.partitions[set/f.Folds][c] != set%f.Folds || set == 0)",
		tests: "TestTransformsDoNotSeeTheFold", missed: true,
	},
	{
		name: "mlem/column-of-transform", file: "internal/mlem/result.go",
		old:   "k*(f.trainingSets()+1) + set + 1",
		new:   "k*(f.trainingSets()+1) + max(set, 0)",
		tests: "TestColumnsOfTransforms", missed: true,
	},
	{
		name: "mlem/fold-count", file: "internal/mlem/fit.go",
		old:   "const perFold = 4",
		new:   "const perFold = 3",
		tests: "TestWarnings",
	},
	{
		name: "mlem/recovery-frobenius", file: "internal/mlem/recovery.go",
		old:   "scaled(1/b, truth)",
		new:   "scaled(1/a, truth)",
		tests: "TestRecover",
	},
}
