package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestJointRangeResumes interrupts a search and compares what comes of it with
// one that nobody disturbed.
func TestJointRangeResumes(t *testing.T) {
	dir := t.TempDir()
	args := func(out string, more ...string) []string {
		return append([]string{"joint-range", "--shape", "20,5,5", "-m", "cka,nbs", "--levels", "40", "--restarts", "1", "-q", "-o", out}, more...)
	}
	run := func(args ...string) int {
		cmd, stderr := simtoolCommand(t, args...)
		cmd.Dir = dir
		_ = cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != 0 {
			t.Log(stderr)
		}
		return cmd.ProcessState.ExitCode()
	}
	if code := run(args("whole.csv")...); code != 0 {
		t.Fatalf("exit status %d", code)
	}
	if _, err := os.Stat(filepath.Join(dir, "whole.csv.ckpt")); err == nil {
		t.Error("the checkpoint was left behind")
	}
	cmd, stderr := simtoolCommand(t, args("parts.csv", "--jobs", "1")...)
	cmd.Dir = dir
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the first block", func() bool {
		_, err := os.Stat(filepath.Join(dir, "parts.csv.ckpt", "item-0"))
		return err == nil
	})
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != int(exitCheckpoint) || !strings.Contains(stderr.String(), "the work so far is in parts.csv.ckpt") {
		t.Fatalf("exit status %d, want %d\n%s", code, exitCheckpoint, stderr)
	}
	if code := run(args("parts.csv", "--resume", "--levels", "30")...); code != int(exitUsage) {
		t.Errorf("exit status %d for a checkpoint of other settings, want %d", code, exitUsage)
	}
	if code := run(args("parts.csv", "--resume")...); code != 0 {
		t.Fatalf("exit status %d", code)
	}
	want, err := os.ReadFile(filepath.Join(dir, "whole.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "parts.csv")); err != nil || string(got) != string(want) {
		t.Errorf("the result in two parts (%v) is\n%s\nwant\n%s", err, got, want)
	}
}
