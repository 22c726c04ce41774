package mlem

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// FeatureOptions says how the columns of a table become feature distances. The type
// of a column in the table makes it numeric or categorical.
type FeatureOptions struct {
	Missing  Missing             // default MissingSame
	Circular map[string]float64  // circular numeric columns, and their period
	Ordinal  map[string][]string // columns of ordered levels: the order of categories; nil for numbers
	Drop     []string            // columns to leave out
}

// Features are the theoretical features of n stimuli, ready to be compared.
type Features struct {
	n         int
	encodings []Encoding
	columns   []column
	missing   Missing
	markers   []string // cells of the table that count as missing
	signed    bool     // compared by coordinates; see Metric
	stored    data.Precision
}

// column holds the values of one feature.
type column struct {
	kind    Kind
	values  []float64  // one for each stimulus, NaN where missing
	matrix  *mat.Dense // Precomputed: the distances of all original stimuli
	index   []int32    // Precomputed: the row of each stimulus in matrix
	missing float64    // the distance where a value is missing
}

// minStimuli is the smallest number of stimuli to which a metric can be fitted.
const minStimuli = 4

// NewFeatures encodes a table of stimulus features, with the smallest and
// largest value of every numeric column as its range. A column without values or
// with a single one cannot explain any distance. Nor can a category for each
// stimulus, because all pairs then differ alike. Such a column is left out and named
// in a warning. Errors are *data.InputError.
func NewFeatures(table *data.Table, o FeatureOptions) (*Features, []string, error) {
	if err := o.check(table); err != nil {
		return nil, nil, err
	}
	var warnings []string
	f := &Features{n: table.Rows(), missing: o.Missing, markers: table.Markers}
	for _, c := range table.Columns {
		if slices.Contains(o.Drop, c.Name) {
			continue
		}
		if c.Missing() == c.Len() {
			warnings = append(warnings, fmt.Sprintf("feature %q has no values: left out", c.Name))
			continue
		}
		e, err := learn(c, o)
		if err != nil {
			return nil, nil, withPath(err, table.Source.Path)
		}
		if isConstant(c) {
			warnings = append(warnings, fmt.Sprintf("feature %q has the same value for every stimulus: left out", c.Name))
			continue
		}
		if e.Kind == Categorical && table.Rows() >= minStimuli && allDiffer(c) {
			warnings = append(warnings, fmt.Sprintf("feature %q has another category for every stimulus, as a name has: left out", c.Name))
			continue
		}
		if e.Kind == Numeric && countsRows(c) {
			warnings = append(warnings, fmt.Sprintf("feature %q counts the rows of the table, %g, %g, …: leave it out (--drop) unless their order is meant", e.Name, c.Values[0], c.Values[1]))
		}
		values, _, err := e.apply(c)
		if err != nil {
			return nil, nil, withPath(err, table.Source.Path)
		}
		if note := o.Missing.note(c); note != "" {
			warnings = append(warnings, note+namesakes(c))
		}
		f.encodings = append(f.encodings, e)
		f.columns = append(f.columns, column{kind: e.Kind, values: values, missing: o.Missing.policy().distance})
	}
	if len(f.columns) == 0 {
		return nil, nil, &data.InputError{Path: table.Source.Path, Found: "no feature that varies over stimuli", Wanted: "want at least one"}
	}
	return f, warnings, nil
}

// countsRows reports whether the numbers of a column are whole and each is one more than the
// last, as those of an index are.
func countsRows(c *data.Column) bool {
	if c.Len() < minStimuli || c.Values[0] != math.Trunc(c.Values[0]) {
		return false
	}
	for i, v := range c.Values {
		if v != c.Values[0]+float64(i) {
			return false
		}
	}
	return true
}

// allDiffer reports whether no two stimuli share a category.
func allDiffer(c *data.Column) bool {
	seen := make([]bool, len(c.Levels))
	for i, code := range c.Codes {
		if c.IsMissing(i) || seen[code] {
			return false
		}
		seen[code] = true
	}
	return true
}

// ApplyEncodings encodes the features of other stimuli with the encodings of a model.
// Every encoded feature must be a column of the table; other columns are ignored.
// Categories that are new to the model differ from all others. A warning reports
// them, and numbers outside the range of the model.
func ApplyEncodings(table *data.Table, encodings []Encoding, missing Missing) (*Features, []string, error) {
	if table.Rows() == 0 {
		return nil, nil, &data.InputError{Path: table.Source.Path, Found: "a table without stimuli", Wanted: "want one row for each"}
	}
	var warnings []string
	f := &Features{n: table.Rows(), missing: missing, encodings: encodings}
	for i := range encodings {
		e := &encodings[i]
		if e.Kind == Precomputed {
			return nil, nil, &data.InputError{Found: fmt.Sprintf("a model with the feature %q of given distances, which other stimuli do not have", e.Name), Wanted: "want a model of columns of a table"}
		}
		c, err := table.Column(e.Name)
		if err != nil {
			return nil, nil, err
		}
		values, unseen, err := e.apply(c)
		if err != nil {
			return nil, nil, withPath(err, table.Source.Path)
		}
		if note := missing.note(c); note != "" {
			warnings = append(warnings, note)
		}
		if unseen > 0 {
			warnings = append(warnings, e.unseenNote(c, unseen))
		}
		if note := e.rangeNote(values); note != "" {
			warnings = append(warnings, note)
		}
		f.columns = append(f.columns, column{kind: e.Kind, values: values, missing: missing.policy().distance})
	}
	return f, warnings, nil
}

// unseenNote names levels of a column that are new to the encoding.
func (e *Encoding) unseenNote(c *data.Column, unseen int) string {
	const most = 3
	var words []string
	for _, name := range c.Levels {
		if !slices.Contains(e.Levels, name) && len(words) < most {
			words = append(words, fmt.Sprintf("%q", name))
		}
	}
	if unseen > len(words) {
		words = append(words, fmt.Sprintf("%d more", unseen-len(words)))
	}
	note := fmt.Sprintf("feature %q has levels that are new to the model, %s: they differ from all others", e.Name, strings.Join(words, ", "))
	if unseen == len(c.Levels) {
		note += "; it has none of the model's"
	}
	return note
}

// rangeNote says what range the scaled values of a number have beside that of the encoding,
// "" where they are in it.
func (e *Encoding) rangeNote(values []float64) string {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if v == v {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	if e.Kind != Numeric || lo >= 0 && hi <= 1 {
		return ""
	}
	at := func(v float64) float64 { return e.Lo + v*(e.Hi-e.Lo) }
	note := fmt.Sprintf("feature %q is %.4g to %.4g, beyond the %.4g to %.4g of the model", e.Name, at(lo), at(hi), e.Lo, e.Hi)
	const far = 2 // ranges of the model
	if lo < -far || hi > 1+far {
		note += ": is it in other units?"
	}
	return note
}

// Apply is ApplyEncodings with the encodings and the policy of features that were learned.
func (f *Features) Apply(table *data.Table) (*Features, []string, error) {
	out, warnings, err := ApplyEncodings(table, f.encodings, f.missing)
	if out != nil {
		out.markers = f.markers
	}
	return out, warnings, err
}

// NewFeatureDistances makes features of given distance matrices, n×n, with distinct
// names. A matrix must be symmetric, finite and nonnegative, with a zero diagonal.
// Such features have no encoding for other stimuli. The matrices are kept, not
// copied.
func NewFeatureDistances(names []string, matrices []*mat.Dense) (*Features, error) {
	if len(names) != len(matrices) || len(names) == 0 {
		return nil, &data.InputError{Found: fmt.Sprintf("%d feature distance matrices with %d names", len(matrices), len(names)), Wanted: "want one name each"}
	}
	n, _ := matrices[0].Dims()
	f := &Features{n: n, missing: MissingSame}
	for k, m := range matrices {
		if rows, _ := m.Dims(); rows != n {
			return nil, &data.InputError{Found: fmt.Sprintf("feature %q: distances of %d stimuli", names[k], rows), Wanted: fmt.Sprintf("want %d as in %q", n, names[0])}
		}
		err := checkDistances(m, false)
		if bound := maxAbs(m); err == nil && bound > 0 {
			err = checkSquares(bound * bound)
		}
		if err != nil {
			return nil, withPath(err, names[k])
		}
		if slices.Contains(names[:k], names[k]) {
			return nil, &data.InputError{Found: fmt.Sprintf("feature %q twice", names[k]), Wanted: "want distinct names"}
		}
		f.encodings = append(f.encodings, Encoding{Name: names[k], Kind: Precomputed})
		f.columns = append(f.columns, column{kind: Precomputed, matrix: m, index: sequence(n)})
	}
	return f, nil
}

// SetPrecision says how the matrices of NewFeatureDistances were stored, the least precise
// of them: equal distances differ by as much, and so do predictions.
func (f *Features) SetPrecision(p data.Precision) { f.stored = p }

// ties returns the relative difference of predictions that are equal but for rounding.
// They are combinations of squared distances.
func (f *Features) ties() float64 {
	const squared = 2
	return max(linalg.RoundingOfRanks, squared*tiesOfGiven(f.stored))
}

// Stimuli returns the number of stimuli.
func (f *Features) Stimuli() int { return f.n }

// Names returns the names of the features.
func (f *Features) Names() []string {
	names := make([]string, len(f.encodings))
	for k, e := range f.encodings {
		names[k] = e.Name
	}
	return names
}

// subset returns the features of the stimuli in index, in that order.
func (f *Features) subset(index []int) *Features {
	s := &Features{n: len(index), encodings: f.encodings, missing: f.missing, markers: f.markers, signed: f.signed, stored: f.stored}
	for _, c := range f.columns {
		s.columns = append(s.columns, c.pick(index))
	}
	return s
}

// pick returns the column with stimulus index[i] in place i: a subset, or a
// permutation.
func (c column) pick(index []int) column {
	if c.kind == Precomputed {
		rows := make([]int32, len(index))
		for i, at := range index {
			rows[i] = c.index[at]
		}
		c.index = rows
		return c
	}
	values := make([]float64, len(index))
	for i, at := range index {
		values[i] = c.values[at]
	}
	c.values = values
	return c
}

// distances writes the distance of pair p, stimuli first[p] and second[p], into
// dst[p·stride].
func (c *column) distances(dst []float64, stride int, first, second []int32) {
	v := c.values
	switch c.kind {
	case Precomputed:
		for p, i := range first {
			dst[p*stride] = c.matrix.At(int(c.index[i]), int(c.index[second[p]]))
		}
	case Categorical:
		for p, i := range first {
			a, b := v[i], v[second[p]]
			d := 0.0
			if a != b {
				d = 1
				if a != a || b != b {
					d = c.missing
				}
			}
			dst[p*stride] = d
		}
	case difference:
		for p, i := range first {
			d := v[i] - v[second[p]]
			if d != d {
				d = c.missing
			}
			dst[p*stride] = d
		}
	default:
		for p, i := range first {
			d := math.Abs(v[i] - v[second[p]])
			if c.kind == Circular {
				d = 2 * min(d, 1-d)
			}
			if d != d {
				d = c.missing
			}
			dst[p*stride] = d
		}
	}
}

func isConstant(c *data.Column) bool {
	first := -1
	for i := range c.Len() {
		switch {
		case c.IsMissing(i):
		case first < 0:
			first = i
		case c.Kind == data.Numeric && c.Values[i] != c.Values[first]:
			return false
		case c.Kind == data.Categorical && c.Codes[i] != c.Codes[first]:
			return false
		}
	}
	return true
}

// check refuses options that name unknown columns or unknown policies.
func (o *FeatureOptions) check(t *data.Table) error {
	if err := o.Missing.check(); err != nil {
		return err
	}
	names := slices.Clone(o.Drop)
	for name := range o.Circular {
		names = append(names, name)
	}
	for name := range o.Ordinal {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if _, err := t.Column(name); err != nil {
			return err
		}
	}
	return nil
}

// withPath adds the path to an input error that has none.
func withPath(err error, path string) error {
	if in, ok := data.AsInputError(err); ok && in.Path == "" {
		in.Path = path
	}
	return err
}
