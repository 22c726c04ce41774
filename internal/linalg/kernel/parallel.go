package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// threadLimit is the largest number of goroutines one call may use, or 0.
var threadLimit atomic.Int64

// SetThreads limits the goroutines that one call may use, the caller's own
// included; 0 means as many as GOMAXPROCS. Results are the same, bit for bit,
// whatever the limit. It returns the limit in force before.
func SetThreads(n int) int {
	return int(threadLimit.Swap(int64(max(n, 0))))
}

// threads is the number of goroutines to use now.
func threads() int {
	procs := runtime.GOMAXPROCS(0)
	if n := int(threadLimit.Load()); n > 0 {
		return min(n, procs)
	}
	return procs
}

// parallel calls task(0), ..., task(n-1), on several goroutines if that is
// allowed. Tasks are started in order.
func parallel(n int, task func(i int)) {
	workers := min(threads(), n)
	var next atomic.Int64
	work := func() {
		for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
			task(i)
		}
	}
	var wg sync.WaitGroup
	for range workers - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
}

// turns lets concurrent tasks do one part of their work in the order of their
// numbers.
type turns struct {
	mu   sync.Mutex
	cond sync.Cond
	next int
}

// newTurns returns turns that start with task 0.
func newTurns() *turns {
	t := new(turns)
	t.cond.L = &t.mu
	return t
}

// do waits for task i's turn, calls f, and passes the turn on. Tasks must have
// been started in order, or the wait may be for ever.
func (t *turns) do(i int, f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.next != i {
		t.cond.Wait()
	}
	f()
	t.next++
	t.cond.Broadcast()
}
