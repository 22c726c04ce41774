package dataio

import (
	"fmt"
	"os"
	"strings"

	"simtool/internal/data"
)

// IsArchive reports whether the name of a file says that it holds several
// arrays, each under a key.
func IsArchive(path string) bool {
	f := formatOf(path)
	return f != nil && f.keys != nil
}

// KeyedSuffixes lists the suffixes of formats whose files hold several arrays.
func KeyedSuffixes() []string {
	return suffixesOf(func(f *inputFormat) bool { return f.keys != nil })
}

// CutKey separates the file from the key of an array in it by the look of a
// path: "file.npz:key". The file may be a pattern of files. The key is "" where
// the path has none.
func CutKey(path string) (file, key string) {
	at := strings.LastIndexByte(path, ':')
	if at < 0 || !IsArchive(path[:at]) {
		return path, ""
	}
	return path[:at], path[at+1:]
}

// splitKey is CutKey for what is to be opened: standard input may have a key as
// well, and a path that exists as it is has none.
func splitKey(path string) (name, key string) {
	name, key = CutKey(path)
	if at := strings.LastIndexByte(path, ':'); at >= 0 && path[:at] == "-" {
		name, key = "-", path[at+1:]
	}
	if name == path {
		return path, ""
	}
	if _, err := os.Stat(path); err == nil {
		return path, ""
	}
	return name, key
}

// FileOf returns the file that a path names, without the key of an array in it.
func FileOf(path string) string {
	name, _ := splitKey(path)
	return name
}

// Keys lists the arrays of a file that holds several: "file:key" names each.
//
// Errors are *data.InputError.
func Keys(path string, o Options) ([]string, error) {
	in, err := openInput(path, o)
	if err != nil {
		return nil, err
	}
	defer in.close()
	keys, err := in.keys()
	if err != nil {
		return nil, in.fail(err)
	}
	return keys, nil
}

func (in *input) keys() ([]string, error) {
	f, err := in.format(Options{})
	if err != nil {
		return nil, err
	}
	if f.keys == nil {
		return nil, &data.InputError{Found: "one array, not an archive", Wanted: "want " + orList(KeyedSuffixes())}
	}
	return f.keys(in)
}

// firstOf lists names for a message: the first dozen.
func firstOf(names []string) string {
	const most = 12
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + ", …"
}

// member chooses among the arrays of a file: the one of the wanted key or, where
// the path has no key, the only one. It returns its position and makes its key
// that of the input.
func (in *input) member(keys []string, wanted string) (int, error) {
	found := -1
	seen := map[string]bool{}
	for i, key := range keys {
		if seen[key] {
			return 0, &data.InputError{Found: fmt.Sprintf("an archive with two members %q", key), Wanted: "want each name once"}
		}
		seen[key] = true
		if in.key == "" || key == wanted {
			found = i
		}
	}
	switch {
	case len(keys) == 0:
		return 0, &data.InputError{Found: "an archive without arrays", Wanted: "want at least one"}
	case in.key == "" && len(keys) > 1:
		return 0, &data.InputError{
			Found:  fmt.Sprintf("an archive of %d arrays: %s", len(keys), firstOf(keys)),
			Wanted: "want one of them",
			Hint:   "name the array after a colon: " + in.name + ":" + keys[0],
		}
	case found < 0:
		return 0, &data.InputError{Path: in.name, Found: fmt.Sprintf("no array %q", in.key), Wanted: "the archive holds " + firstOf(keys)}
	}
	in.key = keys[found]
	return found, nil
}
