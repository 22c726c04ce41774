//go:build unix

package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestClusterSlurm uses one cluster for all that needs Slurm.
func TestClusterSlurm(t *testing.T) {
	startSlurm(t)
	t.Run("array", testArray)
	t.Run("snakemake", func(t *testing.T) {
		needCluster(t, "snakemake")
		dir, want := clusterBatch(t)
		cmd := snakemake(t, dir, "--jobs", "8", "--latency-wait", "20", "--cluster", "sbatch --parsable -n1 -c{threads} -o logs/%j.log")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		checkMerged(t, dir, "merged.csv", want)
	})
}

// testArray runs a job array whose tasks are stopped in every way that Slurm has,
// puts them back, and merges in a job that waits for all.
func testArray(t *testing.T) {
	s := slurm{t}
	dir, want := clusterBatch(t)
	script, err := filepath.Abs("testdata/cluster/array.sbatch")
	if err != nil {
		t.Fatal(err)
	}
	const (
		requeued    = 1 // while it runs
		cancelled   = 2 // scancel
		killed      = 3 // kill -9
		timeLimited = 5 // by simtool --time-limit
		timedOut    = 6 // by Slurm, ahead of the limit of the job
	)
	for _, task := range []int{requeued, cancelled, killed, timeLimited, timedOut} {
		hold(t, dir, inputOf(task))
	}
	t.Setenv("TIME_LIMITED", fmt.Sprint(timeLimited))
	array := s.do(dir, "sbatch", "--parsable", script)
	id := func(task int) string { return fmt.Sprintf("%s_%d", array, task) }
	again := func(task int) {
		release(t, dir, inputOf(task))
		s.do(dir, "scontrol", "requeue", id(task))
	}
	saysCheckpoint := func(task int) {
		t.Helper()
		log := string(readFile(t, filepath.Join(dir, fmt.Sprintf("logs/%d.log", task))))
		if !strings.Contains(log, "the work so far is in parts/") {
			t.Errorf("task %d says %q, want where its work is", task, log)
		}
	}

	pollCheckpoint(t, dir, requeued)
	again(requeued)

	pollCheckpoint(t, dir, cancelled)
	s.do(dir, "scancel", id(cancelled))
	s.wait(id(cancelled), "CANCELLED")
	saysCheckpoint(cancelled)
	again(cancelled)

	pollCheckpoint(t, dir, killed)
	s.do(dir, "scancel", "--batch", "--signal=KILL", id(killed))
	if job := s.wait(id(killed), "FAILED"); job["ExitCode"] != "0:9" {
		t.Errorf("after kill -9 the status is %s, want 0:9", job["ExitCode"])
	}
	again(killed)

	if job := s.wait(id(timeLimited), "FAILED"); job["ExitCode"] != "75:0" {
		t.Errorf("after --time-limit the status is %s, want 75:0", job["ExitCode"])
	}
	saysCheckpoint(timeLimited)
	again(timeLimited)

	pollCheckpoint(t, dir, timedOut)
	s.do(dir, "scontrol", "update", "JobId="+id(timedOut), "TimeLimit=1")
	if job := s.wait(id(timedOut), "FAILED"); job["ExitCode"] != "75:0" {
		t.Errorf("near the limit of the job the status is %s, want 75:0", job["ExitCode"])
	}
	saysCheckpoint(timedOut)
	again(timedOut)
	s.do(dir, "scontrol", "update", "JobId="+id(timedOut), "TimeLimit=10")

	// Not afterok: an array that had a failure never satisfies that again. Merge
	// refuses parts that are not complete.
	merge := s.do(dir, "sbatch", "--parsable", "--dependency=afterany:"+array, "--output=logs/merge.log",
		"--wrap", "exec simtool merge 'parts/*.jsonl' -o merged.csv")
	s.wait(merge, "COMPLETED")
	for task := range clusterShards {
		if job := s.job(id(task)); job["JobState"] != "COMPLETED" || job["ExitCode"] != "0:0" {
			t.Errorf("task %d is %s with %s", task, job["JobState"], job["ExitCode"])
		}
	}
	checkMerged(t, dir, "merged.csv", want)
}
