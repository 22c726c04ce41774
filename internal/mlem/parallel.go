package mlem

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"simtool/internal/linalg"
)

// Progress receives the progress of a stage. It is called from one goroutine at a
// time.
type Progress func(stage string, done, total int)

// report calls p if there is one.
func (p Progress) report(stage string, done, total int) {
	if p != nil {
		p(stage, done, total)
	}
}

// forEach calls body(worker, i) for every i in [0,n) on up to jobs goroutines
// (0: as many as there are processors) and returns the first error, or that of ctx
// when it is cancelled. The number of a worker is below jobs, so that each worker
// can have its own memory. The result for i must not depend on the worker.
func forEach(ctx context.Context, jobs, n int, body func(worker, i int) error) error {
	var (
		next   atomic.Int64
		once   sync.Once
		failed error
		stop   atomic.Bool
		wg     sync.WaitGroup
	)
	defer linalg.Waiting()()
	for w := range workers(jobs, n) {
		wg.Go(func() {
			defer linalg.Working()()
			for !stop.Load() {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				err := ctx.Err()
				if err == nil {
					err = body(w, i)
				}
				if err != nil {
					once.Do(func() { failed = err })
					stop.Store(true)
				}
			}
		})
	}
	wg.Wait()
	return failed
}

// workers returns the number of goroutines that forEach uses.
func workers(jobs, n int) int {
	if jobs <= 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	return max(1, min(jobs, n))
}
