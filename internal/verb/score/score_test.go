package score

import (
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/result"
)

// parseScore gives the words of a command line to score, without the work.
func parseScore(t *testing.T, stdin string, args ...string) (*Options, error) {
	t.Helper()
	e := &batch.Env{Seed: 1, Stdin: func(string) (io.Reader, error) { return strings.NewReader(stdin), nil }}
	o := New()
	files, err := o.Settings().Apply(args, nil)
	if err != nil {
		t.Fatal(err)
	}
	return o, o.complete(e, files)
}

func TestScorePairs(t *testing.T) {
	for _, c := range []struct {
		name, stdin string
		args        []string
		want        []Pair
	}{
		{"one", "", []string{"x", "y"}, []Pair{{X: "x", Y: "y"}}},
		{"reference first", "", []string{"x", "y", "z"}, []Pair{{X: "x", Y: "y"}, {X: "x", Y: "z"}}},
		{
			"all pairs", "",
			[]string{"--all-pairs", "-m", "cka,linreg", "a", "b", "c"},
			[]Pair{
				{X: "a", Y: "a"},
				{X: "a", Y: "b", j: 1},
				{"b", "a", true, 0, 1},
				{X: "a", Y: "c", j: 2},
				{"c", "a", true, 0, 2},
				{X: "b", Y: "b", i: 1, j: 1},
				{X: "b", Y: "c", i: 1, j: 2},
				{"c", "b", true, 1, 2},
				{X: "c", Y: "c", i: 2, j: 2},
			},
		},
		{
			"symmetric measures need one direction", "",
			[]string{"--all-pairs", "-m", "cka", "a", "b", "c"},
			[]Pair{{X: "a", Y: "a"}, {X: "a", Y: "b", j: 1}, {X: "a", Y: "c", j: 2}, {X: "b", Y: "b", i: 1, j: 1}, {X: "b", Y: "c", i: 1, j: 2}, {X: "c", Y: "c", i: 2, j: 2}},
		},
		{"list", "x\ty\na b , c\n", []string{"--list", "-"}, []Pair{{X: "a b ", Y: "c"}}},
		{"quotes", "\"a,1\",b\n", []string{"--list", "-"}, []Pair{{X: "a,1", Y: "b"}}},
	} {
		o, err := parseScore(t, c.stdin, c.args...)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(c.want, o.pairs, cmp.AllowUnexported(Pair{})); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", c.name, diff)
		}
	}
}

func TestMirroredPairsAreScoredByAsymmetricMeasures(t *testing.T) {
	o, err := parseScore(t, "", "--all-pairs", "-m", "cka,linreg,nbs", "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	names := func(p Pair) (names []string) {
		for _, m := range o.measuresOf(p) {
			names = append(names, m.Name)
		}
		return names
	}
	if got, want := names(o.pairs[1]), []string{"cka", "linreg", "nbs"}; !slices.Equal(got, want) {
		t.Errorf("a pair is scored by %q, want %q", got, want)
	}
	if got, want := names(o.pairs[2]), []string{"linreg"}; !slices.Equal(got, want) {
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

func TestRows(t *testing.T) {
	row := scoreRow{pair: Pair{X: "x", Y: "y"}, measure: "cka", value: 0.5, n: 4, p: 2, q: 1, warning: "w", at: 3}
	want := []any{"x", "y", "cka", 0.5, nil, nil, 4, 2, 1, nil, nil, nil, nil, nil, nil, nil, nil, nil, "w", nil}
	if got := result.Scores.Cells(row.row("")); !slices.Equal(got, want) {
		t.Errorf("cells are %v, want %v", got, want)
	}
	byTime := result.Scores.With("time")
	if got := byTime.Cells(row.row("time")); !slices.Equal(got, append(want, 3)) {
		t.Errorf("cells are %v, want %v and the time", got, want)
	}
	row.err = errors.New("two\nlines")
	if got := row.row(""); !math.IsNaN(got.Value) || got.Error != "two lines" {
		t.Errorf("the row of an error is %+v", got)
	}
	row.at = -1
	if got := byTime.Cell(byTime.Cells(row.row("time")), "time"); got != nil {
		t.Errorf("a pair of unknown times has the time %v", got)
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

func TestStoreReadsSharedInputsOnce(t *testing.T) {
	pairs := allPairs([]string{"a", "b", "c", "bad"})
	c := &counter{reads: map[string]int{}}
	s := newInputs(c.read)
	for _, p := range pairs {
		s.expect(p)
	}
	var wait sync.WaitGroup
	for _, p := range pairs {
		wait.Go(func() {
			x, y := s.take(p.X), s.take(p.Y)
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
		t.Errorf("%d inputs of %d bytes are left held after their last use", len(s.held), s.bytes)
	}
	if got := len(s.sourcesOf([]string{"a", "b", "c", "bad"})); got != 3 {
		t.Errorf("%d inputs are known, want the 3 that could be read", got)
	}
}

func TestFullStoreReadsAgain(t *testing.T) {
	pairs := []Pair{{X: "a", Y: "b"}, {X: "a", Y: "c"}, {X: "-", Y: "b"}, {X: "-", Y: "c"}}
	c := &counter{reads: map[string]int{}}
	s := newInputs(c.read)
	for _, p := range pairs {
		s.expect(p)
	}
	s.budget = 0
	for _, p := range pairs {
		x, y := s.take(p.X), s.take(p.Y)
		s.put(x)
		s.put(y)
	}
	want := map[string]int{"a": 2, "b": 2, "c": 2, "-": 1} // standard input cannot be read again
	if diff := cmp.Diff(want, c.reads); diff != "" {
		t.Errorf("reads (-want +got)\n%s", diff)
	}
	if len(s.held) != 0 || s.bytes != 0 {
		t.Errorf("%d inputs of %d bytes are left held", len(s.held), s.bytes)
	}
}

func TestSystemsOfSharedInputsAreKept(t *testing.T) {
	c := &counter{reads: map[string]int{}}
	s := newInputs(c.read)
	s.expect(Pair{X: "a", Y: "b"})
	s.expect(Pair{X: "a", Y: "c"})
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
