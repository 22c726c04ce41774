package dataio

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"simtool/internal/data"
)

// nearbyFile is the hint at the file that was meant by a name of none: one of the same
// folder whose name differs in few letters, or only by what stands behind the point. It
// is "" where there is none.
func nearbyFile(name string) string {
	const most = 1 << 12 // entries of a folder that are looked at
	folder, err := os.Open(filepath.Dir(name))
	if err != nil {
		return ""
	}
	defer folder.Close()
	entries, err := folder.ReadDir(most)
	if err != nil {
		return ""
	}
	stem := func(name string) string { return strings.TrimSuffix(name, filepath.Ext(name)) }
	base := filepath.Base(name)
	var known []string
	for _, entry := range entries {
		if !entry.IsDir() && !strings.HasSuffix(entry.Name(), ManifestSuffix) {
			known = append(known, entry.Name())
		}
	}
	slices.Sort(known)
	var same []string // but for the suffix
	for _, k := range known {
		if stem(k) == base || stem(k) == stem(base) {
			same = append(same, k)
		}
	}
	if near, ok := data.NearestWithin(base, same, len(base)+most); ok {
		return "did you mean " + filepath.Join(filepath.Dir(name), near) + "?"
	}
	// A number is no slip of the finger: layer2 was not meant by layer3.
	known = slices.DeleteFunc(known, func(k string) bool { return withoutDigits(k) == withoutDigits(base) })
	if near, ok := data.NearestWithin(base, known, len(stem(base))/3); ok {
		return "did you mean " + filepath.Join(filepath.Dir(name), near) + "?"
	}
	return ""
}

func withoutDigits(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, name)
}
