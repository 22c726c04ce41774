package main

import (
	"errors"
	"strings"
	"testing"

	"simtool/internal/data"
)

// TestInputCache checks what is read again: what was used longest ago when there is
// too much, what is read otherwise, and what could not be read.
func TestInputCache(t *testing.T) {
	cache := newInputCache(2 * 8 * 10) // two inputs of ten values
	var log []string
	broken := errors.New("broken")
	read := cache.reader(inputOptions{axes: "tcn"}, func(path string) (*data.Dataset, error) {
		log = append(log, path)
		if path == "bad" {
			return nil, broken
		}
		return &data.Dataset{Values: make([]float64, 10)}, nil
	})
	first, err := read("a")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"b", "a", "bad", "bad", "c", "a", "b"} {
		d, err := read(path)
		if path == "bad" != errors.Is(err, broken) {
			t.Errorf("%s: %v", path, err)
		}
		if path == "a" && d != first {
			t.Error("a was read again")
		}
	}
	other := cache.reader(inputOptions{axes: "nct"}, func(path string) (*data.Dataset, error) {
		log = append(log, path+" as nct")
		return &data.Dataset{Values: make([]float64, 30)}, nil
	})
	if _, err := other("a"); err != nil { // more than the budget by itself
		t.Fatal(err)
	}
	if got, want := strings.Join(log, ", "), "a, b, bad, bad, c, b, a as nct"; got != want {
		t.Errorf("read %s, want %s", got, want)
	}
	if cache.bytes != 0 || cache.order.Len() != 0 || len(cache.held) != 0 {
		t.Errorf("%d bytes in %d inputs are held, want none", cache.bytes, cache.order.Len())
	}
}
