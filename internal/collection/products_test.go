package collection

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"simtool/internal/data"
	"simtool/internal/measures"
)

// systems returns random systems with something in common.
func systems(t *testing.T, seed uint64, count, n, p int) []*measures.System {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 16))
	common := make([]float64, n*p)
	for i := range common {
		common[i] = rng.NormFloat64()
	}
	out := make([]*measures.System, count)
	for k := range out {
		values := slices.Clone(common)
		for i := range values {
			values[i] += float64(1+k%5) / 2 * rng.NormFloat64()
		}
		d, err := data.New(values, n, p)
		if err != nil {
			t.Fatal(err)
		}
		if out[k], err = measures.NewSystem(d); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// The bits of a product do not depend on the tile that it is computed in, nor on the number
// of processors.
func TestProductsAreTheSameBitsInAnyTile(t *testing.T) {
	const count, n, p = 23, 90, 40
	all := systems(t, 1, count, n, p)
	for _, name := range []string{"cka", "cka:estimator=debiased", "linreg", "rsa:compare=spearman"} {
		m, err := measures.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		inner, _ := measures.As[measures.InnerProduct](m)
		v, ok := inner.Vectors(measures.Dims{N: n, P: 900, Q: 900}, measures.BlockUnits(n, n))
		if !ok {
			t.Fatalf("%s has no vectors", name)
		}
		collect := func(procs, rows, columns int) (sums [][]float64) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			told := *v
			told.Tell = func(_ *measures.Pair, xy, _, _ []float64) { sums = append(sums, slices.Clone(xy)) }
			var columnsBefore, rowsBefore *Products
			found := map[[3]int][]float64{}
			for lo := 0; lo < count; lo += rows {
				hi := min(lo+rows, count)
				of := NewProducts(&told, all[lo:hi], procs, rowsBefore)
				rowsBefore = of
				for from := lo; from < count; from += columns {
					to := min(from+columns, count)
					with := NewProducts(&told, all[from:to], procs, columnsBefore)
					columnsBefore = with
					tile := Between(of, with)
					for i := lo; i < hi; i++ {
						for j := max(i, from); j < to; j++ {
							for k, mirrored := range []bool{false, true} {
								pair := &measures.Pair{X: all[i], Y: all[j]}
								if mirrored {
									pair = pair.Swap()
								}
								if !tile.Tell(pair, i-lo, j-from, mirrored) {
									t.Fatalf("%s: no product of %d and %d", name, i, j)
								}
								found[[3]int{i, j, k}] = sums[len(sums)-1]
							}
						}
					}
				}
			}
			sums = nil
			for i := range count {
				for j := i; j < count; j++ {
					sums = append(sums, found[[3]int{i, j, 0}], found[[3]int{i, j, 1}])
				}
			}
			return sums
		}
		want := collect(1, count, count)
		for _, other := range [][3]int{{1, 1, 1}, {2, 7, 23}, {5, 22, 11}, {1, 3, 4}} {
			if got := collect(other[0], other[1], other[2]); !slices.EqualFunc(got, want, slices.Equal) {
				t.Errorf("%s: %d processors and tiles of %d by %d give other bits", name, other[0], other[1], other[2])
			}
		}
	}
}

func TestProductsOfSystemsWithoutVectors(t *testing.T) {
	all := systems(t, 2, 3, 20, 5)
	constant, err := data.New(make([]float64, 40), 20, 2)
	if err != nil {
		t.Fatal(err)
	}
	flat, err := measures.NewSystem(constant)
	if err != nil {
		t.Fatal(err)
	}
	all = append(all, flat, nil)
	m, err := measures.Parse("cka")
	if err != nil {
		t.Fatal(err)
	}
	inner, _ := measures.As[measures.InnerProduct](m)
	v, _ := inner.Vectors(measures.Dims{N: 20, P: 200, Q: 200}, nil)
	products := NewProducts(v, all, 2, nil)
	tile := Between(products.Of(0, 5), products)
	for _, c := range []struct {
		x, y *measures.System
		i, j int
		want bool
	}{
		{all[0], all[1], 0, 1, true},
		{all[1], all[0], 0, 1, false}, // not the systems of these places
		{all[0], flat, 0, 3, false},
		{flat, flat, 3, 3, false},
	} {
		if got := tile.Tell(&measures.Pair{X: c.x, Y: c.y}, c.i, c.j, false); got != c.want {
			t.Errorf("systems %d and %d: told is %v, want %v", c.i, c.j, got, c.want)
		}
	}
}
