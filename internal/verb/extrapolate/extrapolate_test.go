package extrapolate_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"simtool/internal/verb/extrapolate"
	"simtool/internal/verb/score"
	"simtool/internal/verb/verbtest"
)

// table writes n samples of p neurons, which share a signal, as CSV.
func table(t *testing.T, path string, n, p, seed int) {
	t.Helper()
	var b strings.Builder
	for j := range p {
		fmt.Fprintf(&b, "%cn%d", []rune(" ,")[min(j, 1)], j)
	}
	b.WriteString("\n")
	for i := range n {
		for j := range p {
			v := math.Sin(float64(i*i+3*i))*float64(1+j%3) + math.Cos(float64((i+1)*(i+7)))*float64(j%2) + 0.7*math.Sin(float64((i+3)*(j+2)*(17*seed+5)))
			fmt.Fprintf(&b, "%s%g", []string{"", ","}[min(j, 1)], v)
		}
		b.WriteString("\n")
	}
	verbtest.Write(t, path, strings.TrimSpace(b.String())+"\n")
}

func number(t *testing.T, cell string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(cell, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestRows: a measure with a closed form has a curve with intervals that becomes a limit,
// others have subsets; every blank has a reason.
func TestRows(t *testing.T) {
	t.Chdir(t.TempDir())
	table(t, "x.csv", 40, 24, 1)
	table(t, "y.csv", 40, 22, 2)
	r := verbtest.Succeed(t, extrapolate.New(), "x.csv", "y.csv", "-m", "cka,nbs,match", "--format", "csv", "--units", "rows")
	points := map[string][]string{}
	for _, row := range verbtest.Rows(t, r.Stdout) {
		key := row["measure"] + " " + row["along"]
		points[key] = append(points[key], row["point"])
		if row["error"] != "" || row["x"] != "x.csv" || row["y"] != "y.csv" {
			t.Errorf("row %v", row)
		}
		if row["value"] == "" && row["corrected"] == "" && row["note"]+row["warning"] == "" {
			t.Errorf("a blank row without a reason: %v", row)
		}
		switch row["point"] {
		case "subsets":
			if row["draws"] != "20" || row["sd"] == "" || row["lo"] != "" {
				t.Errorf("subsets %v", row)
			}
		case "curve":
			if lo, at, hi := number(t, row["lo"]), number(t, row["corrected"]), number(t, row["hi"]); !(lo < at && lo < hi) {
				t.Errorf("curve %v", row)
			}
		case "limit":
			if (row["along"] == "neurons") != (row["p"] == "") || (row["along"] == "stimuli") != (row["n"] == "") {
				t.Errorf("limit %v", row)
			}
		}
	}
	for key, want := range map[string]string{
		"cka neurons":   "all curve curve curve curve curve limit",
		"nbs neurons":   "subsets subsets all",
		"match neurons": "subsets subsets all",
		"cka stimuli":   "subsets subsets all limit",
		"nbs stimuli":   "subsets subsets all limit",
		"match stimuli": "subsets subsets all limit",
	} {
		if got := strings.Join(points[key], " "); got != want {
			t.Errorf("%s: points %s, want %s", key, got, want)
		}
	}
	again := verbtest.Succeed(t, extrapolate.New(), "x.csv", "y.csv", "-m", "cka,nbs,match", "--format", "csv", "--units", "rows")
	if again.Stdout != r.Stdout {
		t.Error("two runs differ")
	}
}

// TestReasons: what has no value says why, beside what has one.
func TestReasons(t *testing.T) {
	t.Chdir(t.TempDir())
	table(t, "x.csv", 40, 24, 1)
	same := "a\n" + strings.Repeat("1\n", 40)
	verbtest.Write(t, "same.csv", same)
	r := verbtest.Run(t, extrapolate.New(), "x.csv", "same.csv", "-m", "cka", "--along", "neurons", "--format", "csv")
	if r.Err == nil || !strings.Contains(r.Err.Error(), "1 of 1 rows") {
		t.Errorf("ended with %v", r.Err)
	}
	if row := verbtest.Rows(t, r.Stdout)[0]; !strings.Contains(row["error"], "same.csv is constant") || row["value"] != "" {
		t.Errorf("row %v", row)
	}
	// Few neurons have a limit with a warning, or none with a reason.
	table(t, "few.csv", 40, 8, 3)
	r = verbtest.Succeed(t, extrapolate.New(), "x.csv", "few.csv", "-m", "cka", "--along", "neurons", "--format", "csv")
	if row := verbtest.Rows(t, r.Stdout)[0]; row["point"] != "all" || !strings.Contains(row["warning"], "neurons") {
		t.Errorf("row %v", row)
	}
	for words, want := range map[string]string{
		"x.csv":                      "want X and Y",
		"x.csv x.csv --along neuron": "--along neuron: want neurons or stimuli",
		"x.csv x.csv --draws 1":      "--draws 1: want at least 2",
		"x.csv x.csv --level 1":      "--level 1: want a number between 0 and 1",
		"x.csv x.csv -m ckaa":        "ckaa",
	} {
		if r := verbtest.Run(t, extrapolate.New(), strings.Fields(words)...); r.Err == nil || !strings.Contains(r.Err.Error(), want) {
			t.Errorf("%s: ended with %v", words, r.Err)
		}
	}
}

// TestDistances: of dissimilarities there are subsets of the samples, rows and columns,
// and no neurons.
func TestDistances(t *testing.T) {
	t.Chdir(t.TempDir())
	square := func(path string, scale float64) {
		var b strings.Builder
		for i := range 12 {
			for j := range 12 {
				fmt.Fprintf(&b, "%s%g", []string{"", ","}[min(j, 1)], math.Abs(math.Sin(float64(i*i))-math.Sin(float64(j*j)))+scale*math.Abs(float64(i-j)))
			}
			b.WriteString("\n")
		}
		verbtest.Write(t, path, b.String())
	}
	square("x.csv", 0.1)
	square("y.csv", 0.3)
	r := verbtest.Succeed(t, extrapolate.New(), "x.csv", "y.csv", "-m", "rsa:rdm=precomputed:compare=pearson", "--header", "no", "--format", "csv", "--units", "rows")
	rows := verbtest.Rows(t, r.Stdout)
	if len(rows) != 4 || rows[0]["along"] != "stimuli" || rows[0]["n"] != "3" || rows[1]["n"] != "6" || rows[0]["value"] == "" {
		t.Errorf("rows %v", rows)
	}
	r = verbtest.Run(t, extrapolate.New(), "x.csv", "y.csv", "-m", "rsa:rdm=precomputed:compare=pearson", "--header", "no", "--format", "csv", "--along", "neurons")
	if r.Err == nil || !strings.Contains(r.Stdout, "dissimilarities have no neurons") {
		t.Errorf("%v: %s", r.Err, r.Stdout)
	}
}

// TestUnitsOfAFile: subsets are of the units that a column names.
func TestUnitsOfAFile(t *testing.T) {
	t.Chdir(t.TempDir())
	table(t, "x.csv", 40, 24, 1)
	table(t, "y.csv", 40, 22, 2)
	var b strings.Builder
	b.WriteString("odour\n")
	for i := range 40 {
		fmt.Fprintf(&b, "%c\n", 'a'+i%8)
	}
	verbtest.Write(t, "units.csv", b.String())
	r := verbtest.Succeed(t, extrapolate.New(), "x.csv", "y.csv", "--along", "stimuli", "--format", "csv", "--units", "units.csv:odour")
	var sizes []string
	for _, row := range verbtest.Rows(t, r.Stdout) {
		sizes = append(sizes, row["n"])
	}
	if got := strings.Join(sizes, " "); got != "10 20 40 " {
		t.Errorf("sizes %s", got)
	}
}

// TestGroupsStayInFolds: a held-out score has the folds of whole groups that score gives
// it, and so have those of subsets, of which the note says so.
func TestGroupsStayInFolds(t *testing.T) {
	t.Chdir(t.TempDir())
	table(t, "x.csv", 40, 6, 1)
	table(t, "y.csv", 40, 5, 2)
	text := "session\n"
	for i := range 40 {
		text += fmt.Sprintf("s%d\n", i*3%10)
	}
	verbtest.Write(t, "sessions.csv", text)
	const command = "x.csv y.csv -m linreg:cv=5 --format csv --units rows"
	value := func(rows []map[string]string, point string) float64 {
		for _, row := range rows {
			if row["point"] == point || point == "" {
				return number(t, row["value"])
			}
		}
		t.Fatalf("no row %q", point)
		return 0
	}
	rows := func(more string) []map[string]string {
		return verbtest.Rows(t, verbtest.Succeed(t, extrapolate.New(), strings.Fields(command+" --along stimuli "+more)...).Stdout)
	}
	whole, apart := rows("--groups sessions.csv:session"), rows("")
	want := value(verbtest.Rows(t, verbtest.Succeed(t, score.New(), strings.Fields(command+" --groups sessions.csv:session")...).Stdout), "")
	if got := value(whole, "all"); got != want {
		t.Errorf("all samples score %v, want %v as in score", got, want)
	}
	if value(apart, "all") == want || value(apart, "subsets") == value(whole, "subsets") {
		t.Error("groups change nothing")
	}
	if !strings.Contains(verbtest.Succeed(t, extrapolate.New(), strings.Fields(command+" --groups sessions.csv:session")...).Stdout, "5 folds of whole groups") {
		t.Error("nothing is said of the folds")
	}
}
