package dataio

import (
	"os"
	"path/filepath"
	"testing"

	"simtool/internal/data"
)

// TestNearbyFile asks for files that there are not, in a folder with some.
func TestNearbyFile(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"recording.npy", "recording.npy.manifest.json", "x.npy", "layer2.csv"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "recordings"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"recordng.npy": "recording.npy", "recording": "recording.npy", "recording.csv": "recording.npy", "Layer2.csv": "layer2.csv",
		"y.npy": "", "layer3.csv": "", "laye2.csv": "layer2.csv", "model.npy": "", "deep/x.npy": "",
	} {
		_, err := Read(filepath.Join(dir, name), Options{})
		e, ok := data.AsInputError(err)
		if !ok || e.Found != "no such file" {
			t.Fatalf("%s: %v", name, err)
		}
		if want != "" {
			want = "did you mean " + filepath.Join(dir, want) + "?"
		}
		if e.Hint != want {
			t.Errorf("%s: the hint %q, want %q", name, e.Hint, want)
		}
	}
}
