package batch

import (
	"simtool/internal/data"
	"simtool/internal/result"
)

// Collector takes the table of a command that is an item of a plan: its rows, cell
// by cell, and the inputs that they were made from.
type Collector struct {
	Schema  *result.Schema // of the table, nil before it is begun
	Rows    [][]any
	Sources []data.Source
	// Read reads an input by way of what other items have read; nil for none.
	Read func(key string, read func() (*data.Dataset, error)) (*data.Dataset, error)
}
