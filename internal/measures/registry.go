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
	plsFamily,
	plsSVFamily,
	rsaFamily,
	rdmBuresFamily,
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
