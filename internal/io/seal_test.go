package dataio

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simtool/internal/data"
)

// TestManifestNoticesDamage changes each byte of a manifest in two ways, and leaves
// out each line: it is refused by name.
func TestManifestNoticesDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.csv.manifest.json")
	m := NewManifest("v1", "c", []string{"simtool", `"checksum": "` + Unsealed + `"`, "\xff"})
	m.Config["measures"] = []string{"cka"}
	m.Batch = &Batch{Items: 3, Shards: 1, Rows: RowRuns{{2, 3}}}
	if err := m.WriteTo(path); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	back, err := ReadManifest(path)
	if err != nil || back.Argv[2] != "\xff" || back.Argv[1] != m.Argv[1] {
		t.Fatalf("%v: %v", err, back)
	}
	refused := func(what string, text []byte) {
		t.Helper()
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := ReadManifest(path)
		if e, ok := data.AsInputError(err); !ok || e.Path != path {
			t.Errorf("%s: %v, want an error that names the manifest", what, err)
		}
	}
	for i := range whole {
		for _, flip := range []byte{0x01, 0x20} {
			text := bytes.Clone(whole)
			text[i] ^= flip
			refused(string(whole[max(0, i-10):i+1]), text)
		}
	}
	lines := bytes.SplitAfter(whole, []byte("\n"))
	for i := range lines[:len(lines)-1] {
		refused("without "+string(lines[i]), bytes.Join(append(append([][]byte{}, lines[:i]...), lines[i+1:]...), nil))
	}
	old := bytes.Replace(whole, sealField(back.Run.Checksum), []byte(`"note": ""`), 1)
	refused("of an older version", old)
	if m, err := ReadManifest(path); m == nil || !errors.Is(err, ErrNoSeal) || !strings.Contains(err.Error(), "older versions") {
		t.Errorf("of an older version: %v, %v", m, err)
	}
}
