package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

var (
	errInterrupted = errors.New("interrupted")
	errTerminated  = errors.New("terminated")
)

// withSignals returns a context that the first of stopSignals cancels with
// errInterrupted, for SIGINT, or errTerminated as its cause. A second signal calls leave at
// once, for a user who does not want to wait until the work in hand notices.
// The caller calls stop when the work is done.
//
// cancel ends the context for another cause.
func withSignals(parent context.Context, leave func(cause error)) (ctx context.Context, cancel func(cause error), stop func()) {
	ctx, cancel = context.WithCancelCause(parent)
	arrived := make(chan os.Signal, 2)
	done := make(chan struct{})
	signal.Notify(arrived, stopSignals...)
	go func() {
		var last error
		for {
			select {
			case <-done:
				return
			case sig := <-arrived:
				if last != nil {
					leave(last)
				}
				last = errTerminated
				if sig == syscall.SIGINT {
					last = errInterrupted
				}
				cancel(last)
			}
		}
	}()
	return ctx, cancel, func() {
		signal.Stop(arrived)
		close(done)
		cancel(nil)
	}
}
