package pcsensitivity

import (
	"simtool/internal/batch"
	"simtool/internal/measures"
	"simtool/internal/synth/optimize"
	"simtool/internal/verb"
)

// memory bounds what so many of the items take at once: the data with their
// components, while these are found and afterwards, and what each item changes and
// scores, or optimises.
func (r *run) memory(atOnce int) (int64, error) {
	c := r.ref.Components
	n, p, k := int64(c.Data().Samples()), int64(c.Data().Width()), int64(c.Len())
	dims := measures.Dims{N: n, P: p, Q: p, Times: 1}
	if shape := c.Data().Shape; len(shape) == 3 {
		dims.Times = int64(shape[0])
	}
	// The data, those without the components that are left out, and centred ones.
	read := 3*8*n*p + 8*k*(n+p)
	each := 8*(n*p+n*k) + measures.ScoreBytes(r.o.named, dims)
	if r.o.Order {
		each = 0
		for _, m := range r.o.named {
			goal, err := optimize.ParseGoal(m.Name)
			if err != nil {
				return 0, err
			}
			config := optimize.DefaultConfig(goal)
			config.MaxIter = r.o.MaxIter
			if config.Method, err = optimize.FindMethod(r.o.Method); err != nil {
				return 0, err
			}
			run, err := config.Memory(int(n), int(p), int(k), 1)
			if err != nil {
				return 0, err
			}
			push := 8*(3*n*p+k*p) + measures.GradientBytes(m.Measure, dims)
			each = max(each, push, 8*n*k+max(run, verb.ComponentsMemory(n, p)))
		}
	}
	return batch.WithGarbage(max(8*n*p+verb.ComponentsMemory(n, p), read+int64(atOnce)*each)), nil
}
