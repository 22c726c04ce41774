package dataio

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"simtool/internal/data"
)

// inputFormat is all that is known of one format of recordings: how a file of it
// is recognised, and the doors through which it is read and written. A format is
// one file that declares its record, and one line of inputFormats.
//
// A door that is nil is shut: the package then says so in the words of the
// others. Gzip, standard input, checksums, the names of files in errors, missing
// values and the checks of shapes lie outside of all doors: a door sees the
// content alone.
type inputFormat struct {
	name     string   // in messages and manifests
	title    string   // what a file of it is, for readers of other formats, such as "a NumPy array"
	suffixes []string // lower case; the first is the one that is named to people

	// magic begins every file of the format; "" for text, which sniff recognises
	// where the suffix says nothing.
	magic string
	sniff func(head []byte) bool

	// read is the door for a recording as a whole and, in a format with keys, for
	// the array that in.key names: see input.member.
	read func(in *input, o Options) (*array, error)
	// keys lists the arrays of a file, which "file:key" then names. It is nil in
	// formats whose files hold one array.
	keys func(in *input) ([]string, error)
	// rows is the door for samples in blocks, in little memory. It is nil where
	// that cannot be done.
	rows func(in *input, o Options) (*rowBody, error)
	// columns is the door for a table of features. It is nil in formats of bare
	// arrays: their columns are f1, f2, …, and none can be chosen by name.
	columns func(in *input, o Options) (*cellTable, error)

	// write is the way out, of one array unless there are keys. It is nil in
	// formats that are only read.
	write func(w io.Writer, p Precision, arrays []NamedArray) error
}

// inputFormats lists every format of recordings, in the order in which messages
// name them. Content without a known suffix is tried in this order, so the most
// particular comes first.
var inputFormats []*inputFormat

// The list is filled here because the doors look at it: they name the formats
// that they refuse.
func init() {
	inputFormats = []*inputFormat{
		&npyFormat,
		&npzFormat,
		&csvFormat,
		&tsvFormat,
	}
}

// sniffLength is how much of a file is looked at to recognise it.
const sniffLength = 4096

// array is what a format reads: values in the order of the dataset.
type array struct {
	values    []float64
	shape     []int // of values
	fileShape []int
	dtype     string
	features  []string // names of the last axis, or nil
	names     []string // of the samples, or of the conditions of 3-d data, or nil
	namesFrom string   // where the names stand, such as a column
	precision data.Precision
}

// recognises reports whether a file that begins with head is of the format.
func (f *inputFormat) recognises(head []byte) bool {
	if f.magic != "" {
		return strings.HasPrefix(string(head), f.magic)
	}
	return f.sniff(head)
}

// bareName is a file's name in lower case without the suffix of gzip.
func bareName(path string) string { return strings.TrimSuffix(strings.ToLower(path), ".gz") }

// formatOf returns the format that the suffix of a file stands for, or nil.
func formatOf(path string) *inputFormat {
	base := bareName(path)
	for _, f := range inputFormats {
		for _, suffix := range f.suffixes {
			if strings.HasSuffix(base, suffix) {
				return f
			}
		}
	}
	return nil
}

// format chooses the format by the suffix, else by the content, and refuses what
// the options or the path ask of a format that does not have it.
func (in *input) format(o Options) (*inputFormat, error) {
	f := formatOf(in.name)
	if f == nil {
		var err error
		if f, err = in.sniffed(); err != nil {
			return nil, err
		}
	}
	switch {
	case f.columns == nil && o.Columns != nil:
		return nil, &data.InputError{
			Found:  "an array, which has no columns to choose (" + strings.Join(o.Columns, ",") + ")",
			Wanted: "want " + formatNames(func(f *inputFormat) bool { return f.columns != nil }) + " where columns are chosen",
		}
	case f.keys == nil && in.key != "":
		return nil, &data.InputError{Path: in.name, Found: fmt.Sprintf("one array, not an archive with a key %q", in.key), Wanted: "want the path alone"}
	}
	return f, nil
}

// sniffed recognises the content.
func (in *input) sniffed() (*inputFormat, error) {
	wanted := "want " + formatNames(func(*inputFormat) bool { return true })
	head, err := in.r.Peek(sniffLength)
	if len(head) == 0 {
		if errors.Is(err, io.EOF) {
			return nil, &data.InputError{Found: "an empty file", Wanted: wanted}
		}
		return nil, err
	}
	for _, f := range inputFormats {
		if f.recognises(head) {
			return f, nil
		}
	}
	found := foreignName(head)
	if found == "" {
		found = fmt.Sprintf("data of an unknown format (it begins with %.8q)", head)
	}
	return nil, &data.InputError{Found: found, Wanted: wanted, Hint: "convert it in Python: numpy.save('x.npy', x)"}
}

// formatNames lists the formats that have something, for messages.
func formatNames(have func(*inputFormat) bool) string {
	var names []string
	for _, f := range inputFormats {
		if have(f) {
			names = append(names, f.name)
		}
	}
	return orList(names)
}

// suffixesOf lists the first suffix of the formats that have something.
func suffixesOf(have func(*inputFormat) bool) []string {
	var suffixes []string
	for _, f := range inputFormats {
		if have(f) {
			suffixes = append(suffixes, f.suffixes[0])
		}
	}
	return suffixes
}

// InputList names the files that are read, for help texts: ".npy, .npz
// (file.npz:key), .csv or .tsv".
func InputList() string {
	var list []string
	for _, f := range inputFormats {
		if item := f.suffixes[0]; f.keys == nil {
			list = append(list, item)
		} else {
			list = append(list, item+" (file"+item+":key)")
		}
	}
	return orList(list)
}

// IsArray reports whether the name of a file says that it holds arrays: that its
// format is one of recordings, in which no result tables come. The path has no
// key: see FileOf.
func IsArray(path string) bool {
	_, table := FormatFromPath(bareName(path))
	return formatOf(path) != nil && !table
}

// HasColumns reports whether columns of a file can be chosen by name. It is true
// of names that say nothing of the format.
func HasColumns(path string) bool {
	f := formatOf(path)
	return f == nil || f.columns != nil
}

// IsReadable reports whether the name of a file says that it can be read, as a
// recording or as a result table.
func IsReadable(path string) bool {
	table, ok := FormatFromPath(bareName(path))
	return formatOf(path) != nil || ok && table != Text
}
