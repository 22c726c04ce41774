package figure

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"simtool/internal/io"
)

// manyScores is a table of the scores of models by two measures, in every hundredth of
// which there is none.
func manyScores(t *testing.T, models int) []*Result {
	t.Helper()
	var b strings.Builder
	b.WriteString("x,y,measure,value,lo,hi,n,error\n")
	for i := range models {
		// Names without numbers, for those with one are an axis.
		name := "m" + strings.Map(func(r rune) rune { return r - '0' + 'a' }, strconv.Itoa(i))
		for k, m := range []string{"cka", "procrustes"} {
			if i%100 == 99 {
				fmt.Fprintf(&b, "recording.npy,models/%s.npy,%s,,,,50,no such file\n", name, m)
				continue
			}
			fmt.Fprintf(&b, "recording.npy,models/%s.npy,%s,%g,,,50,\n", name, m, float64(k)+0.5+0.4*math.Sin(float64(i)))
		}
	}
	path := filepath.Join(t.TempDir(), "scores.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Load(path, dataio.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r.Path, r.Label = "scores.csv", "scores"
	return []*Result{r}
}

// TestManyScoresAreDistributions: above mostBars scores have no bars of their own, unless
// bars are asked for, and the figure does not grow with the table.
func TestManyScoresAreDistributions(t *testing.T) {
	size := func(models int, form string) (words string, marks, bytes int) {
		t.Helper()
		style := light(t)
		style.Form = form
		f, err := New(manyScores(t, models), style)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if err := f.Write(&out, "svg", 0); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, out.String())
		for _, p := range f.panels {
			marks += len(p.marks)
		}
		return f.Alt, marks, out.Len()
	}
	if words, marks, _ := size(mostBars/2, ""); marks != mostBars-2 || !strings.HasPrefix(words, "Bars of 298 scores") {
		t.Errorf("%d scores: %d marks, %q", mostBars, marks, words)
	}
	words, _, small := size(mostBars/2+1, "")
	if !strings.HasPrefix(words, "Distributions of 300 scores: cka, procrustes of 151 pairs") {
		t.Errorf("%d scores: %q", mostBars+2, words)
	}
	words, _, large := size(20*mostBars, "")
	for _, want := range []string{"Distributions of 11880 scores", "procrustes: median 1.5, half of them from 1.21", "0.9 highest (m", "Undefined, and not counted: 120."} {
		if !strings.Contains(words, want) {
			t.Errorf("no %q in %q", want, words)
		}
	}
	if large > 2*small {
		t.Errorf("the figure grows from %d to %d bytes", small, large)
	}
	if words, marks, _ := size(mostBars, bars); marks != 2*mostBars-6 || !strings.HasPrefix(words, "Bars of 594 scores") {
		t.Errorf("as bars: %d marks, %q", marks, words)
	}
}

// TestDistributionCountsEveryValueOnce: in bins that hold all values, between round
// numbers, also of values that are equal, nearly equal, tiny or as far apart as can be.
func TestDistributionCountsEveryValueOnce(t *testing.T) {
	even := make([]float64, 1001)
	for i := range even {
		even[i] = float64(i) / 1000
	}
	for name, values := range map[string][]float64{
		"even": even, "one": {0.3}, "equal": {2, 2, 2}, "two": {-1, 1}, "outlier": append([]float64{1e6}, even...),
		"nearly equal": {1, 1 + 0x1p-52, 1}, "huge": {-8e307, 8e307, 0}, "tiny": {0, 5e-324, 1e-323}, "large": {1e300, 2e300},
	} {
		d := newDistribution(values)
		total := 0
		for i, n := range d.counts {
			total += n
			low, high := d.from+float64(i)*d.width, d.from+float64(i+1)*d.width
			if inside := count(values, low-1e-9*d.width, high+1e-9*d.width); n > inside {
				t.Errorf("%s: %d values counted from %g to %g, where there are %d", name, n, low, high, inside)
			}
		}
		if total != len(values) || len(d.counts) > 80 {
			t.Errorf("%s: %d of %d values counted, in %d bins", name, total, len(values), len(d.counts))
		}
		if d.quantile(0) != slices.Min(values) || d.quantile(1) != slices.Max(values) {
			t.Errorf("%s: from %g to %g", name, d.quantile(0), d.quantile(1))
		}
	}
	if d := newDistribution(even); d.quantile(0.25) != 0.25 || d.width != 0.1 || len(d.counts) != 11 {
		t.Errorf("the first quarter of even values is below %g, in %d bins of width %g", d.quantile(0.25), len(d.counts), d.width)
	}
}

// count returns the number of values from low to high.
func count(values []float64, low, high float64) int {
	n := 0
	for _, v := range values {
		if v >= low && v <= high {
			n++
		}
	}
	return n
}
