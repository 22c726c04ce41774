package kernel

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/blas"
	"pgregory.net/rapid"
)

// drawRotations draws k plane rotations as pairs of a cosine and a sine.
func drawRotations(t *rapid.T, k int) []float64 {
	src := drawSource(t)
	var cs []float64
	for range k {
		angle := 2 * math.Pi * src.Float64()
		cs = append(cs, math.Cos(angle), math.Sin(angle))
	}
	return cs
}

// The definition, one rotation after another, downwards and upwards.
func TestRotateIsTheDefinition(t *testing.T) {
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		rapid.Check(t, func(t *rapid.T) {
			k, n := rapid.IntRange(0, 40).Draw(t, "k"), anySize.Draw(t, "n")
			a, cs := newDense(drawSource(t), k+1, n, anyPad.Draw(t, "pad")), drawRotations(t, k)
			up := rapid.Bool().Draw(t, "up")
			want := a.clone()
			for j := range k {
				first, second := j, j+1
				if up {
					first, second = k-j, k-j-1
				}
				for l := range n {
					x, y := want.at(blas.NoTrans, first, l), want.at(blas.NoTrans, second, l)
					want.data[first*want.ld+l] = cs[2*j]*x + cs[2*j+1]*y
					want.data[second*want.ld+l] = cs[2*j]*y - cs[2*j+1]*x
				}
			}
			if up {
				impl.RotateUp(n, a.slice(), a.ld, cs)
			} else {
				impl.Rotate(n, a.slice(), a.ld, cs)
			}
			wantClose(t, a, want, sumError(k))
		})
	})
}

func TestRankSumsAreTheDefinition(t *testing.T) {
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		rapid.Check(t, func(t *rapid.T) {
			m, n, src := anySize.Draw(t, "m"), anySize.Draw(t, "n"), drawSource(t)
			a, sums := newDense(src, m, n, anyPad.Draw(t, "pad")), newDense(src, 1, n, 3)
			x, u, w := newDense(src, 1, m, 0), newDense(src, 1, m, 0), newDense(src, 1, m, 0)
			y, v := newDense(src, 1, n, 0), newDense(src, 1, n, 0)
			two := rapid.Bool().Draw(t, "two")
			want, wantSums := a.clone(), sums.clone()
			wantSums.fill(0)
			for i := range m {
				for j := range n {
					to := &want.data[i*want.ld+j]
					*to -= x.data[i] * y.data[j]
					if two {
						*to -= u.data[i] * v.data[j]
					}
					wantSums.data[j] += w.data[i] * *to
				}
			}
			if two {
				impl.RankTwoSums(m, n, a.slice(), a.ld, x.data, y.data, u.data, v.data, w.data, sums.slice())
			} else {
				impl.RankOneSums(m, n, a.slice(), a.ld, x.data, y.data, w.data, sums.slice())
			}
			wantClose(t, a, want, 1e-14*10)
			wantClose(t, sums, wantSums, 10*sumError(m))
		})
	})
}

func TestTransposeAndDotsAreTheDefinition(t *testing.T) {
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		rapid.Check(t, func(t *rapid.T) {
			m, n, src := anySize.Draw(t, "m"), anySize.Draw(t, "n"), drawSource(t)
			a, b := newDense(src, m, n, anyPad.Draw(t, "padA")), newDense(src, n, m, anyPad.Draw(t, "padB"))
			x, sums := newDense(src, 1, n, 0), newDense(src, 1, m, 2)
			want, wantSums := b.clone(), sums.clone()
			for i := range m {
				wantSums.data[i] = 0
				for j := range n {
					want.data[j*want.ld+i] = a.data[i*a.ld+j]
					wantSums.data[i] += a.data[i*a.ld+j] * x.data[j]
				}
			}
			impl.Transpose(m, n, a.slice(), a.ld, b.slice(), b.ld)
			impl.Dots(m, n, a.slice(), a.ld, x.data, sums.slice())
			wantSame(t, b.data, want.data)
			wantClose(t, sums, wantSums, sumError(n))
		})
	})
}

func TestReductionsWantWholeMatrices(t *testing.T) {
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		v := make([]float64, 5)
		for name, call := range map[string]func(){
			"rotation without its second row": func() { impl.Rotate(3, v, 3, v[:2]) },
			"rotation upwards":                func() { impl.RotateUp(3, v, 3, v[:2]) },
			"update of a short matrix":        func() { impl.RankOneSums(2, 3, v, 3, v, v, v, v) },
			"update with few factors":         func() { impl.RankTwoSums(1, 5, v, 5, v, v, v, v[:4:4], v, v) },
			"update with few weights":         func() { impl.RankTwoSums(5, 1, v, 1, v, v, v, v, v[:4:4], v) },
			"dots without room":               func() { impl.Dots(5, 1, v, 1, v, v[:4:4]) },
			"transpose of a short matrix":     func() { impl.Transpose(2, 3, v, 3, make([]float64, 6), 2) },
			"transpose without room":          func() { impl.Transpose(1, 5, v, 5, v[:4:4], 1) },
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
