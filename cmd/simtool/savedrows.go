package main

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
)

// savedRows are the rows that a long command has finished, kept in a checkpoint
// as they come so that an interruption loses only what was under way. The zero
// value keeps nothing.
type savedRows struct {
	directory string
	mu        sync.Mutex
	rows      map[string][]any
	file      *os.File
}

// savedRow is a line of the file.
type savedRow struct {
	Key   string `json:"key"`
	Cells []any  `json:"cells"`
}

// openSavedRows begins a checkpoint, or takes up one of the same settings.
func (a *app) openSavedRows(directory string, resume bool) (*savedRows, error) {
	if _, err := a.openCheckpoint(directory, resume && exists(directory), 0, nil); err != nil {
		return nil, err
	}
	s := &savedRows{directory: directory, rows: map[string][]any{}}
	path := filepath.Join(directory, "rows.jsonl")
	if f, err := os.Open(path); err == nil {
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var row savedRow
			// A line that was cut off is one that was not finished.
			if json.Unmarshal(lines.Bytes(), &row) == nil {
				s.rows[row.Key] = row.Cells
			}
		}
		_ = f.Close()
		if err := lines.Err(); err != nil {
			return nil, err
		}
	}
	var err error
	s.file, err = os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err == nil && len(s.rows) > 0 {
		_, err = s.file.WriteString("\n") // after a line that may have been cut off
	}
	return s, err
}

// row returns the cells of a finished row.
func (s *savedRows) row(key string) ([]any, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cells, ok := s.rows[key]
	return cells, ok
}

// add keeps a finished row.
func (s *savedRows) add(key string, cells []any) error {
	if s.file == nil {
		return nil
	}
	line, err := json.Marshal(savedRow{key, cells})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err = s.file.Write(append(line, '\n'))
	return err
}

func (s *savedRows) close() {
	if s.file != nil {
		_ = s.file.Close()
	}
}

// remove deletes the checkpoint when its rows are in the result.
func (s *savedRows) remove() {
	if s.directory != "" {
		_ = os.RemoveAll(s.directory)
	}
}
