package measures

import (
	"strings"

	"simtool/internal/data"
)

// The grammar of the similarity-repository's standard names is
//
//	stem [form] [-cv=<k>folds] [-reverse],
//	form = -score | -squared_score | -score-negative_log | -distance=<kind>,
//
// and that of diffscore's
//
//	stem [-angular | -euclidean | -squared] [-score] [-cv] [#<k>folds_cv | #no_cv].
//
// A stem names a family with its parameters, and the rest sets those that every family
// with an angle has.

// stem is the beginning of names, with a place for each number.
type stem struct{ name, spec string }

var stems = []stem{
	{"cka-kernel=linear-hsic=gretton", "cka"},
	{"cka-kernel=linear-hsic=song", "cka:estimator=debiased"},
	{"cka-kernel=linear-hsic=lange", "cka:estimator=lange"},
	{"cka-kernel=(rbf-sigma={})-hsic=gretton", "cka:kernel=rbf:sigma={}"},
	{"cka-kernel=(rbf-sigma={})-hsic=song", "cka:kernel=rbf:sigma={}:estimator=debiased"},
	{"cka-kernel=(rbf-sigma={})-hsic=lange", "cka:kernel=rbf:sigma={}:estimator=lange"},
	{"cka-kernel=(laplace-sigma={})-hsic=gretton", "cka:kernel=laplace:sigma={}"},
	{"cka-kernel=(laplace-sigma={})-hsic=song", "cka:kernel=laplace:sigma={}:estimator=debiased"},
	{"cka-kernel=(laplace-sigma={})-hsic=lange", "cka:kernel=laplace:sigma={}:estimator=lange"},
	{"nbs", "nbs"},
	{"procrustes", "procrustes"},
	{"shape_metric-alpha={}", "shape:alpha={}"},
	{"permutation_metric", "permutation"},
	{"cca", "cca"},
	{"svcca", "svcca"},
	{"svcca-dim={}", "svcca:dim={}"},
	{"svcca-var={}", "svcca:var={}"},
	{"pwcca", "pwcca"},
}

// predictions are the regressions, whose names hold what is reported of them.
var predictions = []stem{
	{"linear_regression-r2", "linreg:pool=columns"},
	{"linear_regression-pearsonr2", "linreg:as=correlation-squared:pool=columns"},
	{"linear_regression-pearsonr", "linreg:as=correlation:pool=median"},
	{"ridge-lambda={}-r2", "ridge:lambda={}:pool=columns"},
	{"kernel_ridge-lambda={}-r2", "ridge:lambda={}:pool=columns"},
	{"ridge-lambda={}-pearsonr2", "ridge:lambda={}:as=correlation-squared:pool=columns"},
	{"ridge-lambda={}-pearsonr", "ridge:lambda={}:as=correlation:pool=median"},
	{"ridge-pearsonr", "ridge:lambda=auto:as=correlation:pool=columns"},
	{"pls-pearsonr-components={}", "pls:components={}:as=correlation:pool=median"},
	{"pls-pearsonr", "pls:components=25:as=correlation:pool=median"},
}

// phrases are names without a grammar of their own.
var phrases = map[string]string{
	"feature_space_linear_cka":                      "cka",
	"feature_space_linear_cka-debiased_true":        "cka:estimator=debiased",
	"bures_distance":                                "procrustes:as=euclidean",
	"linear_cka":                                    "cka",
	"kernel_cka":                                    "cka:kernel=rbf:sigma=1",
	"kernel_hsic":                                   "hsic:kernel=rbf:sigma=1",
	"ensd-distance=angular_normalized":              "cka:as=angular-distance",
	"orthogonal_angular_shape_metric_centered":      "procrustes",
	"orthogonal_procrustes_centered_and_normalized": "procrustes:as=normalised",
	"aligned cosine":                                "aligned-cosine:center=false",
	"secondorder cosine":                            "second-order-cosine:values=distance",
	"rsa-rdm=gaussian-compare=pearson":              "rsa:rdm=gaussian:compare=pearson",
	"rsa-rdm=gaussian-compare=spearman":             "rsa:rdm=gaussian:compare=spearman",
	"linreg-cv":                                     "linreg:cv=5",
	"procrustes-angular-cv":                         "procrustes:cv=5",
	"procrustes-angular-cv-score":                   "procrustes:as=angular-score:cv=5",
}

// repositoryPhrases are names that one repository gives to something else.
var repositoryPhrases = map[string]string{
	"neuroaimetrics/soft_correlation_match":          "soft-matching",
	"llm_repsim/aligned_cossim":                      "aligned-cosine",
	"modelsym/procrustes-distance=euclidean":         "procrustes:as=normalised",
	"modelsym/procrustes-distance=squared_euclidean": "procrustes:as=normalised",
	"resi/svcca-var=0.99-score":                      "svcca:dim=1",
	"resi/svcca-var=0.99-distance=angular":           "svcca:dim=1:as=angular",
	"resi/svcca-var=0.99-distance=euclidean":         "svcca:dim=1:as=euclidean",
	"resi/svcca-var=0.99-distance=squared_euclidean": "svcca:dim=1:as=squared-euclidean",
	"contrasim/svcca-score":                          "svcca:var=1",
	"contrasim/svcca-distance=angular":               "svcca:var=1:as=angular",
	"contrasim/svcca-distance=euclidean":             "svcca:var=1:as=euclidean",
	"contrasim/svcca-distance=squared_euclidean":     "svcca:var=1:as=squared-euclidean",
}

var (
	folded = data.Pattern(`^(.*?)(?:-cv=(\d+)folds|#(\d+)folds_cv)(-reverse)?$`)
	formed = data.Pattern(`^(.*?)-(score-negative_log|squared_score|score|distance=\w+)$`)
	// brainscored are what the regressions of brainscore are: partial least squares, all
	// of them, because its registry binds the last one.
	brainscored = data.Pattern(`^brainscore (?:linear_regression|ridge|pls) (-5folds_cv)?$`)
)

// parseForeign returns the specification of a standard name, in lower case.
func parseForeign(repository, name string) (spec string, ok bool) {
	if spec, ok := phrases[name]; ok {
		return spec, true
	}
	if m := brainscored().FindStringSubmatch(name); m != nil {
		return brainscorePLS(m[1] != ""), true
	}
	if spec, ok := repositoryPhrases[repository+"/"+name]; ok {
		return spec, true
	}
	if repository == "brainscore" && strings.Contains(name, "-pearsonr") {
		return brainscorePLS(strings.HasSuffix(name, "-cv=5folds")), true
	}
	whole, tail := strings.TrimSuffix(name, "#no_cv"), ""
	if m := folded().FindStringSubmatch(whole); m != nil {
		whole, tail = m[1], ":cv="+m[2]+m[3]
		if m[4] != "" {
			tail += ":direction=" + yFromX
		}
	}
	for _, s := range predictions {
		if values, ok := match(s.name, whole); ok {
			return predicting(repository, fill(s.spec, values), tail), true
		}
	}
	rest, as := whole, "score"
	if m := formed().FindStringSubmatch(whole); m != nil {
		rest, as = m[1], strings.TrimPrefix(m[2], "distance=")
	} else if tail == "" {
		return "", false // a stem alone is for the names of families and their aliases
	}
	for _, s := range stems {
		if values, ok := match(s.name, rest); ok {
			return inForeignForm(repository, fill(s.spec, values), as, tail)
		}
	}
	return "", false
}

// brainscorePLS is what all regressions of the repository brainscore compute.
func brainscorePLS(folds bool) string {
	spec := "pls:components=25:as=correlation:pool=median"
	if folds {
		return spec + ":cv=5:folds=conditions"
	}
	return spec + ":cv=10:folds=splits"
}

// predicting completes a regression: pls is held out unless it is told otherwise, and two
// repositories take means of targets.
func predicting(repository, spec, tail string) string {
	if tail == "" && strings.HasPrefix(spec, "pls:") {
		tail = ":cv=0"
	}
	if repository == "deepdive" || repository == "neuroaimetrics" || repository == "mouse_vision" {
		spec = strings.Replace(spec, "pool=median", "pool=columns", 1)
	}
	if repository == "neuroaimetrics" {
		tail += ":folds=conditions"
	}
	return spec + tail
}

// inForeignForm sets the form of a measure with an angle.
func inForeignForm(repository, spec, as, tail string) (string, bool) {
	family, _, _ := strings.Cut(spec, ":")
	switch as {
	case "score":
		if family == "cka" || family == "nbs" || strings.HasSuffix(family, "cca") {
			return spec + tail, true
		}
		return spec + ":as=score" + tail, true
	case "squared_score":
		return spec + ":stat=mean-squared" + tail, strings.HasSuffix(family, "cca")
	case "score-negative_log":
		as = asNegativeLog
	case "one_minus_score":
		as = asOneMinus
	case "squared_euclidean":
		as = asSquaredEuclidean
		if family == "procrustes" {
			as = asSquared
		}
	case "angular", "euclidean":
	default:
		return "", false
	}
	if family == "cca" && repository != "" && repository != "netrep" && repository != "repsim" && repository != "neuroaimetrics" {
		spec = "svcca:var=1" // whose angle is that of the mean over the smaller rank
	}
	if strings.Contains(tail, "cv=") && strings.HasSuffix(family, "cca") && as != asAngular {
		return "", false
	}
	if as == asAngular && (family == "procrustes" || family == "shape" || family == "permutation") {
		return spec + tail, true
	}
	return spec + ":as=" + as + tail, true
}

// fill puts numbers in the places of a specification.
func fill(spec string, values []string) string {
	for _, v := range values {
		spec = strings.Replace(spec, "{}", v, 1)
	}
	return spec
}
