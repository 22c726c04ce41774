//go:build unix

package main

import (
	"fmt"
	"os"
	"syscall"
)

// leastFiles is how many files a process must be able to open beside those that it
// begins with: the runtime of Go, which takes two of them to wait for others, ends with
// a trace of its own where it does not get them.
const leastFiles = 3

// filesAtHand returns an error where this process may open too few files for any work.
func filesAtHand() error {
	for range leastFiles {
		fd, err := syscall.Open(os.DevNull, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
		if err != nil {
			if err == syscall.EMFILE || err == syscall.ENFILE {
				return fmt.Errorf("this process may not open %d files: %w; ulimit -n 64 is enough for most work", leastFiles, err)
			}
			return nil // nothing is known
		}
		defer func() { _ = syscall.Close(fd) }()
	}
	return nil
}
