package moments

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/linalg"
	"simtool/internal/measures"
)

// A File holds the second moments of consecutive samples of a pair, as
// simtool moments writes them to .npz:
//
//	version    of this form, 2; the first had none
//	range      first sample, sample after the last
//	segments   sample of the whole recording at which each segment ends
//	block      samples that are added up on their own
//	bounds     sample at which each of S sums ends, counted from the first: those of
//	           measures.SumOrder, one for each segment that is all there
//	identical  1 if the two systems are the same to the bit
//	mean_x     S × p, mean_y S × q
//	max_x      S × p, max_y S × q: the largest magnitude of each feature
//	precision  2 × 3, of x and of y: data.Stored, digits and decimals of the source
//	xx         S × p × p, yy S × q × q, xy S × p × q: sums of products about the means
type File struct {
	path string
	p, q int
	*measures.Sums
}

// Arrays are the names of the arrays.
var Arrays = []string{"range", "segments", "block", "bounds", "identical", "mean_x", "mean_y", "max_x", "max_y", "precision", "xx", "yy", "xy"}

// The form of the file, and the array that says so.
const (
	version      = 2
	versionArray = "version"
)

// Encode writes the file.
func (f *File) Encode(w io.Writer) error {
	count := len(f.Nodes)
	var bounds, meanX, meanY, maxX, maxY, xx, yy, xy []float64
	for _, n := range f.Nodes {
		m := n.Moments
		bounds = append(bounds, float64(n.Last-f.First))
		meanX, meanY = append(meanX, m.MeanX...), append(meanY, m.MeanY...)
		maxX, maxY = append(maxX, m.MaxX...), append(maxY, m.MaxY...)
		xx, yy, xy = append(xx, m.XX.RawMatrix().Data...), append(yy, m.YY.RawMatrix().Data...), append(xy, m.XY.RawMatrix().Data...)
	}
	var segments []float64
	for _, b := range f.Order.Bounds {
		segments = append(segments, float64(b))
	}
	identical := 0.0
	if f.Identical {
		identical = 1
	}
	return dataio.EncodeNPZ(w, dataio.Float64, []dataio.NamedArray{
		{Name: versionArray, Values: []float64{version}, Shape: []int{1}},
		{Name: "range", Values: []float64{float64(f.First), float64(f.Last)}, Shape: []int{2}},
		{Name: "segments", Values: segments, Shape: []int{len(segments)}},
		{Name: "block", Values: []float64{float64(f.Order.Leaf)}, Shape: []int{1}},
		{Name: "bounds", Values: bounds, Shape: []int{count}},
		{Name: "identical", Values: []float64{identical}, Shape: []int{1}},
		{Name: "mean_x", Values: meanX, Shape: []int{count, f.p}},
		{Name: "mean_y", Values: meanY, Shape: []int{count, f.q}},
		{Name: "max_x", Values: maxX, Shape: []int{count, f.p}},
		{Name: "max_y", Values: maxY, Shape: []int{count, f.q}},
		{Name: "precision", Values: append(numbersOf(f.PrecisionX), numbersOf(f.PrecisionY)...), Shape: []int{2, 3}},
		{Name: "xx", Values: xx, Shape: []int{count, f.p, f.p}},
		{Name: "yy", Values: yy, Shape: []int{count, f.q, f.q}},
		{Name: "xy", Values: xy, Shape: []int{count, f.p, f.q}},
	})
}

// Read reads what Encode wrote and refuses anything else.
func Read(path string) (*File, error) {
	if suffix := filepath.Ext(path); suffix != Suffix {
		return nil, notMoments(path, fmt.Errorf("its suffix is %q", suffix))
	}
	if _, err := os.Stat(path); err != nil {
		return nil, batch.Unreadable(path, err)
	}
	for _, check := range []func(string) error{checkVersion, checkManifest} {
		if err := check(path); err != nil {
			return nil, err
		}
	}
	arrays := map[string]*data.Dataset{}
	for _, key := range Arrays {
		d, err := dataio.Read(path+":"+key, dataio.Options{})
		if in, ok := data.AsInputError(err); ok {
			return nil, notMoments(path, errors.New(in.Found))
		} else if err != nil {
			return nil, err
		}
		arrays[key] = d
	}
	count, p, q := arrays["bounds"].Samples(), arrays["mean_x"].Width(), arrays["mean_y"].Width()
	for key, size := range map[string]int{
		"range": 2, "block": 1, "identical": 1, "bounds": count, "mean_x": count * p, "mean_y": count * q,
		"max_x": count * p, "max_y": count * q, "precision": 6,
		"xx": count * p * p, "yy": count * q * q, "xy": count * p * q,
	} {
		if got := len(arrays[key].Values); got != size {
			return nil, notMoments(path, fmt.Errorf("array %q has %d values, want %d", key, got, size))
		}
	}
	if err := checkWhole(arrays, "range", "segments", "block", "bounds", "identical", "precision"); err != nil {
		return nil, notMoments(path, err)
	}
	sums, err := sumsIn(arrays, p, q)
	if err != nil {
		return nil, notMoments(path, err)
	}
	for i := range sums.Nodes {
		n := &sums.Nodes[i]
		n.Moments = &linalg.Moments{
			N: n.Last - n.First, MeanX: arrays["mean_x"].Values[i*p : (i+1)*p], MeanY: arrays["mean_y"].Values[i*q : (i+1)*q],
			MaxX: arrays["max_x"].Values[i*p : (i+1)*p], MaxY: arrays["max_y"].Values[i*q : (i+1)*q],
			XX: mat.NewDense(p, p, arrays["xx"].Values[i*p*p:(i+1)*p*p]),
			YY: mat.NewDense(q, q, arrays["yy"].Values[i*q*q:(i+1)*q*q]),
			XY: mat.NewDense(p, q, arrays["xy"].Values[i*p*q:(i+1)*p*q]),
		}
		if err := checkMoments(n.Moments, sums.Identical); err != nil {
			return nil, notMoments(path, err)
		}
	}
	of := arrays["precision"].Values
	sums.PrecisionX, sums.PrecisionY = precisionIn(of[:3]), precisionIn(of[3:])
	return &File{path: path, p: p, q: q, Sums: sums}, nil
}

// numbersOf is how a file holds a precision.
func numbersOf(p data.Precision) []float64 {
	return []float64{float64(p.Stored), float64(p.Digits), float64(p.Decimals)}
}

func precisionIn(v []float64) data.Precision {
	return data.Precision{Stored: data.Stored(v[0]), Digits: int(v[1]), Decimals: int(v[2])}
}

// sumsIn returns which samples are in which sums, but not yet these. It checks that
// they are what this version would have made of these samples.
func sumsIn(arrays map[string]*data.Dataset, p, q int) (*measures.Sums, error) {
	whole := func(key string) []int {
		var out []int
		for _, v := range arrays[key].Values {
			out = append(out, int(v))
		}
		return out
	}
	segments := whole("segments")
	for i, b := range segments {
		if b < 1 || i > 0 && b <= segments[i-1] {
			return nil, fmt.Errorf("segments that end at samples %v", segments)
		}
	}
	order := measures.NewSumOrder(p, q, segments)
	if leaf := whole("block")[0]; leaf != order.Leaf {
		return nil, fmt.Errorf("blocks of %d samples, want %d", leaf, order.Leaf)
	}
	first, last := whole("range")[0], whole("range")[1]
	if first < 0 || first >= last || last > order.Samples() {
		return nil, fmt.Errorf("samples %d to %d of %d", first, last-1, order.Samples())
	}
	sums := measures.NewSums(order, first, p, q)
	sums.Last, sums.Identical = last, arrays["identical"].Values[0] == 1
	ends := order.Ends(first, last)
	for i, b := range whole("bounds") {
		at := first
		if i > 0 {
			at = ends[i-1]
		}
		if i == len(ends) || first+b != ends[i] {
			return nil, fmt.Errorf("sums of samples %d to %d that end at %d, want %d", first, last-1, first+b, ends)
		}
		sums.Nodes = append(sums.Nodes, measures.Node{First: at, Last: ends[i]})
	}
	if len(sums.Nodes) < len(ends) {
		return nil, fmt.Errorf("%d sums of samples %d to %d, want %d", len(sums.Nodes), first, last-1, len(ends))
	}
	return sums, nil
}

// Suffix is that of files of moments.
const Suffix = ".npz"

func notMoments(path string, err error) error {
	return &data.InputError{
		Path: path, Found: "not a file of moments (" + err.Error() + ")",
		Wanted: "want what simtool moments writes, an .npz",
	}
}

// Join puts the pieces of a recording together. They may come in any
// order, but must be all of it.
func Join(files []*File) (*File, error) {
	first := files[0]
	for _, f := range files[1:] {
		switch {
		case f.p != first.p || f.q != first.q:
			return nil, &data.InputError{Path: f.path, Found: fmt.Sprintf("systems of %d and %d features", f.p, f.q), Wanted: fmt.Sprintf("but those of %s have %d and %d", first.path, first.p, first.q)}
		case f.Order.Samples() != first.Order.Samples():
			return nil, &data.InputError{Path: f.path, Found: fmt.Sprintf("a piece of %d samples", f.Order.Samples()), Wanted: fmt.Sprintf("but %s is of %d", first.path, first.Order.Samples())}
		case !slices.Equal(f.Order.Bounds, first.Order.Bounds):
			return nil, &data.InputError{Path: f.path, Found: "moments for other folds than " + first.path + " has", Wanted: "want the same --cv for all pieces"}
		}
	}
	whole := &File{path: first.path, p: first.p, q: first.q, Sums: measures.NewSums(first.Order, 0, first.p, first.q)}
	for !whole.Complete() {
		next, err := pieceAt(files, whole.Last)
		if err != nil {
			return nil, err
		}
		whole.Append(next.Sums)
	}
	return whole, nil
}

// pieceAt returns the one piece that begins at a sample.
func pieceAt(files []*File, at int) (*File, error) {
	var found *File
	for _, f := range files {
		switch {
		case f.First == at && found != nil:
			return nil, &data.InputError{Path: f.path, Found: fmt.Sprintf("samples from %d on", at), Wanted: "but so has " + found.path}
		case f.First == at:
			found = f
		case f.First < at && f.Last > at:
			return nil, &data.InputError{Path: f.path, Found: fmt.Sprintf("samples %d to %d", f.First, f.Last-1), Wanted: fmt.Sprintf("but the pieces before end at %d", at)}
		}
	}
	if found == nil {
		return nil, &data.InputError{Path: files[0].path, Found: fmt.Sprintf("no piece that begins at sample %d of %d", at, files[0].Order.Samples()), Wanted: "want all pieces of the recording"}
	}
	return found, nil
}
