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
  eigenvectors of a 500 × 500 matrix (9·500³ = 1.1·10⁹), U of its 2400 samples (2·2400·500² =
  1.2·10⁹), and three leave-one-out errors of thirteen, which bounds do not exclude (1.2·10⁹ each, in
  float32 at twice the rate): 5·(1.1 + 1.2 + 1.8)·10⁹ = 21·10⁹, and 3·10⁹ for the moments of the folds;
  cca, with 6·10⁹ in all, is a fourth of that. Ranks of correlations: 4.5 million dissimilarities of
  each system take 4.5·10⁹ operations, and then some 150 bytes each: 8 written and read four times,
  items of 16 written once and moved four times, ranks of 4 written; 1.4·10⁹ bytes of both, of which
  0.46·10⁹ are touched for the first time, 1.6 µs for each of 115,000 pages. The two measures alone
  are eight times as much as cca.
- **All pairs, 1000 × 512.** ridge, which is not symmetric and is scored in both directions, takes two
  thirds of the processor time: eigenvectors of five training sets are found once for a system
  (5·9·512³ = 6·10⁹), but U, the errors and the coefficients (5·2·800·512²·(1 + 1.5 + 1) = 7·10⁹) belong
  to a direction of a pair.
- **L-BFGS of nbs and procrustes.** Each of its four to eleven evaluations has a singular value
  decomposition in float64, which PyTorch does in float32: 22·500³ = 2.8·10⁹ of 500 × 500.
- **procrustes per time.** Each of 200 bins has two Cholesky decompositions of 99 × 99 with a check of
  their condition, and eigenvalues of a matrix of that size: 4/3·99³ operations, half of them at the
  speed of a product of a matrix and a vector, and two QL iterations for each value, of divisions
  one after the other. These take most of the time, on both sides; reading the files, on large
  pages, takes 20 ms.
- **Start.** Of its time about 40 % go to 935 pages that are touched for the first time, of a program of
  30 MB and of its heap, 15 % to the runtime's own start, 11 % to libraries that prepare regular
  expressions and fonts before any of our code runs, and 12 % to the declarations of tables and measures.
- **mlem with interactions.** Of 256 stimuli and 136 products of 16 features, moments of the 104
  clusters are 17 MB, and one product of matrices gives those of each of 460 resampled sets
  (2·104·21,000·460 = 2·10⁹ operations); rankings for the jackknife of importances take as long.
- **mlem, 7680 × 768.** The patterns are 47 MB and are kept once; what the distances need of them are
  inner products of 104 matrices of 768 × 768 (768²·(7680 + 104²/2) = 8·10⁹ operations). What is
  scored takes two thirds: 2.9 million pairs in sample, and 29,000 to 470,000 in each fold and
  permutation, of which ranking each takes some ten nanoseconds, twice.
- **joint-range with few levels.** Between levels that are more than 0.022 apart the best data of
  one do not lead to those of the next, so that each level descends from all starts: of 20 to 45
  levels each takes three times as long as of 50. Steps between them make the time grow with the
  number of levels, but end up to 0.004 beside extremes that the descents find.
`
