// Command peers times scores, and the linear algebra below them, for peers.py, which
// compares them with NumPy.
//
// It is a server, so that the two sides can take turns within one run. For every line
// "op size... seconds" on standard input it repeats the operation for that long and
// answers with the shortest time of one call in seconds, or with "error: ..." in lower
// case. An operation is one of ops, or the name of a measure.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gonum.org/v1/gonum/blas/blas64"

	"simtool/internal/linalg/kernel"
)

func main() {
	name := flag.String("engine", kernel.New().Name(), "kernels to time: "+strings.Join(kernel.Available(), ", "))
	busy := flag.Bool("cpu", false, "tell processor time, of all threads together, for a machine that others use too")
	flag.Parse()
	clock := wallTime
	if *busy {
		clock = processorTime
	}
	s := server{now: clock}
	if err := s.serve(*name, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

// server keeps the last call, because peers.py times each call several times.
type server struct {
	now      func() time.Duration
	prepared string // operation and sizes
	call     func()
}

// serve answers requests until in ends.
func (s *server) serve(engine string, in io.Reader, out io.Writer) error {
	impl, err := kernel.Named(engine)
	if err != nil {
		return err
	}
	blas64.Use(impl)
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		answer, err := s.request(lines.Text())
		if err != nil {
			answer = "error: " + err.Error()
		}
		if _, err := fmt.Fprintln(out, answer); err != nil {
			return err
		}
	}
	return lines.Err()
}

// request parses one line and times its operation.
func (s *server) request(line string) (string, error) {
	fields := strings.Fields(line)
	if slices.Equal(fields, []string{"name"}) {
		return blas64.Implementation().(kernel.Implementation).Name(), nil
	}
	if len(fields) < 2 {
		return "", fmt.Errorf("%q: want op, sizes and seconds", line)
	}
	op, ok := ops[fields[0]]
	var err error
	if !ok {
		if op, err = scoring(fields[0]); err != nil {
			return "", fmt.Errorf("neither an operation nor a measure: %w", err)
		}
	}
	last := len(fields) - 1
	seconds, err := strconv.ParseFloat(fields[last], 64)
	if err != nil {
		return "", fmt.Errorf("%q: want seconds: %w", line, err)
	}
	var sizes []int
	for _, f := range fields[1:last] {
		n, err := strconv.Atoi(f)
		if err != nil || n < 1 {
			return "", fmt.Errorf("%q: size %q is not a positive number", line, f)
		}
		sizes = append(sizes, n)
	}
	if len(sizes) != op.sizes {
		return "", fmt.Errorf("%q: %s takes %d sizes", line, fields[0], op.sizes)
	}
	if request := strings.Join(fields[:last], " "); request != s.prepared {
		s.call, s.prepared = op.prepare(sizes), request
	}
	best := shortest(s.call, s.now, time.Duration(seconds*float64(time.Second)))
	return strconv.FormatFloat(best, 'g', -1, 64), nil
}

// shortest repeats f for about the given time and returns the shortest time of
// one call in seconds. Calls too short for the clock are timed in batches.
func shortest(f func(), now func() time.Duration, budget time.Duration) float64 {
	const tick = 200 * time.Microsecond
	batch := 1
	for {
		start := now()
		for range batch {
			f()
		}
		if d := now() - start; d >= tick || d >= budget {
			break
		}
		batch *= 2
	}
	best := time.Duration(1<<63 - 1)
	for end := now() + budget; ; {
		start := now()
		for range batch {
			f()
		}
		stop := now()
		best = min(best, stop-start)
		if stop > end {
			return best.Seconds() / float64(batch)
		}
	}
}

var begin = time.Now()

// wallTime is the time since the program began.
func wallTime() time.Duration { return time.Since(begin) }

// processorTime is the time of all threads, the garbage collector included.
func processorTime() time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		panic(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}
