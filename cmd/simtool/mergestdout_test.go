package main

import (
	"os"
	"strings"
	"testing"
)

// Merge to standard output prints no row before it knows that all are there: a part that
// is broken at its end, or whose manifest says something else, leaves it empty.
func TestMergePrintsNothingBeforeAnError(t *testing.T) {
	t.Chdir(t.TempDir())
	x, y := storyPair()
	writeArray(t, "x.npy", flat(x), len(x), 4)
	writeArray(t, "y.npy", flat(y), len(y), 3)
	for _, part := range []string{"0/2", "1/2"} {
		ran(t, exitOK, "score", "--all-pairs", "x.npy", "y.npy", "-m", "cka,linreg", "--shard", part, "-q", "-o", "p"+part[:1]+".csv")
	}
	whole, _ := ran(t, exitOK, "merge", "p0.csv", "p1.csv")
	if strings.Count(whole, "\n") != 8 { // each of two systems with itself, too
		t.Fatalf("merged are %q", whole)
	}
	text, err := os.ReadFile("p1.csv")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	for name, content := range map[string]string{
		"a line of another length": string(text) + "what,is,this\n",
		"a row too many":           string(text) + lines[1],
		"a row too few":            strings.Join(lines[:len(lines)-2], ""),
	} {
		writeFile(t, ".", "p1.csv", content)
		s := newSession(streams{})
		if status := s.run(t, "merge", "p0.csv", "p1.csv"); status == exitOK || s.out.String() != "" {
			t.Errorf("%s: exit status %d after %q", name, status, s.out.String())
		}
	}
}

// A label that is called otherwise is decoded as well as before: folds do not depend on
// its name.
func TestDecodingDoesNotDependOnTheName(t *testing.T) {
	t.Chdir(t.TempDir())
	x, _ := storyPair()
	writeArray(t, "x.npy", flat(x), len(x), 4)
	var want string
	for _, name := range []string{"side", "label", "z"} {
		writeFile(t, ".", name+".csv", name+",speed_of_"+name+"\n"+sidesAndSpeeds(x))
		out, _ := ran(t, exitOK, "decode", "x.npy", "--labels", name+".csv", "--permutations", "19")
		out = strings.ReplaceAll(strings.ReplaceAll(out, "speed_of_"+name+",", "B,"), "\n"+name+",", "\nA,")
		if want == "" {
			want = out
		}
		if out != want || strings.Count(out, "\n") != 3 {
			t.Errorf("%s: %q, want %q", name, out, want)
		}
	}
}

// sidesAndSpeeds are two labels of samples, of classes and of numbers.
func sidesAndSpeeds(m [][]float64) string {
	text := ""
	for i, line := range strings.Split(strings.TrimSpace(csvOf("", m, nil)), "\n") {
		speed, _, _ := strings.Cut(line, ",")
		text += []string{"left,", "right,"}[i%2] + speed + "\n"
	}
	return text
}
