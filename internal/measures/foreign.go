package measures

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Agreement says how far the number of a name in other software and that of the measure
// which it stands for here agree.
type Agreement string

// The agreements.
const (
	SameNumber   Agreement = "same number"
	ByConvention Agreement = "same up to a convention"
	OnPurpose    Agreement = "different on purpose"
	NotOffered   Agreement = "not offered"
)

// Foreign is a name of other software and what it stands for here.
type Foreign struct {
	Name      string
	Measure   string // canonical name; that of the nearest measure for a name that is not offered
	Agreement Agreement
	Note      string // the convention, or what the name computes there and why it is not offered
}

// ResolveForeign says what a name of other software stands for. ok is false for a name
// that nothing is known of.
func ResolveForeign(name string) (f Foreign, ok bool) {
	f = Foreign{Name: name, Agreement: SameNumber}
	repository, standard := standardName(name)
	if r, ok := notOffered(standard); ok {
		f.Measure, f.Agreement, f.Note = r.nearest, NotOffered, r.there
		return f, true
	}
	for _, family := range families {
		for pattern, why := range family.Refused {
			if _, ok := match(pattern, standard); ok {
				f.Measure, f.Agreement, f.Note = family.Card.Family, NotOffered, why
				return f, true
			}
		}
	}
	spec, note, ok := resolveAlias(name)
	if !ok {
		if _, own := findFamily(standard); !own {
			return f, false
		}
		spec = standard
	}
	m, err := Parse(spec)
	if err != nil {
		return f, false
	}
	f.Measure, f.Note = m.Card().Name, note
	for _, q := range remarks() {
		if q.name.MatchString(repository + "/" + standard) {
			f.Agreement, f.Note = q.agreement, q.note
			break
		}
	}
	return f, true
}

//go:embed names/names.txt
var foreignText string

// ForeignNames returns the names that are known of a collection, those of one section of
// names/names.txt: standard, repositories, own or diffscore.
func ForeignNames(section string) []string {
	var names []string
	inside := false
	for line := range strings.SplitSeq(foreignText, "\n") {
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			inside = line == "["+section+"]"
		case inside:
			names = append(names, braces(line)...)
		}
	}
	return names
}

// braces expands {a,b} as a shell does.
func braces(text string) []string {
	before, rest, ok := strings.Cut(text, "{")
	if !ok {
		return []string{text}
	}
	choices, after, _ := strings.Cut(rest, "}")
	var out []string
	for choice := range strings.SplitSeq(choices, ",") {
		for _, tail := range braces(after) {
			out = append(out, before+choice+tail)
		}
	}
	return out
}

// ForeignSections are the sections of names with their titles.
var ForeignSections = []struct{ Name, Title string }{
	{"standard", "Standard names of the similarity-repository"},
	{"repositories", "Its measure/<repository>/<name> ids"},
	{"own", "Names that the repositories use themselves"},
	{"diffscore", "Names of diffscore"},
}

// standardName returns the repository of a foreign name, "" for none, and the standard
// name of what it is there.
func standardName(name string) (repository, standard string) {
	name = strings.ToLower(strings.TrimSpace(name))
	name = strings.TrimPrefix(strings.TrimPrefix(name, "measure/"), "similarity/")
	repository, standard, ok := strings.Cut(name, "/")
	if !ok {
		return "", name
	}
	for _, own := range ownNames() {
		if place := own.pattern.FindStringSubmatchIndex(name); place != nil {
			return repository, string(own.pattern.ExpandString(nil, own.standard, name, place))
		}
	}
	return repository, standard
}

// ownName is a name that repositories use themselves.
type ownName struct {
	pattern  *regexp.Regexp // of repository/name, in lower case
	standard string
}

// ownNames are tried in their order, and compiled when a name is asked for. Names that are standard ones need no line.
var ownNames = sync.OnceValue(func() []ownName {
	cka := "cka-kernel=linear-hsic=gretton-score"
	var out []ownName
	for _, pair := range [][2]string{
		{`platonic/svcca`, "svcca-dim=10-score"},
		{`platonic/unbiased_cka_rbf`, "cka-kernel=(rbf-sigma=1.0)-hsic=song-score"},
		{`platonic/cka_rbf`, "cka-kernel=(rbf-sigma=1.0)-hsic=gretton-score"},
		{`platonic/unbiased_cka`, "cka-kernel=linear-hsic=song-score"},
		{`platonic/(\w+)_topk`, "${1}-topk=10"},
		{`resi/svcca`, "svcca-var=0.99-score"},
		{`repsim/angularcka\.unb\.linear`, "cka-kernel=linear-hsic=lange-distance=angular"},
		{`repsim/angularcka\.linear`, "cka-kernel=linear-hsic=gretton-distance=angular"},
		{`repsim/angularcka\.unb\.sqexp\[(.*)\]`, "cka-kernel=(rbf-sigma=$1)-hsic=lange-distance=angular"},
		{`repsim/angularcka\.sqexp\[(.*)\]`, "cka-kernel=(rbf-sigma=$1)-hsic=gretton-distance=angular"},
		{`repsim/angularcka\.unb\.laplace\[(.*)\]`, "cka-kernel=(laplace-sigma=$1)-hsic=lange-distance=angular"},
		{`repsim/angularcka\.laplace\[(.*)\]`, "cka-kernel=(laplace-sigma=$1)-hsic=gretton-distance=angular"},
		{`repsim/shapemetric\[(.*)\]\[(.*)\]`, "shape_metric-alpha=$1-distance=$2"},
		{`netrep/linearcka`, "cka-kernel=linear-hsic=gretton-distance=angular"},
		{`netrep/linearmetric_(.*)`, "procrustes-distance=$1"},
		{`netrep/permutationmetric_(.*)`, "permutation_metric-distance=$1"},
		{`fsd/linear_cka_loss`, "cka-kernel=linear-hsic=gretton-score-negative_log"},
		{`thingsvision/cka_kernel_linear_unbiased`, "cka-kernel=linear-hsic=song-score"},
		{`thingsvision/cka_kernel_linear_biased`, cka},
		{`thingsvision/cka_kernel_rbf_unbiased_sigma_(.*)`, "cka-kernel=(rbf-sigma=$1)-hsic=song-score"},
		{`thingsvision/cka_kernel_rbf_biased_sigma_(.*)`, "cka-kernel=(rbf-sigma=$1)-hsic=gretton-score"},
		{`thingsvision/rsa_method_(\w+)_corr_method_(\w+)`, "rsa-rdm=$1-compare=$2"},
		{`rsatoolbox/rsa-euclidean-corr`, "rsa-rdm=squared_euclidean-compare=pearson"},
		{`rsatoolbox/rsa-(\w+)-corr`, "rsa-rdm=$1-compare=pearson"},
		{`rsatoolbox/rsa-euclidean-(\w+)`, "rsa-rdm=squared_euclidean-compare=$1"},
		{`(rsatoolbox|brainscore)/rsa-([a-z]+)-(\w+)`, "rsa-rdm=$2-compare=$3"},
		{`resi/rsa_([a-z]+)_([a-z]+)`, "rsa-rdm=$1-compare=$2"},
		{`(contrasim|xrsa_awes)/feature_space_linear_cka(_debiased|-debiased_true)`, "cka-kernel=linear-hsic=song-score"},
		{`(contrasim|xrsa_awes)/feature_space_linear_cka`, cka},
		{`(?:\w+)/(?:cka|linear_cka|ortho_cka)`, cka},
		{`modelsym/ortho_procrustes`, "procrustes-distance=euclidean"},
		{`resi/procrustessizeandshapedistance`, "procrustes-distance=euclidean"},
		{`drfrankenstein/(s?v?cca(?:-(?:dim|var)=[0-9.]+)?)`, "${1}-squared_score"},
		{`\w+/(s?v?cca.*)_squared_correlation`, "${1}-squared_score"},
		{`\w+/((?:cca|pwcca|svcca)(?:-(?:dim|var)=[0-9.]+)?)`, "${1}-score"},
		{`ensd/computedist`, "ensd-distance=angular_normalized"},
		{`brainscore/(linear_regression|pls|ridge)(?:_regression)?-pearsonr_correlation(-5folds_cv)?`, "brainscore ${1} ${2}"},
		{`deepdive/neural_regression-alpha0-pearson_(r2?)-5folds_cv`, "linear_regression-pearson${1}-cv=5folds"},
		{`deepdive/neural_regression-alpha1-pearson_(r2?)-5folds_cv`, "ridge-lambda=1-pearson${1}-cv=5folds"},
		{`deepdive/neural_regression-alpha0-r2-5folds_cv`, "linear_regression-r2-cv=5folds"},
		{`deepdive/neural_regression-alpha1-r2-5folds_cv`, "ridge-lambda=1-r2-cv=5folds"},
		{`neuroaimetrics/rsa`, "rsa-rdm=correlation-compare=kendall"},
		{`neuroaimetrics/softmatching`, "soft_correlation_match"},
		{`neuroaimetrics/linearshapemetric`, "procrustes-distance=angular-cv=5folds"},
		{`neuroaimetrics/linearpredictivity`, "ridge-pearsonr-cv=5folds"},
		{`neuroaimetrics/reverselinearpredictivity`, "ridge-pearsonr-cv=5folds-reverse"},
		{`neuroaimetrics/plsreg`, "pls-pearsonr-components=25-cv=5folds"},
		{`resi/imdscore`, "imd"},
		{`resi/rsmnormdifference`, "rsm_norm_difference"},
		{`resi/(orthogonal)(angular)(shape)(metric)(centered)`, "orthogonal_angular_shape_metric_centered"},
		{`resi/orthogonalprocrustescenteredandnormalized`, "orthogonal_procrustes_centered_and_normalized"},
		{`resi/(aligned|secondorder)cosinesimilarity`, "${1} cosine"},
		{`resi/(concentricity|magnitude|uniformity)difference`, "${1}_difference"},
		{`resi/(distance)(correlation)`, "distance_correlation"},
		{`resi/eigenspaceoverlapscore`, "eigenspace_overlap_score"},
		{`resi/(hard|soft)correlationmatch`, "${1}_correlation_match"},
		{`resi/(jaccard|rank)similarity`, "${1}_similarity"},
		{`resi/linearregression`, "linear_regression"},
		{`resi/permutationprocrustes`, "permutation_procrustes"},
		{`representation_similarity/centered-cosine`, "cka of kernels"},
		{`rsatoolbox/zero_diagonal-bures`, "zero_diagonal-bures"},
	} {
		out = append(out, ownName{regexp.MustCompile(`^` + pair[0] + `$`), pair[1]})
	}
	return out
})

// refusal is a standard name that no measure here computes.
type refusal struct {
	name           *regexp.Regexp
	there, nearest string
}

var refusals = sync.OnceValue(func() []refusal {
	var out []refusal
	for _, r := range [][3]string{
		{`linreg-angular-cv`, "there the arccosine of a held-out R², which is no cosine and may be below −1", "linreg:cv=5"},
		{`versa`, "there: ridge regression to Y and then Kendall's τ-b of correlation RDMs of the predictions, held out; a regression and a comparison of RDMs in one, which two measures say apart", "ridge:lambda=auto:as=correlation:pool=columns:cv=5"},
		{`pairwisematching`, "there: for each feature of Y the best feature of X on training samples, and their correlation on others; features are matched here on all samples", "match:kind=soft"},
		{`correlation`, "there: the correlation of feature i of X with feature i of Y, which wants features in a common order; nothing here assumes that", "match"},
		{`isc`, "there: the correlation of feature i of X with feature i of Y between subjects in one space, which wants features in a common order", "match"},
		{`cosine|zero_diagonal-cosine|zero_diagonal-bures|cka of kernels`, "there: a comparison of two matrices of samples × samples, not of systems; give the matrices to simtool score with rsa:rdm=precomputed, or the systems to cka or rsa", "rsa:rdm=precomputed"},
		{`euclidean`, "there: the Euclidean distance of kernel matrices of a minibatch, neither centred nor scaled, which grows with the square of the number of samples", "rsm-norm-difference"},
		{`(cos|linear|rbf)_sparse_hsic`, "there: HSIC of kernel matrices of which each column keeps its 500 largest entries, so that with 500 samples or fewer it is HSIC without centring by its own constant", "hsic"},
		{`geometry_score`, "there: the distribution of the number of holes over complexes of random landmarks, an average over ever new draws, which has no closed form to be exact about; imd tells how samples lie at all scales without drawing", "imd"},
		{`max_match`, "there: the maximum match of subspaces of features within ε = 0.25, found by a search over sets of features that has no bound on its time", "match"},
		{`wreath_(cka|procrustes)`, "there: invariant to permutations of channels with a spatial axis, which 2-d data do not have", "permutation"},
		{`rsa-rdm=.*-compare=bures(_metric)?`, "there: the Bures similarity of RDMs made kernels; of squared Euclidean RDMs the kernels are those of the systems, whose Bures similarity is nbs", "nbs"},
		{`rsa-rdm=poisson-compare=.*`, "there: RDMs of symmetric Kullback–Leibler divergences of Poisson rates with a prior, for spike counts; of square roots of counts, squared Euclidean distances are the nearest", "rsa"},
	} {
		out = append(out, refusal{regexp.MustCompile(`^(?:` + r[0] + `)$`), r[1], r[2]})
	}
	return out
})

// notOffered returns why a standard name has no measure, unless a family has it as an
// alias meanwhile.
func notOffered(standard string) (refusal, bool) {
	if _, _, ok := findAlias(standard); ok {
		return refusal{}, false
	}
	i := slices.IndexFunc(refusals(), func(r refusal) bool { return r.name.MatchString(standard) })
	if i < 0 {
		return refusal{}, false
	}
	return refusals()[i], true
}

// remark is how far names agree that are not the same number.
type remark struct {
	name      *regexp.Regexp // of repository/standard, in lower case
	agreement Agreement
	note      string
}

// sentence returns the reason of a refusal with the nearest measure.
func (r refusal) sentence() string { return fmt.Sprintf("is not offered: %s", r.there) }
