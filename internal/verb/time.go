package verb

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// How long what surrounds any work takes.
const (
	// StartSeconds is what a start takes.
	StartSeconds = 0.01
	// SecondCore is what another core adds to the work on one item.
	SecondCore = 0.6

	readBinary = 0.33 // a number, as work on single numbers
	readText   = 12.0
	leastTold  = 0.05 // seconds
)

// About says of a forecast how long it takes, and by which ways.
func About(seconds float64, jobs int, ways string) string {
	return fmt.Sprintf("about %s at --jobs %d; %s", roundSeconds(seconds), jobs, ways)
}

// ReadingItems is what reading so many numbers of a file takes, as work on single numbers.
func ReadingItems(path string, numbers float64) float64 {
	if IsText(path) || IsCompressed(path) {
		return readText * numbers
	}
	return readBinary * numbers
}

// IsText reports whether a file is text by its name.
func IsText(path string) bool {
	name := strings.TrimSuffix(strings.ToLower(path), ".gz")
	return slices.Contains([]string{".csv", ".tsv", ".txt"}, filepath.Ext(name))
}

// roundSeconds writes a time with two digits, and says of a short one only that it is.
func roundSeconds(seconds float64) string {
	switch {
	case seconds < leastTold:
		return "0.05 s or less"
	case seconds < 100:
		return fmt.Sprintf("%.2g s", seconds)
	case seconds < 6000:
		return fmt.Sprintf("%.2g min", seconds/60)
	}
	return fmt.Sprintf("%.2g h", seconds/3600)
}
