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
		if got := editDistance(c.a, c.b); got != c.want {
			t.Errorf("editDistance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
		if got := editDistance(c.b, c.a); got != c.want {
			t.Errorf("editDistance(%q, %q) = %d, want %d", c.b, c.a, got, c.want)
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
