package main

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// gather returns the cases of a source tree.
func gather(ctx context.Context, scratch, source string, old build, shared string) ([]testCase, error) {
	var cases []testCase
	add := func(more []testCase, err error) error {
		cases = append(cases, more...)
		return err
	}
	for _, err := range []error{
		add(stories("story", filepath.Join(source, "cmd/simtool/testdata/script"))),
		add(batches(filepath.Join(scratch, "batches"))),
		add(pages(source)),
		add(commands(ctx, source, old)),
		add(plans(source)),
		add(figures(source, shared)),
	} {
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(cases, func(a, b testCase) int { return cmp.Compare(a.name, b.name) })
	return cases, nil
}

// bundled says which files of testdata stand for the names that examples use.
var bundled = map[string]string{
	"recording.npy":      "recording.npy",
	"rec.npy":            "recording.npy",
	"layers/1.npy":       "recording.npy",
	"conditions.csv":     "conditions.csv",
	"model.npy":          "model_good.npy",
	"models/good.npy":    "model_good.npy",
	"layers/2.npy":       "model_good.npy",
	"models/partial.npy": "model_partial.npy",
	"layers/3.npy":       "model_partial.npy",
}

// examples puts the files into a case that the examples of the help work on.
func examples(s *stage, source string) error {
	if err := s.copyIn(filepath.Join(source, "testdata"), bundled); err != nil {
		return err
	}
	if err := s.copyIn(filepath.Join(source, "configs/plans"), map[string]string{"plan.yaml": "score.yaml"}); err != nil {
		return err
	}
	return s.shell("simtool rdm model.npy -o rdm_brain.npy; simtool rdm model.npy -o rdm_model.npy")
}

// shellLines returns the lines of the sh blocks of a markdown text, continued lines
// joined, that call simtool.
func shellLines(markdown string) []string {
	var lines []string
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(markdown, -1) {
		for line := range strings.Lines(strings.ReplaceAll(block[1], "\\\n", " ")) {
			line = strings.ReplaceAll(strings.TrimSpace(line), "go run ./cmd/simtool", "simtool")
			if strings.HasPrefix(line, "simtool ") {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// pages are README.md and the pages of docs.
func pages(source string) ([]testCase, error) {
	paths, err := filepath.Glob(filepath.Join(source, "docs/*.md"))
	if err != nil {
		return nil, err
	}
	var cases []testCase
	for _, path := range append(paths, filepath.Join(source, "README.md")) {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		lines := shellLines(string(content))
		if len(lines) == 0 {
			continue
		}
		name, err := filepath.Rel(source, path)
		if err != nil {
			return nil, err
		}
		plan := regexp.MustCompile("(?s)```yaml\n# plan.yaml.*?```").FindString(string(content))
		cases = append(cases, testCase{name: "page/" + strings.TrimSuffix(name, ".md"), run: func(s *stage) error {
			if name != "README.md" { // which begins with the demo
				if err := examples(s, source); err != nil {
					return err
				}
				if err := s.copyIn(filepath.Join(source, "testdata"), map[string]string{
					"acts/good/layer1.npy": "model_good.npy", "acts/poor/layer1.npy": "model_good.npy",
					"acts/good/layer2.npy": "model_partial.npy", "acts/poor/layer2.npy": "model_partial.npy",
				}); err != nil {
					return err
				}
			}
			if plan != "" {
				if err := writeFile(filepath.Join(s.work, "plan.yaml"), []byte(strings.Trim(strings.TrimPrefix(plan, "```yaml\n"), "`")), 0o644); err != nil {
					return err
				}
			}
			return s.shells(lines)
		}})
	}
	return cases, nil
}

// shells runs lines one after the other.
func (s *stage) shells(lines []string) error {
	for _, line := range lines {
		// The page of clusters has as many shards as a cluster has; here are fewer items.
		if err := s.shell(strings.Replace(line, "--shards 1000", "--shards 12", 1)); err != nil {
			return err
		}
	}
	return nil
}

// commands are the commands of simtool, each with its help, completions, settings
// and examples.
func commands(ctx context.Context, source string, b build) ([]testCase, error) {
	cases := []testCase{{name: "command", run: func(s *stage) error {
		return s.shells([]string{
			"simtool", "simtool --help", "simtool help", "simtool --version", "simtool version", "simtool nonsense", "simtool --nonsense",
			"simtool __complete ''", "simtool demo", "simtool demo elsewhere -q",
			"simtool completion bash", "simtool completion zsh", "simtool completion fish", "simtool completion powershell",
			"simtool generate man man", "simtool generate markdown markdown",
		})
	}}}
	var walk func(path []string) error
	walk = func(path []string) error {
		if len(path) > 4 {
			return fmt.Errorf("simtool %s: no command of that depth is known", strings.Join(path, " "))
		}
		text, err := helpOf(ctx, b, path)
		if err != nil {
			return err
		}
		names := indented(section(text, "COMMANDS"))
		for _, name := range names {
			if err := walk(append(slices.Clone(path), name)); err != nil {
				return err
			}
		}
		if len(path) == 0 {
			return nil
		}
		line := "simtool " + strings.Join(path, " ")
		var lines []string
		for _, rest := range []string{"--help", "--print-config", "", "--nonsense", "missing.npy", "missing.npy missing.npy -m cka", "--dry-run missing.npy missing.npy"} {
			lines = append(lines, strings.TrimSpace(line+" "+rest))
		}
		complete := strings.Replace(line, "simtool", "simtool __complete", 1)
		lines = append(lines, complete+" ''", complete+" --")
		for _, flag := range regexp.MustCompile(`(?m)^ +(?:-\w, )?--([\w-]+)`).FindAllStringSubmatch(text, -1) {
			lines = append(lines, fmt.Sprintf("%s --%s ''", complete, flag[1]))
		}
		for example := range strings.Lines(section(text, "EXAMPLES")) {
			if path[0] != "completion" { // whose examples change a person's shell
				lines = append(lines, strings.TrimSpace(example))
			}
		}
		cases = append(cases, testCase{name: "command/" + strings.Join(path, "-"), run: func(s *stage) error {
			if err := examples(s, source); err != nil {
				return err
			}
			return s.shells(lines)
		}})
		return nil
	}
	return cases, walk(nil)
}

// helpOf asks a command for its help.
func helpOf(ctx context.Context, b build, path []string) (string, error) {
	cmd := exec.CommandContext(ctx, b.simtool, append(slices.Clone(path), "--help")...)
	cmd.Env = []string{"HOME=/no-home"}
	text, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("simtool %s --help: %w", strings.Join(path, " "), err)
	}
	return string(text), nil
}

// section returns what stands below a heading of a help.
func section(help, heading string) string {
	_, text, found := strings.Cut(help, "\n"+heading+"\n")
	if !found {
		return ""
	}
	text, _, _ = strings.Cut(text, "\n\n")
	return text
}

// indented returns the first words of the lines that begin with two spaces.
func indented(text string) []string {
	var names []string
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "  "); ok && rest[0] != ' ' {
			names = append(names, strings.Fields(rest)[0])
		}
	}
	return names
}

// plans are the configurations and plans of configs.
func plans(source string) ([]testCase, error) {
	plans, err := filepath.Glob(filepath.Join(source, "configs/plans/*.yaml"))
	if err != nil {
		return nil, err
	}
	configs, err := filepath.Glob(filepath.Join(source, "configs/*.yaml"))
	if err != nil {
		return nil, err
	}
	var cases []testCase
	add := func(kind, path string, lines ...string) {
		cases = append(cases, testCase{name: kind + "/" + strings.TrimSuffix(filepath.Base(path), ".yaml"), run: func(s *stage) error {
			if err := examples(s, source); err != nil {
				return err
			}
			if err := copyFile(path, filepath.Join(s.work, "the.yaml")); err != nil {
				return err
			}
			return s.shells(lines)
		}})
	}
	for _, path := range plans {
		add("plan", path, "simtool run the.yaml --dry-run", "simtool run the.yaml --print-config", "simtool run the.yaml",
			"simtool run the.yaml --resume", "simtool run the.yaml --emit slurm jobs --force", "simtool run the.yaml --emit make jobs --force",
			"simtool run the.yaml --emit snakemake jobs --force", "simtool run the.yaml --emit parallel jobs --force")
	}
	for _, path := range configs {
		add("config", path, "simtool score recording.npy models/*.npy --config the.yaml --print-config",
			"simtool score recording.npy models/*.npy --config the.yaml --dry-run", "simtool score recording.npy models/*.npy --config the.yaml -o scores.csv")
	}
	return cases, nil
}

//go:embed batches/*.txtar
var batchStories embed.FS

// batches are stories of this program, about what several runs make together.
func batches(dir string) ([]testCase, error) {
	err := fs.WalkDir(batchStories, "batches", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := batchStories.ReadFile(path)
		if err != nil {
			return err
		}
		return writeFile(filepath.Join(dir, entry.Name()), text, 0o644)
	})
	if err != nil {
		return nil, err
	}
	return stories("batch", dir)
}

// figures is what make figures does. The study runs without the columns of its
// times, which no two runs have alike, and so without the panels of time.
func figures(source, shared string) ([]testCase, error) {
	if !exists(filepath.Join(source, "configs/figures.mk")) {
		return nil, nil
	}
	return []testCase{{name: "figures", slow: true, run: func(s *stage) error {
		for _, name := range []string{"configs", "testdata"} {
			if err := os.CopyFS(filepath.Join(s.work, name), os.DirFS(filepath.Join(source, name))); err != nil {
				return err
			}
		}
		study := filepath.Join(s.work, "configs/figures/study.yaml")
		text, err := os.ReadFile(study)
		if err != nil {
			return err
		}
		text = regexp.MustCompile(`(?m)^( *timing:).*`).ReplaceAll(text, []byte("$1 false"))
		if err := os.WriteFile(study, text, 0o644); err != nil {
			return err
		}
		if exists(shared) {
			if err := os.Symlink(shared, filepath.Join(s.dir, "shared")); err != nil {
				return err
			}
		}
		// go run ./internal/figure/gallery is the gallery of the same build.
		program := "true"
		if s.build.gallery != "" {
			program = filepath.Join(s.dir, shimName, "go")
			if err := writeFile(program, []byte("#!/bin/sh\nshift 2\nexec "+s.build.gallery+` "$@"`+"\n"), 0o755); err != nil {
				return err
			}
		}
		if err := writeFile(filepath.Join(s.work, "bin/simtool"), []byte("#!/bin/sh\nexec simtool \"$@\"\n"), 0o755); err != nil {
			return err
		}
		return s.shell("make -k -f configs/figures.mk figures GO=" + program)
	}}}, nil
}
