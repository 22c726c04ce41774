//go:build linux

// Command batch measures the overhead of simtool in a batch: the time to start, the time
// per item when items are tiny, the growth of items per second with --jobs and with
// processes that share the work as shards, and the time of merging. Wall time and
// processor time are those of whole processes, as the system counts them. It prints the
// median of several runs.
//
//	go run ./internal/bench/batch [-runs 5] [-rows 1000000] bin/simtool
package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	runs := flag.Int("runs", 5, "runs of which the median is taken")
	rows := flag.Int("rows", 1_000_000, "rows to merge")
	flag.Parse()
	if err := measure(flag.Arg(0), *runs, *rows); err != nil {
		fmt.Fprintln(os.Stderr, "batch:", err)
		os.Exit(1)
	}
}

// bench runs one program in a temporary directory.
type bench struct {
	program, dir string
	runs         int
}

// cost holds the times and the memory of a run, or of several concurrent runs.
type cost struct {
	wall, cpu time.Duration
	peak      int64 // bytes, of the largest process
}

func measure(program string, runs, rows int) error {
	program, err := filepath.Abs(program)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "simtool-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	b := &bench{program, dir, runs}
	for _, part := range []func() error{b.start, b.overhead, b.scaling} {
		if err := part(); err != nil {
			return err
		}
	}
	for _, n := range []int{rows / 10, rows} {
		if err := b.merging(n); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) start() error {
	c, err := b.median([]string{"version"})
	c.report("start", "")
	return err
}

// tinyMeasures are fast measures, and tinyRows is their number.
const tinyMeasures, tinyRows = "cka,nbs,procrustes,cca,linreg,shape,svcca,pwcca,ridge,ensd", 10

// overhead scores pairs of 20 samples and 3 features, whose scores take little time.
func (b *bench) overhead() error {
	for _, items := range []int{5_000, 100_000} {
		if err := b.write("t", 100, 20, 3, items); err != nil {
			return err
		}
		c, err := b.median([]string{"score", "--list", "t.txt", "-m", "cka", "-j", "1", "-o", "t.csv", "--force"})
		if err != nil {
			return err
		}
		c.report(fmt.Sprintf("%d tiny items", items), fmt.Sprintf("%.1f µs of processor time per item", float64(c.cpu.Microseconds())/float64(items)))
	}
	return nil
}

// scaling scores pairs that take some hundredths of a second each.
func (b *bench) scaling() error {
	const items = 64
	if err := b.write("s", 9, 400, 20, items); err != nil {
		return err
	}
	score := func(jobs int, shard string) []string {
		return []string{
			"score", "--list", "s.txt", "-m", "rsa:compare=kendall", "-j", fmt.Sprint(jobs),
			"--shard", shard, "-o", "s" + strings.ReplaceAll(shard, "/", "-") + ".csv", "--force",
		}
	}
	for _, v := range []struct {
		name     string
		commands [][]string
	}{
		{"1 process, --jobs 1", [][]string{score(1, "0/1")}},
		{"1 process, --jobs 2", [][]string{score(2, "0/1")}},
		{"2 shards, --jobs 1", [][]string{score(1, "0/2"), score(1, "1/2")}},
	} {
		c, err := b.median(v.commands...)
		if err != nil {
			return err
		}
		c.report(v.name, fmt.Sprintf("%.1f items/s", items/c.wall.Seconds()))
	}
	return nil
}

// merging merges 10 parts of rows together.
func (b *bench) merging(rows int) error {
	const parts = 10
	if err := b.write("m", 100, 20, 3, rows/tinyRows); err != nil {
		return err
	}
	for _, format := range []string{"csv", "jsonl"} {
		merge := []string{"merge", "-o", "merged." + format, "--force"}
		for i := range parts {
			part := fmt.Sprintf("part%d.%s", i, format)
			args := []string{"score", "--list", "m.txt", "-m", tinyMeasures, "--shard", fmt.Sprintf("%d/%d", i, parts), "-o", part, "--force"}
			if _, err := b.run(args); err != nil {
				return err
			}
			merge = append(merge, part)
		}
		c, err := b.median(merge)
		if err != nil {
			return err
		}
		c.report(fmt.Sprintf("merge of %d rows of %s", rows, format), "")
	}
	return nil
}

// write writes files of random numbers NAME0.csv ..., and NAME.txt with a list of
// pairs of them.
func (b *bench) write(name string, files, samples, features, pairs int) error {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range files {
		var text strings.Builder
		for range samples {
			for k := range features {
				if k > 0 {
					text.WriteByte(',')
				}
				fmt.Fprintf(&text, "%.4f", r.NormFloat64())
			}
			text.WriteByte('\n')
		}
		if err := os.WriteFile(filepath.Join(b.dir, fmt.Sprintf("%s%d.csv", name, i)), []byte(text.String()), 0o666); err != nil {
			return err
		}
	}
	var list strings.Builder
	for i := range pairs {
		fmt.Fprintf(&list, "%s%d.csv %s%d.csv\n", name, i%files, name, (i/files+1+i)%files)
	}
	return os.WriteFile(filepath.Join(b.dir, name+".txt"), []byte(list.String()), 0o666)
}

// median runs commands side by side, several times.
func (b *bench) median(commands ...[]string) (cost, error) {
	var all []cost
	for range b.runs {
		c, err := b.run(commands...)
		if err != nil {
			return c, err
		}
		all = append(all, c)
	}
	of := func(value func(cost) int64) int64 {
		values := make([]int64, len(all))
		for i, c := range all {
			values[i] = value(c)
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return cost{
		wall: time.Duration(of(func(c cost) int64 { return int64(c.wall) })),
		cpu:  time.Duration(of(func(c cost) int64 { return int64(c.cpu) })),
		peak: of(func(c cost) int64 { return c.peak }),
	}, nil
}

func (b *bench) run(commands ...[]string) (cost, error) {
	var c cost
	var running []*exec.Cmd
	begun := time.Now()
	for _, args := range commands {
		cmd := exec.Command(b.program, args...)
		cmd.Dir = b.dir
		var stderr strings.Builder
		cmd.Stderr = &stderr
		if err := cmd.Start(); err != nil {
			return c, err
		}
		running = append(running, cmd)
	}
	for _, cmd := range running {
		if err := cmd.Wait(); err != nil {
			return c, fmt.Errorf("%s: %w: %s", cmd, err, cmd.Stderr)
		}
		usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
		c.cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		c.peak = max(c.peak, int64(usage.Maxrss)<<10) //nolint:unconvert // of another type on small machines; kilobytes
	}
	c.wall = time.Since(begun)
	return c, nil
}

func (c cost) report(name, note string) {
	fmt.Printf("%-30s %8.3f s wall %8.3f s processor %7.1f MB peak   %s\n", name, c.wall.Seconds(), c.cpu.Seconds(), float64(c.peak)/1e6, note)
}
