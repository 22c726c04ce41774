package score

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"simtool/internal/data"
	"simtool/internal/measures"
	"simtool/internal/verb/verbtest"
)

// fakeRows has the number of the row in each column.
type fakeRows struct {
	samples, at int
	fails       int // from this row on, 0 for never
	read        *atomic.Int64
}

type fakeBlock []float64

func (b fakeBlock) Decode(to []float64) { copy(to, b) }

func (r *fakeRows) Name() string                 { return "fake" }
func (r *fakeRows) Samples() int                 { return r.samples }
func (r *fakeRows) Width() int                   { return 2 }
func (r *fakeRows) Precision() data.Precision    { return data.Precision{} }
func (r *fakeRows) Shape() []int                 { return []int{r.samples, 2} }
func (r *fakeRows) Source() (data.Source, error) { return data.Source{Path: "fake"}, nil }
func (r *fakeRows) Close()                       {}
func (r *fakeRows) Next(rows int, _ measures.RowBlock) (measures.RowBlock, error) {
	if rows > r.samples-r.at {
		return nil, io.EOF
	}
	out := make(fakeBlock, 0, 2*rows)
	for range rows {
		if r.fails > 0 && r.at >= r.fails {
			return nil, errors.New("a bad row")
		}
		out = append(out, float64(r.at), -float64(r.at))
		r.at++
	}
	r.read.Add(int64(rows))
	return out, nil
}

// Pairs that read in steps of their own, and some of them several times, see every row in
// order, and each file is read once a round. A pair whose file is bad says so, and the others
// go on; no pair waits for one that is done.
func TestScanReadsOnceForAllPairs(t *testing.T) {
	const files, samples = 6, 1009
	for _, jobs := range []int{1, 2, 7} {
		for _, part := range []int{1, 64, 5000} {
			var read, opened atomic.Int64
			open := func(path string, _ bool) (openRows, error) {
				opened.Add(1)
				switch path {
				case "missing":
					return nil, errors.New("no such file")
				case "bad":
					return &fakeRows{samples: samples, fails: 500, read: new(atomic.Int64)}, nil
				}
				return &fakeRows{samples: samples, read: &read}, nil
			}
			var pairs [][2]string
			for i := range files {
				for j := i; j < files; j++ {
					pairs = append(pairs, [2]string{fmt.Sprint(i), fmt.Sprint(j)})
				}
			}
			good := len(pairs)
			pairs = append(pairs, [2]string{"0", "missing"}, [2]string{"bad", "1"})
			scan, stop := newScan(context.Background(), len(pairs), jobs, part, open)
			failed := make([]error, len(pairs))
			var wait sync.WaitGroup
			for k, p := range pairs {
				wait.Go(func() {
					mine := scan.pair()
					defer mine.end()
					for range 1 + k%3 {
						if failed[k] = readFake(mine, p, 1+37*k%300, samples); failed[k] != nil {
							return
						}
					}
				})
			}
			wait.Wait()
			stop()
			for k, err := range failed {
				if (err != nil) != (k >= good) {
					t.Errorf("%d jobs, parts of %d: pair %v: %v", jobs, part, pairs[k], err)
				}
			}
			wanted := map[string]bool{} // files in rounds
			for k, p := range pairs[:good] {
				for round := range 1 + k%3 {
					wanted[fmt.Sprint(round, p[0])], wanted[fmt.Sprint(round, p[1])] = true, true
				}
			}
			// The bad pair reads a part of file 1 in the first round, which is read anyway.
			if want := int64(len(wanted) * samples); read.Load() != want {
				t.Errorf("%d jobs, parts of %d: %d rows are read in place of %d", jobs, part, read.Load(), want)
			}
		}
	}
}

// readFake reads two files in steps of some rows.
func readFake(by *scanPair, paths [2]string, step, samples int) error {
	x, y, err := by.openPair(paths[0], paths[1], false)
	if err != nil {
		return err
	}
	defer x.Close()
	defer y.Close()
	for at := 0; at < samples; at += step {
		n := min(step, samples-at)
		for _, r := range []openRows{x, y} {
			b, err := r.Next(n, nil)
			if err != nil {
				return err
			}
			values := make([]float64, 2*n)
			b.Decode(values)
			for i := range n {
				if want := float64(at + i); values[2*i] != want || values[2*i+1] != -want {
					return fmt.Errorf("row %d is %v", at+i, values[2*i:2*i+2])
				}
			}
		}
	}
	if _, err := x.Next(1, nil); !errors.Is(err, io.EOF) {
		return fmt.Errorf("after the end: %w", err)
	}
	return nil
}

// A run that ends wakes the pairs that wait.
func TestScanEndsWithItsRun(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	scan, stop := newScan(ctx, 2, 2, 8, func(string, bool) (openRows, error) {
		return &fakeRows{samples: 8, read: new(atomic.Int64)}, nil
	})
	defer stop()
	ended := errors.New("ended")
	done := make(chan error)
	go func() {
		mine := scan.pair()
		defer mine.end()
		_, _, err := mine.openPair("a", "b", false) // the other pair never comes
		done <- err
	}()
	cancel(ended)
	if err := <-done; !errors.Is(err, ended) {
		t.Errorf("got %v, want %v", err, ended)
	}
}

// A matrix whose systems are read block by block has the numbers of pairs that are scored
// one by one, with the same bytes for any number of jobs, tiles and parts, and its systems
// are opened once for each tile and pass.
func TestTilesHaveTheScoresOfPairs(t *testing.T) {
	t.Chdir(t.TempDir())
	names := writeLayers(t, 5)
	defer func(above, share int64) { streamAbove, allPairsShare = above, share }(streamAbove, allPairsShare)
	streamAbove, allPairsShare = 1, 1<<60
	args := append([]string{"--all-pairs", "-m", "cka,linreg", "--max-memory", "135M"}, names...)
	want := ""
	for _, jobs := range []string{"1", "7"} {
		got := verbtest.Succeed(t, New(), append(args, "-j", jobs)...).Stdout
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("%s jobs give\n%s\none\n%s", jobs, got, want)
		}
	}
	lines := strings.Split(strings.TrimSpace(want), "\n")
	if len(lines) != 1+5*6/2+25 {
		t.Fatalf("%d lines", len(lines))
	}
	for _, pair := range [][2]int{{0, 0}, {4, 2}, {1, 4}} {
		x, y := names[pair[0]], names[pair[1]]
		one := verbtest.Succeed(t, New(), x, y, "-m", "cka,linreg", "--max-memory", "135M", "--format", "csv").Stdout
		found := 0
		for _, line := range strings.Split(strings.TrimSpace(one), "\n")[1:] {
			if strings.Contains(want, "\n"+line+"\n") {
				found++
			}
		}
		if least := 1; found < least || pair[0] <= pair[1] && found != 2 {
			t.Errorf("of %s with %s %d rows are in the matrix:\n%s", x, y, found, one)
		}
	}
}
