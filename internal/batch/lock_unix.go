//go:build unix

package batch

import (
	"errors"
	"os"
	"syscall"
)

// lock takes the lock of a file, which the system releases when the process
// ends, or returns errBusy. Some network file systems have no locks; there the
// user sees to it that outputs differ.
func lock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return errBusy
	case errors.Is(err, syscall.ENOSYS), errors.Is(err, syscall.ENOTSUP), errors.Is(err, syscall.ENOLCK):
		return nil
	}
	return err
}
