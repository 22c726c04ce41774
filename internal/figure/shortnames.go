package figure

import (
	"path/filepath"
	"strconv"
	"strings"
)

// ShortNames shortens paths as figures do.
func ShortNames(paths []string) []string { return shortNames(paths) }

// shortNames shortens paths but keeps them distinct: to base names without suffix, to
// directories where all base names are the same, or to more words of the path where
// these are not unique.
func shortNames(paths []string) []string {
	if inDirectories := directories(paths); inDirectories != nil {
		paths = inDirectories
	}
	for depth := 1; depth < 6; depth++ {
		out := make([]string, len(paths))
		for i, p := range paths {
			words := strings.Split(p, " / ")
			for w, one := range words {
				words[w] = strings.TrimPrefix(one, asIs)
				if strings.HasPrefix(one, asIs) {
					continue
				}
				if filepath.Ext(one) != "" && !isNumber(one) || strings.ContainsAny(one, `/\`) {
					words[w] = tail(one, depth)
				}
			}
			out[i] = strings.Join(words, " / ")
		}
		if len(Distinct(out)) == len(out) {
			return out
		}
	}
	return paths
}

// directories returns the directories of several files with the same base name, and nil
// for others.
func directories(paths []string) []string {
	var out []string
	for _, p := range paths {
		dir, base := filepath.Split(p)
		if dir == "" || filepath.Ext(p) == "" || base != filepath.Base(paths[0]) || strings.Contains(p, " / ") {
			return nil
		}
		out = append(out, dir[:len(dir)-1])
	}
	if len(Distinct(out)) < 2 {
		return nil
	}
	return out
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}
