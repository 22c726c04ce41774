//go:build unix

package main

import (
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"simtool/internal/batch"
	"simtool/internal/io"
)

// mutantsEach is the number of damaged files of each kind; the long mode, half an hour,
// has 20,000.
var mutantsEach = flag.Int("mutants", 8, "damaged files of each kind that simtool reads")

// A fileKind is a kind of file that simtool reads, and a command that reads it.
type fileKind struct {
	file string
	args []string
	// sealed says that the file is held to a checksum: whatever is accepted of it gives
	// what the undamaged file gives. Other files have numbers of their own.
	sealed bool
	output string // file or directory that the command writes, "" for standard output alone
	folder string // that the command changes, and which is as it was for each; "" for none
	// mutate damages the file where that is not enough: with the right checksum. Status 1
	// is then an error, for there is nothing wrong but the file.
	mutate func(r *rand.Rand, good []byte) []byte
}

// TestMutants damages files of each kind, one after the other, and reads them: nothing
// panics, nothing hangs, every refusal says why, and what carries a checksum gives the
// bytes it gave before or an error.
func TestMutants(t *testing.T) {
	inputs, kinds := mutableFiles(t)
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		kind := kinds[name]
		t.Run(name, func(t *testing.T) {
			dir := copyOf(t, inputs)
			t.Chdir(dir)
			good := readFile(t, kind.file)
			folder := filesUnder(t, kind.folder)
			want, status, message := kind.read(t, folder, good)
			if status != exitOK {
				t.Fatalf("undamaged, it is read with status %d: %s", status, message)
			}
			r := rand.New(rand.NewPCG(19, uint64(len(name))))
			damage := mutate
			if kind.mutate != nil {
				damage = kind.mutate
			}
			refused := 0
			for i := range *mutantsEach {
				mutant := damage(r, good)
				got, status, message := kind.read(t, folder, mutant)
				switch {
				case strings.Contains(message, "internal error"), strings.Contains(message, "goroutine "):
					t.Errorf("mutant %d: %s\n%q", i, message, clip(mutant))
				case status != exitOK && message == "":
					t.Errorf("mutant %d: status %d without a word\n%q", i, status, clip(mutant))
				case status == exitFailure && kind.mutate != nil:
					t.Errorf("mutant %d: status %d, %s\n%q", i, status, message, clip(mutant))
				case status == exitOK && kind.sealed && got != want:
					t.Errorf("mutant %d gives something else without an error: %q\n%q", i, clip([]byte(got)), clip(mutant))
				}
				if status != exitOK {
					refused++
				}
			}
			t.Logf("%d mutants, of which %d were refused", *mutantsEach, refused)
		})
	}
}

// read runs the command on a file with that content and returns what it gave. In the
// long mode a run of more than ten seconds fails.
func (k *fileKind) read(t *testing.T, folder map[string][]byte, content []byte) (result string, status exitStatus, message string) {
	t.Helper()
	for _, left := range []string{k.folder, k.output, k.output + dataio.ManifestSuffix} {
		if err := os.RemoveAll(left); left != "" && err != nil {
			t.Fatal(err)
		}
	}
	if k.folder != "" {
		if err := os.Mkdir(k.folder, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range folder {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(k.file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	s := newSession(streams{})
	if long := *mutantsEach > 1000; long {
		watch := time.AfterFunc(10*time.Second, func() { panic(fmt.Sprintf("%q has hung for ten seconds", k.args)) })
		defer watch.Stop()
	}
	status = s.run(t, k.args...)
	result = s.out.String()
	if k.output != "" && status == exitOK {
		result += resultsAt(t, k.output)
	}
	return result, status, s.err.String()
}

// resultsAt reads a file, or the files of a directory but for its manifest.
func resultsAt(t *testing.T, path string) string {
	t.Helper()
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return string(readFile(t, path))
	}
	var all strings.Builder
	files := filesUnder(t, path)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if filepath.Base(name) != batch.ManifestName {
			fmt.Fprintf(&all, "%s\n%s\n", name, files[name])
		}
	}
	return all.String()
}

// filesUnder reads the files of a directory and its folders, "" for no directory.
func filesUnder(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	if dir == "" {
		return files
	}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files[path] = readFile(t, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// clip shortens a file for a message.
func clip(content []byte) []byte { return content[:min(len(content), 400)] }

// extremes stand in the place of numbers of text.
var extremes = []string{"1e308", "-1", "NaN", "99999999999999999999", "0", "5e-324", "-0", "1e999", "null", `""`, "[]", "{}", "\xff", "\x00"}

// mutate damages a copy of a file in one to three places.
func mutate(r *rand.Rand, good []byte) []byte {
	b := slices.Clone(good)
	for range 1 + r.IntN(3) {
		if len(b) == 0 {
			return b
		}
		at := r.IntN(len(b))
		if r.IntN(2) == 0 {
			at = r.IntN(min(len(b), 200)) // headers are worth as much as the rest
		}
		to := min(len(b), at+1+r.IntN(16))
		switch r.IntN(8) {
		case 0:
			b[at] ^= 1 << r.IntN(8)
		case 1:
			b[at] = byte(r.Uint32())
		case 2:
			b = slices.Delete(b, at, to)
		case 3:
			b = slices.Insert(b, at, slices.Clone(b[at:to])...)
		case 4:
			b = b[:at]
		case 5:
			b = slices.Replace(b, at, to, []byte(extremes[r.IntN(len(extremes))])...)
		case 6:
			from := r.IntN(len(b))
			copy(b[at:to], b[from:])
		case 7:
			b[at] = "\n,:;\"'{}[]-+.0123456789 \t="[r.IntN(24)]
		}
	}
	return b
}
