package dataio

import (
	"errors"
	"os"
	"time"
)

// ErrLocked is returned by Lock when another process has the lock.
var ErrLocked = errors.New("in use by another run")

// patience is how long Lock waits: a process that was killed may still be on its
// way out.
const patience = time.Second

// Lock takes the lock of a file, which the system releases when the process ends
// or the file is closed. It waits a little and then returns ErrLocked. Where the
// file system or the operating system has no locks it does nothing: there the user
// sees to it that outputs differ.
func Lock(f *os.File) error {
	for begun := time.Now(); ; time.Sleep(patience / 50) {
		err := tryLock(f)
		if !errors.Is(err, ErrLocked) || time.Since(begun) > patience {
			return err
		}
	}
}
