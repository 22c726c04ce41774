package interpret

import (
	"context"
	"math"
	"strconv"
	"strings"
	"testing"

	"simtool/internal/inference"
	"simtool/internal/io"
	"simtool/internal/measures"
	"simtool/internal/verb/verbtest"
)

// recordingFiles writes a recording of 24 samples in 8 categories, and their labels.
func recordingFiles(t *testing.T) {
	t.Helper()
	noise := func(i, j int) float64 {
		v := math.Sin(float64(i*i*12+j*j*7+i*j+3*i+1)) * 1e4
		return v - math.Floor(v)
	}
	x, labels := "a,b,c\n", "cat,side\n"
	for i := range 24 {
		cells := make([]string, 3)
		for j := range cells {
			cells[j] = strconv.FormatFloat(2*noise(i/3, j)+noise(i, j+5), 'g', 8, 64)
		}
		x += strings.Join(cells, ",") + "\n"
		labels += "c" + strconv.Itoa(i/3) + "," + strconv.Itoa(i%2) + "\n"
	}
	verbtest.Write(t, "x.csv", x)
	verbtest.Write(t, "labels.csv", labels)
}

// interpreted runs the command and returns its rows by aspect and item.
func interpreted(t *testing.T, words string) map[string]map[string]string {
	t.Helper()
	out := map[string]map[string]string{}
	for _, row := range verbtest.Rows(t, verbtest.Succeed(t, New(), strings.Fields(words+" --starts 1 --components 3 --format csv")...).Stdout) {
		out[strings.TrimSpace(row["aspect"]+" "+row["item"])] = row
	}
	return out
}

func number(t *testing.T, row map[string]string, column string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(row[column], 64)
	if err != nil {
		t.Fatalf("%s of %v: %v", column, row, err)
	}
	return v
}

// TestInterpretation: a score is placed between the null of X and identity; data of the
// score 1 encode every component and have the score 1 by the other measure, those of a
// lower score less; named units are what more of is asked for.
func TestInterpretation(t *testing.T) {
	t.Chdir(t.TempDir())
	recordingFiles(t)
	half := interpreted(t, "x.csv -m cka=0.6 --also nbs --units labels.csv:cat")
	d, err := dataio.Read("x.csv", dataio.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := measures.NewSystem(d)
	if err != nil {
		t.Fatal(err)
	}
	p, err := measures.NewPair(s, s)
	if err != nil {
		t.Fatal(err)
	}
	units := make([][]int, 8)
	for i := range 24 {
		units[i/3] = append(units[i/3], i)
	}
	list, err := measures.ParseList("cka", 1)
	if err != nil {
		t.Fatal(err)
	}
	a, err := inference.Assess(context.Background(), p, list[0], 1, inference.NewDesign(p, inference.Given, units), inference.Options{Mode: inference.AutoMode, Level: 0.95, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	place := half["place"]
	if got := number(t, place, "reference"); !(math.Abs(got-a.Null) <= 1e-9) {
		t.Errorf("null %v, want that of whole units, %v", got, a.Null)
	}
	if got, want := number(t, place, "value"), (0.6-a.Null)/(1-a.Null); !(math.Abs(got-want) <= 1e-9) {
		t.Errorf("place %v, want %v", got, want)
	}
	if note := half["stimuli"]["note"]; !strings.Contains(note, "8 units at hand") {
		t.Errorf("stimuli: %q, want 8 units", note)
	}
	explained := 0.0
	for _, k := range []string{"1", "2", "3"} {
		row := half["component "+k]
		explained += number(t, row, "reference")
		if v := number(t, row, "value"); !(v >= 0 && v <= 1) {
			t.Errorf("component %s: R² %v", k, v)
		}
	}
	if !(math.Abs(explained-1) <= 1e-9) {
		t.Errorf("the components of three features explain %v, want 1", explained)
	}
	if r := half["range nbs"]; !(number(t, r, "lo") <= number(t, r, "hi")) || !(number(t, r, "hi") < 1) {
		t.Errorf("scores by nbs from %v to %v", r["lo"], r["hi"])
	}
}

// TestLabelsOfAScore: the labels that data of a score encode are decoded from them.
func TestLabelsOfAScore(t *testing.T) {
	t.Chdir(t.TempDir())
	recordingFiles(t)
	rows := interpreted(t, "x.csv -m nbs=0.95 --also nbs --labels labels.csv --label side")
	row := rows["label side"]
	if v, chance := number(t, row, "value"), number(t, row, "reference"); !(v >= 0 && v <= 1) || chance != 0.5 {
		t.Errorf("side is decoded at %v, by chance at %v", v, chance)
	}
	if _, ok := rows["range nbs"]; ok {
		t.Error("the range of the measure itself is looked for")
	}
}

func TestInterpretRefuses(t *testing.T) {
	t.Chdir(t.TempDir())
	recordingFiles(t)
	for words, want := range map[string]string{
		"x.csv":                               "no score",
		"x.csv -m cka":                        "want MEASURE=SCORE",
		"x.csv -m cka=nan":                    "is no score",
		"x.csv -m cka=1.5":                    "scores of this measure are from 0 to 1",
		"x.csv -m mutual-knn=0.5":             "no gradient",
		"x.csv -m cka=0.5 --units labels.csv": "--units labels.csv",
		"x.csv -m cka=0.5 --units x.csv:none": "none",
	} {
		out := verbtest.Run(t, New(), strings.Fields(words)...)
		if out.Err == nil || !strings.Contains(out.Err.Error(), want) {
			t.Errorf("%q: %v, want %q", words, out.Err, want)
		}
	}
}
