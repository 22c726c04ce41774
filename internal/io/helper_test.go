package dataio

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simtool/internal/data"
)

// put writes content to a file of that name in a new directory.
func put(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func gzipped(t testing.TB, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// encode returns a .npy file of float64.
func encode(t testing.TB, values []float64, shape ...int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := EncodeNPY(&b, Float64, values, shape...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// wantRefused checks that err is an InputError that names path and says all of
// fragments, in its message or its hint.
func wantRefused(t *testing.T, err error, path string, fragments ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("accepted, want an error with %q", fragments)
	}
	e, ok := data.AsInputError(err)
	if !ok {
		t.Fatalf("error %q is no InputError", err)
	}
	if e.Path == "" || !strings.HasPrefix(e.Path, path) {
		t.Errorf("error names %q, want %q", e.Path, path)
	}
	if e.Found == "" || (e.Wanted == "" && e.Err == nil) {
		t.Errorf("error %q does not say what was found and wanted", err)
	}
	for _, f := range fragments {
		if !strings.Contains(err.Error()+"\n"+e.Hint, f) {
			t.Errorf("error %q (hint %q) does not say %q", err, e.Hint, f)
		}
	}
}

// sha is the SHA-256 of content in hex.
func sha(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
