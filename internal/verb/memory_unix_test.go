//go:build unix

package verb

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// What is taken from a pipe to look at it is lost to its reader.
func TestIsCompressedLeavesPipesAlone(t *testing.T) {
	const content = "\x1f\x8bmore"
	dir := t.TempDir()
	file, pipe := filepath.Join(dir, "file"), filepath.Join(dir, "pipe")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if !IsCompressed(file) {
		t.Error("a file that begins like gzip is not compressed")
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(pipe, os.O_RDWR, 0) // which waits for nobody
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if _, err := f.WriteString(content); err != nil {
		t.Fatal(err)
	}
	if IsCompressed(pipe) {
		t.Error("a pipe is compressed")
	}
	got := make([]byte, len(content))
	if n, err := f.Read(got); err != nil || string(got[:n]) != content {
		t.Errorf("%q is left in the pipe (%v), want %q", got[:n], err, content)
	}
}
