package verb

import (
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"simtool/internal/data"
)

// dataset makes a dataset of random values.
func dataset(t *testing.T, names []string, shape ...int) *data.Dataset {
	t.Helper()
	size := 1
	for _, s := range shape {
		size *= s
	}
	rng := rand.New(rand.NewPCG(1, 1))
	values := make([]float64, size)
	for i := range values {
		values[i] = rng.NormFloat64()
	}
	d, err := data.New(values, shape...)
	if err != nil {
		t.Fatal(err)
	}
	d.Names, d.Source.Path = names, "x.npy"
	return d
}

// Labels go to samples by name where both files have names, else by position; a label of
// a condition goes to all of its times.
func TestLabelsOfSamples(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"plain.csv":  "cat,session\nred,1\nred,2\nblue,1\ngreen,2\n",
		"named.csv":  ",cat\nd,green\nc,blue\nb,red\na,red\nz,grey\n",
		"column.csv": "stim,cat\nd,green\nc,blue\nb,red\na,red\n",
		"pooled.csv": "trial\n1\n1\n2\n2\n3\n3\n4\n4\n",
		"lost.csv":   "cat\nred\n\nblue\ngreen\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	letters := []string{"a", "b", "c", "d"}
	for _, c := range []struct {
		by, groups string
		ids        []string
		file, x    *data.Dataset // file is x where it is nil
		want       []int         // a label for each sample
		groupsWant []int
		refused    string
	}{
		{by: "plain.csv:cat", x: dataset(t, nil, 4, 2), want: []int{0, 0, 1, 2}},
		{by: "plain.csv:2", x: dataset(t, nil, 4, 2), want: []int{0, 1, 0, 1}},
		{by: "auto", groups: "plain.csv:session", x: dataset(t, nil, 4, 2), groupsWant: []int{0, 1, 0, 1}},
		{by: "plain.csv:cat", x: dataset(t, letters, 4, 2), want: []int{0, 0, 1, 2}},
		{by: "named.csv:cat", x: dataset(t, letters, 4, 2), want: []int{2, 2, 1, 0}},
		{by: "named.csv:cat", x: dataset(t, []string{"c", "a"}, 2, 2), want: []int{1, 2}},
		{by: "column.csv:cat", ids: []string{"column.csv=stim"}, x: dataset(t, letters, 4, 2), want: []int{2, 2, 1, 0}},
		{by: "named.csv:cat", x: dataset(t, []string{"a", "q"}, 2, 2), refused: `no row for 1 of 2 samples of x.npy: "q"`},
		{by: "named.csv:cat", x: dataset(t, nil, 4, 2), refused: "5 labels, want one for each of the 4 samples"},
		{by: "plain.csv:cat", x: dataset(t, nil, 3, 4, 2), want: []int{0, 0, 1, 2, 0, 0, 1, 2, 0, 0, 1, 2}},
		{by: "pooled.csv:trial", x: dataset(t, nil, 2, 4, 2), want: []int{0, 0, 1, 1, 2, 2, 3, 3}},
		{by: "plain.csv:cat", x: dataset(t, nil, 3, 5, 2), refused: "one for each of the 5 conditions, or 15 samples"},
		// Samples that only x has are left out: labels are those of its file.
		{by: "plain.csv:cat", file: dataset(t, letters, 4, 2), x: dataset(t, []string{"d", "b"}, 2, 2), want: []int{2, 0}},
		{by: "lost.csv:cat", refused: `no label of row 2 in column "cat"`},
		{by: "plain.csv:dog", refused: `no column "dog"`},
		{by: "plain.csv", refused: "want auto, rows, blocks, conditions or FILE:COLUMN"},
		{by: "auto", groups: "plain.csv", refused: "want FILE:COLUMN"},
	} {
		o := Units{By: c.by, Groups: c.groups}
		err := o.Read(&Input{IDs: c.ids})
		var got SampleLabels
		if err == nil && c.x != nil {
			file := c.file
			if file == nil {
				file = c.x
			}
			got, err = o.Labels(file, c.x, c.x)
		}
		if c.refused != "" {
			if err == nil || !strings.Contains(err.Error(), c.refused) {
				t.Errorf("%s %s: %v, want a refusal that says %q", c.by, c.groups, err, c.refused)
			}
			continue
		}
		if err != nil || !slices.Equal(got.Units, c.want) || !slices.Equal(got.Groups, c.groupsWant) {
			t.Errorf("%s %s: units %v, groups %v (%v), want %v and %v", c.by, c.groups, got.Units, got.Groups, err, c.want, c.groupsWant)
		}
	}
}
