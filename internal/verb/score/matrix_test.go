package score

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/measures"
	"simtool/internal/result"
	"simtool/internal/verb/verbtest"
)

// writeLayers writes systems of 40 samples that have something in common, as layer0.csv and
// so on, and returns their names in natural order.
func writeLayers(t *testing.T, count int) []string {
	t.Helper()
	rng := rand.New(rand.NewPCG(16, 3))
	common := make([]float64, 40*30)
	for i := range common {
		common[i] = rng.NormFloat64()
	}
	var names []string
	for k := range count {
		var text strings.Builder
		width := 24 + k%3
		for i := range 40 {
			for j := range width {
				if j > 0 {
					text.WriteByte(',')
				}
				fmt.Fprintf(&text, "%.4f", common[i*30+j]+float64(k%4)/2*rng.NormFloat64())
			}
			text.WriteByte('\n')
		}
		names = append(names, fmt.Sprintf("layer%d.csv", k))
		if err := os.WriteFile(names[k], []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

// manyMeasures are some with vectors and some without, symmetric and not.
const manyMeasures = "cka,cka:estimator=debiased,rsa:compare=pearson,rsa:compare=spearman,linreg,nbs,cka:kernel=rbf"

// scoresOf reads rows of a table by systems and measure.
func scoresOf(t *testing.T, text string) (rows map[[3]string]result.Score, order []string) {
	t.Helper()
	rows = map[[3]string]result.Score{}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	columns := strings.Split(lines[0], "\t")
	for _, line := range lines[1:] {
		var cells []any
		for _, cell := range strings.Split(line, "\t") {
			cells = append(cells, cell)
		}
		row, err := result.Scores.Scan(columns, cells)
		if err != nil {
			t.Fatal(err)
		}
		rows[[3]string{row.X, row.Y, row.Measure}] = row
		if n := len(order); n == 0 || order[n-1] != row.X {
			order = append(order, row.X)
		}
	}
	return rows, order
}

// All pairs at once have the numbers that each pair has by itself, with what stands beside
// them, in any division of the work; each system stands beside itself.
func TestAllPairsAreThePairs(t *testing.T) {
	t.Chdir(t.TempDir())
	names := writeLayers(t, 11)
	whole := verbtest.Succeed(t, New(), "--all-pairs", "layer*.csv", "-m", manyMeasures, "--format", "tsv").Stdout
	rows, order := scoresOf(t, whole)
	if order[0] != "layer0.csv" || order[len(order)-1] != "layer10.csv" {
		t.Errorf("systems are in the order %q", order)
	}
	for _, jobs := range []string{"2", "5"} {
		if got := verbtest.Succeed(t, New(), append(names, "--all-pairs", "-m", manyMeasures, "--format", "tsv", "-j", jobs)...).Stdout; got != whole {
			t.Errorf("%s jobs give other bytes", jobs)
		}
	}
	var list strings.Builder
	for i, x := range names {
		for _, y := range names[i:] {
			fmt.Fprintf(&list, "%s\t%s\n%s\t%s\n", x, y, y, x)
		}
	}
	if err := os.WriteFile("pairs.txt", []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	alone, _ := scoresOf(t, verbtest.Succeed(t, New(), "--list", "pairs.txt", "-m", manyMeasures, "--format", "tsv").Stdout)
	if want := 11*12/2*7 + 11*10/2; len(rows) != want {
		t.Errorf("%d rows, want %d: pairs, their mirror images by linreg, and the diagonal", len(rows), want)
	}
	for key, got := range rows {
		want := alone[key]
		for name, v := range map[string][2]float64{
			"value": {got.Value, want.Value}, "lo": {got.Lo, want.Lo}, "hi": {got.Hi, want.Hi}, "se": {got.SE, want.SE},
			"corrected": {got.Corrected, want.Corrected}, "null": {got.Null, want.Null}, "calibrated": {got.Calibrated, want.Calibrated},
		} {
			if math.IsNaN(v[0]) != math.IsNaN(v[1]) || math.Abs(v[0]-v[1]) > 1e-12 {
				t.Errorf("%q: %s is %.17g, alone %.17g", key, name, v[0], v[1])
			}
		}
		if got.Note != want.Note || got.Warning != want.Warning || got.Units != want.Units {
			t.Errorf("%q: %q %q %d units, alone %q %q %d", key, got.Note, got.Warning, got.Units, want.Note, want.Warning, want.Units)
		}
	}
}

// Where the systems and their vectors do not fit in memory at once they are read block by
// block, and the bytes are the same.
func TestAllPairsInLittleMemory(t *testing.T) {
	t.Chdir(t.TempDir())
	names := writeLayers(t, 11)
	args := append(names, "--all-pairs", "-m", manyMeasures, "--format", "tsv")
	whole := verbtest.Succeed(t, New(), args...).Stdout
	for _, more := range []int{1_200_000, 1_700_000} {
		limit := fmt.Sprint(batch.ProgramMemory + more)
		o := New()
		reads := map[string]int{}
		var mu sync.Mutex
		o.Read = func(path string) (*data.Dataset, error) {
			mu.Lock()
			defer mu.Unlock()
			reads[path]++
			return dataio.Read(path, dataio.Options{})
		}
		if got := verbtest.Succeed(t, o, append(args, "--max-memory", limit)...).Stdout; got != whole {
			a, b := strings.Split(got, "\n"), strings.Split(whole, "\n")
			for i := range min(len(a), len(b)) {
				if a[i] != b[i] {
					t.Fatalf("within %s bytes:\n%s\nin place of\n%s", limit, a[i], b[i])
				}
			}
		}
		for path, n := range reads {
			if n > 1+len(names) {
				t.Errorf("%s is read %d times within %s bytes", path, n, limit)
			}
		}
		if more == 1_200_000 && reads["layer10.csv"] < 2 {
			t.Error("all systems were held, which the limit does not allow")
		}
	}
}

// Among all pairs, one that is larger than what a pair alone is read block by block from is
// still in memory where that has room for several: its systems are read one time, not with
// each other one.
func TestLargePairsAmongAllPairs(t *testing.T) {
	t.Chdir(t.TempDir())
	names := writeLayers(t, 6)
	args := append(names, "--all-pairs", "-m", "cka", "--max-memory", "1G")
	whole := verbtest.Succeed(t, New(), args...).Stdout
	defer func(n int64) { streamAbove = n }(streamAbove)
	streamAbove = 1
	o := New()
	var reads atomic.Int64
	o.Read = func(path string) (*data.Dataset, error) {
		reads.Add(1)
		return dataio.Read(path, dataio.Options{})
	}
	if got := verbtest.Succeed(t, o, args...).Stdout; got != whole {
		t.Errorf("large pairs give\n%s\nsmall ones\n%s", got, whole)
	}
	if n := reads.Load(); n != int64(len(names)) {
		t.Errorf("%d systems are read %d times", len(names), n)
	}
}

// Blocks keep within three quarters of the limit at any number and size of systems.
func TestBlocksFitInTheLimit(t *testing.T) {
	m, err := measures.Parse("cka")
	if err != nil {
		t.Fatal(err)
	}
	inner, _ := measures.As[measures.InnerProduct](m)
	for _, c := range []struct{ systems, n, p int64 }{{2, 10, 3}, {40, 1000, 512}, {200, 1000, 512}, {2000, 500, 128}, {2000, 4000, 2000}, {300, 20000, 64}} {
		sizes := map[string]footprint{}
		for i := range c.systems {
			sizes[fmt.Sprint(i)] = footprint{c.n, c.p, 1}
		}
		var kinds []kind
		if v, ok := inner.Vectors(measures.Dims{N: c.n, P: c.p, Q: c.p}, measures.BlockUnits(int(c.n), 10)); ok {
			kinds = []kind{{v, int(c.n)}}
		}
		for _, limit := range []int64{100 << 20, 1 << 30, 8 << 30, math.MaxInt64} {
			n := &needs{kinds: kinds, sizes: sizes, systems: int(c.systems), ahead: func(int) int64 { return 0 }, limit: limit}
			plan, some := n.plan()
			if plan.rows < 1 || plan.columns < 1 {
				t.Errorf("%+v within %d: blocks of %d by %d", c, limit, plan.rows, plan.columns)
			}
			if two := 32 * c.n * c.p; plan.bytes > limit/4*3 && (plan.bytes > two || len(some) > 0) {
				t.Errorf("%+v within %d: %d bytes", c, limit, plan.bytes)
			}
			if plan.bytes > mostKept && plan.rows > 2 {
				t.Errorf("%+v within %d: %d bytes are kept", c, limit, plan.bytes)
			}
		}
	}
}

// A system that cannot be compared is rows with the reason, and the others are scored.
func TestAllPairsWithASystemThatIsNone(t *testing.T) {
	t.Chdir(t.TempDir())
	names := writeLayers(t, 4)
	if err := os.WriteFile("layer1.csv", []byte(strings.Repeat("1,2\n", 40)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("layer2.csv", []byte("1,2\n3,4\n5,7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := verbtest.Run(t, New(), append(names, "--all-pairs", "-m", "cka,linreg", "--inference", "none", "--format", "tsv")...)
	if r.Err == nil {
		t.Error("pairs without a score are no error")
	}
	rows, _ := scoresOf(t, r.Stdout)
	for key, row := range rows {
		bad := key[0] != key[1] && (strings.Contains(key[0]+key[1], "layer2")) || strings.Contains(key[0]+key[1], "layer1")
		if (row.Error != "") != bad {
			t.Errorf("%q: error %q", key, row.Error)
		}
	}
}

func TestBandsHoldWholeRows(t *testing.T) {
	for _, count := range []int{1, 2, 3, 7, 40, 201} {
		var names []string
		for i := range count {
			names = append(names, fmt.Sprint(i))
		}
		pairs := allPairs(names)
		at := 0
		items := bands(pairs)
		for _, it := range items {
			for k, p := range it.band {
				if p != pairs[at] {
					t.Fatalf("%d systems: pair %d is %v, want %v", count, at, p, pairs[at])
				}
				if k == 0 && p.i != p.j {
					t.Errorf("%d systems: a band begins with %v", count, p)
				}
				at++
			}
		}
		if at != len(pairs) || len(items) > mostBands+1 || count < mostBands/4 && len(items) != count {
			t.Errorf("%d systems: %d items with %d of %d pairs", count, len(items), at, len(pairs))
		}
		keys := map[string]bool{}
		for _, key := range keysOf(items) {
			keys[key] = true
		}
		if len(keys) != len(items) {
			t.Errorf("%d systems: %d keys of %d items", count, len(keys), len(items))
		}
	}
}
