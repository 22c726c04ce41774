package linalg

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Parallel calls body on the pieces [lo,hi) of [0,n), each of size grain but the
// last, from as many goroutines as there are processors. Pieces depend on n and
// grain only. As long as no two pieces write to the same memory, the result does
// not depend on the number of goroutines.
func Parallel(n, grain int, body func(lo, hi int)) { parallel(n, grain, body) }

// parallel is Parallel. A single piece runs on the goroutine of the caller.
func parallel(n, grain int, body func(lo, hi int)) {
	pieces := (n + grain - 1) / grain
	workers := pieces
	if workers > 1 {
		workers = min(runtime.GOMAXPROCS(0), pieces) // takes a lock
	}
	if workers <= 1 {
		for lo := 0; lo < n; lo += grain {
			body(lo, min(lo+grain, n))
		}
		return
	}
	var next atomic.Int64
	work := func() {
		for {
			i := int(next.Add(1)) - 1
			if i >= pieces {
				return
			}
			body(i*grain, min((i+1)*grain, n))
		}
	}
	var wg sync.WaitGroup
	for range workers - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
}
