package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOptimizeResumes interrupts an optimisation, twice if there is time for
// it, and compares what comes of it with a run that nobody disturbed.
func TestOptimizeResumes(t *testing.T) {
	demo, complaints := simtoolCommand(t, "synth", "recording", "--neurons", "20", "--components", "8", "-o", "recording.npy", "--labels", "conditions.csv")
	if err := demo.Run(); err != nil {
		t.Fatalf("%v\n%s", err, complaints)
	}
	args := func(dir string, more ...string) []string {
		return append([]string{
			"optimize", "recording.npy", "-m", "nbs", "--max-iter", "300", "--restarts", "2",
			"--snapshot", "0.5", "--labels", "conditions.csv", "--label", "context", "--also", "cka", "-q", "-o", dir,
		}, more...)
	}
	run := func(args ...string) int {
		cmd, stderr := simtoolCommand(t, args...)
		cmd.Dir = demo.Dir
		_ = cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != 0 {
			t.Log(stderr)
		}
		return cmd.ProcessState.ExitCode()
	}
	if code := run(args("whole")...); code != 0 {
		t.Fatalf("exit status %d", code)
	}

	cmd, stderr := simtoolCommand(t, args("parts")...)
	cmd.Dir = demo.Dir
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the first iterations", func() bool {
		_, err := os.Stat(filepath.Join(demo.Dir, "parts.ckpt", "trajectory-1"))
		return err == nil
	})
	// The last of the signals is SIGUSR1 where there is one: what a batch system
	// sends before the time is up.
	if err := cmd.Process.Signal(stopSignals[len(stopSignals)-1]); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != int(exitCheckpoint) {
		t.Fatalf("exit status %d, want %d\n%s", code, exitCheckpoint, stderr)
	}
	if !strings.Contains(stderr.String(), "the work so far is in parts.ckpt") {
		t.Errorf("standard error holds %q", stderr)
	}
	if _, err := os.Stat(filepath.Join(demo.Dir, "parts", "y.npy")); err == nil {
		t.Error("an unfinished result has its final name")
	}

	// Neither begun anew by mistake, nor resumed with other settings.
	if code := run(args("parts")...); code != int(exitUsage) {
		t.Errorf("exit status %d where a checkpoint is in the way, want %d", code, exitUsage)
	}
	if code := run(args("parts", "--resume", "--tolerance", "1")...); code != int(exitUsage) {
		t.Errorf("exit status %d for a checkpoint of other settings, want %d", code, exitUsage)
	}
	if code := run(args("parts", "--resume", "--jobs", "1")...); code != 0 {
		t.Fatalf("exit status %d", code)
	}

	want := resultsIn(t, filepath.Join(demo.Dir, "whole"))
	if len(want) != 9 {
		t.Errorf("%d files, want trajectory, outcomes, y, two tables of components, decoding, also and two snapshots", len(want))
	}
	for _, name := range differences(resultsIn(t, filepath.Join(demo.Dir, "parts")), want) {
		t.Errorf("%s differs", name)
	}
	if _, err := os.Stat(filepath.Join(demo.Dir, "parts.ckpt")); err == nil {
		t.Error("the checkpoint was left behind")
	}
}
