package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// standardOutputClosed reports whether a shell began the process without a standard
// output, by >&-. Go then opens the null device in its place, for reading and writing,
// and what is written would be lost without an error. Other programs open it so for
// what they do not want to see, but shells do not: the process must be the child of
// one that writes elsewhere, or be what one became, whose name it leaves in $_.
var standardOutputClosed = sync.OnceValue(func() bool {
	null, err := os.Stat(os.DevNull)
	if err != nil {
		return false
	}
	out, err := os.Stdout.Stat()
	if err != nil || !os.SameFile(null, out) {
		return false
	}
	flags, _, errno := syscall.Syscall(syscall.SYS_FCNTL, os.Stdout.Fd(), syscall.F_GETFL, 0)
	if errno != 0 || flags&syscall.O_ACCMODE != syscall.O_RDWR {
		return false
	}
	if self, err := os.Executable(); err == nil && filepath.Base(os.Getenv("_")) == filepath.Base(self) {
		return true
	}
	parent := fmt.Sprintf("/proc/%d/", os.Getppid())
	name, err := os.ReadFile(parent + "comm")
	if err != nil || !slices.Contains([]string{"sh", "bash", "dash", "zsh", "ksh", "ash", "mksh"}, strings.TrimSpace(string(name))) {
		return false
	}
	its, err := os.Stat(parent + "fd/1")
	return err != nil || !os.SameFile(null, its)
})
