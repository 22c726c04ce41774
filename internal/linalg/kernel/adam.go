package kernel

import (
	"math"
	"unsafe"
)

// AdamStep are the constants of a step of Adam: the decays β₁ and β₂, with 1 minus each,
// the step size rate/(1−β₁ᵗ), 1/√(1−β₂ᵗ), and ε.
type AdamStep struct {
	Beta1, Keep1, Beta2, Keep2, Rate, Root, Epsilon float64
}

// Adam takes a step of Adam on each value of y, whose slope is in grad,
//
//	m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²,  y ← y − rate·m/(√v·root + ε),
//
// with every operation rounded by itself: the bits do not depend on the engine. Slices that
// are shorter than y panic.
func (impl Implementation) Adam(s AdamStep, y, grad, m, v []float64) {
	const most = 1 << 14 // values of one call, which the collector cannot interrupt
	grad, m, v = grad[:len(y)], m[:len(y)], v[:len(y)]
	for from := 0; from < len(y); from += most {
		n := min(most, len(y)-from)
		impl.engine.adam(n, &y[from], &grad[from], &m[from], &v[from], &s.Beta1)
	}
}

func genericAdam(n int, y, grad, m, v, c *float64) {
	s := (*AdamStep)(unsafe.Pointer(c))
	ys, ms, vs := unsafe.Slice(y, n), unsafe.Slice(m, n), unsafe.Slice(v, n)
	for i, d := range unsafe.Slice(grad, n) {
		// Conversions forbid to fuse a product with a sum.
		m1 := float64(s.Beta1*ms[i]) + float64(s.Keep1*d)
		v1 := float64(s.Beta2*vs[i]) + float64(s.Keep2*d*d)
		ms[i], vs[i] = m1, v1
		ys[i] -= s.Rate * m1 / (float64(math.Sqrt(v1)*s.Root) + s.Epsilon)
	}
}
