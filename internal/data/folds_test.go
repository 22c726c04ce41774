package data

import (
	"slices"
	"testing"
)

// TestFoldBounds holds the bounds to the sizes of the test sets of scikit-learn's
// KFold(n_splits=k).split(range(n)).
func TestFoldBounds(t *testing.T) {
	for _, c := range []struct {
		n, k int
		want []int
	}{
		{10, 1, []int{10}},
		{10, 2, []int{5, 10}},
		{10, 3, []int{4, 7, 10}},
		{11, 3, []int{4, 8, 11}},
		{11, 4, []int{3, 6, 9, 11}},
		{7, 7, []int{1, 2, 3, 4, 5, 6, 7}},
		{2, 3, []int{1, 2, 2}},
		{0, 2, []int{0, 0}},
	} {
		if got := FoldBounds(c.n, c.k); !slices.Equal(got, c.want) {
			t.Errorf("%d samples in %d folds end at %v, want %v", c.n, c.k, got, c.want)
		}
	}
}
