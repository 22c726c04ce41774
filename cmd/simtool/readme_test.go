package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"simtool/internal/io"
	"simtool/testdata"
)

// These tests run what the README and the help tell people to type.

// shell runs one command line in a directory and returns what it printed.
func shell(t *testing.T, dir, line string) (output string, err error) {
	t.Helper()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh here")
	}
	cmd := exec.CommandContext(t.Context(), sh, "-c", line)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// readme returns the text of the README and of the Makefile.
func readme(t *testing.T) (text, makefile string) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		content, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	return read("README.md"), read("Makefile")
}

// TestThirdPartyListsEveryModule checks that each module that is linked, or required by
// go.mod, has a line with its version, the day of that, and its licence.
func TestThirdPartyListsEveryModule(t *testing.T) {
	versions := map[string]string{}
	info, ok := debug.ReadBuildInfo()
	if ok {
		for _, module := range info.Deps {
			versions[module.Path] = module.Version
		}
	}
	required := regexp.MustCompile(`(?m)^(?:require)?\s+(\S+/\S+) (v\S+)`)
	for _, m := range required.FindAllSubmatch(readFile(t, filepath.FromSlash("../../go.mod")), -1) {
		versions[string(m[1])] = string(m[2])
	}
	if len(versions) < 20 {
		t.Fatalf("only %d modules", len(versions))
	}
	content := readFile(t, filepath.FromSlash("../../THIRD_PARTY.md"))
	listed := map[string][]string{}
	for _, m := range regexp.MustCompile(`(?m)^\| (\S+) \| (v\S+) \| (\d{4}-\d\d-\d\d) \| \S`).FindAllSubmatch(content, -1) {
		listed[string(m[1])] = []string{string(m[2]), string(m[3])}
	}
	stamp := regexp.MustCompile(`[-.](\d{4})(\d\d)(\d\d)\d{6}-[0-9a-f]{12}$`)
	for path, version := range versions {
		row := listed[path]
		switch {
		case row == nil || row[0] != version:
			t.Errorf("%s %s is listed as %q", path, version, row)
		case stamp.MatchString(version) && stamp.ReplaceAllString(stamp.FindString(version), "$1-$2-$3") != row[1]:
			t.Errorf("%s is said to be of %s", version, row[1])
		}
	}
	for path := range listed {
		if versions[path] == "" {
			t.Errorf("%s is listed and not used", path)
		}
	}
}

// shellLines returns the lines of the sh blocks of a markdown text, continued
// lines joined.
func shellLines(markdown string) []string {
	var lines []string
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(markdown, -1) {
		text := strings.ReplaceAll(block[1], "\\\n", " ")
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// TestReadmeCommands runs the commands of the README and of the tour, and shows the
// session of the README in a terminal of 80 columns.
func TestReadmeCommands(t *testing.T) {
	text, makefile := readme(t)
	tour, err := os.ReadFile(filepath.FromSlash("../../docs/tour.md"))
	if err != nil {
		t.Fatal(err)
	}
	lines := append(shellLines(text), shellLines(string(tour))[1:]...) // without the demo again
	if len(lines) < 25 {
		t.Fatalf("only %d commands in the README and the tour", len(lines))
	}
	dir := t.TempDir()
	for _, line := range lines {
		line = strings.ReplaceAll(line, "go run ./cmd/simtool", "simtool")
		if target, ok := strings.CutPrefix(line, "make "); ok {
			if !strings.Contains(makefile, "\n"+target+":") {
				t.Errorf("%s: the Makefile has no such target", line)
			}
			continue
		}
		if !strings.HasPrefix(line, "simtool ") {
			t.Errorf("%s: a command that this test does not know", line)
			continue
		}
		if output, err := shell(t, dir, line); err != nil || strings.Contains(output, warned) {
			t.Errorf("%s: %v\n%s", line, err, output)
		}
	}
	command, shown, ok := strings.Cut(regexp.MustCompile("(?s)```console\n\\$ simtool (.*?)```").FindStringSubmatch(text)[1], "\n")
	if !ok {
		t.Fatal("the README shows no session")
	}
	t.Chdir(filepath.Join(dir, "simtool-demo"))
	s := newSession(streams{outTTY: true, width: 80})
	if status := s.run(t, strings.Fields(command)...); status != exitOK || s.out.String() != shown {
		t.Errorf("simtool %s: exit status %d\n%s\nand not, as the README has it,\n%s", command, status, &s.out, shown)
	}
}

// TestLinksLeadSomewhere follows the links within the README and the pages of docs.
func TestLinksLeadSomewhere(t *testing.T) {
	pages, err := filepath.Glob(filepath.FromSlash("../../docs/*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, filepath.FromSlash("../../README.md")) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(string(text), -1) {
			target, _, _ := strings.Cut(link[1], "#")
			if target == "" || strings.Contains(target, "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), filepath.FromSlash(target))); err != nil {
				t.Errorf("%s links to %s: %v", page, link[1], err)
			}
		}
	}
}

// warned begins a warning on standard error. What people are told to type is of clean
// data, and nothing is to be said about them.
const warned = "simtool: warning:"

// TestHelpExamples runs the examples of every command but those that change a
// person's shell.
func TestHelpExamples(t *testing.T) {
	notRun := []string{"simtool completion"}
	everyCommand(fullTree(), func(cmd *cobra.Command) {
		if cmd.Example == "" || slices.Contains(notRun, cmd.CommandPath()) {
			return
		}
		t.Run(strings.ReplaceAll(cmd.CommandPath(), " ", "-"), func(t *testing.T) {
			t.Parallel()
			dir := exampleDirectory(t)
			for line := range strings.Lines(cmd.Example) {
				line = strings.TrimSpace(line)
				if output, err := shell(t, dir, line); err != nil || strings.Contains(output, warned) {
					t.Errorf("%s: %v\n%s", line, err, output)
				}
			}
		})
	})
}

// writeTrials writes trials.npy, single responses to three images in two runs, some of which
// were shown more often than others, and trials.csv, which image and run each is of.
func writeTrials(t *testing.T, dir string) {
	t.Helper()
	labels, values := "image,run\n", []float64(nil)
	r := rand.New(rand.NewPCG(1, 1))
	for i, image := range []string{"cat", "dog", "car", "cat", "cat", "dog", "car", "cat", "car", "car"} {
		labels += fmt.Sprintf("%s,%d\n", image, 1+i/5)
		for k := range 3 {
			values = append(values, float64(len(image)*int(image[k]))+r.NormFloat64())
		}
	}
	writeFile(t, dir, "trials.csv", labels)
	var file bytes.Buffer
	if err := dataio.EncodeNPY(&file, dataio.Float64, values, 10, 3); err != nil {
		t.Fatal(err)
	}
	writeFile(t, dir, "trials.npy", file.String())
}

// exampleDirectory makes a directory with files of the names in the examples.
func exampleDirectory(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, folder := range []string{"models", "layers"} {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for source, names := range map[string][]string{
		"recording.npy":     {"recording.npy", "rec.npy", "layers/1.npy"},
		"conditions.csv":    {"conditions.csv"},
		"model_good.npy":    {"model.npy", "models/good.npy", "layers/2.npy"},
		"model_partial.npy": {"models/partial.npy", "layers/3.npy"},
	} {
		content, err := testdata.FS.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			writeFile(t, dir, name, string(content))
		}
	}
	plan, err := os.ReadFile(filepath.FromSlash("../../configs/plans/score.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, dir, "plan.yaml", string(plan))
	writeTrials(t, dir)
	for _, name := range []string{"rdm_brain.npy", "rdm_model.npy"} {
		if output, err := shell(t, dir, "simtool rdm model.npy -o "+name); err != nil {
			t.Fatalf("%v\n%s", err, output)
		}
	}
	return dir
}
