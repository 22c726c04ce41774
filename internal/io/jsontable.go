package dataio

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// schemaKey is the member of a row of jsonl that says what the table is.
const schemaKey = "schema"

// undefinedKey is the member of a JSON row that says which of its nulls stand
// for a number that JSON cannot write, and for which: {"value":"NaN"}.
const undefinedKey = "undefined"

// jsonWriter writes json (one object, its rows in an array, one row a line) and
// jsonl (one object a line). Members keep the order of the columns and are
// always present; empty cells are null. JSON has no NaN and no infinity: those
// are null too, and the row gets a member "undefined" that maps the column to
// "NaN", "inf" or "-inf".
type jsonWriter struct {
	w       io.Writer
	lines   bool // jsonl
	schema  []byte
	columns []string
	keys    [][]byte // the columns as members, with the colon
	rows    int
	buf     []byte
}

func newJSONWriter(w io.Writer, schema string, _ TableOptions) TableWriter {
	return &jsonWriter{w: w, schema: jsonBytes(schema)}
}

func newJSONLWriter(w io.Writer, schema string, _ TableOptions) TableWriter {
	return &jsonWriter{w: w, schema: jsonBytes(schema), lines: true}
}

func (j *jsonWriter) Begin(columns []string) error {
	j.columns = columns
	j.keys = make([][]byte, len(columns))
	for i, c := range columns {
		j.keys[i] = jsonKey(c)
	}
	if j.lines {
		return nil
	}
	j.buf = append(j.buf, `{"schema":`...)
	j.buf = append(j.buf, j.schema...)
	j.buf = append(j.buf, `,"columns":`...)
	j.buf = append(j.buf, jsonBytes(columns)...)
	j.buf = append(j.buf, `,"rows":[`...)
	return j.flush()
}

func (j *jsonWriter) Row(cells ...any) error {
	checkRow(cells, j.columns)
	switch {
	case j.lines:
		j.buf = append(j.buf, `{"schema":`...)
		j.buf = append(j.buf, j.schema...)
		if len(cells) > 0 {
			j.buf = append(j.buf, ',')
		}
	case j.rows == 0:
		j.buf = append(j.buf, "\n{"...)
	default:
		j.buf = append(j.buf, ",\n{"...)
	}
	j.members(cells)
	j.buf = append(j.buf, '}')
	if j.lines {
		j.buf = append(j.buf, '\n')
	}
	j.rows++
	return j.flush()
}

func (j *jsonWriter) members(cells []any) {
	undefined := false
	for i, c := range cells {
		if i > 0 {
			j.buf = append(j.buf, ',')
		}
		j.buf = append(j.buf, j.keys[i]...)
		if notFinite(c) {
			undefined = true
			c = nil
		}
		j.buf = appendJSON(j.buf, c)
	}
	if !undefined {
		return
	}
	j.buf = append(j.buf, `,"`+undefinedKey+`":{`...)
	first := true
	for i, c := range cells {
		if !notFinite(c) {
			continue
		}
		if !first {
			j.buf = append(j.buf, ',')
		}
		first = false
		j.buf = append(j.buf, j.keys[i]...)
		j.buf = appendJSON(j.buf, cellText(c))
	}
	j.buf = append(j.buf, '}')
}

func (j *jsonWriter) Close() error {
	if j.lines {
		return nil
	}
	if j.rows > 0 {
		j.buf = append(j.buf, '\n')
	}
	j.buf = append(j.buf, "]}\n"...)
	return j.flush()
}

func (j *jsonWriter) flush() error {
	_, err := j.w.Write(j.buf)
	j.buf = j.buf[:0]
	return err
}

func notFinite(cell any) bool {
	v, ok := cell.(float64)
	return ok && (math.IsNaN(v) || math.IsInf(v, 0))
}

// jsonKey is the beginning of a member of a row.
func jsonKey(column string) []byte { return append(jsonBytes(column), ':') }

// appendJSON appends a cell, finite if it is a number, as jsonBytes encodes it.
// An encoder for every cell would take most of the time of writing a table.
func appendJSON(b []byte, cell any) []byte {
	switch v := cell.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case float64:
		return appendJSONFloat(b, v)
	case string:
		if plainJSON(v) {
			b = append(b, '"')
			b = append(b, v...)
			return append(b, '"')
		}
		return append(b, jsonBytes(v)...) // with bytes that are no UTF-8: see EncodeJSON
	}
	panic(fmt.Sprintf("dataio: cell of type %T", cell))
}

// appendJSONFloat appends the shortest decimal that parses to v, as ECMAScript
// and encoding/json write it: with an exponent below 1e-6 and from 1e21.
func appendJSONFloat(b []byte, v float64) []byte {
	if a := math.Abs(v); a == 0 || (1e-6 <= a && a < 1e21) {
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	}
	b = strconv.AppendFloat(b, v, 'e', -1, 64)
	if n := len(b); b[n-3] == '-' && b[n-2] == '0' { // e-07, never e+07
		b[n-2] = b[n-1]
		b = b[:n-1]
	}
	return b
}

// plainInJSON tells the bytes that stand for themselves in a string of JSON:
// ASCII without control characters, quotation marks and backslashes.
var plainInJSON = func() (plain [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		plain[c] = c != '"' && c != '\\'
	}
	return plain
}()

// plainJSON reports whether s stands in JSON as it is. Two line separators do
// not, though they might: they end a line of JavaScript.
func plainJSON(s string) bool {
	ascii := true
	for i := range len(s) {
		if c := s[i]; !plainInJSON[c] {
			if c < utf8.RuneSelf {
				return false
			}
			ascii = false
		}
	}
	return ascii || utf8.ValidString(s) && !strings.ContainsAny(s, "\u2028\u2029")
}

// jsonBytes encodes v without escaping <, > and &, which stand in paths and
// messages.
func jsonBytes(v any) []byte {
	text, err := EncodeJSON(v, "", false)
	if err != nil {
		panic("dataio: " + err.Error())
	}
	return bytes.TrimSuffix(text, []byte("\n"))
}
