package main

import (
	"os"
	"path/filepath"
	"strings"

	"simtool/internal/data"
	"simtool/internal/io"
)

// expandPaths replaces patterns such as "models/*.npy", for shells and lists
// that do not expand them, by the files that they match, sorted. A file of that
// very name comes first.
func expandPaths(paths []string) ([]string, error) {
	var out []string
	for _, path := range paths {
		files, err := expandPath(path)
		if err != nil {
			return nil, err
		}
		out = append(out, files...)
	}
	return out, nil
}

func expandPath(path string) ([]string, error) {
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
	for i := range files {
		files[i] += key
	}
	return files, nil
}

// expandPairs replaces pairs of patterns by the pairs of the files that they
// match: each x with each y.
func expandPairs(pairs []pathPair) ([]pathPair, error) {
	var out []pathPair
	for _, p := range pairs {
		xs, err := expandPath(p.x)
		if err != nil {
			return nil, err
		}
		ys, err := expandPath(p.y)
		if err != nil {
			return nil, err
		}
		for _, x := range xs {
			for _, y := range ys {
				out = append(out, pathPair{x: x, y: y})
			}
		}
	}
	return out, nil
}
