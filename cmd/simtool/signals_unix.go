//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// stopSignals end a command. SIGUSR1 is what batch systems send ahead of a time
// limit when they are asked to, SIGHUP what a session over the network sends that ends.
// Under nohup, which ignores it, SIGHUP stays ignored.
var stopSignals = append([]os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGUSR1}, hangup()...)

func hangup() []os.Signal {
	if signal.Ignored(syscall.SIGHUP) {
		return nil
	}
	return []os.Signal{syscall.SIGHUP}
}
