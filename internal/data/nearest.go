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
	word = strings.ToLower(word)
	for _, k := range known {
		if len(k)-len(word) >= least || len(word)-len(k) >= least {
			continue // so many bytes at least are inserted or deleted
		}
		if d := editDistance(word, strings.ToLower(k), least-1); d < least {
			best, least = k, d
		}
	}
	return best, best != ""
}

// editDistance is the number of single bytes that must be inserted, deleted or
// replaced, or of neighbouring bytes that must be swapped, to turn a into b
// (the optimal string alignment distance). Of words that differ by more than most it
// returns some number above it, as soon as that is certain.
func editDistance(a, b string, most int) int {
	if unlike(a, b) > most {
		return most + 1
	}
	rows := make([]int, 3*(len(b)+1))
	before, last, row := rows[:len(b)+1], rows[len(b)+1:2*(len(b)+1)], rows[2*(len(b)+1):]
	for j := range row {
		row[j] = j
	}
	least := 0 // of the row before
	for i := range len(a) {
		before, last, row = last, row, before
		row[0] = i + 1
		lower := row[0]
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
			lower = min(lower, row[j+1])
		}
		if lower > most && least >= most {
			return most + 1 // numbers of later rows come from these two, and a swap costs 1
		}
		least = lower
	}
	return row[len(b)]
}

// unlike is a lower bound of the distance that is sooner found: each byte that one word
// has and the other lacks takes an edit, and an edit sees to one of each at most. Bytes
// that are equal modulo 32, as letters in either case are, pass for the same.
func unlike(a, b string) int {
	var surplus [32]int
	for i := range len(a) {
		surplus[a[i]&31]++
	}
	lacking := 0 // of what b has
	for i := range len(b) {
		if c := b[i] & 31; surplus[c] > 0 {
			surplus[c]--
		} else {
			lacking++
		}
	}
	return max(lacking, lacking+len(a)-len(b))
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
	if a == b || editDistance(strings.ToLower(a), strings.ToLower(b), most) > most {
		return false
	}
	digits := strings.NewReplacer("0", "", "1", "", "2", "", "3", "", "4", "", "5", "", "6", "", "7", "", "8", "", "9", "")
	return a == digits.Replace(a) && b == digits.Replace(b)
}
