package dataio

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
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
	keys    [][]byte // the columns, encoded
	columns []string
	rows    int
	buf     bytes.Buffer
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
		j.keys[i] = jsonBytes(c)
	}
	if j.lines {
		return nil
	}
	j.buf.WriteString(`{"schema":`)
	j.buf.Write(j.schema)
	j.buf.WriteString(`,"columns":`)
	j.buf.Write(jsonBytes(columns))
	j.buf.WriteString(`,"rows":[`)
	return j.flush()
}

func (j *jsonWriter) Row(cells ...any) error {
	checkRow(cells, j.columns)
	switch {
	case j.lines:
		j.buf.WriteString(`{"schema":`)
		j.buf.Write(j.schema)
		if len(cells) > 0 {
			j.buf.WriteByte(',')
		}
	case j.rows == 0:
		j.buf.WriteString("\n{")
	default:
		j.buf.WriteString(",\n{")
	}
	j.members(cells)
	j.buf.WriteByte('}')
	if j.lines {
		j.buf.WriteByte('\n')
	}
	j.rows++
	return j.flush()
}

func (j *jsonWriter) members(cells []any) {
	undefined := false
	for i, c := range cells {
		if i > 0 {
			j.buf.WriteByte(',')
		}
		j.buf.Write(j.keys[i])
		j.buf.WriteByte(':')
		if notFinite(c) {
			undefined = true
			c = nil
		}
		j.buf.Write(jsonBytes(c))
	}
	if !undefined {
		return
	}
	j.buf.WriteString(`,"` + undefinedKey + `":{`)
	first := true
	for i, c := range cells {
		if !notFinite(c) {
			continue
		}
		if !first {
			j.buf.WriteByte(',')
		}
		first = false
		j.buf.Write(j.keys[i])
		j.buf.WriteByte(':')
		j.buf.Write(jsonBytes(cellText(c)))
	}
	j.buf.WriteByte('}')
}

func (j *jsonWriter) Close() error {
	if j.lines {
		return nil
	}
	if j.rows > 0 {
		j.buf.WriteByte('\n')
	}
	j.buf.WriteString("]}\n")
	return j.flush()
}

func (j *jsonWriter) flush() error {
	_, err := j.w.Write(j.buf.Bytes())
	j.buf.Reset()
	return err
}

func notFinite(cell any) bool {
	v, ok := cell.(float64)
	return ok && (math.IsNaN(v) || math.IsInf(v, 0))
}

// jsonBytes encodes v without escaping <, > and &, which stand in paths and
// messages.
func jsonBytes(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("dataio: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
