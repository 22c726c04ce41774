package influence_test

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"simtool/internal/io"
	"simtool/internal/verb/influence"
	"simtool/internal/verb/verbtest"
)

// run asks in a directory of its own, and returns the rows of the table.
func run(t *testing.T, words ...string) (rows []map[string]string, r *verbtest.Result) {
	t.Helper()
	r = verbtest.Succeed(t, influence.New(), append(words, "--format", "csv")...)
	return verbtest.Rows(t, r.Stdout), r
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// people is a table whose samples and features have names; dora is far from the others.
const people = "id,age,height\nanna,1,2\nben,2,1\ncora,3,3\ndora,90,80\nemil,2,4\nfinn,4,1\n"

// TestNames: samples and neurons have the names of the file and their places in X, and a
// score that rests on one sample says so.
func TestNames(t *testing.T) {
	t.Chdir(t.TempDir())
	verbtest.Write(t, "x.csv", people)
	// Other rows are in another order, and nothing but dora is in common.
	verbtest.Write(t, "y.csv", "id,a,b\nfinn,1,4\ndora,70,90\nanna,3,1\nben,2,2\nemil,1,1\ncora,2,5\n")
	rows, r := run(t, "x.csv", "y.csv", "-m", "cka", "--ids", "id")
	if len(rows) != 6+2+2 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, name := range []string{"anna", "ben", "cora", "dora", "emil", "finn", "age", "height", "a", "b"} {
		unit := []int{0, 1, 2, 3, 4, 5, 0, 1, 0, 1}[i]
		wrt := []string{"samples", "x", "y"}[max(0, (i-4)/2)]
		if row := rows[i]; row["name"] != name || row["unit"] != fmt.Sprint(unit) || row["wrt"] != wrt {
			t.Errorf("row %d is %s %s %q, want %s %d %q", i, row["wrt"], row["unit"], row["name"], wrt, unit, name)
		}
	}
	dora := rows[3]
	want := fmt.Sprintf(`cka of x.csv and y.csv rests on one sample (3, "dora"): %.3g, and %.3g without it`, number(t, dora["value"]), number(t, dora["without"]))
	if dora["warning"] != want {
		t.Errorf("the row of dora says %q, want %q", dora["warning"], want)
	}
	for i, row := range rows {
		if i != 3 && row["warning"] != "" {
			t.Errorf("row %d warns: %s", i, row["warning"])
		}
		if got := number(t, row["value"]) - number(t, row["without"]); got != number(t, row["change"]) {
			t.Errorf("row %d: change %s", i, row["change"])
		}
	}
	if len(r.Warnings) != 0 {
		t.Errorf("warnings of no row: %q", r.Warnings)
	}
}

// TestMissing: what is left out has no row, and the rest keeps the places of the file.
func TestMissing(t *testing.T) {
	t.Chdir(t.TempDir())
	verbtest.Write(t, "x.csv", strings.Replace(people, "ben,2,1", "ben,NA,1", 1))
	verbtest.Write(t, "y.csv", people)
	rows, _ := run(t, "x.csv", "y.csv", "--ids", "id", "--missing", "drop", "--wrt", "samples")
	var units []string
	for _, row := range rows {
		units = append(units, row["unit"]+row["name"])
	}
	if got := strings.Join(units, " "); got != "0anna 2cora 3dora 4emil 5finn" {
		t.Errorf("units %s", got)
	}
	verbtest.Write(t, "x.csv", "a,b,c\n1.5,NA,2\n2,NA,1\n3,NA,5\n1,NA,0\n")
	verbtest.Write(t, "y.csv", "a,b\n1.5,2\n2,2\n3,1\n1,0\n")
	rows, _ = run(t, "x.csv", "y.csv", "--missing", "drop-features", "--wrt", "x")
	if len(rows) != 2 || rows[1]["unit"] != "2" || rows[1]["name"] != "c" {
		t.Errorf("neurons %v", rows)
	}
}

// TestConditions: a condition's influence is the sum of those of its samples, and its
// change is that of data without it.
func TestConditions(t *testing.T) {
	t.Chdir(t.TempDir())
	array(t, "x.npy", 4, 5, 3, 1)
	array(t, "y.npy", 4, 5, 2, 2)
	for _, measure := range []string{"cka", "rsa:compare=spearman", "linreg:cv=3"} {
		samples, _ := run(t, "x.npy", "y.npy", "-m", measure, "--wrt", "samples")
		conditions, _ := run(t, "x.npy", "y.npy", "-m", measure, "--wrt", "conditions")
		times, _ := run(t, "x.npy", "y.npy", "-m", measure, "--wrt", "times")
		if len(samples) != 20 || len(conditions) != 5 || len(times) != 4 {
			t.Fatalf("%d samples, %d conditions, %d times", len(samples), len(conditions), len(times))
		}
		if samples[7]["name"] != "time 1, condition 2" || conditions[2]["unit"] != "2" {
			t.Errorf("sample 7 is %q", samples[7]["name"])
		}
		if samples[0]["method"] == "deletion" {
			continue // nothing adds up
		}
		for c, row := range conditions {
			total := 0.0
			for time := range 4 {
				total += number(t, samples[5*time+c]["influence"])
			}
			if math.Abs(total-number(t, row["influence"])) > 1e-12 {
				t.Errorf("%s: condition %d has the influence %s, its samples %v", measure, c, row["influence"], total)
			}
		}
	}
}

// array writes time × condition × neuron data.
func array(t *testing.T, path string, times, conditions, neurons, seed int) {
	t.Helper()
	arrayOf(t, path, times, conditions, neurons, seed, conditions, nil)
}

// arrayOf writes the first of the conditions, after a change of all.
func arrayOf(t *testing.T, path string, times, conditions, neurons, seed, first int, change func(values []float64)) {
	t.Helper()
	var values []float64
	for time := range times {
		for c := range conditions {
			for k := range neurons {
				values = append(values, math.Sin(float64((time+1)*(c+2)))+0.3*math.Cos(float64(seed*(7*time+3*c+5*k+1)))*float64(k+1))
			}
		}
	}
	if change != nil {
		change(values)
	}
	var kept []float64
	for i, v := range values {
		if i/neurons%conditions < first {
			kept = append(kept, v)
		}
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := dataio.EncodeArray(f, path, dataio.Float64, kept, times, first, neurons); err != nil {
		t.Fatal(err)
	}
}

// TestOneNeuron: a system of one neuron has no score without it, which is said and is no
// failure.
func TestOneNeuron(t *testing.T) {
	t.Chdir(t.TempDir())
	verbtest.Write(t, "x.csv", people)
	verbtest.Write(t, "one.csv", "id,only\nanna,1\nben,3\ncora,2\ndora,5\nemil,4\nfinn,0\n")
	rows, _ := run(t, "x.csv", "one.csv", "--ids", "id", "--wrt", "y", "-m", "cka,cca")
	for _, row := range rows {
		if row["without"] != "" || !strings.Contains(row["warning"], "rests on one neuron of Y (0, \"only\"): there is no score without it") || row["error"] != "" {
			t.Errorf("%s: without %q, warning %q, error %q", row["measure"], row["without"], row["warning"], row["error"])
		}
	}
	// To a measure that does not see the scale, the weight of the only neuron is nothing.
	if v := number(t, rows[0]["influence"]); math.Abs(v) > 1e-12 {
		t.Errorf("influence of the only neuron %v", v)
	}
}

// TestUndefined: a measure without a score is a row with the reason, beside the others.
func TestUndefined(t *testing.T) {
	t.Chdir(t.TempDir())
	verbtest.Write(t, "x.csv", people)
	verbtest.Write(t, "same.csv", "id,a\nanna,1\nben,1\ncora,1\ndora,1\nemil,1\nfinn,1\n")
	r := verbtest.Run(t, influence.New(), "x.csv", "same.csv", "--ids", "id", "-m", "cka", "--wrt", "samples", "--format", "csv")
	if r.Err == nil || !strings.Contains(r.Err.Error(), "1 of 1 rows") {
		t.Errorf("ended with %v", r.Err)
	}
	if row := verbtest.Rows(t, r.Stdout)[0]; !strings.Contains(row["error"], "same.csv is constant") || row["value"] != "" || row["unit"] != "" {
		t.Errorf("row %v", row)
	}
	for words, want := range map[string]string{
		"x.csv":                               "want X and Y",
		"x.csv same.csv --wrt sample":         "--wrt sample: want samples, conditions, times, x or y",
		"x.csv same.csv --ids id --wrt times": "samples without times and conditions",
		"x.csv same.csv -m ckaa":              "ckaa",
		"x.csv same.csv --ids y.csv=id":       "there is no input",
	} {
		if r := verbtest.Run(t, influence.New(), strings.Fields(words)...); r.Err == nil || !strings.Contains(r.Err.Error(), want) {
			t.Errorf("%s: ended with %v", words, r.Err)
		}
	}
}

// TestDistances: a sample of a matrix of dissimilarities is a row and a column, and it
// has no neurons.
func TestDistances(t *testing.T) {
	t.Chdir(t.TempDir())
	verbtest.Write(t, "x.csv", "0,1,2,4,9\n1,0,3,5,8\n2,3,0,6,7\n4,5,6,0,1\n9,8,7,1,0\n")
	verbtest.Write(t, "y.csv", "0,2,2,3,7\n2,0,1,5,6\n2,1,0,4,9\n3,5,4,0,2\n7,6,9,2,0\n")
	verbtest.Write(t, "x3.csv", "0,1,4,9\n1,0,5,8\n4,5,0,1\n9,8,1,0\n")
	verbtest.Write(t, "y3.csv", "0,2,3,7\n2,0,5,6\n3,5,0,2\n7,6,2,0\n")
	const measure = "rsa:rdm=precomputed:compare=pearson"
	rows, r := run(t, "x.csv", "y.csv", "-m", measure, "--header", "no")
	if len(rows) != 5 || len(r.Warnings) > 0 {
		t.Fatalf("%d rows, warnings %q", len(rows), r.Warnings)
	}
	small, _ := run(t, "x3.csv", "y3.csv", "-m", measure, "--header", "no")
	if without, value := number(t, rows[2]["without"]), number(t, small[0]["value"]); math.Abs(without-value) > 1e-14 {
		t.Errorf("without sample 2 %v, by hand %v", without, value)
	}
}

// TestDerivativesOnly leaves out what a derivative stands for, and nothing else.
func TestDerivativesOnly(t *testing.T) {
	t.Chdir(t.TempDir())
	verbtest.Write(t, "x.csv", people)
	verbtest.Write(t, "y.csv", strings.ReplaceAll(people, ",1", ",2"))
	rows, _ := run(t, "x.csv", "y.csv", "-m", "cka,mutual-knn:k=2", "--ids", "id", "--wrt", "samples", "--derivatives-only")
	whole, _ := run(t, "x.csv", "y.csv", "-m", "cka,mutual-knn:k=2", "--ids", "id", "--wrt", "samples")
	for i, row := range rows {
		kept := row["method"] == "deletion"
		if row["influence"] != whole[i]["influence"] || kept != (row["without"] != "") || kept && row["influence"] != row["change"] {
			t.Errorf("row %d: %v", i, row)
		}
	}
}

// TestMissingSampleOfAGrid: data of times and conditions that lost a sample still have
// their conditions, and the score without one is that of files without it.
func TestMissingSampleOfAGrid(t *testing.T) {
	t.Chdir(t.TempDir())
	hole := func(values []float64) {
		values[(2*5+1)*3] = math.NaN() // time 2, condition 1
	}
	arrayOf(t, "x.npy", 4, 5, 3, 1, 5, hole)
	arrayOf(t, "y.npy", 4, 5, 2, 2, 5, nil)
	arrayOf(t, "x4.npy", 4, 5, 3, 1, 4, hole)
	arrayOf(t, "y4.npy", 4, 5, 2, 2, 4, nil)
	for _, measure := range []string{"cka", "rsa", "linreg:cv=3", "linreg:cv=2:folds=conditions"} {
		rows, _ := run(t, "x.npy", "y.npy", "-m", measure, "--wrt", "conditions", "--missing", "drop")
		fewer, _ := run(t, "x4.npy", "y4.npy", "-m", measure, "--wrt", "conditions", "--missing", "drop")
		if len(rows) != 5 || len(fewer) != 4 {
			t.Fatalf("%d and %d conditions", len(rows), len(fewer))
		}
		if without, value := number(t, rows[4]["without"]), number(t, fewer[0]["value"]); math.Abs(without-value) > 1e-13 {
			t.Errorf("%s without the last condition %v, by hand %v", measure, without, value)
		}
	}
	samples, _ := run(t, "x.npy", "y.npy", "--wrt", "samples", "--missing", "drop", "--derivatives-only")
	if len(samples) != 19 || samples[11]["name"] != "time 2, condition 2" || samples[11]["unit"] != "12" {
		t.Errorf("%d samples, the twelfth is %s, %q", len(samples), samples[11]["unit"], samples[11]["name"])
	}
}

// TestGrids: the grid may be that of either file, and data whose grids differ have none.
func TestGrids(t *testing.T) {
	t.Chdir(t.TempDir())
	array(t, "cube.npy", 4, 5, 3, 1)
	array(t, "flat.npy", 1, 20, 2, 2)
	array(t, "other.npy", 5, 4, 2, 2)
	verbtest.Write(t, "table.csv", "a,b\n"+strings.Repeat("1.5,2\n0.5,1\n3,7\n2,2\n", 5))
	for _, c := range []struct {
		files, wrt string
		rows       int
	}{
		{"cube.npy table.csv", "conditions", 5}, {"table.csv cube.npy", "times", 4}, {"table.csv cube.npy", "samples", 20}, {"cube.npy other.npy", "samples", 20},
	} {
		rows, r := run(t, append(strings.Fields(c.files), "--wrt", c.wrt)...)
		if len(rows) != c.rows || rows[c.rows-1]["unit"] != fmt.Sprint(c.rows-1) {
			t.Errorf("%s: %d %s", c.files, len(rows), c.wrt)
		}
		if strings.Contains(c.files, "other") != (len(r.Warnings) == 1) {
			t.Errorf("%s: warnings %q", c.files, r.Warnings)
		}
	}
	if r := verbtest.Run(t, influence.New(), "cube.npy", "other.npy", "--wrt", "conditions"); r.Err == nil {
		t.Error("files of two grids have conditions in common")
	}
	// Core measures hold out what score does.
	rows, _ := run(t, "cube.npy", "cube.npy", "-m", "default", "--wrt", "times", "--top", "1")
	var names []string
	for _, row := range rows {
		names = append(names, row["measure"])
	}
	if !strings.Contains(strings.Join(names, " "), "linreg:cv=5:folds=conditions") {
		t.Errorf("measures %q", names)
	}
}

// TestTop gives the units that change the score most.
func TestTop(t *testing.T) {
	t.Chdir(t.TempDir())
	verbtest.Write(t, "x.csv", people)
	verbtest.Write(t, "y.csv", strings.ReplaceAll(people, ",1", ",2"))
	all, _ := run(t, "x.csv", "y.csv", "--ids", "id", "--wrt", "samples")
	top, _ := run(t, "x.csv", "y.csv", "--ids", "id", "--wrt", "samples", "--top", "3")
	if len(top) != 3 || top[0]["name"] != "dora" {
		t.Fatalf("%d rows, first %v", len(top), top[0])
	}
	least := math.Abs(number(t, top[2]["change"]))
	larger := 0
	for _, row := range all {
		if math.Abs(number(t, row["change"])) >= least {
			larger++
		}
	}
	if larger != 3 {
		t.Errorf("%d units change the score as much as the last of three", larger)
	}
}

// TestGroupsStayInFolds: without a sample the score is that of files without its row and
// its label, whose folds hold whole groups as well.
func TestGroupsStayInFolds(t *testing.T) {
	t.Chdir(t.TempDir())
	const n = 18
	table := func(left, seed int) string {
		text := "a,b\n"
		for i := range n {
			if i != left {
				text += fmt.Sprintf("%.9g,%.9g\n", math.Sin(float64(i*i*seed+i)), math.Cos(float64(i*i*(seed+1)+2*i)))
			}
		}
		return text
	}
	labels := func(left int) string {
		text := "day\n"
		for i := range n {
			if i != left {
				text += fmt.Sprintf("d%d\n", i*i%7%3)
			}
		}
		return text
	}
	for left := -1; left < n; left++ {
		verbtest.Write(t, fmt.Sprintf("x%d.csv", left), table(left, 3))
		verbtest.Write(t, fmt.Sprintf("y%d.csv", left), table(left, 5))
		verbtest.Write(t, fmt.Sprintf("g%d.csv", left), labels(left))
	}
	asked := func(left int, more ...string) []map[string]string {
		rows, _ := run(t, append([]string{fmt.Sprintf("x%d.csv", left), fmt.Sprintf("y%d.csv", left), "-m", "linreg:cv=3", "--wrt", "samples"}, more...)...)
		return rows
	}
	all, apart := asked(-1, "--groups", "g-1.csv:day"), asked(-1)
	if all[0]["value"] == apart[0]["value"] {
		t.Error("folds do not depend on groups")
	}
	for _, left := range []int{0, 7, 17} {
		want := number(t, asked(left, "--groups", fmt.Sprintf("g%d.csv:day", left))[0]["value"])
		if got := number(t, all[left]["without"]); math.Abs(got-want) > 1e-12 {
			t.Errorf("without sample %d: %v, want %v", left, got, want)
		}
	}
}
