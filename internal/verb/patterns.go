package verb

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"simtool/internal/data"
	"simtool/internal/io"
)

// ExpandPaths replaces patterns such as "models/*.npy", for shells and lists
// that do not expand them, by the files that they match, in natural order. A file of
// that very name comes first.
func ExpandPaths(paths []string) ([]string, error) {
	var out []string
	for _, path := range paths {
		files, err := ExpandPath(path)
		if err != nil {
			return nil, err
		}
		out = append(out, files...)
	}
	return out, nil
}

// ExpandPath is ExpandPaths for one.
func ExpandPath(path string) ([]string, error) {
	pattern, _ := dataio.CutKey(path)
	key := path[len(pattern):] // with its colon
	if !strings.ContainsAny(pattern, "*?[") {
		return []string{path}, nil
	}
	for _, literal := range []string{path, pattern} {
		if _, err := os.Lstat(literal); err == nil {
			return []string{path}, nil
		}
	}
	files, err := filepath.Glob(pattern)
	if err != nil {
		return nil, &data.InputError{Path: path, Found: "no file, and no pattern of files", Wanted: "want [ to be closed by ]", Err: err}
	}
	if len(files) == 0 {
		return nil, &data.InputError{Path: path, Found: "no file matches"}
	}
	slices.SortStableFunc(files, data.NaturalOrder)
	for i := range files {
		files[i] += key
	}
	return files, nil
}

// InNaturalOrder returns files in natural order where they stand as a shell expands a
// pattern, byte by byte, which puts layer10 before layer2. Files in another order were
// named in that order, which stays.
func InNaturalOrder(paths []string) []string {
	if !slices.IsSorted(paths) {
		return paths
	}
	sorted := slices.Clone(paths)
	slices.SortStableFunc(sorted, data.NaturalOrder)
	return sorted
}

// Repeated returns a name that stands twice among names, "" where none does.
func Repeated(names []string) string {
	sorted := slices.Sorted(slices.Values(names))
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			return sorted[i]
		}
	}
	return ""
}
