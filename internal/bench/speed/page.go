//go:build linux

package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"simtool/internal/linalg/kernel"
)

// preface writes the head of the page: the machine, the versions and the head of the table.
func (b *bench) preface() {
	output := func(name string, args ...string) string {
		text, err := exec.Command(name, args...).Output()
		if err != nil {
			return "none"
		}
		return strings.TrimSpace(string(text))
	}
	fmt.Printf(`# Speed: whole processes on one thread

%[1]smake bench-speed BEFORE=PROGRAM%[1]s writes this page: an earlier build, the present one and
NumPy take turns, %[2]d times each. Processor time and the peak of memory are medians; *gain* is the
median of the ratios of paired runs. NumPy's time begins after its imports (0.1 s or more), that
of simtool is the whole process, its start included. Only ratios carry over to other machines.

%[3]s, %[4]s kernels, %[5]s; before: %[6]s; %[7]s.

| work | before | now | gain | NumPy | NumPy ÷ now |
|---|---|---|---|---|---|
`, "`", *runs, processor(), kernel.New().Name(), runtime.Version(), orNone(b.before, output(b.before, "version")),
		orNone(b.peer, output(*python, "-c", "import numpy, scipy, sys; print('Python', sys.version.split()[0]+', NumPy', numpy.__version__+', SciPy', scipy.__version__)")))
}

func orNone(path, version string) string {
	if path == "" {
		return "none"
	}
	return version
}

// processor returns the name of the processor.
func processor() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, ok := strings.CutPrefix(lines.Text(), "model name"); ok {
			return strings.TrimLeft(name, "\t: ")
		}
	}
	return "unknown processor"
}

// small are rows of peers.py that a process of their own would hide.
var small = []string{
	"svd 10 10", "svd 20 20", "svd 32 32", "svd 64 64", "eigh 10", "eigh 20", "eigh 32", "eigh 64",
	"polar 10 10", "polar 20 20", "nuclear 10 10", "nuclear 20 20", "nuclear 64 64", "gemm 512", "xty 20000 200",
}

// within writes the table of what is timed within a process, by the programs of peers.
func (b *bench) within() error {
	if *inside == "" || b.peer == "" {
		return nil
	}
	args := append([]string{"-B", "internal/bench/peers/peers.py", *inside, "-c", "-s", "0.05", "-r", "8"}, small...)
	text, err := exec.Command(*python, args...).Output()
	if err != nil {
		return fmt.Errorf("peers.py: %w", err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	fmt.Printf(`
## Within a process

%s, in turns, the shortest processor time of one call. Calls of NumPy from Python take about 2 µs
by themselves.

| operation | ours | LAPACK, OpenBLAS | ratio |
|---|---|---|---|
`, lines[0])
	for _, line := range lines[2:] {
		f := strings.Fields(line)
		if len(f) < 6 {
			continue
		}
		last := len(f) - 1
		behind := ""
		if strings.HasPrefix(f[last], "0.") {
			behind = " **behind**"
		}
		fmt.Printf("| %s | %s | %s | %s%s |\n", strings.Join(f[:last-4], " "), f[last-4], f[last-3], f[last], behind)
	}
	return nil
}

// limits explains, by counts, where a goal is not met.
const limits = `LIMITS`
