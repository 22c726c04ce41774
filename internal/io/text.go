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
// the first.
type textFile struct {
	columnList
	csv     *csv.Reader
	cap     *recordCap
	header  []string // the first record if it names the columns, as it stands
	pending []string // a first record that was data; nil once delivered
	line    int      // of the record that next returned last, counted from 1
}

// openText reads up to the first record of data and settles whether there is a
// header. needNames refuses a file without one unless mode says HeaderNo.
func openText(in *input, comma rune, o Options, needNames bool) (*textFile, error) {
	head, err := in.r.Peek(sniffLength)
	if len(head) == 0 {
		if errors.Is(err, io.EOF) {
			return nil, &data.InputError{Found: "an empty file", Wanted: "want at least one line"}
		}
		return nil, err
	}
	if strings.HasPrefix(string(head), "\xef\xbb\xbf") {
		if _, err := in.r.Discard(3); err != nil {
			return nil, err
		}
	}
	if !looksLikeText(head) {
		found := foreignName(head)
		if found == "" {
			found = "binary data"
		}
		return nil, &data.InputError{Found: found, Wanted: "want UTF-8 text"}
	}
	limit := &recordCap{r: in.r}
	t := &textFile{csv: csv.NewReader(bufio.NewReaderSize(limit, bufferSize)), cap: limit}
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
	isHeader, err := t.isHeader(first, o, needNames)
	if err != nil {
		return nil, err
	}
	if !isHeader {
		t.pending = first
		return t, nil
	}
	t.header, t.names = first, headerNames(first)
	return t, nil
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

// isHeader decides on the first record as HeaderAuto documents.
func (t *textFile) isHeader(first []string, o Options, needNames bool) (bool, error) {
	if o.Header != HeaderAuto {
		return o.Header == HeaderYes, nil
	}
	text, number, counts := 0, 0, true
	for i, field := range first {
		field = strings.TrimSpace(field)
		_, isNumber := parseNumber(field)
		switch {
		case isNumber:
			number++
		case !o.isMissing(field):
			text++
		}
		counts = counts && field == strconv.Itoa(i)
	}
	const say = "say --header yes if the first line names the columns, --header no if it is data"
	switch {
	case counts && len(first) > 2:
		return false, &data.InputError{
			Found:  fmt.Sprintf("a first line that counts 0, 1, 2, … %d", len(first)-1),
			Wanted: "want to know whether those are column names or data", Hint: say,
		}
	case needNames && (number > 0 || text == 0):
		return false, &data.InputError{
			Found:  "a first line that holds data",
			Wanted: "want the names of the columns", Hint: say,
		}
	}
	return text > 0 && number == 0, nil
}

// next returns the next record of data, valid until the call after, or io.EOF.
func (t *textFile) next() ([]string, error) {
	if t.pending != nil {
		first := t.pending
		t.pending = nil
		return first, nil
	}
	return t.record()
}

func (t *textFile) record() ([]string, error) {
	t.cap.left = maxRecord
	record, err := t.csv.Read()
	if err == nil {
		t.line, _ = t.csv.FieldPos(0)
		return record, nil
	}
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		if errors.Is(err, errLongRecord) {
			return nil, &data.InputError{Found: fmt.Sprintf("a line of more than %d MB after line %d", maxRecord>>20, t.line), Wanted: "want one sample a line"}
		}
		return nil, err
	}
	switch {
	case errors.Is(err, csv.ErrFieldCount):
		return nil, &data.InputError{
			Found:  fmt.Sprintf("line %d: %s", parse.Line, fieldCount(len(record))),
			Wanted: fmt.Sprintf("want %d as in the first line", t.width),
		}
	case errors.Is(err, csv.ErrQuote), errors.Is(err, csv.ErrBareQuote):
		return nil, &data.InputError{
			Found:  fmt.Sprintf("line %d: a stray or unfinished quotation mark", parse.Line),
			Wanted: `want fields as "…" with "" for a quotation mark inside`,
		}
	}
	return nil, err
}

// parseNumber parses a decimal number as Python, R and spreadsheets write it.
func parseNumber(field string) (float64, bool) {
	v, err := strconv.ParseFloat(field, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, false
	}
	return v, v == v // NaN is a missing value, not a number
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
