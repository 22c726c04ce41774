package measures

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestListsOfNeighbours: values of small lists that can be counted by hand.
func TestListsOfNeighbours(t *testing.T) {
	for _, c := range []struct {
		x, y         []int32
		subsequence  int
		edits        int
		rank         float64
		whatIsTested string
	}{
		{[]int32{1, 2, 3}, []int32{1, 2, 3}, 3, 0, 1, "the same list"},
		{[]int32{1, 2, 3}, []int32{4, 5, 6}, 0, 3, 0, "nothing in common"},
		{[]int32{1, 2, 3}, []int32{3, 2, 1}, 1, 2, (2./12 + 2./4 + 2./12) / (1 + 1./2 + 1./3), "the reverse"},
		{[]int32{1, 2, 3}, []int32{2, 3, 1}, 2, 2, (2./12 + 2./6 + 2./10) / (1 + 1./2 + 1./3), "the first at the end"},
		{[]int32{1, 2, 3, 4}, []int32{7, 1, 2, 3}, 3, 2, (2./6 + 2./10 + 2./14) / (1 + 1./2 + 1./3), "one place later"},
		{[]int32{5}, []int32{5}, 1, 0, 1, "one neighbour"},
	} {
		if got := commonSubsequence(c.x, c.y); got != c.subsequence {
			t.Errorf("%s: subsequence of %d, want %d", c.whatIsTested, got, c.subsequence)
		}
		if got := editDistance(c.x, c.y); got != c.edits {
			t.Errorf("%s: %d edits, want %d", c.whatIsTested, got, c.edits)
		}
		if got := rankAgreement(c.x, c.y); got-c.rank > 1e-15 || c.rank-got > 1e-15 {
			t.Errorf("%s: rank agreement %v, want %v", c.whatIsTested, got, c.rank)
		}
	}
}

// TestOrderOfEquallyNear: of neighbours that are equally near but for rounding the first
// in the file comes first, wherever the data are and however they are turned.
func TestOrderOfEquallyNear(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 2))
	for name, x := range tiedData(rng, 40) {
		other := gaussian(rng, 40, 3)
		for _, measure := range []string{"rank-similarity:metric=euclidean", "lcs-knn:metric=euclidean", "edit-distance-knn:metric=euclidean", "cycle-knn:metric=euclidean:k=2"} {
			want, first := 0.0, true
			for how, d := range moved(rng, x) {
				p, err := NewPair(systemOf(t, d), systemOf(t, datasetOf(other)))
				if err != nil {
					t.Fatal(err)
				}
				s, err := measureOf(t, measure).Score(p)
				if err != nil {
					t.Fatal(err)
				}
				if first {
					want, first = s.Value, false
				}
				if s.Value != want {
					t.Errorf("%s of %s %s: %v, want %v", measure, name, how, s.Value, want)
				}
			}
		}
	}
}

// TestOrderOfLine: neighbours of points on a line, of which the nearest is plain to see.
func TestOrderOfLine(t *testing.T) {
	s := systemOf(t, datasetOf(mat.NewDense(5, 1, []float64{0, 1, 3, 7, 15})))
	nb, err := s.neighbours(neighbourhood{k: 3, metric: metricEuclidean})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]int32{{1, 2, 3}, {0, 2, 3}, {1, 0, 3}, {2, 1, 0}, {3, 2, 1}} {
		for at, j := range nb.inOrder(i) {
			if j != want[at] {
				t.Errorf("sample %d: %v, want %v", i, nb.inOrder(i), want)
				break
			}
		}
	}
}
