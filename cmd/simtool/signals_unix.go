//go:build unix

package main

import (
	"os"
	"syscall"
)

// stopSignals end a command. SIGUSR1 is what batch systems send ahead of a time
// limit when they are asked to.
var stopSignals = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGUSR1}
