package kernel

import (
	"testing"

	"pgregory.net/rapid"
)

// Every element within the matrix lands at its place in its panel, from both
// orientations of the source.
func TestPackIsThePanelLayout(t *testing.T) {
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		e := impl.engine
		w := e.width()
		rapid.Check(t, func(t *rapid.T) {
			n, k := rapid.IntRange(1, 3*w+2).Draw(t, "n"), rapid.IntRange(1, 40).Draw(t, "k")
			src := drawSource(t)
			x := newDense(src, n, k, anyPad.Draw(t, "pad"))
			source := view(false, x.slice(), x.ld)
			if rapid.Bool().Draw(t, "by rows") {
				x = newDense(src, k, n, anyPad.Draw(t, "pad"))
				source = view(true, x.slice(), x.ld)
			}
			dst := aligned[float64]((n + w - 1) / w * w * k)
			e.pack(dst, source, n, k)
			for i := range n {
				for p := range k {
					if got, want := dst[i/w*w*k+p*w+i%w], *source.at(i, p); got != want {
						t.Fatalf("element (%d,%d) of %d×%d is %v in its panel, want %v", i, p, n, k, got, want)
					}
				}
			}
		})
	})
}

func TestEvenPiecesCoverTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.IntRange(1, 24).Draw(t, "unit")
		limit := unit * rapid.IntRange(1, 20).Draw(t, "units")
		n := rapid.IntRange(1, 5000).Draw(t, "n")
		size := even(n, limit, unit)
		if size < 1 || size > limit && size != n || n > limit && size%unit != 0 || size > limit {
			t.Fatalf("even(%d, %d, %d) = %d", n, limit, unit, size)
		}
		if pieces := (n + size - 1) / size; pieces != (n+limit-1)/limit {
			t.Fatalf("even(%d, %d, %d) = %d makes %d pieces", n, limit, unit, size, pieces)
		}
	})
}

// The blocks that goroutines take cover each element of the region once.
func TestPartitionCoversTheRegionOnce(t *testing.T) {
	e := generic()
	rapid.Check(t, func(t *rapid.T) {
		p := product[float64]{
			m: rapid.IntRange(1, 60).Draw(t, "m"), n: rapid.IntRange(1, 60).Draw(t, "n"), k: 1,
			region: rapid.SampledFrom([]region{all, upper, lower}).Draw(t, "region"),
		}
		p.c, p.ldc = make([]float64, p.m*p.n), p.n
		one := []float64{1}
		p.a, p.b = matrix[float64]{one, 0, 1}, matrix[float64]{one, 1, 0}
		for _, b := range e.partition(&p, rapid.IntRange(2, 9).Draw(t, "pieces")) {
			for i := range b.m {
				from, to := b.columns(i)
				for j := from; j < to; j++ {
					b.c[i*b.ldc+j]++
				}
			}
		}
		for i := range p.m {
			from, to := p.columns(i)
			for j := range p.n {
				want := 0.0
				if from <= j && j < to {
					want = 1
				}
				if got := p.c[i*p.n+j]; got != want {
					t.Fatalf("element (%d,%d) is in %v blocks, want %v", i, j, got, want)
				}
			}
		}
	})
}
