package score

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"simtool/internal/data"
	"simtool/internal/data/datatest"
	"simtool/internal/io"
	"simtool/internal/verb/verbtest"
)

// writeArray writes an array.
func writeArray(t *testing.T, path string, values []float64, shape ...int) {
	t.Helper()
	if _, err := dataio.WriteFile(path, dataio.WriteOptions{}, func(f *dataio.AtomicFile) error {
		return dataio.EncodeNPY(f, dataio.Float64, values, shape...)
	}); err != nil {
		t.Fatal(err)
	}
}

// noisyRepeats writes repeats r0.npy, r1.npy, … of a recording, their mean.npy, and the
// recording without noise, model.npy.
func noisyRepeats(t *testing.T, repeats int, noise float64, shape ...int) {
	t.Helper()
	t.Chdir(t.TempDir())
	size := 1
	for _, n := range shape {
		size *= n
	}
	rng := rand.New(rand.NewPCG(4, 4))
	signal, mean := make([]float64, size), make([]float64, size)
	for i := range signal {
		signal[i] = rng.NormFloat64()
	}
	for r := range repeats {
		values := make([]float64, size)
		for i, v := range signal {
			values[i] = v + noise*rng.NormFloat64()
			mean[i] += values[i] / float64(repeats)
		}
		writeArray(t, fmt.Sprintf("r%d.npy", r), values, shape...)
	}
	writeArray(t, "mean.npy", mean, shape...)
	writeArray(t, "model.npy", signal, shape...)
}

func cell(t *testing.T, row map[string]string, column string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(row[column], 64)
	if err != nil {
		t.Fatalf("%s of %v: %v", column, row, err)
	}
	return v
}

// TestHalves: two halves beside their mean, and one half with the other as its repeat,
// are the same question.
func TestHalves(t *testing.T) {
	noisyRepeats(t, 2, 0.7, 60, 4)
	const measures = "cka,nbs,linreg,linreg:cv=5,ridge,rsa:compare=pearson,rsa:compare=spearman,procrustes"
	halves := verbtest.Rows(t, verbtest.Succeed(t, New(), "mean.npy", "model.npy", "-m", measures, "--halves", "r0.npy,r1.npy").Stdout)
	repeat := verbtest.Rows(t, verbtest.Succeed(t, New(), "r0.npy", "model.npy", "-m", measures, "--repeat", "r1.npy").Stdout)
	for i, row := range halves {
		for _, column := range []string{"value", "ceiling", "normalised"} {
			if a, b := cell(t, row, column), cell(t, repeat[i], column); math.Abs(a-b) > 1e-12 {
				t.Errorf("%s: %s is %g and %g", row["measure"], column, a, b)
			}
		}
		// The model is perfect.
		if v := cell(t, row, "normalised"); v < 0.85 || v > 1.15 {
			t.Errorf("%s of a perfect model: %g of the ceiling %s", row["measure"], v, row["ceiling"])
		}
		if row["measure"] != "procrustes" && cell(t, row, "ceiling") > 0.97 {
			t.Errorf("%s has the ceiling %s in spite of noise", row["measure"], row["ceiling"])
		}
		if !strings.HasPrefix(repeat[i]["note"], "x is the mean of 2 repeats") {
			t.Errorf("note %q", repeat[i]["note"])
		}
	}
}

// TestHalvesOracle compares the cells with those of an independent program.
func TestHalvesOracle(t *testing.T) {
	path := func(name string) string { return filepath.Join(datatest.Shared(t, "inference"), name) }
	row := verbtest.Rows(t, verbtest.Succeed(t, New(), path("halves_1.npy"), path("halves_y.npy"), "--repeat", path("halves_2.npy"), "-m", "cka:estimator=debiased", "--units", "rows").Stdout)[0]
	if got := cell(t, row, "normalised"); math.Abs(got-0.5705339913341804) > 1e-9 {
		t.Errorf("normalised is %.12g, want .5705339913", got)
	}
}

// TestManyRepeats: a pattern names repeats, of which more raise the ceiling.
func TestManyRepeats(t *testing.T) {
	noisyRepeats(t, 5, 1, 80, 4)
	two := verbtest.Rows(t, verbtest.Succeed(t, New(), "r0.npy", "model.npy", "-m", "cka,nbs", "--repeat", "r1.npy").Stdout)
	five := verbtest.Rows(t, verbtest.Succeed(t, New(), "r0.npy", "model.npy", "-m", "cka,nbs", "--repeat", "r[1-4].npy").Stdout)
	for i, row := range five {
		if a, b := cell(t, two[i], "ceiling"), cell(t, row, "ceiling"); b < a+0.05 {
			t.Errorf("%s: the ceiling is %g of two repeats and %g of five", row["measure"], a, b)
		}
		if v := cell(t, row, "normalised"); math.Abs(v-1) > 0.1 {
			t.Errorf("%s: normalised %g", row["measure"], v)
		}
	}
}

// TestRepeatsPerTime: each time bin has its own ceiling.
func TestRepeatsPerTime(t *testing.T) {
	noisyRepeats(t, 2, 0.5, 3, 30, 4)
	rows := verbtest.Rows(t, verbtest.Succeed(t, New(), "r0.npy", "model.npy", "-m", "cka", "--repeat", "r1.npy", "--per", "time").Stdout)
	if len(rows) != 3 || rows[0]["ceiling"] == rows[1]["ceiling"] {
		t.Fatalf("rows %v", rows)
	}
	for _, row := range rows {
		if v := cell(t, row, "normalised"); math.Abs(v-1) > 0.2 {
			t.Errorf("time %s: normalised %g", row["time"], v)
		}
	}
}

// TestRepeatsByName: repeats, like models, name their samples and may lack some values.
func TestRepeatsByName(t *testing.T) {
	t.Chdir(t.TempDir())
	rng := rand.New(rand.NewPCG(6, 6))
	lines := map[string][]string{}
	for i := range 40 {
		u, v := rng.NormFloat64(), rng.NormFloat64()
		for _, name := range []string{"a", "b", "y"} {
			lines[name] = append(lines[name], fmt.Sprintf("s%d,%g,%g\n", i, u+0.4*rng.NormFloat64(), v+0.4*rng.NormFloat64()))
		}
	}
	table := func(rows []string) string { return "id,u,v\n" + strings.Join(rows, "") }
	for name, rows := range lines {
		verbtest.Write(t, name+".csv", table(rows))
	}
	backwards := make([]string, 0, 40)
	for i := range lines["b"] {
		backwards = append(backwards, lines["b"][39-i])
	}
	verbtest.Write(t, "back.csv", table(backwards))
	verbtest.Write(t, "half.csv", table(lines["y"][:30]))
	score := func(words ...string) map[string]string {
		t.Helper()
		return verbtest.Rows(t, verbtest.Succeed(t, New(), append(words, "-m", "cka", "--ids", "id")...).Stdout)[0]
	}
	want := score("a.csv", "y.csv", "--repeat", "b.csv")
	if got := score("a.csv", "y.csv", "--repeat", "back.csv"); got["ceiling"] != want["ceiling"] || got["value"] != want["value"] {
		t.Errorf("in another order: %v, want %v", got, want)
	}
	// A model of some of the samples is scored, with the ceiling, on these.
	verbtest.Write(t, "a30.csv", table(lines["a"][:30]))
	verbtest.Write(t, "b30.csv", table(lines["b"][:30]))
	want = score("a30.csv", "half.csv", "--repeat", "b30.csv")
	if got := score("a.csv", "half.csv", "--repeat", "back.csv", "--pair-by", "common"); got["ceiling"] != want["ceiling"] || got["value"] != want["value"] {
		t.Errorf("on common samples: %v, want %v", got, want)
	}
	lines["b"][5] = "s5,NA,1\n"
	verbtest.Write(t, "gap.csv", table(lines["b"]))
	without := func(name string) string {
		return table(append(append([]string{}, lines[name][:5]...), lines[name][6:]...))
	}
	for _, name := range []string{"a", "b", "y"} {
		verbtest.Write(t, name+"39.csv", without(name))
	}
	want = score("a39.csv", "y39.csv", "--repeat", "b39.csv")
	if got := score("a.csv", "y.csv", "--repeat", "gap.csv", "--missing", "drop"); got["ceiling"] != want["ceiling"] || got["value"] != want["value"] {
		t.Errorf("with a missing value: %v, want %v", got, want)
	}
}

// TestRepeatsRefused: noise alone has no ceiling, a measure without one says so, and X is
// the mean of its halves.
func TestRepeatsRefused(t *testing.T) {
	noisyRepeats(t, 3, 30, 400, 4)
	rows := verbtest.Rows(t, verbtest.Succeed(t, New(), "r0.npy", "model.npy", "-m", "cka,linreg,rsa:compare=pearson,gulp", "--repeat", "r1.npy").Stdout)
	for _, row := range rows[:3] {
		if row["ceiling"] != "" || row["normalised"] != "" || !strings.Contains(row["warning"], "no ceiling: the ") {
			t.Errorf("%s: %v", row["measure"], row)
		}
	}
	if !strings.Contains(rows[3]["note"], "no ceiling: none is known to hold for this measure") {
		t.Errorf("gulp: %v", rows[3])
	}
	for words, want := range map[string]string{
		"mean.npy model.npy --halves r0.npy,r1.npy":                  "from the mean of its halves",
		"mean.npy model.npy --halves r0.npy":                         "want two files",
		"mean.npy model.npy --halves r0.npy,r1.npy --repeat r2.npy":  "exclude each other",
		"r0.npy model.npy --repeat r1.npy --all-pairs":               "want neither --list",
		"r0.npy model.npy --repeat r1.npy --inference none":          "go with --inference auto or full",
		"r0.npy model.npy --repeat missing.npy":                      "missing.npy",
		"r0.npy model.npy --repeat -":                                "not standard input",
		"r0.npy model.npy --repeat r1.npy --moments":                 "want neither --list",
		"mean.npy model.npy --halves r0.npy,r1.npy,r2.npy -m no-way": "no-way",
	} {
		if r := verbtest.Run(t, New(), strings.Fields(words)...); r.Err == nil || !strings.Contains(r.Err.Error(), want) {
			t.Errorf("%s: ended with %v", words, r.Err)
		}
	}
}

// TestSubjects: of dissimilarities the ceiling is the score of X with the mean of the
// others, and of other measures the mean estimate of X with each of them.
func TestSubjects(t *testing.T) {
	noisyRepeats(t, 3, 0.6, 50, 4)
	rows := verbtest.Rows(t, verbtest.Succeed(t, New(), "r0.npy", "model.npy", "-m", "cka,linreg,rsa:compare=pearson,gulp", "--subject", "r1.npy,r2.npy").Stdout)
	for i, name := range []string{"cka", "linreg"} {
		each := verbtest.Rows(t, verbtest.Succeed(t, New(), "r0.npy", "r1.npy", "r2.npy", "-m", name).Stdout)
		want := (cell(t, each[0], "corrected") + cell(t, each[1], "corrected")) / 2
		if got := cell(t, rows[i], "ceiling"); math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: the ceiling is %g, want %g", name, got, want)
		}
		if got, want := cell(t, rows[i], "normalised"), cell(t, rows[i], "corrected")/want; math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: normalised is %g, want %g", name, got, want)
		}
	}
	rsa := rows[2]
	if c := cell(t, rsa, "ceiling"); c < 0.4 || c > 0.95 || !strings.Contains(rsa["note"], "with the mean of all, x among them") {
		t.Errorf("rsa: %v", rsa)
	}
	if rows[3]["ceiling"] != "" && rows[3]["normalised"] != "" {
		t.Errorf("a distance has a share of a ceiling: %v", rows[3])
	}
	writeArray(t, "wide.npy", make([]float64, 120), 30, 4)
	for words, want := range map[string]string{
		"r0.npy model.npy --subject r1.npy --repeat r2.npy": "exclude each other",
		"r0.npy model.npy --subject wide.npy":               "want the samples of r0.npy",
	} {
		if r := verbtest.Run(t, New(), strings.Fields(words)...); r.Err == nil || !strings.Contains(r.Err.Error(), want) {
			t.Errorf("%s: ended with %v", words, r.Err)
		}
	}
}

// TestHalvesWithMissingValues: samples that one half lacks are left out of all, and are no
// difference between a recording and the mean of its halves.
func TestHalvesWithMissingValues(t *testing.T) {
	x := &data.Dataset{Shape: []int{3, 2}, Values: []float64{1, 2, 3, 4, 5, 6}}
	missing := math.NaN()
	halves := []*data.Dataset{
		{Shape: x.Shape, Values: []float64{0, 1, missing, 3, 5, 6}},
		{Shape: x.Shape, Values: []float64{2, 3, 3, 5, 5, 6}},
	}
	if err := isMean(x, halves); err != nil {
		t.Errorf("refused: %v", err)
	}
	halves[1].Values[5] = 7
	if err := isMean(x, halves); err == nil || !strings.Contains(err.Error(), "0.5 from the mean") {
		t.Errorf("another recording: %v", err)
	}
}
