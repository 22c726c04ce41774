package batch

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"simtool/internal/data"
	"simtool/internal/io"
)

// putAll opens a log, adds entries and closes it.
func putAll(t *testing.T, path string, entries ...[2]string) {
	t.Helper()
	l, err := OpenLog(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := l.Put(e[0], []byte(e[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// contents opens a log and returns what it holds.
func contents(t *testing.T, path string) map[string]string {
	t.Helper()
	l, err := OpenLog(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	out := map[string]string{}
	for _, key := range l.Keys() {
		value, ok, err := l.Get(key)
		if err != nil || !ok {
			t.Fatalf("key %q: %v, %v", key, ok, err)
		}
		out[key] = string(value)
	}
	return out
}

// TestLogSurvivesTruncation cuts a log after each of its bytes, as a killed
// process may: every entry before the cut is there, and the log goes on.
func TestLogSurvivesTruncation(t *testing.T) {
	entries := [][2]string{{"a", "first"}, {"", "no key"}, {"b\x00c", ""}, {"d", strings.Repeat("long ", 50)}}
	path := filepath.Join(t.TempDir(), "log")
	ends := []int64{} // of the file after each entry
	for i := range entries {
		putAll(t, path, entries[i])
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, info.Size())
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := range len(whole) + 1 {
		if err := os.WriteFile(path, whole[:cut], 0o666); err != nil {
			t.Fatal(err)
		}
		got := contents(t, path)
		for i, e := range entries {
			value, ok := got[e[0]]
			if want := ends[i] <= int64(cut); ok != want || ok && value != e[1] {
				t.Fatalf("cut after %d of %d bytes: entry %d is there: %v, want %v", cut, len(whole), i, ok, want)
			}
		}
		putAll(t, path, [2]string{"new", "entry"})
		if got := contents(t, path); got["new"] != "entry" {
			t.Fatalf("cut after %d bytes: what was added afterwards is %q", cut, got["new"])
		}
	}
}

// TestLogNoticesDamage changes each byte in turn: the log is refused by name. Zeros
// behind the last entry, which a machine that goes down may leave, are dropped.
func TestLogNoticesDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	want := map[string]string{"a": "first", "b": "second", "c": "third"}
	for _, key := range []string{"a", "b", "c"} {
		putAll(t, path, [2]string{key, want[key]})
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		damaged := bytes.Clone(whole)
		damaged[i] ^= 0x5a
		if err := os.WriteFile(path, damaged, 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := OpenLog(path)
		if e, ok := data.AsInputError(err); !ok || e.Path != path {
			t.Fatalf("byte %d: the error is %v, want one that names the log", i, err)
		}
	}
	for _, zeros := range []int{1, headBytes, 1 << 17} {
		if err := os.WriteFile(path, append(bytes.Clone(whole), make([]byte, zeros)...), 0o666); err != nil {
			t.Fatal(err)
		}
		if got := contents(t, path); !maps.Equal(got, want) {
			t.Errorf("before %d zeros: %q", zeros, got)
		}
	}
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func TestLogKeepsTheLastValue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	putAll(t, path, [2]string{"k", "old"}, [2]string{"other", "x"}, [2]string{"k", "new"})
	if got := contents(t, path)["k"]; got != "new" {
		t.Errorf("the value is %q", got)
	}
}

func TestLogRefusesASecondRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	first, err := OpenLog(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenLog(path); !errors.Is(err, dataio.ErrLocked) {
		t.Errorf("opened twice: %v", err)
	}
	first.Close()
	second, err := OpenLog(path)
	if err != nil {
		t.Fatalf("after the first is closed: %v", err)
	}
	second.Close()
}

func TestLogOfManyWriters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l, err := OpenLog(path)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for j := range 50 {
				if err := l.Put(fmt.Sprint(i, j), fmt.Appendf(nil, "value %d %d", i, j)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	l.Close()
	got := contents(t, path)
	if len(got) != 400 || got["7 49"] != "value 7 49" {
		t.Errorf("%d entries, the last is %q", len(got), got["7 49"])
	}
}

func FuzzOpenLog(f *testing.F) {
	f.Add([]byte(logMagic))
	f.Add([]byte("simtool l"))
	f.Add([]byte(logMagic + "\x02\x00\x00\x00\x00\x00\x00\x00\x01k"))
	f.Add([]byte(logMagic + "\xff\xff\xff\x3f\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(path, content, 0o666); err != nil {
			t.Fatal(err)
		}
		l, err := OpenLog(path)
		if err != nil {
			return
		}
		for _, key := range l.Keys() {
			if _, ok, err := l.Get(key); !ok || err != nil {
				t.Errorf("%q: %v, %v", key, ok, err)
			}
		}
		if err := l.Put("after", []byte("this")); err != nil {
			t.Error(err)
		}
		l.Close()
		if !slices.Contains(keysOf(t, path), "after") {
			t.Error("what was added is lost")
		}
	})
}

func keysOf(t *testing.T, path string) []string {
	l, err := OpenLog(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Keys()
}

func BenchmarkLogPut(b *testing.B) {
	l, err := OpenLog(filepath.Join(b.TempDir(), "log"))
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	value := make([]byte, 300)
	for i := 0; b.Loop(); i++ {
		if err := l.Put(fmt.Sprint("item ", i), value); err != nil {
			b.Fatal(err)
		}
	}
}

func TestLogClear(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	putAll(t, path, [2]string{"a", "first"}, [2]string{"b", "second"})
	l, err := OpenLog(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Clear(); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := l.Get("a"); ok || err != nil || len(l.Keys()) != 0 {
		t.Errorf("there are still %q (%v)", l.Keys(), err)
	}
	if err := l.Put("b", []byte("third")); err != nil {
		t.Fatal(err)
	}
	l.Close()
	if got := contents(t, path); len(got) != 1 || got["b"] != "third" {
		t.Errorf("the file holds %q", got)
	}
}

// TestReadLogChangesNothing: a log can be looked at while a run has it open, and
// when what a killed run left of an entry is in it.
func TestReadLogChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	putAll(t, path, [2]string{"a", "first"}, [2]string{"b", "second"})
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, whole[:len(whole)-1], 0o666); err != nil {
		t.Fatal(err)
	}
	for _, keys := range [][]string{{"a"}, {"a"}} { // the second time while it is open
		l, err := ReadLog(path)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if got := l.Keys(); !slices.Equal(got, keys) {
			t.Errorf("keys %q, want %q", got, keys)
		}
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, whole[:len(whole)-1]) {
			t.Errorf("the file has changed: %v", err)
		}
	}
	l, err := OpenLog(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if r, err := ReadLog(path); err != nil {
		t.Errorf("locked by another run: %v", err)
	} else {
		r.Close()
	}
	if _, err := ReadLog(path + ".not"); !os.IsNotExist(err) {
		t.Errorf("no file: %v", err)
	}
}

// TestLogKeysAreInOrder of their first values, also when the log is opened again.
func TestLogKeysAreInOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	putAll(t, path, [2]string{"b", "1"}, [2]string{"c", "2"}, [2]string{"a", "3"}, [2]string{"b", "4"})
	l, err := OpenLog(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := l.Put("0", nil); err != nil {
		t.Fatal(err)
	}
	if got, want := l.Keys(), []string{"b", "c", "a", "0"}; !slices.Equal(got, want) {
		t.Errorf("keys %q, want %q", got, want)
	}
}
