package dataio

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode/utf8"
)

// delimitedWriter writes csv and tsv. Empty cells are empty fields; NaN and
// infinities are spelt NaN, inf and -inf, which NumPy, pandas and R read.
type delimitedWriter struct {
	w       io.Writer
	comma   byte
	columns []string
	buf     []byte

	rare   *csv.Writer // of fields that need quotation marks
	quoted bytes.Buffer
}

func newCSVWriter(w io.Writer, _ string, _ TableOptions) TableWriter {
	return newDelimitedWriter(w, ',')
}

func newTSVWriter(w io.Writer, _ string, _ TableOptions) TableWriter {
	return newDelimitedWriter(w, '\t')
}

func newDelimitedWriter(w io.Writer, comma byte) *delimitedWriter {
	d := &delimitedWriter{w: w, comma: comma}
	d.rare = csv.NewWriter(&d.quoted)
	d.rare.Comma = rune(comma)
	return d
}

func (d *delimitedWriter) Begin(columns []string) error {
	d.columns = columns
	for i, name := range columns {
		d.separate(i)
		d.text(name)
	}
	return d.end()
}

func (d *delimitedWriter) Row(cells ...any) error {
	checkRow(cells, d.columns)
	for i, c := range cells {
		d.separate(i)
		if text, ok := c.(string); ok {
			d.text(text)
		} else {
			d.buf = appendCell(d.buf, c)
		}
	}
	return d.end()
}

func (d *delimitedWriter) Close() error { return nil }

// separate goes on to field i.
func (d *delimitedWriter) separate(i int) {
	if i > 0 {
		d.buf = append(d.buf, d.comma)
	}
}

// guardCells says that no cell may begin like a formula.
var guardCells atomic.Bool

// GuardCells makes all tables in csv and tsv that this process writes safe to open in
// spreadsheets, which compute cells that begin with =, +, -, @, a tab or a carriage
// return: text that does, and is no number, gets an apostrophe in front, which
// spreadsheets take for "this is text".
func GuardCells(on bool) { guardCells.Store(on) }

// guarded puts an apostrophe before text that a spreadsheet would compute.
func guarded(field string) string {
	if field == "" || !strings.ContainsRune("=+-@\t\r", rune(field[0])) {
		return field
	}
	if _, err := strconv.ParseFloat(field, 64); err == nil {
		return field
	}
	return "'" + field
}

// text appends a field, in quotation marks where it needs them. Nearly all are
// plain; encoding/csv knows about the others.
func (d *delimitedWriter) text(field string) {
	if guardCells.Load() {
		field = guarded(field)
	}
	if d.plain(field) {
		d.buf = append(d.buf, field...)
		return
	}
	// Readers take both kinds of line breaks for the same.
	_ = d.rare.Write([]string{strings.ReplaceAll(field, "\r\n", "\n")}) // a buffer takes anything
	d.rare.Flush()
	d.buf = append(d.buf, bytes.TrimSuffix(d.quoted.Bytes(), []byte("\n"))...)
	d.quoted.Reset()
}

// plain reports whether a field certainly needs no quotation marks.
func (d *delimitedWriter) plain(field string) bool {
	if field == "" {
		return true
	}
	if c := field[0]; c == ' ' || c == '\\' || c >= utf8.RuneSelf {
		return false
	}
	for i := range len(field) {
		if c := field[i]; c == d.comma || c == '"' || c < ' ' {
			return false
		}
	}
	return true
}

// end ends the line and hands it on.
func (d *delimitedWriter) end() error {
	if len(d.columns) == 1 && len(d.buf) == 0 {
		d.buf = append(d.buf, `""`...) // readers pass over empty lines
	}
	d.buf = append(d.buf, '\n')
	_, err := d.w.Write(d.buf)
	d.buf = d.buf[:0]
	return err
}

// cellText renders a cell so that reading it gives the same value back.
func cellText(cell any) string {
	if text, ok := cell.(string); ok {
		return text
	}
	return string(appendCell(nil, cell))
}

// appendCell appends what cellText renders.
func appendCell(b []byte, cell any) []byte {
	switch v := cell.(type) {
	case nil:
		return b
	case string:
		return append(b, v...)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case float64:
		return appendFloat(b, v)
	}
	panic(fmt.Sprintf("dataio: cell of type %T", cell))
}

// floatText is the shortest decimal that parses to v.
func floatText(v float64) string { return string(appendFloat(nil, v)) }

func appendFloat(b []byte, v float64) []byte {
	switch {
	case math.IsInf(v, 1):
		return append(b, "inf"...)
	case math.IsInf(v, -1):
		return append(b, "-inf"...)
	case v == math.Trunc(v) && math.Abs(v) < 1e21:
		// As in JSON, which does not tell whole numbers from others: a table has
		// the same csv whether or not it went through json.
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	}
	return strconv.AppendFloat(b, v, 'g', -1, 64)
}
