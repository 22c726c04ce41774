package dataio

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"simtool/internal/data"
)

func readJSONTable(r io.Reader) (*Table, error) {
	var doc struct {
		Schema  string            `json:"schema"`
		Columns []string          `json:"columns"`
		Rows    []json.RawMessage `json:"rows"`
	}
	d := json.NewDecoder(r)
	if err := d.Decode(&doc); err != nil {
		return nil, badJSON(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, &data.InputError{Found: "more after the JSON object", Wanted: "want one object; a file of several has the suffix .jsonl"}
	}
	if doc.Columns == nil || doc.Rows == nil {
		return nil, &data.InputError{Found: "a JSON object without columns or rows", Wanted: "want a result table"}
	}
	t := &Table{Schema: doc.Schema, Columns: doc.Columns}
	for i, raw := range doc.Rows {
		o, err := parseJSONRow(raw)
		if err != nil {
			return nil, err
		}
		if err := t.add(o, i+1); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func readJSONLines(r io.Reader) (*Table, error) {
	t := &Table{}
	d := json.NewDecoder(r)
	for i := 1; ; i++ {
		var raw json.RawMessage
		err := d.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, badJSON(err)
		}
		o, err := parseJSONRow(raw)
		if err != nil {
			return nil, err
		}
		schema, ok := o.take("schema").(string)
		if !ok || (i > 1 && schema != t.Schema) {
			return nil, &data.InputError{Found: fmt.Sprintf("row %d: schema %q", i, schema), Wanted: "want the same schema in every row"}
		}
		if i == 1 {
			t.Schema, t.Columns = schema, o.keys
		}
		if err := t.add(o, i); err != nil {
			return nil, err
		}
	}
}

// jsonRow is one object with the order of its members.
type jsonRow struct {
	keys   []string
	values []any
}

// take removes a member and returns its value, nil when there is none.
func (o *jsonRow) take(key string) any {
	i := slices.Index(o.keys, key)
	if i < 0 {
		return nil
	}
	v := o.values[i]
	o.keys = slices.Delete(o.keys, i, i+1)
	o.values = slices.Delete(o.values, i, i+1)
	return v
}

// parseJSONRow parses one row: a flat object, with the member "undefined" as
// the only nested one.
func parseJSONRow(raw json.RawMessage) (*jsonRow, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, &data.InputError{Found: fmt.Sprintf("%.20q as a row", raw), Wanted: "want an object"}
	}
	o := &jsonRow{}
	var undefined map[string]string
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, badJSON(err)
		}
		key := token.(string)
		if key == undefinedKey {
			if err := d.Decode(&undefined); err != nil {
				return nil, badJSON(err)
			}
			continue
		}
		var value any
		if err := d.Decode(&value); err != nil {
			return nil, badJSON(err)
		}
		if value, err = jsonCell(key, value); err != nil {
			return nil, err
		}
		if slices.Contains(o.keys, key) {
			return nil, &data.InputError{Found: fmt.Sprintf("member %q twice in a row", key), Wanted: "want each once"}
		}
		o.keys = append(o.keys, key)
		o.values = append(o.values, value)
	}
	for key, spelt := range undefined {
		i := slices.Index(o.keys, key)
		v, ok := parseCell(spelt).(float64)
		if i < 0 || o.values[i] != nil || !ok {
			return nil, &data.InputError{Found: fmt.Sprintf("undefined %q: %q", key, spelt), Wanted: "want a null member and NaN, inf or -inf"}
		}
		o.values[i] = v
	}
	return o, nil
}

// jsonCell converts a JSON value to a cell.
func jsonCell(key string, value any) (any, error) {
	switch v := value.(type) {
	case nil, string, bool:
		return v, nil
	case json.Number:
		if cell := parseCell(v.String()); cell != nil {
			return cell, nil
		}
	}
	return nil, &data.InputError{Found: fmt.Sprintf("member %q: %.40v", key, value), Wanted: "want text, a number that fits, true, false or null"}
}

// add appends a row in the order of the columns.
func (t *Table) add(o *jsonRow, number int) error {
	row := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		at := slices.Index(o.keys, c)
		if at < 0 {
			return &data.InputError{Found: fmt.Sprintf("row %d without %q", number, c), Wanted: "want the same members in every row"}
		}
		row[i] = o.values[at]
	}
	if len(o.keys) != len(t.Columns) {
		return &data.InputError{Found: fmt.Sprintf("row %d with %d members", number, len(o.keys)), Wanted: fmt.Sprintf("want %d as in the first", len(t.Columns))}
	}
	t.Rows = append(t.Rows, row)
	return nil
}

func badJSON(err error) error {
	return &data.InputError{Found: "malformed JSON (" + err.Error() + ")", Wanted: "want a result table", Err: err}
}
