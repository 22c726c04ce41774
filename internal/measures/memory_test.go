package measures

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/data/datatest"
)

// elsewhere runs a test in a process of its own, on one processor, where the collector
// stops the program while it works. It reports false in that process.
func elsewhere(t *testing.T) bool {
	t.Helper()
	const setting = "gcstoptheworld=2"
	if strings.Contains(os.Getenv("GODEBUG"), setting) {
		return false
	}
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), "GODEBUG="+setting+",memprofilerate=0", "GOMAXPROCS=1")
	if out, err := child.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return true
}

// TestMemoryIsAnnounced holds what every variant says of its memory, of a score and of
// a gradient, to what it has in use: never more than announced, and the announced
// bound is not many times what some data of the shape need.
//
// What all allocations add up to is exact and quick to tell. Only where that is more
// than announced does the high-water mark count, of what is in use when the collector
// runs. So that nothing but that is counted, the collector must stop the program
// while it works, which it can only be told from the start: the test runs in a
// process of its own, and on one processor.
func TestMemoryIsAnnounced(t *testing.T) {
	datatest.CountsMemory(t)
	if testing.Short() {
		t.Skip("takes its time")
	}
	if elsewhere(t) {
		return
	}
	for _, shape := range memoryShapes {
		tileAbove(t, shape.tiled)
		pairs := shape.pairs()
		for _, f := range families {
			for _, name := range variantsUpTo(f, shape.parameters) {
				m, err := Parse(name)
				if err != nil {
					t.Fatal(err)
				}
				checkScoreMemory(t, shape, pairs, []Named{{Name: name, Measure: m}})
				if d, ok := AsDifferentiable(m); ok {
					checkGradientMemory(t, shape, pairs, name, d)
				}
			}
		}
		together, err := ParseList("default", 1)
		if err != nil {
			t.Fatal(err)
		}
		checkScoreMemory(t, shape, pairs, together)
	}
}

// memoryShape is a shape of data, with the number of samples above which they count as
// many, and that of the parameters that variants set at once.
type memoryShape struct {
	name           string
	n, p, q, tiled int
	parameters     int
}

var memoryShapes = []memoryShape{
	{"tall", 240, 36, 26, 4096, 2},
	{"wide", 40, 240, 180, 4096, 2},
	{"wide X", 40, 160, 14, 4096, 1},
	{"wide Y", 40, 14, 160, 4096, 1},
	{"many samples", 400, 7, 6, 200, 2},
}

// pairs returns data of the shape that measures need much for: systems of dependent
// features, whose moments do not suffice, and nearly identical, so that angles come
// from residuals; and, each where it is possible, samples that are equally far apart,
// whose distances lose digits as moments, and one sample beside which moments lose those
// of the others.
func (s memoryShape) pairs() map[string][2]*mat.Dense {
	rng := rand.New(rand.NewPCG(uint64(s.n), uint64(s.p)))
	width := min(s.p, s.q)
	rank := min(s.n, width) * 2 / 3
	var common mat.Dense
	common.Mul(gaussian(rng, s.n, rank), gaussian(rng, rank, width))
	near := func(p int) *mat.Dense {
		mix := gaussian(rng, width, p)
		mix.Scale(1e-4, mix)
		for i := range width {
			mix.Set(i, i, 1000)
		}
		var x mat.Dense
		x.Mul(&common, mix)
		return &x
	}
	even := func(p int) *mat.Dense {
		x := gaussian(rng, s.n, p)
		x.Scale(1e-4, x)
		for i := range s.n {
			x.Set(i, i, 1)
		}
		return x
	}
	huge := func(p int) *mat.Dense {
		x := gaussian(rng, s.n, p)
		scale(x.RawRowView(0), 1e4)
		return x
	}
	out := map[string][2]*mat.Dense{"nearly identical": {near(s.p), near(s.q)}}
	if width > s.n {
		out["equally far apart"] = [2]*mat.Dense{even(s.p), even(s.q)}
	}
	if max(s.p, s.q) < s.n {
		out["one huge sample"] = [2]*mat.Dense{huge(s.p), huge(s.q)}
	}
	return out
}

// dataFor returns a pair as the data that a variant reads.
func (s memoryShape) dataFor(t *testing.T, name string, pair [2]*mat.Dense) (x, y *data.Dataset, d Dims) {
	t.Helper()
	pair = [2]*mat.Dense{mat.DenseCopyOf(pair[0]), mat.DenseCopyOf(pair[1])}
	suit(name, pair[:]...)
	x, y = datasetOf(pair[0]), datasetOf(pair[1])
	switch {
	case strings.Contains(name, "rdm="+rdmCrossnobis):
		const repeats = 4
		x.Shape = []int{repeats, s.n / repeats, s.p}
		y.Shape = []int{repeats, s.n / repeats, s.q}
	case strings.Contains(name, "rdm="+rdmPrecomputed):
		for i, set := range []**data.Dataset{&x, &y} {
			d, err := RDM(systemOf(t, datasetOf(pair[i])), rdmManhattan)
			if err != nil {
				t.Fatal(err)
			}
			*set = datasetOf(d)
		}
	}
	d = Dims{N: int64(x.Samples()), P: int64(x.Width()), Q: int64(y.Width()), Times: 1}
	if x.Is3D() {
		d.Times = int64(x.Shape[0])
	}
	return x, y, d
}

func checkScoreMemory(t *testing.T, s memoryShape, pairs map[string][2]*mat.Dense, named []Named) {
	t.Helper()
	name := named[0].Name
	var check memoryCheck
	for kind, pair := range pairs {
		x, y, d := s.dataFor(t, name, pair)
		check.slack = Need{}.bytes(d)
		check.run(t, "score of "+name, s.name+", "+kind, ScoreBytes(named, d), func() error {
			p := pairOf(t, x, y)
			var err error
			for _, m := range named {
				_, err = m.Score(p)
			}
			runtime.KeepAlive(p)
			return err
		})
	}
	check.end(t, s.name+": score of "+name)
}

func checkGradientMemory(t *testing.T, s memoryShape, pairs map[string][2]*mat.Dense, name string, m Differentiable) {
	t.Helper()
	var check memoryCheck
	for kind, pair := range pairs {
		x, y, d := s.dataFor(t, name, pair)
		g := mat.NewDense(int(d.N), int(d.Q), nil)
		check.slack = Need{}.bytes(d)
		check.run(t, "gradient of "+name, s.name+", "+kind, GradientBytes(m, d), func() error {
			system := systemOf(t, x)
			o, err := m.Bind(system, int(d.Q))
			if err != nil {
				return err
			}
			_, err = o.Gradient(g, y.Matrix())
			runtime.KeepAlive(o)
			runtime.KeepAlive(system)
			return err
		})
	}
	check.end(t, s.name+": gradient of "+name)
}

// memoryCheck compares what is announced for a shape with what data of it take.
type memoryCheck struct {
	announced, allocated, slack int64 // bytes; slack is what is announced for everything
}

// loose is how many times what is needed may be announced.
const loose = 3

// measured has what needs no second look.
var measured = map[string]bool{}

// run fails if f, which is a score or gradient for some data, has more in use than
// announced.
func (c *memoryCheck) run(t *testing.T, name, data string, announced int64, f func() error) {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	c.announced = announced
	allocated, err := allocatedBy(f)
	if err != nil {
		return // what has no score may have stopped early
	}
	if announced-c.slack > loose*allocated {
		// Work space that calls lend each other counts too.
		runtime.GC()
		runtime.GC()
		allocated, _ = allocatedBy(f)
	}
	c.allocated = max(c.allocated, allocated)
	// Variants that announce the same and allocate about the same, to 3 per cent, do
	// the same.
	same := fmt.Sprint(data, announced, int(math.Log2(float64(allocated))*24))
	if allocated <= announced || measured[same] {
		return
	}
	measured[same] = true
	if inUse := highWater(announced, allocated, f); inUse > announced {
		t.Errorf("%s, %s: %d kB in use, %d kB announced", name, data, inUse>>10, announced>>10)
	}
}

// end fails if the bound is loose for all data of the shape.
func (c *memoryCheck) end(t *testing.T, what string) {
	t.Helper()
	if c.allocated > 0 && c.announced-c.slack > loose*c.allocated {
		t.Errorf("%s: %d kB announced, but no more than %d kB allocated in all", what, c.announced>>10, c.allocated>>10)
	}
}

// allocatedBy returns the bytes that f allocates in all.
func allocatedBy(f func() error) (int64, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := f()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc), err
}

// highWater returns the most bytes that f has in use when the collector runs, which is
// after every twentieth of what is expected, a hundred times at most. There is one processor, which the collector,
// done, leaves to whoever waits for it: the one who looks, and who says by the limit of
// memory when it runs again.
func highWater(expected, allocated int64, f func() error) int64 {
	samples := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/heap/goal:bytes"}}
	heap := func() (live, goal int64) {
		metrics.Read(samples)
		return int64(samples[0].Value.Uint64()), int64(samples[1].Value.Uint64())
	}
	for range 3 {
		runtime.GC() // also of what calls lend each other
	}
	step := max(expected/20, allocated/100, 1<<14)
	limit := int64(1 << 26)
	unlimited := debug.SetMemoryLimit(limit)
	defer debug.SetMemoryLimit(unlimited)
	before, goal := heap()
	most := before
	next := func(live int64) {
		limit += live + step - goal // what is beside the heap counts too
		debug.SetMemoryLimit(limit)
		_, goal = heap()
	}
	next(before)
	done, stopped := false, make(chan struct{})
	go func() {
		defer close(stopped)
		for !done {
			runtime.Gosched()
			live, _ := heap()
			most = max(most, live)
			next(live)
		}
	}()
	f()
	done = true
	<-stopped
	return most - before
}
