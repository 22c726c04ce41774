//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simtool/internal/batch"
)

// TestClusterSlurm uses one cluster for all that needs Slurm.
func TestClusterSlurm(t *testing.T) {
	startSlurm(t)
	t.Run("array", testArray)
	t.Run("plan", testPlan)
	t.Run("configs", testConfigArray)
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

// testPlan submits a plan with the files that simtool run --emit makes: tasks put
// themselves back at the limit of time, and the merge waits for them.
func testPlan(t *testing.T) {
	s := slurm{t}
	dir := t.TempDir()
	writePairs(t, dir, clusterItems/2)
	writeFile(t, dir, "plan.yaml", `command: score
inputs: {x: y0.csv, y: "y{number}.csv"}
grid: {measures: [cka, linreg]}
output: results.csv
`)
	simtool := func(args ...string) {
		t.Helper()
		if out, err := simtoolIn(t, dir, args...).CombinedOutput(); err != nil {
			t.Fatalf("simtool %v: %v\n%s", args, err, out)
		}
	}
	simtool("run", "plan.yaml", "-o", "whole.csv")
	want := readFile(t, filepath.Join(dir, "whole.csv"))
	simtool("run", "plan.yaml", "--emit", "slurm", "jobs", "--shards", fmt.Sprint(clusterShards), "--time", "00:01:00")

	// Items are in the order of the paths, with both measures of each.
	paths, err := filepath.Glob(filepath.Join(dir, "y*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	inputOf := func(task int) string {
		mine := batch.Shard{Index: task, Count: clusterShards}
		return filepath.Base(paths[mine.Item(mine.Len(clusterItems)/2)/2])
	}
	checkpoint := func(task int) string {
		return filepath.Join(dir, batch.CheckpointOf(fmt.Sprintf("jobs/parts/part-%04d.jsonl", task)))
	}
	const requeued, timedOut = 1, 6
	hold(t, dir, inputOf(requeued))
	hold(t, dir, inputOf(timedOut))
	submit := func() (array, merge string) {
		t.Helper()
		said := s.do(dir, "jobs/submit.sh")
		if _, err := fmt.Sscanf(strings.ReplaceAll(said, ",", ""), "job array %s merged by job %s into", &array, &merge); err != nil {
			t.Fatalf("submit.sh says %q", said)
		}
		return array, merge
	}
	array, merge := submit()
	pollLog(t, checkpoint(requeued))
	release(t, dir, inputOf(requeued))
	s.do(dir, "scontrol", "requeue", fmt.Sprintf("%s_%d", array, requeued))
	pollLog(t, checkpoint(timedOut))
	release(t, dir, inputOf(timedOut)) // the task that runs still waits at the pipe
	s.wait(merge, "COMPLETED")
	for _, task := range []int{requeued, timedOut} {
		if job := s.job(fmt.Sprintf("%s_%d", array, task)); job["Restarts"] != "1" {
			t.Errorf("task %d was started again %s times, want once", task, job["Restarts"])
		}
	}
	check := func(when string) {
		t.Helper()
		if got := readFile(t, filepath.Join(dir, "results.csv")); !bytes.Equal(got, want) {
			t.Errorf("%s: other bytes than the run in one part:\n%s", when, got)
		}
	}
	check("merged")

	// Once more, with one part to do.
	if err := os.Remove(filepath.Join(dir, "jobs/parts/part-0003.jsonl")); err != nil {
		t.Fatal(err)
	}
	_, merge = submit()
	s.wait(merge, "COMPLETED")
	check("merged again")
}

// testConfigArray submits the job array of configs as its first lines say.
func testConfigArray(t *testing.T) {
	s := slurm{t}
	dir, _ := clusterBatch(t)
	script := readFile(t, "../../configs/slurm-array.sbatch")
	writeFile(t, dir, "slurm-array.sbatch", string(script))
	writeFile(t, dir, "pairs.csv", string(readFile(t, filepath.Join(dir, "pairs.txt"))))
	if out, err := simtoolIn(t, dir, "score", "--list", "pairs.csv", "--measures", "cka,nbs", "-o", "whole.csv", "--force").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	array := s.do(dir, "sbatch", "--parsable", "slurm-array.sbatch")
	merge := s.do(dir, "sbatch", "--parsable", "--dependency=afterany:"+array, "--wrap", "simtool merge parts/*.jsonl -o scores.csv")
	s.wait(merge, "COMPLETED")
	if got := readFile(t, filepath.Join(dir, "scores.csv")); !bytes.Equal(got, readFile(t, filepath.Join(dir, "whole.csv"))) {
		t.Errorf("other bytes than the run in one part:\n%s", got)
	}
}
