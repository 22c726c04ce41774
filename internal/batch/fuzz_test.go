package batch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simtool/internal/data"
	"simtool/internal/io"
)

// FuzzDecodeItem reads anything as an item of a log: what is read is written again with
// the same rows, and nothing panics.
func FuzzDecodeItem(f *testing.F) {
	f.Add((&Item{Rows: [][]any{{"x", 1, 2.5, nil, true}}, Extra: []byte("more")}).encode())
	f.Add((&Item{Pieces: []Piece{{Rows: [][]any{{1}}, Arrays: []dataio.NamedArray{{Name: "a", Values: []float64{1}, Shape: []int{1}}}}}}).encode())
	f.Add([]byte(`{"rows":-1}` + "\n"))
	f.Add([]byte(`{"rows":1,"pieces":[9]}` + "\n\x00"))
	f.Fuzz(func(t *testing.T, value []byte) {
		it, err := decodeItem("key", value)
		if err != nil {
			if _, ok := data.AsInputError(err); !ok {
				t.Fatal(err)
			}
			return
		}
		again, err := decodeItem("key", it.encode())
		if err != nil || len(again.Rows) != len(it.Rows) || len(again.Pieces) != len(it.Pieces) {
			t.Fatalf("%v: %v, want %v", err, again, it)
		}
	})
}

// FuzzResumable reads anything as what says whose a checkpoint is.
func FuzzResumable(f *testing.F) {
	mine := Fingerprint{Schema: "simtool.checkpoint/v1", Version: "v", Settings: map[string]string{"a": "b"}, Inputs: map[string]string{}}
	dir, err := os.MkdirTemp("", "fuzz")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := mine.Store(dir); err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(filepath.Join(dir, FingerprintFile))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, FingerprintFile), content, 0o600); err != nil {
			t.Fatal(err)
		}
		if there, err := mine.Resumable(dir, true); there && err == nil && string(content) != string(good) {
			t.Fatalf("%q is taken for a checkpoint of this run", content)
		}
	})
}

// FuzzParts reads anything as the manifests of two parts, sealed as if simtool had
// written it: parts that fit together, or an error that names one.
func FuzzParts(f *testing.F) {
	part := func(shard string) string {
		return `{"schema":"simtool.manifest/v1","version":"v","argv":[],"config":{"format":"csv"},"inputs":[],"outputs":[{"path":"p","sha256":"x"}],"batch":{"items":3,"digest":"d","shard":` + shard +
			`,"shards":2,"rows":"1x2","schema":"s","columns":["a"]},"run":{"checksum": "` + dataio.Unsealed + `"}}`
	}
	f.Add([]byte(part("0")), []byte(strings.Replace(part("1"), "1x2", "1", 1)))
	f.Add([]byte(part("0")), []byte(part("0")))
	f.Add([]byte(strings.Replace(part("0"), `"1x2"`, `"3x99999999999 1"`, 1)), []byte(`{}`))
	dir, err := os.MkdirTemp("", "fuzz")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = os.RemoveAll(dir) })
	f.Fuzz(func(t *testing.T, first, second []byte) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		paths := []string{filepath.Join(dir, "p0.csv"), filepath.Join(dir, "p1.csv")}
		for i, text := range [][]byte{first, second} {
			if err := os.WriteFile(paths[i]+dataio.ManifestSuffix, dataio.Seal(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, order, err := ReadParts(paths)
		if err != nil {
			if _, ok := data.AsInputError(err); !ok {
				t.Fatal(err)
			}
			return
		}
		items := 0
		for _, p := range order {
			n, _ := p.Rows.Totals()
			items += n
		}
		if items != order[0].Items {
			t.Fatalf("parts of %d items are taken for all %d", items, order[0].Items)
		}
	})
}
