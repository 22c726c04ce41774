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
NumPy take turns, up to %[2]d times each. Processor time and the peak of memory are medians; *gain*
is the median of the ratios of paired runs. NumPy's time begins after its imports (0.1 s or more),
that of simtool is the whole process, its start included. *Forecast* is what %[1]s--dry-run%[1]s says of
time and memory, over what they were; times below 0.05 s are not told apart. Only ratios carry
over to other machines.

%[3]s, %[4]s kernels, %[5]s; before: %[6]s; %[7]s.

| work | runs | before | now | gain | NumPy | NumPy ÷ now | forecast |
|---|---|---|---|---|---|---|---|
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

// optimisers writes the table of the program of torch.
func (b *bench) optimisers() error {
	if *torch == "" || b.peer == "" {
		return nil
	}
	text, err := exec.Command(*torch, "-python", *python, "-full", "-seconds", "0.2", "-rounds", "2").Output()
	if err != nil {
		return fmt.Errorf("torch: %w", err)
	}
	fmt.Printf(`
## Optimisers beside PyTorch

A row is a measure, samples and features; milliseconds of processor time. Adam: one iteration,
with the precision of our products; PyTorch's are float32. Then a whole run to a score of 0.99 by
L-BFGS in float64, by PyTorch's Adam, and by PyTorch's L-BFGS (strong Wolfe conditions, the same
gradients), with the numbers of evaluations. Ratios are PyTorch's time over ours.

%s
%s
%s
`, "```text", strings.TrimRight(string(text), "\n"), "```")
	return nil
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
const limits = `## Where it stands behind, and why

Counts are of multiplications and additions together, of a core that does 110·10⁹ a second with
AVX-512 at full width, 55·10⁹ at half, or 18·10⁹ with AVX2.

- **Default set, 3000 × 500.** ridge:lambda=auto:cv=5 needs for each of five training sets the
  eigenvectors of a 500 × 500 matrix (9·500³ = 1.1·10⁹), the leverages (2·2400·500² = 1.2·10⁹),
  and one to three leave-one-out errors (1.2·10⁹ each, of thirteen; the others are excluded by
  bounds): 19·10⁹ at least, and its memory is touched for the first time page by page. The dearest
  closed form, cca, takes 6·10⁹ with its decompositions. Ranks of 4.5 million dissimilarities of
  both systems, some 55 ns each, are the other half.
- **L-BFGS of nbs and procrustes.** Each of its four to eleven evaluations has a singular value
  decomposition in float64, which PyTorch does in float32: 22·500³ = 2.8·10⁹ of 500 × 500.
- **nbs of tall pairs.** Of its time a third goes to the eigenvalues of a 500 × 500 matrix, whose
  tridiagonalisation reads the matrix once for each column: 500³·4/3 operations at the speed of
  memory, on both sides.
- **Small decompositions from 20 on.** Rotations of two rows are scalar arithmetic in Go, six
  operations for each pair of numbers: of 20 × 20 about 2·10⁵, of which LAPACK does two or four at once.
- **Start.** 3 ms go to the initialisation of packages, as much to 1,300 pages of a program of
  30 MB that are touched for the first time, and 2 ms to the flags of all commands.
- **joint-range with few levels.** Levels that lie farther apart take more steps from one to the
  next: 20 levels take longer than 50.
`
