//go:build linux

// Command pairs compares the matrix of all pairs of many systems with NumPy's (peer.py):
// whole processes of two threads each, reading included, in turns. Of each measure it prints
// the medians of processor time and of elapsed time, their ratios, the peaks of memory, and
// the largest difference of the two matrices; then our time with intervals and nulls over
// that without.
//
//	go run ./internal/bench/pairs [-systems 40,200] [-samples 1000] [-features 512] [-runs 3] [-only REGEXP] [-python PATH] bin/simtool
package main

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"simtool/internal/io"
)

var (
	systems  = flag.String("systems", "40,200", "numbers of systems")
	samples  = flag.Int("samples", 1000, "samples of each")
	features = flag.Int("features", 512, "features of each")
	runs     = flag.Int("runs", 3, "runs of which the median is taken")
	only     = flag.String("only", ".", "measures whose name matches")
	python   = flag.String("python", "/usr/bin/python3", "an interpreter that has NumPy and SciPy")
	script   = flag.String("script", "internal/bench/pairs/peer.py", "NumPy's side")
)

// rows are the measures; estimated ones are run with intervals and nulls as well.
var rows = []struct {
	measure   string
	estimated bool
}{
	{"cka", true},
	{"cka:estimator=debiased", true},
	{"rsa:compare=pearson", true},
	{"rsa:compare=spearman", false},
	{"linreg", false},
	{"cca:stat=mean-squared", false},
	{"distance-correlation", false},
	{"nbs", false},
	{"procrustes", false},
}

func main() {
	flag.Parse()
	if err := measure(flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "pairs:", err)
		os.Exit(1)
	}
}

func measure(program string) error {
	pattern, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	if program, err = filepath.Abs(program); err != nil {
		return err
	}
	peer, err := filepath.Abs(*script)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "simtool-pairs-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	b := &bench{dir: dir, program: program, peer: peer}
	if exec.Command(*python, "-c", "import numpy, scipy").Run() != nil {
		b.peer = ""
		fmt.Println("no NumPy and SciPy: nothing to compare with")
	}
	for _, word := range strings.Split(*systems, ",") {
		count, err := strconv.Atoi(word)
		if err != nil || count < 2 {
			return fmt.Errorf("-systems %s: want numbers of 2 or more", *systems)
		}
		if err := b.write(count); err != nil {
			return err
		}
		fmt.Printf("\n%d systems of %d × %d, float32\n\n", count, *samples, *features)
		fmt.Println("| measure | simtool: processor s | elapsed s | MB | NumPy: processor s | elapsed s | MB | processor ratio | elapsed ratio | difference |")
		fmt.Println("|---|---|---|---|---|---|---|---|---|---|")
		for _, r := range rows {
			if !pattern.MatchString(r.measure) {
				continue
			}
			if err := b.row(r.measure, r.estimated); err != nil {
				return err
			}
		}
	}
	return nil
}

// bench has the programs, and the files of the systems in a directory.
type bench struct {
	dir, program, peer string
	files              []string
}

// write writes systems that share a part of their variance and drift apart.
func (b *bench) write(count int) error {
	rng := rand.New(rand.NewPCG(16, 40))
	normal := func(n int) []float64 {
		out := make([]float64, n)
		for i := range out {
			out[i] = rng.NormFloat64()
		}
		return out
	}
	n, p := *samples, *features
	from, to := normal(n*p), normal(n*p)
	for k := len(b.files); k < count; k++ {
		share := float64(k) / 200
		values := normal(n * p)
		for i := range values {
			values[i] += (1-share)*from[i] + share*to[i]
		}
		path := filepath.Join(b.dir, fmt.Sprintf("s%03d.npy", k))
		encode := func(f *dataio.AtomicFile) error { return dataio.EncodeNPY(f, dataio.Float32, values, n, p) }
		if _, err := dataio.WriteFile(path, dataio.WriteOptions{}, encode); err != nil {
			return err
		}
		b.files = append(b.files, path)
	}
	return nil
}

// cost is what a process took.
type cost struct{ cpu, wall, peak float64 }

// row compares one measure.
func (b *bench) row(measure string, estimated bool) error {
	ours, theirs := filepath.Join(b.dir, "ours.npy"), filepath.Join(b.dir, "theirs.npy")
	score := append([]string{"score", "--all-pairs", "-m", measure, "-q", "--force", "-j", "2"}, b.files...)
	var mine, peer, with, without []cost
	for range *runs {
		one, err := b.run(b.program, append(score, "--matrix", ours)...)
		if err != nil {
			return err
		}
		mine = append(mine, one)
		if b.peer != "" {
			if one, err = b.run(*python, append([]string{"-B", b.peer, measure, theirs}, b.files...)...); err != nil {
				return err
			}
			peer = append(peer, one)
		}
		if !estimated {
			continue
		}
		for mode, costs := range map[string]*[]cost{"none": &without, "auto": &with} {
			if one, err = b.run(b.program, append(score, "--inference", mode, "-o", filepath.Join(b.dir, "table.csv"))...); err != nil {
				return err
			}
			*costs = append(*costs, one)
		}
	}
	m := middle(mine)
	fmt.Printf("| %s | %.2f | %.2f | %.0f |", measure, m.cpu, m.wall, m.peak)
	if b.peer != "" {
		p := middle(peer)
		apart, err := difference(ours, theirs)
		if err != nil {
			return err
		}
		fmt.Printf(" %.2f | %.2f | %.0f | %.2f | %.2f | %.1g |", p.cpu, p.wall, p.peak, m.cpu/p.cpu, m.wall/p.wall, apart)
	}
	fmt.Println()
	if estimated {
		w, o := middle(with), middle(without)
		fmt.Printf("| %s, tables: intervals over none | %.2f over %.2f | %.2f over %.2f | %.0f | | | | %.2f | %.2f | |\n", measure, w.cpu, o.cpu, w.wall, o.wall, w.peak, w.cpu/o.cpu, w.wall/o.wall)
	}
	return nil
}

// run runs a program with two threads.
func (b *bench) run(program string, args ...string) (cost, error) {
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=2", "OPENBLAS_NUM_THREADS=2", "OMP_NUM_THREADS=2", "MKL_NUM_THREADS=2")
	begun := time.Now()
	out, err := cmd.CombinedOutput()
	wall := time.Since(begun).Seconds()
	if err != nil {
		return cost{}, errors.Join(err, errors.New(string(out)))
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return cost{(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), wall, float64(usage.Maxrss) / 1024}, nil
}

// middle is the median of each.
func middle(costs []cost) cost {
	of := func(get func(cost) float64) float64 {
		var values []float64
		for _, c := range costs {
			values = append(values, get(c))
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return cost{of(func(c cost) float64 { return c.cpu }), of(func(c cost) float64 { return c.wall }), of(func(c cost) float64 { return c.peak })}
}

// difference is the largest of two matrices.
func difference(a, b string) (float64, error) {
	x, err := dataio.ReadSquare(a)
	if err != nil {
		return 0, err
	}
	y, err := dataio.ReadSquare(b)
	if err != nil {
		return 0, err
	}
	if len(x.Values) != len(y.Values) {
		return 0, fmt.Errorf("%d values and %d", len(x.Values), len(y.Values))
	}
	largest := 0.0
	for i, v := range x.Values {
		largest = math.Max(largest, math.Abs(v-y.Values[i]))
	}
	return largest, nil
}
