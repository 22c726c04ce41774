//go:build !unix

package main

import (
	"os"
	"syscall"
)

// stopSignals end a command.
var stopSignals = []os.Signal{syscall.SIGINT, syscall.SIGTERM}
