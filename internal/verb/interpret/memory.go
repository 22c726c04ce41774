package interpret

import (
	"simtool/internal/batch"
	"simtool/internal/synth/frontier"
	"simtool/internal/synth/optimize"
	"simtool/internal/verb"
)

// memory bounds what so many scores take at once: the recording with its components, and
// for each score the larger of an optimisation with the data that came of it and of a
// search for a range.
func (r *run) memory(path string, atOnce int) (int64, error) {
	d, err := r.o.Input.Reader(r.env, false)(path)
	if err != nil {
		return 0, err
	}
	n, p := d.Samples(), d.Width()
	values := 8 * int64(n) * int64(p)
	used := 3*values + verb.ComponentsMemory(int64(n), int64(p))
	var each int64
	for _, t := range r.o.targets {
		goal, err := optimize.ParseGoal(t.named.Name)
		if err != nil {
			return 0, err
		}
		config := optimize.DefaultConfig(goal)
		config.Target = t.score
		need, err := config.Memory(n, p, 0, 1)
		if err != nil {
			return 0, err
		}
		each = max(each, need)
		for _, m := range r.o.also {
			each = max(each, frontier.Problem{Width: p}.TraceMemory(n, p, t.named, m, 1))
		}
	}
	each += int64(r.o.Starts+1) * values
	return batch.WithGarbage(used + int64(atOnce)*each), nil
}
