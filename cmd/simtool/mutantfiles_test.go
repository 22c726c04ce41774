//go:build unix

package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simtool/internal/batch"
	"simtool/internal/io"
)

// mutableFiles writes files of all kinds and says how each is read.
func mutableFiles(t *testing.T) (dir string, kinds map[string]*fileKind) {
	t.Helper()
	dir = t.TempDir()
	writePairs(t, dir, 3)
	packedFiles(t, dir)
	for _, line := range [][]string{
		{"mlem", "simulate", "--stimuli", "40", "--features", "4", "--hidden", "8", "-o", "sim"},
		{"mlem", "fit", "--features", "sim/features.csv", "--neural", "sim/y.npy", "--bootstrap", "0", "--null", "0", "-o", "fit"},
		{"moments", "y0.csv", "y1.csv", "-o", "m.npz"},
		{"score", "y0.csv", "y1.csv", "y2.csv", "-m", "cka", "-o", "scores.csv"},
		{"score", "y0.csv", "y1.csv", "y2.csv", "-m", "cka", "-o", "scores.jsonl"},
		{"score", "--list", "pairs.txt", "-m", "cka", "-o", "p0.csv", "--shard", "0/2"},
		{"score", "--list", "pairs.txt", "-m", "cka", "-o", "p1.csv", "--shard", "1/2"},
		{"score", "y0.csv", "y1.csv", "y2.csv", "-m", "cka", "-o", "scores.json"},
		{"score", "y0.csv", "y1.csv", "y2.csv", "-m", "cka", "--all-pairs", "--matrix", "square.csv"},
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
	writeFile(t, dir, "config.toml", "measures = [\"cka\"]\nseed = 3\n[score]\ninference = \"none\"\nformat = \"csv\"\n")
	writeFile(t, dir, "config.json", `{"measures": ["cka"], "seed": 3, "score": {"inference": "none", "format": "csv"}}`)
	writeFile(t, dir, "groups.csv", "g,h\n"+strings.Repeat("a,1\nb,2\n", 10))

	score := func(file string) []string {
		return []string{"score", "y0.csv", file, "-m", "cka,rsa", "-q", "--format", "csv"}
	}
	predict := []string{"mlem", "predict", "fit/model.json", "--features", "sim/features.csv", "-q"}
	plot := func(file string) []string { return []string{"plot", file, "-o", "s.svg", "-q", "--force"} }
	merge := []string{"merge", "p0.csv", "p1.csv", "-o", "merged.csv", "-q"}
	config := func(file string) []string {
		return []string{"score", "y0.csv", "y1.csv", "--config", file, "-q"}
	}
	kinds = map[string]*fileKind{
		"npy":         {file: "a.npy", args: score("a.npy")},
		"npz":         {file: "stored.npz", args: score("stored.npz:b")},
		"npz deflate": {file: "deflated.npz", args: score("deflated.npz:b")},
		"npy.gz":      {file: "a.npy.gz", args: score("a.npy.gz")},
		"csv":         {file: "y1.csv", args: score("y1.csv")},
		"csv.gz":      {file: "a.csv.gz", args: score("a.csv.gz")},
		"rows":        {file: "a.npy", args: []string{"moments", "y0.csv", "a.npy", "-o", "rows.npz", "-q"}, output: "rows.npz"},
		"moments":     {file: "m.npz", sealed: true, args: []string{"score", "--moments", "m.npz", "-m", "cka,nbs", "-q", "--format", "csv"}},
		"features":    {file: "sim/features.csv", args: predict},
		"model":       {file: "fit/model.json", sealed: true, args: predict},
		"plan":        {file: "plan.yaml", args: []string{"run", "plan.yaml", "--dry-run", "-q"}},
		"config":      {file: "config.yaml", args: config("config.yaml")},
		"config toml": {file: "config.toml", args: config("config.toml")},
		"config json": {file: "config.json", args: config("config.json")},
		"list":        {file: "pairs.txt", args: []string{"score", "--list", "pairs.txt", "-m", "cka", "-q", "--inference", "none"}},
		"labels":      {file: "groups.csv", args: []string{"score", "y0.csv", "y1.csv", "-m", "cka", "--units", "groups.csv:g", "-q"}},
		"square":      {file: "square.csv", args: []string{"collection", "square.csv", "-m", "cka", "-q"}},
		"plot csv":    {file: "scores.csv", args: plot("scores.csv")},
		"plot jsonl":  {file: "scores.jsonl", args: plot("scores.jsonl")},
		"plot json":   {file: "scores.json", args: plot("scores.json")},
		"report":      {file: "results/scores.csv" + dataio.ManifestSuffix, args: []string{"report", "results", "-o", "r.html", "-q", "--force"}},
		"trajectory":  {file: "opt/trajectory.csv", args: plot("opt/trajectory.csv")},
		"part":        {file: "p1.csv", sealed: true, args: merge, output: "merged.csv"},
		"manifest":    {file: "p1.csv" + dataio.ManifestSuffix, sealed: true, args: merge, output: "merged.csv"},
		"directory":   {file: "part/" + batch.ManifestName, sealed: true, args: []string{"merge", "part", "-o", "whole", "-q", "--force"}, output: "whole"},
		"directory's": {file: "part/trajectory.csv", sealed: true, args: []string{"merge", "part", "-o", "whole", "-q", "--force"}, output: "whole"},
	}
	for name, resumed := range map[string][]string{
		"score": {"score", "--list", "pairs.txt", "-m", "cka"},
		"run":   {"run", "plan.yaml"},
	} {
		folder := batch.CheckpointOf(name + ".csv")
		resumed = append(resumed, "-o", name+".csv", "-j", "1", "-q", "--resume")
		leaveLog(t, dir, folder, resumed[:len(resumed)-1])
		for _, file := range []string{batch.LogFile, batch.FingerprintFile} {
			kinds[name+" "+file] = &fileKind{file: filepath.Join(folder, file), args: resumed, sealed: true, output: name + ".csv", folder: folder}
		}
	}
	if stoppedKinds != nil {
		maps.Copy(kinds, stoppedKinds(t, dir))
	}
	addResealed(t, kinds)
	return dir, kinds
}

// packedFiles writes numbers in archives and compressed.
func packedFiles(t *testing.T, dir string) {
	t.Helper()
	table := readFile(t, filepath.Join(dir, "y1.csv"))
	var array bytes.Buffer
	values := make([]float64, 60)
	r := rand.New(rand.NewPCG(5, 6))
	for i := range values {
		values[i] = r.NormFloat64()
	}
	if err := dataio.EncodeNPY(&array, dataio.Float64, values, 20, 3); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"a.npy": array.Bytes(), "a.csv": table} {
		writeFile(t, dir, name, string(content))
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, err := z.Write(content)
		if err2 := z.Close(); err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		writeFile(t, dir, name+".gz", packed.String())
	}
	for name, method := range map[string]uint16{"stored.npz": zip.Store, "deflated.npz": zip.Deflate} {
		var archive bytes.Buffer
		z := zip.NewWriter(&archive)
		for _, member := range []string{"a.npy", "b.npy"} {
			w, err := z.CreateHeader(&zip.FileHeader{Name: member, Method: method})
			if err == nil {
				_, err = w.Write(array.Bytes())
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		writeFile(t, dir, name, archive.String())
	}
}

// emptyLog is more than the bytes of a log without entries.
const emptyLog = 20

// leaveLog kills a command that waits for its last input, so that its checkpoint holds the
// others.
func leaveLog(t *testing.T, dir, checkpoint string, args []string) {
	t.Helper()
	hold(t, dir, "y2.csv")
	defer release(t, dir, "y2.csv")
	cmd := simtoolIn(t, dir, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "a checkpoint", func() bool {
		info, err := os.Stat(filepath.Join(dir, checkpoint, batch.LogFile))
		return err == nil && info.Size() > emptyLog
	})
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

// stoppedKinds leaves checkpoints of commands that were killed in a directory, and says
// which of their files are read; nil where a test cannot kill at a chosen moment.
var stoppedKinds func(t *testing.T, dir string) map[string]*fileKind
