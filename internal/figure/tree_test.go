package figure

import (
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/collection"
)

// averageLinkage is the clustering that plot hands to figures.
func averageLinkage(n int, dissimilarity func(i, j int) float64) []Join {
	d := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range i {
			d.Set(i, j, dissimilarity(i, j))
			d.Set(j, i, dissimilarity(i, j))
		}
	}
	var out []Join
	for _, j := range collection.Tree(d) {
		out = append(out, Join{Left: j.Left, Right: j.Right, Height: j.Height})
	}
	return out
}

// TestLeaves takes the example of two pairs, the second of which is nearer: no branches of
// its tree cross.
func TestLeaves(t *testing.T) {
	at := []float64{0, 10, 1.5, 11}
	tree := averageLinkage(4, func(i, j int) float64 { return max(at[i]-at[j], at[j]-at[i]) })
	if got := leaves(4, tree); !slices.Equal(got, []int{0, 2, 1, 3}) {
		t.Errorf("the order is %v, want 0 2 1 3", got)
	}
	if tree[0].Height != 1 || tree[1].Height != 1.5 || tree[2].Height != 9.75 {
		t.Errorf("heights %v, want 1, 1.5 and (10 + 11 + 8.5 + 9.5)/4 = 9.75", tree)
	}
	if got := leaves(1, nil); !slices.Equal(got, []int{0}) {
		t.Errorf("the order of one is %v", got)
	}
}
