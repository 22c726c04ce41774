package kernel

import (
	"runtime"
	"sync/atomic"
)

// Work is done at several levels: items of a batch, parts of one item, tiles of one
// product. Each level would use all processors if it were alone. The levels share them
// out: whoever wants helpers asks for as many processors as nobody works on. So the only
// item of a batch gets all of them for its products, many items get one each, and the
// last items that run get those of the items before. No result depends on it.
var (
	// working counts the goroutines that work on items (Working).
	working atomic.Int64
	// helping counts the helpers of all levels.
	helping atomic.Int64
)

// Working says that the goroutine works on an item of several until it calls done.
func Working() (done func()) {
	working.Add(1)
	return func() { working.Add(-1) }
}

// Waiting says that the goroutine waits for others, which say that they work, until it
// calls done. It takes back what Working has said; a goroutine that works on the only
// thing there is has said nothing.
func Waiting() (done func()) {
	for {
		n := working.Load()
		if n == 0 {
			return func() {}
		}
		if working.CompareAndSwap(n, n-1) {
			return func() { working.Add(1) }
		}
	}
}

// spare is the number of processors on which nobody works, from the view of a goroutine
// that does; it is negative where there are more workers than processors.
func spare() int64 {
	return int64(runtime.GOMAXPROCS(0)) - max(1, working.Load()) - helping.Load()
}

// take takes a spare processor for a helper, which gives it back by release, and reports
// whether there is one.
func take() bool {
	for {
		n := helping.Load()
		if int64(runtime.GOMAXPROCS(0))-max(1, working.Load())-n <= 0 {
			return false
		}
		if helping.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func release() { helping.Add(-1) }
