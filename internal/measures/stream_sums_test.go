package measures

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// sumsOf adds up samples [first, last) of two matrices.
func sumsOf(t *testing.T, x, y *mat.Dense, order SumOrder, first, last, workers int) *Sums {
	t.Helper()
	_, p := x.Dims()
	_, q := y.Dims()
	sums := NewSums(order, first, p, q)
	s := &Stream{X: &matrixSource{m: x, at: first}, Y: &matrixSource{m: y, at: first}, Bounds: order.Bounds, Workers: workers}
	if err := s.AddTo(context.Background(), sums, last); err != nil {
		t.Fatal(err)
	}
	return sums
}

// TestSumsOfPartsAreThoseOfTheWhole: the same bits for any division of the
// samples, by whatever borders of leaves, and in whatever order parts are put
// together.
func TestSumsOfPartsAreThoseOfTheWhole(t *testing.T) {
	x, y := longPair()
	n, p := x.Dims()
	_, q := y.Dims()
	for _, bounds := range [][]int{{n}, data.FoldBounds(n, 5), JoinBounds(data.FoldBounds(n, 3), data.FoldBounds(n, 2))} {
		order := NewSumOrder(p, q, bounds)
		whole := sumsOf(t, x, y, order, 0, n, 2)
		if got := len(whole.Nodes); got != len(bounds) {
			t.Fatalf("%d nodes for %d segments", got, len(bounds))
		}
		leaves := order.ends(1)
		rng := rand.New(rand.NewPCG(3, uint64(len(bounds))))
		for parts := 1; parts <= len(leaves); parts++ {
			var cuts []int
			for _, i := range rng.Perm(len(leaves) - 1)[:parts-1] {
				cuts = append(cuts, leaves[i])
			}
			cuts = append(cuts, n)
			slices.Sort(cuts)
			var pieces []*Sums
			at := 0
			for _, c := range cuts {
				piece := sumsOf(t, x, y, order, at, c, 1)
				var ends []int
				for _, node := range piece.Nodes {
					ends = append(ends, node.Last)
				}
				if want := order.Ends(at, c); !slices.Equal(ends, want) {
					t.Fatalf("nodes of [%d, %d) end at %v, want %v", at, c, ends, want)
				}
				pieces = append(pieces, piece)
				at = c
			}
			for len(pieces) > 1 {
				i := rng.IntN(len(pieces) - 1)
				pieces[i].Append(pieces[i+1])
				pieces = slices.Delete(pieces, i+1, i+2)
			}
			if !pieces[0].Complete() || !sameMoments(pieces[0].Nodes, whole.Nodes) {
				t.Errorf("%d segments in %d parts: other bits than the whole", len(bounds), parts)
			}
		}
	}
}

func sameMoments(a, b []Node) bool {
	return slices.EqualFunc(a, b, func(a, b Node) bool {
		same := a.First == b.First && a.Last == b.Last && a.Moments.N == b.Moments.N &&
			slices.Equal(a.Moments.MeanX, b.Moments.MeanX) && slices.Equal(a.Moments.MeanY, b.Moments.MeanY)
		for _, m := range [][2]*mat.Dense{{a.Moments.XX, b.Moments.XX}, {a.Moments.YY, b.Moments.YY}, {a.Moments.XY, b.Moments.XY}} {
			same = same && slices.Equal(m[0].RawMatrix().Data, m[1].RawMatrix().Data)
		}
		return same
	})
}

// TestSumsGoOnAfterAnInterruption: what was added before an error is a valid part.
func TestSumsGoOnAfterAnInterruption(t *testing.T) {
	x, y := longPair()
	n, p := x.Dims()
	_, q := y.Dims()
	order := NewSumOrder(p, q, data.FoldBounds(n, 2))
	whole := sumsOf(t, x, y, order, 0, n, 2)
	stop := errors.New("enough")
	sums := NewSums(order, 0, p, q)
	for stops := 0; !sums.Complete(); stops++ {
		added := 0
		s := &Stream{
			X: &matrixSource{m: x, at: sums.Last}, Y: &matrixSource{m: y, at: sums.Last}, Bounds: order.Bounds, Workers: 2,
			Added: func(*Sums) error {
				if added++; added == 2 {
					return stop
				}
				return nil
			},
		}
		if err := s.AddTo(context.Background(), sums, n); err != nil && !errors.Is(err, stop) {
			t.Fatal(err)
		}
		if stops > order.Leaves(0, n) {
			t.Fatal("no progress")
		}
	}
	if !sameMoments(sums.Nodes, whole.Nodes) {
		t.Error("other bits than without interruptions")
	}
}

// TestShardsOfSums: parts follow each other, are about equal and have few nodes.
func TestShardsOfSums(t *testing.T) {
	for _, n := range []int{257, 5000, 123457, 10_000_019} {
		for _, width := range []int{3, 200, 3000} {
			for _, folds := range []int{1, 5} {
				order := NewSumOrder(width, width, data.FoldBounds(n, folds))
				leaves := order.Leaves(0, n)
				if leaves > maxLeaves+folds {
					t.Errorf("%d samples of %d features have %d leaves", n, width, leaves)
				}
				for _, shards := range []int{1, 2, 7, 32, leaves} {
					at := 0
					for i := range min(shards, leaves) {
						first, last, ok := order.Shard(i, min(shards, leaves))
						if !ok || first != at || last <= first {
							t.Fatalf("part %d of %d of %d samples is [%d, %d) after %d (%v)", i, shards, n, first, last, at, ok)
						}
						at = last
						if nodes := len(order.Ends(first, last)); nodes > 8+folds {
							t.Errorf("part %d of %d of %d samples has %d nodes", i, shards, n, nodes)
						}
						if leaves > 100 && shards == 7 {
							if share := float64(last-first) / float64(n) * 7; math.Abs(share-1) > 0.2 {
								t.Errorf("part %d of %d of %d samples has %.2f of its share", i, shards, n, share)
							}
						}
					}
					if at != n {
						t.Errorf("%d parts end at %d of %d", shards, at, n)
					}
				}
				if _, _, ok := order.Shard(0, leaves+1); ok {
					t.Errorf("%d leaves in more parts", leaves)
				}
			}
		}
	}
}

func TestSumsThatDoNotFollow(t *testing.T) {
	order := NewSumOrder(2, 2, []int{1000})
	for _, next := range []*Sums{NewSums(order, 256, 2, 2), NewSums(NewSumOrder(2, 2, []int{500, 1000}), 0, 2, 2)} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("appended")
				}
			}()
			NewSums(order, 0, 2, 2).Append(next)
		}()
	}
}

// TestSumsArePairwise: many terms that are all alike add up with next to no error,
// where adding one by one loses digits.
func TestSumsArePairwise(t *testing.T) {
	const leaves = 1 << 12
	order := SumOrder{Bounds: []int{leaves}, Leaf: 1}
	sums := NewSums(order, 0, 1, 1)
	for i := range leaves {
		m := linalg.NewMoments(1, 1)
		m.N, m.XX = 1, mat.NewDense(1, 1, []float64{0.1})
		sums.add(Node{First: i, Last: i + 1, Moments: m})
	}
	if got, want := sums.Nodes[0].Moments.XX.At(0, 0), 0.1*leaves; got != want {
		t.Errorf("%.17g, want %.17g", got, want)
	}
}
