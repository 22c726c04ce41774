package score

import (
	"testing"

	"simtool/internal/data"
)

// FuzzList reads anything as a list of pairs: pairs of names, or an error that says
// which line is wrong.
func FuzzList(f *testing.F) {
	for _, text := range []string{"x y\na.npy b.npy\n", "a,b\n\"a,1\",b\n", "a\tb c\n", "# only\n", "\ufeffa b\r\n", "a\n", "\"", "a  b  c\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		pairs, err := parsePairs("list", text)
		if e, ok := data.AsInputError(err); err != nil && (!ok || e.Found == "") {
			t.Fatal(err)
		}
		for _, p := range pairs {
			if p.X == "" || p.Y == "" {
				t.Fatalf("%q gives the pair %q and %q", text, p.X, p.Y)
			}
		}
	})
}
