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

// withSignals returns a context that the first SIGINT or SIGTERM cancels with
// errInterrupted or errTerminated as its cause. A second signal calls leave at
// once, for a user who does not want to wait until the work in hand notices.
// The caller calls stop when the work is done.
func withSignals(parent context.Context, leave func(exitStatus)) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	arrived := make(chan os.Signal, 2)
	done := make(chan struct{})
	signal.Notify(arrived, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		var last error
		for {
			select {
			case <-done:
				return
			case sig := <-arrived:
				if last != nil {
					leave(statusOf(last))
				}
				last = errInterrupted
				if sig == syscall.SIGTERM {
					last = errTerminated
				}
				cancel(last)
			}
		}
	}()
	return ctx, func() {
		signal.Stop(arrived)
		close(done)
		cancel(nil)
	}
}
