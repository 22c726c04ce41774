package dataio

import (
	"fmt"
	"strconv"
	"strings"
)

// Batch says, in the manifest of a table, which items of a batch its rows come
// from, so that parts made on several machines can be put together and a
// complete output can be recognised.
type Batch struct {
	Items   int      `json:"items"`  // of the whole batch
	Digest  string   `json:"digest"` // SHA-256 of the keys of all items
	Shard   int      `json:"shard"`  // which of the shards of the items this output has
	Shards  int      `json:"shards"`
	Rows    RowRuns  `json:"rows"`   // of each item of this output, in order
	Failed  int      `json:"failed"` // rows with an error
	What    string   `json:"what"`   // what rows are, in the plural
	Schema  string   `json:"schema"`
	Columns []string `json:"columns"`

	// Tables is for a directory of tables: the rows of each item in each file. Rows
	// then counts the items, and Schema says what kind of directory it is.
	Tables map[string]RowRuns `json:"tables,omitempty"`

	// Companions are the files beside a table of which every item has a part, by the
	// setting that names them.
	Companions map[string]*CompanionInfo `json:"companions,omitempty"`

	// Alone names the companion that is the output itself, where no table is written.
	Alone string `json:"alone,omitempty"`
}

// CompanionInfo describes a file beside the table of a batch.
type CompanionInfo struct {
	Path   string  `json:"path"`
	Schema string  `json:"schema,omitempty"` // of a table; "" for an archive of arrays
	Rows   RowRuns `json:"rows"`             // or arrays, of each item, in order
	Last   int     `json:"last,omitempty"`   // arrays behind those, the same in every part
}

// RowRuns are numbers of rows of consecutive items, run by run. In a manifest they
// are a text: "3x100 1" stands for 100 items of 3 rows each and one of 1.
type RowRuns []RowRun

// RowRun is Rows rows for each of Items items.
type RowRun struct{ Rows, Items int }

// Add appends an item.
func (r *RowRuns) Add(rows int) {
	if n := len(*r); n > 0 && (*r)[n-1].Rows == rows {
		(*r)[n-1].Items++
		return
	}
	*r = append(*r, RowRun{rows, 1})
}

// Totals returns the numbers of items and of rows.
func (r RowRuns) Totals() (items, rows int) {
	for _, run := range r {
		items += run.Items
		rows += run.Rows * run.Items
	}
	return items, rows
}

// MarshalText implements encoding.TextMarshaler.
func (r RowRuns) MarshalText() ([]byte, error) {
	var b []byte
	for i, run := range r {
		if i > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(b, int64(run.Rows), 10)
		if run.Items > 1 {
			b = strconv.AppendInt(append(b, 'x'), int64(run.Items), 10)
		}
	}
	return b, nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *RowRuns) UnmarshalText(text []byte) error {
	*r = RowRuns{}
	for word := range strings.FieldsSeq(string(text)) {
		rows, items, many := strings.Cut(word, "x")
		run := RowRun{Items: 1}
		var err error
		if run.Rows, err = strconv.Atoi(rows); err == nil && many {
			run.Items, err = strconv.Atoi(items)
		}
		if err != nil || run.Rows < 0 || run.Items < 1 {
			return fmt.Errorf("numbers of rows %q", word)
		}
		*r = append(*r, run)
	}
	return nil
}
