package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"simtool/testdata"
)

// TestClusterPage runs the commands of docs/cluster.md, in its order, on two models
// of two layers and with the plan that the page shows. Commands of the cluster's own
// tools are left to make test-cluster. None warns but where the page says so.
func TestClusterPage(t *testing.T) {
	content, err := os.ReadFile(filepath.FromSlash("../../docs/cluster.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(content)
	plan := regexp.MustCompile("(?s)```yaml\n# plan.yaml.*?```").FindString(page)
	if plan == "" {
		t.Fatal("the page shows no plan.yaml")
	}
	dir := t.TempDir()
	writeFile(t, dir, "plan.yaml", strings.Trim(strings.TrimPrefix(plan, "```yaml\n"), "`"))
	for source, names := range map[string][]string{
		"recording.npy":     {"recording.npy"},
		"model_good.npy":    {"acts/good/layer1.npy", "acts/poor/layer1.npy"},
		"model_partial.npy": {"acts/good/layer2.npy", "acts/poor/layer2.npy"},
	} {
		array, err := testdata.FS.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755); err != nil {
				t.Fatal(err)
			}
			writeFile(t, dir, name, string(array))
		}
	}
	ran := 0
	for _, line := range shellLines(page) {
		if !strings.HasPrefix(line, "simtool ") {
			continue
		}
		ran++
		line = strings.Replace(line, "--shards 1000", "--shards 12", 1) // as many as there are items here
		if output, err := shell(t, dir, line); err != nil || strings.Contains(output, warned) {
			t.Errorf("%s: %v\n%s", line, err, output)
		}
	}
	if ran < 10 {
		t.Errorf("only %d commands of the page were run", ran)
	}
	for _, link := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(page, -1) {
		if _, err := os.Stat(filepath.Join("..", "..", "docs", filepath.FromSlash(link[1]))); err != nil {
			t.Errorf("the page links to %s: %v", link[1], err)
		}
	}
}
