package score

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/measures"
	"simtool/internal/verb/verbtest"
)

// Bands get the scores of their pairs in order, from spans of no more than so many rows, each
// compared once, whatever part of the bands there is.
func TestBandsGetTheirScoresFromSpans(t *testing.T) {
	rng := rand.New(rand.NewPCG(16, 40))
	for _, count := range []int{1, 2, 9, 70} {
		var names []string
		for i := range count {
			names = append(names, fmt.Sprint(i))
		}
		items := bands(allPairs(names))
		for range 20 {
			part := slices.DeleteFunc(slices.Clone(items), func(scoreItem) bool { return rng.IntN(3) == 0 })
			most := 1 + rng.IntN(count+3)
			var rows []int
			a := newAhead(part, most, func(_ context.Context, s *span) error {
				if len(s.rows) > most {
					t.Errorf("a span has %d rows in place of %d", len(s.rows), most)
				}
				rows = append(rows, s.rows...)
				seen := 0
				for from := 0; from < count; from += 4 {
					for _, k := range s.with(numbers(from, from+4)) {
						s.found[k] = []scoreRow{{pair: s.pairs[k]}}
						seen++
					}
				}
				if seen != len(s.pairs) {
					t.Errorf("%d of %d pairs are with some columns", seen, len(s.pairs))
				}
				return nil
			})
			spans := len(a.spans)
			for _, it := range part {
				got, err := a.of(t.Context(), it.band)
				if err != nil || len(got) != len(it.band) {
					t.Fatalf("%d scores of %d pairs: %v", len(got), len(it.band), err)
				}
				for k := range got {
					if got[k].pair != it.band[k] {
						t.Errorf("pair %v has the score of %v", it.band[k], got[k].pair)
					}
				}
			}
			if !slices.IsSorted(rows) || len(slices.Compact(rows)) != len(rows) || len(a.spans) != 0 {
				t.Errorf("rows %v are compared, %d spans are left", rows, len(a.spans))
			}
			if want := (len(rows) + most - 1) / most; spans != want {
				t.Errorf("%d rows are in %d spans in place of %d", len(rows), spans, want)
			}
		}
	}
	failed := errors.New("failed")
	a := newAhead(bands(allPairs([]string{"a", "b"})), 2, func(context.Context, *span) error { return failed })
	if _, err := a.of(t.Context(), allPairs([]string{"a", "b"})); !errors.Is(err, failed) {
		t.Errorf("got %v, want %v", err, failed)
	}
}

// Of systems that do not all fit in memory each is read, and its vectors formed, once as a row
// and once for each span of rows before its own, not for each band of them; so it is where a
// part of the bands is done.
func TestColumnsAreReadOnceForASpan(t *testing.T) {
	t.Chdir(t.TempDir())
	const count = 41
	names := writeLayers(t, count)
	args := append(names, "--all-pairs", "-m", "cka", "--inference", "none", "-j", "1", "--max-memory", fmt.Sprint(batch.ProgramMemory+1_000_000))
	for _, part := range [][]string{nil, {"--shard", "1/2"}} {
		reads := map[string]int{}
		var mu sync.Mutex
		o := New()
		o.Read = func(path string) (*data.Dataset, error) {
			mu.Lock()
			defer mu.Unlock()
			reads[path]++
			return dataio.Read(path, dataio.Options{})
		}
		verbtest.Succeed(t, o, slices.Concat(args, part)...)
		var columns []int // from the first row of each span on to that of the next
		for k, path := range names {
			switch spans := reads[path]; {
			case part != nil && k < 2: // which tell what a typical pair is
			case spans == len(columns)+1:
				columns = append(columns, 1)
			case spans > 0 && spans == len(columns):
				columns[spans-1]++
			case spans > 0 || part == nil:
				t.Fatalf("%v: %s is read %d times: %v", part, path, spans, reads)
			}
		}
		if items := len(bands(allPairs(names))); len(columns) < 2 || len(columns) > items/3 {
			t.Errorf("%v: spans of %v columns for %d bands", part, columns, items)
		}
		for _, n := range columns[:len(columns)-1] {
			if part == nil && n != columns[0] {
				t.Errorf("spans of %v rows", columns)
			}
		}
	}
}

// As many rows are in work together as memory allows, with the scores that wait for their
// turn: no plan takes more than it may, and one of more rows would.
func TestSpansFillTheMemoryAndNoMore(t *testing.T) {
	m, err := measures.Parse("cka")
	if err != nil {
		t.Fatal(err)
	}
	inner, _ := measures.As[measures.InnerProduct](m)
	v, ok := inner.Vectors(measures.Dims{N: 1000, P: 500, Q: 500}, nil)
	if !ok {
		t.Fatal("no vectors")
	}
	const systems, system = 300, 8 * 1000 * 500
	for _, row := range []int64{0, 300 << 10, 30 << 20} {
		for _, work := range []int64{0, 40 << 20, 4 << 30} {
			last := 0
			for limit := int64(100 << 20); limit < 8<<30; limit += limit / 3 {
				n := &needs{
					kinds: []kind{{v, 1000}}, sizes: map[string]footprint{}, systems: systems, limit: limit, work: work,
					keeps: keeps{matrices: 1 << 20}, ahead: func(rows int) int64 { return row * int64(rows) },
				}
				for i := range systems {
					n.sizes[fmt.Sprint(i)] = footprint{1000, 500, 1}
				}
				plan, kinds := n.plan()
				if plan.whole || len(kinds) == 0 {
					continue
				}
				bytes := func(rows, columns int) int64 {
					one := int64(system + 8*v.Length + 1<<20)
					tile := 8 * int64(len(v.Spans)) * int64(rows*max(rows, columns))
					return one*int64(rows+columns) + tile + row*int64(rows)
				}
				room := limit - batch.ProgramMemory
				room = min(room-min(work, room/2), mostKept/3*4) / 4 * 3
				if least := bytes(plan.rows, plan.columns); plan.rows > 2 && least > room {
					t.Errorf("%+v within %d, pairs in work %d: %d bytes", plan, limit, work, least)
				}
				if more := plan.rows*5/4 + 5; bytes(more, more/columnShare) < room {
					t.Errorf("%+v within %d, pairs in work %d: %d rows would fit", plan, limit, work, more)
				}
				if plan.rows < last {
					t.Errorf("%d rows within %d, more within less", plan.rows, limit)
				}
				last = plan.rows
			}
			if last == 0 {
				t.Error("all systems are kept in any memory")
			}
		}
	}
}

// Spans that are done before a run is stopped are not done again, and the table has the bytes
// of a run that is not stopped.
func TestSpansGoOnWhereARunWasStopped(t *testing.T) {
	t.Chdir(t.TempDir())
	args := append(writeLayers(t, 41), "--all-pairs", "-m", "cka", "--inference", "none", "-j", "1", "--max-memory", fmt.Sprint(batch.ProgramMemory+1_000_000))
	run := func(path string, stopAt int) (reads int) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		o := New()
		o.Read = func(path string) (*data.Dataset, error) {
			if reads++; reads == stopAt {
				stop()
			}
			return dataio.Read(path, dataio.Options{})
		}
		if r := verbtest.RunContext(ctx, t, o, append(args, "-o", path, "--resume")...); (r.Err != nil) != (stopAt > 0) {
			t.Errorf("stopped at %d: %v", stopAt, r.Err)
		}
		return reads
	}
	all := run("whole.csv", 0)
	first := run("stopped.csv", all*3/4)
	if rest := run("stopped.csv", 0); rest < all-first || rest > all/2 {
		t.Errorf("%d and %d files are read in place of %d", first, rest, all)
	}
	if verbtest.Text(t, "stopped.csv") != verbtest.Text(t, "whole.csv") {
		t.Error("the table is another after the run was stopped")
	}
}
