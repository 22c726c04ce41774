// Command torch compares the iterations of package optimize with those of PyTorch by
// hand-written formulas in float32 (peer.py). Both sides use one thread and take turns.
//
//	torch [-python /usr/bin/python3] [-seconds 1] [-rounds 3] [-full] [ROW ...]
//
// A row is "MEASURE SAMPLES FEATURES". Times are processor times, which other users
// of the machine disturb least. The columns are the time of an iteration with Adam on
// both sides, the precision of our products (PyTorch's are float32), and the ratio of the
// two. With -full there follow the times of a whole run to a score of 0.99: here with
// L-BFGS in float64, and in PyTorch with Adam and with its own L-BFGS (strong Wolfe
// conditions, the same gradients, float32), with the numbers of evaluations.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"simtool/internal/data"
	"simtool/internal/synth"
	"simtool/internal/synth/optimize"
)

var (
	python  = flag.String("python", "/usr/bin/python3", "an interpreter that has PyTorch")
	script  = flag.String("script", "internal/bench/torch/peer.py", "the peer")
	seconds = flag.Float64("seconds", 1, "time for each side and round")
	rounds  = flag.Int("rounds", 3, "how often the sides take turns; the shortest time counts")
	full    = flag.Bool("full", false, "time the way to a score of 0.99 too")
)

func main() {
	flag.Parse()
	runtime.GOMAXPROCS(1)
	rows := flag.Args()
	if len(rows) == 0 {
		for _, shape := range []string{"360 20", "600 100", "1500 200", "3000 500"} {
			for _, measure := range []string{"cka", "nbs", "procrustes:as=angular-score", "linreg"} {
				rows = append(rows, measure+" "+shape)
			}
		}
	}
	if err := compare(rows); err != nil {
		fmt.Fprintln(os.Stderr, "torch:", err)
		os.Exit(1)
	}
}

func compare(rows []string) error {
	p, err := startPeer()
	if errors.Is(err, errNoPeer) {
		fmt.Println("no PyTorch: nothing to compare with")
		return nil
	} else if err != nil {
		return err
	}
	defer p.close()
	fmt.Printf("%-40s%10s%10s%10s%8s", "row, times in ms", "adam", "precision", "torch", "ratio")
	if *full {
		fmt.Printf("%20s%22s%8s%23s%8s", "L-BFGS to 0.99", "torch's Adam", "ratio", "torch's L-BFGS", "ratio")
	}
	fmt.Println()
	for _, row := range rows {
		goal, x, err := parse(row)
		if err != nil {
			return err
		}
		ours, theirs := math.Inf(1), math.Inf(1)
		for range *rounds {
			answer, err := p.ask(fmt.Sprintf("step %s %d %g", row, stretch(x), *seconds))
			if err != nil {
				return err
			}
			theirs = min(theirs, answer[0])
			t, err := adamStep(goal, x)
			if err != nil {
				return err
			}
			ours = min(ours, t)
		}
		config := optimize.DefaultConfig(goal)
		precision := optimize.Double
		if config.InSingle(x.Samples(), x.Width(), x.Width()) {
			precision = optimize.Single
		}
		fmt.Printf("%-40s%10.3f%10s%10.3f%8.2f", row, 1e3*ours, precision, 1e3*theirs, theirs/ours)
		if *full {
			if err := compareRuns(p, row, goal, x); err != nil {
				return err
			}
		}
		fmt.Println()
	}
	return nil
}

// compareRuns prints the times of whole runs to a score of 0.99.
func compareRuns(p *peer, row string, goal *optimize.Goal, x *data.Dataset) error {
	ours, evaluations, err := reach(goal, x)
	if err != nil {
		return err
	}
	fmt.Printf("%12.2f (%4d)", 1e3*ours, evaluations)
	for _, method := range []string{"reach", "lbfgs"} {
		answer, err := p.ask(fmt.Sprintf("%s %s %g", method, row, *seconds))
		if err != nil {
			return err
		}
		fmt.Printf("%14.2f (%4.0f)%8.2f", 1e3*answer[0], answer[1], answer[0]/ours)
	}
	return nil
}

// parse reads a row into its goal and Gaussian data with explained variances
// ∝ k⁻², like those of peer.py.
func parse(row string) (*optimize.Goal, *data.Dataset, error) {
	var name string
	var n, p int
	if _, err := fmt.Sscan(row, &name, &n, &p); err != nil {
		return nil, nil, fmt.Errorf("%q: want MEASURE SAMPLES FEATURES: %w", row, err)
	}
	goal, err := optimize.ParseGoal(name)
	if err != nil {
		return nil, nil, err
	}
	spectrum := synth.DefaultSpectrum()
	spectrum.Explained, spectrum.Conditions = nil, n
	for k := 1; k <= p; k++ {
		spectrum.Explained = append(spectrum.Explained, 1/float64(k*k))
	}
	out, err := spectrum.Generate(1)
	if err != nil {
		return nil, nil, err
	}
	return goal, out.Data, nil
}

// watch records the processor time at the first and the last iterate.
type watch struct {
	points      int
	first, last float64
}

func (w *watch) Point(optimize.Point) error {
	w.last = processorTime()
	if w.points == 0 {
		w.first = w.last
	}
	w.points++
	return nil
}
func (*watch) Snapshot(optimize.Snapshot) error { return nil }
func (*watch) Checkpoint(*optimize.State) error { return nil }

// stretch returns the number of iterations that are timed together, on both sides:
// about as many as in a run to 0.99, and fewer where they are slow.
func stretch(x *data.Dataset) int { return max(12, min(60, 6_000_000/len(x.Values))) }

// adamStep returns the time of an iteration of Adam: the shortest mean over a stretch,
// of all stretches that fit into the time.
func adamStep(goal *optimize.Goal, x *data.Dataset) (float64, error) {
	best, end := math.Inf(1), processorTime()+*seconds
	for {
		w := &watch{}
		config := optimize.DefaultConfig(goal)
		config.MaxIter, config.Recorder = stretch(x), func(int) optimize.Recorder { return w }
		if _, err := optimize.Run(context.Background(), x, config); err != nil {
			return 0, err
		}
		best = min(best, (w.last-w.first)/float64(w.points-1))
		if processorTime() > end {
			return best, nil
		}
	}
}

// reach returns the time of a whole run of L-BFGS to a score of 0.99: the shortest of
// all runs that fit into the time.
func reach(goal *optimize.Goal, x *data.Dataset) (best float64, evaluations int, err error) {
	config := optimize.DefaultConfig(goal)
	config.Method, config.Stop = optimize.DefaultLBFGS(), 0.99
	best, end := math.Inf(1), processorTime()+*seconds
	for {
		start := processorTime()
		outcomes, err := optimize.Run(context.Background(), x, config)
		if err != nil {
			return 0, 0, err
		}
		if o := outcomes[0]; o.Reason != optimize.ReachedStop {
			return 0, 0, fmt.Errorf("%s: %s at %g", goal, o.Reason, o.Score)
		}
		now := processorTime()
		best = min(best, now-start)
		if now > end {
			return best, outcomes[0].Evaluations, nil
		}
	}
}

// processorTime returns the seconds that this process has run.
func processorTime() float64 {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		panic(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano()).Seconds()
}

// peer is peer.py at the other end of a pipe. It answers each line with a line.
type peer struct {
	command *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
}

var errNoPeer = errors.New("no PyTorch")

func startPeer() (*peer, error) {
	c := exec.Command(*python, "-B", filepath.FromSlash(*script))
	c.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1")
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, errNoPeer
	}
	p := &peer{command: c, in: in, out: bufio.NewScanner(out)}
	if !p.out.Scan() || p.out.Text() != "ready" {
		p.close()
		return nil, errNoPeer
	}
	return p, nil
}

func (p *peer) ask(line string) ([2]float64, error) {
	var answer [2]float64
	if _, err := fmt.Fprintln(p.in, line); err != nil {
		return answer, err
	}
	if !p.out.Scan() {
		return answer, errors.New("the peer ended early")
	}
	if _, err := fmt.Sscan(p.out.Text(), &answer[0], &answer[1]); err != nil {
		return answer, fmt.Errorf("%s: the peer says %q", line, strings.TrimSpace(p.out.Text()))
	}
	return answer, nil
}

func (p *peer) close() {
	p.in.Close()
	_ = p.command.Wait()
}
