package kernel

import (
	"runtime"
	"testing"
)

// Helpers get the processors on which nobody works: all but its own for what works alone,
// none where every processor has an item, and those of items that are done or wait.
func TestProcessorsAreSharedOut(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for helping.Load() > 0 { // helpers of other tests linger
		runtime.Gosched()
	}
	taken := func() int {
		n := 0
		for take() {
			n++
		}
		for range n {
			release()
		}
		return n
	}
	check := func(when string, want int) {
		t.Helper()
		if got := taken(); got != want {
			t.Errorf("%s: %d helpers, want %d", when, got, want)
		}
	}
	check("alone", 3)
	restore := Waiting()
	check("nobody has said that it works", 3)
	restore()
	first := Working()
	check("one item", 3)
	second, third := Working(), Working()
	check("three items", 1)
	restore = Waiting()
	check("three items, of which one waits", 2)
	inner := [2]func(){Working(), Working()}
	check("and works on two parts", 0)
	inner[0]()
	inner[1]()
	restore()
	fourth, fifth := Working(), Working()
	check("more items than processors", 0)
	for _, done := range []func(){second, third, fourth, fifth} {
		done()
	}
	check("the last item", 3)
	first()
	if working.Load() != 0 || helping.Load() != 0 {
		t.Errorf("%d workers and %d helpers are left", working.Load(), helping.Load())
	}
}
