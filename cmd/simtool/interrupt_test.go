//go:build unix

package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Helpers of the tests that stop, kill and resume simtool.

var useCluster = flag.Bool("cluster", false, "test simtool under Slurm, GNU parallel and Snakemake, where they are installed")

// batchMeasures give a pair one row or, where one is not symmetric, two.
const batchMeasures = "cka,linreg"

// writePairs writes a batch of small pairs, y0.csv with each yK.csv, and pairs.txt
// with the list of them.
func writePairs(t *testing.T, dir string, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	var pairs strings.Builder
	for i := range n {
		var b strings.Builder
		b.WriteString("a,b,c\n")
		for range 20 {
			fmt.Fprintf(&b, "%.6f,%.6f,%.6f\n", r.NormFloat64(), r.NormFloat64(), r.NormFloat64())
		}
		writeFile(t, dir, fmt.Sprintf("y%d.csv", i), b.String())
		fmt.Fprintf(&pairs, "y0.csv y%d.csv\n", i)
	}
	writeFile(t, dir, "pairs.txt", pairs.String())
}

// hold puts a pipe that nobody writes to in the place of an input: what reads it
// waits until it is stopped. release puts the input back.
func hold(t *testing.T, dir, name string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.Rename(path, path+".held"); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
}

func release(t *testing.T, dir, name string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.Rename(path+".held", path); err != nil {
		t.Fatal(err)
	}
}

// simtoolIn returns a command line that runs in a directory.
func simtoolIn(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath("simtool")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = dir
	return cmd
}

func copyOf(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// filesIn lists the names in a directory.
func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
