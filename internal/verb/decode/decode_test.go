package decode

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/result"
	"simtool/internal/verb/verbtest"
)

// inputs writes x.npy, 2 time bins × 12 conditions × 2 neurons, and labels.csv in a
// directory that becomes the working directory. The label half is in the first
// neuron in bin 1 and nowhere in bin 0, where all conditions are alike.
func inputs(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	var values []float64
	labels := "half,same,each\n"
	for bin := range 2 {
		for c := range 12 {
			values = append(values, float64(10*bin*(c%2)), 1)
		}
	}
	for c := range 12 {
		labels += fmt.Sprintf("%s,1,%d\n", []string{"a", "b"}[c%2], c)
	}
	if _, err := dataio.WriteFile("x.npy", dataio.WriteOptions{}, func(f *dataio.AtomicFile) error {
		return dataio.EncodeNPY(f, dataio.Float64, values, 2, 12, 2)
	}); err != nil {
		t.Fatal(err)
	}
	verbtest.Write(t, "labels.csv", labels)
}

// TestRows: a label that is there in one of two bins is decoded in that one, and as
// well as by chance in the other; the mean comes first. Columns that cannot be decoded
// are left out with a warning each.
func TestRows(t *testing.T) {
	inputs(t)
	r := verbtest.Succeed(t, New(), "x.npy", "--labels", "labels.csv", "--permutations", "19", "--folds", "3")
	rows := verbtest.Rows(t, r.Stdout)
	if len(rows) != 3 {
		t.Fatalf("rows %v", rows)
	}
	for i, want := range []map[string]string{
		{"time": "", "accuracy": "0.75"},
		{"time": "0", "accuracy": "0.5", "pvalue": "1", "p_adj": "1"}, // no permutation is worse than guessing
		{"time": "1", "accuracy": "1", "pvalue": "0.05", "p_adj": "0.05"},
	} {
		want["label"], want["chance"], want["n"], want["classes"], want["folds"] = "half", "0.5", "12", "2", "3"
		for column, cell := range want {
			if rows[i][column] != cell {
				t.Errorf("row %d: %s is %q, want %q", i, column, rows[i][column], cell)
			}
		}
	}
	if len(r.Warnings) != 2 || !strings.HasPrefix(r.Warnings[0], "labels.csv: not decoded: label same: ") || !strings.HasPrefix(r.Warnings[1], "labels.csv: not decoded: label each: ") {
		t.Errorf("warnings %q", r.Warnings)
	}
	for _, row := range verbtest.Rows(t, verbtest.Succeed(t, New(), "x.npy", "--labels", "labels.csv").Stdout) {
		if row["lo"] == "" || row["hi"] == "" || row["se"] == "" {
			t.Errorf("no interval: %v", row)
		}
		if row["pvalue"]+row["p_adj"]+row["null"] != "" {
			t.Errorf("a p value without permutations: %v", row)
		}
	}
}

// TestCollected: a plan gets the rows by the schema that follows from the options.
func TestCollected(t *testing.T) {
	inputs(t)
	o := New()
	o.Labels.File = "labels.csv"
	e := &batch.Env{Collect: &batch.Collector{}, Seed: 1}
	schema, err := o.Schema(e, []string{"x.npy"})
	if err != nil || schema != result.Decodings.Schema {
		t.Fatalf("schema %v, %v", schema, err)
	}
	if err := o.Run(t.Context(), e, []string{"x.npy"}); err != nil {
		t.Fatal(err)
	}
	if c := e.Collect; len(c.Rows) != 3 || c.Schema != schema || len(c.Sources) != 2 || c.Sources[0].SHA256 == "" || schema.Cell(c.Rows[2], "accuracy") != 1.0 {
		t.Errorf("collected %+v", c)
	}
}

// TestMissingConditions: labels lose the conditions that the recording loses.
func TestMissingConditions(t *testing.T) {
	t.Chdir(t.TempDir())
	x, labels, keptX, keptLabels := "u,v\n", "half,third\n", "u,v\n", "half,third\n"
	for i := range 24 {
		label := fmt.Sprintf("%d,%d\n", i%2, i%3)
		labels += label
		if i == 2 || i == 3 || i == 17 {
			x += "nan,1\n"
			continue
		}
		row := fmt.Sprintf("%d,%d\n", i*i%7+i%2, i*i*i%11)
		x, keptX, keptLabels = x+row, keptX+row, keptLabels+label
	}
	for name, text := range map[string]string{"x": x, "labels": labels, "kept-x": keptX, "kept-labels": keptLabels} {
		verbtest.Write(t, name+".csv", text)
	}
	got := verbtest.Succeed(t, New(), "x.csv", "--labels", "labels.csv", "--missing", "drop")
	want := verbtest.Succeed(t, New(), "kept-x.csv", "--labels", "kept-labels.csv")
	if got.Stdout != want.Stdout || !strings.Contains(got.Stdout, ",21,") {
		t.Errorf("got %s\nwant %s", got.Stdout, want.Stdout)
	}
	if len(got.Warnings) != 1 || got.Warnings[0] != "x.csv: left out 3 of 24 samples, which have missing values" {
		t.Errorf("warnings %q", got.Warnings)
	}
	if err := verbtest.Run(t, New(), "x.csv", "--labels", "labels.csv").Err; !errors.As(err, new(*data.InputError)) {
		t.Errorf("missing values: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	inputs(t)
	verbtest.Write(t, "short.csv", "a\nx\ny\n")
	const usage, config, input = "usage", "configuration", "input"
	for _, c := range []struct{ command, kind, message string }{
		{"x.npy", usage, "want --labels FILE"},
		{"--labels labels.csv", usage, "no files, want one"},
		{"x.npy --labels labels.csv --permutations -1", config, "--permutations -1: want at least 0"},
		{"x.npy --labels labels.csv --level 95", config, "--level 95: want a number between 0 and 1"},
		{"x.npy --labels labels.csv --folds 1", config, "--folds 1 and --strength 1: want at least 2 folds"},
		{"x.npy --labels labels.csv --strength 0", config, "a positive strength"},
		{"x.npy --labels short.csv", input, "short.csv: 2 × 1 labels, want one row for each of the 12 conditions of x.npy"},
		{"x.npy --labels labels.csv --label colour", input, `no column "colour"`},
		{"x.npy --labels labels.csv --label each", input, "labels.csv: label each: only one condition"},
		{"x.npy --labels nowhere.csv", input, "nowhere.csv"},
		{"nowhere.npy --labels labels.csv", input, "nowhere.npy"},
	} {
		r := verbtest.Run(t, New(), strings.Fields(c.command)...)
		kinds := map[string]bool{
			usage:  errors.As(r.Err, new(*batch.UsageError)),
			config: errors.As(r.Err, new(*batch.ConfigError)),
			input:  errors.As(r.Err, new(*data.InputError)),
		}
		if r.Err == nil || !kinds[c.kind] || !strings.Contains(r.Err.Error(), c.message) || r.Stdout != "" {
			t.Errorf("%q: %v, want an error of %s with %q", c.command, r.Err, c.kind, c.message)
		}
	}
}

// TestMemory: plans are told of a bound that grows with what is at work at once.
func TestMemory(t *testing.T) {
	inputs(t)
	forecast := func(jobs, permutations int) int64 {
		t.Helper()
		o := New()
		o.Labels.File, o.Permutations = "labels.csv", permutations
		bytes, err := o.Memory(t.Context(), &batch.Env{Seed: 1, Jobs: jobs}, []string{"x.npy"})
		if err != nil {
			t.Fatal(err)
		}
		return bytes
	}
	one, bins, shuffles := forecast(1, 0), forecast(8, 0), forecast(8, 8)
	if one <= batch.ProgramMemory || bins <= one || shuffles <= bins {
		t.Errorf("%d bytes for one bin at a time, %d for two, %d for eight permutations", one, bins, shuffles)
	}
}
