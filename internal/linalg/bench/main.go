// Command bench times the kernels of package linalg for peers.py, which puts
// them side by side with NumPy.
//
// It is a server, so that the two sides can take turns within one run: for
// every line "op size...  seconds" on standard input it repeats the operation
// for that long and answers with the shortest time of one call in seconds, or
// with "error: ..." in lower case.
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
	"time"

	"gonum.org/v1/gonum/blas/blas64"

	"simtool/internal/linalg/kernel"
)

func main() {
	name := flag.String("engine", kernel.New().Name(), "kernels to time: "+strings.Join(kernel.Available(), ", "))
	flag.Parse()
	if err := serve(*name, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// serve answers requests until in ends.
func serve(engine string, in io.Reader, out io.Writer) error {
	impl, err := kernel.Named(engine)
	if err != nil {
		return err
	}
	blas64.Use(impl)
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		answer, err := request(lines.Text())
		if err != nil {
			answer = "error: " + err.Error()
		}
		if _, err := fmt.Fprintln(out, answer); err != nil {
			return err
		}
	}
	return lines.Err()
}

// request parses one line and times what it asks for.
func request(line string) (string, error) {
	fields := strings.Fields(line)
	if slices.Equal(fields, []string{"name"}) {
		return blas64.Implementation().(kernel.Implementation).Name(), nil
	}
	if len(fields) < 2 {
		return "", fmt.Errorf("%q: want op, sizes and seconds", line)
	}
	op, ok := ops[fields[0]]
	if !ok {
		return "", fmt.Errorf("unknown operation %q", fields[0])
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
	best := shortest(op.prepare(sizes), time.Duration(seconds*float64(time.Second)))
	return strconv.FormatFloat(best, 'g', -1, 64), nil
}

// shortest repeats f for about the given time and returns the shortest time of
// one call in seconds. Calls too short for the clock are timed in batches.
func shortest(f func(), budget time.Duration) float64 {
	const tick = 50 * time.Microsecond
	batch := 1
	for start := time.Now(); ; start = time.Now() {
		for range batch {
			f()
		}
		if d := time.Since(start); d >= tick || d >= budget {
			break
		}
		batch *= 2
	}
	best := time.Duration(1<<63 - 1)
	for end := time.Now().Add(budget); ; {
		start := time.Now()
		for range batch {
			f()
		}
		now := time.Now()
		best = min(best, now.Sub(start))
		if now.After(end) {
			return best.Seconds() / float64(batch)
		}
	}
}
