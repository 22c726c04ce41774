package batch

import (
	"path/filepath"
	"slices"
	"strings"

	"simtool/internal/data"
)

// IsStdin reports whether a path names standard input: "-", or "-:key" for an array
// of an npz.
func IsStdin(path string) bool { return path == "-" || strings.HasPrefix(path, "-:") }

// IsStdout reports whether a path names standard output: "-" or the file of Unix,
// which may be a redirected one that must not be replaced.
func IsStdout(path string) bool { return path == "-" || path == "/dev/stdout" }

// WantSuffix refuses a file that would pass for one of another kind: one whose
// suffix is neither missing nor one of those given.
func WantSuffix(path string, suffixes ...string) error {
	if has := filepath.Ext(path); has != "" && !slices.Contains(suffixes, has) {
		return Configf("", "%s: what is written is no %s file, want the suffix %s", path, has, data.WordList(suffixes))
	}
	return nil
}

// Named gives an InputError the name of its file.
func Named(err error, path string) error {
	if e, ok := data.AsInputError(err); ok && e.Path == "" {
		e.Path = path
	}
	return err
}
