package score

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"simtool/internal/verb/verbtest"
)

// number reads a cell, NaN for an empty one.
func number(t *testing.T, row map[string]string, column string) float64 {
	t.Helper()
	if row[column] == "" {
		return math.NaN()
	}
	v, err := strconv.ParseFloat(row[column], 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// writeRows writes rows of numbers that follow from their place, with a pair of them.
func writeRows(t *testing.T, n int, missing int) {
	t.Helper()
	x, y, labels := "a,b\n", "u,v\n", "cat\n"
	for i := range n {
		s := float64(i)
		cell := func(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
		first := cell(math.Sin(7 * s * s))
		if i == missing {
			first = ""
		}
		x += first + "," + cell(math.Cos(3*s*s)) + "\n"
		y += cell(math.Sin(7*s*s)+math.Sin(11*s*s)) + "," + cell(math.Sin(5*s*s)) + "\n"
		labels += "k" + strconv.Itoa(i%6) + "\n"
	}
	verbtest.Write(t, "x.csv", x)
	verbtest.Write(t, "y.csv", y)
	verbtest.Write(t, "labels.csv", labels)
}

// Units of a file count units; they and the systems lose the same samples, so that the
// row is that of files without them; the manifest has the file.
func TestUnitsOfAFile(t *testing.T) {
	t.Chdir(t.TempDir())
	words := strings.Fields("x.csv y.csv -m cka,nbs --units labels.csv:cat --permutations 99 --format csv")
	writeRows(t, 36, -1)
	whole := verbtest.Rows(t, verbtest.Succeed(t, New(), words...).Stdout)
	for _, row := range whole {
		if row["units"] != "6" || row["pvalue"] == "" {
			t.Errorf("%s has %s units and pvalue %q, want 6 and a number (%s)", row["measure"], row["units"], row["pvalue"], row["warning"])
		}
	}
	writeRows(t, 36, 7) // unit k1 loses a sample
	dropped := verbtest.Rows(t, verbtest.Succeed(t, New(), append(words, "--missing", "drop")...).Stdout)[0]
	if dropped["units"] != "6" || dropped["n"] != "35" {
		t.Errorf("without a sample: %v", dropped)
	}
	if !strings.Contains(dropped["warning"], "units of 5 to 6 samples cannot be exchanged: keep 5 samples of each") {
		t.Errorf("units that differ in size: warning %q", dropped["warning"])
	}
	for _, name := range []string{"x.csv", "y.csv", "labels.csv"} {
		lines := strings.Split(verbtest.Text(t, name), "\n")
		verbtest.Write(t, name, strings.Join(append(lines[:8:8], lines[9:]...), "\n"))
	}
	shorter := verbtest.Rows(t, verbtest.Succeed(t, New(), words...).Stdout)[0]
	for _, column := range []string{"value", "lo", "hi", "corrected", "se"} {
		if a, b := number(t, dropped, column), number(t, shorter, column); !(math.Abs(a-b) < 1e-12) {
			t.Errorf("%s is %v with a sample left out and %v of files without it", column, a, b)
		}
	}
	verbtest.Succeed(t, New(), "x.csv", "y.csv", "-m", "cka", "--groups", "labels.csv:cat", "--permutations", "19", "-o", "s.csv")
	if text := verbtest.Text(t, "s.csv.manifest.json"); !strings.Contains(text, `"path": "labels.csv"`) {
		t.Errorf("the manifest does not have the file of groups: %s", text)
	}
}

// Held-out folds are of whole groups: noise that is the same in a session is not predicted
// from the other samples of the session, as folds of single samples do.
func TestFoldsOfGroups(t *testing.T) {
	t.Chdir(t.TempDir())
	x, y, labels := "a\n", "u\n", "session\n"
	for i := range 40 {
		session := i % 8
		x += strconv.FormatFloat(math.Sin(float64(9*session*session))+0.01*math.Sin(float64(i*i)), 'g', 8, 64) + "\n"
		y += strconv.FormatFloat(math.Sin(float64(9*session*session))+0.01*math.Cos(float64(3*i*i)), 'g', 8, 64) + "\n"
		labels += "s" + strconv.Itoa(session) + "\n"
	}
	verbtest.Write(t, "x.csv", x)
	verbtest.Write(t, "y.csv", y)
	verbtest.Write(t, "labels.csv", labels)
	words := strings.Fields("x.csv y.csv -m linreg:cv=4,cka --format csv")
	alone := verbtest.Rows(t, verbtest.Succeed(t, New(), words...).Stdout)
	whole := verbtest.Rows(t, verbtest.Succeed(t, New(), append(words, "--groups", "labels.csv:session")...).Stdout)
	if number(t, whole[0], "value") == number(t, alone[0], "value") || number(t, whole[1], "value") != number(t, alone[1], "value") {
		t.Errorf("with groups %v and %v, without %v and %v", whole[0]["value"], whole[1]["value"], alone[0]["value"], alone[1]["value"])
	}
	if want := "4 folds of whole groups of --groups"; !strings.Contains(whole[0]["note"], want) || strings.Contains(whole[1]["note"], want) {
		t.Errorf("notes %q and %q", whole[0]["note"], whole[1]["note"])
	}
	few := verbtest.Rows(t, verbtest.Run(t, New(), strings.Fields("x.csv y.csv -m linreg:cv=9 --groups labels.csv:session --format csv")...).Stdout)
	if want := "8 groups, but 9 folds"; !strings.Contains(few[0]["error"], want) {
		t.Errorf("error %q, want %q", few[0]["error"], want)
	}
}
