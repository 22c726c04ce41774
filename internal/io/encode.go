package dataio

import "io"

// holdsOne and holdsSeveral tell formats in which arrays are written by what a
// file holds: one array, or several under their keys.
func holdsOne(f *inputFormat) bool     { return f.write != nil && f.keys == nil }
func holdsSeveral(f *inputFormat) bool { return f.write != nil && f.keys != nil }

// ArraySuffixes lists the suffixes of formats in which EncodeArray writes.
func ArraySuffixes() []string { return suffixesOf(holdsOne) }

// ArchiveSuffixes lists the suffixes of formats in which EncodeArchive writes.
func ArchiveSuffixes() []string { return suffixesOf(holdsSeveral) }

// EncodeArray writes values, row-major in the given shape, to w in the format
// that the name of the file stands for, .npy where it stands for none that holds
// one array. It panics unless the shape has len(values) elements.
func EncodeArray(w io.Writer, path string, p Precision, values []float64, shape ...int) error {
	f := formatOf(path)
	if f == nil || !holdsOne(f) {
		f = &npyFormat
	}
	return f.write(w, p, []NamedArray{{Values: values, Shape: shape}})
}

// EncodeArchive writes arrays under their names to w in the format that the name
// of the file stands for, .npz where it stands for none that holds several. It
// panics on an empty or repeated name.
func EncodeArchive(w io.Writer, path string, p Precision, arrays []NamedArray) error {
	f := formatOf(path)
	if f == nil || !holdsSeveral(f) {
		f = &npzFormat
	}
	return f.write(w, p, arrays)
}
