package collection

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"simtool/internal/io"
	"simtool/internal/result"
	"simtool/internal/verb/score"
	"simtool/internal/verb/verbtest"
)

// writeSystems writes systems along a line from one random matrix to another: system k has
// the share k/(count−1) of the second.
func writeSystems(t *testing.T, count int) []string {
	t.Helper()
	rng := rand.New(rand.NewPCG(16, 9))
	const n, p = 36, 12
	var ends [2][]float64
	for e := range ends {
		for range n * p {
			ends[e] = append(ends[e], rng.NormFloat64())
		}
	}
	var names []string
	for k := range count {
		share := float64(k) / float64(count-1)
		var text strings.Builder
		for i := range n {
			for j := range p {
				if j > 0 {
					text.WriteByte(',')
				}
				fmt.Fprintf(&text, "%.6f", (1-share)*ends[0][i*p+j]+share*ends[1][i*p+j])
			}
			text.WriteByte('\n')
		}
		names = append(names, fmt.Sprintf("step%d.csv", k))
		if err := os.WriteFile(names[k], []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

// rowsOf reads the table.
func rowsOf(t *testing.T, text string) (rows []result.Collection) {
	t.Helper()
	if err := os.WriteFile("out.tsv", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	table, err := dataio.ReadTable("out.tsv", dataio.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, cells := range table.Rows {
		row, err := result.Collections.Scan(table.Columns, cells)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

func of(rows []result.Collection, aspect string) (some []result.Collection) {
	for _, r := range rows {
		if r.Aspect == aspect {
			some = append(some, r)
		}
	}
	return some
}

// Systems along a line are a line on the map, and their path is hardly longer than the
// straight one; a matrix that was written says the same as the systems.
func TestCollectionOfALine(t *testing.T) {
	t.Chdir(t.TempDir())
	names := writeSystems(t, 11)
	r := verbtest.Succeed(t, New(), "step*.csv", "-m", "procrustes", "--matrix", "matrix.csv", "--format", "tsv")
	rows := rowsOf(t, r.Stdout)
	for k, row := range of(rows, "path") {
		if row.System != names[k] {
			t.Fatalf("place %d is %s, want %s", k, row.System, names[k])
		}
	}
	path := of(rows, "path")
	last := path[len(path)-1]
	if !(last.Value >= last.Beside) || last.Value > 1.6*last.Beside {
		t.Errorf("the walk is %g long, the straight way %g", last.Value, last.Beside)
	}
	if tri := of(rows, "triangle"); tri[0].Value != 0 {
		t.Errorf("angles break the triangle inequality: %+v", tri[0])
	}
	first := of(rows, "metric")
	for k := 2; k < len(names); k++ { // axis 1 is every second row
		if a, b, c := first[2*k-4].Value, first[2*k-2].Value, first[2*k].Value; (b-a)*(c-b) <= 0 {
			t.Errorf("the map turns back at %s: %g, %g, %g", names[k-1], a, b, c)
		}
	}
	for _, row := range of(rows, "tree") {
		if math.IsNaN(row.Beside) || row.Beside < 0 || row.Beside > 1 {
			t.Errorf("support %g of join %d", row.Beside, row.Item)
		}
	}
	again := rowsOf(t, verbtest.Succeed(t, New(), "matrix.csv", "-m", "procrustes", "--format", "tsv").Stdout)
	for _, aspect := range []string{"metric", "classical", "path", "cluster", "medoid", "remoteness", "neighbour", "dimension"} {
		a, b := of(rows, aspect), of(again, aspect)
		if len(a) == 0 || fmt.Sprint(a) != fmt.Sprint(b) {
			t.Errorf("%s: systems say\n%v\nand their matrix\n%v", aspect, a, b)
		}
	}
	for _, jobs := range []string{"2", "5"} {
		if got := verbtest.Succeed(t, New(), append(names, "-m", "procrustes", "--format", "tsv", "-j", jobs)...).Stdout; got != r.Stdout {
			t.Errorf("%s jobs give other bytes", jobs)
		}
	}
}

// The matrix has the scores of score --all-pairs, of a measure that is not symmetric in
// both directions, and distances are in the measure's own geometry.
func TestMatrixHasTheScoresOfAllPairs(t *testing.T) {
	t.Chdir(t.TempDir())
	names := writeSystems(t, 5)
	for _, measure := range []string{"cka", "linreg:cv=3"} {
		verbtest.Succeed(t, New(), append(names, "-m", measure, "--matrix", "m.tsv", "--force", "--blocks", "0", "-o", "say.csv")...)
		s, err := readSquare("m.tsv")
		if err != nil {
			t.Fatal(err)
		}
		verbtest.Succeed(t, score.New(), append(names, "--all-pairs", "-m", measure, "--inference", "none", "-o", "scores.csv", "--force")...)
		table, err := dataio.ReadTable("scores.csv", dataio.Options{})
		if err != nil {
			t.Fatal(err)
		}
		x, y, value := table.Index("x"), table.Index("y"), table.Index("value")
		place := map[string]int{}
		for i, name := range names {
			place[name] = i
		}
		for _, row := range table.Rows {
			i, j := place[row[x].(string)], place[row[y].(string)]
			want, _ := dataio.Float(row[value])
			if got := s.values.At(i, j); got != want {
				t.Errorf("%s: %s, %s is %g, want %g", measure, names[i], names[j], got, want)
			}
			if measure == "cka" && s.values.At(j, i) != want {
				t.Errorf("cka is not symmetric at %s, %s", names[i], names[j])
			}
		}
	}
	verbtest.Succeed(t, New(), append(names, "-m", "cka", "--matrix", "m.tsv", "--force", "-o", "say.csv", "--format", "tsv")...)
	rows := rowsOf(t, verbtest.Succeed(t, New(), "m.tsv", "-m", "cka", "--format", "tsv").Stdout)
	s, err := readSquare("m.tsv")
	if err != nil {
		t.Fatal(err)
	}
	nearest := of(rows, "neighbour")[0]
	want := math.Acos(s.values.At(0, 1))
	if nearest.System != names[0] || nearest.Other != names[1] || math.Abs(nearest.Value-want) > 1e-12 {
		t.Errorf("nearest %+v, want %s at %g", nearest, names[1], want)
	}
}

// Groups, Mantel and partial Mantel come with p values, and other matrices are joined by
// the names of the systems.
func TestGroupsAndOtherMatrices(t *testing.T) {
	t.Chdir(t.TempDir())
	names := writeSystems(t, 8)
	var labels, turned strings.Builder
	for k, name := range names {
		fmt.Fprintf(&labels, "%s,%s\n", name, map[bool]string{true: "early", false: "late"}[k < 4])
	}
	for i := 8; i >= 0; i-- { // |i − j| in the other order of the systems
		for j := 8; j >= 0; j-- {
			switch {
			case i == 8 && j == 8:
				turned.WriteString("system")
			case i == 8:
				turned.WriteString("," + names[j])
			case j == 8:
				turned.WriteString(names[i])
			default:
				fmt.Fprintf(&turned, ",%d", max(i-j, j-i))
			}
		}
		turned.WriteByte('\n')
	}
	for path, text := range map[string]string{"labels.csv": labels.String(), "steps.csv": turned.String()} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rows := rowsOf(t, verbtest.Succeed(t, New(), append(names, "-m", "nbs", "--groups", "labels.csv", "--mantel", "steps.csv", "--given", "steps.csv", "--format", "tsv", "--permutations", "199")...).Stdout)
	groups := of(rows, "groups")
	if len(groups) != 3 || !(groups[1].Value > groups[0].Value) || groups[2].PValue > 0.1 {
		t.Errorf("groups %+v", groups)
	}
	if m := of(rows, "mantel"); !(m[0].Value > 0.9) || m[0].PValue > 0.01 {
		t.Errorf("distances along a line and steps: %+v", m)
	}
	if m := of(rows, "partial-mantel"); m[0].Note == "" || !math.IsNaN(m[0].Value) {
		t.Errorf("a matrix given itself: %+v", m)
	}
}

func TestCollectionRefusals(t *testing.T) {
	t.Chdir(t.TempDir())
	writeSystems(t, 4)
	for path, text := range map[string]string{
		"scores.csv": "system,a,b,c\na,1,.5,.5\nb,.5,1,.5\nc,.5,.5,1\n",
		"ragged.csv": "system,a,b,c\na,0,.5,.5\nb,.5,0,.5\n",
		"other.csv":  "system,a,b,c\na,0,.5,.5\nb,.5,0,.5\nc,.5,.5,0\n",
		"hole.csv":   "system,a,b,c\na,0,,.5\nb,.5,0,.5\nc,.5,.5,0\n",
		"below.csv":  "system,a,b,c\na,0,-1,.5\nb,-1,0,.5\nc,.5,.5,0\n",
		"two.csv":    "system,a,b\na,0,1\nb,1,0\n",
		"flat.csv":   strings.Repeat("1,2\n", 36),
		"labels.txt": "a\nb\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for words, want := range map[string]string{
		"scores.csv":                    "on the diagonal",
		"ragged.csv":                    "2 rows and 4 columns",
		"hole.csv":                      "which is no number",
		"below.csv":                     "want 0 or more",
		"two.csv":                       "want three or more",
		"step0.csv step1.csv":           "2 files",
		"step0.csv step1.csv step1.csv": "given twice",
		"step0.csv step1.csv flat.csv":  "constant",
		"step0.csv step1.csv step2.csv -m cka,nbs":          "2 measures, want one",
		"step0.csv step1.csv step2.csv --groups labels.txt": "no label for step0.csv",
		"step0.csv step1.csv step2.csv --mantel other.csv":  "want the 3 of this collection",
		"step0.csv step1.csv step2.csv --clusters 4":        "too few for --clusters 4",
		"step0.csv step1.csv step2.csv --given other.csv":   "--given goes with --mantel",
		"other.csv --matrix m.csv":                          "want three or more",
		"step0.csv step1.csv step2.csv --matrix m.txt":      ".csv",
	} {
		r := verbtest.Run(t, New(), strings.Fields(words)...)
		if r.Err == nil || !strings.Contains(r.Err.Error(), want) {
			t.Errorf("%s: %v, want %q", words, r.Err, want)
		}
	}
}
