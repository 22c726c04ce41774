package sensitivity

import (
	"math"
	"slices"
)

// Slope is a power law y ∝ xᵇ.
type Slope struct {
	Exponent float64 // b
	Error    float64 // standard error of b; NaN for fewer than three points
	N        int     // points that were fitted
}

// FitSlope fits a power law by least squares on logarithms. It leaves out points
// without a logarithm, and points whose y is a rounding error relative to the
// largest. ok is false when fewer than two values of x remain that differ by more than
// rounding.
func FitSlope(x, y []float64) (s Slope, ok bool) {
	if len(x) != len(y) {
		panic("sensitivity: x and y of different lengths")
	}
	const (
		rounding = 1e-12
		same     = 1e-8 // difference of logarithms
	)
	largest := 0.0
	for _, v := range y {
		largest = math.Max(largest, v)
	}
	var lx, ly []float64
	var mx, my float64
	for i, v := range y {
		if x[i] > 0 && v > rounding*largest {
			lx, ly = append(lx, math.Log(x[i])), append(ly, math.Log(v))
			mx += math.Log(x[i])
			my += math.Log(v)
		}
	}
	if len(lx) == 0 || slices.Max(lx)-slices.Min(lx) <= same {
		return Slope{}, false
	}
	n := float64(len(lx))
	mx, my = mx/n, my/n
	var xx, xy, yy float64
	for i := range lx {
		dx, dy := lx[i]-mx, ly[i]-my
		xx, xy, yy = xx+dx*dx, xy+dx*dy, yy+dy*dy
	}
	b := xy / xx
	s = Slope{Exponent: b, Error: math.NaN(), N: len(lx)}
	if n > 2 {
		s.Error = math.Sqrt(math.Max(0, yy-b*xy) / xx / (n - 2))
	}
	return s, true
}
