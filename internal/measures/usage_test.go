package measures

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"simtool/internal/data/datatest"
)

// TestUsualMemoryIsWhatScoresAllocate holds the memory that is foreseen for a measure of
// the default set to what its score allocates of data without peculiarities, beside a
// megabyte, which shows in no process.
func TestUsualMemoryIsWhatScoresAllocate(t *testing.T) {
	datatest.CountsMemory(t)
	list, err := ParseList("default", 1)
	if err != nil {
		t.Fatal(err)
	}
	const n, p, q = 900, 150, 120
	const beside = 1 << 20
	rng := rand.New(rand.NewPCG(15, 1))
	x, y := gaussian(rng, n, p), gaussian(rng, n, q)
	for _, m := range list {
		pair := pairOf(t, datasetOf(x), datasetOf(y))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := m.Score(pair); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		used, allocated := UsualBytes([]Named{m}, Dims{N: n, P: p, Q: q})
		real := float64(after.TotalAlloc - before.TotalAlloc)
		if ratio := (float64(allocated) + beside) / (real + beside); ratio < 0.5 || ratio > 2.5 {
			t.Errorf("%s allocates %.0f bytes, foreseen were %d", m.Name, real, allocated)
		}
		if used > allocated {
			t.Errorf("%s: %d bytes in use of %d allocated", m.Name, used, allocated)
		}
	}
}
