//go:build unix

package main

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"simtool/internal/batch"
	"simtool/internal/io"
)

// mutantsEach is the number of damaged files of each kind; the long mode, some hours,
// has 20,000.
var mutantsEach = flag.Int("mutants", 8, "damaged files of each kind that simtool reads")

// A fileKind is a kind of file that simtool reads, and a command that reads it.
type fileKind struct {
	file string
	args []string
	// sealed says that the file is held to a checksum: whatever is accepted of it gives
	// what the undamaged file gives. Other files have numbers of their own.
	sealed bool
	output string // that the command writes, "" for standard output alone
	clean  bool   // the directory is made anew for each, as the command changes the file
}

// TestMutants damages files of each kind, one after the other, and reads them: nothing
// panics, nothing hangs, every refusal says why, and what carries a checksum gives the
// bytes it gave before or an error.
func TestMutants(t *testing.T) {
	inputs, kinds := mutableFiles(t)
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		kind := kinds[name]
		t.Run(name, func(t *testing.T) {
			dir := copyOf(t, inputs)
			t.Chdir(dir)
			good := readFile(t, kind.file)
			want, status, _ := kind.read(t, inputs, good)
			if status != exitOK {
				t.Fatalf("undamaged, it is read with status %d", status)
			}
			r := rand.New(rand.NewPCG(19, uint64(len(name))))
			refused := 0
			for i := range *mutantsEach {
				mutant := mutate(r, good)
				got, status, message := kind.read(t, inputs, mutant)
				switch {
				case strings.Contains(message, "internal error"), strings.Contains(message, "goroutine "):
					t.Errorf("mutant %d: %s\n%q", i, message, clip(mutant))
				case status != exitOK && message == "":
					t.Errorf("mutant %d: status %d without a word\n%q", i, status, clip(mutant))
				case status == exitOK && kind.sealed && got != want:
					t.Errorf("mutant %d gives something else without an error: %q\n%q", i, clip([]byte(got)), clip(mutant))
				}
				if status != exitOK {
					refused++
				}
			}
			t.Logf("%d mutants, of which %d were refused", *mutantsEach, refused)
		})
	}
}

// read runs the command on a file with that content and returns what it gave. In the
// long mode a run of more than ten seconds fails.
func (k *fileKind) read(t *testing.T, inputs string, content []byte) (result string, status exitStatus, message string) {
	t.Helper()
	if k.clean {
		for _, name := range filesIn(t, ".") {
			if err := os.RemoveAll(name); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.CopyFS(".", os.DirFS(inputs)); err != nil {
			t.Fatal(err)
		}
	}
	for _, left := range []string{k.output, k.output + dataio.ManifestSuffix} {
		if err := os.RemoveAll(left); k.output != "" && err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(k.file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	s := newSession(streams{})
	if long := *mutantsEach > 1000; long {
		watch := time.AfterFunc(10*time.Second, func() { panic(fmt.Sprintf("%q has hung for ten seconds", k.args)) })
		defer watch.Stop()
	}
	status = s.run(t, k.args...)
	result = s.out.String()
	if k.output != "" && status == exitOK {
		result += string(readFile(t, k.output))
	}
	return result, status, s.err.String()
}

// clip shortens a file for a message.
func clip(content []byte) []byte { return content[:min(len(content), 400)] }

// extremes stand in the place of numbers of text.
var extremes = []string{"1e308", "-1", "NaN", "99999999999999999999", "0", "5e-324", "-0", "1e999", "null", `""`, "[]", "{}", "\xff", "\x00"}

// mutate damages a copy of a file in one to three places.
func mutate(r *rand.Rand, good []byte) []byte {
	b := slices.Clone(good)
	for range 1 + r.IntN(3) {
		if len(b) == 0 {
			return b
		}
		at := r.IntN(len(b))
		if r.IntN(2) == 0 {
			at = r.IntN(min(len(b), 200)) // headers are worth as much as the rest
		}
		to := min(len(b), at+1+r.IntN(16))
		switch r.IntN(8) {
		case 0:
			b[at] ^= 1 << r.IntN(8)
		case 1:
			b[at] = byte(r.Uint32())
		case 2:
			b = slices.Delete(b, at, to)
		case 3:
			b = slices.Insert(b, at, slices.Clone(b[at:to])...)
		case 4:
			b = b[:at]
		case 5:
			b = slices.Replace(b, at, to, []byte(extremes[r.IntN(len(extremes))])...)
		case 6:
			from := r.IntN(len(b))
			copy(b[at:to], b[from:])
		case 7:
			b[at] = "\n,:;\"'{}[]-+.0123456789 \t="[r.IntN(24)]
		}
	}
	return b
}

// mutableFiles writes files of all kinds and says how each is read.
func mutableFiles(t *testing.T) (dir string, kinds map[string]*fileKind) {
	t.Helper()
	dir = t.TempDir()
	writePairs(t, dir, 3)
	for _, line := range [][]string{
		{"synth", "exp-gaussian", "--bins", "1", "--conditions", "12", "--neurons", "4", "-o", "a.npy"},
		{"mlem", "simulate", "--stimuli", "40", "--features", "4", "--hidden", "8", "-o", "sim"},
		{"mlem", "fit", "--features", "sim/features.csv", "--neural", "sim/y.npy", "--bootstrap", "0", "--null", "0", "-o", "fit"},
		{"moments", "y0.csv", "y1.csv", "-o", "m.npz"},
		{"score", "y0.csv", "y1.csv", "y2.csv", "-m", "cka", "-o", "scores.csv"},
		{"score", "y0.csv", "y1.csv", "y2.csv", "-m", "cka", "-o", "scores.jsonl"},
		{"score", "--list", "pairs.txt", "-m", "cka", "-o", "p0.csv", "--shard", "0/2"},
		{"score", "--list", "pairs.txt", "-m", "cka", "-o", "p1.csv", "--shard", "1/2"},
		{"optimize", "y0.csv", "-m", "cka", "--max-iter", "3", "-o", "opt"},
		{"optimize", "y0.csv", "-m", "cka", "--max-iter", "3", "--restarts", "2", "--shard", "0/1", "-o", "part"},
	} {
		output(t, dir, append(line, "-q")...)
	}
	if err := os.Mkdir(filepath.Join(dir, "results"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"scores.csv", "scores.csv" + dataio.ManifestSuffix} {
		writeFile(t, dir, "results/"+name, string(readFile(t, filepath.Join(dir, name))))
	}
	writeFile(t, dir, "plan.yaml", "command: score\ninputs:\n  x: y0.csv\n  y: y{n}.csv\ngrid:\n  measures: [cka, nbs]\nset: {inference: none}\noutput: sweep.csv\n")
	writeFile(t, dir, "config.yaml", "measures: [cka]\nseed: 3\nscore:\n  inference: none\n  format: csv\n")
	writeFile(t, dir, "groups.csv", "g,h\n"+strings.Repeat("a,1\nb,2\n", 10))

	// A checkpoint of score that holds one item of three.
	checkpoint := batch.CheckpointOf("c.csv")
	resume := []string{"score", "--list", "pairs.txt", "-m", "cka", "-o", "c.csv", "-j", "1", "-q"}
	hold(t, dir, "y2.csv")
	cmd := simtoolIn(t, dir, resume...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "a checkpoint", func() bool {
		info, err := os.Stat(filepath.Join(dir, checkpoint, batch.LogFile))
		return err == nil && info.Size() > 0
	})
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	release(t, dir, "y2.csv")
	resume = append(resume, "--resume")

	score := func(file string) []string {
		return []string{"score", "y0.csv", file, "-m", "cka,rsa", "-q", "--format", "csv"}
	}
	return dir, map[string]*fileKind{
		"npy":        {file: "a.npy", args: []string{"score", "a.npy", "a.npy", "-m", "cka,rsa", "-q"}},
		"csv":        {file: "y1.csv", args: score("y1.csv")},
		"moments":    {file: "m.npz", sealed: true, args: []string{"score", "--moments", "m.npz", "-m", "cka,nbs", "-q", "--format", "csv"}},
		"features":   {file: "sim/features.csv", args: []string{"mlem", "predict", "fit/model.json", "--features", "sim/features.csv", "-q"}},
		"model":      {file: "fit/model.json", sealed: true, args: []string{"mlem", "predict", "fit/model.json", "--features", "sim/features.csv", "-q"}},
		"plan":       {file: "plan.yaml", args: []string{"run", "plan.yaml", "--dry-run", "-q"}},
		"config":     {file: "config.yaml", args: []string{"score", "y0.csv", "y1.csv", "--config", "config.yaml", "-q"}},
		"list":       {file: "pairs.txt", args: []string{"score", "--list", "pairs.txt", "-m", "cka", "-q", "--inference", "none"}},
		"labels":     {file: "groups.csv", args: []string{"score", "y0.csv", "y1.csv", "-m", "cka", "--units", "groups.csv:g", "-q"}},
		"plot csv":   {file: "scores.csv", args: []string{"plot", "scores.csv", "-o", "s.svg", "-q", "--force"}},
		"plot jsonl": {file: "scores.jsonl", args: []string{"plot", "scores.jsonl", "-o", "s.svg", "-q", "--force"}},
		"report":     {file: "results/scores.csv" + dataio.ManifestSuffix, args: []string{"report", "results", "-o", "r.html", "-q", "--force"}},
		"trajectory": {file: "opt/trajectory.csv", args: []string{"plot", "opt/trajectory.csv", "-o", "s.svg", "-q", "--force"}},
		"part":       {file: "p1.csv", sealed: true, args: []string{"merge", "p0.csv", "p1.csv", "-o", "merged.csv", "-q"}, output: "merged.csv"},
		"manifest":   {file: "p1.csv" + dataio.ManifestSuffix, sealed: true, args: []string{"merge", "p0.csv", "p1.csv", "-o", "merged.csv", "-q"}, output: "merged.csv"},
		"directory":  {file: "part/" + batch.ManifestName, sealed: true, args: []string{"merge", "part", "-o", "whole", "-q", "--force"}},
		"log":        {file: checkpoint + "/" + batch.LogFile, sealed: true, args: resume, output: "c.csv", clean: true},
		"settings":   {file: checkpoint + "/" + batch.FingerprintFile, sealed: true, args: resume, output: "c.csv", clean: true},
	}
}
