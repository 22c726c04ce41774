package main

import (
	"encoding/gob"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"simtool/internal/data"
	"simtool/internal/io"
)

// savedItems are the results of the items that a long command has finished, one
// file each in a checkpoint. The zero value keeps nothing.
type savedItems struct{ directory string }

// openSavedItems begins a checkpoint beside an output, or takes up one of the
// same settings and inputs.
func (a *app) openSavedItems(output string, resume bool, inputs []data.Source) (*savedItems, error) {
	s := &savedItems{directory: output + ".ckpt"}
	_, err := a.openCheckpoint(s.directory, resume, 0, inputs)
	return s, err
}

func (s *savedItems) path(item int) string {
	return filepath.Join(s.directory, fmt.Sprintf("item-%d", item))
}

// load reads the result of an item into value, and reports whether there is one.
func (s *savedItems) load(item int, value any) (bool, error) {
	if s.directory == "" {
		return false, nil
	}
	f, err := os.Open(s.path(item))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	if err := gob.NewDecoder(f).Decode(value); err != nil {
		return false, &data.InputError{Path: s.path(item), Found: "not a checkpoint (" + err.Error() + ")", Wanted: "want what an interrupted run left", Err: err}
	}
	return true, nil
}

// store keeps the result of an item. The file has its name only when it is
// complete.
func (s *savedItems) store(item int, value any) error {
	if s.directory == "" {
		return nil
	}
	_, err := dataio.WriteFile(s.path(item), dataio.WriteOptions{Force: true}, func(f *dataio.AtomicFile) error {
		return gob.NewEncoder(f).Encode(value)
	})
	return err
}

// remove deletes the checkpoint when its results are written, or when there are
// none to resume from.
func (s *savedItems) remove() {
	if s.directory != "" {
		_ = os.RemoveAll(s.directory)
	}
}

// empty reports whether no item has been kept.
func (s *savedItems) empty() bool {
	items, err := filepath.Glob(filepath.Join(s.directory, "item-*"))
	return err == nil && len(items) == 0
}
