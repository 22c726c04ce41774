package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// These tests run simtool as a process of its own, for what happens to it from
// outside: a pipe that closes, a signal.

// simtoolCommand returns the command that testscript.Main has put into PATH.
func simtoolCommand(t *testing.T, args ...string) (cmd *exec.Cmd, stderr *bytes.Buffer) {
	t.Helper()
	path, err := exec.LookPath("simtool")
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.CommandContext(t.Context(), path, args...)
	cmd.Dir = t.TempDir()
	stderr = &bytes.Buffer{}
	cmd.Stderr = stderr
	return cmd, stderr
}

func writeFile(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestClosedPipe is `simtool score --list pairs | head -1`.
func TestClosedPipe(t *testing.T) {
	for _, format := range []string{"csv", "table", "json"} {
		cmd, stderr := simtoolCommand(t, "score", "--list", "pairs.txt", "-m", "cka,nbs", "--format", format)
		writeFile(t, cmd.Dir, "x.csv", "a,b\n1,1\n1,-1\n-1,1\n-1,-1\n")
		// More rows than a pipe holds, so that a write must fail.
		writeFile(t, cmd.Dir, "pairs.txt", strings.Repeat("x.csv x.csv\n", 5000))
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := bufio.NewReader(stdout).ReadString('\n'); err != nil {
			t.Errorf("%s: no first line: %v", format, err)
		}
		stdout.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v, want a quiet end", format, err)
		}
		if stderr.Len() > 0 {
			t.Errorf("%s: standard error holds %q", format, stderr)
		}
	}
}

func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	defer full.Close()
	cmd, stderr := simtoolCommand(t, "measures", "--format", "csv")
	cmd.Stdout = full
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != int(exitFailure) {
		t.Errorf("ended with %v, want exit status %d", err, exitFailure)
	}
	if !strings.Contains(stderr.String(), "no space left") {
		t.Errorf("standard error holds %q, want the reason", stderr)
	}
}

// waitFor polls until done is true.
func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 1000 {
		if done() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("waited in vain for %s", what)
}

// TestSignals stops simtool while it waits for an input that does not come.
func TestSignals(t *testing.T) {
	type end struct {
		signals []os.Signal
		want    exitStatus
		message string
	}
	cases := []end{{[]os.Signal{syscall.SIGTERM, syscall.SIGINT}, exitTerminated, ""}} // the second leaves at once
	for _, s := range stopSignals {
		one := end{[]os.Signal{s}, exitTerminated, "simtool: error: terminated\n"}
		if s == syscall.SIGINT {
			one.want, one.message = exitInterrupted, "simtool: error: interrupted\n"
		}
		cases = append(cases, one)
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.signals), func(t *testing.T) {
			cmd, stderr := simtoolCommand(t, "score", "x.csv", "-", "-m", "cka", "-o", "out.csv")
			writeFile(t, cmd.Dir, "x.csv", "a,b\n1,1\n1,-1\n-1,1\n-1,-1\n")
			stdin, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer stdin.Close()
			if _, err := io.WriteString(stdin, "a,b\n1,1\n"); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			files := func() int {
				entries, err := os.ReadDir(cmd.Dir)
				if err != nil {
					t.Fatal(err)
				}
				return len(entries)
			}
			waitFor(t, "the unfinished output", func() bool { return files() == 2 })
			for _, s := range c.signals {
				if err := cmd.Process.Signal(s); err != nil {
					t.Fatal(err)
				}
				time.Sleep(50 * time.Millisecond) // signals of one kind that are pending together are one
			}
			_ = cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != int(c.want) {
				t.Errorf("exit status %d, want %d", got, c.want)
			}
			if got := stderr.String(); got != c.message {
				t.Errorf("standard error holds %q, want %q", got, c.message)
			}
			if files() != 1 {
				t.Errorf("an unfinished output was left behind")
			}
		})
	}
}
