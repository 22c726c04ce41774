package dataio

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// scoreRow is row i of a table like those of simtool score.
func scoreRow(r *rand.Rand, i int) []any {
	value := r.Float64()
	row := []any{
		fmt.Sprintf("acts/resnet50/layer%d.npy", i/50), fmt.Sprintf("acts/vit/layer%d.npy", i/5%10),
		[]string{"cka", "nbs", "procrustes:as=angular-score", "cca:stat=mean", "rsa"}[i%5],
		value, value - 0.01*r.Float64(), value + 0.01*r.Float64(), 600, 2048, 768, nil, nil,
	}
	if i%20 == 0 {
		row[9] = "the 768 features span 599 dimensions only, so the score is high by construction"
	}
	return row
}

var scoreColumns = []string{"x", "y", "measure", "value", "lo", "hi", "n", "p", "q", "warning", "error"}

// putScores writes a table of n rows like those of simtool score.
func putScores(t testing.TB, f Format, n int) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "scores."+string(f))
	_, err := WriteFile(path, WriteOptions{}, func(file *AtomicFile) error {
		b := bufio.NewWriterSize(file, bufferSize)
		w := NewTableWriter(b, f, "simtool.score/v2", TableOptions{})
		r := rand.New(rand.NewPCG(1, 2))
		if err := w.Begin(scoreColumns); err != nil {
			return err
		}
		for i := range n {
			if err := w.Row(scoreRow(r, i)...); err != nil {
				return err
			}
		}
		return errors.Join(w.Close(), b.Flush())
	})
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// copyTable reads a table and writes it in format f.
func copyTable(w io.Writer, path string, f Format, o Options) (rows int, err error) {
	r, err := OpenTable(path, o)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	b := bufio.NewWriterSize(w, bufferSize)
	tw := NewTableWriter(b, f, r.Schema(), TableOptions{})
	if err := tw.Begin(r.Columns()); err != nil {
		return 0, err
	}
	for {
		cells, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, errors.Join(tw.Close(), b.Flush())
		}
		if err != nil {
			return rows, err
		}
		if err := tw.Row(cells...); err != nil {
			return rows, err
		}
		rows++
	}
}

// BenchmarkTableRows reads a table from a file and writes its rows, as merging
// does; ns/row is for both.
func BenchmarkTableRows(b *testing.B) {
	const rows = 50000
	for _, c := range []struct{ from, to Format }{{CSV, CSV}, {JSONL, JSONL}, {JSONL, CSV}, {JSON, JSON}} {
		b.Run(fmt.Sprintf("%s-%s", c.from, c.to), func(b *testing.B) {
			path := putScores(b, c.from, rows)
			b.ReportAllocs()
			for b.Loop() {
				if n, err := copyTable(io.Discard, path, c.to, Options{}); n != rows || err != nil {
					b.Fatalf("%d rows, %v", n, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
		})
	}
}

// BenchmarkTableRead is the reading alone.
func BenchmarkTableRead(b *testing.B) {
	const rows = 50000
	for _, f := range []Format{CSV, JSONL, JSON} {
		b.Run(string(f), func(b *testing.B) {
			path := putScores(b, f, rows)
			b.ReportAllocs()
			for b.Loop() {
				r, err := OpenTable(path, Options{})
				if err != nil {
					b.Fatal(err)
				}
				for err == nil {
					_, err = r.Next()
				}
				if !errors.Is(err, io.EOF) {
					b.Fatal(err)
				}
				r.Close()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
		})
	}
}

// BenchmarkJSONTokens reads the rows of a table token by token with
// encoding/json, into cells as TableReader does: to be compared with json and
// jsonl of BenchmarkTableRead.
func BenchmarkJSONTokens(b *testing.B) {
	const rows = 50000
	for _, f := range []Format{JSONL, JSON} {
		b.Run(string(f), func(b *testing.B) {
			path := putScores(b, f, rows)
			b.ReportAllocs()
			for b.Loop() {
				if n, err := tokenRows(path, f); n != rows || err != nil {
					b.Fatalf("%d rows, %v", n, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
		})
	}
}

// tokenRows reads the rows of a json or jsonl and counts them.
func tokenRows(path string, f Format) (rows int, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	d := json.NewDecoder(file)
	d.UseNumber()
	if f == JSON {
		for token := json.Token(nil); token != "rows"; {
			if token, err = d.Token(); err != nil {
				return 0, err
			}
		}
		if _, err := d.Token(); err != nil { // [
			return 0, err
		}
	}
	cells := map[string]any{}
	for d.More() {
		if err := tokenRow(d, cells); err != nil {
			return rows, err
		}
		rows++
	}
	return rows, nil
}

// tokenRow reads the object of one row.
func tokenRow(d *json.Decoder, cells map[string]any) error {
	if _, err := d.Token(); err != nil { // {
		return err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		value, err := d.Token()
		if err != nil {
			return err
		}
		if number, ok := value.(json.Number); ok {
			if n, err := strconv.Atoi(string(number)); err == nil {
				value = n
			} else if value, err = number.Float64(); err != nil {
				return err
			}
		}
		cells[key.(string)] = value
	}
	_, err := d.Token() // }
	return err
}
