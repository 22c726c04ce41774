package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// zeroNPY writes an array of zeros.
func zeroNPY(w io.Writer, dtype string, size, rows, columns int) error {
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d), }", dtype, rows, columns)
	head += strings.Repeat(" ", 63-(10+len(head))%64) + "\n"
	if _, err := fmt.Fprintf(w, "\x93NUMPY\x01\x00%c%c%s", len(head)&0xff, len(head)>>8, head); err != nil {
		return err
	}
	return repeated(w, string(make([]byte, 1<<16)), rows*columns*size>>16)
}

func repeated(w io.Writer, text string, times int) error {
	for range times {
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
	}
	return nil
}

// bombs are files of some kilobytes that become hundreds of megabytes.
func bombs(t *testing.T, dir string) []string {
	t.Helper()
	const rows, columns = 1 << 18, 128 // 256 MB as float64
	packed := func(name string, content func(w io.Writer) error) string {
		t.Helper()
		var file bytes.Buffer
		z, _ := gzip.NewWriterLevel(&file, gzip.BestSpeed)
		if err := content(z); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		writeFile(t, dir, name, file.String())
		return name
	}
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	member, err := z.Create("a.npy")
	if err == nil {
		err = zeroNPY(member, "<f8", 8, rows, columns)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, dir, "b.npz", archive.String())
	lines := strings.Repeat("0,1,2,3\n", 1<<12)
	return []string{
		"b.npz",
		packed("f8.npy.gz", func(w io.Writer) error { return zeroNPY(w, "<f8", 8, rows, columns) }),
		packed("i1.npy.gz", func(w io.Writer) error { return zeroNPY(w, "|i1", 1, rows, columns) }),
		packed("lines.csv.gz", func(w io.Writer) error { return repeated(w, lines, 1<<10) }),
		packed("line.csv.gz", func(w io.Writer) error { return repeated(w, strings.Repeat("0,", 1<<15), 1<<9) }),
		packed("quoted.csv.gz", func(w io.Writer) error { return repeated(w, `"`+strings.Repeat("\n", 1<<15), 1<<10) }),
		packed("archive.npz.gz", func(w io.Writer) error { return repeated(w, "PK\x03\x04"+string(make([]byte, 1<<16)), 1<<12) }),
	}
}

// TestBombs: whatever a compressed file becomes, a run keeps to --max-memory and the
// program itself, also when it only looks (--dry-run).
func TestBombs(t *testing.T) {
	dir := t.TempDir()
	const limit, program = 64, 56 // MB
	for _, bomb := range bombs(t, dir) {
		for name, args := range map[string][]string{
			"score":   {"score", bomb, bomb, "-m", "rsa"},
			"dry run": {"score", bomb, bomb, "-m", "rsa", "--dry-run"},
			"fit":     {"mlem", "fit", "--features", bomb, "--neural", bomb, "-o", "fit"},
		} {
			if name == "dry run" && bomb == "lines.csv.gz" {
				continue // it is read through, which is slow
			}
			cmd, stderr := simtoolIn(t, dir, append(args, "--max-memory", fmt.Sprint(limit, "M"), "-q", "-j", "2")...), &bytes.Buffer{}
			cmd.Stderr = stderr
			if peak := highWater(t, cmd); peak > limit+program {
				t.Errorf("%s of %s took %d MB", name, bomb, peak)
			}
			if text := stderr.String(); strings.Contains(text, "goroutine") || name != "dry run" && text == "" {
				t.Errorf("%s of %s says %q", name, bomb, text)
			}
		}
	}
}

// highWater runs a command to its end, and returns the most memory that it was seen to
// have, in MB.
func highWater(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	resident, peak := regexp.MustCompile(`VmHWM:\s*(\d+) kB`), 0
	for {
		select {
		case <-ended:
			return peak
		case <-time.After(time.Millisecond):
			status, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(cmd.Process.Pid), "status"))
			if m := resident.FindSubmatch(status); m != nil {
				kb, _ := strconv.Atoi(string(m[1]))
				peak = max(peak, kb>>10)
			}
		}
	}
}

// TestClosedOutput: >&- is an error where a result would be lost by it, and only there.
func TestClosedOutput(t *testing.T) {
	x, y := corners(t)
	dir := filepath.Dir(x)
	for line, want := range map[string]exitStatus{
		"simtool score %s %s -m cka >&-":                        exitFailure,
		"simtool measures >&-":                                  exitFailure,
		"simtool score %s %s -m cka -o out.csv -q >&-":          exitOK,
		"simtool score %s %s -m cka >/dev/null":                 exitOK,
		"simtool score %s %s -m cka --dry-run >&-; exit $?":     exitFailure,
		"(exec >&-; simtool score %s %s -m cka; exit $?)":       exitFailure,
		"simtool score %s %s -m cka 2>&- | cat; exit $?":        exitOK,
		"simtool score %s %s -m cka <&- >/dev/null; exit $?":    exitOK,
		"simtool score %s %s -m cka 1<>/dev/full; exit $?":      exitFailure,
		"simtool score %s %s -m cka -o - >/dev/full; exit $?":   exitFailure,
		"simtool score %s %s -m cka -o /dev/full; exit $?":      exitFailure,
		"simtool score %s %s -m cka -o /dev/null -q; exit $?":   exitOK,
		"simtool score %s %s -m cka -o /no/such/o.csv; exit $?": exitFailure,
	} {
		cmd := exec.CommandContext(t.Context(), "bash", "-c", strings.Replace(strings.Replace(line, "%s", x, 1), "%s", y, 1)+"\n:\n")
		cmd.Args[2] = strings.TrimSuffix(cmd.Args[2], "\n:\n")
		cmd.Dir = dir
		out, _ := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != int(want) {
			t.Errorf("%s: exit status %d, want %d\n%s", line, got, want, out)
		}
	}
	// A program that does not want to see the output opens the null device for both.
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	cmd := simtoolIn(t, dir, "score", x, y, "-m", "cka")
	cmd.Stdout = null
	if err := cmd.Run(); err != nil {
		t.Errorf("with the null device for standard output: %v", err)
	}
}

// TestMergeCleansUp: what a killed merge has left is gone after the next, which need not
// replace anything.
func TestMergeCleansUp(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "x.csv", "a,b\n1.5,1\n1,-1\n-1,1\n-1,-1\n")
	writeFile(t, dir, "y.csv", "a,b\n1.5,2\n1,-1\n-1,1\n-1,-1\n")
	output(t, dir, "score", "x.csv", "y.csv", "-m", "cka", "--shard", "0/1", "-o", "p.csv", "-q")
	output(t, dir, "moments", "x.csv", "y.csv", "--shard", "0/1", "-o", "p.npz", "-q")
	output(t, dir, "optimize", "x.csv", "-m", "cka", "--max-iter", "2", "--shard", "0/1", "-o", "p", "-q")
	if err := os.Mkdir(filepath.Join(dir, "m"), 0o777); err != nil {
		t.Fatal(err)
	}
	for part, to := range map[string]string{"p.csv": "m.csv", "p.npz": "m.npz", "p": "m"} {
		left := []string{"." + to + ".0000abcd.tmp", "." + to + ".manifest.json.0000abcd.tmp"}
		if to == "m" {
			left = []string{"m/.y.npy.0000abcd.tmp", "m/.manifest.json.0000abcd.tmp"}
		}
		for _, name := range left {
			writeFile(t, dir, name, "half")
		}
		output(t, dir, "merge", part, "-o", to, "-q")
		for _, name := range left {
			if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
				t.Errorf("%s is still there after merging to %s", name, to)
			}
		}
	}
}
