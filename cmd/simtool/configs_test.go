package main

import (
	"os"
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
