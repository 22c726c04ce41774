package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simtool/internal/batch"
	"simtool/internal/io"
	"simtool/internal/linalg"
)

// onProcessor returns the environment of a process that takes this one for an older
// processor. golang.org/x/sys/cpu and the Go runtime read the same variable.
func onProcessor(without string) []string {
	if without == "" {
		return os.Environ()
	}
	return append(os.Environ(), "GODEBUG="+without)
}

// processors are those with AVX-512, with AVX2 and with neither. A machine without
// AVX-512 tests the others.
var processors = []string{"", "cpu.avx512f=off", "cpu.avx512f=off,cpu.avx2=off"}

// TestProcessorsGiveTheSameBytes runs what computes on processors of three kinds.
func TestProcessorsGiveTheSameBytes(t *testing.T) {
	inputs := t.TempDir()
	output(t, inputs, "synth", "recording", "--neurons", "13", "--components", "6", "-o", "x.npy", "-q")
	output(t, inputs, "mlem", "simulate", "--stimuli", "30", "--features", "3", "--hidden", "17", "-o", "sim", "-q")
	for name, args := range map[string][]string{
		"score":    {"score", "x.npy", "x.npy", "-m", "cka,nbs,linreg,rsa", "-o", "out.csv"},
		"moments":  {"moments", "x.npy", "x.npy", "-o", "out.npz"},
		"optimize": {"optimize", "x.npy", "-m", "cka*0.5+nbs*0.5", "--max-iter", "20", "-o", "out"},
		"fit":      {"mlem", "fit", "--features", "sim/features.csv", "--neural", "sim/y.npy", "--bootstrap", "9", "--null", "9", "-o", "out"},
	} {
		var first map[string]string
		for _, without := range processors {
			dir := copyOf(t, inputs)
			cmd := simtoolIn(t, dir, append(args, "-q", "-j", "1")...)
			cmd.Env = onProcessor(without)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s with %q: %v\n%s", name, without, err, out)
			}
			results := resultsIn(t, dir)
			if first == nil {
				first = results
			}
			for _, file := range differences(results, first) {
				if strings.HasSuffix(file, dataio.ManifestSuffix) || filepath.Base(file) == batch.ManifestName {
					continue // it names the kernel
				}
				t.Errorf("%s with %q: %s has other bytes", name, without, file)
			}
		}
	}
}

// TestOtherArithmetic: parts, and what a checkpoint holds, of a machine whose last
// digits may be others go together with a warning.
func TestOtherArithmetic(t *testing.T) {
	if linalg.Arithmetic() != "amd64" {
		t.Skip("this processor has no fused multiply-add to switch off")
	}
	const other = "cpu.all=off"
	dir := t.TempDir()
	writePairs(t, dir, 4)
	run := func(without string, args ...string) string {
		t.Helper()
		cmd := simtoolIn(t, dir, args...)
		cmd.Env = onProcessor(without)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%q: %v\n%s", args, err, out)
		}
		return string(out)
	}
	score := []string{"score", "--list", "pairs.txt", "-m", batchMeasures}
	for i, without := range []string{"", other} {
		run(without, append(score, "--shard", fmt.Sprintf("%d/2", i), "-o", fmt.Sprint("p", i, ".csv"))...)
		run(without, "optimize", "y0.csv", "-m", "cka", "--max-iter", "2", "--restarts", "2", "--shard", fmt.Sprintf("%d/2", i), "-o", fmt.Sprint("d", i))
		run(without, "moments", "y0.csv", "y0.csv", "--shard", fmt.Sprintf("%d/2", i), "-o", fmt.Sprint("p", i, ".npz"))
	}
	for _, form := range []string{"p%d.csv", "d%d", "p%d.npz"} {
		out := run("", "merge", fmt.Sprintf(form, 0), fmt.Sprintf(form, 1), "-o", strings.ReplaceAll(form, "%d", "whole"))
		if !strings.Contains(out, "amd64 without FMA: last digits may not be those") {
			t.Errorf("merge of parts of two kinds of machines says %q", out)
		}
	}
	m, err := dataio.ReadManifest(filepath.Join(dir, "p1.csv"+dataio.ManifestSuffix))
	if err != nil || m.Run.Kernel != "generic" || m.Run.Arithmetic != "amd64 without FMA" {
		t.Errorf("the manifest names %q and %q, %v", m.Run.Kernel, m.Run.Arithmetic, err)
	}

	// A run that is stopped on one kind of machine goes on with the other.
	const late = "y3.csv"
	hold(t, dir, late)
	tr := &tracer{moment: never, onOpen: late}
	if _, status := tr.run(t, simtoolIn(t, dir, append(score, "-j", "1", "-o", "out.csv")...)); status != exitCheckpoint {
		t.Fatalf("stopped with status %d, want %d", status, exitCheckpoint)
	}
	release(t, dir, late)
	if !batch.Exists(filepath.Join(dir, batch.CheckpointOf("out.csv"))) {
		t.Fatal("there is no checkpoint")
	}
	if out := run(other, append(score, "-j", "1", "-o", "out.csv", "--resume")...); !strings.Contains(out, "on another kind of machine, amd64") {
		t.Errorf("--resume on another kind of machine says %q", out)
	}
}
