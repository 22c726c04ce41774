package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"simtool/internal/batch"
	"simtool/internal/batch/plan"
	"simtool/internal/data"
	"simtool/internal/verb"
	"simtool/internal/verb/rdm"
	"simtool/internal/verb/score"
	"simtool/internal/verb/setting"
)

// globals are settings that every command has, for tests.
func globals() *setting.Set {
	seed, jobs := uint64(1), 1
	s := &setting.Set{}
	s.Uint64(&seed, "seed", "", "")
	s.Count(&jobs, "jobs", "j", "")
	return s
}

// options are those of run with two commands.
func options() *Options {
	commands := func() []Entry {
		return []Entry{
			{Words: []string{"score"}, New: func() verb.Command { return score.New() }},
			{Words: []string{"rdm"}, New: func() verb.Command { return rdm.New() }},
			{Words: []string{"run"}, New: func() verb.Command { return &Options{} }},
			{Words: []string{"synth", "toy"}},
		}
	}
	o := New(commands, globals, func(err error) int {
		if err != nil {
			return 1
		}
		return 0
	})
	o.Settings() // sets the defaults
	o.Output.Format = "csv"
	return o
}

func testEnv() *batch.Env {
	none := func(string) (string, bool) { return "", false }
	return &batch.Env{Version: "test", Argv: []string{"simtool", "run"}, Seed: 1, Jobs: 1, Started: time.Now(), Lookup: none, Stop: func(error) {}}
}

// write writes files into a directory.
func write(tb testing.TB, dir string, files map[string]string) {
	tb.Helper()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			tb.Fatal(err)
		}
	}
}

// readPlan writes a plan beside two small files and reads it. DIR in the plan stands
// for their directory.
func readPlan(tb testing.TB, text string) (*planRun, error) {
	tb.Helper()
	dir := tb.TempDir()
	write(tb, dir, map[string]string{
		"x.csv": "1,2\n3,5\n2,2\n4,1\n", "y.csv": "2,2\n3,4\n1,2\n4,2\n", "plan.yaml": strings.ReplaceAll(text, "DIR", dir),
	})
	r, err := options().read(testEnv(), filepath.Join(dir, "plan.yaml"))
	if err != nil {
		return nil, err
	}
	r.jobs = 1
	return r, r.findColumns(tb.Context())
}

// smallPlan is a plan of so many items, whose work is next to nothing.
func smallPlan(tb testing.TB, items int) *planRun {
	tb.Helper()
	r, err := readPlan(tb, fmt.Sprintf("command: score\ninputs: {x: DIR/x.csv, y: DIR/y.csv}\nset: {measures: cka}\ngrid: {seed: 1-%d}\n", items))
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// BenchmarkRunItem runs items of a plan whose work is next to nothing: what it
// takes is the overhead of an item.
func BenchmarkRunItem(b *testing.B) {
	r := smallPlan(b, 1000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		item, err := r.item(b.Context(), r.items.Item(i%1000))
		if err != nil || item.Failed > 0 {
			b.Fatal(err, item)
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

// TestRunItemsAtOnce runs items of one process at the same time; what they share
// must bear it, and leave GOMAXPROCS as it is.
func TestRunItemsAtOnce(t *testing.T) {
	const items = 32
	r := smallPlan(t, items)
	cpus := runtime.GOMAXPROCS(0)
	results := make([]*batch.Item, items)
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
	for i, item := range results {
		if len(item.Rows) != 1 || item.Failed != 0 || item.Rows[0][0] != i+1 {
			t.Fatalf("item %d: %+v", i, item)
		}
		if row := item.Rows[0][1:]; !reflect.DeepEqual(row, results[0].Rows[0][1:]) {
			t.Errorf("item %d: %v, but item 0: %v", i, row, results[0].Rows[0][1:])
		}
		if len(item.Sources) != 2 || item.Sources[0].SHA256 == "" {
			t.Errorf("item %d: sources %+v", i, item.Sources)
		}
	}
}

// TestPlanSetsOptions sets options by every place of a plan, which must come to the
// command as if they had been typed.
func TestPlanSetsOptions(t *testing.T) {
	_, err := readPlan(t, `command: score
inputs: {x: DIR/x.csv, y: "DIR/{which}.csv"}
set: {per: time, measures: [cka, "linreg:cv=2"], columns: "1,{header}"}
grid: {header: [auto, "no"]}
arguments: ["{x}", --axes=ctn, "{y}", -j, "3"]
`)
	if err == nil {
		t.Fatal("--jobs in a plan is taken")
	}
	if !strings.Contains(err.Error(), "--jobs belongs to the run") {
		t.Error(err)
	}
	r, err := readPlan(t, `command: score
inputs: {x: DIR/x.csv, y: "DIR/{which}.csv"}
set: {measures: [cka, "linreg:cv=2"], header: auto}
grid: {seed: 4-5}
arguments: ["{x}", --axes=ctn, "{y}", --max-memory, 2G]
`)
	if err != nil {
		t.Fatal(err)
	}
	p, e, err := r.prepare(r.items.Item(1))
	if err != nil {
		t.Fatal(err)
	}
	o := p.Command.(*score.Options)
	if !slices.Equal(o.Measures, []string{"cka", "linreg:cv=2"}) || o.Input.Axes != "ctn" || o.Input.Header != "auto" || o.MaxMemory != 2<<30 || e.Seed != 5 || len(p.args) != 2 {
		t.Errorf("the options are %+v, seed %d, arguments %q", o, e.Seed, p.args)
	}
	if s := e.Setting("measures"); s == nil || s.Text != "[cka,linreg:cv=2]" {
		t.Errorf("the manifest would say %+v", s)
	}
}

// TestRefusedPlans words what is wrong with a plan.
func TestRefusedPlans(t *testing.T) {
	const inputs = "inputs: {x: DIR/x.csv, y: DIR/y.csv}\n"
	for text, want := range map[string]string{
		"command: scor\n" + inputs:                                       `unknown command "scor"`,
		"command: synth\n" + inputs:                                      "synth is a group, want one of toy",
		"command: synth toy\n" + inputs:                                  "synth toy cannot be run by a plan",
		"command: run\n" + inputs:                                        "run cannot be run by a plan",
		"command: score\n" + inputs + "grid: {mesures: [cka]}\n":         "unknown flag of score",
		"command: score\n" + inputs + "set: {per: day}\n":                `invalid value "day", want time or condition`,
		"command: score\n" + inputs + "set: {jobs: 2}\n":                 "belongs to the run",
		"command: score\n" + inputs + "arguments: [--nothing=1]\n":       `unknown flag --nothing for "simtool score"`,
		"command: score\n" + inputs + "arguments: [--measures]\n":        "--measures needs a value",
		"command: score\n" + inputs + "arguments: [-]\n":                 "standard input cannot be read",
		"command: rdm\n" + inputs + "arguments: [\"{x}\"]\n":             "no output, and rdm writes no table",
		"command: rdm\n" + inputs + "grid: {seed: 1-2}\noutput: a.npy\n": "would both write a.npy",
	} {
		_, err := readPlan(t, text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// TestInputCache checks what is read again: what was used longest ago when there is
// too much, what is read otherwise, and what could not be read.
func TestInputCache(t *testing.T) {
	cache := newInputCache(2 * 8 * 10) // two inputs of ten values
	var log []string
	broken := errors.New("broken")
	read := func(path string, size int) (*data.Dataset, error) {
		return cache.read(fmt.Sprint(path, size), func() (*data.Dataset, error) {
			log = append(log, path)
			if path == "bad" {
				return nil, broken
			}
			return &data.Dataset{Values: make([]float64, size)}, nil
		})
	}
	first, err := read("a", 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"b", "a", "bad", "bad", "c", "a", "b"} {
		d, err := read(path, 10)
		if path == "bad" != errors.Is(err, broken) {
			t.Errorf("%s: %v", path, err)
		}
		if path == "a" && d != first {
			t.Error("a was read again")
		}
	}
	if _, err := read("a", 30); err != nil { // otherwise, and more than the budget by itself
		t.Fatal(err)
	}
	if got, want := strings.Join(log, ", "), "a, b, bad, bad, c, b, a"; got != want {
		t.Errorf("read %s, want %s", got, want)
	}
	if cache.bytes != 0 || cache.order.Len() != 0 || len(cache.held) != 0 {
		t.Errorf("%d bytes in %d inputs are held, want none", cache.bytes, cache.order.Len())
	}
}
