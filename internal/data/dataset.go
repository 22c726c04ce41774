package data

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// Source describes the origin of a dataset, to name it in a message and to recognise
// it in a manifest.
type Source struct {
	Path   string `json:"path"`             // as the user named it; "-" for standard input
	Format string `json:"format"`           // npy, npz, csv, tsv
	DType  string `json:"dtype"`            // element type in the file, e.g. "float32"
	Shape  []int  `json:"shape"`            // shape in the file, before --axes
	Bytes  int64  `json:"bytes"`            // size of the file as stored
	SHA256 string `json:"sha256,omitempty"` // of the bytes as stored, in hex
	Names  string `json:"names,omitempty"`  // where the names of its samples stand, such as a column; "" where it has none

	// LeftOut is what a policy for missing values left out, in a manifest.
	LeftOut []LeftOut `json:"left_out,omitempty"`
}

// Dataset is a block of responses in row-major float64 order.
//
// A 2-d dataset has Shape {samples, features}. A 3-d dataset has Shape {T, C,
// N} for time × condition × neuron, neuron fastest: element (t,c,k) is
// Values[(t*C+c)*N+k]. Measures see it as (T·C) × N samples × features.
type Dataset struct {
	Values    []float64
	Shape     []int     // 2 or 3 positive dimensions whose product is len(Values)
	Features  []string  // names of the last axis; nil when the file gives none
	Names     []string  // names of the samples, of the conditions of 3-d data; nil when the file gives none
	Precision Precision // of the numbers in the source
	Source    Source
	LeftOut   []LeftOut // the parts of the source that were left out, in that order

	// ConditionOf holds the condition of each sample of 2-d data that were 3-d and
	// lost some samples, so that whole conditions can still be held out; nil
	// otherwise.
	ConditionOf []int
}

// An Axis names the quantity that varies along one dimension of a dataset.
type Axis string

// The axes.
const (
	SampleAxis    Axis = "sample"
	FeatureAxis   Axis = "feature"
	TimeAxis      Axis = "time"
	ConditionAxis Axis = "condition"
	NeuronAxis    Axis = "neuron"
)

// Axes returns the axes of the dimensions of Shape.
func (d *Dataset) Axes() []Axis {
	if d.Is3D() {
		return []Axis{TimeAxis, ConditionAxis, NeuronAxis}
	}
	return []Axis{SampleAxis, FeatureAxis}
}

// New returns a dataset over values, which it does not copy. A 1-d shape {n}
// becomes n samples of one feature. It fails when the shape has no or more
// than three dimensions, when one of them is not positive, or when the product
// differs from len(values).
func New(values []float64, shape ...int) (*Dataset, error) {
	if len(shape) < 1 || len(shape) > 3 {
		return nil, &InputError{
			Found:  fmt.Sprintf("%d-dimensional array", len(shape)),
			Wanted: "want 2 (samples × features) or 3 (time × condition × neuron) dimensions",
		}
	}
	size := 1
	for _, d := range shape {
		if d <= 0 {
			return nil, &InputError{Found: "empty array of shape " + ShapeString(shape), Wanted: "want at least one element"}
		}
		if d > len(values) || size > len(values) {
			size = -1
			break
		}
		size *= d
	}
	if size != len(values) {
		return nil, &InputError{Found: fmt.Sprintf("%d values", len(values)), Wanted: "want as many as shape " + ShapeString(shape) + " holds"}
	}
	if len(shape) == 1 {
		shape = []int{shape[0], 1}
	}
	return &Dataset{Values: values, Shape: append([]int(nil), shape...)}, nil
}

// Origin returns the source with what was left out of it, for a manifest.
func (d *Dataset) Origin() Source {
	s := d.Source
	s.LeftOut = d.LeftOut
	return s
}

// Samples returns the number of rows that measures see: T·C of a 3-d dataset.
func (d *Dataset) Samples() int {
	n := 1
	for _, s := range d.Shape[:len(d.Shape)-1] {
		n *= s
	}
	return n
}

// Width returns the number of features (neurons), the length of the last axis.
func (d *Dataset) Width() int { return d.Shape[len(d.Shape)-1] }

// Is3D reports whether the dataset has a time and a condition axis.
func (d *Dataset) Is3D() bool { return len(d.Shape) == 3 }

// Matrix returns the samples × features view of the values. It shares memory
// with the dataset.
func (d *Dataset) Matrix() *mat.Dense {
	return mat.NewDense(d.Samples(), d.Width(), d.Values)
}

// Time returns time bin t of a 3-d dataset as a conditions × neurons dataset
// that shares its memory. It panics if the dataset is not 3-d or t is out of
// range.
func (d *Dataset) Time(t int) *Dataset {
	d.must3D()
	c, n := d.Shape[1], d.Shape[2]
	bin := d.derived(d.Values[t*c*n:(t+1)*c*n], c, n)
	bin.Names = d.Names
	return bin
}

// Condition returns condition c of a 3-d dataset as a time × neurons dataset,
// copied because its rows are not contiguous. It panics if the dataset is not
// 3-d or c is out of range.
func (d *Dataset) Condition(c int) *Dataset {
	d.must3D()
	nt, nc, n := d.Shape[0], d.Shape[1], d.Shape[2]
	if c < 0 || c >= nc {
		panic("data: condition out of range")
	}
	values := make([]float64, 0, nt*n)
	for t := range nt {
		at := (t*nc + c) * n
		values = append(values, d.Values[at:at+n]...)
	}
	return d.derived(values, nt, n)
}

// Pooled returns the dataset as samples × features, without times and conditions. It
// shares the memory. With several times it drops the names, which are those of
// conditions.
func (d *Dataset) Pooled() *Dataset {
	if !d.Is3D() {
		return d
	}
	out := d.derived(d.Values, d.Samples(), d.Width())
	if d.Shape[0] == 1 {
		out.Names = d.Names
	}
	return out
}

// Select returns a copy of some samples of a 2-d dataset, in the order of their
// numbers. It panics if the dataset is 3-d or a number is out of range.
func (d *Dataset) Select(rows []int) *Dataset {
	if d.Is3D() {
		panic("data: samples of a dataset with times and conditions")
	}
	return d.selected(rows)
}

// SelectConditions returns a copy of some conditions of a 3-d dataset, at all
// times, in the order of their numbers. It panics if the dataset is not 3-d or a
// number is out of range.
func (d *Dataset) SelectConditions(conditions []int) *Dataset {
	d.must3D()
	return d.selected(conditions)
}

// selected copies rows along the axis before the last.
func (d *Dataset) selected(rows []int) *Dataset {
	of, width := d.Shape[len(d.Shape)-2], d.Width()
	values := make([]float64, 0, len(d.Values)/of*len(rows))
	for first := 0; first < len(d.Values); first += of * width {
		block := d.Values[first : first+of*width]
		for _, i := range rows {
			values = append(values, block[i*width:(i+1)*width]...)
		}
	}
	shape := append([]int(nil), d.Shape...)
	shape[len(shape)-2] = len(rows)
	out := d.derived(values, shape...)
	if d.Names != nil {
		out.Names = pick(d.Names, rows)
	}
	if d.ConditionOf != nil {
		out.ConditionOf = pick(d.ConditionOf, rows)
	}
	return out
}

// selectTimes returns a copy of some time bins of a 3-d dataset, in the order of their
// numbers.
func (d *Dataset) selectTimes(times []int) *Dataset {
	d.must3D()
	bin := d.Shape[1] * d.Shape[2]
	values := make([]float64, 0, bin*len(times))
	for _, t := range times {
		values = append(values, d.Values[t*bin:(t+1)*bin]...)
	}
	out := d.derived(values, len(times), d.Shape[1], d.Shape[2])
	out.Names = d.Names
	return out
}

// SelectFeatures returns a copy of the dataset with some of its features, in the order
// of their numbers. It panics if a number is out of range.
func (d *Dataset) SelectFeatures(features []int) *Dataset {
	width := d.Width()
	values := make([]float64, 0, len(d.Values)/width*len(features))
	for row := 0; row < len(d.Values); row += width {
		for _, k := range features {
			values = append(values, d.Values[row+k])
		}
	}
	shape := append([]int(nil), d.Shape...)
	shape[len(shape)-1] = len(features)
	out := d.derived(values, shape...)
	out.Names, out.ConditionOf = d.Names, d.ConditionOf
	if d.Features != nil {
		out.Features = pick(d.Features, features)
	}
	return out
}

// withoutValues returns the numbers of the features without any value, in increasing
// order.
func (d *Dataset) withoutValues() []int {
	width := d.Width()
	empty := make([]bool, width)
	left := width
	for k := range empty {
		empty[k] = true
	}
	for i, v := range d.Values {
		if k := i % width; empty[k] && !math.IsNaN(v) {
			empty[k] = false
			if left--; left == 0 {
				return nil
			}
		}
	}
	var out []int
	for k, is := range empty {
		if is {
			out = append(out, k)
		}
	}
	return out
}

// featureName names a feature in a message.
func (d *Dataset) featureName(k int) string {
	if k < len(d.Features) && d.Features[k] != "" {
		return fmt.Sprintf("feature %q", d.Features[k])
	}
	return fmt.Sprintf("feature %d", k)
}

// derived returns a dataset of the same source and features.
func (d *Dataset) derived(values []float64, shape ...int) *Dataset {
	return &Dataset{Values: values, Shape: shape, Features: d.Features, Precision: d.Precision, Source: d.Source, LeftOut: d.LeftOut}
}

func (d *Dataset) must3D() {
	if !d.Is3D() {
		panic("data: dataset has no time and condition axes")
	}
}

// CheckFinite refuses NaN and infinite values. The error names the first one and
// their number.
func (d *Dataset) CheckFinite() error {
	if allFinite(d.Values) {
		return nil
	}
	bad, first := 0, -1
	for i, v := range d.Values {
		// v-v is 0 for every finite v and NaN for every other.
		if v-v != 0 {
			if bad == 0 {
				first = i
			}
			bad++
		}
	}
	if bad == 0 {
		return nil
	}
	kind, hint := "NaN", "drop or fill those samples first, or use --missing drop to leave out samples with missing values"
	// The features of an RDM are its samples, and go with them.
	rdm := d.isRDM()
	switch empty := d.withoutValues(); {
	case rdm && math.IsNaN(d.Values[0]) && d.noneComplete():
		hint = "set the diagonal to 0: numpy.fill_diagonal(x, 0)"
	case rdm:
	case len(empty) > 0:
		hint = fmt.Sprintf("%s has no value at all: --missing %s leaves such features out", d.featureName(empty[0]), DropMissingFeatures.Name)
	case d.noneComplete():
		hint = "fill them in first: no sample is complete"
	}
	if math.IsInf(d.Values[first], 0) {
		kind, hint = "infinite value", "find out what made it: an overflow or a division by zero"
	}
	return &InputError{
		Path:   d.Source.Path,
		Found:  fmt.Sprintf("%s at %s (%d of %d values are not finite)", kind, d.position(first), bad, len(d.Values)),
		Wanted: "want finite numbers",
		Hint:   hint,
	}
}

// noneComplete reports whether every sample misses a value.
func (d *Dataset) noneComplete() bool {
	width := d.Width()
	for i := 0; i < len(d.Values); i += width {
		if !slices.ContainsFunc(d.Values[i:i+width], math.IsNaN) {
			return false
		}
	}
	return true
}

// position names element i by its indices, counted from 0.
func (d *Dataset) position(i int) string {
	index := make([]string, len(d.Shape))
	for k := len(d.Shape) - 1; k >= 0; k-- {
		index[k] = fmt.Sprint(i % d.Shape[k])
		i /= d.Shape[k]
	}
	return "[" + strings.Join(index, ",") + "]"
}

// ShapeString renders a shape as "600 × 100".
func ShapeString(shape []int) string {
	parts := make([]string, len(shape))
	for i, s := range shape {
		parts[i] = fmt.Sprint(s)
	}
	return strings.Join(parts, " × ")
}

// allFinite reports whether no value is NaN or infinite: v−v is 0 of every finite v and NaN
// of every other. Four sums do not wait for each other.
func allFinite(values []float64) bool {
	var a, b, c, d float64
	for ; len(values) >= 4; values = values[4:] {
		a += values[0] - values[0]
		b += values[1] - values[1]
		c += values[2] - values[2]
		d += values[3] - values[3]
	}
	for _, v := range values {
		a += v - v
	}
	return a+b+c+d == 0
}
