package score

import (
	"context"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"simtool/internal/batch"
	"simtool/internal/figure"
	"simtool/internal/io"
	"simtool/internal/verb/merge"
	"simtool/internal/verb/verbtest"
)

// The matrix has the scores of the table, in both directions, whatever the form of the
// file; other programs of the house read it.
func TestMatrixHasTheScoresOfTheTable(t *testing.T) {
	t.Chdir(t.TempDir())
	names := writeLayers(t, 11)
	for _, measure := range []string{"cka", "linreg", "nbs"} {
		r := verbtest.Succeed(t, New(), "--all-pairs", "layer*.csv", "-m", measure, "--inference", "none", "--format", "tsv", "-o", "-", "--matrix", "beside.csv", "--force")
		rows, _ := scoresOf(t, r.Stdout)
		for _, path := range []string{"beside.csv", "alone.tsv", "alone.npy"} {
			if path != "beside.csv" {
				if r := verbtest.Succeed(t, New(), "--all-pairs", "layer*.csv", "-m", measure, "--matrix", path, "--force"); r.Stdout != "" {
					t.Errorf("%s: the table stands on standard output, which nobody asked for", path)
				}
			}
			s, err := dataio.ReadSquare(path)
			if err != nil {
				t.Fatal(err)
			}
			if fmt.Sprint(s.Names) != fmt.Sprint(names) {
				t.Fatalf("%s: systems %q", path, s.Names)
			}
			for i, x := range names {
				for j, y := range names {
					want, ok := rows[[3]string{x, y, measure}]
					if !ok && measure != "linreg" {
						want, ok = rows[[3]string{y, x, measure}]
					}
					if !ok || s.At(i, j) != want.Value {
						t.Errorf("%s, %s: %s with %s is %v, want %v", measure, path, x, y, s.At(i, j), want.Value)
					}
				}
			}
			drawn, err := figure.Load(path, dataio.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if k, ok := figure.KindOf(drawn); !ok || k.Name != "scores" || len(drawn.Table.Rows) != 121 || fmt.Sprint(drawn.Table.Rows[1]) != fmt.Sprint([]any{names[0], names[1], measure, s.At(0, 1)}) {
				t.Errorf("%s: drawn as %s", path, k.Name)
			}
		}
	}
}

// Parts of a matrix merge to the bytes of one run, beside a table and without one; what
// the others do is missing from each.
func TestPartsOfAMatrixMerge(t *testing.T) {
	t.Chdir(t.TempDir())
	writeLayers(t, 9)
	for _, c := range []struct{ measure, suffix string }{{"cka", ".npy"}, {"linreg", ".csv"}} {
		args := []string{"--all-pairs", "layer*.csv", "-m", c.measure, "--force"}
		verbtest.Succeed(t, New(), append(args, "--matrix", "whole"+c.suffix)...)
		verbtest.Succeed(t, New(), append(args, "--matrix", "with"+c.suffix, "-o", "whole.csv", "--inference", "none")...)
		var parts, tables []string
		missing := 0
		for k := range 3 {
			parts, tables = append(parts, fmt.Sprintf("part%d%s", k, c.suffix)), append(tables, fmt.Sprintf("table%d.csv", k))
			verbtest.Succeed(t, New(), append(args, "--matrix", parts[k], "--shard", fmt.Sprintf("%d/3", k))...)
			verbtest.Succeed(t, New(), append(args, "--matrix", fmt.Sprintf("beside%d%s", k, c.suffix), "-o", tables[k], "--inference", "none", "--shard", fmt.Sprintf("%d/3", k))...)
			one, err := dataio.ReadSquare(parts[k])
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range one.Values {
				if math.IsNaN(v) {
					missing++
				}
			}
		}
		if missing != 2*81 {
			t.Errorf("%s: %d values are missing from three parts, want two thirds of 81 each", c.measure, missing)
		}
		verbtest.Succeed(t, merge.New(), append(parts, "-o", "merged"+c.suffix, "--force")...)
		verbtest.Succeed(t, merge.New(), append(tables, "-o", "merged.csv", "--force")...)
		for _, same := range [][2]string{{"merged" + c.suffix, "whole" + c.suffix}, {"merged.matrix" + c.suffix, "with" + c.suffix}, {"merged.csv", "whole.csv"}} {
			if same[0] == same[1] {
				continue
			}
			if verbtest.Text(t, same[0]) != verbtest.Text(t, same[1]) {
				t.Errorf("%s: %s is not %s", c.measure, same[0], same[1])
			}
		}
		for _, path := range []string{"merged.csv", "whole.csv"} {
			_ = os.Remove(path)
			_ = os.Remove(path + dataio.ManifestSuffix)
		}
	}
}

// A run that was stopped goes on where it was, and its matrix has the bytes of one run.
func TestMatrixOfARunThatWasStopped(t *testing.T) {
	t.Chdir(t.TempDir())
	writeLayers(t, 9)
	args := []string{"--all-pairs", "layer*.csv", "-m", "cka", "-j", "1"}
	verbtest.Succeed(t, New(), append(args, "--matrix", "whole.npy")...)
	args = append(args, "--matrix", "stopped.npy", "--resume")
	ctx, stop := context.WithCancel(t.Context())
	o := New()
	done := 0
	verbtest.RunContext(ctx, t, stopping{o, func() {
		if done++; done == 20 {
			stop()
		}
	}}, args...)
	if _, err := os.Stat("stopped.npy"); err == nil {
		t.Fatal("the run was not stopped")
	}
	if _, err := os.Stat("stopped.npy.ckpt"); err != nil {
		t.Fatal("nothing is kept of the run")
	}
	verbtest.Succeed(t, New(), args...)
	if verbtest.Text(t, "stopped.npy") != verbtest.Text(t, "whole.npy") || verbtest.Text(t, "stopped.names.txt") != verbtest.Text(t, "whole.names.txt") {
		t.Error("the matrix is another after the run was stopped")
	}
	if r := verbtest.Succeed(t, New(), args...); !strings.Contains(fmt.Sprint(r.Summaries), "complete already") {
		t.Errorf("a complete matrix is made again: %q", r.Summaries)
	}
}

// stopping is a command that calls each for everything that is done.
type stopping struct {
	*Options
	each func()
}

func (s stopping) Run(ctx context.Context, e *batch.Env, args []string) error {
	e.OnProgress = func(string, int, bool) batch.Progress { return s }
	return s.Options.Run(ctx, e, args)
}

func (s stopping) Add(int)  { s.each() }
func (stopping) Expect(int) {}
func (stopping) Close()     {}

// A matrix is refused where there is none.
func TestMatrixThatCannotBe(t *testing.T) {
	t.Chdir(t.TempDir())
	writeLayers(t, 3)
	for _, args := range [][]string{
		{"layer0.csv", "layer1.csv", "-m", "cka", "--matrix", "m.csv"},
		{"--all-pairs", "layer*.csv", "-m", "cka,nbs", "--matrix", "m.csv"},
		{"--all-pairs", "layer*.csv", "-m", "cka", "--matrix", "m.png"},
		{"--all-pairs", "layer*.csv", "-m", "cka", "--matrix", "m"},
		{"--all-pairs", "layer*.csv", "-m", "cka", "--matrix", "m.csv", "-o", "m.csv"},
		{"--all-pairs", "layer0.csv", "layer1.csv", "layer0.csv", "-m", "cka", "--matrix", "m.csv"},
	} {
		if r := verbtest.Run(t, New(), args...); r.Err == nil {
			t.Errorf("%q is no error", args)
		}
		if _, err := os.Stat("m.csv"); err == nil {
			t.Errorf("%q wrote a matrix", args)
		}
	}
}
