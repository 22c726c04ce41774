package data

import "strings"

// Nearest returns the known word that is closest to a mistyped one, for the
// "did you mean" of an error message. It returns false when none is close, so that
// more than half of the word would have to change. Case does not count. Of equally
// close words it returns the first.
func Nearest(word string, known []string) (string, bool) {
	return NearestWithin(word, known, (len(word)+1)/2)
}

// NearestWithin returns the known word that differs from word least, and in at most so
// many bytes.
func NearestWithin(word string, known []string, most int) (string, bool) {
	best, least := "", most+1
	for _, k := range known {
		if len(k)-len(word) >= least || len(word)-len(k) >= least {
			continue // so many bytes at least are inserted or deleted
		}
		if d := editDistance(strings.ToLower(word), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	return best, best != ""
}

// editDistance is the number of single bytes that must be inserted, deleted or
// replaced, or of neighbouring bytes that must be swapped, to turn a into b
// (the optimal string alignment distance).
func editDistance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, last, row = last, row, before
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}

// Misspelt reports whether one of two different names is likely to be the other with a
// slip of the pen: one change in names of at least three letters, two in names of at
// least six. Names that differ in a digit, as layer1 and layer2 do, are meant.
func Misspelt(a, b string) bool {
	short := min(len(a), len(b))
	most := 0
	switch {
	case short >= 6:
		most = 2
	case short >= 3:
		most = 1
	}
	if a == b || editDistance(strings.ToLower(a), strings.ToLower(b)) > most {
		return false
	}
	digits := strings.NewReplacer("0", "", "1", "", "2", "", "3", "", "4", "", "5", "", "6", "", "7", "", "8", "", "9", "")
	return a == digits.Replace(a) && b == digits.Replace(b)
}
