package dataio

import (
	"os"
	"runtime/debug"
	"sync"
)

// LargeArray is the size of an array in bytes from which on the heap grows by a quarter,
// not to twice what is in use, before it is collected. Memory is then that of numbers, which
// a collection need not read: it takes less than a millisecond.
const LargeArray = 32 << 20

var frugal sync.Once

// GrowLess has the heap collected earlier when an array of so many bytes is the first large
// one, unless GOGC says when.
func GrowLess(bytes int64) {
	if bytes < LargeArray || os.Getenv("GOGC") != "" {
		return
	}
	frugal.Do(func() { debug.SetGCPercent(25) })
}
