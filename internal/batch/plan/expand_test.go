package plan_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"simtool/internal/batch/plan"
)

// inFolder makes empty files in a new directory and changes to it.
func inFolder(t *testing.T, paths ...string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, path := range paths {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func parse(t *testing.T, text string) *plan.Plan {
	t.Helper()
	p, err := plan.Parse("p.yaml", []byte("command: score\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// recordings are the files of most tests.
var recordings = []string{
	"data/s1.npy", "data/s2.npy", "data/s3.npy", "data/.hidden.npy", "data/s1.txt",
	"acts/s1/resnet/l1.npy", "acts/s1/resnet/l2.npy", "acts/s1/vit-b/l1.npy", "acts/s2/resnet/l1.npy", "acts/s9/vit/l1.npy",
}

func TestExpand(t *testing.T) {
	for _, c := range []struct {
		name, plan string
		files      []string // recordings where nil
		want       string   // keys with blanks for tabs, then files
	}{
		{"natural join, first input outermost", "inputs: {x: 'data/{s}.npy', y: 'acts/{s}/{m}/{l}.npy'}", nil, `
s=s1 m=resnet l=l1: data/s1.npy acts/s1/resnet/l1.npy
s=s1 m=resnet l=l2: data/s1.npy acts/s1/resnet/l2.npy
s=s1 m=vit-b l=l1: data/s1.npy acts/s1/vit-b/l1.npy
s=s2 m=resnet l=l1: data/s2.npy acts/s2/resnet/l1.npy`},
		{"the other way round", "inputs: {y: 'acts/{s}/{m}/l1.npy', x: 'data/{s}.npy'}", nil, `
s=s1 m=resnet: acts/s1/resnet/l1.npy data/s1.npy
s=s1 m=vit-b: acts/s1/vit-b/l1.npy data/s1.npy
s=s2 m=resnet: acts/s2/resnet/l1.npy data/s2.npy`},
		{"nothing shared", "inputs: {x: 'data/{a}.npy', y: 'acts/s1/{b}/l1.npy'}", nil, `
a=s1 b=resnet: data/s1.npy acts/s1/resnet/l1.npy
a=s1 b=vit-b: data/s1.npy acts/s1/vit-b/l1.npy
a=s2 b=resnet: data/s2.npy acts/s1/resnet/l1.npy
a=s2 b=vit-b: data/s2.npy acts/s1/vit-b/l1.npy
a=s3 b=resnet: data/s3.npy acts/s1/resnet/l1.npy
a=s3 b=vit-b: data/s3.npy acts/s1/vit-b/l1.npy`},
		{"grid, last fastest", "inputs: {x: 'data/{a}.npy', y: acts/s1/vit-b/l1.npy}\ngrid: {m: [p, q], n: [2, 1]}", []string{"data/1.npy", "acts/s1/vit-b/l1.npy"}, `
a=1 m=p n=2: data/1.npy acts/s1/vit-b/l1.npy
a=1 m=p n=1: data/1.npy acts/s1/vit-b/l1.npy
a=1 m=q n=2: data/1.npy acts/s1/vit-b/l1.npy
a=1 m=q n=1: data/1.npy acts/s1/vit-b/l1.npy`},
		{"parts are as short as may be", "inputs: {x: '{a}-{b}.npy'}", []string{"p-q-r.npy", "-q-r.npy"}, `
a=-q b=r: ./-q-r.npy
a=p b=q-r: p-q-r.npy`},
		{"a part twice", "inputs: {x: '{a}/{a}.npy'}", []string{"p/p.npy", "p/q.npy"}, "\na=p: p/p.npy"},
		{"classes and wildcards", "inputs: {x: '{a}[0-9]?.np*'}", []string{"p12.npy", "px2.npy", "p1.npy"}, "\na=p: p12.npy"},
		{"negated class", "inputs: {x: '{a}_[^a-c].npy'}", []string{"p_a.npy", "p_d.npy"}, "\na=p: p_d.npy"},
		{"braces, spaces and arrays", "inputs: {x: 'my {{x}} {a}.npz:k'}", []string{"my {x} p.npz"}, "\na=p: my {x} p.npz:k"},
		{"no parameters", "inputs: {x: a.npy}", []string{"a.npy"}, "\n: a.npy"},
		{"no inputs", "grid: {n: [1]}", []string{}, "\nn=1: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.files == nil {
				c.files = recordings
			}
			inFolder(t, c.files...)
			items, err := parse(t, c.plan).Expand()
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for i := range items.Len() {
				it := items.Item(i)
				got += "\n" + strings.ReplaceAll(it.Key(), "\t", " ") + ": " + strings.Join(it.Inputs(), " ")
			}
			if got != c.want {
				t.Errorf("found%s\nwanted%s", got, c.want)
			}
		})
	}
}

func TestExpandUnmatched(t *testing.T) {
	inFolder(t, recordings...)
	items, err := parse(t, "inputs: {x: 'data/{s}.npy', y: 'acts/{s}/{m}/{l}.npy'}").Expand()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"1 of 3 combinations of the inputs before y have no file acts/{s}/{m}/{l}.npy",
		"1 of 5 files of y go with none of the inputs before it",
	}
	if !slices.Equal(items.Unmatched, want) {
		t.Errorf("found %q, want %q", items.Unmatched, want)
	}
}

func TestExpandErrors(t *testing.T) {
	inFolder(t, recordings...)
	for _, c := range []struct{ plan, want string }{
		{"inputs: {x: 'none/{a}.npy'}", "p.yaml:2: inputs.x: no file matches none/{a}.npy"},
		{"inputs: {x: 'data/{a}.npy', y: 'acts/s9/vit/{a}.npy'}", "p.yaml:2: inputs.y: no file of acts/s9/vit/{a}.npy goes with one of the inputs before: want the same {a}"},
		{"inputs: {x: 'acts/*/{m}/l1.npy'}", "p.yaml:2: inputs.x: acts/s1/resnet/l1.npy and acts/s2/resnet/l1.npy have the same parameters, want a {name} for what differs"},
		{"grid: {m: [a, b, a]}", `p.yaml:2: grid.m: "a" stands there twice`},
	} {
		if _, err := parse(t, c.plan).Expand(); err == nil || err.Error() != c.want {
			t.Errorf("%s:\n found %v\nwanted %s", c.plan, err, c.want)
		}
	}
}

func TestSpellOut(t *testing.T) {
	for _, c := range []struct{ values, want, err string }{
		{"1-4", "1 2 3 4", ""},
		{"[5, 1-2, 9]", "5 1 2 9", ""},
		{"[7-7]", "7", ""},
		{"18446744073709551614-18446744073709551615", "18446744073709551614 18446744073709551615", ""},
		{"[a-b, 1-, -1]", "a-b 1- -1", ""},
		{"4-1", "", "the range 4-1, want FIRST-LAST with at most 10000000 numbers"},
		{"0-18446744073709551615", "", "the range 0-18446744073709551615, want FIRST-LAST with at most 10000000 numbers"},
	} {
		axis := parse(t, "grid: {n: "+c.values+"}").Grid[0]
		if err := axis.SpellOut(); err != nil {
			if err.Error() != c.err {
				t.Errorf("%s: %v, want %s", c.values, err, c.err)
			}
			continue
		}
		var words []string
		for _, v := range axis.Values {
			words = append(words, v.String())
		}
		if got := strings.Join(words, " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.values, got, c.want)
		}
	}
}

// TestCells checks that a column has cells of one kind.
func TestCells(t *testing.T) {
	for values, want := range map[string]string{
		"[1, 20]":       "[1] [20] int",
		"[1, 0.5]":      "[1] [0.5] float64",
		"[01, 2]":       "[01] [2] string",
		"[1e-3, 2.50]":  "[0.001] [2.5] float64",
		"[1, x]":        "[1] [x] string",
		"[nan, 1]":      "[nan] [1] string",
		"[[a, b], [c]]": "[a,b] [c] string",
	} {
		items, err := parse(t, "grid: {n: "+values+"}").Expand()
		if err != nil {
			t.Fatal(err)
		}
		a, b := items.Item(0).Cells(), items.Item(1).Cells()
		if got := fmt.Sprintf("%v %v %T", a, b, a[0]); got != want || fmt.Sprintf("%T", b[0]) != fmt.Sprintf("%T", a[0]) {
			t.Errorf("%s: %s, want %s", values, got, want)
		}
	}
}

func TestFill(t *testing.T) {
	inFolder(t, recordings...)
	p := parse(t, "inputs: {x: 'acts/s1/{m}/{l}.npy'}\ngrid: {measure: ['a/b:c=1']}\noutput: 'runs/{m}/{l}-{measure}-{x}'")
	items, err := p.Expand()
	if err != nil {
		t.Fatal(err)
	}
	it := items.Item(2)
	if got, want := it.FillPath(p.Output), "runs/vit-b/l1-a_b:c=1-acts_s1_vit-b_l1.npy"; got != want {
		t.Errorf("path %q, want %q", got, want)
	}
	if got, want := it.Fill(p.Arguments[0]), "acts/s1/vit-b/l1.npy"; got != want {
		t.Errorf("argument %q, want %q", got, want)
	}
}

// TestVariants checks that the variants have every value of every flag, and differ
// from the first in one.
func TestVariants(t *testing.T) {
	items, err := parse(t, "grid: {a: [1, 2], seed: [1, 2, 3], b: [1, 2, 3]}").Expand()
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, i := range items.Variants("seed") {
		keys = append(keys, strings.ReplaceAll(items.Item(i).Key(), "\t", " "))
	}
	want := []string{"a=1 seed=1 b=1", "a=1 seed=1 b=2", "a=1 seed=1 b=3", "a=2 seed=1 b=1"}
	if !slices.Equal(keys, want) {
		t.Errorf("found %q, want %q", keys, want)
	}
}

// A part with a slip of the pen is no new part: every file would go with every other.
func TestMisspeltParts(t *testing.T) {
	inFolder(t, "data/s1.npy", "data/s2.npy", "acts/s1.npy", "acts/s2.npy")
	_, err := parse(t, "inputs: {x: 'data/{subject}.npy', y: 'acts/{subjct}.npy'}").Expand()
	if err == nil || !strings.Contains(err.Error(), "{subjct} beside {subject}") {
		t.Errorf("error %v, want one that names both", err)
	}
	e, err := parse(t, "inputs: {x: 'data/{subject}.npy', y: 'acts/{model}.npy'}").Expand()
	if err != nil || e.Len() != 4 {
		t.Errorf("%v, want every subject with every model", err)
	}
}
