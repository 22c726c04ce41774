package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/linalg"
	"simtool/internal/measures"
)

// A momentsFile holds the second moments of consecutive samples of a pair, as
// simtool moments writes them to .npz:
//
//	range      first sample, sample after the last, samples of the whole recording
//	bounds     sample at which each of S segments ends, counted from the first
//	identical  1 if the two systems are the same to the bit
//	mean_x     S × p, mean_y S × q
//	xx         S × p × p, yy S × q × q, xy S × p × q: sums of products about the means
type momentsFile struct {
	path               string
	first, last, total int
	segments           *measures.Segments
}

// encode writes the file.
func (f *momentsFile) encode(w io.Writer) error {
	p, q := f.segments.Moments[0].XY.Dims()
	count := len(f.segments.Moments)
	bounds := make([]float64, count)
	var meanX, meanY, xx, yy, xy []float64
	for i, m := range f.segments.Moments {
		bounds[i] = float64(f.segments.Bounds[i])
		meanX, meanY = append(meanX, m.MeanX...), append(meanY, m.MeanY...)
		xx, yy, xy = append(xx, m.XX.RawMatrix().Data...), append(yy, m.YY.RawMatrix().Data...), append(xy, m.XY.RawMatrix().Data...)
	}
	identical := 0.0
	if f.segments.Identical {
		identical = 1
	}
	return dataio.EncodeNPZ(w, dataio.Float64, []dataio.NamedArray{
		{Name: "range", Values: []float64{float64(f.first), float64(f.last), float64(f.total)}, Shape: []int{3}},
		{Name: "bounds", Values: bounds, Shape: []int{count}},
		{Name: "identical", Values: []float64{identical}, Shape: []int{1}},
		{Name: "mean_x", Values: meanX, Shape: []int{count, p}},
		{Name: "mean_y", Values: meanY, Shape: []int{count, q}},
		{Name: "xx", Values: xx, Shape: []int{count, p, p}},
		{Name: "yy", Values: yy, Shape: []int{count, q, q}},
		{Name: "xy", Values: xy, Shape: []int{count, p, q}},
	})
}

// readMoments reads what encode wrote and refuses anything else.
func readMoments(path string) (*momentsFile, error) {
	if suffix := filepath.Ext(path); suffix != ".npz" {
		return nil, notMoments(path, fmt.Errorf("its suffix is %q", suffix))
	}
	if _, err := os.Stat(path); err != nil {
		return nil, unreadable(path, err)
	}
	arrays := map[string]*data.Dataset{}
	for _, key := range []string{"range", "bounds", "identical", "mean_x", "mean_y", "xx", "yy", "xy"} {
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
		"range": 3, "identical": 1, "bounds": count, "mean_x": count * p, "mean_y": count * q,
		"xx": count * p * p, "yy": count * q * q, "xy": count * p * q,
	} {
		if got := len(arrays[key].Values); got != size {
			return nil, notMoments(path, fmt.Errorf("array %q has %d values, want %d", key, got, size))
		}
	}
	f := &momentsFile{path: path, segments: &measures.Segments{Identical: arrays["identical"].Values[0] == 1}}
	r := arrays["range"].Values
	f.first, f.last, f.total = int(r[0]), int(r[1]), int(r[2])
	at := 0
	for i, b := range arrays["bounds"].Values {
		m := &linalg.Moments{
			N: int(b) - at, MeanX: arrays["mean_x"].Values[i*p : (i+1)*p], MeanY: arrays["mean_y"].Values[i*q : (i+1)*q],
			XX: mat.NewDense(p, p, arrays["xx"].Values[i*p*p:(i+1)*p*p]),
			YY: mat.NewDense(q, q, arrays["yy"].Values[i*q*q:(i+1)*q*q]),
			XY: mat.NewDense(p, q, arrays["xy"].Values[i*p*q:(i+1)*p*q]),
		}
		at = int(b)
		if m.N < 1 {
			return nil, notMoments(path, fmt.Errorf("segment %d has %d samples", i, m.N))
		}
		f.segments.Bounds = append(f.segments.Bounds, at)
		f.segments.Moments = append(f.segments.Moments, m)
	}
	if f.first < 0 || f.last != f.first+at || f.total < f.last {
		return nil, notMoments(path, fmt.Errorf("%d samples are said to be %d to %d of %d", at, f.first, f.last, f.total))
	}
	return f, nil
}

func notMoments(path string, err error) error {
	return &data.InputError{
		Path: path, Found: "not a file of moments (" + err.Error() + ")",
		Wanted: "want what simtool moments writes, an .npz",
	}
}

// joinMoments puts the pieces of a recording together. They may come in any
// order, but must be all of it.
func joinMoments(files []*momentsFile) (*measures.Segments, error) {
	whole := &measures.Segments{}
	at := 0
	for at < files[0].total {
		next, err := pieceAt(files, at)
		if err != nil {
			return nil, err
		}
		if next.total != files[0].total {
			return nil, &data.InputError{Path: next.path, Found: fmt.Sprintf("a piece of %d samples", next.total), Wanted: fmt.Sprintf("but %s is of %d", files[0].path, files[0].total)}
		}
		whole.Append(next.segments)
		at = next.last
	}
	return whole, nil
}

// pieceAt returns the one piece that begins at a sample.
func pieceAt(files []*momentsFile, at int) (*momentsFile, error) {
	var found *momentsFile
	for _, f := range files {
		switch {
		case f.first == at && found != nil:
			return nil, &data.InputError{Path: f.path, Found: fmt.Sprintf("samples from %d on", at), Wanted: "but so has " + found.path}
		case f.first == at:
			found = f
		case f.first < at && f.last > at:
			return nil, &data.InputError{Path: f.path, Found: fmt.Sprintf("samples %d to %d", f.first, f.last-1), Wanted: fmt.Sprintf("but the pieces before end at %d", at)}
		}
	}
	if found == nil {
		return nil, &data.InputError{Path: files[0].path, Found: fmt.Sprintf("no piece that begins at sample %d of %d", at, files[0].total), Wanted: "want all pieces of the recording"}
	}
	return found, nil
}
