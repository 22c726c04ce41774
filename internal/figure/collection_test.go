package figure

import (
	"fmt"
	"testing"
)

// Lines go through the steps of training, one for each run, or through the one number in
// which systems differ.
func TestTracks(t *testing.T) {
	cases := []struct {
		names []string
		want  string
	}{
		{[]string{"layer2.npy", "layer10.npy", "layer1.npy"}, "[{all [2 0 1] []}] layer"},
		{[]string{"a/seed1/step10.npy", "a/seed0/step5.npy", "a/seed0/step10.npy", "a/seed0/step0.npy", "a/seed1/step5.npy", "a/seed1/step0.npy"}, "[{seed1 [5 4 0] [0 5 10]} {seed0 [3 1 2] [0 5 10]}] step"},
		{[]string{"l1-epoch1", "l1-epoch2", "l1-epoch3", "l2-epoch1"}, "[{l1 [0 1 2] [1 2 3]} {l2 [3] [1]}] epoch"},
		{[]string{"cat", "dog", "cow"}, "[] "},
		{[]string{"a1-b1", "a1-b2", "a2-b1", "a2-b2"}, "[] "},
		{[]string{"x1-step1", "x1-step2", "x2-step1", "x2-step2"}, "[] "},
	}
	for _, c := range cases {
		tracks, word := tracksOf(c.names)
		if got := fmt.Sprintf("%v %s", tracks, word); got != c.want {
			t.Errorf("%q: %s, want %s", c.names, got, c.want)
		}
	}
}

// A table of a collection without a tree, or without a map, is drawn as far as it goes.
func TestCollectionInParts(t *testing.T) {
	r := load(t, "collection.csv")[0]
	aspects := r.texts("aspect")
	for _, c := range []struct {
		without string
		panels  int
	}{{"tree", 1}, {"cluster", 2}, {"stress", 2}} {
		part := r.where(func(i int) bool { return aspects[i] != c.without })
		style := light(t)
		ps, _, _, err := collectionPanels([]*Result{part}, &style)
		if err != nil || len(ps) != c.panels {
			t.Errorf("without %s: %d panels, %v", c.without, len(ps), err)
		}
	}
	none := r.where(func(i int) bool { return aspects[i] == "neighbour" })
	if _, err := New([]*Result{none}, light(t)); err == nil {
		t.Error("a table without a map is drawn")
	}
}
