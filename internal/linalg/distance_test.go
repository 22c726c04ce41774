package linalg

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// exactDistance returns ‖a−b‖² from differences, squares and sums that keep their
// rounding errors (Dekker and Knuth), some 30 digits.
func exactDistance(a, b []float64) float64 {
	var sum, low float64
	for k, x := range a {
		d := x - b[k]
		back := x - d
		dLow := (back - b[k]) + (x - (d + back))
		square := d * d
		low += math.FMA(d, d, -square) + 2*d*dLow
		total := sum + square
		back = total - sum
		low += (sum - (total - back)) + (square - back)
		sum = total
	}
	return sum + low
}

// eachPair calls f with the condensed position of every pair.
func eachPair(n int, f func(at, i, j int)) {
	at := 0
	for i := range n {
		for j := i + 1; j < n; j++ {
			f(at, i, j)
			at++
		}
	}
}

func TestSqDistancesAgainstExactSums(t *testing.T) {
	near := gaussian(3, 300, 40)
	for i := range 300 { // pairs at 1e-4 to 1e-9 of their norm
		if i%2 == 1 {
			row := near.RawRowView(i)
			copy(row, near.RawRowView(i-1))
			row[i%40] += math.Pow(10, -4-float64(i%6))
		}
	}
	offset := gaussian(4, 250, 50)
	for i := range 250 {
		for j := range 50 {
			offset.Set(i, j, offset.At(i, j)+1e6)
		}
	}
	cases := map[string]*mat.Dense{
		"one row": gaussian(1, 1, 3), "two rows": gaussian(1, 2, 1), "small": gaussian(1, 30, 7),
		"large": gaussian(2, 290, 64), "near pairs": near, "offset of 1e6": offset,
		"tiny": scaled(1e-140, gaussian(5, 200, 60)), "huge": scaled(1e140, gaussian(5, 200, 60)),
		"view": gaussian(6, 300, 70).Slice(5, 290, 3, 60).(*mat.Dense),
	}
	for name, x := range cases {
		n, _ := x.Dims()
		d := SqDistances(x)
		eachPair(n, func(at, i, j int) {
			want := exactDistance(x.RawRowView(i), x.RawRowView(j))
			if !(math.Abs(d[at]-want) <= 1e-9*want) {
				t.Fatalf("%s: distance of rows %d and %d is %v, want %v", name, i, j, d[at], want)
			}
		})
	}
}

func TestSqDistancesOnAGridAreExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, g := range []struct{ unit, offset float64 }{{1, 0}, {0.25, -1e6}, {1 << 40, 1 << 60}, {0x1p-300, 0}} {
		x := mat.NewDense(400, 30, nil)
		for i := range 400 {
			for j := range 30 {
				x.Set(i, j, g.offset+g.unit*float64(rng.IntN(5)))
			}
		}
		d := SqDistances(x)
		eachPair(400, func(at, i, j int) {
			if want := exactDistance(x.RawRowView(i), x.RawRowView(j)); d[at] != want {
				t.Fatalf("unit %v: distance of rows %d and %d is %v, want exactly %v", g.unit, i, j, d[at], want)
			}
		})
	}
}

func TestEqualRowsHaveEqualDistances(t *testing.T) {
	const n, p = 330, 45
	x := gaussian(1, n, p)
	source := make([]int, n)
	for i := range n {
		source[i] = i
		if i%3 == 2 {
			source[i] = source[(7*i)%i]
			copy(x.RawRowView(i), x.RawRowView(source[i]))
		}
	}
	x.Set(1, 0, 0)
	copy(x.RawRowView(n-1), x.RawRowView(1))
	x.Set(n-1, 0, math.Copysign(0, -1))
	source[n-1] = source[1]
	d := SqDistances(x)
	at := func(i, j int) float64 {
		if i == j {
			return 0
		}
		return d[condensed(n, min(i, j), max(i, j))]
	}
	eachPair(n, func(_, i, j int) {
		if got, want := at(i, j), at(source[i], source[j]); got != want {
			t.Fatalf("distance %v of rows %d and %d is not the %v of their equals %d and %d", got, i, j, want, source[i], source[j])
		}
	})
}

// Blocks of any shape and place, and their transposes, have the bits of the whole
// matrix.
func TestDistancesByBlocks(t *testing.T) {
	const n = 300
	integers := mat.NewDense(n, 7, nil)
	repeated := gaussian(2, n, 60)
	for i := range n {
		for j := range 7 {
			integers.Set(i, j, float64((i*i*(j+1))%11))
		}
		copy(repeated.RawRowView(i), repeated.RawRowView(i%100))
	}
	for name, x := range map[string]*mat.Dense{
		"gaussian": gaussian(1, n, 50), "grid": integers, "repeated": repeated, "wide": gaussian(3, n, 9000),
	} {
		whole := mat.NewDense(n, n, nil)
		d := NewDistances(x)
		d.BlockTo(whole, 0, 0)
		eachPair(n, func(_, i, j int) {
			if i >= 40 && (i+j)%7 > 0 {
				return
			}
			want := exactDistance(x.RawRowView(i), x.RawRowView(j))
			if got := whole.At(i, j); !(math.Abs(got-want) <= 1e-9*want) || got != whole.At(j, i) {
				t.Fatalf("%s: distance of %d and %d is %v and %v, want %v", name, i, j, got, whole.At(j, i), want)
			}
		})
		for _, b := range [][4]int{{0, 0, 1, n}, {0, 0, n, 1}, {17, 5, 1, 1}, {n - 1, n - 1, 1, 1}, {100, 30, 128, 250}, {290, 0, 10, 33}, {5, n - 1, 60, 1}} {
			got := mat.NewDense(b[2], b[3], nil)
			d.BlockTo(got, b[0], b[1])
			within(t, name+": difference of a block", maxDiff(t, got, whole.Slice(b[0], b[0]+b[2], b[1], b[1]+b[3])), 0)
		}
		if name == "repeated" {
			for i := 100; i < n; i++ {
				within(t, "difference of equal rows", maxDiff(t, row(whole.RawRowView(i)), row(whole.RawRowView(i%100))), 0)
			}
		}
	}
	one := mat.NewDense(1, 1, nil)
	NewDistances(gaussian(1, 1, 3)).BlockTo(one, 0, 0)
	if one.At(0, 0) != 0 {
		t.Errorf("a row is %v from itself", one.At(0, 0))
	}
}

func TestGridIsRecognised(t *testing.T) {
	x := func(values ...float64) *mat.Dense { return mat.NewDense(len(values), 1, values) }
	for _, c := range []struct {
		x    *mat.Dense
		want bool
	}{
		{x(0, 1, 2), true},
		{x(0.1, 0.1, 0.1), true},
		{x(0, 0.1, 0.2), false},
		{x(1e15, 1e15+1, 1e15+2), true},
		{x(0, 1<<25-1), true},
		{x(0, 1<<25), true}, // one step of that size
		{x(0, 1<<25+1), false},
		{x(5e-324, 0), false},
		{x(0, math.NaN()), false},
	} {
		n, _ := c.x.Dims()
		if got := shiftOnGrid(mat.NewDense(n, 1, nil), c.x); got != c.want {
			t.Errorf("%v on a grid: %v, want %v", c.x.RawMatrix().Data, got, c.want)
		}
	}
}

// Rank order of tied distances is that of exact arithmetic on both sides of the
// switch between direct sums and inner products.
func TestRanksOfTiedDistances(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{45, 700} {
		x := mat.NewDense(n, 5, nil)
		want := make([]float64, 0, n*(n-1)/2)
		for i := range n {
			for j := range 5 {
				x.Set(i, j, float64(rng.IntN(4)))
			}
		}
		eachPair(n, func(_, i, j int) { want = append(want, exactDistance(x.RawRowView(i), x.RawRowView(j))) })
		if !slices.Equal(Ranks(SqDistances(x)), Ranks(want)) {
			t.Errorf("n=%d: ranks of tied distances are wrong", n)
		}
	}
}

func BenchmarkSqDistances(b *testing.B) {
	x := gaussian(1, 4000, 768)
	d := make([]float64, 4000*3999/2)
	b.Run("4000x768/simtool", func(b *testing.B) {
		for b.Loop() {
			SqDistancesTo(d, x)
		}
	})
	b.Run("4000x768/direct", func(b *testing.B) {
		for b.Loop() {
			eachPair(4000, func(at, i, j int) { d[at] = SqDistance(x.RawRowView(i), x.RawRowView(j)) })
		}
	})
}
