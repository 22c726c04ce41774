package measures

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// bestSum tries every matching of the rows of a, at most as many as columns.
func bestSum(a *mat.Dense, row int, taken uint) float64 {
	p, q := a.Dims()
	if row == p {
		return 0
	}
	best := math.Inf(-1)
	for j := range q {
		if taken&(1<<j) == 0 {
			best = max(best, a.At(row, j)+bestSum(a, row+1, taken|1<<j))
		}
	}
	return best
}

// sumAt checks that matches is one to one over all of the narrower side, and
// returns the sum of the entries there.
func sumAt(t *testing.T, a *mat.Dense, matches []int) float64 {
	t.Helper()
	total, count := 0.0, 0
	seen := map[int]bool{}
	for i, j := range matches {
		if j < 0 {
			continue
		}
		if seen[j] {
			t.Fatalf("column %d is matched twice", j)
		}
		seen[j] = true
		total += a.At(i, j)
		count++
	}
	if p, q := a.Dims(); len(matches) != p || count != min(p, q) {
		t.Fatalf("%d of %d × %d matched", count, p, q)
	}
	return total
}

func TestAssignmentAgainstEveryMatching(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for trial := range 300 {
		p, q := 1+rng.IntN(6), 1+rng.IntN(6)
		a := gaussian(rng, p, q)
		if trial%2 == 0 { // many ties
			a.Apply(func(_, _ int, v float64) float64 { return math.Round(v) }, a)
		}
		var want float64
		if p <= q {
			want = bestSum(a, 0, 0)
		} else {
			want = bestSum(mat.DenseCopyOf(a.T()), 0, 0)
		}
		if got := sumAt(t, a, assignment(a)); math.Abs(got-want) > 1e-12 {
			t.Fatalf("sum %v, want %v for\n%v", got, want, mat.Formatted(a))
		}
	}
}

// TestAssignmentOfProducts: by the rearrangement inequality Σuᵢv_σ(i) is
// largest when both are in the same order, and smallest in opposite order.
func TestAssignmentOfProducts(t *testing.T) {
	const n = 150
	rng := rand.New(rand.NewPCG(5, 6))
	place := rng.Perm(n)
	for _, sign := range []float64{1, -1} {
		a := mat.NewDense(n, n, nil)
		for i := range n {
			for j := range n {
				a.Set(i, j, sign*float64(i)*float64(place[j]))
			}
		}
		for i, j := range assignment(a) {
			want := i
			if sign < 0 {
				want = n - 1 - i
			}
			if place[j] != want {
				t.Fatalf("sign %v: row %d is matched with rank %d, want %d", sign, i, place[j], want)
			}
		}
	}
}

// TestAssignmentOfConstant: nothing but ties.
func TestAssignmentOfConstant(t *testing.T) {
	a := mat.NewDense(40, 60, nil)
	if got := sumAt(t, a, assignment(a)); got != 0 {
		t.Errorf("sum %v, want 0", got)
	}
}

func BenchmarkAssignment(b *testing.B) {
	for _, n := range []int{100, 1000} {
		a := gaussian(rand.New(rand.NewPCG(7, 8)), n, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				assignment(a)
			}
		})
	}
}
