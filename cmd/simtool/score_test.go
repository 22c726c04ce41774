package main

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"simtool/internal/data"
	"simtool/internal/measures"
)

// parseScore parses a command line as score does, without the work.
func parseScore(t *testing.T, stdin string, args ...string) (*scoreOptions, error) {
	t.Helper()
	s := newSession(streams{})
	s.in = strings.NewReader(stdin)
	a := newApp(s.streams)
	o := &scoreOptions{}
	fs := pflag.NewFlagSet("score", pflag.ContinueOnError)
	o.register(a, fs)
	if err := fs.Parse(args); err != nil {
		t.Fatal(err)
	}
	return o, o.complete(a, fs.Args())
}

func TestScorePairs(t *testing.T) {
	for _, c := range []struct {
		name, stdin string
		args        []string
		want        []pathPair
	}{
		{"one", "", []string{"x", "y"}, []pathPair{{x: "x", y: "y"}}},
		{"reference first", "", []string{"x", "y", "z"}, []pathPair{{x: "x", y: "y"}, {x: "x", y: "z"}}},
		{
			"all pairs", "",
			[]string{"--all-pairs", "-m", "cka,linreg", "a", "b", "c"},
			[]pathPair{
				{x: "a", y: "b"},
				{"b", "a", true},
				{x: "a", y: "c"},
				{"c", "a", true},
				{x: "b", y: "c"},
				{"c", "b", true},
			},
		},
		{
			"symmetric measures need one direction", "",
			[]string{"--all-pairs", "-m", "cka", "a", "b", "c"},
			[]pathPair{{x: "a", y: "b"}, {x: "a", y: "c"}, {x: "b", y: "c"}},
		},
		{"list", "x\ty\na b , c\n", []string{"--list", "-"}, []pathPair{{x: "a b ", y: "c"}}},
		{"quotes", "\"a,1\",b\n", []string{"--list", "-"}, []pathPair{{x: "a,1", y: "b"}}},
	} {
		o, err := parseScore(t, c.stdin, c.args...)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(c.want, o.pairs, cmp.AllowUnexported(pathPair{})); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", c.name, diff)
		}
	}
}

func TestMirroredPairsAreScoredByAsymmetricMeasures(t *testing.T) {
	o, err := parseScore(t, "", "--all-pairs", "-m", "cka,linreg,nbs", "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	names := func(p pathPair) (names []string) {
		for _, m := range o.measuresOf(p) {
			names = append(names, m.Name)
		}
		return names
	}
	if got, want := names(o.pairs[0]), []string{"cka", "linreg", "nbs"}; !slices.Equal(got, want) {
		t.Errorf("a pair is scored by %q, want %q", got, want)
	}
	if got, want := names(o.pairs[1]), []string{"linreg"}; !slices.Equal(got, want) {
		t.Errorf("its mirror image is scored by %q, want %q", got, want)
	}
}

func TestMeasuresMayBeRepeated(t *testing.T) {
	o, err := parseScore(t, "", "-m", "cka,nbs", "-m", "procrustes", "x", "y")
	if err != nil {
		t.Fatal(err)
	}
	if got := len(o.named); got != 3 {
		t.Errorf("%d measures, want 3", got)
	}
}

func TestRowCells(t *testing.T) {
	row := scoreRow{pair: pathPair{x: "x", y: "y"}, measure: "cka", value: 0.5, n: 4, p: 2, q: 1, warning: "w", at: 3}
	want := []any{"x", "y", "cka", 0.5, nil, nil, 4, 2, 1, "w", nil}
	if got := row.cells(""); !slices.Equal(got, want) {
		t.Errorf("cells are %v, want %v", got, want)
	}
	if got := row.cells("time"); !slices.Equal(got, append(want, 3)) {
		t.Errorf("cells are %v, want %v and the time", got, want)
	}
	row.err = errors.New("two\nlines")
	if got := row.cells(""); got[3] != nil || got[10] != "two lines" {
		t.Errorf("cells of an error are %v", got)
	}
	if got := len(row.cells("")); got != len(scoreColumns) {
		t.Errorf("%d cells for %d columns", got, len(scoreColumns))
	}
}

// counter is a reader of inputs that counts how often it reads each.
type counter struct {
	mu    sync.Mutex
	reads map[string]int
}

func (c *counter) read(path string) (*data.Dataset, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reads[path]++
	if path == "bad" {
		return nil, &data.InputError{Path: path, Found: "bad"}
	}
	d, err := data.New([]float64{1, 2, 3, 5}, 2, 2)
	d.Source.Path = path
	return d, err
}

func TestShelfReadsSharedInputsOnce(t *testing.T) {
	pairs := allPairs([]string{"a", "b", "c", "bad"})
	c := &counter{reads: map[string]int{}}
	s := newShelf(c.read)
	for _, p := range pairs {
		s.expect(p)
	}
	var wait sync.WaitGroup
	for _, p := range pairs {
		wait.Go(func() {
			x, y := s.take(p.x), s.take(p.y)
			s.put(x)
			s.put(y)
		})
	}
	wait.Wait()
	for path, n := range c.reads {
		if n != 1 {
			t.Errorf("%s was read %d times, want once", path, n)
		}
	}
	if len(s.held) != 0 || s.bytes != 0 {
		t.Errorf("%d inputs of %d bytes are left on the shelf after their last use", len(s.held), s.bytes)
	}
	if got := len(s.sourcesOf([]string{"a", "b", "c", "bad"})); got != 3 {
		t.Errorf("%d inputs are known, want the 3 that could be read", got)
	}
}

func TestFullShelfReadsAgain(t *testing.T) {
	pairs := []pathPair{{x: "a", y: "b"}, {x: "a", y: "c"}, {x: "-", y: "b"}, {x: "-", y: "c"}}
	c := &counter{reads: map[string]int{}}
	s := newShelf(c.read)
	for _, p := range pairs {
		s.expect(p)
	}
	s.budget = 0
	for _, p := range pairs {
		x, y := s.take(p.x), s.take(p.y)
		s.put(x)
		s.put(y)
	}
	want := map[string]int{"a": 2, "b": 2, "c": 2, "-": 1} // standard input cannot be read again
	if diff := cmp.Diff(want, c.reads); diff != "" {
		t.Errorf("reads (-want +got)\n%s", diff)
	}
	if len(s.held) != 0 || s.bytes != 0 {
		t.Errorf("%d inputs of %d bytes are left on the shelf", len(s.held), s.bytes)
	}
}

func TestSystemsOfSharedInputsAreKept(t *testing.T) {
	c := &counter{reads: map[string]int{}}
	s := newShelf(c.read)
	s.expect(pathPair{x: "a", y: "b"})
	s.expect(pathPair{x: "a", y: "c"})
	for path, kept := range map[string]bool{"a": true, "b": false} {
		in := s.take(path)
		one, err1 := in.system(view{})
		two, err2 := in.system(view{})
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if (one == two) != kept {
			t.Errorf("%s: the same system twice: %v, want %v", path, one == two, kept)
		}
	}
}

func TestMeasureCompletions(t *testing.T) {
	all := listCompletions("")
	for _, want := range append([]string{"all", "default"}, measures.FamilyNames()...) {
		if !slices.Contains(all, want) {
			t.Errorf("%q is not offered", want)
		}
	}
	for typed, want := range map[string][]string{
		"cka,proc":          {"cka,procrustes"},
		"nbs,cka:estimator": {"nbs,cka:estimator=biased", "nbs,cka:estimator=debiased", "nbs,cka:estimator=lange"},
		"frob":              {},
		"frob:":             {},
		"cka,c":             {"cka,cca", "cka,cknna"}, // what is there already is not offered again
	} {
		if got := listCompletions(typed); !slices.Equal(got, want) {
			t.Errorf("%q completes to %q, want %q", typed, got, want)
		}
	}
}
