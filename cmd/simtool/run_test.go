package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestRunResumes runs plans again and again with a limit of time that is too short
// for them, which must come to the same bytes as one run: for rows of one table, and
// for items that write directories and keep checkpoints of their own.
func TestRunResumes(t *testing.T) {
	for _, c := range []struct{ name, plan, result string }{
		{"rows", "command: pc-sensitivity\ninputs: {x: recording.npy}\ngrid: {seed: 1-40}\nset: {measures: [rsa], repeats: 3, keep: 5}\n", "out.csv"},
		{"directories", "command: optimize\ninputs: {x: recording.npy}\ngrid: {seed: 1-4}\nset: {max-iter: 200, components: false, checkpoint-every: 50ms}\noutput: runs/{seed}\n", "runs/4/y.npy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			whole, dir := exampleDirectory(t), exampleDirectory(t)
			for _, d := range []string{whole, dir} {
				writeFile(t, d, "p.yaml", c.plan)
			}
			if output, err := shell(t, whole, "simtool run p.yaml -q -j 2 -o out.csv"); err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
			stops := 0
			for limit := 200 * time.Millisecond; ; {
				output, err := shell(t, dir, fmt.Sprintf("simtool run p.yaml -q -j 2 -o out.csv --resume --time-limit %s", limit))
				if err == nil {
					break
				}
				failed, ok := errors.AsType[*exec.ExitError](err)
				switch {
				case ok && failed.ExitCode() == int(exitCheckpoint):
					stops++
				case ok && failed.ExitCode() != int(exitFailure):
					t.Fatalf("%v\n%s", err, output)
				}
				limit += limit / 2 // until enough is done within it
			}
			t.Logf("stopped %d times", stops)
			for _, name := range []string{"out.csv", c.result} {
				want, err1 := os.ReadFile(filepath.Join(whole, name))
				got, err2 := os.ReadFile(filepath.Join(dir, name))
				if err := errors.Join(err1, err2); err != nil || !bytes.Equal(got, want) {
					t.Errorf("other bytes in %s after %d stops: %v", name, stops, err)
				}
			}
		})
	}
}

// A narrow terminal does without the columns that the command's own table can spare.
func TestPlanOnANarrowTerminal(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "x.csv", "1,2\n3,5\n2,2\n4,1\n")
	writeFile(t, dir, "y.csv", "2,2\n3,4\n1,2\n4,2\n")
	writeFile(t, dir, "plan.yaml", fmt.Sprintf("command: score\ninputs: {x: %s/x.csv, y: %s/y.csv}\nset: {measures: cka}\ngrid: {seed: 1-3}\n", dir, dir))
	s := newSession(streams{outTTY: true, width: 32})
	if status := s.run(t, "run", filepath.Join(dir, "plan.yaml")); status != exitOK {
		t.Fatalf("exit status %d: %s", status, &s.err)
	}
	for line := range strings.Lines(s.out.String()) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 32 {
			t.Errorf("%d columns in a terminal of 32: %q", n, line)
		}
	}
	if !strings.Contains(s.out.String(), "q, p, n, null, calibrated, y\n") || !strings.Contains(s.out.String(), "value") {
		t.Errorf("the table is\n%s", &s.out)
	}
}
