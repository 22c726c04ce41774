package verbmlem

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/verb"
	"simtool/internal/verb/merge"
	"simtool/internal/verb/verbtest"
)

// line splits a command line at spaces.
func line(text string, more ...string) []string { return append(strings.Fields(text), more...) }

// simulated makes three recordings of 24 stimuli, sim/y.npy, noisy/y.npy and
// third/y.npy, and files that cannot be fitted, in a directory of its own, which
// becomes the working directory.
func simulated(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	const command = "--stimuli 24 --features 3 --hidden 8 -o "
	verbtest.Succeed(t, NewSimulate(), line(command+"sim")...)
	verbtest.Succeed(t, NewSimulate(), line(command+"noisy --noise-sd 3")...)
	verbtest.Succeed(t, NewSimulate(), line(command+"third --noise-sd 5")...)
	verbtest.Write(t, "short.csv", "a,b\n1,2\n3,4\n")
	verbtest.Write(t, "text.npy", "no array")
	huge := "a,b\n"
	for i := range 24 {
		huge += fmt.Sprintf("%de180,%d\n", i, i%5)
	}
	verbtest.Write(t, "huge.csv", huge)
}

// unfittable are the files of simulated that cannot be fitted, and one that is not
// there, with a part of the error of each.
var unfittable = map[string]string{
	"short.csv": "short.csv: 2 stimuli, but the features are of 24",
	"text.npy":  "text.npy: ",
	"huge.csv":  "huge.csv: values whose squared distances overflow",
	"none.npy":  "none.npy: no such file",
}

const layers = "--features sim/features.csv --null 0 --bootstrap 3 --permutations 1"

// partial returns the error of items that failed, which there must be.
func partial(t *testing.T, err error) batch.PartialError {
	t.Helper()
	e, ok := errors.AsType[*batch.PartialError](err)
	if !ok {
		t.Fatalf("error %v, want some items to fail", err)
	}
	return *e
}

// TestRepresentationsThatFail: each that cannot be read or fitted is a row of scores
// with its error, and has no rows elsewhere; the others are what they are without them,
// at any number of jobs and in any number of parts.
func TestRepresentationsThatFail(t *testing.T) {
	simulated(t)
	const files = "none.npy sim/y.npy short.csv text.npy noisy/y.npy huge.csv "
	all := verbtest.Run(t, NewLayers(), line(files+layers+" -o all")...)
	if got := partial(t, all.Err); got.Failed != 4 || got.Total != 6 || got.Items != "representations" {
		t.Errorf("%v", all.Err)
	}
	verbtest.Succeed(t, NewLayers(), line("sim/y.npy noisy/y.npy "+layers+" -o fitted")...)
	got, want := verbtest.Files(t, "all"), verbtest.Files(t, "fitted")
	for _, same := range []string{weightsFile, importanceFile, modelFile} {
		if got[same] != want[same] {
			t.Errorf("%s is not that of the two that can be fitted", same)
		}
	}
	var scores []map[string]string
	failed := map[string]bool{}
	for _, row := range verbtest.Rows(t, got[scoresFile]) {
		name := row["representation"]
		if row["error"] == "" {
			scores = append(scores, row)
			continue
		}
		failed[name] = true
		if unfittable[name] == "" || !strings.HasPrefix(row["error"], unfittable[name]) {
			t.Errorf("%s: error %q", name, row["error"])
		}
		for column, cell := range row {
			if cell != "" && column != "error" && column != "representation" {
				t.Errorf("%s: %s is %q beside an error", name, column, cell)
			}
		}
	}
	if len(failed) != 4 || !slices.EqualFunc(scores, verbtest.Rows(t, want[scoresFile]), maps.Equal) {
		t.Errorf("errors of %v, and the scores %v", failed, scores)
	}

	if err := verbtest.Run(t, NewLayers(), line(files+layers+" -o jobs -j 3")...).Err; partial(t, err) != partial(t, all.Err) {
		t.Errorf("at 3 jobs: %v", err)
	}
	verbtest.SameFiles(t, "all", "jobs")
	for _, shards := range []int{2, 7} {
		merged := fmt.Sprint("merged", shards)
		words := []string{"--output", merged}
		sum := 0
		for i := range shards {
			part := fmt.Sprintf("%s-%d", merged, i)
			if e, ok := errors.AsType[*batch.PartialError](verbtest.Run(t, NewLayers(), line(files+layers+" -o "+part, "--shard", fmt.Sprintf("%d/%d", i, shards))...).Err); ok {
				sum += e.Failed
			}
			words = append(words, part)
		}
		if err := verbtest.Run(t, merge.New(Kind()), words...).Err; partial(t, err) != partial(t, all.Err) || sum != 4 {
			t.Errorf("%d parts: %d failures, and merged %v", shards, sum, err)
		}
		verbtest.SameFiles(t, "all", merged)
	}

	again := verbtest.Run(t, NewLayers(), line(files+layers+" -o all --resume")...)
	if partial(t, again.Err) != partial(t, all.Err) || !slices.Equal(again.Summaries, []string{"all is complete already"}) {
		t.Errorf("--resume of what is complete: %v, %q", again.Err, again.Summaries)
	}
}

// TestOneRepresentationThatFails: the only one ends the run, as do files that all take.
func TestOneRepresentationThatFails(t *testing.T) {
	simulated(t)
	for name, text := range unfittable {
		for _, v := range []verb.Command{NewLayers(), NewFit()} {
			words := line(layers + " -o no --neural " + name)
			if e, ok := data.AsInputError(verbtest.Run(t, v, words...).Err); !ok || !strings.HasPrefix(e.Error(), text) {
				t.Errorf("%q: %v", words, e)
			}
		}
	}
	for _, words := range [][]string{
		line("sim/y.npy noisy/y.npy --features none.csv -o no"),
		line("sim/y.npy noisy/y.npy --features sim/features.csv --distance mahalanobis --noise none.npy -o no"),
	} {
		if e, ok := data.AsInputError(verbtest.Run(t, NewLayers(), words...).Err); !ok || !strings.HasPrefix(e.Path, "none.") {
			t.Errorf("%q: %v", words, e)
		}
	}
	if batch.Exists("no") {
		t.Error("a result of nothing")
	}
	nothing := verbtest.Run(t, NewLayers(), line("none.npy short.csv "+layers+" -o nothing")...)
	if e := partial(t, nothing.Err); e.Failed != 2 || strings.TrimSpace(verbtest.Text(t, "nothing/model.json")) != "{}" {
		t.Errorf("where none can be fitted: %v, %s", e, verbtest.Text(t, "nothing/model.json"))
	}
}

// TestUnitsThatFail: a unit whose distances overflow is a row, and the others are what
// they are without it.
func TestUnitsThatFail(t *testing.T) {
	simulated(t)
	d, err := dataio.Read("sim/y.npy", dataio.Options{})
	if err != nil {
		t.Fatal(err)
	}
	with, without := "a,b,c\n", "a,c\n"
	for i := range d.Samples() {
		v := d.Values[i*d.Width():]
		with += fmt.Sprintf("%v,%v,%v\n", v[0], v[1]*1e200, v[2])
		without += fmt.Sprintf("%v,%v\n", v[0], v[2])
	}
	verbtest.Write(t, "with.csv", with)
	verbtest.Write(t, "without.csv", without)
	if e := partial(t, verbtest.Run(t, NewFit(), line(layers+" --each-unit --neural with.csv -o with")...).Err); e.Failed != 1 || e.Total != 3 {
		t.Errorf("%+v", e)
	}
	verbtest.Succeed(t, NewFit(), line(layers+" --each-unit --neural without.csv -o without")...)
	rename := func(text string) string { return strings.ReplaceAll(text, "unit2", "unit3") }
	for _, name := range []string{weightsFile, importanceFile} {
		if got, want := verbtest.Text(t, "with/"+name), rename(verbtest.Text(t, "without/"+name)); got != want {
			t.Errorf("%s:\n%s\nwithout the unit:\n%s", name, got, want)
		}
	}
	var errs []string
	for _, row := range verbtest.Rows(t, verbtest.Text(t, "with/scores.csv")) {
		if row["error"] != "" {
			errs = append(errs, row["representation"]+": "+row["error"])
		}
	}
	if len(errs) != 1 || !strings.HasPrefix(errs[0], "unit2: unit2: values whose squared distances overflow") {
		t.Errorf("errors %q", errs)
	}
}

// TestFailedRepresentationsAreDoneAgain: an interrupted run keeps those that were
// fitted, and no failures; --resume goes on from there.
func TestFailedRepresentationsAreDoneAgain(t *testing.T) {
	simulated(t)
	const command = "sim/y.npy late.csv noisy/y.npy " + layers
	o := NewLayers()
	e := verbtest.Run(t, o, line(command+" -o out --dry-run")...).Env
	f, err := o.begin(e, line("sim/y.npy late.csv noisy/y.npy"), batch.Control{Shard: batch.Whole})
	if err != nil {
		t.Fatal(err)
	}
	saved, err := e.Keep(t.Context(), "out", f.fingerprint(), false)
	if err != nil {
		t.Fatal(err)
	}
	all, err := f.fitItems(t.Context(), saved)
	if err != nil || len(all) != 3 || all[1].err == nil || all[0].err != nil {
		t.Fatalf("%v: %v", all, err)
	}
	saved.Flush()
	saved.End(false)
	if dry := verbtest.Succeed(t, NewLayers(), line(command+" -o out --dry-run --resume")...).Stdout; !strings.HasPrefix(dry, "items: 3\nfinished: 2\nmemory: at most ") {
		t.Errorf("--dry-run says %q", dry)
	}
	late := "a\n"
	for i := range 24 {
		late += fmt.Sprintln(math.Sin(float64(i)))
	}
	verbtest.Write(t, "late.csv", late)
	verbtest.Succeed(t, NewLayers(), line(command+" -o whole")...)
	verbtest.Succeed(t, NewLayers(), line(command+" -o out --resume")...)
	verbtest.SameFiles(t, "whole", "out")
	if batch.Exists("out.ckpt") {
		t.Error("the checkpoint was left behind")
	}
}

// TestFasterFit: a run that finds, with its work done, that another of the same has written
// the results leaves them alone and no checkpoint of its own.
func TestFasterFit(t *testing.T) {
	simulated(t)
	const command = "sim/y.npy noisy/y.npy " + layers
	o := NewLayers()
	e := verbtest.Run(t, o, line(command+" -o out --dry-run")...).Env
	f, err := o.begin(e, line("sim/y.npy noisy/y.npy"), batch.Control{Shard: batch.Whole})
	if err != nil {
		t.Fatal(err)
	}
	saved, err := e.Keep(t.Context(), "out", f.fingerprint(), false)
	if err != nil {
		t.Fatal(err)
	}
	all, err := f.fitItems(t.Context(), saved)
	if err != nil {
		t.Fatal(err)
	}
	verbtest.Succeed(t, NewLayers(), line(command+" -o out")...)
	before := verbtest.Files(t, "out")
	saved.Flush()
	if _, err := f.write(all, false); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("the slower run ends with %v", err)
	}
	saved.End(false)
	if batch.Exists("out.ckpt") {
		t.Error("a checkpoint of it is left")
	}
	if !maps.Equal(before, verbtest.Files(t, "out")) {
		t.Error("it has changed the results")
	}
}

// TestMissingStimuliOfManyFiles: stimuli are left out where any file that can be read
// has no value; one that cannot is a row, in parts as well.
func TestMissingStimuliOfManyFiles(t *testing.T) {
	simulated(t)
	gap := "a,b\n"
	for i := range 24 {
		if i == 4 || i == 11 {
			gap += "1,nan\n"
		} else {
			gap += fmt.Sprintf("%v,%v\n", math.Sin(float64(i)), math.Cos(float64(3*i)))
		}
	}
	verbtest.Write(t, "gap.csv", gap)
	const command = "short.csv sim/y.npy gap.csv none.npy " + layers + " --drop-missing-stimuli"
	r := verbtest.Run(t, NewLayers(), line(command+" -o whole")...)
	if e := partial(t, r.Err); e.Failed != 2 || !slices.Equal(r.Warnings[:1], []string{"left out 2 of 24 stimuli, which have missing values"}) {
		t.Errorf("%v, warnings %q", r.Err, r.Warnings)
	}
	for _, row := range verbtest.Rows(t, verbtest.Text(t, "whole/scores.csv")) {
		if row["split"] == "in-sample" && row["n_stimuli"] != "22" {
			t.Errorf("%v, want 22 stimuli", row)
		}
	}
	for i := range 2 {
		verbtest.Run(t, NewLayers(), line(fmt.Sprintf("%s -o part%d --shard %d/2", command, i, i))...)
	}
	partial(t, verbtest.Run(t, merge.New(Kind()), line("part0 part1 -o merged")...).Err)
	verbtest.SameFiles(t, "whole", "merged")
}
