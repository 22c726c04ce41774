package mlem

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// Term is one regressor: d_A² of a feature (A = B), or the product 2·d_A·d_B of
// two features (A < B), which appears twice in dᵀWd. Its coefficient is W_AB.
type Term struct{ A, B int }

// Interactions says which products of features a design has.
type Interactions struct {
	All   bool        // every pair of features
	Pairs [][2]string // these pairs, if not All
}

// design is the list of regressors of a model.
type design struct {
	features int
	terms    []Term
}

// newDesign lists the main effects first, in the order of the features, and then
// the products.
func newDesign(names []string, in Interactions) (*design, error) {
	d := &design{features: len(names)}
	for a := range names {
		d.terms = append(d.terms, Term{a, a})
	}
	if in.All {
		for a := range names {
			for b := a + 1; b < len(names); b++ {
				d.terms = append(d.terms, Term{a, b})
			}
		}
		return d, nil
	}
	for _, pair := range in.Pairs {
		a, b := slices.Index(names, pair[0]), slices.Index(names, pair[1])
		if a < 0 || b < 0 || a == b {
			return nil, &data.InputError{
				Found:  fmt.Sprintf("interaction %s*%s", pair[0], pair[1]),
				Wanted: "want two different features of " + strings.Join(names, ", "),
			}
		}
		t := Term{min(a, b), max(a, b)}
		if slices.Contains(d.terms, t) {
			return nil, &data.InputError{Found: fmt.Sprintf("interaction %s*%s given twice", pair[0], pair[1])}
		}
		d.terms = append(d.terms, t)
	}
	return d, nil
}

// products writes the regressors of one pair, whose feature distances are d,
// into x.
func (g *design) products(x, d []float64) {
	f := g.features
	for a, v := range d {
		x[a] = v * v
	}
	for t, term := range g.terms[f:] {
		x[f+t] = 2 * d[term.A] * d[term.B]
	}
}

// predict returns Σ_t w_t·x_t for a pair with feature distances d.
func (g *design) predict(w, d []float64) float64 {
	f := g.features
	var sum float64
	for a, v := range d {
		sum += w[a] * v * v
	}
	for t, term := range g.terms[f:] {
		sum += 2 * w[f+t] * d[term.A] * d[term.B]
	}
	return sum
}

// interacts reports whether the design has products.
func (g *design) interacts() bool { return len(g.terms) > g.features }

// restrict returns the positions of the terms whose features are all kept.
func (g *design) restrict(kept func(feature int) bool) []int {
	var at []int
	for t, term := range g.terms {
		if kept(term.A) && kept(term.B) {
			at = append(at, t)
		}
	}
	return at
}

// matrix returns the symmetric matrix with the entries w.
func (g *design) matrix(w []float64) *mat.Dense { return symmetricMatrix(g.features, g.terms, w) }

// symmetricMatrix returns the symmetric f×f matrix with w[t] at the place of terms[t],
// and 0 elsewhere.
func symmetricMatrix(f int, terms []Term, w []float64) *mat.Dense {
	m := mat.NewDense(f, f, nil)
	for t, term := range terms {
		m.Set(term.A, term.B, w[t])
		m.Set(term.B, term.A, w[t])
	}
	return m
}
