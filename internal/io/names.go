package dataio

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/data"
)

// namesBeside is the file that tools for extracting activations write beside them,
// with the name of one stimulus a line. NamesBeside is that of a single array.
const namesBeside = "file_names.txt"

// namesKeys lists keys under which an archive names the samples of its arrays.
var namesKeys = []string{"ids", "names", "file_names", "filenames", "stimulus_ids", "stimulus_names", "stimuli"}

// mostNames bounds a list of names.
const mostNames = 64 << 20

// nameSamples names the samples of an array, or the conditions of a 3-d one: by
// Options.IDs if that is a file, else as the format did, else by a list beside the
// file.
func (in *input) nameSamples(a *array, f *inputFormat, o Options) error {
	switch {
	case o.IDs != "" && isNamesFile(o.IDs) && a.namesFrom != fmt.Sprintf("column %q", o.IDs):
		names, err := readNames(o.IDs)
		if err != nil {
			return err
		}
		if len(names) != namedUnits(a.shape) {
			return &data.InputError{
				Path: o.IDs, Found: fmt.Sprintf("%d names", len(names)),
				Wanted: fmt.Sprintf("want one a line for each of the %d samples of %s", namedUnits(a.shape), in.path()),
				Hint:   "3-d data have names of conditions",
			}
		}
		if !namesFit(names, a.shape) {
			return &data.InputError{Path: o.IDs, Found: "an empty name, or the same name twice", Wanted: "want a name of its own for each sample"}
		}
		a.names, a.namesFrom = names, o.IDs
	case a.names == nil && f.columns == nil && in.file != nil:
		beside := NamesBeside(in.name)
		if !isNamesFile(beside) {
			beside = filepath.Join(filepath.Dir(in.name), namesBeside)
		}
		if !isNamesFile(beside) {
			return nil
		}
		// A list of other stimuli may lie there: it says nothing of this file.
		if names, err := readNames(beside); err == nil && namesFit(names, a.shape) {
			a.names, a.namesFrom = names, filepath.Base(beside)
		}
	}
	return nil
}

// namedUnits is how many names an array of a shape has: one for each sample, or for
// each condition of time × condition × neuron.
func namedUnits(shape []int) int {
	if len(shape) == 3 {
		return shape[1]
	}
	return shape[0]
}

// namesFit reports whether names are as many as the samples of a shape, and tell them
// apart.
func namesFit(names []string, shape []int) bool {
	if len(names) != namedUnits(shape) || slices.Contains(names, "") {
		return false
	}
	sorted := slices.Sorted(slices.Values(names))
	return len(slices.Compact(sorted)) == len(names)
}

// isNamesFile reports whether a path is that of a regular file.
func isNamesFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// readNames reads a list of names, one a line; empty lines at its end are none.
func readNames(path string) ([]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, openError(path, err)
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, mostNames+1))
	if err != nil {
		return nil, openError(path, err)
	}
	if len(text) > mostNames || !looksLikeText(text[:min(len(text), sniffLength)]) {
		return nil, &data.InputError{Path: path, Found: "no list of names", Wanted: "want UTF-8 text with one name a line"}
	}
	lines := strings.Split(strings.TrimRight(strings.TrimPrefix(string(text), "\ufeff"), "\r\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	return lines, nil
}

// namesMember returns the position of the key under which an archive names its
// samples, or -1.
func namesMember(keys []string) int {
	return slices.IndexFunc(keys, func(key string) bool { return slices.Contains(namesKeys, strings.ToLower(key)) })
}

// readNamesMember reads names from a member of an archive of size bytes: an array of
// text, or of whole numbers.
func readNamesMember(f *zip.File, size int64) ([]string, error) {
	if f.UncompressedSize64 > mostNames || f.UncompressedSize64/deflateRatio > f.CompressedSize64 || f.CompressedSize64 > uint64(size) {
		return nil, &data.InputError{Found: fmt.Sprintf("member %q of a size that no list of names has", f.Name), Wanted: "want names"}
	}
	r, err := f.Open()
	if err != nil {
		return nil, memberError(f, err)
	}
	defer func() { _ = r.Close() }()
	dict, _, err := readNPYDict(r)
	if err != nil {
		return nil, memberError(f, err)
	}
	p := &literalParser{rest: dict}
	fields, err := p.dict()
	if err != nil {
		return nil, memberError(f, err)
	}
	descr, _ := fields["descr"].(string)
	shape, _ := fields["shape"].([]any)
	if kind := strings.TrimLeft(descr, "<>=|"); kind == "" || strings.IndexByte("USa", kind[0]) < 0 {
		return wholeNames(f, size)
	}
	n, ok := 0, len(shape) == 1
	if ok {
		n, ok = shape[0].(int)
	}
	body, err := io.ReadAll(io.LimitReader(r, mostNames))
	if err != nil {
		return nil, memberError(f, err)
	}
	names, fits := decodeNames(descr, body, n)
	if !ok || !fits {
		return nil, &data.InputError{Found: fmt.Sprintf("member %q of type %s", f.Name, descr), Wanted: "want a list of names"}
	}
	return names, nil
}

// wholeNames reads an array of whole numbers as names.
func wholeNames(f *zip.File, size int64) ([]string, error) {
	a, err := readMember(f, size, "")
	if err != nil {
		return nil, err
	}
	if a.precision.Stored != data.Integer || len(a.shape) != 1 {
		return nil, &data.InputError{Found: fmt.Sprintf("member %q of type %s", f.Name, a.dtype), Wanted: "want a list of names"}
	}
	names := make([]string, len(a.values))
	for i, v := range a.values {
		names[i] = strconv.FormatInt(int64(v), 10)
	}
	return names, nil
}

// decodeNames decodes n texts of NumPy: U is UTF-32, S is bytes, both of a fixed
// length and padded with zeros.
func decodeNames(descr string, body []byte, n int) ([]string, bool) {
	kind := strings.TrimLeft(descr, "<>=|")
	length, err := strconv.Atoi(kind[1:])
	if err != nil || length < 1 || n < 1 || length > mostNames {
		return nil, false
	}
	unit := 1
	if kind[0] == 'U' {
		unit = 4
	}
	if len(body)/(length*unit) != n || len(body)%(length*unit) != 0 {
		return nil, false
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if descr[0] == '>' {
		order = binary.BigEndian
	}
	names := make([]string, n)
	for i := range names {
		one := body[i*length*unit : (i+1)*length*unit]
		if unit == 1 {
			names[i] = strings.TrimRight(string(one), "\x00")
			continue
		}
		var text strings.Builder
		for k := 0; k < len(one); k += unit {
			if c := order.Uint32(one[k:]); c != 0 {
				text.WriteRune(rune(c))
			}
		}
		names[i] = text.String()
	}
	return names, true
}
