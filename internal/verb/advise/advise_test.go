package advise

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"simtool/internal/verb/verbtest"
)

// write writes n samples of some features, and their labels: category i mod k.
func write(t *testing.T, path string, n, features int, value func(i, j int) float64) {
	t.Helper()
	text := ""
	for j := range features {
		text += "," + string(rune('a'+j))
	}
	text = text[1:] + "\n"
	for i := range n {
		cells := make([]string, features)
		for j := range cells {
			if v := value(i, j); !math.IsNaN(v) {
				cells[j] = strconv.FormatFloat(v, 'g', 8, 64)
			}
		}
		text += strings.Join(cells, ",") + "\n"
	}
	verbtest.Write(t, path, text)
}

// noise is a number without a pattern.
func noise(i, j int) float64 {
	v := math.Sin(float64(i*i*12+j*j*7+i*j+3*i+1)) * 1e4
	return v - math.Floor(v)
}

// rows runs the command and returns its rows by topic, of the last file.
func rows(t *testing.T, words string) map[string]map[string]string {
	t.Helper()
	out := map[string]map[string]string{}
	for _, row := range verbtest.Rows(t, verbtest.Succeed(t, New(), strings.Fields(words)...).Stdout) {
		out[row["topic"]] = row
	}
	return out
}

// want fails unless a row has a level and a finding.
func want(t *testing.T, all map[string]map[string]string, topic, level, finding string) {
	t.Helper()
	if row := all[topic]; row["level"] != level || !strings.Contains(row["finding"]+"; "+row["remedy"], finding) {
		t.Errorf("%s: %s, %q (%s), want %s, %q", topic, row["level"], row["finding"], row["remedy"], level, finding)
	}
}

func TestAdviceOfShape(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "tall.csv", 60, 3, noise)
	write(t, "wide.csv", 12, 15, noise)
	write(t, "holes.csv", 60, 3, func(i, j int) float64 {
		if i == 4 {
			return math.NaN()
		}
		return noise(i, j)
	})
	all := rows(t, "tall.csv -m cka --format csv")
	want(t, all, "shape", "good", "60 samples × 3 features")
	want(t, all, "units", "good", "the 60 rows count as independent")
	want(t, all, "cka", "good", "")
	want(t, all, "report", "good", "jackknife over the 60 samples")
	write(t, "flat.csv", 60, 3, func(int, int) float64 { return 2 })
	want(t, rows(t, "flat.csv -m cka --format csv"), "shape", "caution", "every sample has the same values")
	want(t, rows(t, "tall.csv -m cca --format csv"), "cca", "note", "there is no interval")
	all = rows(t, "wide.csv -m cka,nbs --format csv")
	want(t, all, "shape", "note", "no more samples than features")
	want(t, all, "nbs", "caution", "")
	all = rows(t, "holes.csv -m cka --missing drop --format csv")
	want(t, all, "missing", "note", "3 of 180 values are missing")
}

// Units that are named are those that the advice, its intervals and the methods sentence
// are of, and lose the samples that the data lose.
func TestAdviceOfNamedUnits(t *testing.T) {
	t.Chdir(t.TempDir())
	category := func(i int) int { return i / 5 }
	value := func(i, j int) float64 { return noise(category(i), j) + 0.2*noise(i, j+5) }
	write(t, "x.csv", 60, 3, value)
	labels := "cat,session\n"
	for i := range 60 {
		labels += "c" + strconv.Itoa(category(i)) + ",s" + strconv.Itoa(i/20) + "\n"
	}
	verbtest.Write(t, "labels.csv", labels)
	all := rows(t, "x.csv -m cka --format csv")
	want(t, all, "units", "caution", "consecutive samples are alike over 5 samples")
	all = rows(t, "x.csv -m cka --units labels.csv:cat --format csv")
	want(t, all, "units", "good", "the independent units are the 12 that are named, not the 60 samples")
	want(t, all, "folds", "note", "name them with --groups as well")
	want(t, all, "report", "good", "jackknife over 12 units")
	all = rows(t, "x.csv -m linreg:cv=3 --units labels.csv:cat --groups labels.csv:session --format csv")
	want(t, all, "folds", "good", "the 3 groups that are named stay whole")
	if row := all["linreg:cv=3"]; strings.Contains(row["finding"], "contiguous folds") {
		t.Errorf("folds of groups: %q", row["finding"])
	}
	write(t, "holes.csv", 60, 3, func(i, j int) float64 {
		if i == 7 {
			return math.NaN()
		}
		return value(i, j)
	})
	all = rows(t, "holes.csv -m cka --missing drop --units labels.csv:cat --format csv")
	want(t, all, "units", "note", "the independent units are the 12 that are named, not the 59 samples; report intervals over them; units of different sizes cannot be exchanged")
}

func TestAdviceRefuses(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "x.csv", 20, 2, noise)
	for words, want := range map[string]string{
		"":                          "no file",
		"x.csv --level 1":           "--level 1",
		"x.csv --units nonsense":    "--units nonsense",
		"x.csv --units none.csv:a":  "none.csv",
		"x.csv --groups x.csv:none": "none",
	} {
		out := verbtest.Run(t, New(), strings.Fields(words)...)
		if out.Err == nil || !strings.Contains(out.Err.Error(), want) {
			t.Errorf("%q: %v, want %q", words, out.Err, want)
		}
	}
}
