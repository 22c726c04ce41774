package optimize

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/verb/verbtest"
)

// TestRefusals: what cannot be meant, obeyed or read is refused before any work, with
// an error of its kind.
func TestRefusals(t *testing.T) {
	inputs(t)
	verbtest.Write(t, "short.csv", "a\nx\ny\n")
	verbtest.Succeed(t, New(), line("x.npy --max-iter 1 -o there")...)
	const usage, config, input = "usage", "configuration", "input"
	for _, c := range []struct{ command, kind, message string }{
		{"-o no", usage, "no files, want one"},
		{"x.npy x.npy -o no", usage, "2 files, want one"},
		{"x.npy", usage, "want --output DIR"},
		{"x.npy -o -", usage, "the results are a directory"},
		{"x.npy -o x.npy", config, "a file, want a directory"},
		{"x.npy -o there", config, "exists already"},
		{"there/y.npy -o there --force", config, "there/y.npy: is an input"},
		{"x.npy -o no --max-iter -1", config, "max-iter: -1, want at least 0"},
		{"x.npy -o no --restarts -1", config, "restarts: -1, want at least 1"},
		{"x.npy -o no --restarts 2 --init x.npy", config, "2 restarts from one start would all be the same"},
		{"x.npy -o no -m mutual-knn", config, "has no gradient"},
		{"x.npy -o no --also ckaa", config, "ckaa"},
		{"x.npy -o no --snapshot NaN", config, "--snapshot: invalid value NaN, want scores"},
		{"x.npy -o no --snapshot-at 3,-1", config, "--snapshot-at: invalid value -1"},
		{"x.npy -o no --learning-rate -1", config, "want a positive number"},
		{"x.npy -o no --learning-rate 1 --method lbfgs", config, "lbfgs finds its own step"},
		{"x.npy -o no --label half", config, "go with --labels FILE"},
		{"x.npy -o no --labels labels.csv --folds 1", config, "at least 2 folds"},
		{"x.npy -o no --labels labels.csv --label colour", input, `no column "colour"`},
		{"x.npy -o no --labels short.csv", input, "2 × 1 labels, want one row for each of the 12 conditions of x.npy"},
		{"x.npy -o no --init short.csv", input, "short.csv"},
		{"nowhere.npy -o no", input, "nowhere.npy: no such file"},
	} {
		err := run(t, line(c.command)...).Err
		kinds := map[string]bool{
			usage:  errors.As(err, new(*batch.UsageError)),
			config: errors.As(err, new(*batch.ConfigError)),
			input:  errors.As(err, new(*data.InputError)),
		}
		if err == nil || !kinds[c.kind] || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%q: %v, want an error of %s with %q", c.command, err, c.kind, c.message)
		}
		if batch.Exists("no") || batch.Exists("no.ckpt") {
			t.Fatalf("%q has begun", c.command)
		}
	}
}

// TestMissingConditions: conditions with missing values are left out of the recording,
// the start and the labels alike, as if they had never been there.
func TestMissingConditions(t *testing.T) {
	t.Chdir(t.TempDir())
	const samples = 20
	missing := []int{3, 11}
	var x, start, labels, keptX, keptStart, keptLabels strings.Builder
	for _, b := range []*strings.Builder{&x, &start, &keptX, &keptStart} {
		b.WriteString("u,v,w\n")
	}
	for _, b := range []*strings.Builder{&labels, &keptLabels} {
		b.WriteString("half\n")
	}
	for i := range samples {
		row := fmt.Sprintf("%d,%d,%d\n", i*i%7, i*i*i%11, i%5)
		begin := fmt.Sprintf("%d,%d,%d\n", i%3, i*7%13, i*i%17)
		label := fmt.Sprintln(i % 2)
		start.WriteString(begin)
		labels.WriteString(label)
		if slices.Contains(missing, i) {
			x.WriteString("1,nan,2\n")
			continue
		}
		x.WriteString(row)
		keptX.WriteString(row)
		keptStart.WriteString(begin)
		keptLabels.WriteString(label)
	}
	for name, b := range map[string]*strings.Builder{"x": &x, "start": &start, "labels": &labels, "kept-x": &keptX, "kept-start": &keptStart, "kept-labels": &keptLabels} {
		verbtest.Write(t, name+".csv", b.String())
	}
	const settings = " -m nbs --max-iter 5 --also cka"
	r := verbtest.Succeed(t, New(), line("x.csv --missing drop --init start.csv --labels labels.csv -o dropped"+settings)...)
	if want := "left out 2 of 20 samples, which have missing values"; len(r.Warnings) != 1 || r.Warnings[0] != want {
		t.Errorf("warnings %q, want %q", r.Warnings, want)
	}
	verbtest.Succeed(t, New(), line("kept-x.csv --init kept-start.csv --labels kept-labels.csv -o kept"+settings)...)
	verbtest.SameFiles(t, "kept", "dropped")
	// A start that is of the samples that were kept goes as it is.
	verbtest.Succeed(t, New(), line("x.csv --missing drop --init kept-start.csv --labels labels.csv -o result"+settings)...)
	verbtest.SameFiles(t, "kept", "result")
	if err := run(t, line("x.csv -o refused")...).Err; !errors.As(err, new(*data.InputError)) {
		t.Errorf("missing values: %v", err)
	}
}

// TestDryRun: what is said beforehand is what becomes of the run, and plans are told
// the same memory.
func TestDryRun(t *testing.T) {
	inputs(t)
	const command = "x.npy --restarts 3 --max-iter 4 --labels labels.csv -o out --jobs 2"
	r := verbtest.Succeed(t, New(), line(command+" --dry-run --shard 0/2 --resume")...)
	if want := "items: 3\npart 0/2: 1\nfinished: 0\nmemory: at most "; !strings.HasPrefix(r.Stdout, want) || batch.Exists("out") || batch.Exists("out.ckpt") {
		t.Errorf("--dry-run says %q, want %q and nothing done", r.Stdout, want)
	}
	o := New()
	told := verbtest.Succeed(t, o, line(command+" --dry-run")...)
	bytes, err := o.Memory(t.Context(), told.Env, []string{"x.npy"})
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("memory: at most %d MB at --jobs 2\n", (bytes+1<<20-1)>>20); !strings.HasSuffix(told.Stdout, want) {
		t.Errorf("--dry-run says %q, but Memory %q", told.Stdout, want)
	}
	verbtest.Succeed(t, New(), line(command)...)
	for more, want := range map[string]string{
		"":          "refused: out/trajectory.csv: exists already; --force replaces it; --resume leaves it as it is if it is of the same command and inputs\n",
		" --resume": "finished: 3\noutput: complete already\n",
	} {
		if got := verbtest.Succeed(t, New(), line(command+" --dry-run"+more)...).Stdout; !strings.HasSuffix(got, want) {
			t.Errorf("--dry-run%s says %q, want %q", more, got, want)
		}
	}
}

// TestStatus: a run that did not reach what was asked for has a result all the same.
func TestStatus(t *testing.T) {
	inputs(t)
	r := run(t, line("x.npy -m nbs --stop 0.999 --max-iter 2 -o short")...)
	late, ok := errors.AsType[*NotConvergedError](r.Err)
	if !ok || late.Wanted != 0.999 || late.Best.Iterations != 2 || late.Status() != batch.StatusNotConverged || !batch.Exists("short/y.npy") {
		t.Errorf("ended with %v", r.Err)
	}
	r = verbtest.Succeed(t, New(), line("x.npy -m nbs --target 0.5 -o half")...)
	if len(r.Summaries) != 1 || !strings.HasPrefix(r.Summaries[0], "nbs reached 0.") || !strings.HasSuffix(r.Summaries[0], " of the way to identical data; the results are in half") || !strings.Contains(r.Summaries[0], "(stop score); samples paired at random score 0.") {
		t.Errorf("it says %q", r.Summaries)
	}
	for _, row := range verbtest.Rows(t, verbtest.Text(t, "half/outcomes.csv")) {
		if !strings.HasPrefix(row["score"], "0.5000") && !strings.HasPrefix(row["score"], "0.4999") || row["in_y"] != "yes" {
			t.Errorf("outcome %v", row)
		}
	}
}

// A score that no data can have is refused before anything is done.
func TestScoresOutOfReach(t *testing.T) {
	for _, c := range []struct{ measure, flag, value, want string }{
		{"cka", "--stop", "1.5", "--stop 1.5: cka lies between 0 and 1"},
		{"cka", "--target", "-0.1", "--target -0.1: cka lies between 0 and 1"},
		{"cka", "--stop", "0.9", ""},
	} {
		o := New()
		o.Goal, o.Directory = c.measure, "out"
		if _, err := o.Settings().Apply([]string{"-m", c.measure, "-o", "out", c.flag + "=" + c.value}, nil); err != nil {
			t.Fatal(err)
		}
		_, err := o.config(&batch.Env{Seed: 1, Jobs: 1}, []string{"x.npy"})
		if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("%s %s: %v, want %q", c.flag, c.value, err, c.want)
		}
	}
}
