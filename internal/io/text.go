package dataio

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/data"
)

// maxRecord caps one line of a text file, so that a file without line breaks
// is refused instead of held in memory as one string. It has room for half a
// million numbers.
const maxRecord = 16 << 20

// textFile reads the records of a delimited text file: RFC 4180 quoting, LF or
// CRLF, an optional UTF-8 byte order mark, every record with as many fields as
// the first. An empty line is a missing value in a file of one column, for that is
// how one is written there, and nothing elsewhere.
type textFile struct {
	columnList
	csv    *csv.Reader
	cap    *recordCap
	use    textUse
	bare   bool // no message may name a flag
	comma  rune
	header []string     // the first record if it names the columns, as it stands
	ahead  []textRecord // records that were read to decide on the header
	line   int          // of the record that next returned last, counted from 1
	ended  int          // line on which the record that was read last ended, 0 before the first
	held   []string     // a record after empty lines that are missing values
	heldAt int          // its line

	// suspect is a column that may hold the numbers of samples, by its name or its
	// first rows, counted from 1; 0 for none. See indexWatch.
	suspect int
}

// textUse is what a text file is read for.
type textUse int

const (
	asRecording textUse = iota // samples × features
	asFeatures                 // stimuli × features, with names
	asTable                    // a table of results, taken as it stands
)

// textRecord is a record that was read ahead, or the error in its place.
type textRecord struct {
	fields []string
	line   int
	err    error
}

// openText reads as far as is needed to settle whether there is a header and which
// column names the rows.
func openText(in *input, comma rune, o Options, use textUse) (*textFile, error) {
	if err := checkText(in, comma, use); err != nil {
		return nil, err
	}
	limit := &recordCap{r: in.r}
	t := &textFile{csv: csv.NewReader(bufio.NewReaderSize(limit, bufferSize)), cap: limit, use: use, comma: comma, bare: o.Bare}
	t.csv.Comma = comma
	t.csv.ReuseRecord = true
	t.csv.TrimLeadingSpace = comma == ',' // with tabs it would swallow empty fields
	first, err := t.record()
	if errors.Is(err, io.EOF) {
		return nil, &data.InputError{Found: "only empty lines", Wanted: "want at least one line of data"}
	}
	if err != nil {
		return nil, err
	}
	t.width = len(first)
	first = slices.Clone(first)
	line := t.line
	if use != asTable {
		first = t.lookAhead(first)
	}
	isHeader, err := t.isHeader(first, o)
	if err != nil {
		return nil, err
	}
	if isHeader {
		t.header, t.names = first, headerNames(first)
	} else {
		t.ahead = slices.Insert(t.ahead, 0, textRecord{fields: first, line: line})
	}
	if use == asTable {
		return t, nil
	}
	return t, t.settleIndex(o)
}

// checkText refuses what is no text, or not of fields that comma separates, and
// passes over what may stand before the first line: a byte order mark, and the line
// "sep=," by which spreadsheets are told the separator.
func checkText(in *input, comma rune, use textUse) error {
	head, err := in.r.Peek(sniffLength)
	if len(head) == 0 {
		if errors.Is(err, io.EOF) {
			return &data.InputError{Found: "an empty file", Wanted: "want at least one line"}
		}
		return err
	}
	if strings.HasPrefix(string(head), "\xef\xbb\xbf") {
		if _, err := in.r.Discard(3); err != nil {
			return err
		}
		head = head[3:]
	}
	if !looksLikeText(head) {
		found := foreignName(head)
		if found == "" {
			found = "binary data"
		}
		return &data.InputError{Found: found, Wanted: "want UTF-8 text"}
	}
	if use == asTable {
		return nil
	}
	skip, err := checkSeparator(in.name, head, comma)
	if err != nil {
		return err
	}
	_, err = in.r.Discard(skip)
	return err
}

// lookAhead reads some records after the first, and returns the first as a header of
// the same width: R writes no name for the names of rows.
func (t *textFile) lookAhead(first []string) []string {
	const most, mostBytes = 16, 1 << 20
	t.csv.FieldsPerRecord = -1
	bytes := 0
	for len(t.ahead) < most && bytes < mostBytes {
		fields, err := t.record()
		r := textRecord{fields: slices.Clone(fields), line: t.line, err: err}
		if len(t.ahead) == 0 && err == nil && len(fields) != t.width {
			if len(fields) == t.width+1 && allText(first) && !hasPoint(strings.TrimSpace(fields[0])) {
				first = append([]string{""}, first...)
				t.width++
			} else {
				r.err = t.ragged(t.line, len(fields))
			}
		}
		t.csv.FieldsPerRecord = t.width
		t.ahead = append(t.ahead, r)
		if r.err != nil {
			break
		}
		for _, f := range fields {
			bytes += len(f)
		}
	}
	return first
}

// allText reports whether no field is a number or empty.
func allText(record []string) bool {
	for _, field := range record {
		field = strings.TrimSpace(field)
		if _, ok := parseNumber(field); ok || field == "" {
			return false
		}
	}
	return true
}

// body returns the records of data that were read ahead.
func (t *textFile) body() [][]string {
	var records [][]string
	for _, r := range t.ahead {
		if r.err == nil {
			records = append(records, r.fields)
		}
	}
	return records
}

// headerNames trims the names; numpy.savetxt puts "# " before the first.
func headerNames(record []string) []string {
	names := make([]string, len(record))
	for i, field := range record {
		names[i] = strings.TrimSpace(field)
	}
	if rest, ok := strings.CutPrefix(names[0], "#"); ok {
		names[0] = strings.TrimSpace(rest)
	}
	return names
}

// next returns the next record of data, valid until the call after, or io.EOF.
func (t *textFile) next() ([]string, error) {
	if len(t.ahead) > 0 {
		r := t.ahead[0]
		t.ahead, t.line = t.ahead[1:], r.line
		return r.fields, r.err
	}
	return t.record()
}

// record reads the next record, or one for an empty line that is a missing value.
func (t *textFile) record() ([]string, error) {
	if t.held == nil {
		record, line, err := t.read()
		if err != nil {
			return nil, err
		}
		before := t.ended
		t.ended = line
		for _, field := range record {
			t.ended += strings.Count(field, "\n")
		}
		if t.use == asTable || before == 0 || t.width != 1 || line <= before+1 {
			t.line = line
			return record, nil
		}
		t.held, t.heldAt, t.line = record, line, before
	}
	t.line++
	if t.line < t.heldAt {
		return []string{""}, nil
	}
	record := t.held
	t.held = nil
	return record, nil
}

// read reads the next record that is in the file, and its line.
func (t *textFile) read() ([]string, int, error) {
	t.cap.left = recordLimit()
	record, err := t.csv.Read()
	if err == nil {
		line, _ := t.csv.FieldPos(0)
		return record, line, nil
	}
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		if errors.Is(err, errLongRecord) {
			err = &data.InputError{Found: fmt.Sprintf("a line of more than %.3g MB after line %d", float64(recordLimit())/(1<<20), t.line), Wanted: "want one sample a line"}
		}
		return nil, 0, err
	}
	switch {
	case errors.Is(err, csv.ErrFieldCount):
		err = t.ragged(parse.Line, len(record))
	case errors.Is(err, csv.ErrQuote), errors.Is(err, csv.ErrBareQuote):
		err = &data.InputError{
			Found:  fmt.Sprintf("line %d: a stray or unfinished quotation mark", parse.Line),
			Wanted: `want fields as "…" with "" for a quotation mark inside`,
		}
	}
	return nil, 0, err
}

// ragged refuses a record that has not as many fields as the first.
func (t *textFile) ragged(line, fields int) error {
	e := &data.InputError{
		Found:  fmt.Sprintf("line %d: %s", line, fieldCount(fields)),
		Wanted: fmt.Sprintf("want %d as in the first line", t.width),
	}
	if t.comma == ',' && fields == 2*t.width {
		e.Hint = "if every second comma is a decimal comma, save the file with decimal points"
	}
	return e
}

// isMissing reports whether a trimmed field stands for a missing value.
func (o Options) isMissing(field string) bool {
	if field == "" {
		return true
	}
	if o.Markers == nil {
		return slices.Contains(DefaultMarkers, field)
	}
	return slices.Contains(o.Markers, field)
}

var errLongRecord = errors.New("record too long")

// recordCap fails once more than left bytes have been read; record renews it.
type recordCap struct {
	r    io.Reader
	left int
}

func (c *recordCap) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errLongRecord
	}
	n, err := c.r.Read(p)
	c.left -= n
	return n, err
}

func fieldCount(n int) string {
	if n == 1 {
		return "1 field"
	}
	return strconv.Itoa(n) + " fields"
}
