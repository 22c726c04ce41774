package sensitivity

import (
	"reflect"
	"testing"
)

func TestParseSet(t *testing.T) {
	for text, want := range map[string]Set{"1": {0, 1}, "3": Single(2), "1-20": {0, 20}, " 4-4": {3, 4}} {
		got, err := ParseSet(text)
		if err != nil || got != want {
			t.Errorf("%q: %v (%v), want %v", text, got, err, want)
		}
		again, err := ParseSet(got.String())
		if err != nil || again != got {
			t.Errorf("%q renders as %q", text, got)
		}
	}
	for _, text := range []string{"", "0", "-1", "3-1", "1-", "a", "1-2-3"} {
		if got, err := ParseSet(text); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestRuns(t *testing.T) {
	got := Set{2, 9}.Runs(3)
	if want := []Set{{2, 5}, {5, 8}, {8, 9}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if s, ok := (Set{2, 9}).Within(5); !ok || s != (Set{2, 5}) {
		t.Errorf("%v, %v", s, ok)
	}
	if s, ok := (Set{5, 9}).Within(5); ok {
		t.Errorf("%v has something in common with the first five", s)
	}
}

func TestHalves(t *testing.T) {
	c := &Components{lambda: []float64{3, 2, 2, 1}}
	if got, want := c.Halves(), []Set{{0, 2}, {2, 4}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	c.lambda = []float64{2, 1, 1} // the first has exactly half
	if got, want := c.Halves(), []Set{{0, 1}, {1, 3}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	c.lambda = c.lambda[:1]
	if got, want := c.Halves(), []Set{{0, 1}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestParseChangeRefuses(t *testing.T) {
	for _, text := range []string{"", "rotate", "rotate=", "rotate=x", "replace=1", "noise=-1", "scale=NaN", "swap"} {
		if c, err := ParseChange(text); err == nil {
			t.Errorf("%q: %v", text, c)
		}
	}
}
