package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// verdict is what became of a mutant.
type verdict string

const (
	killed     verdict = "killed"
	equivalent verdict = "equivalent" // survived, as the list says
	survived   verdict = "SURVIVED"
	noticed    verdict = "NOTICED"  // though the list says that it changes nothing
	notFound   verdict = "NO TEXT"  // the text is not in its file, or more than once
	notBuilt   verdict = "NO BUILD" // the changed file does not compile
)

// result is a verdict with its reason and the time it took.
type result struct {
	verdict verdict
	detail  string // the first test that failed, or the error
	took    time.Duration
}

// lab runs tests of changed programs.
type lab struct {
	root string // of the repository
	dir  string // for changed files
}

func newLab() (*lab, error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "mutants")
	return &lab{root, dir}, err
}

func (l *lab) close() { _ = os.RemoveAll(l.dir) }

// moduleRoot returns the folder that holds go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no go.mod above the working directory")
		}
		dir = up
	}
}

// timeLimit ends tests of a mutant that does not end by itself.
const timeLimit = "2m"

// test runs tests of a folder, with an overlay unless that is "", and returns what
// they print and whether they pass.
func (l *lab) test(folder, tests, overlay string) (output string, passes bool) {
	args := []string{"test", "-count=1", "-failfast", "-vet=off", "-timeout", timeLimit, "-run", "^(" + tests + ")$"}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	args = append(args, "./"+folder)
	if l.drawsExamples(folder) {
		args = append(args, "-rapid.nofailfile")
	}
	c := exec.CommandContext(context.Background(), "go", args...)
	c.Dir = l.root
	c.Env = append(os.Environ(), "SIMTOOL_SHARED="+filepath.Join(l.dir, "nothing"))
	out, err := c.CombinedOutput()
	return string(out), err == nil
}

// drawsExamples reports whether tests of a folder use rapid, which writes examples
// that fail into the folder unless a flag forbids it.
func (l *lab) drawsExamples(folder string) bool {
	files, _ := filepath.Glob(filepath.Join(l.root, filepath.FromSlash(folder), "*_test.go")) // the pattern is valid
	return slices.ContainsFunc(files, func(file string) bool {
		text, err := os.ReadFile(file)
		return err == nil && strings.Contains(string(text), `"pgregory.net/rapid"`)
	})
}

// passesUnchanged returns an error unless the tests that the mutants name are
// there and pass in the program as it is.
func (l *lab) passesUnchanged(chosen []mutant) error {
	tests := map[string][]string{}
	for _, m := range chosen {
		tests[m.folder()] = append(tests[m.folder()], strings.Split(m.tests, "|")...)
	}
	for _, folder := range slices.Sorted(maps.Keys(tests)) {
		names := slices.Compact(slices.Sorted(slices.Values(tests[folder])))
		if output, passes := l.test(folder, strings.Join(names, "|"), ""); !passes || strings.Contains(output, "no tests to run") {
			return fmt.Errorf("the tests of %s do not pass in the program as it is:\n%s", folder, output)
		}
	}
	return nil
}

// examine tests mutants, some at a time, reports each result in the order of the
// list and counts the verdicts.
func (l *lab) examine(chosen []mutant, jobs int, report func(mutant, result)) map[verdict]int {
	results := make([]chan result, len(chosen))
	for i := range results {
		results[i] = make(chan result, 1)
	}
	next := make(chan int)
	var wait sync.WaitGroup
	for range max(1, jobs) {
		wait.Go(func() {
			for i := range next {
				start := time.Now()
				r := l.one(chosen[i], i)
				r.took = time.Since(start)
				results[i] <- r
			}
		})
	}
	wait.Go(func() {
		defer close(next)
		for i := range chosen {
			next <- i
		}
	})
	count := map[verdict]int{}
	for i, m := range chosen {
		r := <-results[i]
		count[r.verdict]++
		report(m, r)
	}
	wait.Wait()
	return count
}

// one tests a mutant.
func (l *lab) one(m mutant, number int) result {
	original := filepath.Join(l.root, filepath.FromSlash(m.file))
	text, err := os.ReadFile(original)
	if err != nil {
		return result{verdict: notFound, detail: err.Error()}
	}
	mutated, err := m.apply(string(text))
	if err != nil {
		return result{verdict: notFound, detail: err.Error()}
	}
	changed := filepath.Join(l.dir, fmt.Sprintf("%d.go", number))
	overlay := filepath.Join(l.dir, fmt.Sprintf("%d.json", number))
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{original: changed}})
	if err == nil {
		err = errors.Join(os.WriteFile(changed, []byte(mutated), 0o666), os.WriteFile(overlay, replace, 0o666))
	}
	if err != nil {
		return result{verdict: notBuilt, detail: err.Error()}
	}
	output, passes := l.test(m.folder(), m.tests, overlay)
	return judge(m, output, passes)
}

var failedTest = regexp.MustCompile(`--- FAIL: (\S+)`)

// judge reads what the tests of a mutant printed.
func judge(m mutant, output string, passes bool) result {
	switch {
	case strings.Contains(output, "[build failed]") || strings.Contains(output, "[setup failed]"):
		return result{verdict: notBuilt, detail: output}
	case passes && m.equivalent != "":
		return result{verdict: equivalent, detail: m.equivalent}
	case passes:
		return result{verdict: survived, detail: "of " + m.tests}
	}
	detail := "no test said why"
	if found := failedTest.FindStringSubmatch(output); found != nil {
		detail = found[1]
	} else if strings.Contains(output, "panic: test timed out") {
		detail = "does not end"
	}
	if m.equivalent != "" {
		return result{verdict: noticed, detail: detail}
	}
	return result{verdict: killed, detail: detail}
}
