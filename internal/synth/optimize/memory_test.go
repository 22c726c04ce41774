package optimize

import (
	"context"
	"runtime"
	"testing"

	"simtool/internal/data/datatest"
	"simtool/internal/synth/synthtest"
)

// An iteration allocates almost no memory, so that the memory of a run does not
// depend on their number.
func TestIterationsDoNotAllocate(t *testing.T) {
	datatest.CountsMemory(t)
	x := synthtest.PowerLaw(t, 400, 20, 2)
	const iterate = 400 * 20 * 8
	for _, method := range Methods() {
		allocated := func(iterations int) uint64 {
			config := DefaultConfig(goalOf(t, "cka"))
			config.Method, config.MaxIter = method, iterations
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			o, err := Run(context.Background(), x, config)
			if err != nil {
				t.Fatal(err)
			}
			if o[0].Iterations != iterations {
				t.Fatalf("%s: ended after %d iterations (%s)", method, o[0].Iterations, o[0].Reason)
			}
			runtime.ReadMemStats(&after)
			return after.TotalAlloc - before.TotalAlloc
		}
		few, many := allocated(20), allocated(60)
		if perIteration := (float64(many) - float64(few)) / 40; perIteration > iterate/20 {
			t.Errorf("%s: %.0f bytes an iteration, and an iterate has %d", method, perIteration, iterate)
		}
	}
}
