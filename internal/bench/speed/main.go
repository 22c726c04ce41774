//go:build linux

// Command speed compares whole processes: an earlier build of simtool, the present one,
// and NumPy where a row has a peer (peer.py). It writes the page docs/speed.md to standard
// output.
//
//	go run ./internal/bench/speed [-before PROGRAM] [-runs 5] [-only REGEXP] [-python PATH] [-peers bin/peers] bin/simtool
//
// Each side has one thread, and all take turns. Processor time counts, which other users
// of the machine disturb least, and the peak of the memory; both are medians. The peer's
// time begins after its imports, simtool's is that of the whole process.
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
	before  = flag.String("before", "", "an earlier build to compare with")
	runs    = flag.Int("runs", 5, "paired runs of each row")
	only    = flag.String("only", ".", "rows whose name matches")
	python  = flag.String("python", "/usr/bin/python3", "an interpreter that has NumPy")
	script  = flag.String("script", "internal/bench/speed/peer.py", "the peers")
	inside  = flag.String("peers", "", "the program of internal/bench/peers, for what happens within a process")
	longest = flag.Duration("longest", time.Minute, "time after which a process is given up")
)

func main() {
	flag.Parse()
	if err := measure(flag.Arg(0)); err != nil {
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
	b.preface()
	for _, r := range rows {
		if !pattern.MatchString(r.name) {
			continue
		}
		if err := b.row(r); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	fmt.Printf("\n%s", limits)
	return b.within()
}

// row measures a row, one process of each side after the other, and prints it.
func (b *bench) row(r row) error {
	if err := r.data(b.dir); err != nil {
		return err
	}
	var old, now, peer []cost
	var ratios []float64
	for range *runs {
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
		gain = fmt.Sprintf("%.2f", ratios[len(ratios)/2])
		if old[0].givenUp {
			gain = "> " + gain
		}
	}
	fmt.Printf("| %s | %s | %s | %s | %s |\n", r.name, middle(old), mine, gain, text)
	return nil
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
