package batch

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
)

func TestOrderedKeepsTheOrder(t *testing.T) {
	for _, jobs := range []int{-1, 1, 2, 7, 200} {
		var got []int
		err := Ordered(t.Context(), jobs, 100,
			func(_ context.Context, i int) (int, error) {
				for range (i * 7919) % 13 { // finish out of order
					runtime.Gosched()
				}
				return i * i, nil
			},
			func(i, v int) error {
				if v != i*i {
					t.Errorf("jobs %d: item %d has the value %d", jobs, i, v)
				}
				got = append(got, i)
				return nil
			})
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 100 || !slices.IsSorted(got) {
			t.Errorf("jobs %d: emitted %v", jobs, got)
		}
	}
}

func TestOrderedWithoutItems(t *testing.T) {
	err := Ordered(t.Context(), 3, 0,
		func(context.Context, int) (int, error) { return 0, errors.New("work was called") },
		func(int, int) error { return errors.New("emit was called") })
	if err != nil {
		t.Fatal(err)
	}
}

func TestOrderedReturnsTheFirstErrorInOrder(t *testing.T) {
	early, late := errors.New("early"), errors.New("late")
	lateFailed := make(chan struct{})
	emitted := 0
	err := Ordered(t.Context(), 4, 50,
		func(_ context.Context, i int) (int, error) {
			switch i {
			case 3:
				<-lateFailed // the later error happens first
				return 0, early
			case 5:
				defer close(lateFailed)
				return 0, late
			}
			return i, nil
		},
		func(int, int) error { emitted++; return nil })
	if !errors.Is(err, early) {
		t.Errorf("got %v, want %v", err, early)
	}
	if emitted != 3 {
		t.Errorf("emitted %d values before the error, want 3", emitted)
	}
}

func TestOrderedStopsWhenEmitFails(t *testing.T) {
	stop := errors.New("stop")
	var begun atomic.Int64
	const jobs = 3
	err := Ordered(t.Context(), jobs, 10000,
		func(context.Context, int) (int, error) { begun.Add(1); return 0, nil },
		func(i, _ int) error {
			if i == 10 {
				return stop
			}
			return nil
		})
	if !errors.Is(err, stop) {
		t.Errorf("got %v, want %v", err, stop)
	}
	// 11 items were emitted; beyond them the queue, the workers and the item
	// that is being handed over may have begun.
	if most := int64(11 + 2*jobs + jobs + 1); begun.Load() > most {
		t.Errorf("began %d items, want at most %d", begun.Load(), most)
	}
}

func TestOrderedReturnsTheCauseOfCancellation(t *testing.T) {
	cause := errors.New("the user had enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	err := Ordered(ctx, 2, 1000,
		func(ctx context.Context, i int) (int, error) {
			if i == 20 {
				cancel(cause)
			}
			return i, ctx.Err()
		},
		func(int, int) error { return nil })
	if !errors.Is(err, cause) {
		t.Errorf("got %v, want %v", err, cause)
	}
}
