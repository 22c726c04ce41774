//go:build linux

// Command speed compares whole processes: an earlier build of simtool, the present one,
// and NumPy where a row has a peer (peer.py). It writes the page docs/speed.md to standard
// output.
//
//	go run ./internal/bench/speed [-forecasts] [-before PROGRAM] [-runs 20] [-budget 7m] [-only REGEXP] [-python PATH] [-peers bin/peers] [-torch bin/torch] bin/simtool
//
// Each side has one thread, and all take turns. Processor time counts, which other users
// of the machine disturb least, and the peak of the memory; both are medians. The peer's
// time begins after its imports, simtool's is that of the whole process. There follow what
// two threads gain, and what is timed within a process.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

var (
	before   = flag.String("before", "", "an earlier build to compare with")
	runs     = flag.Int("runs", 20, "paired runs of each row")
	budget   = flag.Duration("budget", 7*time.Minute, "time for the paired runs of all rows; slow rows take fewer when it runs out")
	only     = flag.String("only", ".", "rows whose name matches")
	python   = flag.String("python", "/usr/bin/python3", "an interpreter that has NumPy")
	script   = flag.String("script", "internal/bench/speed/peer.py", "the peers")
	inside   = flag.String("peers", "", "the program of internal/bench/peers, for what happens within a process")
	torch    = flag.String("torch", "", "the program of internal/bench/torch, for optimisers")
	foretell = flag.Bool("forecasts", false, "only the table of what is foretold of fits")
	longest  = flag.Duration("longest", time.Minute, "time after which a process is given up")
)

// dataOf is an argument for the program itself: it then writes the data of the row of that
// name into a directory. A process inherits the peak of memory of the one that starts it,
// so that this one must stay small.
const dataOf = "data-of"

// prepare writes the data of a row, in a process of its own.
func (b *bench) prepare(r row) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if out, err := exec.Command(self, dataOf, r.name, b.dir).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// writeData writes the data of a row.
func writeData(name, dir string) error {
	all := slices.Concat(rows, threaded, fitted)
	at := slices.IndexFunc(all, func(r row) bool { return r.name == name })
	if at < 0 {
		return fmt.Errorf("no row %q", name)
	}
	return all[at].data(dir)
}

func main() {
	flag.Parse()
	work := func() error { return measure(flag.Arg(0)) }
	if flag.Arg(0) == dataOf {
		work = func() error { return writeData(flag.Arg(1), flag.Arg(2)) }
	}
	if err := work(); err != nil {
		fmt.Fprintln(os.Stderr, "speed:", err)
		os.Exit(1)
	}
}

// cost is what a process took. given up, it is at least that.
type cost struct {
	seconds float64 // of processors
	peak    float64 // MB
	givenUp bool
}

// bench has the programs and a directory of data.
type bench struct {
	now, before, dir, peer string

	slower []string // rows whose median is more than 3 % slower than before
	fewest int      // paired runs of the row that had the fewest
}

func measure(program string) error {
	pattern, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	b := &bench{}
	for path, to := range map[string]*string{program: &b.now, *before: &b.before, *script: &b.peer} {
		if path == "" {
			continue
		}
		if *to, err = filepath.Abs(path); err != nil {
			return err
		}
	}
	if exec.Command(*python, "-c", "import numpy, scipy").Run() != nil {
		b.peer = ""
	}
	if b.dir, err = os.MkdirTemp("", "simtool-speed-"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(b.dir) }()
	if *foretell {
		return b.forecasts(pattern)
	}
	b.preface()
	mine := slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return !pattern.MatchString(r.name) })
	end := time.Now().Add(*budget)
	for i, r := range mine {
		// Rows that are done early leave their time to later ones.
		if err := b.row(r, time.Now().Add(time.Until(end)/time.Duration(len(mine)-i)*2)); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	b.verdict()
	if err := b.forecasts(pattern); err != nil {
		return err
	}
	if err := b.threads(pattern); err != nil {
		return err
	}
	if err := b.optimisers(); err != nil {
		return err
	}
	if err := b.within(); err != nil {
		return err
	}
	fmt.Printf("\n%s", limits)
	return nil
}

// fewestRuns is the number of paired runs that a row has in any case.
const fewestRuns = 3

// row measures a row, one process of each side after the other, until a time, and prints
// it.
func (b *bench) row(r row, until time.Time) error {
	if err := b.prepare(r); err != nil {
		return err
	}
	var old, now, peer []cost
	var ratios []float64
	for i := range *runs {
		if i >= fewestRuns && time.Now().After(until) {
			break
		}
		c, err := b.run(b.now, r.args...)
		if err != nil {
			return err
		}
		now = append(now, c)
		if b.before != "" && (len(old) == 0 || !old[0].givenUp) {
			o, err := b.run(b.before, r.args...)
			if err != nil {
				return err
			}
			old = append(old, o)
			ratios = append(ratios, o.seconds/c.seconds)
		}
		if r.peer != "" && b.peer != "" {
			p, err := b.run(*python, append([]string{"-B", b.peer}, strings.Fields(r.peer)...)...)
			if err != nil {
				return err
			}
			peer = append(peer, p)
		}
	}
	mine, text := middle(now), ""
	if peer != nil {
		theirs := middle(peer)
		text = fmt.Sprintf("%s | %.2f", theirs, theirs.seconds/mine.seconds)
		if theirs.seconds < mine.seconds {
			text += " **behind**"
		}
	} else {
		text = "– | –"
	}
	gain := "–"
	if len(ratios) > 0 {
		slices.Sort(ratios)
		median := ratios[len(ratios)/2]
		gain = fmt.Sprintf("%.2f", median)
		if old[0].givenUp {
			gain = "> " + gain
		}
		if median < 1/1.03 {
			b.slower = append(b.slower, fmt.Sprintf("%s (%.2f)", r.name, median))
			gain += " **slower**"
		}
		if b.fewest == 0 || len(now) < b.fewest {
			b.fewest = len(now)
		}
	}
	fmt.Printf("| %s | %d | %s | %s | %s | %s | %s |\n", r.name, len(now), middle(old), mine, gain, text, b.forecast(r, mine))
	return nil
}

// forecast returns what --dry-run says of the time and the memory of a score or a fit, over
// what they were.
func (b *bench) forecast(r row, was cost) string {
	if r.args[0] != "score" && r.args[0] != "mlem" {
		return "–"
	}
	seconds, megabytes, ok := b.foretold(r.args)
	if !ok {
		return "none"
	}
	return fmt.Sprintf("%.1f, %.1f", seconds/was.seconds, megabytes/was.peak)
}

// verdict says which rows became slower.
func (b *bench) verdict() {
	switch {
	case b.before == "":
	case len(b.slower) == 0:
		fmt.Printf("\nNo row is slower than before by more than 3 %% in the median of its paired runs (%d at least).\n", b.fewest)
	default:
		fmt.Printf("\nSlower than before by more than 3 %% in the median: %s.\n", strings.Join(b.slower, "; "))
	}
}

// run runs a program in the directory of the data, on one thread. A peer says on standard
// output how many seconds of processor time it took; of simtool the system knows.
func (b *bench) run(program string, args ...string) (cost, error) {
	ctx, cancel := context.WithTimeout(context.Background(), *longest)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1")
	var out, complaint strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err := cmd.Run()
	if cmd.ProcessState == nil {
		return cost{}, err
	}
	c := cost{seconds: (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()}
	c.peak = float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) / 1e3
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		c.givenUp = true
		return c, nil
	}
	if err != nil {
		return c, fmt.Errorf("%s: %w: %s", cmd, err, complaint.String())
	}
	if program == *python {
		if _, err := fmt.Sscan(out.String(), &c.seconds); err != nil {
			return c, fmt.Errorf("%s: %q: %w", cmd, out.String(), err)
		}
	}
	return c, nil
}

// middle returns the medians of seconds and of memory.
func middle(costs []cost) cost {
	if len(costs) == 0 {
		return cost{}
	}
	of := func(value func(cost) float64) float64 {
		var values []float64
		for _, c := range costs {
			values = append(values, value(c))
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return cost{of(func(c cost) float64 { return c.seconds }), of(func(c cost) float64 { return c.peak }), costs[0].givenUp}
}

func (c cost) String() string {
	switch {
	case c == cost{}:
		return "–"
	case c.givenUp:
		return fmt.Sprintf("> %.0f s", c.seconds)
	case c.seconds < 0.1:
		return fmt.Sprintf("%.1f ms, %.0f MB", 1e3*c.seconds, c.peak)
	default:
		return fmt.Sprintf("%.2f s, %.0f MB", c.seconds, c.peak)
	}
}
