package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"simtool/internal/batch/plan"
)

// smallPlan writes two small files and a plan of so many items, and reads it.
func smallPlan(tb testing.TB, items int) *planRun {
	tb.Helper()
	dir := tb.TempDir()
	for name, content := range map[string]string{
		"x.csv": "1,2\n3,5\n2,2\n4,1\n",
		"y.csv": "2,2\n3,4\n1,2\n4,2\n",
		"plan.yaml": fmt.Sprintf("command: score\ninputs: {x: %s/x.csv, y: %s/y.csv}\nset: {measures: cka}\ngrid: {seed: 1-%d}\n",
			dir, dir, items),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			tb.Fatal(err)
		}
	}
	a := newApp(streams{})
	a.global.jobs = 1
	r, err := a.readPlan(filepath.Join(dir, "plan.yaml"))
	if err != nil {
		tb.Fatal(err)
	}
	if err := r.findColumns(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	r.jobs = 1
	return r
}

// BenchmarkRunItem runs items of a plan whose work is next to nothing: what it
// takes is the overhead of an item.
func BenchmarkRunItem(b *testing.B) {
	r := smallPlan(b, 1000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		result, err := r.item(b.Context(), r.items.Item(i%1000))
		if err != nil || result.failed > 0 {
			b.Fatal(err, result)
		}
	}
}

// BenchmarkRunExpand expands a plan of a million items and makes their keys.
func BenchmarkRunExpand(b *testing.B) {
	for b.Loop() {
		p, err := plan.Parse("p", []byte("command: score\ngrid: {seed: 1-1000000}\n"))
		if err != nil {
			b.Fatal(err)
		}
		if err := p.Grid[0].SpellOut(); err != nil {
			b.Fatal(err)
		}
		items, err := p.Expand()
		if err != nil {
			b.Fatal(err)
		}
		for i := range items.Len() {
			_ = items.Item(i).Key()
		}
	}
}

// TestRunResumes runs plans again and again with a limit of time that is too short
// for them, which must come to the same bytes as one run: for rows of one table, and
// for items that write directories and keep checkpoints of their own.
func TestRunResumes(t *testing.T) {
	for _, c := range []struct{ name, plan, result string }{
		{"rows", "command: pc-sensitivity\ninputs: {x: recording.npy}\ngrid: {seed: 1-40}\nset: {measures: [rsa], repeats: 3, keep: 5}\n", "out.csv"},
		{"directories", "command: optimize\ninputs: {x: recording.npy}\ngrid: {seed: 1-4}\nset: {max-iter: 200, components: false, checkpoint-every: 50ms}\noutput: runs/{seed}\n", "runs/4/y.npy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			whole, dir := exampleDirectory(t), exampleDirectory(t)
			for _, d := range []string{whole, dir} {
				writeFile(t, d, "p.yaml", c.plan)
			}
			if output, err := shell(t, whole, "simtool run p.yaml -q -j 2 -o out.csv"); err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
			stops := 0
			for limit := 200 * time.Millisecond; ; {
				output, err := shell(t, dir, fmt.Sprintf("simtool run p.yaml -q -j 2 -o out.csv --resume --time-limit %s", limit))
				if err == nil {
					break
				}
				failed, ok := errors.AsType[*exec.ExitError](err)
				switch {
				case ok && failed.ExitCode() == int(exitCheckpoint):
					stops++
				case ok && failed.ExitCode() != int(exitFailure):
					t.Fatalf("%v\n%s", err, output)
				}
				limit += limit / 2 // until enough is done within it
			}
			t.Logf("stopped %d times", stops)
			for _, name := range []string{"out.csv", c.result} {
				want, err1 := os.ReadFile(filepath.Join(whole, name))
				got, err2 := os.ReadFile(filepath.Join(dir, name))
				if err := errors.Join(err1, err2); err != nil || !bytes.Equal(got, want) {
					t.Errorf("other bytes in %s after %d stops: %v", name, stops, err)
				}
			}
		})
	}
}

// TestRunItemsAtOnce runs items of one process at the same time; what they share
// must bear it, and leave GOMAXPROCS as it is.
func TestRunItemsAtOnce(t *testing.T) {
	const items = 32
	r := smallPlan(t, items)
	cpus := runtime.GOMAXPROCS(0)
	results := make([]*itemResult, items)
	var wait sync.WaitGroup
	for i := range results {
		wait.Go(func() {
			var err error
			if results[i], err = r.item(t.Context(), r.items.Item(i)); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if n := runtime.GOMAXPROCS(0); n != cpus {
		t.Errorf("GOMAXPROCS is %d, and was %d", n, cpus)
	}
	for i, result := range results {
		if len(result.rows) != 1 || result.failed != 0 || result.rows[0][0] != i+1 {
			t.Fatalf("item %d: %+v", i, result)
		}
		if row := result.rows[0][1:]; !reflect.DeepEqual(row, results[0].rows[0][1:]) {
			t.Errorf("item %d: %v, but item 0: %v", i, row, results[0].rows[0][1:])
		}
		if len(result.sources) != 2 || result.sources[0].SHA256 == "" {
			t.Errorf("item %d: sources %+v", i, result.sources)
		}
	}
}

// A narrow terminal does without the columns that the command's own table can spare.
func TestPlanOnANarrowTerminal(t *testing.T) {
	r := smallPlan(t, 3)
	s := newSession(streams{outTTY: true, width: 32})
	if status := s.run(t, "run", r.plan.Path); status != exitOK {
		t.Fatalf("exit status %d: %s", status, &s.err)
	}
	for line := range strings.Lines(s.out.String()) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 32 {
			t.Errorf("%d columns in a terminal of 32: %q", n, line)
		}
	}
	if !strings.Contains(s.out.String(), "q, p, n, y\n") || !strings.Contains(s.out.String(), "value") {
		t.Errorf("the table is\n%s", &s.out)
	}
}
