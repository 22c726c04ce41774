package mlem

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// Term is one regressor: d_A² of a coordinate (A = B), or the product 2·d_A·d_B of
// two coordinates (A < B), which appears twice in dᵀWd. Its coefficient is W_AB. A term
// whose coefficient is that of several entries, as the main effect of a category is,
// sums over (A,B), (A+1,B+1), … (A+Tied,B+Tied).
//
// In an absolute metric the coordinates are the features themselves; see Metric.
type Term struct {
	A, B int
	Tied int `json:",omitempty"`
}

// Interactions says which products of features a design has.
type Interactions struct {
	All   bool        // every pair of features
	Pairs [][2]string // these pairs, if not All
}

// design is the list of regressors of a model.
type design struct {
	features int
	terms    []Term
	// first holds the first coordinate of each feature, and their number; nil where
	// every feature is one coordinate.
	first []int
	// mains holds the term that is the main effect of each feature, −1 where it has a
	// block of its own; nil where term f is that of feature f.
	mains []int
}

// width returns the number of coordinates.
func (g *design) width() int {
	if g.first == nil {
		return g.features
	}
	return g.first[g.features]
}

// featureOf returns the feature of a coordinate.
func (g *design) featureOf(coordinate int) int {
	if g.first == nil {
		return coordinate
	}
	at, found := slices.BinarySearch(g.first, coordinate)
	if !found {
		at--
	}
	return at
}

// coordinates returns the coordinates of a feature.
func (g *design) coordinates(feature int) []int {
	if g.first == nil {
		return []int{feature}
	}
	var out []int
	for c := g.first[feature]; c < g.first[feature+1]; c++ {
		out = append(out, c)
	}
	return out
}

// main returns the term that is the main effect of a feature, −1 where there is none.
func (g *design) main(feature int) int {
	if g.mains == nil {
		return feature
	}
	return g.mains[feature]
}

// newDesign lists the main effects first, in the order of the features, and then
// the products.
func newDesign(names []string, in Interactions) (*design, error) {
	d := &design{features: len(names)}
	for a := range names {
		d.terms = append(d.terms, Term{A: a, B: a})
	}
	if in.All {
		for a := range names {
			for b := a + 1; b < len(names); b++ {
				d.terms = append(d.terms, Term{A: a, B: b})
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
		t := Term{A: min(a, b), B: max(a, b)}
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
	if g.first != nil {
		for t, term := range g.terms {
			x[t] = term.value(d)
		}
		return
	}
	f := g.features
	for a, v := range d {
		x[a] = v * v
	}
	for t, term := range g.terms[f:] {
		x[f+t] = 2 * d[term.A] * d[term.B]
	}
}

// quadratic is dᵀWd, ready for many d. It is not safe for concurrent use.
type quadratic struct {
	main []float64  // diagonal of W
	w    *mat.Dense // W; nil where it is diagonal
	v    []float64  // W·d of the pairs at hand
}

// quadratic returns the form of weights w.
func (g *design) quadratic(w []float64) *quadratic {
	q := &quadratic{main: make([]float64, g.width())}
	for t, term := range g.terms {
		for k := range term.Tied + 1 {
			if term.A == term.B {
				q.main[term.A+k] = w[t]
			}
		}
	}
	if g.interacts() {
		q.w = g.matrix(w)
	}
	return q
}

// of writes dᵀWd of each pair to out, where d has a row for each.
func (q *quadratic) of(out, d []float64) {
	width := len(q.main)
	if q.w == nil {
		for p := range out {
			sum := 0.0
			for a, v := range d[p*width : (p+1)*width] {
				sum += q.main[a] * v * v
			}
			out[p] = sum
		}
		return
	}
	v := q.slopes(d)
	for p := range out {
		out[p] = dot(d[p*width:(p+1)*width], v[p*width:(p+1)*width])
	}
}

// slopes returns W·d of each pair, a row for each, until it is called again.
func (q *quadratic) slopes(d []float64) []float64 {
	width := len(q.main)
	if len(q.v) < len(d) {
		q.v = make([]float64, len(d))
	}
	x := blas64.General{Rows: len(d) / width, Cols: width, Stride: width, Data: d}
	v := blas64.General{Rows: x.Rows, Cols: width, Stride: width, Data: q.v[:len(d)]}
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, x, q.w.RawMatrix(), 0, v)
	return v.Data
}

// value returns the regressor of a pair whose coordinates differ by d.
func (t Term) value(d []float64) float64 {
	sum := 0.0
	for k := range t.Tied + 1 {
		sum += d[t.A+k] * d[t.B+k]
	}
	if t.A != t.B {
		sum *= 2
	}
	return sum
}

// interacts reports whether the design has products.
func (g *design) interacts() bool {
	return slices.ContainsFunc(g.terms, func(t Term) bool { return t.A != t.B })
}

// restrict returns the positions of the terms whose features are all kept.
func (g *design) restrict(kept func(feature int) bool) []int {
	var at []int
	for t, term := range g.terms {
		if kept(g.featureOf(term.A)) && kept(g.featureOf(term.B)) {
			at = append(at, t)
		}
	}
	return at
}

// matrix returns the symmetric matrix with the entries w.
func (g *design) matrix(w []float64) *mat.Dense { return symmetricMatrix(g.width(), g.terms, w) }

// symmetricMatrix returns the symmetric f×f matrix with w[t] at the place of terms[t],
// and 0 elsewhere.
func symmetricMatrix(f int, terms []Term, w []float64) *mat.Dense {
	m := mat.NewDense(f, f, nil)
	for t, term := range terms {
		for k := range term.Tied + 1 {
			m.Set(term.A+k, term.B+k, w[t])
			m.Set(term.B+k, term.A+k, w[t])
		}
	}
	return m
}
