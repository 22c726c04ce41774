package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestConfigs holds the files in configs to what the commands understand, and
// their command lines to the files there are.
func TestConfigs(t *testing.T) {
	paths, err := filepath.Glob("../../configs/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no configurations: %v", err)
	}
	x, y := corners(t)
	for _, path := range paths {
		s := newSession(streams{})
		if status := s.run(t, "score", x, y, "--config", path, "--print-config"); status != exitOK {
			t.Errorf("exit status %d: %s", status, &s.err)
		}
		if !strings.Contains(s.out.String(), path+": ") {
			t.Errorf("%s sets nothing", path)
		}
		// Measures are only known when the command is about to work.
		if status := s.run(t, "score", x, y, "--config", path, "--dry-run"); status != exitOK {
			t.Errorf("exit status %d: %s", status, &s.err)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if name := "--config configs/" + filepath.Base(path); !strings.Contains(string(content), name) {
			t.Errorf("%s does not say how to use it: want %q", path, name)
		}
	}
}

// TestConfigPlans runs every plan in configs, which begins by saying how.
func TestConfigPlans(t *testing.T) {
	paths, err := filepath.Glob("../../configs/plans/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no plans: %v", err)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := "configs/plans/" + filepath.Base(path)
		if !strings.Contains(string(content), "simtool run "+name) {
			t.Errorf("%s does not say how to run it", name)
		}
		dir := exampleDirectory(t)
		writeFile(t, dir, "the.yaml", string(content))
		if output, err := shell(t, dir, "simtool run the.yaml -q"); err != nil {
			t.Errorf("%s: %v\n%s", name, err, output)
		}
	}
}

// TestConfigEngines scores a list by what configs has for make, GNU parallel and
// Snakemake, where they are installed, and compares with a single run.
func TestConfigEngines(t *testing.T) {
	configs, err := filepath.Abs("../../configs")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ engine, command string }{
		{"make", "make -j2 scores.csv"},
		{"parallel", configs + "/parallel.sh"},
		{"snakemake", "HOME=$PWD snakemake -s " + configs + "/Snakefile -d . --cores 2 --quiet"},
	} {
		t.Run(c.engine, func(t *testing.T) {
			if _, err := exec.LookPath(c.engine); err != nil {
				t.Skipf("no %s here", c.engine)
			}
			t.Parallel()
			dir := exampleDirectory(t)
			writeFile(t, dir, "pairs.csv", "recording.npy,models/*.npy\nmodel.npy,models/*.npy\nmodel.npy,layers/*.npy\n")
			writeFile(t, dir, "Makefile", "include "+configs+"/batch.mk\nSCORES := score --list pairs.csv --measures cka,nbs\n$(call batch,scores.csv,4,SCORES,pairs.csv)\n")
			for range 2 { // the second time there is nothing to do
				if output, err := shell(t, dir, c.command); err != nil {
					t.Fatalf("%v\n%s", err, output)
				}
			}
			if output, err := shell(t, dir, "simtool score --list pairs.csv --measures cka,nbs -q -o whole.csv && cmp scores.csv whole.csv"); err != nil {
				t.Errorf("%v\n%s", err, output)
			}
		})
	}
}
