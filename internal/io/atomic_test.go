package dataio

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"simtool/internal/data"
)

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func names(t *testing.T, dir string) []string {
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

func TestAtomicFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.csv")
	f, err := CreateAtomic(path, WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, "a,b\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file has its name before it is complete: %v", err)
	}
	out, err := f.Commit()
	if err != nil {
		t.Fatal(err)
	}
	f.Abort() // does nothing any more
	if got := content(t, path); got != "a,b\n" {
		t.Errorf("content %q", got)
	}
	if want := (Output{Path: path, Bytes: 4, SHA256: sha([]byte("a,b\n"))}); out != want {
		t.Errorf("%+v, want %+v", out, want)
	}
	if diff := cmp.Diff([]string{"out.csv"}, names(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestAbort(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.csv")
	stop := errors.New("stop")
	_, err := WriteFile(path, WriteOptions{}, func(f *AtomicFile) error {
		if _, err := io.WriteString(f, "half"); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Errorf("%v", err)
	}
	if left := names(t, dir); left != nil {
		t.Errorf("left behind: %q", left)
	}
}

func write(path, text string, o WriteOptions) error {
	_, err := WriteFile(path, o, func(f *AtomicFile) error {
		_, err := io.WriteString(f, text)
		return err
	})
	return err
}

func TestExistingOutput(t *testing.T) {
	path := put(t, "out.csv", []byte("old"))
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	err := write(path, "new", WriteOptions{})
	if !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), "--force") || !strings.HasPrefix(err.Error(), path) {
		t.Errorf("%v", err)
	}
	if got := content(t, path); got != "old" {
		t.Errorf("content %q", got)
	}
	if err := write(path, "new", WriteOptions{Force: true}); err != nil {
		t.Fatal(err)
	}
	if got := content(t, path); got != "new" {
		t.Errorf("content %q", got)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want that of the file replaced", info.Mode())
	}
}

// A file that appears while another is being written is not overwritten.
func TestOutputThatAppears(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.csv")
	f, err := CreateAtomic(path, WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := write(path, "first", WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Commit(); !errors.Is(err, fs.ErrExist) {
		t.Errorf("%v", err)
	}
	if got := content(t, path); got != "first" {
		t.Errorf("content %q", got)
	}
	if diff := cmp.Diff([]string{"out.csv"}, names(t, filepath.Dir(path))); diff != "" {
		t.Error(diff)
	}
}

func TestNeverOverAnInput(t *testing.T) {
	path := put(t, "in.npz", []byte("data"))
	dir := filepath.Dir(path)
	hard, soft := filepath.Join(dir, "hard.npz"), filepath.Join(dir, "soft.npz")
	if err := os.Link(path, hard); err != nil {
		t.Skip("no hard links here: ", err)
	}
	if err := os.Symlink("in.npz", soft); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	for _, output := range []string{path, hard, soft, dir + "/../" + filepath.Base(dir) + "/in.npz"} {
		err := write(output, "x", WriteOptions{Force: true, Inputs: []string{"-", "missing.npy", path + ":key"}})
		if !errors.Is(err, ErrOverInput) {
			t.Errorf("%s: %v", output, err)
		}
	}
	if got := content(t, path); got != "data" {
		t.Errorf("content %q", got)
	}
}

func TestOutputThroughLink(t *testing.T) {
	target := put(t, "target.csv", []byte("old"))
	dir := t.TempDir()
	for name, to := range map[string]string{"link.csv": target, "dangling.csv": "new.csv"} {
		link := filepath.Join(dir, name)
		if err := os.Symlink(to, link); err != nil {
			t.Skip("no symbolic links here: ", err)
		}
		if err := write(link, name, WriteOptions{Force: true}); err != nil {
			t.Fatal(err)
		}
		info, err := os.Lstat(link)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("%s is a link no more: %v", name, err)
		}
		if got := content(t, link); got != name {
			t.Errorf("%s: content %q", name, got)
		}
	}
	if got := content(t, target); got != "link.csv" {
		t.Errorf("target: content %q", got)
	}
}

func TestOutputToDevice(t *testing.T) {
	if err := write(os.DevNull, "gone", WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(os.DevNull)
	if err != nil || info.Mode().IsRegular() {
		t.Fatalf("%s was replaced by a file: %v", os.DevNull, err)
	}
}

func TestOutputThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	for path, says := range map[string]string{
		dir:                                  "a directory",
		filepath.Join(dir, "no", "out.csv"):  "no directory",
		put(t, "file", nil) + "/sub/out.csv": "cannot be written",
		filepath.Join(dir, strings.Repeat("x", 300)): "cannot be written",
	} {
		err := write(path, "x", WriteOptions{})
		if err == nil || !strings.Contains(err.Error(), says) || !strings.HasPrefix(err.Error(), path) {
			t.Errorf("%s: %v, want %q", path, err, says)
		}
	}
}

func TestWriteDataset(t *testing.T) {
	d, err := data.New([]float64{1, 2, 3, 4, 5, 0.1}, 1, 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.npy")
	out, err := WriteFile(path, WriteOptions{}, func(f *AtomicFile) error { return EncodeNPY(f, Float64, d.Values, d.Shape...) })
	if err != nil {
		t.Fatal(err)
	}
	got, err := Read(path, Options{Hash: true})
	if err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(got.Values, d.Values) || !cmp.Equal(got.Shape, d.Shape) || got.Source.SHA256 != out.SHA256 || got.Source.Bytes != out.Bytes {
		t.Errorf("%+v became %+v; %+v", d, got, out)
	}
}

func TestManifest(t *testing.T) {
	dir := t.TempDir()
	input := put(t, "x.npy", encode(t, []float64{1, 2}, 2, 1))
	d, err := Read(input, Options{Hash: true})
	if err != nil {
		t.Fatal(err)
	}
	output := filepath.Join(dir, "scores.csv")
	out, err := WriteFile(output, WriteOptions{}, func(f *AtomicFile) error { return scores.Write(f, CSV, TableOptions{}) })
	if err != nil {
		t.Fatal(err)
	}
	texts := make([]string, 2)
	for i := range texts {
		m := NewManifest("1.2.3", "abcdef", []string{"simtool", "score", "a<b.npy"})
		m.Config["jobs"] = 2
		m.Seed = 1
		m.Inputs = append(m.Inputs, d.Source)
		m.Outputs = append(m.Outputs, out)
		m.Exit = 3
		if err := m.Write(output); err != nil {
			t.Fatal(err)
		}
		texts[i] = content(t, output+".manifest.json")
	}
	var parsed [2]map[string]any
	for i, text := range texts {
		if err := json.Unmarshal([]byte(text), &parsed[i]); err != nil {
			t.Fatal(err)
		}
	}
	run, ok := parsed[0]["run"].(map[string]any)
	if !ok || run["started"] == nil || run["host"] == nil {
		t.Errorf("run is %v", parsed[0]["run"])
	}
	// But for what stands under run, two runs have the same manifest.
	for i := range parsed {
		delete(parsed[i], "run")
	}
	if diff := cmp.Diff(parsed[0], parsed[1]); diff != "" {
		t.Error(diff)
	}
	want := map[string]any{
		"schema": "simtool.manifest/v1", "version": "1.2.3", "commit": "abcdef", "go": parsed[0]["go"],
		"argv":   []any{"simtool", "score", "a<b.npy"},
		"config": map[string]any{"jobs": 2.0}, "seed": 1.0, "warnings": []any{}, "exit": 3.0,
		"inputs": []any{map[string]any{
			"path": input, "format": "npy", "dtype": "float64", "shape": []any{2.0, 1.0}, "bytes": 144.0,
			"sha256": sha([]byte(content(t, input))),
		}},
		"outputs": []any{map[string]any{"path": output, "bytes": float64(out.Bytes), "sha256": sha([]byte(content(t, output)))}},
	}
	if diff := cmp.Diff(want, parsed[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	source, err := FileSource(output)
	if err != nil || source.SHA256 != out.SHA256 || source.Bytes != out.Bytes {
		t.Errorf("%+v, %v", source, err)
	}
	_, err = FileSource(filepath.Join(dir, "nothing"))
	wantRefused(t, err, dir, "no such file")
}

func TestRemoveUnfinished(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.csv")
	for _, name := range []string{".out.csv.00000000.tmp", ".out.csv.1234abcd.tmp"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	others := []string{"out.csv", ".out.csv.mine.tmp", ".out.csv2.00000000.tmp", "out.csv.00000000.tmp", ".out.csv.00000000.tmpx"}
	for _, name := range others {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := RemoveUnfinished(path); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	slices.Sort(others)
	if !slices.Equal(left, others) {
		t.Errorf("left are %q, want %q", left, others)
	}
	if err := RemoveUnfinished(filepath.Join(dir, "nowhere", "out.csv")); err != nil {
		t.Error(err)
	}
}

// A manifest can be written between the two halves of Commit.
func TestSealThenCommit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	f, err := CreateAtomic(path, WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("text")); err != nil {
		t.Fatal(err)
	}
	sealed, err := f.Seal()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a sealed file has its name already")
	}
	committed, err := f.Commit()
	if err != nil || committed != sealed {
		t.Errorf("sealed %v, committed %v, %v", sealed, committed, err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "text" {
		t.Errorf("the file holds %q, %v", text, err)
	}
}
