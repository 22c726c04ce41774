package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

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
