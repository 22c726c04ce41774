//go:build unix

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"simtool/internal/batch"
)

// These tests run batches under the engines that users have: make test-cluster.
// Items that are to be interrupted compare with a named pipe, so that a test
// decides when, and not the speed of the machine.

const (
	clusterItems  = 72
	clusterShards = 8
)

// needCluster skips a test that was not asked for, or for which a program is
// missing.
func needCluster(t *testing.T, programs ...string) {
	t.Helper()
	if !*useCluster {
		t.Skip("a test for make test-cluster")
	}
	var missing []string
	for _, p := range append(programs, "simtool") {
		if _, err := exec.LookPath(p); err != nil {
			missing = append(missing, p)
		}
	}
	if len(missing) > 0 {
		t.Skipf("not on this machine: %s", strings.Join(missing, ", "))
	}
}

// clusterBatch writes a batch into a new directory and scores it in one run: what
// all engines have to arrive at.
func clusterBatch(t *testing.T) (dir string, want []byte) {
	t.Helper()
	dir = t.TempDir()
	writePairs(t, dir, clusterItems)
	if out, err := simtoolIn(t, dir, "score", "--list", "pairs.txt", "-m", batchMeasures, "-o", "whole.csv").CombinedOutput(); err != nil {
		t.Fatalf("the whole run: %v\n%s", err, out)
	}
	for _, name := range []string{"parts", "logs"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir, readFile(t, filepath.Join(dir, "whole.csv"))
}

// inputOf is an input of the middle one of the items of a shard.
func inputOf(shard int) string {
	mine := batch.Shard{Index: shard, Count: clusterShards}
	return fmt.Sprintf("y%d.csv", mine.Item(mine.Len(clusterItems)/2))
}

// checkMerged compares the merged table, and wants nothing left of how it came
// about.
func checkMerged(t *testing.T, dir, merged string, want []byte) {
	t.Helper()
	if got := readFile(t, filepath.Join(dir, merged)); !bytes.Equal(got, want) {
		t.Errorf("%s has other bytes than the run in one part:\n%s", merged, got)
	}
	var names []string
	for i := range clusterShards {
		names = append(names, fmt.Sprintf("%d.jsonl", i), fmt.Sprintf("%d.jsonl.manifest.json", i))
	}
	if got := filesIn(t, filepath.Join(dir, "parts")); !slices.Equal(got, names) {
		t.Errorf("in the end there are %q, want %q", got, names)
	}
}

// poll waits until done is true.
func poll(t *testing.T, atMost time.Duration, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(atMost); !done(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited %s in vain for %s", atMost, what)
		}
	}
}

// pollCheckpoint waits until a part has a checkpoint.
func pollCheckpoint(t *testing.T, dir string, shard int) {
	t.Helper()
	pollLog(t, filepath.Join(dir, batch.CheckpointOf(fmt.Sprintf("parts/%d.jsonl", shard))))
}

// pollLog waits until there are items in a checkpoint.
func pollLog(t *testing.T, checkpoint string) {
	t.Helper()
	poll(t, 2*time.Minute, checkpoint, func() bool {
		info, err := os.Stat(filepath.Join(checkpoint, batch.LogFile))
		return err == nil && info.Size() > 500
	})
}

// slurm is the cluster that startSlurm has started, for a test.
type slurm struct{ t *testing.T }

// startSlurm starts a cluster that ends with the test.
func startSlurm(t *testing.T) {
	t.Helper()
	needCluster(t, "munged", "slurmctld", "slurmd", "sbatch", "scontrol", "scancel", "sinfo", "squeue")
	if os.Geteuid() != 0 {
		t.Skip("only root can start a cluster")
	}
	// Sockets have short names: not in t.TempDir().
	dir, err := os.MkdirTemp("", "simtool-slurm-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	script := exec.Command("bash", "testdata/cluster/slurm.sh", dir, freePort(t), freePort(t))
	stderr := &bytes.Buffer{}
	script.Stderr = stderr
	stdin, err := script.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := script.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := script.Start(); err != nil {
		t.Fatal(err)
	}
	stop := func() error {
		stdin.Close() // upon which it stops what it started
		return script.Wait()
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "ready\n" {
		_ = stop()
		t.Skipf("Slurm does not start on this machine (%v):\n%s", err, stderr)
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("the cluster: %v\n%s", err, stderr)
		}
	})
	t.Setenv("SLURM_CONF", filepath.Join(dir, "slurm.conf"))
	t.Cleanup(func() {
		if t.Failed() {
			jobs, _ := exec.Command("squeue", "--states=all", "--array", "--format=%.8i %.10T %.8M %.20r %E").Output()
			t.Logf("all jobs:\n%s", jobs)
		}
	})
}

// freePort returns a port on which nobody listens.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// do runs a program of Slurm in a directory and returns what it prints.
func (s slurm) do(dir, program string, args ...string) string {
	s.t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	return strings.TrimSpace(string(out))
}

// job returns what is known of a job, or a task of an array.
func (s slurm) job(id string) map[string]string {
	s.t.Helper()
	fields := map[string]string{}
	out, err := exec.Command("scontrol", "--oneliner", "show", "job", id).Output()
	if err != nil {
		return fields // between two states
	}
	for _, field := range strings.Fields(string(out)) {
		if name, value, ok := strings.Cut(field, "="); ok {
			fields[name] = value
		}
	}
	return fields
}

// wait waits until a job is in a state.
func (s slurm) wait(id, state string) map[string]string {
	s.t.Helper()
	var job map[string]string
	poll(s.t, 3*time.Minute, "the job "+id+" to be "+state, func() bool {
		job = s.job(id)
		return job["JobState"] == state
	})
	return job
}
