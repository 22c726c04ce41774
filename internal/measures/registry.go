package measures

import "slices"

// Family is a kind of measure with parameters.
type Family struct {
	Card    Card // for the default parameters; New adjusts a copy
	Aliases []Alias
	// Notes holds notes on some aliases: a warning next to every score under that
	// name.
	Notes map[string]string
	// Refused says why some names of other software, written as in Alias, have no
	// measure here.
	Refused map[string]string
	// New returns the measure for arguments that satisfy the declarations of
	// Card.Params. It returns an error when they contradict each other.
	New func(Args) (Measure, error)
}

// Default lists the core measures, which are scored by default.
var Default = []string{
	"cka", "cka:estimator=debiased", "nbs", "procrustes:as=angular-score",
	"cca", "svcca", "linreg", "linreg:cv=5", "ridge:lambda=auto:cv=5",
	"rsa", "rsa:rdm=correlation:compare=spearman",
}

// families is the registry, in the order in which tables list it.
var families = []Family{
	ckaFamily,
	ckaFewNeuronsFamily,
	hsicFamily,
	nbsFamily,
	procrustesFamily,
	shapeFamily,
	permutationFamily,
	ccaFamily,
	svccaFamily,
	pwccaFamily,
	linregFamily,
	ridgeFamily,
	kernelRidgeFamily,
	plsFamily,
	plsSVFamily,
	rsaFamily,
	rdmBuresFamily,
	riemannianFamily,
	geotopologicalFamily,
	distanceCorrelationFamily,
	ensdFamily,
	mutualKNNFamily,
	jaccardKNNFamily,
	cknnaFamily,
	rankSimilarityFamily,
	lcsKNNFamily,
	editKNNFamily,
	cycleKNNFamily,
	secondOrderFamily,
	matchFamily,
	softMatchingFamily,
	alignedCosineFamily,
	wreathProcrustesFamily,
	wreathCKAFamily,
	eigenspaceFamily,
	gulpFamily,
	rsmNormFamily,
	imdFamily,
	magnitudeFamily,
	concentricityFamily,
	uniformityFamily,
}

// Families returns the registry.
func Families() []Family { return slices.Clone(families) }

// FamilyNames returns the names of the families.
func FamilyNames() []string {
	names := make([]string, len(families))
	for i, f := range families {
		names[i] = f.Card.Family
	}
	return names
}

func findFamily(name string) (Family, bool) {
	i := slices.IndexFunc(families, func(f Family) bool { return f.Card.Family == name })
	if i < 0 {
		return Family{}, false
	}
	return families[i], true
}

// Group is a kind of families, under which tables list them.
type Group struct {
	Name, Question string
	Families       []string
}

// Groups are all kinds, in the order of tables.
var Groups = []Group{
	{"kernel", "Are samples alike in X that are alike in Y?", []string{"cka", "cka-neurons", "hsic", "distance-correlation", "ensd"}},
	{"RDM", "Are pairs of samples far apart in X that are far apart in Y?", []string{"rsa", "rsa-bures", "rsa-riemannian", "rsa-geotopological", "rsm-norm-difference", "second-order-cosine"}},
	{"alignment", "How far apart do X and Y remain after the best rotation or matching?", []string{"nbs", "procrustes", "shape", "permutation", "match", "soft-matching", "aligned-cosine", "wreath-procrustes", "wreath-cka"}},
	{"CCA", "Do X and Y span the same space, whatever the variances in it?", []string{"cca", "svcca", "pwcca", "pls-sv", "eigenspace-overlap", "gulp"}},
	{"regression", "How much of X can be read out of Y?", []string{"linreg", "ridge", "kernel-ridge", "pls"}},
	{"neighbours", "Do samples have the same nearest neighbours?", []string{"mutual-knn", "jaccard-knn", "cknna", "rank-similarity", "lcs-knn", "edit-distance-knn", "cycle-knn"}},
	{"spread", "Do X and Y differ in a number that each has by itself?", []string{"imd", "magnitude-difference", "concentricity-difference", "uniformity-difference"}},
}

// GroupOf returns the name of a family's group, "other" for one that is in none.
func GroupOf(family string) string {
	for _, g := range Groups {
		if slices.Contains(g.Families, family) {
			return g.Name
		}
	}
	return "other"
}

// GroupedNames returns the names of the families group by group.
func GroupedNames() []string {
	var names []string
	for _, g := range Groups {
		names = append(names, g.Families...)
	}
	for _, name := range FamilyNames() {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
