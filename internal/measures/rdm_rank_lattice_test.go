package measures

import (
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// Many pairs of points of a lattice have few distances. Their ranks are those of exact
// integers, also when the lattice is turned and moved, so that no number is exact.
func TestRanksOfALargeLattice(t *testing.T) {
	const n, side = 420, 110 // 87,990 pairs
	rng := rand.New(rand.NewPCG(13, 420))
	points := make([][2]int, n)
	x := mat.NewDense(n, 2, nil)
	for i := range points {
		a, b := rng.IntN(side), rng.IntN(side)
		points[i] = [2]int{a, b}
		x.SetRow(i, []float64{float64(3*a-4*b)/5 + 10, float64(4*a+3*b)/5 - 20})
	}
	var squares []int
	count := map[int]int{}
	for i := range points {
		for j := i + 1; j < n; j++ {
			a, b := points[i][0]-points[j][0], points[i][1]-points[j][1]
			squares = append(squares, a*a+b*b)
			count[a*a+b*b]++
		}
	}
	if len(count) < 4000 {
		t.Fatalf("%d distances", len(count))
	}
	var distinct []int
	for d := range count {
		distinct = append(distinct, d)
	}
	slices.Sort(distinct)
	twice, before := map[int]uint32{}, 0
	for _, d := range distinct {
		twice[d] = uint32(2*before + count[d] + 1)
		before += count[d]
	}
	for _, kind := range []string{rdmSqEuclidean, rdmEuclidean, rdmGaussian} {
		d := dissimilarity{kind: kind}
		if kind == rdmGaussian {
			d.sigma = rdmSigmaParam.Default
		}
		r, err := d.order(systemOf(t, datasetOf(x)), false)
		if err != nil {
			t.Fatal(err)
		}
		wrong := 0
		for at, s := range squares {
			if r.Twice[at] != twice[s] {
				wrong++
			}
		}
		if wrong > 0 {
			t.Errorf("%s: %d of %d ranks are wrong", kind, wrong, len(squares))
		}
	}
}
