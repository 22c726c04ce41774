package score

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"simtool/internal/data"
	"simtool/internal/data/datatest"
	"simtool/internal/verb/verbtest"
)

// scoreOf scores two files and returns the value, or the error with its hint.
func scoreOf(t *testing.T, words ...string) (float64, string) {
	t.Helper()
	r := verbtest.Run(t, New(), append(words, "--format", "csv")...)
	if r.Err != nil {
		text := r.Err.Error()
		if e, ok := data.AsInputError(r.Err); ok {
			text += "; " + e.Hint
		}
		return math.NaN(), text
	}
	row := verbtest.Rows(t, r.Stdout)[0]
	if row["error"] != "" {
		return math.NaN(), row["error"]
	}
	v, err := strconv.ParseFloat(row["value"], 64)
	if err != nil {
		t.Fatal(err)
	}
	return v, ""
}

// Tables of text as people have them: read rightly or refused with a remedy, and the
// remedy leads to the right number.
func TestTextTablesThatPeopleHave(t *testing.T) {
	t.Chdir(datatest.Shared(t, "cases"))
	const pair = .41953004814
	cka := []string{"-m", "cka"}
	for _, c := range []struct {
		files   string
		refused string // a fragment of the refusal, "" where the files are read
		remedy  string // more words for the command
		want    float64
	}{
		{"idx_named_x.csv idx_named_y.csv", `column "stimulus" that counts the rows`, "--ids stimulus", pair},
		{"idx_nohead_x.csv idx_nohead_y.csv", "column 1 that counts the rows, 0, 1, … 11", "--ids 1", pair},
		{"r_rownames_x.csv csv_y.npy", "column 1 that counts the rows, 1, 2, … 12", "--ids 1", pair},
		{"unitids_x.csv unitids_y.csv", "a first line of whole numbers (17, 23, 40, 41)", "--header yes", pair},
		{"two_cols_x.csv two_cols_y.csv", "a first line of whole numbers (0, 1)", "--header yes", .46004939},
		{"pivot_x.csv pivot_y.csv", `column "stim" that counts`, "--columns 2-", pair},
		{"range_idx_x.csv range_idx_y.csv", "", "", pair},
		{"hint_x.csv hint_y.csv", "", "", .94417920},
		{"hint_x.csv hint_y.csv", "", "--columns 2-", .94417920},
		{"hint_x.csv csv_y.npy", "", "--columns 2-5", pair},
		{"under_x.csv under_y.csv", `text in column "trial" ("1_1")`, "--ids trial", pair},
		{"blank_x.csv blank_y.csv", "NaN at [2,0]", "--missing drop", .95376418},
	} {
		files := append(strings.Fields(c.files), cka...)
		if c.refused != "" {
			v, says := scoreOf(t, files...)
			option, _, _ := strings.Cut(c.remedy, " ")
			if !strings.Contains(says, c.refused) || !strings.Contains(says, option) {
				t.Errorf("%s: %v, %q; want a refusal that says %q and names %s", c.files, v, says, c.refused, option)
			}
		}
		v, says := scoreOf(t, append(files, strings.Fields(c.remedy)...)...)
		if !(math.Abs(v-c.want) < 1e-7) {
			t.Errorf("%s %s: %v %s, want %v", c.files, c.remedy, v, says, c.want)
		}
	}
	for _, c := range []struct{ files, says string }{
		{"comma1_x.csv comma1_y.csv", "decimal commas"},
		{"semi_x.csv semi_x.csv", "semicolons separate, with decimal commas"},
	} {
		if v, says := scoreOf(t, append(strings.Fields(c.files), cka...)...); !strings.Contains(says, c.says) {
			t.Errorf("%s: %v %q, want a refusal that says %q", c.files, v, says, c.says)
		}
	}
}

// Matrices of dissimilarities with labels are compared label by label.
func TestLabelledMatricesOfCases(t *testing.T) {
	t.Chdir(datatest.Shared(t, "cases"))
	for _, more := range []string{"", "--columns 2-9"} {
		words := "lab_rdm_x.csv lab_rdm_y.csv -m rsa:rdm=precomputed:compare=spearman " + more
		if v, says := scoreOf(t, strings.Fields(words)...); !(math.Abs(v-.32457581) < 1e-7) {
			t.Errorf("%s: %v %s, want .32457581", words, v, says)
		}
	}
}

// twin is a small pair of systems for tables in many forms.
var twin = struct{ x, y [][]string }{
	x: [][]string{{"0.342", "1.391"}, {"1.542", "1.215"}, {"-1.284", "1.035"}, {"0.056", "-0.467"}, {"-0.544", "0.31"}, {"1.03", "-0.2"}},
	y: [][]string{{"1.622", "0.078"}, {"-6.124", "0.758"}, {"2.068", "1.05"}, {"0.175", "0.088"}, {"0.706", "-1.4"}, {"2.3", "0.9"}},
}

// table writes rows with what stands before each and a header.
func table(t *testing.T, name, header string, rows [][]string, before func(i int) string) {
	t.Helper()
	text := header
	for i, row := range rows {
		text += before(i) + strings.Join(row, ",") + "\n"
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Whatever stands beside the numbers of a table, it is not a number of the pair: the
// score is that of the bare numbers, or the table is refused and the remedy gives that
// score.
func TestBookkeepingIsNoData(t *testing.T) {
	t.Chdir(t.TempDir())
	nothing := func(int) string { return "" }
	table(t, "bare_x.csv", "a,b\n", twin.x, nothing)
	table(t, "bare_y.csv", "u,v\n", twin.y, nothing)
	want, says := scoreOf(t, "bare_x.csv", "bare_y.csv", "-m", "cka")
	if says != "" {
		t.Fatal(says)
	}
	count := func(from int) func(int) string { return func(i int) string { return strconv.Itoa(from+i) + "," } }
	for name, c := range map[string]struct {
		header string
		before func(int) string
		remedy string // "" where the table is read as it is
	}{
		"pandas index":            {",17,23\n", count(0), ""},
		"pandas range":            {",0,1\n", count(0), ""},
		"pandas names":            {",a,b\n", count(0), ""},
		"an index read again":     {"Unnamed: 0,a,b\n", count(0), ""},
		"an index after a filter": {",a,b\n", func(i int) string { return strconv.Itoa(3*i+i*i) + "," }, ""},
		"write.csv of R":          {"\"\",\"a\",\"b\"\n", func(i int) string { return `"` + strconv.Itoa(i+1) + `",` }, ""},
		"write.table of R":        {"\"a\",\"b\"\n", func(i int) string { return `"face` + strconv.Itoa(i) + `",` }, ""},
		"numbers of trials":       {"trial,a,b\n", count(1), "--ids trial"},
		"a filtered trial":        {"trial,a,b\n", func(i int) string { return strconv.Itoa(i*i+9) + "," }, "--ids trial"},
		"no header":               {"", count(0), "--ids 1"},
		"no header, filtered":     {"", func(i int) string { return strconv.Itoa(i*i+9) + "," }, "--ids 1"},
		"names of trials":         {"trial,a,b\n", func(i int) string { return "1_" + strconv.Itoa(i) + "," }, "--ids trial"},
		"hexadecimal names":       {"key,a,b\n", func(i int) string { return "0x1" + strconv.Itoa(i) + "," }, "--ids key"},
		"units in the header":     {"17,23\n", nothing, "--header yes"},
		"default columns":         {"0,1\n", nothing, "--header yes"},
		"a line for Excel":        {"sep=,\na,b\n", nothing, ""},
	} {
		table(t, "x.csv", c.header, twin.x, c.before)
		table(t, "y.csv", c.header, twin.y, c.before)
		words := []string{"x.csv", "y.csv", "-m", "cka"}
		if c.remedy != "" {
			if v, says := scoreOf(t, words...); !strings.Contains(says, c.remedy) {
				t.Errorf("%s: %v %q, want a refusal that names %s", name, v, says, c.remedy)
			}
			words = append(words, strings.Fields(c.remedy)...)
		}
		if v, says := scoreOf(t, words...); v != want {
			t.Errorf("%s: %v %q, want %v", name, v, says, want)
		}
		if c.remedy == "" || !strings.HasPrefix(c.remedy, "--ids") {
			continue
		}
		// Only one of the files has them.
		one := strings.Replace(c.remedy, " ", " x.csv=", 1)
		if v, says := scoreOf(t, append([]string{"x.csv", "bare_y.csv", "-m", "cka"}, strings.Fields(one)...)...); v != want {
			t.Errorf("%s, in x alone: %v %q, want %v", name, v, says, want)
		}
	}
}

// Rows are paired by the names of samples: of a column, of a list beside an array, of
// a list that is given.
func TestRowsArePairedByName(t *testing.T) {
	t.Chdir(t.TempDir())
	names := []string{"f", "a", "e", "c", "b", "d"}
	order := []int{3, 0, 5, 1, 4, 2}
	shuffled := func(rows [][]string) (out [][]string) {
		for _, i := range order {
			out = append(out, rows[i])
		}
		return out
	}
	nothing := func(int) string { return "" }
	table(t, "x.csv", ",a,b\n", twin.x, func(i int) string { return names[i] + "," })
	table(t, "y.csv", ",u,v\n", shuffled(twin.y), func(k int) string { return names[order[k]] + "," })
	table(t, "bare_x.csv", "a,b\n", twin.x, nothing)
	table(t, "bare_y.csv", "u,v\n", twin.y, nothing)
	table(t, "shuffled_y.csv", "u,v\n", shuffled(twin.y), nothing)
	list := ""
	for _, i := range order {
		list += names[i] + "\n"
	}
	verbtest.Write(t, "list.txt", list)
	const m = "rsa"
	want, _ := scoreOf(t, "bare_x.csv", "bare_y.csv", "-m", m)
	other, _ := scoreOf(t, "bare_x.csv", "shuffled_y.csv", "-m", m)
	for words, value := range map[string]float64{
		"x.csv y.csv":                                        want,
		"x.csv y.csv --pair-by common":                       want,
		"x.csv y.csv --pair-by position":                     other,
		"x.csv shuffled_y.csv":                               other, // which has no names
		"x.csv shuffled_y.csv --ids shuffled_y.csv=list.txt": want,
	} {
		got, says := scoreOf(t, append(strings.Fields(words), "-m", m)...)
		if !(math.Abs(got-value) < 1e-12) {
			t.Errorf("%s: %v %q, want %v", words, got, says, value)
		}
	}
	verbtest.Write(t, "short.csv", ",u,v\na,1.5,2\nb,2.5,3\nc,0.5,1\nz,1.5,1\n")
	if v, says := scoreOf(t, "x.csv", "short.csv", "-m", m); !strings.Contains(says, `no sample "f", "e", "d"`) || !strings.Contains(says, `"z"`) {
		t.Errorf("other samples: %v %q, want the first differences", v, says)
	}
	if v, says := scoreOf(t, "x.csv", "short.csv", "-m", m, "--pair-by", "common"); says != "" {
		t.Errorf("the common samples: %v %q", v, says)
	}
	verbtest.Succeed(t, New(), "x.csv", "y.csv", "-m", m, "-o", "scores.csv")
	if text := verbtest.Text(t, "scores.csv.manifest.json"); !strings.Contains(text, `"pairing": "rows by name"`) {
		t.Errorf("the manifest does not say that rows were paired by name: %s", text)
	}
	verbtest.Succeed(t, New(), "bare_x.csv", "bare_y.csv", "-m", m, "-o", "plain.csv")
	if text := verbtest.Text(t, filepath.Join(".", "plain.csv.manifest.json")); !strings.Contains(text, "rows by position: no input names its samples") {
		t.Errorf("the manifest does not say that rows were paired by position: %s", text)
	}
}

// A matrix of distances that is scored as responses is scored with a warning, in the
// row and to the person, but for measures that take distances.
func TestWhatAFileLooksLike(t *testing.T) {
	t.Chdir(t.TempDir())
	verbtest.Write(t, "d.csv", "0.0,1.5,2.5,3.1\n1.5,0.0,1.2,2.2\n2.5,1.2,0.0,1.9\n3.1,2.2,1.9,0.0\n")
	r := verbtest.Succeed(t, New(), "d.csv", "d.csv", "-m", "cka,rsa:rdm=precomputed:compare=pearson", "--format", "csv")
	for i, row := range verbtest.Rows(t, r.Stdout)[:2] {
		if warned := strings.Contains(row["warning"], "d.csv looks like a matrix of dissimilarities"); warned != (i == 0) {
			t.Errorf("%s of a matrix of distances: warning %q", row["measure"], row["warning"])
		}
	}
	stamped := ""
	for i := range 12 {
		stamped += strconv.FormatFloat(0.1*float64(i), 'f', 1, 64) + "," + strconv.FormatFloat(math.Sin(float64(i)), 'f', 4, 64) + "\n"
	}
	verbtest.Write(t, "t.csv", "time,rate\n"+stamped)
	r = verbtest.Succeed(t, New(), "t.csv", "t.csv", "-m", "cka", "--format", "csv")
	if row := verbtest.Rows(t, r.Stdout)[0]; !strings.Contains(row["warning"], `feature "time" rises by equal steps`) {
		t.Errorf("time stamps: warning %q", row["warning"])
	}
}

// A header of numbers in one file alone: --header FILE=yes reads it there, and leaves the
// first sample of the other file where it is.
func TestHeaderOfOneFile(t *testing.T) {
	t.Chdir(t.TempDir())
	nothing := func(int) string { return "" }
	table(t, "bare_x.csv", "a,b\n", twin.x, nothing)
	table(t, "x.csv", "17,23\n", twin.x, nothing)
	table(t, "y.csv", "", twin.y, nothing)
	want, says := scoreOf(t, "bare_x.csv", "y.csv", "-m", "cka")
	if says != "" {
		t.Fatal(says)
	}
	for _, header := range []string{"x.csv=yes", "no,x.csv=yes", "x.csv=yes,y.csv=no"} {
		if got, says := scoreOf(t, "x.csv", "y.csv", "-m", "cka", "--header", header); got != want {
			t.Errorf("--header %s: %v %s, want %v", header, got, says, want)
		}
	}
	if _, says := scoreOf(t, "x.csv", "y.csv", "-m", "cka", "--header", "z.csv=yes"); !strings.Contains(says, `there is no input "z.csv"`) {
		t.Errorf("a header of another file: %q", says)
	}
}
