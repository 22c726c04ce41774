package optimize

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/verb/merge"
	"simtool/internal/verb/verbtest"
)

// parts runs a command line in so many shards and merges their directories into one.
func parts(t *testing.T, shards int, command, merged string) (ofParts []error, ofWhole error) {
	t.Helper()
	words := []string{"--output", merged}
	for i := range shards {
		part := fmt.Sprintf("%s-%d", merged, i)
		r := run(t, append(line(command), "--shard", fmt.Sprintf("%d/%d", i, shards), "-o", part)...)
		ofParts = append(ofParts, r.Err)
		words = append(words, part)
	}
	return ofParts, verbtest.Run(t, merge.New(Kind()), words...).Err
}

// TestRestartsInParts: restarts give the same files at any number of jobs and in any
// number of parts, more than there are restarts among them.
func TestRestartsInParts(t *testing.T) {
	inputs(t)
	const command = "x.npy -m cka*0.5+nbs*0.5 --max-iter 12 --restarts 3 --snapshot 0.3 --snapshot-at 3 --labels labels.csv --also linreg,rsa"
	verbtest.Succeed(t, New(), line(command+" -o whole")...)
	want := verbtest.Files(t, "whole")
	if len(want) < 10 {
		t.Errorf("%d files, want seven tables and arrays and at least three snapshots", len(want))
	}
	verbtest.Succeed(t, New(), line(command+" -o jobs --jobs 3")...)
	verbtest.SameFiles(t, "whole", "jobs")
	for _, shards := range []int{2, 5} {
		merged := fmt.Sprint("merged", shards)
		ofParts, ofWhole := parts(t, shards, command, merged)
		if err := errors.Join(append(ofParts, ofWhole)...); err != nil {
			t.Errorf("%d parts: %v", shards, err)
		}
		verbtest.SameFiles(t, "whole", merged)
	}
	for _, row := range verbtest.Rows(t, want["outcomes.csv"]) {
		if row["iterations"] != "12" || row["evaluations"] != "13" || row["reason"] != "max-iter" || row["error"] != "" {
			t.Errorf("outcome %v", row)
		}
	}
}

// overflowing are restarts some of which leave the numbers of a computer.
const overflowing = "x.npy -m rsa --method sgd --learning-rate 1e154 --max-iter 3 --restarts 8 --width 3 --also cka"

// TestFailedRestarts: a restart that fails among several is a row with its error, in
// parts as well; those that did not fail are in every table.
func TestFailedRestarts(t *testing.T) {
	inputs(t)
	r := run(t, line(overflowing+" -o whole")...)
	partial, ok := errors.AsType[*batch.PartialError](r.Err)
	if !ok {
		t.Fatalf("error %v, want some restarts to fail", r.Err)
	}
	outcomes := verbtest.Rows(t, verbtest.Text(t, "whole/outcomes.csv"))
	failed, best := 0, 0
	for i, row := range outcomes {
		if row["restart"] != fmt.Sprint(i) {
			t.Errorf("row %d is %v", i, row)
		}
		if row["in_y"] == "yes" {
			best++
		}
		switch row["error"] {
		case "":
			if row["score"] == "" || row["reason"] == "error" {
				t.Errorf("a restart that did not fail: %v", row)
			}
		default:
			failed++
			if row["score"] != "" || row["reason"] != "error" || row["in_y"] != "no" || !strings.Contains(row["error"], "the steps are too long") {
				t.Errorf("a restart that failed: %v", row)
			}
		}
	}
	if len(outcomes) != 8 || best != 1 || failed == 0 || failed == 8 || partial.Failed != failed || partial.Total != 8 {
		t.Errorf("%d of %d outcomes are failures and %d are the best; %v", failed, len(outcomes), best, partial)
	}
	records := map[string]bool{}
	for _, row := range verbtest.Rows(t, verbtest.Text(t, "whole/also.csv")) {
		records[row["restart"]] = true
	}
	for _, row := range outcomes {
		if records[row["restart"]] != (row["error"] == "") {
			t.Errorf("restart %s has records: %v; its error is %q", row["restart"], records[row["restart"]], row["error"])
		}
	}

	if err := run(t, line(overflowing+" -o jobs --jobs 3")...).Err; !errors.As(err, new(*batch.PartialError)) {
		t.Errorf("at 3 jobs: %v", err)
	}
	verbtest.SameFiles(t, "whole", "jobs")
	ofParts, ofWhole := parts(t, 3, overflowing, "merged")
	if merged, ok := errors.AsType[*batch.PartialError](ofWhole); !ok || *merged != *partial {
		t.Errorf("the whole of three parts ends with %v, want %v", ofWhole, partial)
	}
	sum := 0
	for _, err := range ofParts {
		if part, ok := errors.AsType[*batch.PartialError](err); ok {
			sum += part.Failed
		}
	}
	if sum != failed {
		t.Errorf("%d restarts failed in the parts, %d in the whole", sum, failed)
	}
	verbtest.SameFiles(t, "whole", "merged")

	again := run(t, line(overflowing+" -o whole --resume")...)
	if repeated, ok := errors.AsType[*batch.PartialError](again.Err); !ok || *repeated != *partial || len(again.Summaries) != 1 || again.Summaries[0] != "whole is complete already" {
		t.Errorf("--resume of what is complete: %v, %q", again.Err, again.Summaries)
	}
}

// TestStatusOfFailedRestarts: that the score was not reached goes before failures; a
// directory in which all restarts failed has no data; and a restart that is the only
// one ends the run.
func TestStatusOfFailedRestarts(t *testing.T) {
	inputs(t)
	if err := run(t, line(overflowing+" --stop 1 -o stop")...).Err; !errors.As(err, new(*NotConvergedError)) {
		t.Errorf("a score that was not reached: %v", err)
	}
	if err := run(t, line(overflowing+" --stop 1 -o stop --resume")...).Err; !errors.As(err, new(*NotConvergedError)) {
		t.Errorf("--resume of it: %v", err)
	}
	const all = "x.npy --method sgd --learning-rate 1e300 --max-iter 3 --stop 0.9"
	err := run(t, line(all+" --restarts 2 --snapshot-at 0 -o none")...).Err
	if partial, ok := errors.AsType[*batch.PartialError](err); !ok || partial.Failed != 2 {
		t.Errorf("two restarts that fail: %v", err)
	}
	files := verbtest.Files(t, "none")
	if _, ok := files["y.npy"]; ok {
		t.Error("there are data of restarts that failed")
	}
	if _, ok := files["snapshots/r1-i0.npy"]; !ok {
		t.Error("a snapshot before a failure is not there")
	}
	if ofParts, ofWhole := parts(t, 2, all+" --restarts 2 --snapshot-at 0", "merged"); ofParts[0] == nil || !errors.As(ofWhole, new(*batch.PartialError)) {
		t.Errorf("in parts they end with %v, merged with %v", ofParts, ofWhole)
	}
	verbtest.SameFiles(t, "none", "merged")

	err = run(t, line(all+" -o single")...).Err
	if err == nil || errors.As(err, new(*batch.PartialError)) || !strings.Contains(err.Error(), "the steps are too long") || batch.Exists("single") || batch.Exists("single.ckpt") {
		t.Errorf("a single restart that fails: %v", err)
	}
	verbtest.Write(t, "constant.csv", "a,b\n"+strings.Repeat("1,2\n", 9))
	err = run(t, line("constant.csv --components=false --restarts 3 -o constant")...).Err
	if input, ok := data.AsInputError(err); !ok || input.Path != "constant.csv" || batch.Exists("constant") {
		t.Errorf("a reference that no restart can be run with: %v", err)
	}
}

var errStop = errors.New("stopped")

// stopAt stops a command line when a file is there, and returns the error with which
// it ends.
func stopAt(t *testing.T, file string, words ...string) error {
	t.Helper()
	ctx, stop := context.WithCancelCause(t.Context())
	go func() {
		for !batch.Exists(file) && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		stop(errStop)
	}()
	return verbtest.RunContext(ctx, t, New(), words...).Err
}

// TestResumeGivesTheSameFiles stops an optimisation on its way and goes on with it: the files are those of a run that nobody disturbed.
func TestResumeGivesTheSameFiles(t *testing.T) {
	inputs(t)
	command := func(output string, more ...string) []string {
		return append(line("x.npy -m nbs --max-iter 800 --restarts 2 --snapshot 0.5 --labels labels.csv --label half --also cka --jobs 2 --checkpoint-every 1ms -o "+output), more...)
	}
	verbtest.Succeed(t, New(), command("whole")...)
	err := stopAt(t, "parts.ckpt/state-1", command("parts")...)
	if saved, ok := errors.AsType[*batch.CheckpointError](err); !ok || saved.Directory != "parts.ckpt" || !errors.Is(saved, errStop) {
		t.Fatalf("stopped with %v", err)
	}
	if batch.Exists("parts/y.npy") {
		t.Error("an unfinished result has its final name")
	}
	dry := verbtest.Succeed(t, New(), command("parts", "--resume", "--dry-run")...).Stdout
	if !strings.Contains(dry, "items: 2\nfinished: 0\nmemory: at most ") || strings.Contains(dry, "refused") {
		t.Errorf("--dry-run says %q", dry)
	}
	for _, refused := range [][]string{command("parts"), command("parts", "--resume", "--tolerance", "1"), command("parts", "--resume", "--seed", "2")} {
		if err := run(t, refused...).Err; !errors.As(err, new(*batch.ConfigError)) {
			t.Errorf("%q: %v, want a refusal of the checkpoint", refused, err)
		}
	}
	verbtest.Succeed(t, New(), command("parts", "--resume", "--jobs", "1")...)
	verbtest.SameFiles(t, "whole", "parts")
	if batch.Exists("parts.ckpt") {
		t.Error("the checkpoint was left behind")
	}
	if n := len(verbtest.Files(t, "whole")); n != 9 {
		t.Errorf("%d files, want trajectory, outcomes, y, two tables of components, decoding, also and two snapshots", n)
	}
}

// TestResumeNeedsItsTrajectory: a checkpoint whose trajectory is not the one of its
// states is refused.
func TestResumeNeedsItsTrajectory(t *testing.T) {
	inputs(t)
	command := line("x.npy -m nbs --max-iter 3000 --components=false --checkpoint-every 1ms -o out")
	if err := stopAt(t, "out.ckpt/state-0", command...); !errors.As(err, new(*batch.CheckpointError)) {
		t.Fatalf("stopped with %v", err)
	}
	if err := os.Truncate("out.ckpt/trajectory-0", 0); err != nil {
		t.Fatal(err)
	}
	err := run(t, append(command, "--resume")...).Err
	if input, ok := data.AsInputError(err); !ok || input.Path != "out.ckpt/trajectory-0" || input.Found != "0 bytes" {
		t.Errorf("without its rows: %v", err)
	}
	if err := os.WriteFile("out.ckpt/state-0", []byte("nonsense"), 0o644); err != nil {
		t.Fatal(err)
	}
	err = run(t, append(command, "--resume")...).Err
	if input, ok := data.AsInputError(err); !ok || input.Path != "out.ckpt/state-0" {
		t.Errorf("with a state of nonsense: %v", err)
	}
}
