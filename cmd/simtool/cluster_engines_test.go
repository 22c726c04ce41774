//go:build unix

package main

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestClusterParallel stops two of the jobs of GNU parallel and has it do again
// what failed.
func TestClusterParallel(t *testing.T) {
	needCluster(t, "parallel")
	dir, want := clusterBatch(t)
	const killed, stopped = 2, 5
	hold(t, dir, inputOf(killed))
	hold(t, dir, inputOf(stopped))
	run := func(resume ...string) *exec.Cmd {
		args := append(resume, "--will-cite", "-j2", "--joblog", "jobs.log",
			"echo $$ > {}.pid && exec simtool score --list pairs.txt -m "+batchMeasures+" --shard {}/8 --resume -o parts/{}.jsonl", ":::")
		for i := range clusterShards {
			args = append(args, strconv.Itoa(i))
		}
		cmd := exec.Command("parallel", args...)
		cmd.Dir = dir
		return cmd
	}

	first := run()
	ended := start(t, first)
	pollCheckpoint(t, dir, killed)
	kill(t, dir, killed, syscall.SIGKILL)
	pollCheckpoint(t, dir, stopped)
	kill(t, dir, stopped, syscall.SIGTERM)
	if err := <-ended; exitCode(err) != 2 { // how many jobs failed
		t.Errorf("parallel: %v, want the exit status 2", err)
	}
	jobs := joblog(t, dir)
	for i := range clusterShards {
		want := map[int]string{killed: "0 9", stopped: "75 0"}[i]
		if want == "" {
			want = "0 0"
		}
		if jobs[i] != want {
			t.Errorf("part %d ended with status and signal %q, want %q", i, jobs[i], want)
		}
	}

	release(t, dir, inputOf(killed))
	release(t, dir, inputOf(stopped))
	if out, err := run("--resume-failed").CombinedOutput(); err != nil {
		t.Fatalf("parallel --resume-failed: %v\n%s", err, out)
	}
	if again := len(strings.Split(strings.TrimSpace(string(readFile(t, filepath.Join(dir, "jobs.log")))), "\n")) - 1 - clusterShards; again != 2 {
		t.Errorf("%d jobs were done again, want 2", again)
	}
	mergeParts(t, dir)
	checkMerged(t, dir, "merged.csv", want)
}

// TestClusterSnakemake has one rule fail and Snakemake go on with the rest.
func TestClusterSnakemake(t *testing.T) {
	needCluster(t, "snakemake")
	dir, want := clusterBatch(t)
	const killed = 3
	hold(t, dir, inputOf(killed))
	first := snakemake(t, dir, "--cores", "2", "--keep-going")
	ended := start(t, first)
	pollCheckpoint(t, dir, killed)
	kill(t, dir, killed, syscall.SIGTERM)
	if err := <-ended; exitCode(err) != 1 {
		t.Errorf("snakemake: %v, want the exit status 1", err)
	}
	release(t, dir, inputOf(killed))
	out, err := snakemake(t, dir, "--cores", "2").CombinedOutput()
	if err != nil {
		t.Fatalf("snakemake: %v\n%s", err, out)
	}
	if n := strings.Count(string(out), "rule part:"); n != 1 {
		t.Errorf("%d parts were done again, want 1", n)
	}
	checkMerged(t, dir, "merged.csv", want)
}

// snakemake returns a command line that keeps its files in dir.
func snakemake(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	file, err := filepath.Abs("testdata/cluster/Snakefile")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("snakemake", append([]string{"--snakefile", file, "--nocolor"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "HOME="+dir, "XDG_CACHE_HOME="+filepath.Join(dir, ".cache"))
	return cmd
}

// mergeParts merges parts/*.jsonl into merged.csv.
func mergeParts(t *testing.T, dir string) {
	t.Helper()
	if out, err := simtoolIn(t, dir, "merge", "parts/*.jsonl", "-o", "merged.csv").CombinedOutput(); err != nil {
		t.Fatalf("merge: %v\n%s", err, out)
	}
}

// start starts a command and returns a channel on which its end arrives.
func start(t *testing.T, cmd *exec.Cmd) <-chan error {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	done := make(chan struct{})
	go func() {
		ended <- cmd.Wait()
		close(done)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-done
	})
	return ended
}

// kill sends a signal to the process of a part, which has noted its number.
func kill(t *testing.T, dir string, shard int, signal syscall.Signal) {
	t.Helper()
	pid, err := strconv.Atoi(strings.TrimSpace(string(readFile(t, filepath.Join(dir, fmt.Sprintf("%d.pid", shard))))))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, signal); err != nil {
		t.Fatal(err)
	}
}

func exitCode(err error) int {
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return failed.ExitCode()
	}
	return 0
}

// joblog returns the status and the signal of each job of GNU parallel.
func joblog(t *testing.T, dir string) map[int]string {
	t.Helper()
	jobs := map[int]string{}
	for i, line := range strings.Split(strings.TrimSpace(string(readFile(t, filepath.Join(dir, "jobs.log")))), "\n") {
		// Seq Host Starttime JobRuntime Send Receive Exitval Signal Command
		f := strings.Split(line, "\t")
		if seq, err := strconv.Atoi(f[0]); err == nil && len(f) == 9 {
			jobs[seq-1] = f[6] + " " + f[7]
		} else if i > 0 {
			t.Fatalf("a line of the log of jobs is %q", line)
		}
	}
	return jobs
}
