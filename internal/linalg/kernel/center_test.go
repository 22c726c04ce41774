package kernel

import (
	"testing"

	"pgregory.net/rapid"
)

// There are only sums and differences in these kernels: every engine must give
// the bits of the definition.
func TestDeviationsAreTheDefinition(t *testing.T) {
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		rapid.Check(t, func(t *rapid.T) {
			m, n := anySize.Draw(t, "m"), anySize.Draw(t, "n")
			a := newDense(drawSource(t), m, n, anyPad.Draw(t, "padA"))
			x, sums := newDense(drawSource(t), 1, n, 0), newDense(drawSource(t), 1, n, 0)
			want := append([]float64(nil), sums.data...)
			for j := range n {
				d := func(i int) float64 { return a.data[i*a.ld+j] - x.data[j] }
				for i := 0; i < m; {
					if i+4 <= m {
						want[j] += (d(i) + d(i+1)) + (d(i+2) + d(i+3))
						i += 4
						continue
					}
					want[j] += d(i)
					i++
				}
			}
			impl.Deviations(m, n, a.slice(), a.ld, x.data, sums.data)
			wantSame(t, sums.data, want)
		})
	})
}

func TestCenterIsTheDefinition(t *testing.T) {
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		rapid.Check(t, func(t *rapid.T) {
			m, n := anySize.Draw(t, "m"), anySize.Draw(t, "n")
			a := newDense(drawSource(t), m, n, anyPad.Draw(t, "padA"))
			c := newDense(drawSource(t), m, n, anyPad.Draw(t, "padC"))
			x, y := newDense(drawSource(t), 1, n, 0), newDense(drawSource(t), 1, n, 0)
			want := c.clone()
			if rapid.Bool().Draw(t, "in place") {
				c, want = a, a.clone()
			}
			for i := range m {
				for j := range n {
					want.data[i*want.ld+j] = a.data[i*a.ld+j] - x.data[j] - y.data[j]
				}
			}
			impl.Center(m, n, a.slice(), a.ld, x.data, y.data, c.slice(), c.ld)
			wantSame(t, c.data, want.data)
		})
	})
}

func TestCenterWantsWholeMatrices(t *testing.T) {
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		v := make([]float64, 5)
		for name, call := range map[string]func(){
			"short matrix": func() { impl.Deviations(2, 3, v, 3, v, v) },
			"short row":    func() { impl.Deviations(1, 5, v, 5, v[:4:4], v) },
			"short target": func() { impl.Center(1, 5, v, 5, v, v, v[:4:4], 5) },
			"short stride": func() { impl.Center(1, 5, v, 4, v, v, v, 5) },
		} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s: accepted", name)
					}
				}()
				call()
			}()
		}
	})
}
