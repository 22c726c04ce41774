package dataio

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"simtool/internal/data"
)

// TableReader reads a result table that a TableWriter wrote, a row at a time,
// so that its memory does not grow with the rows. Writing what it read in the
// same format gives the same bytes. It is not safe for concurrent use.
type TableReader struct {
	in      *input
	format  Format
	schema  string
	columns []string
	rows    rowReader
	n       int   // rows read
	err     error // what ended the table; nil before its end
}

// rowReader reads the rows of a table in one format.
type rowReader interface {
	// next returns the next row, which it may use again for the one after, or
	// io.EOF once it has seen that the table is complete.
	next() ([]any, error)
}

// OpenTable opens a result table for reading row by row: csv, tsv, json or
// jsonl, gzipped or not, by its suffix or else by its first bytes. It reads as
// far as the names of the columns. Options.Stdin and Options.Hash apply. The
// caller closes the result.
//
// Errors, here and of Next, are *data.InputError.
func OpenTable(path string, o Options) (*TableReader, error) {
	in, err := openInput(path, o)
	if err != nil {
		return nil, err
	}
	r, err := newTableReader(in, o)
	if err != nil {
		in.close()
		return nil, err
	}
	return r, nil
}

func newTableReader(in *input, o Options) (*TableReader, error) {
	r := &TableReader{in: in}
	if err := r.open(o); err != nil {
		return nil, in.fail(err)
	}
	return r, nil
}

func (r *TableReader) open(o Options) (err error) {
	if r.format, err = tableFormat(r.in); err != nil {
		return err
	}
	switch r.format {
	case CSV, TSV:
		comma := ','
		if r.format == TSV {
			comma = '\t'
		}
		o.Header = HeaderYes
		text, err := openText(r.in, comma, o, asTable)
		if err != nil {
			return err
		}
		r.columns, r.rows = text.header, &delimitedRows{text: text, cells: make([]any, text.width)}
	case JSON, JSONL:
		rows, err := openJSONRows(r.in.r, r.format == JSONL)
		if err != nil {
			return err
		}
		r.schema, r.columns, r.rows = rows.schema, rows.names(), rows
	default:
		return &data.InputError{Found: "a table in format " + string(r.format), Wanted: "want csv, tsv, json or jsonl"}
	}
	return nil
}

// tableFormat goes by the suffix, and by the content where that says nothing.
func tableFormat(in *input) (Format, error) {
	if f, known := FormatFromPath(strings.TrimSuffix(strings.ToLower(in.name), ".gz")); known {
		return f, nil
	}
	head, err := in.r.Peek(sniffLength)
	switch {
	case len(head) == 0 && !errors.Is(err, io.EOF):
		return "", err
	case bytes.HasPrefix(head, []byte(`{"schema":`)) && bytes.Contains(head, []byte(`"rows":[`)):
		return JSON, nil
	case bytes.HasPrefix(head, []byte("{")):
		return JSONL, nil
	case tabFirst(head):
		return TSV, nil
	}
	return CSV, nil
}

// Format returns the format of the file.
func (r *TableReader) Format() Format { return r.format }

// Schema returns what the table says it is, e.g. "simtool.score/v1": "" for csv
// and tsv, which cannot say, and for a jsonl without rows.
func (r *TableReader) Schema() string { return r.schema }

// Columns returns the names of the columns: nil for a jsonl without rows, which
// has nowhere to say them.
func (r *TableReader) Columns() []string { return slices.Clone(r.columns) }

// Next returns the cells of the next row, one per column, or io.EOF after the
// last, once the file is known to be complete. The slice is the reader's and
// good until the next call; the cells may be kept.
//
// Cells of json and jsonl are as in Table, but a whole number is an int
// wherever it fits, as JSON does not tell 2 from 2.0, nor does csv. Cells of csv and tsv are strings, or nil where
// empty: the kind of a column is not known before its last row (see ReadTable).
func (r *TableReader) Next() ([]any, error) {
	if r.err != nil {
		return nil, r.err
	}
	cells, err := r.rows.next()
	if err != nil {
		r.err = r.fail(err)
		return nil, r.err
	}
	r.n++
	return cells, nil
}

// fail says of an error that is not about the text of the table, such as
// damaged compression, at which row it came up.
func (r *TableReader) fail(err error) error {
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	_, explained := data.AsInputError(err)
	err = r.in.fail(err)
	if !explained {
		about(err, fmt.Sprintf("row %d", r.n+1))
	}
	return err
}

// Source describes the file as it is stored, compressed if it is, and with its
// digest where Options.Hash was set. Call it once Next has returned io.EOF: the
// shape is that of the rows that were read.
func (r *TableReader) Source() (data.Source, error) {
	return r.in.source(string(r.format), "text", []int{r.n, len(r.columns)})
}

// Close releases the file.
func (r *TableReader) Close() error {
	r.in.close()
	return nil
}

// delimitedRows reads the rows of csv and tsv.
type delimitedRows struct {
	text  *textFile
	cells []any
}

func (d *delimitedRows) next() ([]any, error) {
	record, err := d.text.next()
	if err != nil {
		return nil, err
	}
	for i, field := range record {
		if field == "" {
			d.cells[i] = nil
			continue
		}
		// Many columns hold the same text row after row: it is kept once.
		if old, ok := d.cells[i].(string); !ok || old != field {
			d.cells[i] = field
		}
	}
	return d.cells, nil
}
