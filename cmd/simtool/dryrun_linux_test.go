package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"simtool/internal/io"
)

// TestForecastsBoundMemory compares the memory that --dry-run announces with what a
// run had, as the kernel tells while it is alive. The sizes are such that the
// program itself is the smaller part.
func TestForecastsBoundMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	dir := t.TempDir()
	for name, shape := range map[string][2]int{"tall.npy": {8000, 100}, "tall2.npy": {8000, 100}, "wide.npy": {300, 1200}, "pairs.npy": {600, 60}, "broad.npy": {4000, 500}} {
		writeNormal(t, filepath.Join(dir, name), shape[0], shape[1])
	}
	output(t, dir, "mlem", "simulate", "--stimuli", "1200", "--features", "6", "-q", "-o", "sim")
	for name, args := range map[string][]string{
		"moments":                {"moments", "broad.npy", "broad.npy", "-o", "m.npz"},
		"optimize":               {"optimize", "tall.npy", "-m", "cka", "--max-iter", "4", "-o", "adam"},
		"optimize, wide":         {"optimize", "wide.npy", "-m", "linreg", "--max-iter", "2", "-o", "wide"},
		"optimize in a subspace": {"optimize", "tall.npy", "-m", "nbs", "--method", "lbfgs", "--restarts", "2", "--max-iter", "4", "-o", "lbfgs"},
		"targets":                {"joint-range", "tall.npy", "-m", "cka,nbs", "--grid", "2", "--steps", "5"},
		"ranges":                 {"joint-range", "--shape", "150,50,50", "-m", "cka,rsa:rdm=euclidean", "--at", "0.5", "--restarts", "1"},
		"changes":                {"pc-sensitivity", "tall.npy", "--components", "1-3", "--change", "remove", "-m", "cka,linreg:cv=5"},
		"learning":               {"pc-sensitivity", "tall.npy", "--learning-order", "-m", "cka", "--max-iter", "4"},
		"influence":              {"influence", "tall.npy", "tall2.npy", "-m", "nbs", "--wrt", "x"},
		"influence of pairs":     {"influence", "pairs.npy", "pairs.npy", "-m", "cka,rsa:compare=spearman", "--wrt", "samples", "--top", "3"},
		"influence, wide":        {"influence", "wide.npy", "wide.npy", "-m", "linreg", "--wrt", "samples"},
		"fit":                    {"mlem", "fit", "--features", "sim/features.csv", "--neural", "sim/y.npy", "-o", "fit"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append(args, "-q", "-j", "2")
			said := output(t, dir, append(args, "--dry-run")...)
			found := regexp.MustCompile(`(?m)^memory: at most (\d+) MB`).FindStringSubmatch(said)
			if found == nil {
				t.Fatalf("no bound in %q", said)
			}
			bound, err := strconv.Atoi(found[1])
			if err != nil {
				t.Fatal(err)
			}
			const loose = 5 // a bound that is so many times too large helps nobody
			if peak := peakOf(t, dir, args...); peak > bound || bound > loose*peak {
				t.Errorf("%d MB were used, and at most %d announced", peak, bound)
			}
		})
	}
}

// output runs simtool and returns what it writes to standard output.
func output(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := simtoolIn(t, dir, args...).Output()
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return string(out)
}

// writeNormal writes random numbers.
func writeNormal(t *testing.T, path string, n, p int) {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(n), uint64(p)))
	values := make([]float64, n*p)
	for i := range values {
		values[i] = r.NormFloat64()
	}
	if _, err := dataio.WriteFile(path, dataio.WriteOptions{}, func(f *dataio.AtomicFile) error {
		return dataio.EncodeNPY(f, dataio.Float64, values, n, p)
	}); err != nil {
		t.Fatal(err)
	}
}

// peakOf runs simtool and returns the most memory that it was seen to have, in MB.
func peakOf(t *testing.T, dir string, args ...string) int {
	t.Helper()
	cmd, stderr := simtoolIn(t, dir, args...), &bytes.Buffer{}
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	resident, peak := regexp.MustCompile(`VmHWM:\s*(\d+) kB`), 0
	for {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("%v\n%s", err, stderr)
			}
			return peak
		case <-time.After(time.Millisecond):
			status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
			if m := resident.FindSubmatch(status); m != nil {
				kb, _ := strconv.Atoi(string(m[1]))
				peak = max(peak, kb>>10)
			}
		}
	}
}
