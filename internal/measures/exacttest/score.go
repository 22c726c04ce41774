package exacttest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Pair is two systems of the same samples.
type Pair struct {
	X, Y Matrix
	// Repeats is the number of repeats of repeat × condition × neuron data.
	Repeats int
	// Folds are the samples of each fold; nil for contiguous ones.
	Folds func(k int) [][]int
	// Open is the part of the largest dissimilarity, or similarity, of each system by
	// which two of them may differ and count as equal; rounding of 320 bits if it is 0.
	Open [2]float64
}

// slack returns the difference up to which numbers are equal, where a part of the largest
// of them is open.
func slack(largest Number, open float64) Number { return mul(largest, larger(vanishing, Of(open))) }

// ErrUndefined says that the mathematics has no value: 0/0 in exact arithmetic.
var ErrUndefined = errors.New("the score is undefined")

// settings are the parameters of a measure by their names.
type settings map[string]string

func (s settings) text(key, otherwise string) string {
	if v, ok := s[key]; ok {
		return v
	}
	return otherwise
}

func (s settings) whole(key string, otherwise int) int {
	v, err := strconv.Atoi(s.text(key, strconv.Itoa(otherwise)))
	if err != nil {
		panic(err)
	}
	return v
}

func (s settings) number(key, otherwise string) Number {
	v, err := strconv.ParseFloat(s.text(key, otherwise), 64)
	if err != nil {
		panic(err)
	}
	return Of(v)
}

// definition computes a score. It panics with undefined where there is none.
type definition func(s settings, p Pair) Number

var definitions = map[string]definition{
	"cka":                      cka,
	"cka-neurons":              ckaNeurons,
	"hsic":                     hsic,
	"nbs":                      nbs,
	"procrustes":               procrustes,
	"shape":                    shape,
	"permutation":              permutation,
	"cca":                      cca,
	"svcca":                    svcca,
	"pwcca":                    pwcca,
	"linreg":                   linreg,
	"ridge":                    ridge,
	"kernel-ridge":             kernelRidge,
	"pls":                      pls,
	"pls-sv":                   plsSV,
	"rsa":                      rsa,
	"rsa-bures":                rdmBures,
	"rsa-riemannian":           riemannian,
	"rsa-geotopological":       geotopological,
	"distance-correlation":     distanceCorrelation,
	"ensd":                     ensd,
	"mutual-knn":               mutualKNN,
	"jaccard-knn":              jaccardKNN,
	"cknna":                    cknna,
	"rank-similarity":          rankSimilarity,
	"lcs-knn":                  lcsKNN,
	"edit-distance-knn":        editKNN,
	"cycle-knn":                cycleKNN,
	"second-order-cosine":      secondOrder,
	"aligned-cosine":           alignedCosine,
	"rsm-norm-difference":      rsmNorm,
	"imd":                      intrinsicDistance,
	"magnitude-difference":     magnitude,
	"concentricity-difference": concentricity,
	"uniformity-difference":    uniformity,
	"match":                    match,
	"soft-matching":            softMatching,
	"wreath-procrustes":        wreathProcrustes,
	"wreath-cka":               wreathCKA,
	"eigenspace-overlap":       eigenspaceOverlap,
	"gulp":                     gulp,
}

// undefined is a panic of a definition without a value.
type undefined struct{}

// Score returns the score of a pair by the name of the measure, as simtool writes it,
// with parameters at their defaults left out. It returns ErrUndefined for 0/0.
func Score(name string, p Pair) (v Number, err error) {
	family, parameters, _ := strings.Cut(name, ":")
	f, known := definitions[family]
	if !known {
		return nil, fmt.Errorf("no definition of %s", family)
	}
	s := settings{}
	for _, one := range strings.Split(parameters, ":") {
		key, value, _ := strings.Cut(one, "=")
		s[key] = value
	}
	defer func() {
		switch r := recover(); r.(type) {
		case nil:
		case undefined:
			v, err = nil, ErrUndefined
		default:
			panic(r)
		}
	}()
	v = f(s, p)
	if slices.Contains(reported, family) {
		v = form(s.text("as", "score"), v)
	}
	return v, nil
}

// reported are the families whose definitions are of the score, which every form is a
// function of.
var reported = []string{
	"rsa", "rsa-geotopological", "distance-correlation", "wreath-cka", "mutual-knn", "jaccard-knn", "rank-similarity",
	"edit-distance-knn", "cycle-knn", "second-order-cosine", "aligned-cosine", "match", "eigenspace-overlap",
}

// ratio returns a/b, which is undefined for b = 0.
func ratio(a, b Number) Number {
	if b.Sign() == 0 {
		panic(undefined{})
	}
	return quo(a, b)
}

// nonzero returns v, or panics with undefined where all of it is the rounding of
// numbers of the given size.
func nonzero(v, size Number) Number {
	if !less(mul(size, vanishing), v) {
		panic(undefined{})
	}
	return v
}

// cosine returns ⟨a,b⟩/(‖a‖‖b‖), undefined where one of them is 0 beside what it was
// made of.
func cosine(a, b, wholeA, wholeB Matrix) Number {
	aa, bb := nonzero(a.squares(), wholeA.squares()), nonzero(b.squares(), wholeB.squares())
	return quo(a.dot(b), root(mul(aa, bb)))
}

// form returns a cosine in one of its forms.
func form(as string, c Number) Number {
	switch as {
	case "squared":
		return mul(c, c)
	case "angular":
		return angleOf(c)
	case "angular-score":
		return sub(Of(1), quo(mul(Of(2), angleOf(c)), pi))
	case "angular-distance":
		return quo(mul(Of(2), angleOf(c)), pi)
	case "one-minus":
		return sub(Of(1), c)
	case "normalised":
		return root(sub(Of(2), mul(Of(2), c)))
	case "negative-log":
		return sub(zero(), logarithm(c))
	}
	return c
}
