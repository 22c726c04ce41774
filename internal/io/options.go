package dataio

import (
	"io"

	"simtool/internal/data"
)

// HeaderMode says whether the first line of a text file names the columns.
type HeaderMode int

// The header modes.
const (
	// HeaderAuto takes the first line for a header when it holds text and not
	// a single number. The one doubtful case, a first line that counts 0, 1, 2,
	// … like the default column names of pandas, is refused with the advice to
	// say which it is. Feature tables need names: there a first line that is
	// not a header is refused.
	HeaderAuto HeaderMode = iota
	HeaderYes
	HeaderNo
)

// MissingPolicy says what happens to values that are not finite numbers: NaN,
// missing cells of text files (see DefaultMarkers), infinities.
type MissingPolicy int

// The missing-value policies.
const (
	// MissingRefuse refuses the file and names the first such value.
	MissingRefuse MissingPolicy = iota
	// MissingKeep hands them on, missing cells as NaN. It is for callers that
	// apply a data.Policy afterwards: datasets that are compared have to lose the
	// same samples, so that step needs all of them at once and cannot be taken
	// here.
	MissingKeep
)

// DefaultMarkers are the cells of text files that stand for a missing value,
// besides the empty cell.
var DefaultMarkers = []string{"NA", "NaN", "nan", "null", "None", "n/a"}

// Options says how to read an input. The zero value reads everything, in the
// documented default layout, and refuses what is missing.
type Options struct {
	// Stdin is what the path "-" reads; nil refuses "-".
	Stdin io.Reader
	// Hash asks for Source.SHA256.
	Hash bool

	// Axes is the order of the axes of 3-d arrays in the file, a permutation of
	// "tcn" (time, condition, neuron); "" is "tcn".
	Axes string
	// Missing applies to datasets; feature tables keep missing cells.
	Missing MissingPolicy

	// Columns are the columns of a text file to read, in this order; nil reads
	// all. Each is a name or a range of positions counted from 1: "4", "2-5",
	// "3-" (to the last). A name wins over a position. An array is
	// refused where columns are chosen: it has none.
	Columns []string
	// IDs names the samples: a column of a text file, by name or position, or a file
	// with one name a line. "" takes the names that the file has of itself; see
	// data.Dataset.Names.
	IDs string
	// Bare says that the command has no flags for columns, names and headers, which
	// messages else name as a remedy.
	Bare bool
	// Header and Markers apply to text files. Markers are the cells that count
	// as missing besides the empty one; nil is DefaultMarkers, and an empty list
	// leaves the empty cell alone. In a feature table a marker may be a number.
	Header  HeaderMode
	Markers []string
	// Kinds settles the kind of feature columns instead of what is inferred.
	Kinds map[string]data.Kind
}
