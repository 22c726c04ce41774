package dataio

import (
	"bytes"
	"fmt"
	"io"

	"simtool/internal/data"
)

// jsonRows reads the rows of json and jsonl. Neither the layout of the text nor
// the order of the members of a row matters. Every row has all columns as its
// members and no others but "undefined" and, in jsonl, "schema", which is a
// column here: the first.
type jsonRows struct {
	scan   jsonScanner
	lines  bool // jsonl
	schema string

	columns []string
	at      map[string]int // position of each column
	keys    [][]byte       // the columns as jsonWriter writes them, with the colon
	cells   []any
	seen    []int // the attempt at a row that saw each column last
	attempt int

	undefined []undefinedCell // of the row
	ahead     bool            // the first row has been read to learn the columns
	n         int             // rows read
}

// undefinedCell is a cell that JSON cannot write.
type undefinedCell struct{ column, spelt string }

// openJSONRows reads up to the rows of a json, or the first row of a jsonl: its
// members are the columns.
func openJSONRows(r io.Reader, lines bool) (*jsonRows, error) {
	j := &jsonRows{scan: jsonScanner{r: r}, lines: lines}
	if !lines {
		return j, j.scan.whole(j.head)
	}
	if end, err := j.scan.end(); end || err != nil {
		return j, err
	}
	j.setColumns(schemaKey)
	if err := j.scan.whole(j.firstRow); err != nil {
		return nil, j.fail(err)
	}
	j.ahead = true
	return j, nil
}

// names returns the columns of the table, nil where there is none to learn them
// from.
func (j *jsonRows) names() []string {
	if j.lines && j.columns != nil {
		return j.columns[1:]
	}
	return j.columns
}

func (j *jsonRows) next() ([]any, error) {
	if err := j.advance(); err != nil {
		return nil, err
	}
	if j.n++; j.lines {
		return j.cells[1:], nil
	}
	return j.cells, nil
}

// advance reads the next row into the cells. It returns io.EOF where a complete
// table ends.
func (j *jsonRows) advance() error {
	switch {
	case j.ahead:
		j.ahead = false
		return nil
	case j.lines:
		end, err := j.scan.end()
		if end {
			return io.EOF
		}
		if err != nil {
			return err
		}
	default:
		last := false
		err := j.scan.whole(func() {
			if j.n == 0 {
				last = j.scan.accept(']')
			} else {
				last = !j.scan.moreUntil(']')
			}
		})
		if err != nil {
			return j.fail(err)
		}
		if last {
			return j.tail()
		}
	}
	if err := j.scan.whole(j.row); err != nil {
		return j.fail(err)
	}
	return nil
}

// head scans the object of a json up to its first row.
func (j *jsonRows) head() {
	s := &j.scan
	known := false
	s.want('{')
	for more := !s.accept('}'); more && s.err == nil; more = s.moreUntil('}') {
		switch key := string(s.key()); key {
		case "schema":
			j.schema = string(s.text())
		case "columns":
			j.scanColumns()
			known = true
		case "rows":
			s.want('[')
			if !known {
				s.fail("rows before columns", "want schema, columns and rows, in this order")
			}
			return
		default:
			s.fail(fmt.Sprintf("member %q", key), "want schema, columns and rows")
		}
	}
	s.fail("a JSON object without columns or rows", "want a result table")
}

// scanColumns scans the names of the columns of a json.
func (j *jsonRows) scanColumns() {
	s := &j.scan
	j.setColumns()
	s.want('[')
	for more := !s.accept(']'); more && s.err == nil; more = s.moreUntil(']') {
		name := string(s.text())
		if _, twice := j.at[name]; twice {
			s.fail(fmt.Sprintf("column %q twice", name), "want each once")
		}
		j.addColumn(name)
	}
}

// tail reads what follows the rows of a json.
func (j *jsonRows) tail() error {
	if err := j.scan.whole(func() { j.scan.want('}') }); err != nil {
		return err
	}
	end, err := j.scan.end()
	if err == nil && !end {
		err = &data.InputError{Found: "more after the JSON object", Wanted: "want one object; a file of several has the suffix .jsonl"}
	}
	if err == nil {
		err = io.EOF
	}
	return err
}

// setColumns begins anew with these columns.
func (j *jsonRows) setColumns(names ...string) {
	j.columns, j.at, j.keys, j.cells, j.seen = []string{}, map[string]int{}, nil, nil, nil
	for _, name := range names {
		j.addColumn(name)
	}
}

func (j *jsonRows) addColumn(name string) {
	j.at[name] = len(j.columns)
	j.columns = append(j.columns, name)
	j.keys = append(j.keys, jsonKey(name))
	j.cells = append(j.cells, nil)
	j.seen = append(j.seen, 0)
}

// cell returns the cell of a column in the row at hand.
func (j *jsonRows) cell(name string) any { return j.cells[j.at[name]] }

// firstRow scans the first row of a jsonl: its members are the columns.
func (j *jsonRows) firstRow() {
	j.members(true)
	if j.scan.err == nil {
		j.schema = j.cell("schema").(string)
	}
}

func (j *jsonRows) row() { j.members(false) }

// members scans the object of one row. learn says that its members are the
// columns.
func (j *jsonRows) members(learn bool) {
	s := &j.scan
	j.attempt++
	j.undefined = j.undefined[:0]
	if c := s.peek(); c != '{' {
		s.fail(fmt.Sprintf("%.20q as a row", s.buf[s.at:]), "want an object")
	}
	s.want('{')
	found := 0
	for more := !s.accept('}'); more && s.err == nil; more = s.moreUntil('}') {
		i := j.member(found, learn)
		if i < 0 {
			continue
		}
		if j.seen[i] == j.attempt {
			s.fail(fmt.Sprintf("member %q twice", j.columns[i]), "want each once")
			return
		}
		j.seen[i] = j.attempt
		found++
		j.cells[i] = s.cell(j.cells[i])
		if s.err != nil {
			about(s.err, fmt.Sprintf("member %q", j.columns[i]))
			return
		}
	}
	if s.err == nil {
		j.complete(found, learn)
	}
}

// member scans the key of a member, of which found came before in the row, and
// returns its column. It returns -1 after a failure and after the member
// "undefined", which it scans as a whole.
func (j *jsonRows) member(found int, learn bool) int {
	s := &j.scan
	s.space()
	if found < len(j.keys) && bytes.HasPrefix(s.buf[s.at:], j.keys[found]) {
		s.at += len(j.keys[found]) // the order of jsonWriter
		return found
	}
	key := s.key()
	if s.err != nil {
		return -1
	}
	i, ok := j.at[string(key)]
	switch {
	case ok:
		return i
	case string(key) == undefinedKey:
		j.scanUndefined()
	case learn:
		j.addColumn(string(key))
		return len(j.columns) - 1
	default:
		s.fail(fmt.Sprintf("member %q", key), "want the same members in every row")
	}
	return -1
}

// scanUndefined scans the value of the member "undefined".
func (j *jsonRows) scanUndefined() {
	s := &j.scan
	s.want('{')
	for more := !s.accept('}'); more && s.err == nil; more = s.moreUntil('}') {
		column := string(s.key())
		j.undefined = append(j.undefined, undefinedCell{column, string(s.text())})
	}
}

// complete checks a row of found columns and fills in its undefined cells.
func (j *jsonRows) complete(found int, learn bool) {
	s := &j.scan
	if found < len(j.columns) {
		for i, name := range j.columns {
			if j.seen[i] != j.attempt {
				s.fail(fmt.Sprintf("no member %q", name), "want the same members in every row")
			}
		}
	}
	for _, u := range j.undefined {
		i, known := j.at[u.column]
		v, ok := parseUndefined(u.spelt)
		if !known || !ok || j.cells[i] != nil {
			s.fail(fmt.Sprintf("undefined %q: %q", u.column, u.spelt), "want a null member and NaN, inf or -inf")
			return
		}
		j.cells[i] = v
	}
	if j.lines {
		schema, ok := j.cell("schema").(string)
		if !ok || (!learn && schema != j.schema) {
			s.fail(fmt.Sprintf("schema %q", j.cell("schema")), "want text, the same in every row")
		}
	}
}

// fail says which row an error is about.
func (j *jsonRows) fail(err error) error {
	about(err, fmt.Sprintf("row %d", j.n+1))
	return err
}

// about puts the place of a mistake before what was found there.
func about(err error, place string) {
	if e, ok := data.AsInputError(err); ok {
		e.Found = place + ": " + e.Found
	}
}
