package kernel

import (
	"sync"
	"sync/atomic"
	"testing"
)

// Every task runs once and before parallel returns, from many callers at once
// and with tasks that are over before a helper can come.
func TestParallelRunsEachTaskOnce(t *testing.T) {
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for round := range 500 {
				runs := make([]atomic.Int64, round%9)
				Parallel(len(runs), func(i int) { runs[i].Add(1) })
				for i := range runs {
					if n := runs[i].Load(); n != 1 {
						t.Errorf("task %d of %d ran %d times, want once", i, len(runs), n)
						return
					}
				}
			}
		})
	}
	callers.Wait()
}

func TestTurnsAreTakenInOrder(t *testing.T) {
	order := newTurns()
	var got []int
	Parallel(100, func(i int) {
		order.do(i, func() { got = append(got, i) })
	})
	for i, v := range got {
		if v != i {
			t.Fatalf("turn %d was taken by task %d", i, v)
		}
	}
	if len(got) != 100 {
		t.Fatalf("%d turns were taken, want 100", len(got))
	}
}
