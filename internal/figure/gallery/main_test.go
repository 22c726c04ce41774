package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGallery follows a figure to the command that made its data.
func TestGallery(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{
		"figures/one.svg":               `<svg xmlns="http://www.w3.org/2000/svg"><desc>Three bars &amp; a line.</desc></svg>`,
		"figures/one.svg.manifest.json": `{"argv":["simtool","plot","--force","-q","runs/t.csv"],"inputs":[{"path":"runs/t.csv"}],"outputs":[{"path":"figures/one.svg"}]}`,
		"runs/t.csv":                    "a\n1\n",
		"runs/manifest.json":            `{"argv":["simtool","optimize","my data.npy"],"inputs":[{"path":"my data.npy"}],"outputs":[{"path":"t.csv"}]}`,
		"gallery.yaml":                  "- figure: one\n  title: One\n  shows: Bars.\n  paper: More.\n- figure: absent\n  title: Not here\n",
		"wrong.yaml":                    "- figur: one\n",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := write("figures/README.md", "gallery.yaml"); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("figures/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"## One", "![One](one.svg)", "**Shows.** Bars.", "**The paper.** More.", "**Here.** Three bars & a line.",
		"```sh\nsimtool optimize 'my data.npy'\nsimtool plot runs/t.csv\n```",
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("the page lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(string(got), "Not here") {
		t.Error("a figure that there is not is shown")
	}
	if err := write("figures/README.md", "wrong.yaml"); err == nil {
		t.Error("a misspelt key is no error")
	}
}
