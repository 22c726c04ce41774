package batch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/result"
)

// square is a row of the jobs of these tests.
type square struct {
	N     int    `column:"n" doc:"a number"`
	Sq    int    `column:"square" empty:"-1" doc:"its square"`
	Error string `column:"error" doc:"why there is none" show:"note"`
}

var squares = result.Declare[square]("test.squares/v1", "simtool test", "a number and its square")

// trace is a row beside them.
type trace struct {
	N    int `column:"n" doc:"a number"`
	Step int `column:"step" doc:"a number below it"`
}

var traces = result.Declare[trace]("test.traces/v1", "--traces of simtool test", "a step to a number")

// squaresJob squares numbers, of which some fail, and writes traces and arrays
// beside the table.
func squaresJob(dir string, n int, fails func(i int) error) *Job {
	j := &Job{
		Schema: squares.Schema, Noun: "squares", AtOnce: 3,
		Companions: []*Companion{
			{Setting: "traces", Path: filepath.Join(dir, "traces.csv"), Schema: traces.Schema},
			{Setting: "arrays", Path: filepath.Join(dir, "arrays.npz"), Last: func() ([]dataio.NamedArray, error) {
				return []dataio.NamedArray{{Name: "all", Values: []float64{float64(n)}, Shape: []int{1}}}, nil
			}},
		},
		Work: func(_ context.Context, i int) (*Item, error) {
			if err := fails(i); err != nil {
				return nil, err
			}
			item := &Item{
				Rows:   [][]any{squares.Cells(square{N: i, Sq: i * i})},
				Pieces: []Piece{{}, {Arrays: []dataio.NamedArray{{Name: fmt.Sprint("a:", i), Values: []float64{float64(i), .5}, Shape: []int{2}}}}},
			}
			for step := range i {
				item.Pieces[0].Rows = append(item.Pieces[0].Rows, traces.Cells(trace{i, step}))
			}
			return item, nil
		},
		Explain: func(i int, err error) [][]any {
			return [][]any{squares.Cells(square{N: i, Sq: -1, Error: RowText(err)})}
		},
	}
	for i := range n {
		j.Keys = append(j.Keys, fmt.Sprint("number ", i))
	}
	return j
}

func noFailure(int) error { return nil }

// testEnv is what a job sees of a test.
func testEnv() *Env {
	return &Env{Version: "test", Argv: []string{"test"}, Jobs: 3, Started: time.Now(), Stdout: io.Discard, Stop: func(error) {}}
}

func fileText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestPartsMergeToTheWhole runs a job at once and in parts, and merges these: the
// table and what stands beside it must have the bytes of the one run.
func TestPartsMergeToTheWhole(t *testing.T) {
	const n, shards = 11, 3
	dir := t.TempDir()
	run := func(name string, c Control) string {
		into := filepath.Join(dir, name)
		if err := os.Mkdir(into, 0o777); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(into, "out.csv")
		if err := squaresJob(into, n, noFailure).Run(t.Context(), testEnv(), Output{Path: path, Format: "csv"}, c); err != nil {
			t.Fatal(err)
		}
		return path
	}
	whole := run("whole", Control{Shard: Whole})
	if want := "n,square,error\n0,0,\n1,1,\n2,4,\n"; !strings.HasPrefix(fileText(t, whole), want) {
		t.Errorf("the table is %q", fileText(t, whole))
	}
	var parts []string
	for i := range shards {
		parts = append(parts, run(fmt.Sprint("part", i), Control{Shard: Shard{i, shards}}))
	}
	merged := filepath.Join(dir, "merged.csv")
	if err := testEnv().MergeTables(t.Context(), parts, &Output{Path: merged, Format: "csv"}); err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{
		merged: whole, filepath.Join(dir, "merged.traces.csv"): filepath.Join(dir, "whole/traces.csv"),
		filepath.Join(dir, "merged.arrays.npz"): filepath.Join(dir, "whole/arrays.npz"),
	} {
		if fileText(t, got) != fileText(t, want) {
			t.Errorf("%s is not %s", got, want)
		}
	}
	m, err := dataio.ReadManifest(merged + dataio.ManifestSuffix)
	if err != nil {
		t.Fatal(err)
	}
	if items, rows := m.Batch.Companions["traces"].Rows.Totals(); items != n || rows != n*(n-1)/2 {
		t.Errorf("the manifest has %d rows of %d items in traces", rows, items)
	}

	// A piece that has changed is refused by its name, and nothing is written.
	piece := filepath.Join(dir, "part1/traces.csv")
	if err := os.WriteFile(piece, []byte(strings.Replace(fileText(t, piece), ",0\n", ",1\n", 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	again := filepath.Join(dir, "again.csv")
	err = testEnv().MergeTables(t.Context(), parts, &Output{Path: again, Format: "csv"})
	if e, ok := data.AsInputError(err); !ok || e.Path != piece {
		t.Errorf("a changed piece: %v", err)
	}
	if Exists(again) || Exists(filepath.Join(dir, "again.traces.csv")) {
		t.Error("there is a result of parts that were refused")
	}
}

// TestFailedItemsAreRows runs a job of which an item cannot be computed: it is a row,
// is done again by --resume, and other errors end the run.
func TestFailedItemsAreRows(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.csv")
	broken := &data.InputError{Path: "x", Found: "nothing"}
	job := squaresJob(dir, 4, func(i int) error {
		if i == 2 {
			return broken
		}
		return nil
	})
	err := job.Run(t.Context(), testEnv(), Output{Path: path, Format: "csv"}, Control{Shard: Whole})
	if partial, ok := errors.AsType[*PartialError](err); !ok || partial.Failed != 1 || partial.Total != 4 || statusOf(err) != StatusPartial {
		t.Errorf("the run ended with %v", err)
	}
	if want := "n,square,error\n0,0,\n1,1,\n2,,x: nothing\n3,9,\n"; fileText(t, path) != want {
		t.Errorf("the table is %q, want %q", fileText(t, path), want)
	}
	if want := "n,step\n1,0\n3,0\n3,1\n3,2\n"; fileText(t, filepath.Join(dir, "traces.csv")) != want {
		t.Errorf("the traces are %q, want %q", fileText(t, filepath.Join(dir, "traces.csv")), want)
	}

	disk := errors.New("no space left")
	job = squaresJob(dir, 4, func(i int) error {
		if i == 2 {
			return disk
		}
		return nil
	})
	if err := job.Run(t.Context(), testEnv(), Output{Path: filepath.Join(dir, "no.csv"), Format: "csv", Force: true}, Control{Shard: Whole}); !errors.Is(err, disk) {
		t.Errorf("an error of the disk became %v", err)
	}
	alone := squaresJob(dir, 1, func(int) error { return broken })
	if err := alone.Run(t.Context(), testEnv(), Output{Path: filepath.Join(dir, "alone.csv"), Format: "csv", Force: true}, Control{Shard: Whole}); !errors.Is(err, broken) {
		t.Errorf("the only item's error became %v", err)
	}
	if Exists(filepath.Join(dir, "no.csv")) || Exists(filepath.Join(dir, "alone.csv")) {
		t.Error("there is a result of a run that failed")
	}
}

// TestResumedJobs ends a job after some items and goes on: what is kept, pieces
// included, is not done again, and the bytes are those of one run.
func TestResumedJobs(t *testing.T) {
	const n = 6
	one, two := t.TempDir(), t.TempDir()
	path := filepath.Join(two, "out.csv")
	if err := squaresJob(one, n, noFailure).Run(t.Context(), testEnv(), Output{Path: filepath.Join(one, "out.csv"), Format: "csv"}, Control{Shard: Whole}); err != nil {
		t.Fatal(err)
	}
	disk := errors.New("no space left")
	job := squaresJob(two, n, func(i int) error {
		if i == 4 {
			return disk
		}
		return nil
	})
	job.AtOnce = 1
	if err := job.Run(t.Context(), testEnv(), Output{Path: path, Format: "csv"}, Control{Shard: Whole}); !errors.Is(err, disk) {
		t.Fatal(err)
	}
	if !Interrupted(path) || Exists(path) {
		t.Fatal("there is no checkpoint, or a result")
	}
	var done []int
	job = squaresJob(two, n, noFailure)
	job.AtOnce = 1
	work := job.Work
	job.Work = func(ctx context.Context, i int) (*Item, error) {
		done = append(done, i)
		return work(ctx, i)
	}
	if err := job.Run(t.Context(), testEnv(), Output{Path: path, Format: "csv"}, Control{Shard: Whole, Resume: true}); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(done, 4) || slices.Min(done) < 4 {
		t.Errorf("the items %v were done, want the one that failed and none before it", done)
	}
	for _, name := range []string{"out.csv", "traces.csv", "arrays.npz"} {
		if fileText(t, filepath.Join(two, name)) != fileText(t, filepath.Join(one, name)) {
			t.Errorf("%s has other bytes than that of one run", name)
		}
	}
	if Exists(CheckpointOf(path)) {
		t.Error("the checkpoint is still there")
	}

	// What is complete stays, unless something that belongs to it is gone.
	done = nil
	for _, gone := range []string{"", "arrays.npz"} {
		if gone != "" {
			if err := os.Remove(filepath.Join(two, gone)); err != nil {
				t.Fatal(err)
			}
		}
		if err := job.Run(t.Context(), testEnv(), Output{Path: path, Format: "csv"}, Control{Shard: Whole, Resume: true}); err != nil {
			t.Fatal(err)
		}
		if again := len(done) > 0; again != (gone != "") {
			t.Errorf("with %q gone, the items %v were done again", gone, done)
		}
	}
	if fileText(t, filepath.Join(two, "arrays.npz")) != fileText(t, filepath.Join(one, "arrays.npz")) {
		t.Error("arrays.npz was not written again as it was")
	}
}

// TestCollectedRows gives the rows of a job to who asked for them.
func TestCollectedRows(t *testing.T) {
	e := testEnv()
	e.Collect = &Collector{}
	job := squaresJob(t.TempDir(), 3, noFailure)
	job.Companions = nil
	if err := job.Run(t.Context(), e, Output{Path: "-", Format: "csv"}, Control{Shard: Whole}); err != nil {
		t.Fatal(err)
	}
	want := [][]any{{0, 0, nil}, {1, 1, nil}, {2, 4, nil}}
	if !reflect.DeepEqual(e.Collect.Rows, want) || e.Collect.Schema != job.Schema {
		t.Errorf("collected %v, want %v", e.Collect.Rows, want)
	}
}
