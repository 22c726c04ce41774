//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"time"
)

// threadRuns is the number of paired runs on one thread and on two.
const threadRuns = 5

// threads writes the table of what two threads gain. Here the time on the clock counts:
// other users of the machine disturb it.
func (b *bench) threads(pattern *regexp.Regexp) error {
	fmt.Print(`
## Two threads

Medians of the time on the clock, of one thread (GOMAXPROCS=1) and of two, in turns; *work* is the
processor time of two threads over that of one: 1 where no thread waits actively for another.

| work | one thread | two threads | gain | work |
|---|---|---|---|---|
`)
	for _, r := range threaded {
		if !pattern.MatchString(r.name) {
			continue
		}
		if err := b.prepare(r); err != nil {
			return err
		}
		var clock, work [2][]float64
		for range threadRuns {
			for i := range 2 {
				seconds, used, err := b.onThreads(i+1, r.args)
				if err != nil {
					return fmt.Errorf("%s: %w", r.name, err)
				}
				clock[i], work[i] = append(clock[i], seconds), append(work[i], used)
			}
		}
		one, two := median(clock[0]), median(clock[1])
		fmt.Printf("| %s | %.3f s | %.3f s | %.2f | %.2f |\n", r.name, one, two, one/two, median(work[1])/median(work[0]))
	}
	return nil
}

// onThreads runs the present build on so many threads, and returns the seconds on the clock
// and of processors.
func (b *bench) onThreads(n int, args []string) (clock, used float64, err error) {
	cmd := exec.Command(b.now, args...)
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", n))
	begin := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, 0, fmt.Errorf("%w: %s", err, out)
	}
	clock = time.Since(begin).Seconds()
	return clock, (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), nil
}

func median(values []float64) float64 {
	values = slices.Clone(values)
	slices.Sort(values)
	return values[len(values)/2]
}
