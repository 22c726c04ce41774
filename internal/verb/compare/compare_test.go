package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/verb"
	"simtool/internal/verb/score"
	"simtool/internal/verb/verbtest"
)

// write writes an array of normal numbers that are those of a recording times keep plus
// noise.
func write(t *testing.T, path string, base []float64, keep float64, seed uint64, shape ...int) []float64 {
	t.Helper()
	size := 1
	for _, n := range shape {
		size *= n
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	values := make([]float64, size)
	for i := range values {
		values[i] = rng.NormFloat64()
		if base != nil {
			values[i] += keep * base[i]
		}
	}
	if _, err := dataio.WriteFile(path, dataio.WriteOptions{}, func(f *dataio.AtomicFile) error {
		return dataio.EncodeNPY(f, dataio.Float64, values, shape...)
	}); err != nil {
		t.Fatal(err)
	}
	return values
}

// inputs writes a recording of 40 samples, and three models of it: good, fair and poor.
func inputs(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	x := write(t, "x.npy", nil, 0, 1, 40, 5)
	write(t, "good.npy", x, 3, 2, 40, 5)
	write(t, "fair.npy", x, 1.2, 3, 40, 5)
	write(t, "poor.npy", x, 0, 4, 40, 5)
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestRows: pairs come in the order of the models, for each measure, and a difference
// changes its sign with the order of its models.
func TestRows(t *testing.T) {
	inputs(t)
	const measures = "cka,cka:estimator=debiased"
	r := verbtest.Succeed(t, New(), "x.npy", "good.npy", "fair.npy", "poor.npy", "-m", measures)
	rows := verbtest.Rows(t, r.Stdout)
	if len(rows) != 6 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, want := range []string{"good fair", "good poor", "fair poor", "good fair", "good poor", "fair poor"} {
		row := rows[i]
		first, second, _ := strings.Cut(want, " ")
		if row["y1"] != first+".npy" || row["y2"] != second+".npy" || row["measure"] != strings.Split(measures, ",")[i/3] {
			t.Errorf("row %d is %v", i, row)
		}
		if df := []string{"14", "39"}[i/3]; row["df"] != df {
			t.Errorf("row %d has df %s, want %s", i, row["df"], df)
		}
		diff, lo, hi, p, adjusted := number(t, row["diff"]), number(t, row["lo"]), number(t, row["hi"]), number(t, row["pvalue"]), number(t, row["p_adj"])
		if !(lo < diff && diff < hi) || diff <= 0 || adjusted < p || number(t, row["q_bh"]) < p {
			t.Errorf("row %d: %v", i, row)
		}
	}
	back := verbtest.Rows(t, verbtest.Succeed(t, New(), "x.npy", "fair.npy", "good.npy", "-m", "cka").Stdout)[0]
	for a, b := range map[string]string{"diff": "diff", "lo": "hi", "t": "t"} {
		if got, want := number(t, back[a]), -number(t, rows[0][b]); got-want > 1e-12 || want-got > 1e-12 {
			t.Errorf("%s of the exchanged models is %g, want %g", a, got, want)
		}
	}
}

// TestRanks: the models stand beside the table in the order of their estimates, with
// letters, and the best is compared with the best of random pairings.
func TestRanks(t *testing.T) {
	inputs(t)
	r := verbtest.Succeed(t, New(), "x.npy", "poor.npy", "good.npy", "fair.npy", "--permutations", "99", "-o", "out.csv", "--ranks", "ranks.csv")
	rows := verbtest.Rows(t, verbtest.Text(t, "ranks.csv"))
	scored := verbtest.Rows(t, verbtest.Succeed(t, score.New(), "x.npy", "poor.npy", "good.npy", "fair.npy", "-m", "cka", "--permutations", "99").Stdout)
	for i, want := range []string{"3 c", "1 a", "2 b"} {
		row := rows[i]
		if got := row["rank"] + " " + row["group"]; got != want || row["first"] != row["rank"] || row["last"] != row["rank"] {
			t.Errorf("%s has %s, want %s", row["y"], got, want)
		}
		for _, column := range []string{"value", "corrected", "lo", "hi", "null", "calibrated", "pvalue", "units"} {
			if row[column] != scored[i][column] {
				t.Errorf("%s: %s is %s, and by score %s", row["y"], column, row[column], scored[i][column])
			}
		}
	}
	if rows[1]["p_best"] != "0.01" || number(t, rows[1]["z"]) < 3 {
		t.Errorf("the best model: %v", rows[1])
	}
	const want = "cka, the closest first: good.npy (a), fair.npy (b), poor.npy (c); models without a common letter differ (p_adj < 0.05); the best of random pairings is as good as good.npy with p = 0.01"
	if len(r.Summaries) != 1 || r.Summaries[0] != want {
		t.Errorf("told %q", r.Summaries)
	}
	if len(verbtest.Rows(t, verbtest.Text(t, "out.csv"))) != 3 {
		t.Error("out.csv has not three differences")
	}
}

// TestJobs: the bytes are those of one worker, and follow from the seed.
func TestJobs(t *testing.T) {
	inputs(t)
	words := []string{"x.npy", "good.npy", "fair.npy", "poor.npy", "-m", "cka,nbs"}
	one := verbtest.Succeed(t, New(), words...).Stdout
	if four := verbtest.Succeed(t, New(), append(words, "--jobs", "4")...).Stdout; four != one {
		t.Errorf("with --jobs 4 %s\nwith 1 %s", four, one)
	}
	if other := verbtest.Succeed(t, New(), append(words, "--seed", "2")...).Stdout; other == one {
		t.Error("another seed has the same draws")
	}
}

// TestPerTime: each time bin is compared by itself, and a condition is one unit.
func TestPerTime(t *testing.T) {
	t.Chdir(t.TempDir())
	x := write(t, "x.npy", nil, 0, 1, 3, 12, 4)
	write(t, "a.npy", x, 2, 2, 3, 12, 4)
	write(t, "b.npy", x, 1, 3, 3, 12, 4)
	rows := verbtest.Rows(t, verbtest.Succeed(t, New(), "x.npy", "a.npy", "b.npy", "--per", "time").Stdout)
	if len(rows) != 3 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, row := range rows {
		if row["time"] != fmt.Sprint(i) || row["df"] != "11" {
			t.Errorf("row %d: %v", i, row)
		}
	}
	whole := verbtest.Rows(t, verbtest.Succeed(t, New(), "x.npy", "a.npy", "b.npy").Stdout)
	if len(whole) != 1 || whole[0]["df"] != "11" {
		t.Errorf("all times: %v", whole)
	}
}

// TestUnitsOfAFile: a column says which samples are one unit, also in time bins.
func TestUnitsOfAFile(t *testing.T) {
	inputs(t)
	labels := "stimulus\n"
	for i := range 40 {
		labels += fmt.Sprintf("s%d\n", i%8)
	}
	verbtest.Write(t, "units.csv", labels)
	row := verbtest.Rows(t, verbtest.Succeed(t, New(), "x.npy", "good.npy", "fair.npy", "--units", "units.csv:stimulus").Stdout)[0]
	if row["df"] != "7" || row["diff"] == "" {
		t.Errorf("row %v", row)
	}
	x := write(t, "x3.npy", nil, 0, 1, 3, 40, 4)
	write(t, "a3.npy", x, 2, 2, 3, 40, 4)
	write(t, "b3.npy", x, 1, 3, 3, 40, 4)
	for _, per := range [][]string{nil, {"--per", "time"}} {
		rows := verbtest.Rows(t, verbtest.Succeed(t, New(), append([]string{"x3.npy", "a3.npy", "b3.npy", "--units", "units.csv:stimulus"}, per...)...).Stdout)
		for _, row := range rows {
			if row["df"] != "7" {
				t.Errorf("%v: %v", per, row)
			}
		}
	}
}

// TestDualBootstrap: means over subjects are compared, with the same bytes for any number
// of workers; a measure of no dissimilarities is a row with the reason.
func TestDualBootstrap(t *testing.T) {
	inputs(t)
	words := []string{"x.npy", "fair.npy", "poor.npy", "--method", "schuett2023", "--subject", "good.npy", "-m", "rsa:compare=pearson,rsa:compare=spearman"}
	one := verbtest.Succeed(t, New(), append(words, "-o", "one.csv", "--ranks", "ranks.csv")...)
	verbtest.Succeed(t, New(), append(words, "-o", "four.csv", "--jobs", "4")...)
	if a, b := verbtest.Text(t, "one.csv"), verbtest.Text(t, "four.csv"); a != b {
		t.Errorf("with 4 jobs %s\nwith 1 %s", b, a)
	}
	rows, ranks := verbtest.Rows(t, verbtest.Text(t, "one.csv")), verbtest.Rows(t, verbtest.Text(t, "ranks.csv"))
	for i, row := range rows {
		if row["df"] != "1" || !strings.Contains(row["note"], "means over 2 subjects") {
			t.Errorf("row %v", row)
		}
		a, b := number(t, ranks[2*i]["value"]), number(t, ranks[2*i+1]["value"])
		if got := number(t, row["diff"]); math.Abs(got-(a-b)) > 1e-12 {
			t.Errorf("diff is %g of %g and %g", got, a, b)
		}
		// The mean over subjects, each scored as a recording.
		mean := 0.0
		for _, x := range []string{"x.npy", "good.npy"} {
			mean += number(t, verbtest.Rows(t, verbtest.Succeed(t, score.New(), x, "fair.npy", "-m", row["measure"]).Stdout)[0]["value"]) / 2
		}
		if math.Abs(a-mean) > 1e-12 {
			t.Errorf("%s of fair.npy is %g, want %g", row["measure"], a, mean)
		}
	}
	if len(one.Summaries) != 2 {
		t.Errorf("told %q", one.Summaries)
	}
	r := verbtest.Run(t, New(), "x.npy", "fair.npy", "poor.npy", "--method", "schuett2023", "-m", "cka")
	if row := verbtest.Rows(t, r.Stdout)[0]; r.Err == nil || !strings.Contains(row["error"], "measures that compare dissimilarities") {
		t.Errorf("cka ended with %v: %v", r.Err, row)
	}
}

// TestCommonSamples: models that lack samples are compared, like the others, on those
// that all have.
func TestCommonSamples(t *testing.T) {
	t.Chdir(t.TempDir())
	rng := rand.New(rand.NewPCG(5, 5))
	var x, a, b string
	for i := range 30 {
		u, v := rng.NormFloat64(), rng.NormFloat64()
		line := func(noise float64) string {
			return fmt.Sprintf("s%d,%g,%g\n", i, u+noise*rng.NormFloat64(), v+noise*rng.NormFloat64())
		}
		x, a = x+line(0), line(0.3)+a
		if other := line(0.5); i%5 > 0 {
			b += other
		}
	}
	for name, text := range map[string]string{"x": x, "a": a, "b": b} {
		verbtest.Write(t, name+".csv", "id,u,v\n"+text)
	}
	r := verbtest.Succeed(t, New(), "x.csv", "a.csv", "b.csv", "--ids", "id", "--pair-by", "common")
	rows := verbtest.Rows(t, r.Stdout)
	if len(rows) != 1 || rows[0]["diff"] == "" || number(t, rows[0]["diff"]) <= 0 {
		t.Errorf("rows %v", rows)
	}
	r = verbtest.Run(t, New(), "x.csv", "a.csv", "b.csv", "--ids", "id")
	if r.Err == nil {
		t.Error("models that lack samples were compared by all of them")
	}
}

// TestUndefined: a model without a score is a row with the reason, and one whose value
// cannot be estimated has a warning that names it.
func TestUndefined(t *testing.T) {
	inputs(t)
	verbtest.Write(t, "same.csv", strings.Repeat("1,1\n", 40))
	r := verbtest.Run(t, New(), "x.npy", "good.npy", "same.csv", "fair.npy", "-m", "cka")
	rows := verbtest.Rows(t, r.Stdout)
	if r.Err == nil || !strings.Contains(r.Err.Error(), "2 of 3 differences") || !strings.Contains(rows[0]["error"], "same.csv is constant") || rows[1]["diff"] == "" {
		t.Errorf("ended with %v: %v", r.Err, rows)
	}
	wide := write(t, "wide.npy", nil, 0, 8, 12, 20)
	write(t, "wide1.npy", wide, 1, 9, 12, 20)
	write(t, "wide2.npy", wide, 2, 10, 12, 20)
	row := verbtest.Rows(t, verbtest.Succeed(t, New(), "wide.npy", "wide1.npy", "wide2.npy", "-m", "nbs").Stdout)[0]
	if row["diff"] != "" || !strings.HasPrefix(row["warning"], "no difference: y1: ") {
		t.Errorf("row %v", row)
	}
	twice := verbtest.Rows(t, verbtest.Succeed(t, New(), "x.npy", "good.npy", "good.npy").Stdout)[0]
	if twice["diff"] != "0" || twice["pvalue"] != "" || twice["note"] == "" {
		t.Errorf("the same model twice: %v", twice)
	}
	for words, want := range map[string]string{
		"x.npy good.npy":                                                "want a recording X and at least two models",
		"x.npy good.npy fair.npy --level 95":                            "want a number between 0 and 1",
		"x.npy good.npy fair.npy --per time":                            "want time × condition × neuron",
		"x.npy good.npy fair.npy -m ckaa":                               "ckaa",
		"x.npy good.npy fair.npy --subject poor.npy":                    "--subject goes with --method schuett2023",
		"x.npy good.npy fair.npy --method schuett2023 --permutations 9": "want neither --permutations",
		"x.npy good.npy fair.npy --ranks a.csv":                         "--ranks goes with --output",
		"x.npy good.npy fair.npy --permutations -1":                     "want 0 or more",
		"- good.npy -":                          "standard input can be only one",
		"x.npy good.npy fair.npy --ids z.npy=i": "there is no input",
	} {
		if r := verbtest.Run(t, New(), strings.Fields(words)...); r.Err == nil || !strings.Contains(r.Err.Error(), want) {
			t.Errorf("%s: ended with %v", words, r.Err)
		}
	}
}

// TestMemory: the forecast bounds the data of all files, and grows with models, features
// and jobs.
func TestMemory(t *testing.T) {
	systems := func(widths ...int) []*data.Dataset {
		var out []*data.Dataset
		for _, w := range widths {
			d, err := data.New(make([]float64, 600*w), 20, 30, w)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, d)
		}
		return out
	}
	o := New()
	var err error
	if o.named, err = verb.ParseMeasures([]string{"cka", "nbs"}, 1); err != nil {
		t.Fatal(err)
	}
	two := o.memory(systems(40, 50, 60), 1)
	if least := int64(8 * 600 * (40 + 50 + 60)); two < batch.ProgramMemory+2*least {
		t.Errorf("two models take %d bytes, their data alone %d", two, least)
	}
	for what, more := range map[string]int64{
		"a model": o.memory(systems(40, 50, 60, 50), 1), "features": o.memory(systems(40, 50, 90), 1), "jobs": o.memory(systems(40, 50, 60), 3),
	} {
		if more <= two {
			t.Errorf("with more %s %d bytes, want more than %d", what, more, two)
		}
	}
	o.Permutations = 99
	if o.memory(systems(40, 50, 60), 1) < two {
		t.Error("with random pairings less is taken")
	}
}
