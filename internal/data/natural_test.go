package data

import (
	"slices"
	"testing"
)

func TestNaturalOrder(t *testing.T) {
	want := []string{"", "a", "a0/b2", "a00/b2", "a0/b10", "a01", "a1", "a2.npy", "a10.npy", "a10b", "b1", "layer9999999999999999999998", "layer9999999999999999999999", "layer10000000000000000000000"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, NaturalOrder)
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for i, a := range want {
		for j, b := range want {
			if c := NaturalOrder(a, b); c < 0 != (i < j) || c > 0 != (i > j) {
				t.Errorf("%q and %q compare as %d", a, b, c)
			}
		}
	}
}
