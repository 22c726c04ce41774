package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestFigureConfigs holds the configurations of "make figures" to what the
// commands understand: each file shows in its head how it is used.
func TestFigureConfigs(t *testing.T) {
	paths, err := filepath.Glob("../../configs/figures/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tested := 0
	for _, path := range paths {
		if filepath.Base(path) == "gallery.yaml" {
			continue // the words of the README, no settings
		}
		tested++
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		line := regexp.MustCompile(`(?m)^# +simtool (.*--config configs/figures/` + filepath.Base(path) + `.*)$`).FindStringSubmatch(string(content))
		if line == nil {
			t.Errorf("%s does not say how to use it", path)
			continue
		}
		args := strings.Fields(strings.ReplaceAll(line[1], "configs/figures/"+filepath.Base(path), path))
		s := newSession(streams{})
		if status := s.run(t, append(args, "--print-config")...); status != exitOK {
			t.Errorf("%s: exit status %d: %s", path, status, &s.err)
		}
		if !strings.Contains(s.out.String(), path+": ") {
			t.Errorf("%s sets nothing", path)
		}
	}
	if tested == 0 {
		t.Error("no configurations")
	}
}
