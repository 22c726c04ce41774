package kernel

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Every engine gives the bits of the definition, at every length.
func TestAdamIsTheDefinition(t *testing.T) {
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		rapid.Check(t, func(t *rapid.T) {
			n := rapid.OneOf(rapid.IntRange(0, 70), rapid.SampledFrom([]int{1 << 14, 1<<14 + 3})).Draw(t, "n")
			src := drawSource(t)
			vector := func() []float64 { return newDense(src, 1, n, 4).data }
			y, g, m, v := vector(), vector(), vector(), vector()
			for i := range v {
				v[i] = math.Abs(v[i])
			}
			s := AdamStep{0.9, 1 - 0.9, 0.999, 1 - 0.999, 0.3, 7, 1e-8}
			wantY, wantM, wantV := append([]float64(nil), y...), append([]float64(nil), m...), append([]float64(nil), v...)
			for i := range n {
				wantM[i] = float64(0.9*m[i]) + float64(s.Keep1*g[i])
				wantV[i] = float64(0.999*v[i]) + float64(s.Keep2*g[i]*g[i])
				wantY[i] = y[i] - 0.3*wantM[i]/(float64(math.Sqrt(wantV[i])*7)+1e-8)
			}
			impl.Adam(s, y[:n], g, m, v)
			wantSame(t, y, wantY)
			wantSame(t, m, wantM)
			wantSame(t, v, wantV)
		})
	})
}
