package verbmlem

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"simtool/internal/batch"
	"simtool/internal/verb"
	"simtool/internal/verb/merge"
	"simtool/internal/verb/verbtest"
)

// TestSettingsWithoutUseAreRefused: nothing that somebody sets is passed over, and
// defaults are no settings.
func TestSettingsWithoutUseAreRefused(t *testing.T) {
	simulated(t)
	for _, c := range []struct {
		command verb.Command
		words   string
		message string
	}{
		{NewFit(), "--features sim/features.csv --neural sim/y.npy --each-unit --power 2 -o no", "--power has no use with --each-unit: distances are differences of one response"},
		{NewFit(), "--features sim/features.csv --neural-distances d.npy --distance cosine -o no", "--distance has no use with --neural-distances"},
		{NewFit(), "--features sim/features.csv --neural sim/y.npy --noise n.npy -o no", "--noise has no use for euclidean distances, only for mahalanobis and crossnobis"},
		{NewFit(), "--feature-distances a=d.npy --neural sim/y.npy --missing different -o no", "--missing has no use with --feature-distances"},
		{NewFit(), "--features sim/features.csv --neural-distances d.npy --drop-missing-stimuli -o no", "--drop-missing-stimuli wants --neural FILE"},
		{NewLayers(), "sim/y.npy --features sim/features.csv --neural-distances d.npy -o no", "--neural-distances has no use here: want files of patterns"},
		{NewLayers(), "sim/y.npy --features sim/features.csv --distance crossnobis -o no", "--distance crossnobis: wants repeats, and these are different representations"},
		{NewLayers(), "sim/y.npy --neural sim/y.npy --features sim/features.csv -o no", "sim/y.npy: given twice"},
		{NewFit(), "--features sim/features.csv --neural sim/y.npy --interactions axb -o no", "--interactions: invalid value \"axb\", want none, all, or pairs such as a*b,c*d"},
		{NewFit(), "--features sim/features.csv --neural sim/y.npy --group a,b -o no", "--group: invalid value \"a,b\", want NAME=A,B"},
		{NewFit(), "--features sim/features.csv --neural sim/y.npy --circular size=-1 -o no", "--circular: invalid value \"size=-1\", want COLUMN=PERIOD with a positive number"},
		{NewSimulate(), "--generator mds --sparsity 0.5 -o no", "--sparsity has no use with --generator mds, whose features are binary and metric is full"},
		{NewSimulate(), "--interactions --kinds numeric -o no", "--kinds has no use with --interactions: all features are binary then"},
		{NewStudy(), "--generator mds --kinds numeric", "--kinds has no use with --generator mds, whose features are binary and metric is full"},
		{NewCompare(), "--features sim/features.csv --neural sim/y.npy --methods mlm", "--methods: unknown method \"mlm\", want "},
		{NewScore(), "model.json --level 1", "--level: invalid value 1, want a value between 0 and 1, such as 0.95"},
	} {
		err := verbtest.Run(t, c.command, strings.Fields(c.words)...).Err
		if config, ok := errors.AsType[*batch.ConfigError](err); !ok || !strings.HasPrefix(config.Msg, c.message) {
			t.Errorf("%s: %v, want %s", c.words, err, c.message)
		}
	}
	for _, c := range []struct {
		command verb.Command
		words   string
	}{
		{NewFit(), "x.npy -o no"},
		{NewFit(), "--features sim/features.csv --neural sim/y.npy"},
		{NewFit(), "--neural sim/y.npy -o no"},
		{NewFit(), "--features sim/features.csv -o no"},
		{NewFit(), "--features sim/features.csv --neural sim/y.npy --shard 0/2 -o no"},
		{NewLayers(), "--features sim/features.csv -o no"},
		{NewScore(), "--features sim/features.csv"},
		{NewPredict(), "model.json"},
		{NewSimulate(), ""},
		{NewStudy(), "x.npy"},
		{NewCompare(), "x.npy"},
	} {
		if err := verbtest.Run(t, c.command, strings.Fields(c.words)...).Err; !errors.As(err, new(*batch.UsageError)) {
			t.Errorf("%T %s: %v, want an error of usage", c.command, c.words, err)
		}
	}
}

// TestForecast: --dry-run of a plan asks for the memory that --dry-run tells, where it
// is known.
func TestForecast(t *testing.T) {
	simulated(t)
	for words, known := range map[string]bool{
		"sim/y.npy noisy/y.npy --features sim/features.csv -o out":                      true,
		"sim/y.npy none.npy --features sim/features.csv -o out":                         true,
		"sim/y.npy noisy/y.npy --features sim/features.csv --objective spearman -o out": false,
	} {
		o := NewLayers()
		r := verbtest.Succeed(t, o, line(words+" --dry-run")...)
		bytes, err := o.Memory(t.Context(), r.Env, strings.Fields(words)[:2])
		want := "items: 2\nmemory: no bound is known\n"
		if known {
			want = fmt.Sprintf("items: 2\nmemory: at most %d MB at --jobs 1\n", (bytes+1<<20-1)>>20)
		}
		if err != nil || known != (bytes > batch.ProgramMemory) || r.Stdout != want {
			t.Errorf("%s: %d bytes, %v, and --dry-run says %q", words, bytes, err, r.Stdout)
		}
	}
	if batch.Exists("out") || batch.Exists("out.ckpt") {
		t.Error("--dry-run has left something")
	}
}

// TestStudy: a fit that cannot be computed is a row with its error, at any number of
// jobs and in any number of parts; the only one ends the run.
func TestStudy(t *testing.T) {
	t.Chdir(t.TempDir())
	const command = "--noise 1 --stimuli 30 --sizes 2,20 --replicates 2 --methods mlem,rsa --features 3 "
	r := verbtest.Run(t, NewStudy(), line(command+"-o whole.csv")...)
	if e := partial(t, r.Err); e.Failed != 4 || e.Total != 12 {
		t.Errorf("%v", r.Err)
	}
	rows := verbtest.Rows(t, verbtest.Text(t, "whole.csv"))
	for i, row := range rows {
		tooFew := row["stimuli"] == "2"
		if row["key"] == "" || row["seed"] == "" || tooFew != (row["error"] != "") || tooFew != (row["cosine"] == "") || tooFew != (row["held_out_spearman"] == "") {
			t.Errorf("row %d: %v", i, row)
		}
		if tooFew && row["error"] != "2 stimuli, 3 features, 64 units; want at least 4, 1 and 1" {
			t.Errorf("row %d: %v", i, row)
		}
	}
	if _, ok := rows[0]["seconds"]; ok || len(rows) != 12 {
		t.Errorf("%d rows, the first is %v", len(rows), rows[0])
	}
	partial(t, verbtest.Run(t, NewStudy(), line(command+"-o jobs.csv -j 3")...).Err)
	words := line("-o merged.csv")
	for i := range 3 {
		part := fmt.Sprintf("part%d.csv", i)
		verbtest.Run(t, NewStudy(), line(command, "-o", part, "--shard", fmt.Sprintf("%d/3", i))...)
		words = append(words, part)
	}
	partial(t, verbtest.Run(t, merge.New(), words...).Err)
	for _, other := range []string{"jobs.csv", "merged.csv"} {
		if verbtest.Text(t, other) != verbtest.Text(t, "whole.csv") {
			t.Errorf("%s is not whole.csv", other)
		}
	}

	timed := verbtest.Rows(t, verbtest.Run(t, NewStudy(), line("--noise 1 --stimuli 20 --sizes 2 --replicates 1 --methods rsa --features 3 --timing --format csv")...).Stdout)
	if len(timed) != 2 || timed[0]["seconds"] == "" || timed[1]["seconds"] != "" || timed[1]["error"] == "" {
		t.Errorf("with --timing: %v", timed)
	}
	if err := verbtest.Run(t, NewStudy(), line("--noise 1 --stimuli 3 --sizes 20 --replicates 1 --methods rsa --features 3 --format csv --shard 0/2")...).Err; partial(t, err).Failed != 1 {
		t.Errorf("one of two, in a part of its own: %v", err)
	}
}

// TestModelsAreFound: a model of several is named, and one that failed is not there.
func TestModelsAreFound(t *testing.T) {
	simulated(t)
	partial(t, verbtest.Run(t, NewLayers(), line("sim/y.npy noisy/y.npy none.npy "+layers+" -o out")...).Err)
	const score = "out/model.json --features sim/features.csv --neural sim/y.npy --format csv --representation "
	rows := verbtest.Rows(t, verbtest.Succeed(t, NewScore(), line(score+"sim/y.npy")...).Stdout)
	if len(rows) != 1 || rows[0]["model"] != "out/model.json" || rows[0]["neural"] != "sim/y.npy" || rows[0]["n_stimuli"] != "24" || rows[0]["n_pairs"] != "276" {
		t.Errorf("%v", rows)
	}
	for _, row := range verbtest.Rows(t, verbtest.Text(t, "out/scores.csv")) {
		if row["representation"] == "sim/y.npy" && row["split"] == "in-sample" && !(math.Abs(number(t, row["spearman"])-number(t, rows[0]["spearman"])) < 1e-12) {
			t.Errorf("the model scores %s on what it was fitted to, and %s where it was", rows[0]["spearman"], row["spearman"])
		}
	}
	if err := verbtest.Run(t, NewScore(), line(score+"none.npy")...).Err; !errors.As(err, new(*batch.ConfigError)) {
		t.Errorf("a representation that failed: %v", err)
	}
	if err := verbtest.Run(t, NewScore(), line(score+"sim/y.npy --distance cosine")...).Err; !errors.As(err, new(*batch.ConfigError)) {
		t.Errorf("another distance: %v", err)
	}
}

func number(t *testing.T, cell string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(cell, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
