package data

import "testing"

func TestEditDistance(t *testing.T) {
	// Textbook pairs (Wagner and Fischer 1974; the swap is Damerau's).
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"kitten", "sitting", 3},
		{"flaw", "lawn", 2},
		{"cka", "cka", 0},
		{"cak", "cka", 1},
		{"intention", "execution", 5},
		{"ca", "abc", 3},
	} {
		for most := range 9 {
			for _, words := range [][2]string{{c.a, c.b}, {c.b, c.a}} {
				got := editDistance(words[0], words[1], most)
				if c.want <= most && got != c.want || c.want > most && got <= most {
					t.Errorf("editDistance(%q, %q, %d) = %d, want %d", words[0], words[1], most, got, c.want)
				}
			}
		}
	}
}

// TestEditDistanceStops compares words of two letters, in which swaps are frequent, with
// what the distance is without a limit.
func TestEditDistanceStops(t *testing.T) {
	word := func(bits, length int) string {
		b := make([]byte, length)
		for i := range b {
			b[i] = "ab"[bits>>i&1]
		}
		return string(b)
	}
	const length = 5
	for x := range 1 << length {
		for y := range 1 << length {
			for short := range length + 1 {
				a, b := word(x, length), word(y, short)
				want := editDistance(a, b, 2*length)
				for most := range 2 * length {
					if got := editDistance(a, b, most); want <= most && got != want || want > most && got <= most {
						t.Fatalf("editDistance(%q, %q, %d) = %d, want %d", a, b, most, got, want)
					}
				}
			}
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"cka", "nbs", "procrustes", "linreg"}
	for _, c := range []struct{ word, want string }{
		{"procrustse", "procrustes"},
		{"ckaa", "cka"},
		{"linreg", "linreg"},
		{"CKA", "cka"},
		{"zzzzzz", ""},
		{"quantum-fidelity", ""},
	} {
		got, ok := Nearest(c.word, known)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("Nearest(%q) = %q, %v; want %q", c.word, got, ok, c.want)
		}
	}
}

func TestMisspelt(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"subject", "subjct", true},
		{"subject", "sujbect", true},
		{"subject", "Subject", true},
		{"sub", "subj", true},
		{"model", "moddel", true},
		{"s", "m", false},
		{"x1", "y1", false},
		{"layer1", "layer2", false},
		{"layer", "layer2", false},
		{"model", "layer", false},
		{"subject", "subject", false},
	} {
		if got := Misspelt(c.a, c.b); got != c.want || Misspelt(c.b, c.a) != c.want {
			t.Errorf("Misspelt(%q, %q) = %v, want %v", c.a, c.b, got, c.want)
		}
	}
}
