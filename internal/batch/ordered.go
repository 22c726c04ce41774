package batch

import (
	"context"
	"sync"
)

// Ordered calls work(ctx, i) for i = 0 … n−1 on up to jobs goroutines and
// emit(i, value) for each value, in the order of i and always from the calling
// goroutine, so that what emit writes does not depend on jobs. At most 2·jobs
// items are begun or finished ahead of the one that emit waits for, which
// bounds the memory that values hold.
//
// The first error in the order of i, of work or of emit, ends it: the context
// that work sees is cancelled, running calls are waited for, and the error is
// returned; values before it have been emitted. When ctx itself is cancelled
// the cause of that is returned. Fewer than one job count as one. work must
// not panic.
func Ordered[T any](ctx context.Context, jobs, n int, work func(ctx context.Context, i int) (T, error), emit func(i int, value T) error) error {
	if n == 1 {
		return single(ctx, work, emit)
	}
	jobs = max(1, min(jobs, n))
	inner, cancel := context.WithCancel(ctx)
	type item struct {
		i     int
		value T
		err   error
		done  chan struct{}
	}
	var (
		begun = make(chan *item)
		queue = make(chan *item, 2*jobs) // the same items, in the order of i
		wait  sync.WaitGroup
	)
	defer wait.Wait()
	defer cancel()

	wait.Go(func() {
		defer close(queue)
		defer close(begun)
		for i := range n {
			it := &item{i: i, done: make(chan struct{})}
			select {
			case queue <- it:
			case <-inner.Done():
				return
			}
			select {
			case begun <- it:
			case <-inner.Done():
				return
			}
		}
	})
	for range jobs {
		wait.Go(func() {
			for it := range begun {
				it.value, it.err = work(inner, it.i)
				close(it.done)
			}
		})
	}

	for it := range queue {
		select {
		case <-it.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if it.err != nil {
			return it.err
		}
		if err := emit(it.i, it.value); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// single is Ordered of one item, on the calling goroutine: a new one would grow its stack
// anew.
func single[T any](ctx context.Context, work func(ctx context.Context, i int) (T, error), emit func(i int, value T) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	value, err := work(inner, 0)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return err
	}
	if err := emit(0, value); err != nil {
		return err
	}
	return context.Cause(ctx)
}
