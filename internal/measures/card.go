package measures

import "strings"

// Card describes a measure for the people and programs that use it. Fields that depend
// on parameters are for the present values of these.
type Card struct {
	Name     string // canonical name, with the parameters that differ from their defaults
	Family   string // name of the family
	Title    string // the measure's full name
	Question string // the question that a value answers, in one sentence
	Formula  string // in the notation of the package comment
	Params   []Param

	Min, Max       float64 // range of values; ±Inf when unbounded
	Identity       float64 // value for identical systems (with more samples than features where that matters)
	HigherIsCloser bool    // a larger value means more similar
	Symmetric      bool    // Score(x,y) = Score(y,x)
	X, Y           Invariance
	Differentiable bool
	FromMoments    bool   // second moments suffice: data larger than memory can be scored
	Folds          int    // number of contiguous folds of held-out samples; 0 for none
	MinSamples     int    // fewer samples than this have no score
	Cost           string // leading term of the running time
	// Inflated says that data which have nothing in common get a value near that of
	// identical ones when features outnumber samples.
	Inflated bool

	Pitfalls   []string
	References []Reference
}

// Invariance is a set of transformations of one system that do not change the score.
type Invariance uint8

// The transformations of an n×p system X.
const (
	Permutation Invariance = 1 << iota // X·P, P a permutation of the features
	Orthogonal                         // X·Q, QᵀQ = I
	Linear                             // X·M, M invertible
	Scaling                            // a·X, a > 0
	Translation                        // X + 1·tᵀ
)

// Euclidean holds the invariances of measures of shape.
const Euclidean = Permutation | Orthogonal | Scaling | Translation

// Affine holds the invariances of measures of linear information.
const Affine = Euclidean | Linear

// Invariances lists each single invariance with its name, in the order of tables.
var Invariances = []struct {
	Bit  Invariance
	Name string
}{
	{Permutation, "permutation"},
	{Orthogonal, "orthogonal"},
	{Linear, "invertible linear"},
	{Scaling, "isotropic scaling"},
	{Translation, "translation"},
}

// Has reports whether all transformations in want are in the set.
func (v Invariance) Has(want Invariance) bool { return v&want == want }

// String lists the names of the set, or "none".
func (v Invariance) String() string {
	var names []string
	for _, one := range Invariances {
		if v.Has(one.Bit) {
			names = append(names, one.Name)
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ", ")
}

// Reference is a publication.
type Reference struct {
	Key        string // BibTeX key
	Authors    string // BibTeX author list, "Last, First and Last, First"
	Title      string
	Venue      string // journal or proceedings
	Conference bool   // Venue is a conference
	Year       int
	DOI        string // without resolver; empty when there is none
	URL        string // for publications without a DOI
}
