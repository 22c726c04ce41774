package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// A tracer runs a program under ptrace and kills it at one of its changes of the
// disk, which it counts, so that a test can go through all of them. A write counts
// twice: it is cut off before its first byte and in its middle.
type tracer struct {
	directory string // the program's, in which its writes count
	moment    int    // to kill at, from 0, or never
	onOpen    string // a path; the first attempt to open it sends SIGTERM
	fault     func() // what befalls the disk at the moment, in place of a kill

	seen   int    // moments so far
	signal bool   // SIGTERM was sent
	point  string // what the moment was
}

const (
	never         = -1
	pathMax       = 256
	traceExitKill = 0x00100000 // PTRACE_O_EXITKILL: no child outlives the test
	syscallTrap   = syscall.SIGTRAP | 0x80
)

// run starts cmd and reports whether it was killed at the moment, and otherwise
// the exit status with which it ended before.
func (tr *tracer) run(t *testing.T, cmd *exec.Cmd) (killed bool, status exitStatus) {
	t.Helper()
	// All requests must come from the thread that started the program.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Skipf("no ptrace here: %v", err)
	}
	defer func() { _ = cmd.Process.Release() }()
	pid := cmd.Process.Pid
	must := func(err error) {
		t.Helper()
		if err != nil && !errors.Is(err, syscall.ESRCH) { // of a thread that has gone
			_ = syscall.Kill(pid, syscall.SIGKILL)
			t.Fatal(err)
		}
	}
	var ws syscall.WaitStatus
	_, err := syscall.Wait4(pid, &ws, syscall.WALL, nil) // it stops when it begins
	must(err)
	must(syscall.PtraceSetOptions(pid, syscall.PTRACE_O_TRACECLONE|syscall.PTRACE_O_TRACESYSGOOD|traceExitKill))
	must(syscall.PtraceSyscall(pid, 0))

	inside := map[int]bool{} // threads that are in a system call
	torn := 0                // the thread whose write was cut short
	for {
		tid, err := syscall.Wait4(-pid, &ws, syscall.WALL, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		must(err)
		deliver := 0
		switch {
		case !ws.Stopped():
			if tid != pid {
				continue
			}
			return ws.Signaled() && ws.Signal() == syscall.SIGKILL, exitStatus(ws.ExitStatus())
		case ws.StopSignal() == syscallTrap && inside[tid]:
			inside[tid] = false
			if tid == torn {
				must(syscall.Kill(pid, syscall.SIGKILL))
			}
		case ws.StopSignal() == syscallTrap:
			inside[tid] = true
			var call syscall.PtraceRegs
			must(syscall.PtraceGetRegs(tid, &call))
			switch tr.enter(pid, tid, &call) {
			case killBefore:
				must(syscall.Kill(pid, syscall.SIGKILL))
			case killWithin:
				call.Rdx /= 2 // bytes to write
				must(syscall.PtraceSetRegs(tid, &call))
				torn = tid
			}
		case ws.StopSignal() != syscall.SIGTRAP && ws.StopSignal() != syscall.SIGSTOP: // which ptrace makes
			deliver = int(ws.StopSignal())
		}
		must(syscall.PtraceSyscall(tid, deliver))
	}
}

const (
	goOn = iota
	killBefore
	killWithin
)

// enter looks at a system call that a thread is about to make.
func (tr *tracer) enter(pid, tid int, call *syscall.PtraceRegs) int {
	name, long := "", false
	switch call.Orig_rax {
	case syscall.SYS_WRITE, syscall.SYS_PWRITE64, syscall.SYS_FTRUNCATE, syscall.SYS_FSYNC:
		path, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", pid, call.Rdi))
		if err != nil || !strings.HasPrefix(path, tr.directory) {
			return goOn
		}
		name = path
		long = call.Rdx > 1 && (call.Orig_rax == syscall.SYS_WRITE || call.Orig_rax == syscall.SYS_PWRITE64)
	case syscall.SYS_OPENAT:
		name = textAt(tid, uintptr(call.Rsi))
		if name == tr.onOpen && !tr.signal {
			tr.signal = true
			_ = syscall.Kill(pid, syscall.SIGTERM)
		}
		if call.Rdx&syscall.O_CREAT == 0 || strings.HasPrefix(name, "/") && !strings.HasPrefix(name, tr.directory) {
			return goOn
		}
	case syscall.SYS_MKDIRAT, syscall.SYS_RENAMEAT, syscall.SYS_UNLINKAT:
		name = textAt(tid, uintptr(call.Rsi))
	default:
		return goOn
	}
	at := tr.seen
	tr.seen++
	if long {
		tr.seen++
	}
	if tr.moment < at || tr.moment >= tr.seen {
		return goOn
	}
	tr.point = fmt.Sprintf("system call %d of %s", call.Orig_rax, filepath.Base(name))
	if tr.fault != nil {
		tr.fault()
		return goOn
	}
	if tr.moment == at {
		return killBefore
	}
	return killWithin
}

// textAt returns the zero-terminated text at an address of a stopped thread.
func textAt(tid int, at uintptr) string {
	b := make([]byte, pathMax)
	n, _ := syscall.PtracePeekData(tid, at, b)
	b = b[:n]
	if end := slices.Index(b, 0); end >= 0 {
		b = b[:end]
	}
	return string(b)
}
