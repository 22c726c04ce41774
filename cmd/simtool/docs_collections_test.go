package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simtool/internal/io"
)

// TestCollectionsPage runs the commands of the page on collections, on runs of training
// from one random matrix to another.
func TestCollectionsPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/collections.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	const n, p = 40, 6
	rng := rand.New(rand.NewPCG(16, 12))
	normal := func() (out []float64) {
		for range n * p {
			out = append(out, rng.NormFloat64())
		}
		return out
	}
	for layer := 1; layer <= 2; layer++ {
		if err := os.MkdirAll(filepath.Join(dir, "acts", fmt.Sprint("layer", layer)), 0o755); err != nil {
			t.Fatal(err)
		}
		from, to := normal(), normal()
		for seed := range 2 {
			mine := normal()
			for step := 0; step <= 400; step += 200 {
				share := float64(step) / 400
				values := make([]float64, n*p)
				for i := range values {
					values[i] = (1-share)*from[i] + share*to[i] + 2*share*(1-share)*mine[i]
				}
				path := filepath.Join(dir, "acts", fmt.Sprint("layer", layer), fmt.Sprintf("seed%d-step%d.npy", seed, step))
				encode := func(f *dataio.AtomicFile) error { return dataio.EncodeNPY(f, dataio.Float64, values, n, p) }
				if _, err := dataio.WriteFile(path, dataio.WriteOptions{}, encode); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	_, plan, _ := strings.Cut(string(page), "```yaml\n")
	plan, _, _ = strings.Cut(plan, "```")
	writeFile(t, dir, "training.yaml", plan)
	for _, line := range shellLines(string(page)) {
		output, err := shell(t, dir, line)
		if err != nil || strings.Contains(output, warned) {
			t.Errorf("%s: %v\n%s", line, err, output)
		}
	}
	for _, same := range [][2]string{{"whole.npy", "cka.npy"}, {"whole.names.txt", "cka.names.txt"}} {
		if string(readFile(t, filepath.Join(dir, same[0]))) != string(readFile(t, filepath.Join(dir, same[1]))) {
			t.Errorf("%s is not %s", same[0], same[1])
		}
	}
	for _, name := range []string{"shapes/layer1.csv", "shapes/layer2-matrix.csv", "shapes.html", "training.svg"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	if text := string(readFile(t, filepath.Join(dir, "shapes.html"))); !strings.Contains(text, "Lines go through 2 runs by step") {
		t.Error("the page of a plan has no map with lines of training")
	}
}
