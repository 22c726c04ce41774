// Package datatest finds data for tests that are not part of the repository:
// published recordings and oracle values.
package datatest

import (
	"os"
	"path/filepath"
	"testing"
)

// Shared returns the path of a file or folder of the shared data, or skips the test
// where it is absent. The environment variable SIMTOOL_SHARED names the folder of the
// shared data, relative to the root of the repository; the default is ../shared.
func Shared(t testing.TB, parts ...string) string {
	t.Helper()
	dir := os.Getenv("SIMTOOL_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "shared")
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(root(t), dir)
	}
	path := filepath.Join(append([]string{dir}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no shared data (SIMTOOL_SHARED says where they are): %v", err)
	}
	return path
}

// root returns the folder that holds go.mod.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = up
	}
}
